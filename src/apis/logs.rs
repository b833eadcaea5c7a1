//! Columns that logs have, by name: what is in them is known where the name says it.
//!
//! A log declares its columns itself, so nothing is certain but what all formats agree on. Of all others, text is treated as
//! what nobody knows.

use crate::table::{Column, Edm, RAW, Sensitive, col};

const fn text(name: &'static str, kind: Sensitive) -> Column {
    col(name, "", Edm::Text, "").sensitive(kind)
}

/// What stands under these names is the same in every format.
static COLUMNS: &[Column] = &[
    text("client_address", Sensitive::Address),
    text("server_address", Sensitive::Address),
    text("source_address", Sensitive::Address),
    text("destination_address", Sensitive::Address),
    text("remote_address", Sensitive::Address),
    text("ip_address", Sensitive::Address),
    text("ip", Sensitive::Address),
    text("user_name", Sensitive::Person),
    text("user", Sensitive::Person),
    text("username", Sensitive::Person),
    text("user_sid", Sensitive::Person),
    text("user_principal_name", Sensitive::Person),
    text("account_name", Sensitive::Person),
    text("target_user_name", Sensitive::Person),
    text("subject_user_name", Sensitive::Person),
    text("email", Sensitive::Person),
    text("computer", Sensitive::Device),
    text("host", Sensitive::Device),
    text("host_name", Sensitive::Device),
    text("hostname", Sensitive::Device),
    text("workstation_name", Sensitive::Device),
    text("mac_address", Sensitive::Device),
    RAW,
];

/// What is known of a column of a log.
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_once() {
        for (at, one) in COLUMNS.iter().enumerate() {
            assert!(COLUMNS[..at].iter().all(|other| other.name != one.name), "{}", one.name);
        }
        assert!(column("time").is_none() && column("raw").is_some());
    }
}
