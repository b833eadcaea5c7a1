//! All integration tests, in one binary: linking DataFusion is the dear part of a test build.

mod cli;
mod demo;
mod hostile;
mod house;
mod laws;
mod scan;
mod service_facts;
