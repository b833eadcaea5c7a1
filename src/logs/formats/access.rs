//! Access logs of Apache and nginx: common and combined, with the virtual host in front or without.
//!
//! `host ident user [27/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 15 "referrer" "agent"`
//! (source: <https://httpd.apache.org/docs/2.4/logs.html#accesslog>). Apache writes a quote within a field as `\"`; what
//! does not is read all the same, up to the quote that a status follows.

use std::borrow::Cow;

use crate::address;
use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::time::Clock;
use crate::logs::{Error, Field, Format, Kind, Layout, Options, Sample, Sink, Value};

/// Common and combined access logs.
#[derive(Debug)]
pub(super) struct Access;

impl Format for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn also(&self) -> &'static [&'static str] {
        &["apache", "nginx", "combined", "common", "clf"]
    }

    fn doc(&self) -> &'static str {
        "Access logs of Apache and nginx in the common and the combined format, with or without the virtual host in front."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let lines = by_line::lines(sample.head, sample.is_whole);
        let is = by_line::are(&lines, options, |line| Request::read(line).is_some());
        Ok(is.then(|| {
            Box::new(ByLine { fields: fields(), assumed: Vec::new(), parser: AccessParser }) as Box<dyn Layout>
        }))
    }
}

fn fields() -> Vec<Field> {
    [
        (Field::TIME, Kind::Time, "When the request came, UTC."),
        (Field::CLIENT_ADDRESS, Kind::Text, "The address of the client, in its shortest form."),
        (Field::USER_NAME, Kind::Text, "Who, if the server asked."),
        ("remote_host", Kind::Text, "The client, by address or by name."),
        ("virtual_host", Kind::Text, "The server's name and port, where the log has it in front."),
        ("method", Kind::Text, "GET, POST, …"),
        ("target", Kind::Text, "What was asked for: path and query."),
        ("protocol", Kind::Text, "HTTP/1.1, …"),
        ("status", Kind::Int, "The status of the reply."),
        ("bytes", Kind::Int, "Bytes of the reply without its head."),
        ("referer", Kind::Text, "The page that led there."),
        ("user_agent", Kind::Text, "What the client calls itself."),
        ("rest", Kind::Text, "What stands behind that."),
        (Field::RAW, Kind::Text, "The line as it stands in the file."),
    ]
    .map(|(name, kind, doc)| Field::new(name, kind, doc))
    .into()
}

#[derive(Debug, Clone)]
struct AccessParser;

impl Parser for AccessParser {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(request) = Request::read(line) else {
            return sink.bad(number, "it is no line of an access log", line.as_bytes());
        };
        for (field, text) in [(8, request.status), (9, request.bytes)] {
            // It has more digits than a number holds.
            if wanted.contains(&field) && text != "-" && int(text) == Value::Null {
                sink.odd(number, field, text);
            }
        }
        let values: Vec<Value<'_>> = wanted.iter().map(|field| request.value(*field)).collect();
        sink.row(number, &values);
    }
}

/// A line, in its parts.
#[derive(Debug)]
struct Request<'a> {
    line: &'a str,
    time: i64,
    host: &'a str,
    virtual_host: &'a str,
    user: &'a str,
    request: &'a str,
    status: &'a str,
    bytes: &'a str,
    referer: &'a str,
    agent: &'a str,
    rest: &'a str,
}

