//! How the records of a table are told as events of somebody or something.

use super::EntitySet;

/// What a timeline is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// A user, by the name that it signs in with; in lower case.
    User,
    /// Client addresses: a network, of which one address is the smallest.
    Address,
    /// A session of the directory, by its id.
    Session,
    /// An application, by its client id.
    App,
    /// An object of the directory, by its id: a user, a service principal, a group, a device.
    Object,
}

impl Whose {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 5] = [Self::User, Self::Address, Self::Session, Self::App, Self::Object];

    /// What it is called in SQL: the argument that states it, and the name that stands for its value in a declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Address => "address",
            Self::Session => "session",
            Self::App => "app",
            Self::Object => "object",
        }
    }

    /// Several of them.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Address => "addresses",
            Self::Session => "sessions",
            Self::App => "applications",
            Self::Object => "directory objects",
        }
    }

    /// What it is, as a noun.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Address => "address",
            Self::Session => "session",
            Self::App => "application",
            Self::Object => "directory object",
        }
    }
}

/// A table of which a timeline is made, in SQL over the table's own columns. A condition that is one on columns is sent like
/// any other.
#[derive(Debug)]
pub struct Told {
    /// The table.
    pub set: &'static EntitySet,
    /// What is read of it, in half a sentence, for the manual.
    pub doc: &'static str,
    /// It is read where no sources are named.
    pub usual: bool,
    /// It holds every record of its family: no other table of that is read beside it.
    pub whole: bool,
    /// When it happened.
    pub time: &'static str,
    /// What was done.
    pub action: &'static str,
    /// How it ended: `success`, `failure`, `failure: ` with the reason, or a word of the service.
    pub result: &'static str,
    /// Who did it.
    pub actor: &'static str,
    /// What it was done to.
    pub target: &'static str,
    /// Where the caller was, as a column or text of it.
    pub address: &'static str,
    /// The conditions under which a record is of somebody or something; `:user` and the others stand for the value. What it does
    /// not tell of is not asked for.
    pub of: &'static [(Whose, &'static str)],
    /// The conditions that take the place of those for records in files, where spelling is whatever the export made of it. They are
    /// not sent, so nothing is lost by them.
    pub of_files: &'static [(Whose, &'static str)],
    /// A condition that all records of users meet. It saves requests for others, and only services are told: files may hold
    /// records that do not say what they are.
    pub users_only: Option<&'static str>,
}

impl Told {
    /// The condition under which a record is of something; `None`: records do not tell.
    pub fn condition(&self, whose: Whose) -> Option<&'static str> {
        self.of.iter().find(|(other, _)| *other == whose).map(|(_, condition)| *condition)
    }

    /// The conditions for records of a service, or for those in files.
    pub fn conditions(&self, of_service: bool) -> impl Iterator<Item = (Whose, &'static str)> {
        self.of.iter().map(move |(whose, usual)| {
            let in_files = self.of_files.iter().find(|(other, _)| !of_service && other == whose);
            (*whose, in_files.map_or(*usual, |(_, condition)| *condition))
        })
    }
}
