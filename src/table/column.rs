//! One column: its SQL name beside its name on the wire, its type, and what the service lets us ask of it.

use std::borrow::Cow;

use super::{ApiVersion, Asked, Code, Codes, Edm, Ops};

/// How the service stores the text of a property, as far as that decides how a literal must travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Stored as written; comparison is taken to be case-sensitive or to find too much, never too little.
    AsWritten,
    /// Documented to be stored in lower case and compared case-sensitively: a literal travels as written and in lower case,
    /// so that no row is lost whether that is so or not.
    Lower,
    /// An address, which is sent only if it is one in its shortest form: how a service reads one with a port, or in another
    /// spelling, is not documented.
    Address,
    /// A GUID that the service takes without quotes, and nothing else.
    Guid,
}

/// The scalar members of a record that a derived column is made of, as text, in the declared order. Absent, null and
/// empty ones are `None`.
pub type Inputs<'i, 'a> = &'i [Option<&'a str>];

/// How a column follows from members of the same record.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// The members, by their names on the wire.
    pub of: &'static [&'static str],
    /// A pure function of them. Its text is read as the column's type.
    pub by: for<'i, 'a> fn(Inputs<'i, 'a>) -> Option<Cow<'a, str>>,
}

/// A declared column. Fields of structs are columns too.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name in SQL: explicit, `snake_case`.
    pub name: &'static str,
    /// The property's name in the service's JSON; empty for a derived column and for the whole record.
    pub wire: &'static str,
    /// Other spellings of that name, in exports and in the service's own older or newer records, best first.
    pub aliases: &'static [&'static str],
    /// The numbers and names of its values, where records hold now the one, now the other.
    pub codes: Option<&'static Codes>,
    /// How it is computed, if it is no member of the record.
    pub derived: Option<Derived>,
    /// How a field follows from members of the record itself, where the object that it belongs to lacks it; of a column,
    /// how it follows from other members, where the record lacks it. Of exports alone: what a service says stands as it is.
    pub flat: Option<Derived>,
    /// The type.
    pub edm: Edm,
    /// One sentence for `\d` and `auditql.columns`.
    pub doc: &'static str,
    /// The first API version that carries the property.
    pub since: ApiVersion,
    /// Operators documented for API version 1.0. For a list: operators on its elements, inside `any()`.
    ops_v1: Ops,
    /// Operators documented for the beta version.
    ops_beta: Ops,
    /// Those of its operators that only an advanced query may use.
    pub advanced: Ops,
    /// How a filter speaks of it, where it does not do so as the record does.
    pub asked: Option<Asked>,
    /// How text is stored.
    pub case: Case,
    /// Whether texts of exports, which may have been through other hands, are read in lower case, as the service stores them.
    pub lowered: bool,
    /// Whether its texts are addresses alone: no name around one and no blank before it. However they are spelled.
    pub plain_addresses: bool,
    /// Whether its texts are paths of Azure Resource Manager: elsewhere such a path says to which workspace a record belongs.
    pub azure_paths: bool,
    /// Whether `$orderby` on it is documented.
    pub sortable: bool,
    /// Whom or what a value points to, if a result that is shown outside must not hold it.
    pub sensitive: Option<Sensitive>,
}

/// What a sensitive value points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitive {
    /// A person: names, sign-in names, ids.
    Person,
    /// A network address.
    Address,
    /// A tenant: its id, its domains.
    Tenant,
    /// A device: its name, its id.
    Device,
    /// What an application or a workload signs in as: names, ids, keys of a service principal or a managed identity.
    Application,
    /// A thing of the tenant's: a mail, a file, a site, a team, a resource; its name, address or id, or what is in it.
    Object,
    /// What must not be shown to anyone.
    Secret,
}

impl Sensitive {
    /// Whether the value is a name that other text may hold. What is in an object can be any word at all.
    pub const fn is_name(self) -> bool {
        !matches!(self, Self::Object | Self::Secret)
    }

    /// The word that pseudonyms begin with.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::Address => "address",
            Self::Tenant => "tenant",
            Self::Device => "device",
            Self::Application => "application",
            Self::Object => "object",
            Self::Secret => "secret",
        }
    }
}

/// Declares a column of both API versions that cannot be filtered.
pub const fn col(name: &'static str, wire: &'static str, edm: Edm, doc: &'static str) -> Column {
    Column {
        name,
        wire,
        aliases: &[],
        codes: None,
        derived: None,
        flat: None,
        edm,
        doc,
        since: ApiVersion::V1,
        ops_v1: Ops::NONE,
        ops_beta: Ops::NONE,
        advanced: Ops::NONE,
        asked: None,
        case: Case::AsWritten,
        lowered: false,
        plain_addresses: false,
        azure_paths: false,
        sortable: false,
        sensitive: None,
    }
}

