//! Which copy of a record stands, where files hold several.
//!
//! Exports overlap, and a record can change between two of them: a sign-in is first an interrupt and then a success, a risk
//! is dismissed. One record is one row whatever is asked of it, so the choice is made before any condition, over all files
//! and by what the copies say of themselves, never by the order of files. It takes passes of its own:
//!
//! 1. A survey reads keys and remembers a number for the bytes of each record: 48 bytes a key. Nearly always all copies of a
//!    record have the same bytes, and that is all.
//! 2. Else the records whose copies differ are compared, column by column ([`compare`]), and for each the number of the
//!    copy that stands is kept.
//!
//! Then the answer is read; the survey has kept it already, unless it is large or copies differ ([`Keeping`]). A session
//! remembers the choice until a file changes; one that changes meanwhile is an error.

mod compare;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::BooleanArray;
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::stream::StreamExt as _;

use crate::engine::error::Error;
use crate::engine::scan::files::{FileScan, Keeping, Kept, Pass, Read, Telling};
use crate::engine::scan::filter::RowFilter;
use crate::engine::scan::keys::{ENTRY, Key, Keys, SeenKeys, lower};
use crate::files::{self, Stamp};
use crate::table::{Column, Edm, EntitySet, Family};
use crate::tally::{Notice, Stands, Tally};
use crate::veil::Veil;
use compare::Comparison;

/// Choices that are remembered; the oldest go first.
const MOST: usize = 16;

/// The state of files, in the order of their names.
pub(crate) fn stamps(files: &[files::FileRef]) -> Arc<[Stamp]> {
    let mut stamps: Vec<Stamp> = files.iter().map(Stamp::of).collect();
    stamps.sort();
    stamps.into()
}

/// What a session knows of files that it has read.
#[derive(Debug, Default)]
pub(crate) struct Versions(Mutex<Vec<Entry>>);

/// What is known of one state of some files.
#[derive(Debug)]
struct Entry {
    survey: Arc<Survey>,
    /// By table.
    chosen: BTreeMap<String, Arc<Chosen>>,
}

/// The keys of the records of one family.
#[derive(Debug)]
struct Survey {
    family: Family,
    stamps: Arc<[Stamp]>,
    keys: Keys,
    /// A record came more than once.
    repeats: bool,
    /// The records of which not all copies have the same bytes.
    differing: HashSet<Key>,
    /// What could not be read. A later statement that reads less of the files is told the same.
    unread: Vec<Notice>,
    room: MemoryReservation,
}

/// The copies that stand for the records of a table.
#[derive(Debug)]
pub(crate) struct Chosen {
    survey: Arc<Survey>,
    /// The number of the copy, for records whose copies differ.
    last: HashMap<Key, u64>,
    /// How many of the table's records say different things in different copies, and the first of them by id.
    differing: Option<(u64, String)>,
    _room: MemoryReservation,
}

/// The choice among the copies in a scan's files: what the session knows, or what the files say; and the rows of the answer,
/// where they were come by on the way. To these, `filter` will be applied.
pub(crate) async fn choose(scan: &Arc<FileScan>, filter: &Arc<RowFilter>) -> Result<(Arc<Chosen>, Option<Kept>)> {
    let found = Arc::clone(scan);
    let stamps = scan.on_files(move || found.sources().map(|sources| stamps(&sources.files))).await??;
    let known = scan.known.as_ref().and_then(|known| known.get(scan.set, &stamps));
    let (chosen, kept) = match known {
        Some((_, Some(chosen))) => (chosen, None),
        Some((survey, None)) => (compared(scan, survey).await?, None),
        None => {
            let (survey, kept) = survey(scan, stamps, filter).await?;
            (compared(scan, Arc::new(survey)).await?, kept)
        }
    };
    if let Some(known) = &scan.known {
        known.keep(scan.set, &chosen);
    }
    chosen.say(scan.set, &scan.statement.tally);
    Ok((chosen, kept))
}

/// A pass over the files as they were at first, for what its columns say.
fn pass(columns: impl Iterator<Item = &'static Column>, keys: &Keys, stamps: &Arc<[Stamp]>) -> Pass {
    let stamps = Some(Arc::clone(stamps));
    Pass {
        columns: columns.collect(),
        wide: None,
        evidence: None,
        keys: Some(keys.clone()),
        said: Arc::default(),
        telling: Telling::Never,
        stamps,
    }
}

/// Reads the keys of all records, and keeps the rows of the answer as long as that is possible.
async fn survey(scan: &Arc<FileScan>, stamps: Arc<[Stamp]>, filter: &Arc<RowFilter>) -> Result<(Survey, Option<Kept>)> {
    let own = [scan.set.time, Some(scan.set.key), scan.set.within];
    let keys = Keys::new("");
    let mut keeping = Keeping::new(scan, filter);
    let pass = pass(scan.set.columns.iter().filter(|column| own.contains(&Some(column.name))), &keys, &stamps);
    let pass = Pass { wide: Some(keeping.wide()), telling: Telling::Later, ..pass };
    let said = Arc::clone(&pass.said);
    let (room, mut seen) = (scan.reservation.new_empty(), SeenKeys::default());
    let mut survey = Survey {
        family: scan.set.family,
        stamps,
        keys,
        repeats: false,
        differing: HashSet::new(),
        unread: Vec::new(),
        room: scan.reservation.new_empty(),
    };
    let mut reading = Arc::clone(scan).read(pass);
    while let Some(read) = reading.next().await.transpose()? {
        let before = (seen.len(), survey.differing.len());
        let firsts = survey.enter(&read, &mut seen);
        if survey.differing.len() > before.1 {
            keeping.give_up();
        }
        keeping.grow(&survey.room, (survey.differing.len() - before.1) * ENTRY)?;
        keeping.grow(&room, (seen.len() - before.0) * ENTRY)?;
        keeping.take(read, firsts);
    }
    survey.unread = said.notices();
    Ok((survey, keeping.kept()))
}

