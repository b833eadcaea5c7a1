//! Fields: what a row of a log has.

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number, of 64 bits.
    Int,
    /// A number with a fraction.
    Float,
    /// A truth value.
    Bool,
    /// An instant: microseconds since 1970, UTC.
    Time,
    /// A list of texts.
    Texts,
    /// Names with values, each name once; the order is that of the record.
    Pairs,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// SQL name: lower case, words apart by `_`.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// What it says, in a sentence; of fields that a file names itself, how the file calls it.
    pub doc: String,
    /// Whether its type is declared or shows in values. A file that holds none, such as one of a heading alone, does not
    /// make text of what other files show to be numbers.
    pub is_known: bool,
}

impl Field {
    /// When it happened, UTC.
    pub const TIME: &'static str = "time";
    /// The address of the client, in its shortest form.
    pub const CLIENT_ADDRESS: &'static str = "client_address";
    /// Who did it, as the log has it.
    pub const USER_NAME: &'static str = "user_name";
    /// The line, or the event as JSON.
    pub const RAW: &'static str = "raw";

    /// A field.
    pub fn new(name: impl Into<String>, kind: Kind, doc: impl Into<String>) -> Self {
        Self { name: name.into(), kind, doc: doc.into(), is_known: true }
    }

    /// The same, with whether its type is known.
    pub(in crate::logs) fn known(self, is_known: bool) -> Self {
        Self { is_known, ..self }
    }
}
