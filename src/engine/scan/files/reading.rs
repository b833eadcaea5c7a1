//! Reads all files once: one thread cuts them into blocks, as many as there are cores make rows of those, and what they made
//! is put together here in the order of the files.
//!
//! So rows, notices and first lines are those of one reader who goes from the first byte to the last. What one block cannot
//! tell alone, the order of day and month in its dates, makes its file one whose blocks are read in turn.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures::stream::{self, BoxStream, StreamExt};

use super::cutting::{Cutting, Source, Step};
use super::part::{Part, Worker, Workers};
use super::word::{Telling, Word};
use super::{FileScan, Pass, Read};
use crate::engine::error::Error;
use crate::engine::scan::remarks::{Others, wanted};
use crate::exports::{Block, Dates, InTurn, Remarks};
use crate::files::FileRef;
use crate::tally::Notice;

/// Blocks that are worked on side by side at most.
const MOST_AT_ONCE: usize = 8;

/// What is known of a step.
enum Known {
    Begun(Arc<Source>),
    Unopened(FileRef, String),
    Part(Box<Part>),
    InTurn(Block),
    Ended(bool),
}

/// Reads all files once.
pub(super) fn read(scan: Arc<FileScan>, pass: Pass) -> BoxStream<'static, Result<Read, Error>> {
    let pass = Arc::new(pass);
    let wanted = wanted(scan.set, &pass.decoded());
    let workers = Arc::new(Workers::new(Arc::clone(&scan), Arc::clone(&pass), wanted));
    // One more waits to be taken when another is done.
    let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_ONCE) + 1;
    let of = Arc::clone(&workers);
    let known = steps(Arc::clone(&scan), Arc::clone(&pass)).map(move |step| known(Arc::clone(&of), step));
    let known = known.buffered(at_once);
    let assembly = Assembly { scan, pass, workers, others: Others::default(), open: None, words: Vec::new() };
    stream::try_unfold((known.boxed(), assembly), |(mut known, mut assembly)| async move {
        while let Some(next) = known.next().await.transpose()? {
            let (read, back) = match next {
                // What is read in turn is read here, and files block.
                Known::InTurn(block) => {
                    let scan = Arc::clone(&assembly.scan);
                    scan.on_files(move || (assembly.in_turn(&block), assembly)).await?
                }
                known => (assembly.add(known), assembly),
            };
            assembly = back;
            if let Some(read) = read {
                return Ok(Some((read, (known, assembly))));
            }
        }
        // What the end of the last file showed comes behind all rows.
        let last = assembly.last_words();
        Ok(last.map(|read| (read, (known, assembly))))
    })
    .boxed()
}

/// The files and their blocks, in order.
fn steps(scan: Arc<FileScan>, pass: Arc<Pass>) -> BoxStream<'static, Result<Step, Error>> {
    stream::try_unfold(None, move |cutting: Option<Cutting>| {
        let (scan, pass) = (Arc::clone(&scan), Arc::clone(&pass));
        async move {
            let of = Arc::clone(&scan);
            of.on_files(move || {
                let mut cutting = match cutting {
                    Some(cutting) => cutting,
                    None => Cutting::begin(scan, pass)?,
                };
                let next = cutting.next()?;
                Ok::<_, Error>(next.map(|step| (step, Some(cutting))))
            })
            .await?
        }
    })
    .boxed()
}

/// What a step brings. Blocks are worked on from now on, whether or not somebody asks.
async fn known(workers: Arc<Workers>, step: Result<Step, Error>) -> Result<Known, Error> {
    let (source, block) = match step? {
        Step::Begin(source) => return Ok(Known::Begun(source)),
        Step::Unopened(file, why) => return Ok(Known::Unopened(file, why)),
        Step::End(linked) => return Ok(Known::Ended(linked)),
        Step::Block(source, block) if source.in_turn.load(Relaxed) => return Ok(Known::InTurn(block)),
        Step::Block(source, block) => (source, block),
    };
    let scan = Arc::clone(&workers.scan);
    scan.on_files(move || match workers.part(block) {
        Ok(part) => Known::Part(Box::new(part)),
        Err(block) => {
            source.in_turn.store(true, Relaxed);
            Known::InTurn(block)
        }
    })
    .await
}

