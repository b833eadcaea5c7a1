//! Framing: where in a stream of text one record ends and the next begins, in JSON of any layout and in rows of fields.
//!
//! What a record says is not looked at here, but for the few names that tell a reply from a record.

mod block;
mod csv;
mod frame;
mod framer;
mod json_frames;
mod layout;
mod lines;
mod room;

pub use block::Block;
pub(super) use block::{Filling, Piece};
pub(super) use csv::{Fields, Row};
pub(super) use frame::Frame;
pub(super) use framer::{Framer, several};
pub(super) use layout::{Layout, layout};
pub(super) use lines::Lines;
