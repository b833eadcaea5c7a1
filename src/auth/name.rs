//! What a connection may be called: its name is a catalog in SQL.

/// The catalog of files that no connection names.
pub const FILES: &str = "files";

/// The catalog of the tables that all connections share.
pub const ALL_TENANTS: &str = "all_tenants";

/// Names that mean something else in SQL.
pub const RESERVED: &[&str] = &["auditql", "main", "information_schema", ALL_TENANTS, FILES];

/// Why a connection cannot be called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFlaw {
    /// The name means something else.
    Reserved,
    /// SQL would have to quote it.
    Quoted,
}

/// Whether a connection can be called so.
///
/// # Errors
/// When the name is reserved, or is not made of lower-case letters, digits and `_`.
pub fn check_name(name: &str) -> Result<(), NameFlaw> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if RESERVED.contains(&name) {
        Err(NameFlaw::Reserved)
    } else if plain && name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(NameFlaw::Quoted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_sql_takes_as_it_stands() {
        for name in ["a", "contoso_2", "env"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "_a", "2a", "Contoso", "a-b", "a.b", "a b", "\u{e9}"] {
            assert_eq!(check_name(name), Err(NameFlaw::Quoted), "{name}");
        }
        assert!(RESERVED.iter().all(|name| check_name(name) == Err(NameFlaw::Reserved)));
    }
}