/// Puts together what was made of blocks.
struct Assembly {
    scan: Arc<FileScan>,
    pass: Arc<Pass>,
    workers: Arc<Workers>,
    others: Others,
    open: Option<Open>,
    /// What is told with the rows that come next.
    words: Vec<Word>,
}

/// A file that is being read, and what there is to say of it.
struct Open {
    source: Arc<Source>,
    /// What its blocks are read with, if they are read in turn.
    in_turn: Option<(Worker, Dates)>,
    remarks: Remarks,
    unread: u64,
    first: Option<(u64, String)>,
    /// It has records of the table's family, and of others.
    of_table: bool,
    of_others: bool,
    linked: bool,
}

impl Assembly {
    fn add(&mut self, known: Known) -> Option<Read> {
        match known {
            Known::Begun(source) => {
                self.met(&source.file);
                let remarks = Remarks::new(Some(Arc::clone(&self.workers.wanted)));
                let (unread, first, of_table, of_others, linked) = (0, None, false, false, false);
                let in_turn = None;
                self.open = Some(Open { source, in_turn, remarks, unread, first, of_table, of_others, linked });
                None
            }
            // It costs itself.
            Known::Unopened(file, why) => {
                self.met(&file);
                self.pass.said.notice(Notice::UnreadFile { file: file.to_string(), why });
                None
            }
            Known::Part(part) => self.part(*part),
            Known::InTurn(block) => self.in_turn(&block),
            Known::Ended(linked) => {
                self.open.iter_mut().for_each(|open| open.linked |= linked);
                self.say(true);
                self.open = None;
                None
            }
        }
    }

    fn met(&mut self, file: &FileRef) {
        self.tell(Word::File(file.to_string()));
    }

    fn tell(&mut self, word: Word) {
        match self.pass.telling {
            Telling::Never => {}
            Telling::Now => word.say(&self.scan),
            Telling::Later => self.words.push(word),
        }
    }

    fn last_words(&mut self) -> Option<Read> {
        let words = std::mem::take(&mut self.words);
        (!words.is_empty()).then(|| Read { words, ..Read::nothing() })
    }

    /// Reads a block with what is known from those before it.
    fn in_turn(&mut self, block: &Block) -> Option<Read> {
        let open = self.open.as_mut()?;
        let (worker, dates) = open.in_turn.get_or_insert_with(|| {
            let dates = Dates::new(open.source.file.clone(), Arc::clone(&self.workers.wanted));
            (self.workers.worker(), dates)
        });
        match worker.part(block, Some(dates)) {
            Ok(part) => self.part(part),
            Err(InTurn) => unreachable!("with what is known of its dates every block can be read"),
        }
    }

    fn part(&mut self, part: Part) -> Option<Read> {
        let Part { mut read, conflicts, strange, unread, first, remarks, linked, families, bytes } = part;
        let (scan, open) = (&self.scan, self.open.as_mut()?);
        scan.budget.tally.bytes.add(bytes);
        for family in &families {
            let own = *family == scan.set.family;
            (open.of_table, open.of_others) = (open.of_table || own, open.of_others || !own);
        }
        open.remarks.join(remarks);
        open.unread += unread;
        open.first = open.first.take().or(first);
        open.linked |= linked;
        families.into_iter().for_each(|family| self.tell(Word::Holds(family)));
        self.tell(Word::Odd(conflicts, strange));
        // A limit may end the scan here: what is known so far is said.
        self.say(false);
        read.words = std::mem::take(&mut self.words);
        Some(read)
    }

    /// Says what there is to say of the open file.
    fn say(&mut self, at_end: bool) {
        let Some(open) = &self.open else { return };
        let file = open.source.file.to_string();
        if let Some((line, why)) = &open.first {
            let (file, line, why) = (file.clone(), *line, why.clone());
            self.pass.said.notice(Notice::UnreadLines { file, line, count: open.unread, why });
        }
        // It is a page of a reply, and not the last.
        if at_end && open.linked && (open.of_table || !open.of_others) {
            self.pass.said.notice(Notice::NextPages { files: vec![file.clone()] });
        }
        if self.pass.telling != Telling::Never {
            let mut remarks = open.remarks.list(at_end);
            remarks.extend(open.in_turn.iter().flat_map(|(_, dates)| dates.remarks()));
            let notices = self.others.notices(&file, remarks, at_end);
            notices.into_iter().for_each(|notice| self.tell(Word::Notice(notice)));
        }
    }
}
