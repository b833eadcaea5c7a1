//! The prompt's own commands, and files of them.

mod asked;
mod chart;
mod describe;
mod destination;
mod edit;
mod foreign;
mod functions;
mod help;
mod include;
mod list;
mod obey;
mod saved;
pub(crate) mod script;
mod scripted;
mod send;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use asked::{is_readable, is_whole};
pub(crate) use help::ALL as TOPICS;
pub use list::ALL;
pub(crate) use list::Takes;
pub(crate) use scripted::of_script;
pub(crate) use send::parts as copied;
