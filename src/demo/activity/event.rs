//! One record of the feed and the act that it records: a few numbers, from which its JSON follows when it is served.

use super::content::ContentType;
use crate::demo::json::Json;
use crate::demo::world::World;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::directory::{self, Activity, Change};
use crate::demo::world::people::Person;

/// The type of records of changes of the directory.
pub(super) const DIRECTORY: i32 = 8;

/// Something that is recorded.
pub(super) struct Act {
    pub(super) content: ContentType,
    pub(super) record_type: i32,
    pub(super) workload: &'static str,
    pub(super) operation: &'static str,
    /// How often, compared with the others; 0 for what only the attack does.
    pub(super) weight: u32,
    /// The constant that stands for the user in records that no person causes.
    pub(super) system: Option<&'static str>,
    /// Writes what the workload adds to the common properties.
    pub(super) render: fn(&Record<'_>, &mut Json),
}

/// One audit record.
#[derive(Clone, Copy)]
pub(in crate::demo) struct Event {
    /// What its identifiers and small accidents follow from.
    pub(super) seed: u64,
    /// When it happened, in seconds since 1970.
    pub(super) second: i64,
    /// What happened.
    pub(super) act: &'static Act,
    /// A person, by number.
    pub(super) actor: usize,
    /// Where from: an address by number.
    pub(super) source: u16,
    /// A step of the attack, which shows in the details.
    pub(super) plot: bool,
    /// A step that looks like one.
    pub(super) alike: bool,
    /// The error of a sign-in that sign-ins tell of as well; 0 is success.
    pub(super) code: Option<i32>,
    /// The person whom it is done to, by number, where the story says so.
    pub(super) whom: Option<usize>,
    /// Whether it has its own chance, so that the days of which it is a part stay as they are.
    pub(super) aside: bool,
}

/// An event and the cast it refers to.
pub(super) struct Record<'a> {
    pub(super) event: &'a Event,
    pub(super) world: &'a World,
    /// Which delivery of it: the service was seen to enrich records that it sent again.
    pub(super) enriched: bool,
}

impl Event {
    /// What follows from the record's seed for a purpose.
    pub(super) fn roll(&self, purpose: u64) -> u64 {
        mix(self.seed, purpose)
    }

    /// Whether something happens that happens to one record in `n`; never to a step of the attack.
    pub(super) fn rare(&self, purpose: u64, n: u64) -> bool {
        !self.plot && !self.alike && self.roll(purpose).is_multiple_of(n)
    }

    /// A choice among a few.
    pub(super) fn pick<T: Copy>(&self, purpose: u64, among: &[T]) -> T {
        among[usize::try_from(self.roll(purpose) % among.len() as u64).unwrap_or_default()]
    }

    /// The type of content it is delivered in.
    pub(super) fn content(&self) -> ContentType {
        self.act.content
    }

    /// `Id`; one record in ten thousand has none.
    pub(super) fn id(&self) -> Option<String> {
        (!self.rare(0x1d, 10_000)).then(|| guid(self.seed, 0x1d))
    }

    /// What tells it from others, whether it has an identifier or not.
    pub(super) fn key(&self) -> String {
        guid(self.seed, 0x1d)
    }

    /// `Operation`; three records in a thousand have none.
    pub(super) fn operation(&self) -> Option<&'static str> {
        (!self.rare(0x0b, 340)).then_some(self.act.operation)
    }

    /// `UserId`, in one of its many forms.
    pub(super) fn user_id(&self, world: &World) -> Option<String> {
        let upn = self.person(world).upn.as_str();
        Some(match self.act.system {
            Some(system) => system.to_owned(),
            None if self.rare(0xd1, 900) => return None,
            None if self.rare(0xd2, 600) => self.pick(0xd3, &["Not Available", "Unknown", ""]).to_owned(),
            None if self.rare(0xd4, 400) => self.person(world).id.clone(),
            None if self.rare(0xd5, 500) => "NT AUTHORITY\\SYSTEM (w3wp)".to_owned(),
            None if self.rare(0xd6, 700) => "S-1-5-18".to_owned(),
            None => directory::spelt(upn, self.actor, self.seed),
        })
    }

    /// The person who acts.
    pub(super) fn person<'a>(&self, world: &'a World) -> &'a Person {
        world.people.get(self.actor).unwrap_or(&world.people[0])
    }

    /// The change of the directory that it records, if it is one.
    pub(super) fn change(&self) -> Option<Change> {
        let activity = (self.act.record_type == DIRECTORY)
            .then(|| Activity::named(self.act.operation.trim_end_matches('.')))??;
        let Self { seed, second, actor, source, plot, alike, whom, .. } = *self;
        Some(Change { seed, second, activity, actor, source, plot, alike, whom })
    }

    /// The address as such.
    pub(super) fn ip<'a>(&self, world: &'a World) -> &'a str {
        &world.sources.get(self.source).ip
    }
}
