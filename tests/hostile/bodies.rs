//! Replies that are no page, or half of one, or larger than any.

use std::time::Duration;

use serde_json::json;

use super::service::{page, rows};
use super::{ALL, Fixture};
use crate::scripted::Reply;

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = envelopes();
    all.extend(no_json());
    all.extend(no_json_once());
    all.extend(members());
    all.extend(broken_off());
    all.extend(huge());
    all
}

fn value() -> String {
    serde_json::Value::from(rows(0..3)).to_string()
}

fn reply(name: &'static str, expected: &'static str, body: impl Into<String>) -> Fixture {
    Fixture::always(name, ALL, expected, Reply::json(body))
}

fn envelopes() -> Vec<Fixture> {
    let error = r#"{"code":"UnknownError","message":"Something went wrong"}"#;
    vec![
        reply("an object without value", "Page: NotAPage in 1", "{}"),
        reply("a renamed value", "Page: NotAPage in 1", format!(r#"{{"Value":{}}}"#, value())),
        reply("records beside a missing value", "Page: NotAPage in 1", json!({"records": rows(0..3)}).to_string()),
        reply("a value that is null", "Page: NotAPage in 1", r#"{"value":null}"#),
        reply("a value that is an object", "Page: NotAPage in 1", r#"{"value":{"0":{}}}"#),
        reply("a value that is text", "Page: NotAPage in 1", r#"{"value":"[]"}"#),
        reply("two values", "Page: Duplicate in 1", format!(r#"{{"value":[],"value":{}}}"#, value())),
        reply("an array", "Page: NotAPage in 1", value()),
        reply("null", "Page: NotAPage in 1", "null"),
        reply("a record that is null", "Page: NotARecord in 1", r#"{"value":[null]}"#),
        reply("a record that is a list", "Page: NotARecord in 1", r#"{"value":[{"id":"r0"},[]]}"#),
        reply("an error in a success", "Page: SaidByService in 1", format!(r#"{{"error":{error}}}"#)),
        reply(
            "an error behind the records",
            "Page: SaidByService in 1",
            format!(r#"{{"value":{},"error":{error}}}"#, value()),
        ),
        reply("an error that is text", "Page: SaidByService in 1", format!(r#"{{"error":"x","value":{}}}"#, value())),
        reply("an Error", "Page: SaidByService in 1", format!(r#"{{"value":{},"Error":{error}}}"#, value())),
        reply(
            "an odata.error",
            "Page: SaidByService in 1",
            format!(r#"{{"odata.error":{error},"value":{}}}"#, value()),
        ),
        reply("an @odata.error", "Page: SaidByService in 1", format!(r#"{{"@odata.error":{error},"value":[]}}"#)),
        reply("an error and blanks", "Page: SaidByService in 1", format!(r#"{{" error ":{error},"value":[]}}"#)),
        reply(
            "an error, and then none",
            "Page: SaidByService in 1",
            format!(r#"{{"error":{error},"value":{},"error":null}}"#, value()),
        ),
        reply("an error count", "3 rows in 1", format!(r#"{{"errorCount":0,"value":{}}}"#, value())),
        reply("an error that is null", "3 rows in 1", format!(r#"{{"error":null,"value":{}}}"#, value())),
        reply("a byte order mark", "3 rows in 1", format!("\u{feff}{{\"value\":{}}}", value())),
        Fixture::queue(
            "an error in a success on page two",
            ALL,
            "Page: SaidByService in 2",
            [page(0..3, Some("2")), Reply::json(format!(r#"{{"error":{error}}}"#))],
        ),
    ]
}

fn no_json() -> Vec<Fixture> {
    let html = "<!DOCTYPE html><html><body>Sign in to your proxy</body></html>";
    vec![
        Fixture::always(
            "a web page",
            ALL,
            "Request: Unreachable Garbled Tries in 4",
            Reply::status(200).header("Content-Type", "text/html").body(html),
        ),
        reply("nothing", GARBLED, ""),
        Fixture::always("no content", ALL, GARBLED, Reply::status(204)),
        reply("spaces", GARBLED, " \r\n "),
        reply("two pages in one", GARBLED, format!(r#"{{"value":{0}}}{{"value":{0}}}"#, value())),
        reply("a comment", GARBLED, format!(r#"{{"value":{} /* the end */}}"#, value())),
        reply("a trailing comma", GARBLED, r#"{"value":[{"id":"r0",}]}"#),
        reply("a number that is none", GARBLED, r#"{"value":[{"id":"r0","x":NaN}]}"#),
        Fixture::new("a web page on page two", ALL, "Request: Unreachable Garbled Tries in 11", move |seen| {
            if seen.target.contains("skiptoken") { Reply::json(html) } else { page(0..3, Some("2")) }
        }),
    ]
}

/// What comes of a service that never sends JSON.
const GARBLED: &str = "Request: Unreachable Garbled Tries in 4";

/// What a fault on the way puts in the place of a page, once, whatever its status says.
fn no_json_once() -> Vec<Fixture> {
    let whole = page(3..6, None);
    let once = |name, spoiled: Reply| {
        Fixture::queue(name, ALL, "6 rows in 4", [spoiled.clone(), page(0..3, Some("2")), spoiled, whole.clone()])
    };
    let html = "<!DOCTYPE html><html><body>Busy</body></html>";
    let value = value();
    vec![
        once("a web page, once", Reply::status(200).header("Content-Type", "text/html").body(html)),
        once("nothing, once", Reply::json("")),
        once("half of a page, once", Reply::json(&format!(r#"{{"value":{value}}}"#)[..200])),
        once("all of a page but its end, once", Reply::json(format!(r#"{{"value":{value}"#))),
    ]
}

/// The content of a gzip body is that of all its members, and nothing but members may be in it.
fn members() -> Vec<Fixture> {
    let all = page_text(0..6);
    let (one, two) = all.split_at(all.len() / 2);
    let always = |name, expected, body: Vec<u8>| {
        Fixture::always(name, ALL, expected, Reply::status(200).header("Content-Encoding", "gzip").body(body))
    };
    let first = gzip(page_text(0..3).as_bytes());
    vec![
        always("gzip in one member", "6 rows in 1", gzip(all.as_bytes())),
        always("gzip in two members", "6 rows in 1", [gzip(one.as_bytes()), gzip(two.as_bytes())].concat()),
        always("gzip with an empty member", "6 rows in 1", [gzip(all.as_bytes()), gzip(b"")].concat()),
        always("a second page in a second member", GARBLED, [first.clone(), gzip(page_text(3..6).as_bytes())].concat()),
        always("gzip and zeros behind it", GARBLED, [&first[..], &[0; 512]].concat()),
        always("gzip and a byte behind it", GARBLED, [&first[..], &[0x1f]].concat()),
        always("gzip and garbage behind it", GARBLED, [&first[..], b"garbage"].concat()),
        always("gzip with a wrong checksum", GARBLED, {
            let mut body = first.clone();
            let at = body.len() - 8;
            body[at] ^= 1;
            body
        }),
        always("half of a second member", GARBLED, [&first[..], &gzip(b" ")[..8]].concat()),
        Fixture::always("another compression", ALL, GARBLED, {
            Reply::status(200).header("Content-Encoding", "br").body(page_text(0..3))
        }),
        Fixture::always("no compression by name", ALL, "3 rows in 1", {
            page(0..3, None).header("Content-Encoding", "Identity")
        }),
    ]
}

fn page_text(range: std::ops::Range<usize>) -> String {
    json!({"value": rows(range)}).to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn broken_off() -> Vec<Fixture> {
    let whole = || page(0..3, None);
    let short = format!(r#"{{"value":{}"#, value());
    let gzip = |body: &[u8]| Reply::status(200).header("Content-Encoding", "gzip").body(body);
    vec![
        Fixture::queue("a cut body, once", ALL, "3 rows in 2", [whole().cut(80), whole()]),
        Fixture::queue(
            "chunks without an end, once",
            ALL,
            "3 rows in 2",
            [whole().chunked(64, Duration::ZERO).unfinished(), whole()],
        ),
        Fixture::queue("a stalled body, once", ALL, "3 rows in 2", [whole().stalled(80), whole()]),
        Fixture::queue("broken gzip, once", ALL, "3 rows in 2", [gzip(b"no gzip at all"), whole()]),
        Fixture::queue(
            "a cut body on page two, once",
            ALL,
            "6 rows in 3",
            [page(0..3, Some("2")), page(3..6, None).cut(80), page(3..6, None)],
        ),
        Fixture::always("a body that is always cut", ALL, "Request: Unreachable Broken Tries in 4", whole().cut(80)),
        Fixture::new("a second page that is always cut", ALL, "Request: Unreachable Broken Tries in 11", |seen| {
            if seen.target.contains("skiptoken") { page(3..6, None).cut(80) } else { page(0..3, Some("2")) }
        }),
        reply("a page that ends early, with the right length", GARBLED, short),
        Fixture::always(
            "a length that is too short",
            ALL,
            GARBLED,
            Reply::raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{{\"value\":{}}}", value())),
        ),
        Fixture::always("part of a page", ALL, "Request: Refused 206 in 1", {
            Reply::status(206).header("Content-Range", "bytes 0-9/100").body(format!(r#"{{"value":{}}}"#, value()))
        }),
    ]
}

fn huge() -> Vec<Fixture> {
    let (head, block) = bomb();
    let long = "x".repeat(10 << 20);
    let mut with_long = rows(0..3);
    with_long[1]["userAgent"] = long.into();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let with = |name: &str, text: &str| {
        let first = rows(0..1)[0].to_string();
        let first = first.strip_suffix('}').unwrap();
        Reply::json(format!(r#"{{"value":[{first},"{name}":{text}}}]}}"#))
    };
    let many = (0..100_000).map(|i| format!(r#"{{"k{i}":{i}}}"#)).collect::<Vec<_>>().join(",");
    vec![
        Fixture::always(
            "a gzip bomb",
            ALL,
            "Request: TooLarge in 1",
            Reply::status(200).header("Content-Encoding", "gzip").endless(head, block),
        ),
        Fixture::always(
            "a body without end",
            ALL,
            "Request: TooLarge in 1",
            Reply::status(200).endless(b"{\"value\":[".to_vec(), vec![b' '; 1 << 16]),
        ),
        Fixture::always(
            "a long head",
            ALL,
            "Request: TooLarge in 1",
            page(0..3, None).header("X", &"x".repeat(70_000)),
        ),
        Fixture::always(
            "text of ten megabytes",
            "SELECT id FROM sign_ins WHERE is_interactive AND (user_agent IS NULL OR length(user_agent) = 10485760)",
            "3 rows in 1",
            super::service::page_of(&with_long, None),
        ),
        Fixture::always("a depth of 100,000 where nobody looks", ALL, "1 rows in 1", with("unknown", &deep)),
        Fixture::always("a depth of 100,000 in a column", PLACE, "1 rows, TypeConflicts in 1", with("location", &deep)),
        Fixture::always("a member that comes again", STATUS, "1 rows, RepeatedMembers in 1", with("status", &deep)),
        Fixture::always("objects 100,000 deep in a record", RAW, "1 rows in 1", with("unknown", &deep_object)),
        Fixture::always("a list of 100,000 objects", ALL, "1 rows in 1", with("unknown", &format!("[{many}]"))),
        Fixture::always("a record of 100,000 members", RAW, "1 rows in 1", {
            let members: Vec<String> = (0..100_000).map(|i| format!(r#""k{i}":{i}"#)).collect();
            with("unknown", &format!("{{{}}}", members.join(",")))
        }),
    ]
}

const PLACE: &str = "SELECT id FROM sign_ins WHERE is_interactive AND location.city IS DISTINCT FROM 'x'";
const STATUS: &str = "SELECT id FROM sign_ins WHERE is_interactive AND status.failure_reason IS DISTINCT FROM 'x'";
const RAW: &str = "SELECT id FROM sign_ins WHERE is_interactive AND length(raw) > 1000";

/// A gzip header, and a block that stands for 16 MiB of zeros and can be repeated for ever.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut block = Vec::with_capacity(1 << 20);
    let mut deflate = flate2::Compress::new(flate2::Compression::default(), false);
    deflate.compress_vec(&vec![0; 16 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    (head, block)
}