impl<'a> Request<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" [")?;
        let (time, after) = after.split_once("] \"")?;
        let time = Clock::UTC.instant(time)?.micros;
        let (first, others) = client(before)?;
        let (second, others) = client(others)?;
        // A virtual host in front moves the others; a user's name may have blanks.
        let is_host = |text: &str| address::host(first_of(text)).is_some();
        let (virtual_host, host, user) = match others.split_once(' ') {
            Some((_, user)) if !is_host(first) && !first.contains(',') || is_host(second) => (first, second, user),
            _ => ("-", first, others),
        };
        let (request, after) = request_end(after)?;
        let mut words = after.splitn(3, ' ');
        let (status, bytes) = (words.next()?, words.next()?);
        let is_number = |text: &str| text == "-" || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(status) || !is_number(bytes) {
            return None;
        }
        let (referer, rest) = quoted(words.next().unwrap_or_default());
        let (agent, rest) = quoted(rest);
        Some(Self { line, time, host, virtual_host, user, request, status, bytes, referer, agent, rest })
    }

    fn value(&self, field: usize) -> Value<'a> {
        let mut words = self.request.split(' ');
        let method = words.next().unwrap_or_default();
        let protocol = words.next_back().unwrap_or_default();
        // What is no request, such as the first bytes of TLS, is all target.
        let is_request =
            !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_');
        let target = match self.request.get(method.len() + 1..self.request.len().saturating_sub(protocol.len() + 1)) {
            Some(target) if is_request && protocol.starts_with("HTTP/") => target,
            _ if is_request && protocol.is_empty() => "",
            _ if is_request => self.request.get(method.len() + 1..).unwrap_or_default(),
            _ => self.request,
        };
        match field {
            0 => Value::Time(self.time),
            1 => address::shortest(first_of(self.host)).map_or(Value::Null, |address| Value::Text(address.into())),
            2 => text(self.user),
            3 => text(self.host),
            4 => text(self.virtual_host),
            5 => text(if is_request { method } else { "" }),
            6 => text(target),
            7 => text(if protocol.starts_with("HTTP/") { protocol } else { "" }),
            8 => int(self.status),
            9 => int(self.bytes),
            10 => text(self.referer),
            11 => text(self.agent),
            12 => text(self.rest),
            13 => Value::Text(self.line.into()),
            _ => Value::Null,
        }
    }
}

fn int<'a>(text: &str) -> Value<'a> {
    text.parse().map_or(Value::Null, Value::Int)
}

fn text(text: &str) -> Value<'_> {
    match text {
        "" | "-" | "\"\"" => Value::Null,
        text if text.contains("\\\"") => Value::Text(Cow::Owned(text.replace("\\\"", "\""))),
        text => Value::Text(text.into()),
    }
}

/// A word in front of a line, and what stands behind it. Addresses with commas between them are one word: those that proxies were
/// told of (X-Forwarded-For), the client's first.
fn client(text: &str) -> Option<(&str, &str)> {
    let is_client = |text: &str| text == "unknown" || address::host(text).is_some();
    let mut end = 0;
    loop {
        let at = text[end..].find(' ')?;
        let word = &text[end..end + at];
        end += at;
        if !word.strip_suffix(',').is_some_and(|listed| listed.split(',').all(is_client)) {
            return Some((&text[..end], &text[end + 1..]));
        }
        end += 1;
    }
}

/// The first of some addresses.
fn first_of(listed: &str) -> &str {
    listed.split(',').next().unwrap_or(listed).trim()
}

/// The request, up to the quote that a status follows, and what stands behind it.
fn request_end(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find("\" ")?;
        let after = &text[at + 2..];
        let status = after.split(' ').next().unwrap_or_default();
        if status == "-" || status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some((&text[..at], after));
        }
        from = at + 2;
    }
}

