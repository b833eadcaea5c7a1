//! Replies that are no page, or half of one, or larger than any.

use std::time::Duration;

use serde_json::json;

use super::service::{page, rows};
use super::{ALL, Fixture};
use crate::scripted::Reply;

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = envelopes();
    all.extend(no_json());
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
        reply("an error in a success", "Page: ServiceError in 1", format!(r#"{{"error":{error}}}"#)),
        reply(
            "an error behind the records",
            "Page: ServiceError in 1",
            format!(r#"{{"value":{},"error":{error}}}"#, value()),
        ),
        reply("an error that is text", "Page: ServiceError in 1", format!(r#"{{"error":"x","value":{}}}"#, value())),
        reply("an error that is null", "3 rows in 1", format!(r#"{{"error":null,"value":{}}}"#, value())),
        reply("a byte order mark", "3 rows in 1", format!("\u{feff}{{\"value\":{}}}", value())),
        Fixture::queue(
            "an error in a success on page two",
            ALL,
            "Page: ServiceError in 2",
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
            "Page: NotAPage in 1",
            Reply::status(200).header("Content-Type", "text/html").body(html),
        ),
        reply("nothing", "Page: NotAPage in 1", ""),
        Fixture::always("no content", ALL, "Page: NotAPage in 1", Reply::status(204)),
        reply("spaces", "Page: NotAPage in 1", " \r\n "),
        reply("two pages in one", "Page: Trailing in 1", format!(r#"{{"value":{0}}}{{"value":{0}}}"#, value())),
        reply("a comment", "Page: Syntax in 1", format!(r#"{{"value":{} /* the end */}}"#, value())),
        reply("a trailing comma", "Page: Syntax in 1", r#"{"value":[{"id":"r0",}]}"#),
        reply("a number that is none", "Page: Syntax in 1", r#"{"value":[{"id":"r0","x":NaN}]}"#),
        Fixture::queue(
            "a web page on page two",
            ALL,
            "Page: NotAPage in 2",
            [page(0..3, Some("2")), Reply::json(html)],
        ),
    ]
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
        reply("a page that ends early, with the right length", "Page: Truncated in 1", short),
        Fixture::always(
            "a length that is too short",
            ALL,
            "Page: Truncated in 1",
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
        Fixture::always("a depth of 100,000 in a column", STATUS, "1 rows, TypeConflicts in 1", with("status", &deep)),
        Fixture::always("objects 100,000 deep in a record", RAW, "1 rows in 1", with("unknown", &deep_object)),
        Fixture::always("a list of 100,000 objects", ALL, "1 rows in 1", with("unknown", &format!("[{many}]"))),
        Fixture::always("a record of 100,000 members", RAW, "1 rows in 1", {
            let members: Vec<String> = (0..100_000).map(|i| format!(r#""k{i}":{i}"#)).collect();
            with("unknown", &format!("{{{}}}", members.join(",")))
        }),
    ]
}

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
