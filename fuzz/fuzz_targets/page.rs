//! See `properties::page`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auditql_fuzz::properties::page(bytes));