/// Chooses among copies that differ, if there are any.
async fn compared(scan: &Arc<FileScan>, survey: Arc<Survey>) -> Result<Arc<Chosen>> {
    if survey.differing.is_empty() {
        let room = scan.reservation.new_empty();
        return Ok(Arc::new(Chosen { survey, last: HashMap::new(), differing: None, _room: room }));
    }
    let mut comparison = Comparison::new(scan.set, Arc::clone(&survey), scan.reservation.new_empty());
    let columns = scan.set.columns.iter().filter(|column| !matches!(column.edm, Edm::Raw));
    let pass = Pass { evidence: Some(compare::evidence(scan.set)), ..pass(columns, &survey.keys, &survey.stamps) };
    let mut reading = Arc::clone(scan).read(pass);
    while let Some(read) = reading.next().await.transpose()? {
        comparison = scan.on_files(move || comparison.take(&read).map(|()| comparison)).await??;
    }
    comparison.finish().map(Arc::new)
}

impl Survey {
    /// Enters what was read. Gives back which of it are the first copies of their records; `None`: all.
    fn enter(&mut self, read: &Read, seen: &mut SeenKeys) -> Option<BooleanArray> {
        let mut firsts = vec![true; read.keys.len()];
        for (row, (key, print)) in read.keys.iter().zip(read.prints.iter().copied().map(lower)).enumerate() {
            let Some(key) = *key else { continue };
            let Some(first) = seen.insert(key, print) else { continue };
            firsts[row] = false;
            self.repeats = true;
            if first != print {
                self.differing.insert(key);
            }
        }
        firsts.contains(&false).then(|| firsts.into())
    }

    /// Whether another one is of the same files, in another state.
    fn is_outdated_by(&self, other: &Self) -> bool {
        let same_files = self.stamps.len() == other.stamps.len()
            && self.stamps.iter().zip(other.stamps.iter()).all(|(a, b)| a.is_of_file(b));
        self.family == other.family && same_files
    }
}

impl Versions {
    fn get(&self, set: &EntitySet, stamps: &Arc<[Stamp]>) -> Option<(Arc<Survey>, Option<Arc<Chosen>>)> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.iter().find(|entry| entry.survey.family == set.family && entry.survey.stamps == *stamps)?;
        Some((Arc::clone(&entry.survey), entry.chosen.get(&set.qualified()).cloned()))
    }

    fn keep(&self, set: &EntitySet, chosen: &Arc<Chosen>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let survey = &chosen.survey;
        let place = entries.iter().position(|entry| Arc::ptr_eq(&entry.survey, survey)).unwrap_or_else(|| {
            // What is known of another state of the same files has no use any more.
            entries.retain(|entry| !entry.survey.is_outdated_by(survey));
            let surplus = (entries.len() + 1).saturating_sub(MOST);
            entries.drain(..surplus);
            entries.push(Entry { survey: Arc::clone(survey), chosen: BTreeMap::new() });
            entries.len() - 1
        });
        entries[place].chosen.insert(set.qualified(), Arc::clone(chosen));
    }
}

impl Chosen {
    /// How keys are made, if who reads the answer has to know them: a record came more than once.
    pub(crate) fn keys(&self) -> Option<Keys> {
        self.survey.repeats.then(|| self.survey.keys.clone())
    }

    pub(crate) fn stamps(&self) -> Arc<[Stamp]> {
        Arc::clone(&self.survey.stamps)
    }

    /// Says what every statement over these files has to say, however little of them it reads.
    fn say(&self, set: &EntitySet, tally: &Tally) {
        self.survey.unread.iter().for_each(|notice| tally.notice(notice.clone()));
        if let Some((count, first_id)) = &self.differing {
            // Of a file nobody has a secret.
            let (count, first_id) = (*count, Veil::default().told_name(first_id));
            tally.notice(Notice::DifferingDuplicates { table: set.qualified(), count, first_id, stands: Stands::Last });
        }
    }
}

/// Keeps the copies that stand, while the answer is read.
pub(crate) struct Standing {
    chosen: Arc<Chosen>,
    given: HashSet<Key>,
    /// Records whose copies differ and of which none has come yet.
    awaited: usize,
    room: MemoryReservation,
}

impl Standing {
    pub(crate) fn new(chosen: Arc<Chosen>, room: MemoryReservation) -> Self {
        let awaited = chosen.last.len();
        Self { chosen, given: HashSet::new(), awaited, room }
    }

    /// Which rows stand for their records; `None`: all.
    pub(crate) fn keep(&mut self, read: &Read) -> Result<Option<BooleanArray>> {
        if !self.chosen.survey.repeats {
            return Ok(None);
        }
        let before = self.given.len();
        let keep: Vec<bool> =
            read.keys.iter().zip(&read.prints).map(|(key, print)| self.stands(*key, *print)).collect();
        self.room.try_grow((self.given.len() - before) * ENTRY)?;
        Ok(Some(keep.into()))
    }

    fn stands(&mut self, key: Option<Key>, print: u64) -> bool {
        let Some(key) = key else { return true };
        let last = self.chosen.last.get(&key);
        let stands = last.is_none_or(|last| *last == print) && self.given.insert(key);
        self.awaited -= usize::from(stands && last.is_some());
        stands
    }

    /// The end of the files: each record has been there.
    pub(crate) fn finish(&self, set: &EntitySet) -> Result<(), Error> {
        if self.awaited > 0 { Err(Error::FilesChanged { table: set.qualified() }) } else { Ok(()) }
    }
}
