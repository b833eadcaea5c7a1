//! Properties as the service documents them, version by version: which exist, and by which operators they can be asked for.

/// A version of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// `v1.0`
    V1,
    /// `beta`
    Beta,
}

impl Version {
    /// All versions.
    pub const ALL: [Self; 2] = [Self::V1, Self::Beta];

    /// The path segment.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// The type of a property, as far as a filter has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Compared without regard to case.
    Text,
    /// Compared as it is stored (source: reports on `userPrincipalName`).
    ExactText,
    /// A member's name, in quotes or qualified.
    Enum,
    /// A whole number.
    Integer,
    /// A truth value.
    Flag,
    /// A GUID, without quotes.
    Guid,
    /// The time of the record.
    Time,
    /// Another time.
    Instant,
    /// A list of texts: `any()` only.
    Texts,
    /// What no filter reads.
    Other,
}

/// A property that exists.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// `status/errorCode`; behind `[]` a property of the objects in a list: `targetResources[]/id`.
    pub path: &'static str,
    /// Its type.
    pub kind: Type,
    /// Operators of version 1.0; `None` where the property does not exist.
    v1: Option<&'static str>,
    beta: &'static str,
    /// Operators that only an advanced query may use.
    pub advanced: &'static str,
    /// What the record calls it, where a filter does otherwise.
    held: Option<&'static str>,
}

impl Property {
    /// The same, under another path in the record.
    pub(in crate::demo) const fn held_as(mut self, path: &'static str) -> Self {
        self.held = Some(path);
        self
    }

    /// The path in the record.
    pub fn held(&self) -> &'static str {
        self.held.unwrap_or(self.path)
    }

    /// Operators, separated by blanks; `None` where the property does not exist.
    pub fn operators(&self, version: Version) -> Option<&'static str> {
        match version {
            Version::V1 => self.v1,
            Version::Beta => Some(self.beta),
        }
    }

    /// Whether an operator is documented for it.
    pub fn allows(&self, version: Version, operator: &str) -> bool {
        self.operators(version).is_some_and(|all| all.split(' ').any(|o| o == operator))
    }

    /// Whether an operator is documented for it in advanced queries alone.
    pub fn allows_advanced(&self, operator: &str) -> bool {
        self.advanced.split(' ').any(|o| o == operator)
    }
}

/// Whether a version has a property of that name at the top of a record.
pub(super) fn exists(properties: &[Property], version: Version, name: &str) -> bool {
    let below =
        |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']));
    properties.iter().any(|p| p.operators(version).is_some() && below(p.path))
}

/// A property with the same operators in both versions.
pub(in crate::demo) const fn both(path: &'static str, kind: Type, operators: &'static str) -> Property {
    Property { path, kind, v1: Some(operators), beta: operators, advanced: "", held: None }
}

/// A property of both versions that only the newer can be asked for.
pub(super) const fn more(path: &'static str, kind: Type, beta: &'static str) -> Property {
    Property { path, kind, v1: Some(""), beta, advanced: "", held: None }
}

/// A property of the newer version alone.
pub(super) const fn beta(path: &'static str, kind: Type, beta: &'static str) -> Property {
    Property { path, kind, v1: None, beta, advanced: "", held: None }
}

/// A property of a directory object: the operators of any query, and those of advanced ones alone.
pub(super) const fn object(
    path: &'static str,
    kind: Type,
    operators: &'static str,
    advanced: &'static str,
) -> Property {
    Property { advanced, ..both(path, kind, operators) }
}
