//! The prompt: reads statements over several lines, obeys its own commands, keeps a history.
//!
//! A line is a command, when it begins with a backslash or is a word that other prompts know, or SQL up to a semicolon.
//! Ctrl-C drops the line, or cancels the statement that runs; twice at an empty prompt, it leaves.
//!
//! A room uses those above it in this list: [`split`] and `say`; `answer`, which the command line shares; `state`;
//! [`commands`]; `editor`; `prompt`.

mod answer;
pub mod commands;
mod editor;
mod program;
mod prompt;
mod say;
pub mod split;
mod state;

pub use answer::{Ending, Session, USUAL_PAGER, Voice, check_name, echoes_again, format};
pub(crate) use commands::script;
pub use prompt::prompt;
pub use say::{say, tell};
pub use state::{ConnectionInfo, Outfit};
