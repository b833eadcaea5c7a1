//! The declaration of a set of records. Routes, filters, pages and refusals follow from it.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::property::{Property, Version};
use super::rows::Rows;
use super::saved::DataError;
use crate::demo::world::World;
use crate::demo::world::directory::Change;

/// A set of records, as the service documents it: written down a second time, and not taken from the declarations of this
/// program, so that a wrong declaration is refused here as the real service would refuse it.
#[derive(Debug)]
pub struct Table {
    /// The path below the version: `/auditLogs/signIns`.
    pub path: &'static str,
    /// The versions that serve it.
    pub versions: &'static [Version],
    /// Every property of its records.
    pub properties: &'static [Property],
    /// The type of its records, as refusals name it.
    pub(super) entity: &'static str,
    /// The property that holds a record's own time, by which alone records can be ordered.
    pub(super) time: &'static str,
    /// How records come that no order was asked of.
    pub(super) listed: Listed,
    /// Which records are meant by a request that does not say so.
    pub(super) population: Option<&'static Population>,
    pub(super) page: PageSize,
    /// Makes its records.
    pub(super) tell: fn(&Premise) -> Result<Box<dyn Rows>, DataError>,
}

/// How records come that no order was asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    NewestFirst,
    /// None is documented: no client may rest on any.
    Anyhow,
}

/// Records of several kinds, of which a request gets one unless its filter speaks of kinds.
#[derive(Debug)]
pub(super) struct Population {
    /// The list of texts that names a record's kinds.
    pub(super) list: &'static str,
    /// The kind that is meant otherwise.
    pub(super) unasked: &'static str,
}

/// Rows in a page.
#[derive(Debug)]
pub(super) struct PageSize {
    pub(super) unasked: usize,
    pub(super) most: usize,
    /// What is said of another size than is allowed: the size as it was asked for, and the largest.
    pub(super) refused: fn(&str, usize) -> String,
}

/// What the records of all sets follow from.
#[derive(Clone)]
pub(in crate::demo) struct Premise {
    pub(in crate::demo) world: Arc<World>,
    /// Chance, as it stood when the world was cast.
    pub(in crate::demo) dice: Rng,
    pub(in crate::demo) seed: u64,
    pub(in crate::demo) now: DateTime<Utc>,
    /// How many sign-ins.
    pub(in crate::demo) sign_ins: usize,
    /// Records in a million that are served twice.
    pub(in crate::demo) twice: u32,
    /// Records in a million that hold a value of the wrong type.
    pub(in crate::demo) odd: u32,
    /// The file of sign-ins that stand in the place of a story.
    pub(in crate::demo) data: Option<PathBuf>,
    /// Changes of the directory that the feed tells of.
    pub(in crate::demo) changes: Vec<Change>,
    /// Ordinary changes besides.
    pub(in crate::demo) audits: usize,
}

impl Table {
    /// The property at a path, if that version has it.
    pub(super) fn property(&self, version: Version, path: &str) -> Option<&'static Property> {
        self.properties.iter().find(|p| p.path == path && p.operators(version).is_some())
    }

    /// The list of objects at a path, if that version has it.
    pub(super) fn objects(&self, version: Version, path: &str) -> Option<&'static str> {
        let list = |property: &'static Property| property.path.split_once("[]/").map(|(list, _)| list);
        let here = self.properties.iter().filter(|p| p.operators(version).is_some());
        here.filter_map(list).find(|list| *list == path)
    }

    /// The path of a version of it.
    pub(super) fn route(&self, version: Version) -> String {
        format!("/{}{}", version.segment(), self.path)
    }
}