/// Declares a column that is computed from members of the same record.
pub const fn derived(
    name: &'static str,
    edm: Edm,
    of: &'static [&'static str],
    by: for<'i, 'a> fn(Inputs<'i, 'a>) -> Option<Cow<'a, str>>,
    doc: &'static str,
) -> Column {
    Column { derived: Some(Derived { of, by }), ..col(name, "", edm, doc) }
}

/// Several lists of columns as one: tables share columns.
///
/// # Panics
/// While compiling, if `N` is not the number of all columns.
pub const fn joined<const N: usize>(lists: &[&[Column]]) -> [Column; N] {
    let mut all = [RAW; N];
    let (mut list, mut next) = (0, 0);
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            all[next] = lists[list][at];
            (at, next) = (at + 1, next + 1);
        }
        list += 1;
    }
    assert!(next == N, "there are N columns");
    all
}

/// The last column of every table.
pub const RAW: Column = col("raw", "", Edm::Raw, "The whole record as received, as JSON text.");

impl Column {
    /// Other spellings of the name on the wire, all of them, best first. A value under the name itself goes before them. A
    /// column without aliases may begin with a capital or a small letter alike.
    #[must_use]
    pub const fn alias(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// The values have numbers and names: an integer column takes names for their numbers, a text column the reverse.
    #[must_use]
    pub const fn coded(mut self, codes: &'static Codes) -> Self {
        self.codes = Some(codes);
        self
    }

    /// Shapes of the record hold the field of an object, or what a column says, in other members of the record itself.
    #[must_use]
    pub const fn flat(
        mut self,
        of: &'static [&'static str],
        by: for<'i, 'a> fn(Inputs<'i, 'a>) -> Option<Cow<'a, str>>,
    ) -> Self {
        self.flat = Some(Derived { of, by });
        self
    }

    /// Documented operators, for both versions.
    #[must_use]
    pub const fn ops(mut self, ops: Ops) -> Self {
        self.ops_v1 = ops;
        self.ops_beta = ops;
        self
    }

    /// Further operators, for both versions, that are documented for advanced queries alone.
    #[must_use]
    pub const fn advanced(mut self, ops: Ops) -> Self {
        self.ops_v1 = self.ops_v1.and(ops);
        self.ops_beta = self.ops_beta.and(ops);
        self.advanced = ops;
        self
    }

    /// Documented operators of the beta version alone.
    #[must_use]
    pub const fn beta_ops(mut self, ops: Ops) -> Self {
        self.ops_beta = ops;
        self
    }

    /// The property exists in the beta version only.
    #[must_use]
    pub const fn beta(mut self) -> Self {
        self.since = ApiVersion::Beta;
        self.ops_v1 = Ops::NONE;
        self
    }

    /// The service stores this text in lower case and compares it case-sensitively.
    #[must_use]
    pub const fn stored_lower(mut self) -> Self {
        self.lowered = true;
        self.sought_lower()
    }

    /// The service may store this text in lower case, or as it was written.
    #[must_use]
    pub const fn sought_lower(mut self) -> Self {
        self.case = Case::Lower;
        self
    }

    /// The service takes its value as a GUID, without quotes.
    #[must_use]
    pub const fn guid(mut self) -> Self {
        self.case = Case::Guid;
        self
    }

    /// The text is a network address.
    #[must_use]
    pub const fn address(mut self) -> Self {
        self.case = Case::Address;
        self
    }

    /// The service writes addresses alone, so that those of an IPv4 network have one of few beginnings, however they are spelled.
    #[must_use]
    pub const fn plain_addresses(mut self) -> Self {
        self.plain_addresses = true;
        self
    }

    /// Its texts are paths of Azure Resource Manager.
    #[must_use]
    pub const fn azure_paths(mut self) -> Self {
        self.azure_paths = true;
        self
    }

    /// A filter speaks of it under another path, from the record on; and of its values, if words are given, in codes.
    #[must_use]
    pub const fn asked_as(mut self, path: &'static str, words: &'static [(&'static str, Code)]) -> Self {
        self.asked = Some(Asked { path, words });
        self
    }

    /// `$orderby` is documented.
    #[must_use]
    pub const fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }

    /// Values are replaced by pseudonyms under `--redact`.
    #[must_use]
    pub const fn sensitive(mut self, kind: Sensitive) -> Self {
        self.sensitive = Some(kind);
        self
    }

    /// The operators documented for this property in an API version.
    pub const fn ops_in(&self, version: ApiVersion) -> Ops {
        match version {
            ApiVersion::V1 => self.ops_v1,
            ApiVersion::Beta => self.ops_beta,
        }
    }

    /// The fields of a struct column, or of the structs in a list column; empty for others.
    pub const fn fields(&self) -> &'static [Column] {
        match self.edm {
            Edm::Object(fields) => fields,
            Edm::List(&Edm::Object(fields)) => fields,
            _ => &[],
        }
    }
}
