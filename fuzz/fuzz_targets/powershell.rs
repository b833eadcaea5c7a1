//! See `properties::powershell`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auditql_fuzz::properties::powershell(bytes));
