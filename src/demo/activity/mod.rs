//! The activity feed of the tenant: audit records in blobs, listed by the time at which they became available.
//!
//! The real feed promises neither order nor exactly-once nor any delay, and this one keeps to that: records come late,
//! some come again in another blob, pages of a listing may be empty, and with [`Feed`]'s help replies are throttled in
//! both spellings, break off, or name blobs that are gone. It goes on where the sign-ins end: the same people, and what
//! the thief of the session did next.

mod acts;
mod alike;
mod attack;
mod blobs;
mod content;
mod contents;
mod days;
mod endpoint;
mod event;
mod feed;
mod listing;
mod refusal;
mod render;
mod sensitive;
mod window;

pub use content::ContentType;
pub use contents::Activity;
pub(super) use contents::Contents;
pub(super) use endpoint::{Endpoint, FeedRequest};
pub use feed::Feed;
