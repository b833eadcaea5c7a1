//! Records that are odd, doubled, or out of their order.

use serde_json::{Value, json};

use super::service::{page, page_of, rows};
use super::{ALL, Fixture, NEWEST};
use crate::scripted::Reply;

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = values();
    all.extend(doubled());
    all.extend(order());
    all
}

/// Three records, the second of which has this member.
fn odd(name: &str, value: Value) -> Reply {
    let mut rows = rows(0..3);
    rows[1][name] = value;
    page_of(&rows, None)
}

/// Three records, the second of which has these bytes among its members.
fn bytes(members: &[u8]) -> Reply {
    let text = rows(0..3).into_iter().map(|row| row.to_string()).collect::<Vec<_>>();
    let second = text[1].strip_suffix('}').unwrap();
    let body = [
        br#"{"value":["#,
        text[0].as_bytes(),
        b",",
        second.as_bytes(),
        b",",
        members,
        b"},",
        text[2].as_bytes(),
        b"]}",
    ];
    Reply::status(200).header("Content-Type", "application/json").body(body.concat())
}

/// A record, all of whose columns but id, time and kind hold what they cannot hold.
fn nothing_fits() -> Reply {
    use auditql::apis::graph::SIGN_INS;
    use auditql::table::Edm;
    let mut rows = rows(0..3);
    let kept = ["id", "createdDateTime", "signInEventTypes", "isInteractive", ""];
    for column in SIGN_INS.columns.iter().filter(|c| !kept.contains(&c.wire)) {
        rows[1][column.wire] = match column.edm {
            Edm::Object(_) => json!([1]),
            Edm::List(_) => json!({"a": 1}),
            _ => json!({"a": [1]}),
        };
    }
    page_of(&rows, None)
}

