//! Sign-ins that the world tells: a few numbers each, whose text is made when it is served.

use std::borrow::Cow;
use std::sync::Arc;

use super::event::Event;
use crate::demo::graph::property::Version;
use crate::demo::graph::rows::{Item, Rows};
use crate::demo::world::World;

/// Events and the world that they are of.
pub(super) struct Told {
    pub(super) world: Arc<World>,
    /// Newest first.
    pub(super) events: Vec<Event>,
}

impl Rows for Told {
    fn len(&self) -> usize {
        self.events.len()
    }

    fn ticks(&self, row: usize) -> i64 {
        self.events[row].ticks
    }

    fn copies(&self, row: usize) -> usize {
        self.events[row].copies.into()
    }

    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        self.events[row].text(&self.world, path)
    }

    fn integer(&self, row: usize, path: &str) -> Option<i64> {
        self.events[row].integer(path)
    }

    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>> {
        self.events[row].list(path).into_iter().map(Item::Text).collect()
    }

    fn json(&self, row: usize, version: Version) -> String {
        self.events[row].json(&self.world, version)
    }
}
