//! Which changes there are: the feed's, the attacker's that the feed does not see, and ordinary ones besides.

use chrono::TimeDelta;
use fastrand::Rng;

use super::super::table::Premise;
use crate::demo::world::clock::{self, SECOND};
use crate::demo::world::dice::mix;
use crate::demo::world::directory::{ACTIVITIES, Activity, Change, DIRECTORY};
use crate::demo::world::people::PEOPLE;
use crate::demo::world::{Alike, Attack, World};

/// Days that are told of.
const DAYS: i64 = 30;
/// Days before the end that the feed reaches back to, and a little more: what the directory records there is told by it.
const TOLD_BY_FEED: i64 = 8;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// All changes, newest first.
pub(super) fn all(premise: &Premise) -> Vec<Change> {
    let mut changes = premise.changes.clone();
    let world = &premise.world;
    if let Some(attack) = &world.attack {
        changes.extend(of_attack(attack, premise.seed));
    }
    changes.extend(world.alike.as_ref().map(|alike| of_alike(alike, world)));
    let dice = &mut Rng::with_seed(premise.seed ^ 0x000d_17ec);
    let span = ((premise.now - TimeDelta::days(DAYS)).timestamp(), premise.now.timestamp());
    changes.extend((0..premise.audits).map(|_| ordinary(world, dice, span)));
    changes.retain(|change| clock::ticks(premise.now) > change.ticks() && change.second >= span.0);
    changes.sort_by_key(|change| (std::cmp::Reverse(change.ticks()), change.seed));
    changes
}

/// A step of the story: the activity, when, and whom it is done to, where the story says so.
type Step = (&'static str, i64, Option<usize>);

/// What services beside the directory record of the attack: the thief's own second factor, a guest, a role for the application,
/// and a policy that no longer meets the account.
fn of_attack(attack: &Attack, seed: u64) -> Vec<Change> {
    let inside = attack.start.div_euclid(SECOND) + 23 * HOUR;
    let steps: [Step; 4] = [
        ("User registered security info", inside + 76 * MINUTE, None),
        ("Add member to role outside of PIM (permanent)", inside + 94 * MINUTE, None),
        ("Update conditional access policy", inside + 97 * MINUTE, None),
        ("Invite external user", inside + 78 * MINUTE, Some(attack.guest)),
    ];
    let seeded = steps.into_iter().zip(0..);
    seeded
        .map(|(step, n)| Change { plot: true, ..told(step, mix(seed ^ 0x0a77_ac4d, n), attack.victim, attack.replay) })
        .collect()
}

/// What they record on quiet days: a guest who is invited and stays.
fn of_alike(alike: &Alike, world: &World) -> Change {
    let morning = alike.start.div_euclid(SECOND) + 9 * HOUR;
    let step = ("Invite external user", morning + 90 * MINUTE, Some(alike.partner));
    Change { alike: true, ..told(step, mix(0x0a11_4ead, 0), alike.admin, world.people[alike.admin].sources[0]) }
}

fn told((name, second, whom): Step, seed: u64, actor: usize, source: u16) -> Change {
    let activity = Activity::named(name).expect("the story does only what is listed");
    Change { seed, second, activity, actor, source, plot: false, alike: false, whom }
}

fn ordinary(world: &World, dice: &mut Rng, span: (i64, i64)) -> Change {
    let activity = weighed(dice.u32(..));
    let until = if activity.service == DIRECTORY { span.1 - TOLD_BY_FEED * 24 * HOUR } else { span.1 };
    // The lower of two draws: some people do far more than others.
    let actor = dice.usize(..PEOPLE).min(dice.usize(..PEOPLE));
    let source = world.people[actor].sources[dice.usize(..3)];
    Change {
        seed: dice.u64(..),
        second: busy_time(dice, (span.0, until)),
        activity,
        actor,
        source,
        plot: false,
        alike: false,
        whom: None,
    }
}

/// The activity at a place among all weights, wrapped around.
fn weighed(place: u32) -> &'static Activity {
    let total: u32 = ACTIVITIES.iter().map(|activity| activity.weight).sum();
    let mut left = place % total;
    let found = ACTIVITIES.iter().find(|activity| {
        let here = left < activity.weight;
        left = left.saturating_sub(activity.weight);
        here
    });
    found.unwrap_or(&ACTIVITIES[0])
}

/// An instant in seconds; the days are busier than the nights.
fn busy_time(dice: &mut Rng, span: (i64, i64)) -> i64 {
    let mut second = span.0;
    for _ in 0..8 {
        second = dice.i64(span.0..span.1);
        if (7..19).contains(&(second.rem_euclid(24 * HOUR) / HOUR)) || dice.u8(..100) < 25 {
            break;
        }
    }
    second
}
