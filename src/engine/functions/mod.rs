//! Functions of SQL, as far as they are not the engine's own as they are.

pub(crate) mod any_of;
pub(crate) mod bins;
pub(crate) mod bounded;
pub(crate) mod checked;
pub(crate) mod clocks;
pub(crate) mod gathered;
pub(crate) mod instants;
pub(crate) mod json;
pub(crate) mod own;
pub(crate) mod texts;
