//! The declaration of a set of records. Routes, filters, pages and refusals follow from it.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::property::{Property, Version};
use super::rows::Rows;
use super::saved::DataError;
use crate::demo::gate::Quota;
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
    /// The property that holds a record's own time, by which alone records can be ordered, if they are events.
    pub(super) time: Option<&'static str>,
    /// The query options that it takes, besides `$skiptoken`.
    pub(super) options: &'static [&'static str],
    /// The properties that come unasked, where those are not all.
    pub(super) unasked: Option<&'static [&'static str]>,
    /// A property that costs more than the others, and the largest page with it.
    pub(super) costly: Option<(&'static str, usize)>,
    /// Where there is a listing for each record of another set.
    pub(super) link: Option<&'static Link>,
    /// What its requests count against.
    pub(super) quota: Quota,
    /// How records come that no order was asked of.
    pub(super) listed: Listed,
    /// Which records are meant by a request that does not say so.
    pub(super) population: Option<&'static Population>,
    pub(super) page: PageSize,
    /// Makes its records.
    pub(super) tell: fn(&Premise) -> Result<Box<dyn Rows>, DataError>,
}

/// Another set, for each of whose records there is a listing; `{id}` in the path stands for one.
#[derive(Debug)]
pub(super) struct Link {
    /// The path of the other set.
    pub(super) of: &'static str,
    /// The property that holds the id of its record.
    pub(super) property: &'static str,
    /// Whether that property is served.
    pub(super) served: bool,
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
#[derive(Debug, Clone, Copy)]
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

    /// Whether advanced queries are documented for it.
    pub(super) fn is_of_directory(&self) -> bool {
        self.properties.iter().any(|property| !property.advanced.is_empty())
    }

    /// The path of a version of it.
    pub(super) fn route(&self, version: Version) -> String {
        format!("/{}{}", version.segment(), self.path)
    }

    /// What a path of a version holds in the place of `{id}`, if it is one of its paths; empty, if there is no such place.
    pub(super) fn found(&self, version: Version, path: &str) -> Option<String> {
        let route = self.route(version);
        let Some((before, behind)) = route.split_once("{id}") else { return (route == path).then(String::new) };
        let id = path.strip_prefix(before)?.strip_suffix(behind)?;
        (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
    }
}
