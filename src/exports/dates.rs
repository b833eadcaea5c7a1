//! Which of day and month comes first in the dates of a file, by member.
//!
//! A date of which one number is no month shows it for all dates under its name. Where the first date shows nothing, the
//! file is read ahead once: by then no record has been given out. Where no date under a name shows anything, those under
//! other names may; else what is usual is assumed, and said. A later date that shows the other order is said too: rows were
//! given out by then.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::blocks::Blocks;
use super::records::Records;
use super::remarks::{Remark, Wanted};
use crate::decode::{Order, Shows, Text, shows};
use crate::files::FileRef;

/// What is known of the dates of a file.
#[derive(Debug)]
pub struct Dates {
    source: FileRef,
    wanted: Arc<Wanted>,
    orders: BTreeMap<String, ColumnOrder>,
    /// Something was found since it was last asked for.
    news: bool,
}

/// What is known of the dates under one name.
#[derive(Debug, Clone)]
struct ColumnOrder {
    order: Order,
    /// A date that does not show it, where nothing shows it.
    assumed: Option<String>,
    /// The first date that shows another one.
    contrary: Option<String>,
    /// The first date that could be of either.
    either: Option<String>,
}

impl ColumnOrder {
    fn new(order: Order) -> Self {
        Self { order, assumed: None, contrary: None, either: None }
    }

    /// Takes note of a date that does not fit, and of one that fits whatever it means.
    fn compare(&mut self, text: &str) {
        match shows(text) {
            Some(Shows::This(order)) if order != self.order && self.contrary.is_none() => {
                self.contrary = Some(text.to_owned());
            }
            Some(Shows::Either(_)) if self.either.is_none() => self.either = Some(text.to_owned()),
            _ => {}
        }
    }
}

impl Dates {
    /// Nothing is known yet of the dates of a file.
    pub fn new(source: FileRef, wanted: Arc<Wanted>) -> Self {
        Self { source, wanted, orders: BTreeMap::new(), news: false }
    }

    /// Takes note of members of a record that may be dates.
    pub(super) fn see(&mut self, dates: &[(String, String)]) {
        for (name, text) in dates {
            if let Some(known) = self.orders.get_mut(name) {
                known.compare(text);
                continue;
            }
            if !self.wanted.is_time(name) {
                continue;
            }
            match shows(text) {
                None => {}
                Some(Shows::This(order)) => self.know(name.clone(), ColumnOrder::new(order)),
                Some(Shows::Either(_)) => self.read_ahead(name, text),
            }
        }
    }

    /// The orders that were found, if there is anything new.
    pub(super) fn news(&mut self) -> Option<impl Iterator<Item = (&str, Order)>> {
        let news = std::mem::take(&mut self.news);
        news.then(|| self.orders.iter().map(|(name, known)| (name.as_str(), known.order)))
    }

    /// What was assumed, and what contradicts what is known.
    pub fn remarks(&self) -> Vec<Remark> {
        let contrary = |(name, known): (&String, &ColumnOrder)| {
            let (member, day_first, either) = (name.clone(), known.order == Order::Day, known.either.clone());
            Some(Remark::Contrary { member, day_first, example: known.contrary.clone()?, either })
        };
        self.orders.iter().filter_map(contrary).chain(self.assumed()).collect()
    }

    fn assumed(&self) -> Option<Remark> {
        let assumed = |(name, known): (&String, &ColumnOrder)| {
            let assumed = known.assumed.clone().filter(|_| known.contrary.is_none());
            Some((name.clone(), known.order, assumed?))
        };
        let all: Vec<_> = self.orders.iter().filter_map(assumed).collect();
        let (_, order, example) = all.first()?.clone();
        let day_first = order == Order::Day;
        Some(Remark::Order { members: all.into_iter().map(|(name, ..)| name).collect(), day_first, example })
    }

    fn know(&mut self, name: String, known: ColumnOrder) {
        self.orders.insert(name, known);
        self.news = true;
    }

    /// Looks for what the dates of the file show.
    fn read_ahead(&mut self, name: &str, text: &str) {
        let mut seen = Evidence::default();
        seen.add(name, text);
        // What cannot be read twice cannot be looked through.
        if self.source.is_file()
            && let Ok(blocks) = Blocks::open(&self.source)
        {
            self.look_through(blocks, &mut seen);
        }
        let other = seen.unanimous();
        for (seen_under, Column { shown, usual, example }) in seen.0 {
            let mut known = ColumnOrder::new(shown.or(other).unwrap_or(usual));
            known.assumed = (shown.is_none() && other.is_none()).then_some(example);
            // This date is given out now; those of other names come again.
            known.either = (seen_under == name).then(|| text.to_owned());
            self.know(seen_under, known);
        }
    }

    fn look_through(&self, mut blocks: Blocks, seen: &mut Evidence) {
        let mut records = Records::default();
        while let Some(block) = blocks.next_block() {
            let text = Text::new(&block.text);
            records.begin(&block);
            while records.next(&block, text).is_some() {
                records.dates().iter().filter(|(name, _)| self.wanted.is_time(name)).for_each(|(n, t)| seen.add(n, t));
                if seen.is_settled() {
                    return;
                }
            }
        }
    }
}

/// What dates show, by name.
#[derive(Default)]
struct Evidence(BTreeMap<String, Column>);

struct Column {
    shown: Option<Order>,
    usual: Order,
    example: String,
}

impl Evidence {
    fn add(&mut self, name: &str, text: &str) {
        let Some(shows) = shows(text) else { return };
        let (shown, usual) = match shows {
            Shows::This(order) => (Some(order), order),
            Shows::Either(usual) => (None, usual),
        };
        match self.0.entry(name.to_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(Column { shown, usual, example: text.to_owned() });
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.shown = known.shown.or(shown);
            }
        }
    }

    /// Whether all names have shown their order.
    fn is_settled(&self) -> bool {
        self.0.values().all(|seen| seen.shown.is_some())
    }

    /// The order of all names that have shown one.
    fn unanimous(&self) -> Option<Order> {
        let mut shown = self.0.values().filter_map(|seen| seen.shown);
        let first = shown.next()?;
        shown.all(|order| order == first).then_some(first)
    }
}
