//! Records that look like an attack and are none: what an administrator was asked to do, a new laptop, a guest who stays, a folder
//! that is tidied up.

use super::acts::named;
use super::event::{Act, Event};
use crate::demo::world::clock::SECOND;
use crate::demo::world::dice::mix;
use crate::demo::world::{Alike, World};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
/// Files that the new laptop fetches.
const FETCHED: i64 = 120;
/// Times that it reads the mailbox, files that the guest reads, and files that are tidied up, one a minute.
const SYNCHRONISED: i64 = 8;
const READ: i64 = 12;
const TIDIED: i64 = 45;
/// Things that the newcomer looks for, how to change the password among them.
const SEARCHED: i64 = 4;

/// All of them.
pub(super) fn tell(alike: &Alike, world: &World) -> Vec<Event> {
    let start = alike.start.div_euclid(SECOND);
    let mut events = Vec::new();
    let mut step = |actor: usize, source: u16, operation: &str, record_type: i32, second: i64| {
        let seed = mix(0x0a11_4eed, events.len() as u64);
        let act = named(operation, record_type);
        events.push(Event { actor, source, ..event(act, seed, second) });
    };
    let (admin, office) = (alike.admin, world.people[alike.admin].sources[0]);
    let morning = start + 9 * HOUR;
    step(admin, office, "Consent to application.", 8, morning);
    step(admin, office, "Add app role assignment to service principal.", 8, morning + 5 * MINUTE);
    step(admin, office, "Update application – Certificates and secrets management ", 8, morning + 20 * MINUTE);
    step(admin, office, "Set-Mailbox", 1, morning + 40 * MINUTE);
    step(admin, office, "New-InboxRule", 1, morning + 45 * MINUTE);
    let home = world.people[alike.newcomer].sources[1];
    for n in 0..FETCHED {
        step(alike.newcomer, home, "FileSyncDownloadedFull", 6, morning + HOUR + n * 4);
    }
    events.extend(aside(alike, world, morning));
    events
}

/// Steps that have their own chance.
fn aside(alike: &Alike, world: &World, morning: i64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut step =
        |operation: &str, record_type: i32, minute: i64, (actor, source): (usize, u16), whom: Option<usize>| {
            let seed = mix(0x0a51_4eed, events.len() as u64);
            let act = named(operation, record_type);
            events.push(Event { actor, source, whom, aside: true, ..event(act, seed, morning + minute * MINUTE) });
        };
    let at_work = |person: usize| (person, world.people[person].sources[0]);
    let admin = at_work(alike.admin);
    // The alert is about a rule that was agreed on.
    step("AlertTriggered", 40, 46, admin, None);
    step("Add user.", 8, 50, admin, Some(alike.trial));
    step("Delete user.", 8, 70, admin, Some(alike.trial));
    // A link that a policy has nothing against is tried by who made it.
    step("AnonymousLinkCreated", 14, 80, admin, None);
    step("AnonymousLinkUsed", 14, 82, admin, None);
    step("DlpRuleMatch", 11, 84, at_work(alike.newcomer), None);
    step("MemberAdded", 25, 92, admin, Some(alike.partner));
    let partner = at_work(alike.partner);
    (0..READ).for_each(|n| step("FileAccessed", 6, 100 + n, partner, None));
    let newcomer = at_work(alike.newcomer);
    (0..SYNCHRONISED).for_each(|n| step("MailItemsAccessed", 50, 60 + n, newcomer, None));
    (0..TIDIED).for_each(|n| step("FileDeleted", 6, 120 + n, newcomer, None));
    (0..SEARCHED).for_each(|n| step("SearchQueryPerformed", 4, 30 + n, newcomer, None));
    events
}

/// A step of nobody yet.
fn event(act: &'static Act, seed: u64, second: i64) -> Event {
    Event { seed, second, act, actor: 0, source: 0, plot: false, alike: true, code: None, whom: None, aside: false }
}
