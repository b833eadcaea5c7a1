//! All integration tests, in one binary: linking DataFusion is the dear part of a test build.

mod cli;
mod demo;
mod hostile;
mod house;
mod http;
mod lab;
mod laws;
mod rules;
mod scripted;
mod service_facts;
mod sign_in;
mod slt;