/// What stands in quotes, and what stands behind it.
fn quoted(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let Some(open) = text.strip_prefix('"') else { return ("", text) };
    let mut from = 0;
    while let Some(at) = open[from..].find('"').map(|at| from + at) {
        let is_escaped = open[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        let after = &open[at + 1..];
        if !is_escaped && (after.is_empty() || after.starts_with(' ')) {
            return (&open[..at], after.trim_start());
        }
        from = at + 1;
    }
    (open, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::trials::{damaged, table};

    const LOG: &str = concat!(
        "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 2326\n",
        "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 304 - \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\"\n",
        "www.example.com:443 ::ffff:10.0.0.9 - Jo Doe [10/Oct/2000:13:55:37 -0700] \"POST /a?b=\\\"c\\\" HTTP/2.0\" 500 0 \"-\" \"x \\\"y\\\"\" 0.004\n",
        "1.2.3.4 - - [25/Apr/2021:06:15:33 +0000] \"GET /x<script>alert(\"text\")</script> HTTP/1.0\" 404 1164\n",
        "1.2.3.4 - - [25/Apr/2021:06:15:33 +0000] \"\\x16\\x03\\x01\" 400 150 \"-\" \"-\"\n",
    );

    #[test]
    fn common_and_combined_lines_are_read() {
        assert_eq!(
            table("access.log", LOG, &Options::default()),
            [
                "time | client_address | user_name | remote_host | virtual_host | method | target | protocol | status | bytes | referer | user_agent | rest",
                "1: 2000-10-10T20:55:36Z | 127.0.0.1 | frank | 127.0.0.1 | ∅ | GET | /apache_pb.gif | HTTP/1.0 | 200 | 2326 | ∅ | ∅ | ∅",
                "2: 2000-10-10T20:55:36Z | 127.0.0.1 | ∅ | 127.0.0.1 | ∅ | GET | / | HTTP/1.0 | 304 | ∅ | http://www.example.com/start.html | Mozilla/4.08 [en] (Win98; I ;Nav) | ∅",
                "3: 2000-10-10T20:55:37Z | 10.0.0.9 | Jo Doe | ::ffff:10.0.0.9 | www.example.com:443 | POST | /a?b=\"c\" | HTTP/2.0 | 500 | 0 | ∅ | x \"y\" | 0.004",
                "4: 2021-04-25T06:15:33Z | 1.2.3.4 | ∅ | 1.2.3.4 | ∅ | GET | /x<script>alert(\"text\")</script> | HTTP/1.0 | 404 | 1164 | ∅ | ∅ | ∅",
                "5: 2021-04-25T06:15:33Z | 1.2.3.4 | ∅ | 1.2.3.4 | ∅ | ∅ | \\x16\\x03\\x01 | ∅ | 400 | 150 | ∅ | ∅ | ∅",
            ]
        );
    }

    #[test]
    fn the_first_of_forwarded_addresses_is_the_client() {
        let log = concat!(
            "1.1.1.5, 10.0.0.1 - - [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 200 1\n",
            "1.1.1.6,10.0.0.1, 10.0.0.2 - Doe, Jo [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 200 1\n",
            "www.example.com 2001:db8::1, 10.0.0.1 - ann [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 200 1\n",
            "unknown, 10.0.0.1 - - [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 200 1\n",
        );
        let rows = table("access.log", log, &Options::default());
        let shown: Vec<Vec<&str>> = rows[1..].iter().map(|row| row.split(" | ").skip(1).take(4).collect()).collect();
        assert_eq!(
            shown,
            [
                ["1.1.1.5", "∅", "1.1.1.5, 10.0.0.1", "∅"],
                ["1.1.1.6", "Doe, Jo", "1.1.1.6,10.0.0.1, 10.0.0.2", "∅"],
                ["2001:db8::1", "ann", "2001:db8::1, 10.0.0.1", "www.example.com"],
                ["∅", "∅", "unknown, 10.0.0.1", "∅"],
            ]
        );
    }

    #[test]
    fn a_number_that_is_too_large_is_counted() {
        let log = "1.2.3.4 - - [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 200 99999999999999999999\n\
                   1.2.3.4 - - [25/Apr/2021:06:15:33 +0000] \"GET / HTTP/1.0\" 304 -\n";
        let rows = table("access.log", log, &Options::default());
        assert!(rows[1].contains("| 200 | ∅ |") && rows[2].contains("| 304 | ∅ |"), "{rows:?}");
        assert_eq!(rows[3..], ["1? bytes 99999999999999999999"]);
    }

    #[test]
    fn damaged_lines_are_accounted_for() {
        let count = damaged("access.log", &LOG.repeat(3), true, &|_, _| false);
        assert!(count >= 100, "{count}");
    }
}
