//! What a JSON object is: a record of a family, an envelope around some, or something that there is no table for.

mod envelopes;
mod kinds;
mod recogniser;
mod roles;

pub(super) use envelopes::Held;
pub(super) use kinds::without_zone;
pub(super) use recogniser::{Found, Recogniser, is_heading};
pub(super) use roles::outline;
