//! See `properties::record`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auditql_fuzz::properties::record(bytes));
