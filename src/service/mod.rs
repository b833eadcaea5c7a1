//! Workflows: conversations with a service that are no scan, because they change something or depend on each other.

pub mod subscriptions;
