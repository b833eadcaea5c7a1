//! The activity feed: the demo's service over HTTP, and what the engine makes of it.

mod hostile;
mod live;
mod offline;
mod random;
mod service;
mod subscriptions;
