//! The attack goes on where the sign-ins end: what the thief of the session does with it, as the feed tells it.
//!
//! It begins before: a mail was delivered and its link was clicked. After the takeover come reading of mail, a rule that
//! forwards, consent for an application and a secret for it, a link for anyone, a download of everything, and in the end
//! a rule for all mail of the organisation. Around these a policy and an alert saw something, the application read mail by itself,
//! the link was used, an account came and went, files were searched and deleted, and a guest read. The sign-ins of the attack, its spray among them, are told here as well.

use super::acts::{READ_BY_APPLICATION, named};
use super::event::{Act, Event};
use crate::demo::graph::Attempt;
use crate::demo::world::clock::SECOND;
use crate::demo::world::dice::mix;
use crate::demo::world::{Attack, World};

/// Files that were taken, that were deleted, and that the guest read; searches for secrets.
const TAKEN: i64 = 180;
const DELETED: i64 = 60;
const READ: i64 = 12;
const SEARCHED: i64 = 4;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// The attack's records.
pub(super) fn tell(attack: &Attack, world: &World, attempts: &[Attempt], seed: u64) -> Vec<Event> {
    let (actor, exit) = (attack.victim, attack.replay);
    let start = attack.start.div_euclid(SECOND);
    let home = world.people[actor].sources[0];
    let mut events = Vec::new();
    let mut step = |operation: &str, record_type: i32, source: u16, second: i64| {
        let seed = mix(seed ^ 0x00a7_7ac4, events.len() as u64);
        let act = named(operation, record_type);
        events.push(Event { actor, source, ..event(act, seed, second) });
    };
    let spray = attack.spray[0];
    step("TIMailData", 28, spray, start - 3 * HOUR);
    step("TIUrlClickData", 41, home, start - 2 * HOUR);
    let inside = start + 23 * HOUR;
    for n in 0..9 {
        step("MailItemsAccessed", 50, exit, inside + n * 7 * MINUTE);
    }
    step("New-InboxRule", 1, exit, inside + 70 * MINUTE);
    step("UpdateInboxRules", 2, exit, inside + 70 * MINUTE + 2);
    step("Consent to application.", 8, exit, inside + 82 * MINUTE);
    step("Update application – Certificates and secrets management ", 8, exit, inside + 90 * MINUTE);
    step("AnonymousLinkCreated", 14, exit, inside + 100 * MINUTE);
    for n in 0..TAKEN {
        step("FileDownloaded", 6, exit, inside + 110 * MINUTE + n * 3);
    }
    step("New-TransportRule", 1, exit, inside + 150 * MINUTE);
    step("Set-Mailbox", 1, exit, inside + 72 * MINUTE);
    step("Add-MailboxPermission", 1, exit, inside + 74 * MINUTE);
    step("Set-MailboxAuditBypassAssociation", 1, exit, inside + 98 * MINUTE);
    step("Add owner to application.", 8, exit, inside + 86 * MINUTE);
    step("Add app role assignment to service principal.", 8, exit, inside + 95 * MINUTE);
    events.extend(aside(attack, seed, inside));
    events.extend(attempts.iter().enumerate().map(|(n, attempt)| sign_in(attempt, mix(seed ^ 0x0051_6e1a, n as u64))));
    events
}

/// A sign-in that the directory's own log tells of as well.
fn sign_in(attempt: &Attempt, seed: u64) -> Event {
    let &Attempt { second, actor, source, code } = attempt;
    let act = named(if code == 0 { "UserLoggedIn" } else { "UserLoginFailed" }, 15);
    Event { actor, source, code: Some(code), aside: true, ..event(act, seed, second) }
}

/// What happens around the thief's own steps.
fn aside(attack: &Attack, seed: u64, inside: i64) -> Vec<Event> {
    let &Attack { victim, replay, reader, helper, guest, .. } = attack;
    let mut events = Vec::new();
    let mut step = |act: &'static Act, minute: i64, actor: usize, source: u16, whom: Option<usize>| {
        let seed = mix(seed ^ 0x0a51_de00, events.len() as u64);
        events.push(Event { actor, source, whom, aside: true, ..event(act, seed, inside + minute * MINUTE) });
    };
    step(named("AlertTriggered", 40), 71, victim, replay, None);
    step(named("AlertEntityGenerated", 40), 72, victim, replay, None);
    step(named("MemberAdded", 25), 80, victim, replay, Some(guest));
    step(named("DlpRuleMatch", 11), 99, victim, replay, None);
    for minute in [104, 131] {
        step(named("AnonymousLinkUsed", 14), minute, victim, reader, None);
    }
    for minute in [116, 125, 134] {
        step(&READ_BY_APPLICATION, minute, victim, replay, None);
    }
    step(named("Add user.", 8), 118, victim, replay, Some(helper));
    step(named("Add member to role.", 8), 119, victim, replay, Some(helper));
    step(named("Delete user.", 8), 230, victim, replay, Some(helper));
    for n in 0..DELETED {
        step(named("FileDeleted", 6), 140 + n / 30, victim, replay, None);
    }
    for n in 0..READ {
        step(named("FileAccessed", 6), 200 + n, guest, reader, None);
    }
    step(named("MemberRemoved", 25), 300, victim, replay, Some(guest));
    step(named("Delete user.", 8), 302, victim, replay, Some(guest));
    for n in 0..SEARCHED {
        step(named("SearchQueryPerformed", 4), 105 + n, victim, replay, None);
    }
    events
}

/// A step of nobody yet.
fn event(act: &'static Act, seed: u64, second: i64) -> Event {
    Event { seed, second, act, actor: 0, source: 0, plot: true, alike: false, code: None, whom: None, aside: false }
}
