//! See `properties::csv_file`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auditql_fuzz::properties::csv_file(bytes));
