//! The line that is being typed: its editor, colours, completion and history.

mod colour;
mod complete;
mod history;
mod lexed;
mod line;
mod words;

pub(crate) use history::{close_to_others, is_kept};
pub(crate) use line::{Lines, editor};
pub(crate) use words::Words;
