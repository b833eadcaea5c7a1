//! All integration tests, in one binary: linking DataFusion is the dear part of a test build.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cli;
mod death;
mod demo;
mod docs;
mod faults;
mod formats;
mod hostile;
mod house;
mod http;
mod lab;
mod laws;
mod leaks;
mod prompt;
mod redact;
mod rules;
mod scripted;
mod service_facts;
mod sign_in;
mod slt;
mod store;
mod terminal;
