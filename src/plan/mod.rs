//! Which requests answer a scan.
