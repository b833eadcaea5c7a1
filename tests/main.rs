//! All integration tests, in one binary: linking DataFusion is the dear part of a test build.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on, and prints"
)]

mod bound;
mod browser;
mod catalogs;
mod cli;
mod counted;
mod credentials;
mod death;
mod demo;
mod dialect;
mod docs;
mod doctor;
mod ending;
mod ends;
mod estimates;
mod faults;
mod feed;
mod formats;
mod fuzz;
mod geoip;
mod graph;
mod hostile;
mod house;
mod http;
mod joins;
mod lab;
mod laws;
mod leaks;
mod legacy;
mod logs;
mod memory;
mod offline;
#[cfg(unix)]
mod onboarding;
mod pacing;
mod prompt;
mod queries;
mod redact;
mod requests;
mod reuse;
mod rules;
mod safety;
mod scripted;
mod search;
mod service_facts;
mod shared;
mod sign_in;
mod slices;
mod slt;
mod store;
mod stores;
mod system_tables;
mod tenants;
mod terminal;
mod timeline;
