//! Chains whose page tokens die: read to their end from where they broke off, without a loss or a copy.

use super::service::{Asked, Record, Service, expired, page, page_of, rows};
use super::{ALL, Fixture, NEWEST};
use crate::scripted::{Reply, Seen};

const OLDEST: &str = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time";

/// A service of twelve records in pages of three, of whose requests some meet a dead token.
fn dying(dead: impl Fn(usize, &Asked) -> bool + Send + 'static) -> impl FnMut(&Seen) -> Reply + Send {
    over(Service::of_log(12, 3), dead)
}

/// The same over another service. The closure is given the number of the request, from 1.
fn over(
    mut service: Service,
    dead: impl Fn(usize, &Asked) -> bool + Send + 'static,
) -> impl FnMut(&Seen) -> Reply + Send {
    let mut count = 0;
    move |seen| {
        count += 1;
        let asked = Asked::of(seen);
        if asked.token.is_some() && dead(count, &asked) { expired() } else { service.answer(&asked) }
    }
}

/// Records of which several share a time, also across pages.
fn crowded() -> Service {
    let at = |n: usize| Record { id: format!("r{n}"), ..Record::nth(n / 4 * 4) };
    Service::new((0..12).map(at).collect(), 3)
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = resumed();
    all.extend(restarted());
    all.extend(given_up());
    all.extend(parts());
    all
}

fn resumed() -> Vec<Fixture> {
    vec![
        // Pages of r0-2, r3-5, a refusal, then from r5 on: r5-7, r8-10, r11.
        Fixture::new("a token dies, newest first", NEWEST, "12 rows in 6", dying(|n, _| n == 3)),
        Fixture::new("a token dies, oldest first", OLDEST, "12 rows in 6", dying(|n, _| n == 3)),
        Fixture::new("a token dies, in no order asked for", ALL, "12 rows in 6", dying(|n, _| n == 3)),
        Fixture::new("a token dies at the first link", NEWEST, "12 rows in 6", dying(|n, _| n == 2)),
        Fixture::new("two tokens die", NEWEST, "12 rows in 7", dying(|n, _| [3, 5].contains(&n))),
        Fixture::new("every second token dies", NEWEST, "12 rows in 7", dying(|n, _| n % 3 == 0)),
        Fixture::new("every token dies", NEWEST, "12 rows in 11", dying(|_, _| true)),
        Fixture::new("a token dies among equal times", NEWEST, "12 rows in 6", over(crowded(), |n, _| n == 3)),
        Fixture::new("a token dies among equal times, in no order", ALL, "12 rows in 6", {
            over(crowded(), |n, _| n == 3)
        }),
        Fixture::new(
            "a token dies behind the limit",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 6",
            "6 rows in 2",
            dying(|n, _| n == 3),
        ),
        Fixture::new(
            "a token dies before the limit",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 8",
            "8 rows in 4",
            dying(|n, _| n == 3),
        ),
    ]
}

/// Pages in no order at all. A page beyond the last, or one that the closure kills, is refused.
fn shuffled(
    dead: impl Fn(usize) -> bool + Send + 'static,
    token: impl Fn(usize, usize) -> String + Send + 'static,
) -> impl FnMut(&Seen) -> Reply + Send {
    let order = [[4, 1, 8], [0, 5, 2], [7, 3, 6]];
    let mut count = 0;
    move |seen| {
        count += 1;
        let at = Asked::of(seen).token.map_or(0, |token| token[..1].parse::<usize>().unwrap());
        if at > 0 && dead(count) {
            return expired();
        }
        let records: Vec<_> = order[at].iter().map(|n| Record::nth(*n).json()).collect();
        let next = token(at + 1, count);
        page_of(&records, (at < 2).then_some(next.as_str()))
    }
}

fn restarted() -> Vec<Fixture> {
    let anew = |at: usize, count: usize| format!("{at}-{count}");
    let fixed = |at: usize, _: usize| format!("{at}");
    vec![
        Fixture::new("a token dies and the order was broken", ALL, "9 rows in 6", shuffled(|n| n == 3, anew)),
        Fixture::new("a token dies behind a first page of one row", ALL, "9 rows in 6", one_row_first()),
        Fixture::new("the same tokens come again after a restart", ALL, "9 rows in 6", shuffled(|n| n == 3, fixed)),
        Fixture::new(
            "tokens die and the order was broken",
            ALL,
            "9 rows in 8",
            shuffled(|n| [2, 5].contains(&n), anew),
        ),
    ]
}

