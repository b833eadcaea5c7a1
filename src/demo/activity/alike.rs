//! Records that look like an attack and are none: what an administrator was asked to do, and a new laptop.

use super::acts::named;
use super::event::Event;
use crate::demo::world::clock::SECOND;
use crate::demo::world::dice::mix;
use crate::demo::world::{Alike, World};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
/// Files that the new laptop fetches.
const FETCHED: i64 = 120;

/// All of them.
pub(super) fn tell(alike: &Alike, world: &World) -> Vec<Event> {
    let start = alike.start.div_euclid(SECOND);
    let mut events = Vec::new();
    let mut step = |actor: usize, source: u16, operation: &str, record_type: i32, second: i64| {
        let seed = mix(0x0a11_4eed, events.len() as u64);
        let act = named(operation, record_type);
        events.push(Event { seed, second, act, actor, source, plot: false, alike: true, code: None });
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
    events
}
