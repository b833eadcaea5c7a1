//! See `properties::json_file`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auditql_fuzz::properties::json_file(bytes));
