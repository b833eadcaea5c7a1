//! What is known about the columns of a result.

use crate::table::Column;

/// What is known about a column of a result.
#[derive(Debug, Clone, Copy)]
pub enum Origin {
    /// A declared column, or a field of one, as it came.
    Declared(&'static Column),
    /// No record went into it: a literal, or what describes tables and codes.
    Harmless,
    /// The plan of a statement.
    Plan,
    /// Computed, or from a table without declarations.
    Other,
}

impl Origin {
    /// The origin of a field of a struct, or of the structs in a list.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        match self {
            Self::Declared(above) if above.sensitive.is_none() => {
                above.fields().iter().find(|field| field.name == name).map_or(Self::Other, Self::Declared)
            }
            other => other,
        }
    }

    /// The origin of the text that a whole value makes: fields of a struct cannot be told apart in it.
    #[must_use]
    pub fn whole(self) -> Self {
        match self {
            Self::Declared(column) if !column.fields().is_empty() => Self::Other,
            other => other,
        }
    }
}

/// What is known about a result.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// Where each column comes from.
    pub columns: Vec<Origin>,
    /// The texts that the statement compares with or computes from, the longest first: names of columns may hold them.
    pub literals: Vec<String>,
}

impl Origins {
    /// The origin of a column.
    pub fn of(&self, at: usize) -> Origin {
        self.columns.get(at).copied().unwrap_or(Origin::Other)
    }
}
