//! The ordinary days of the feed: who does what, when, and how long it takes until the record is available.

use fastrand::Rng;

use super::event::{Act, Event};
use super::feed::Feed;
use super::{acts, alike, attack};
use crate::demo::graph::Attempt;
use crate::demo::world::World;
use crate::demo::world::people::PEOPLE;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A record and when it becomes available, in milliseconds since 1970; once for each delivery.
pub(super) struct Told {
    pub(super) event: Event,
    pub(super) available: Vec<i64>,
}

/// All records that become available between two instants (seconds), the attack among them.
pub(super) fn tell(world: &World, attempts: &[Attempt], feed: &Feed, seed: u64, span: (i64, i64)) -> Vec<Told> {
    let mut dice = Rng::with_seed(seed ^ 0xfeed);
    let plot = world.attack.as_ref().map(|attack| attack::tell(attack, world, attempts, seed)).unwrap_or_default();
    let plot = plot.into_iter().chain(world.alike.iter().flat_map(|alike| alike::tell(alike, world)));
    let plot = plot.filter(|event| span.0 <= event.second && event.second + HOUR < span.1);
    let plot: Vec<Event> = plot.take(feed.records / 2).collect();
    let mut told: Vec<Told> = Vec::with_capacity(feed.records);
    for event in plot {
        let late = if event.aside {
            10 * MINUTE * 1_000 + i64::try_from(event.roll(0x1a7e) % 3_000_000).unwrap_or_default()
        } else {
            dice.i64(10 * MINUTE..HOUR) * 1_000 + dice.i64(0..1_000)
        };
        let available = event.second * 1_000 + late;
        told.push(Told { event, available: vec![available] });
    }
    while told.len() < feed.records {
        told.push(ordinary(world, &mut dice, feed, span));
    }
    told
}

/// So many ordinary records between two instants (seconds), of a time before the feed can list any.
pub(super) fn before(world: &World, feed: &Feed, (seed, records): (u64, usize), span: (i64, i64)) -> Vec<Told> {
    let mut dice = Rng::with_seed(seed ^ 0x01d);
    // None of them began before the span, however late it became available.
    let in_time = |told: &Told| span.0 < told.event.second;
    std::iter::repeat_with(|| ordinary(world, &mut dice, feed, span)).filter(in_time).take(records).collect()
}

fn ordinary(world: &World, dice: &mut Rng, feed: &Feed, span: (i64, i64)) -> Told {
    let act: &'static Act = acts::weighed(dice.u64(..));
    // The lower of two draws: some people do far more than others.
    let actor = dice.usize(..PEOPLE).min(dice.usize(..PEOPLE));
    let available = busy_time(dice, span);
    let late = dice.u32(..1_000_000) < feed.late_per_million;
    let delay = if late { dice.i64(2 * HOUR..4 * DAY) } else { dice.i64(5 * MINUTE..90 * MINUTE) };
    let source = world.people[actor].sources[dice.usize(..3)];
    let (seed, second) = (dice.u64(..), available / 1_000 - delay);
    let event =
        Event { seed, second, act, actor, source, plot: false, alike: false, code: None, whom: None, aside: false };
    let mut all = vec![available];
    // A record without an identifier cannot be recognised when it comes again; the real ones were not seen twice either.
    if dice.u32(..1_000_000) < feed.twice_per_million && event.id().is_some() {
        let again = available + dice.i64(0..6 * HOUR) * 1_000;
        all.extend((again < span.1 * 1_000).then_some(again));
    }
    Told { event, available: all }
}

/// An instant in milliseconds; the days are busier than the nights.
fn busy_time(dice: &mut Rng, span: (i64, i64)) -> i64 {
    let mut millis = 0;
    for _ in 0..8 {
        millis = dice.i64(span.0 * 1_000..span.1 * 1_000);
        let hour = (millis / 1_000).rem_euclid(DAY) / HOUR;
        if (7..19).contains(&hour) || dice.u8(..100) < 25 {
            break;
        }
    }
    millis
}