/// Pages in no order, of which the first has one row: it shows nothing.
fn one_row_first() -> impl FnMut(&Seen) -> Reply + Send {
    let order: [&[usize]; 4] = [&[4], &[1, 8, 0], &[5, 2, 7], &[3, 6]];
    let mut count = 0;
    move |seen| {
        count += 1;
        let asked = Asked::of(seen);
        if count == 2 {
            return expired();
        }
        let at = asked.token.as_ref().map_or(0, |token| token.parse::<usize>().unwrap());
        // The bounds of time are kept: what was narrowed away is lost.
        let to = asked.bound("le").unwrap_or(i64::MAX);
        let records = order[at].iter().map(|n| Record::nth(*n)).filter(|record| record.time <= to);
        let records: Vec<_> = records.map(|record| record.json()).collect();
        let next = (at + 1).to_string();
        page_of(&records, (at < 3).then_some(next.as_str()))
    }
}

fn given_up() -> Vec<Fixture> {
    let nameless = |range: std::ops::Range<usize>| {
        let mut rows = rows(range);
        rows[1].as_object_mut().unwrap().remove("id");
        rows
    };
    let one_second = || {
        let at = |n: usize| Record { id: format!("r{n}"), ..Record::nth(0) };
        Service::new((0..12).map(at).collect(), 3)
    };
    vec![
        Fixture::queue(
            "a token dies and a record has no id",
            ALL,
            "Chain: Keyless in 2",
            [page_of(&nameless(0..3), Some("2")), expired()],
        ),
        Fixture::queue(
            "a token dies and a record has no id, newest first",
            NEWEST,
            "Chain: Keyless in 2",
            [page_of(&nameless(0..3), Some("2")), expired()],
        ),
        Fixture::queue(
            "a token dies and the service refuses to begin anew",
            ALL,
            "Request: Refused 400 BadRequest in 3",
            [page(0..3, Some("2")), expired(), expired()],
        ),
        Fixture::new(
            "a full page of one second, behind which every token dies",
            NEWEST,
            "Chain: DeadChain in 8",
            over(one_second(), |_, _| true),
        ),
        Fixture::new(
            "every token dies and the order was broken",
            ALL,
            "Chain: DeadChain in 8",
            shuffled(|_| true, |at, count| format!("{at}-{count}")),
        ),
        Fixture::new(
            "every token dies, where copies are not recognised",
            ALL,
            "Request: Refused 400 BadRequest in 2",
            dying(|_, _| true),
        )
        .with(|settings| settings.dedup = false),
    ]
}

/// Ids of which the log has the first twelve: a list that is cut into two requests, whose records come twice.
const LISTED: &str = "SELECT id FROM sign_ins WHERE is_interactive AND id IN ('r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', \
                      'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'r16', 'r17', 'r18', 'r19', 'r20')";

fn parts() -> Vec<Fixture> {
    let nameless = |_: &Seen| {
        let mut rows = rows(0..3);
        rows[1].as_object_mut().unwrap().remove("id");
        page_of(&rows, None)
    };
    // Each of two parts is sent the whole log in four pages.
    vec![
        Fixture::new("parts of a list bring the same records", LISTED, "12 rows in 8", dying(|_, _| false)),
        Fixture::new("a token dies in one of the parts", LISTED, "12 rows", dying(|n, _| n == 5)),
        Fixture::new("tokens die in both parts", LISTED, "12 rows", dying(|n, _| [3, 4, 8].contains(&n))),
        Fixture::new("a record of a part has no id", KEYLESS, "Keyless", nameless),
        Fixture::new("the clause of the parts is refused", LISTED, "12 rows, WeakerFilter", refusing_lists()),
    ]
}

/// Records that other columns choose, so that one without an id may be among them.
const KEYLESS: &str = "SELECT id FROM sign_ins WHERE is_interactive AND status.error_code IN (50126, 1, 2, 3, 4, 5, 6, 7, \
                       8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)";

fn refusing_lists() -> impl FnMut(&Seen) -> Reply + Send {
    let mut service = Service::of_log(12, 3);
    move |seen| {
        let asked = Asked::of(seen);
        if asked.filter.contains("id eq") { expired() } else { service.answer(&asked) }
    }
}
