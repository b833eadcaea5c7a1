//! A saved query, and what is wrong with a file that is none.

use super::kind::Kind;

/// A question, with the SQL that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What it is called by: its file's name without `.sql`.
    pub name: String,
    /// A few words.
    pub title: String,
    /// The question that it answers, as an analyst asks it.
    pub question: String,
    /// What it belongs to, such as "Sign-ins": the heading of the list that it stands in.
    pub area: String,
    /// The tables that it reads, `schema.name`.
    pub tables: Vec<String>,
    /// The permissions that reading these needs.
    pub permissions: Vec<String>,
    /// What a row of the answer means, and what to do next.
    pub hit: String,
    /// What looks the same and is none.
    pub false_positives: String,
    /// Techniques of MITRE ATT&CK, such as `T1110.003`.
    pub mitre: Vec<String>,
    /// Where more is written.
    pub references: Vec<String>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// The statement, without its semicolon.
    pub sql: String,
    /// The line of the file on which the statement begins, from 1.
    pub line: usize,
}

impl Query {
    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// A parameter of a query: `:name` in its SQL, `--name` when it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// What values it takes.
    pub kind: Kind,
    /// Takes several values.
    pub list: bool,
    /// Need not be given: without a value it is NULL.
    pub optional: bool,
    /// The value unless another is given, as it would be typed.
    pub default: Option<String>,
    /// One clause.
    pub doc: String,
}

impl Parameter {
    /// Whether the query cannot be run without a value for it.
    pub fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }

    /// How it is given: `--at-least`.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// What is written for its value: `TIME`, `ADDRESS,…`.
    pub fn placeholder(&self) -> String {
        let word = self.kind.name().to_uppercase();
        if self.list { format!("{word},…") } else { word }
    }
}

/// A file that is no saved query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Broken {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
    /// What to write.
    pub hint: Option<String>,
}

impl Broken {
    pub(super) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}