fn values() -> Vec<Fixture> {
    let all = "SELECT id FROM (SELECT * FROM sign_ins WHERE is_interactive) WHERE user_agent IS DISTINCT FROM 'x'";
    let every = "SELECT CASE WHEN count(*) = 3 AND count(user_agent) = 0 AND count(status) = 2 THEN 'r0' END \
                 FROM (SELECT * FROM sign_ins WHERE is_interactive) t";
    vec![
        Fixture::always("no value fits its column", every, "1 rows, TypeConflicts in 1", nothing_fits()),
        Fixture::always(
            "text where an object belongs",
            STATUS,
            "3 rows, TypeConflicts in 1",
            odd("status", json!("x")),
        ),
        Fixture::always(
            "a number beyond all numbers",
            STATUS,
            "3 rows, TypeConflicts in 1",
            bytes(br#""location":{"geoCoordinates":{"latitude":1e400}},"status2":1e400"#),
        ),
        Fixture::always("a number beyond all numbers where nobody looks", ALL, "3 rows in 1", bytes(br#""x":1e400"#)),
        Fixture::always(
            "bytes that are no text",
            all,
            "3 rows, TypeConflicts in 1",
            bytes(b"\"userAgent\":\"\xff\xfe\""),
        ),
        Fixture::always(
            "half a surrogate pair",
            all,
            "3 rows, TypeConflicts in 1",
            bytes(br#""userAgent":"\ud83d \ude00""#),
        ),
        Fixture::always("a member twice", all, "3 rows, RepeatedMembers in 1", {
            bytes(br#""userAgent":"a","userAgent":"b""#)
        }),
        Fixture::always("an id that is a number", ALL, "rows [r0 7 r2] in 1", odd("id", json!(7))),
        Fixture::always("an id that is null", ALL, "rows [r0 NULL r2] in 1", odd("id", Value::Null)),
        Fixture::always("an id that is an object", ALL, "rows [r0 NULL r2], TypeConflicts in 1", odd("id", json!({}))),
        Fixture::always("a time that is null", ALL, "3 rows in 1", odd("createdDateTime", Value::Null)),
        Fixture::always(
            "a time that is text",
            ALL,
            "3 rows, TypeConflicts in 1",
            odd("createdDateTime", json!("soon")),
        ),
    ]
}

const STATUS: &str = "SELECT id FROM sign_ins WHERE is_interactive AND (status.failure_reason IS DISTINCT FROM 'x') \
                      AND (location.geo_coordinates.latitude IS DISTINCT FROM 1)";

/// Records of these numbers.
fn numbered(numbers: &[usize]) -> Vec<Value> {
    numbers.iter().flat_map(|n| rows(*n..n + 1)).collect()
}

fn doubled() -> Vec<Fixture> {
    let both = |name: [&'static str; 2], expected, replies: [Reply; 3]| {
        [Fixture::queue(name[0], ALL, expected, replies.clone()), Fixture::queue(name[1], NEWEST, expected, replies)]
    };
    let mut changed = numbered(&[2, 3, 4]);
    changed[0]["userPrincipalName"] = "other@contoso.com".into();
    let differing = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'r%@contoso.com'";
    let first = "SELECT id FROM sign_ins WHERE is_interactive AND length(user_principal_name) > 0";
    let last_again = [page(0..3, Some("2")), page_of(&numbered(&[2, 3, 4]), Some("3")), page(5..7, None)];
    let page_again = [page(0..3, Some("2")), page(0..3, Some("3")), page(3..6, None)];
    let sizes = [page(0..1, Some("2")), page(1..9, Some("3")), page(9..11, None)];
    let mut all = vec![
        Fixture::queue(
            "a record twice with different values",
            first,
            "5 rows, DifferingDuplicates in 2",
            [page(0..3, Some("2")), page_of(&changed, None)],
        ),
        Fixture::queue(
            "a second copy that no longer satisfies the query",
            differing,
            "5 rows, DifferingDuplicates in 2",
            [page(0..3, Some("2")), page_of(&changed, None)],
        ),
        Fixture::queue(
            "a page twice, where copies count",
            ALL,
            "rows [r0 r1 r0 r1] in 2",
            [page(0..2, Some("2")), page(0..2, None)],
        )
        .with(|settings| settings.dedup = false),
        Fixture::queue(
            "a page twice, newest first, where copies count",
            NEWEST,
            "Chain: OutOfOrder in 2",
            [page(0..2, Some("2")), page(0..2, None)],
        )
        .with(|settings| settings.dedup = false),
        Fixture::queue("pages that overlap", ALL, "6 rows in 2", [page(0..4, Some("2")), page(2..6, None)]),
        Fixture::queue(
            "pages that overlap, newest first",
            NEWEST,
            "Chain: OutOfOrder in 2",
            [page(0..4, Some("2")), page(2..6, None)],
        ),
    ];
    all.extend(both(["the last record again", "the last record again, newest first"], "7 rows in 3", last_again));
    all.extend(both(["a page twice", "a page twice, newest first"], "6 rows in 3", page_again));
    all.extend(both(["pages of all sizes", "pages of all sizes, newest first"], "11 rows in 3", sizes));
    all
}

fn order() -> Vec<Fixture> {
    let mixed = || page_of(&numbered(&[0, 2, 1]), None);
    let apart = || [page_of(&numbered(&[0, 2, 3]), Some("2")), page_of(&numbered(&[1, 4, 5]), None)];
    vec![
        Fixture::always("out of order within a page", NEWEST, "Chain: OutOfOrder in 1", mixed()),
        Fixture::queue("out of order across pages", NEWEST, "Chain: OutOfOrder in 2", apart()),
        Fixture::queue("out of order where no order is asked for", ALL, "6 rows in 2", apart()),
        Fixture::always(
            "newest first where the oldest were asked for",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time",
            "Chain: OutOfOrder in 1",
            page(0..3, None),
        ),
        Fixture::always(
            "out of order under a limit",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 2",
            "Chain: OutOfOrder in 1",
            mixed(),
        ),
        Fixture::always(
            "out of order under a sort by more",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC, id LIMIT 2",
            "Chain: OutOfOrder in 1",
            mixed(),
        ),
        Fixture::always("no time in order", NEWEST, "Chain: NoTime in 1", odd("createdDateTime", Value::Null)),
        Fixture::always("an odd time in order", NEWEST, "Chain: NoTime in 1", odd("createdDateTime", json!(5))),
    ]
}
