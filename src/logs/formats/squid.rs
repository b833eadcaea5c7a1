//! Access logs of Squid in its own format.
//!
//! `1764230400.123    45 10.0.0.7 TCP_MISS/200 1234 GET http://example.com/ alice HIER_DIRECT/192.0.2.1 text/html`
//! (source: <https://wiki.squid-cache.org/Features/LogFormat>, `logformat squid`).

use crate::address;
use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::{Error, Field, Format, Kind, Layout, Options, Sample, Sink, Value, time};

/// Squid's native format.
#[derive(Debug)]
pub(super) struct Squid;

impl Format for Squid {
    fn name(&self) -> &'static str {
        "squid"
    }

    fn doc(&self) -> &'static str {
        "Access logs of the proxy Squid in its own format."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let lines = by_line::lines(sample.head, sample.is_whole);
        let is = by_line::are(&lines, options, |line| Request::read(line).is_some());
        Ok(is.then(|| Box::new(ByLine { fields: fields(), assumed: Vec::new(), parser: SquidParser }) as _))
    }
}

fn fields() -> Vec<Field> {
    [
        (Field::TIME, Kind::Time, "When the reply was sent, UTC."),
        (Field::CLIENT_ADDRESS, Kind::Text, "The address of the client, in its shortest form."),
        (Field::USER_NAME, Kind::Text, "Who, if the proxy asked."),
        ("elapsed_ms", Kind::Int, "How long it took, in milliseconds."),
        ("client", Kind::Text, "The client, by address or by name."),
        ("result", Kind::Text, "What the cache did: TCP_MISS, TCP_DENIED, …"),
        ("status", Kind::Int, "The status of the reply."),
        ("bytes", Kind::Int, "Bytes that the client was sent."),
        ("method", Kind::Text, "GET, CONNECT, …"),
        ("url", Kind::Text, "What was asked for; of CONNECT, host and port."),
        ("hierarchy", Kind::Text, "How it was fetched: HIER_DIRECT, …"),
        ("peer", Kind::Text, "From where."),
        ("content_type", Kind::Text, "The type of the reply."),
        (Field::RAW, Kind::Text, "The line as it stands in the file."),
    ]
    .map(|(name, kind, doc)| Field::new(name, kind, doc))
    .into()
}

#[derive(Debug, Clone)]
struct SquidParser;

impl Parser for SquidParser {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(request) = Request::read(line) else {
            return sink.bad(number, "it is no line of Squid's access log", line.as_bytes());
        };
        let status = request.result.1;
        if wanted.contains(&6) && status != "-" && status.parse::<i64>().is_err() {
            sink.odd(number, 6, status);
        }
        let values: Vec<Value<'_>> = wanted.iter().map(|field| request.value(*field, line)).collect();
        sink.row(number, &values);
    }
}

struct Request<'a> {
    time: i64,
    elapsed: i64,
    client: &'a str,
    result: (&'a str, &'a str),
    bytes: i64,
    method: &'a str,
    url: &'a str,
    user: &'a str,
    peer: (&'a str, &'a str),
    content_type: &'a str,
}

impl<'a> Request<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let stamp = words.next()?;
        let time = stamp.contains('.').then(|| time::epoch(stamp))??;
        let (elapsed, client) = (words.next()?.parse().ok()?, words.next()?);
        let result = words.next()?.split_once('/')?;
        let bytes = words.next()?.parse().ok()?;
        let method = words.next()?;
        // Blanks in an address are not always written as %20: the last three are counted from the end.
        let rest: Vec<&str> = words.collect();
        let [url @ .., user, peer, content_type] = rest.as_slice() else { return None };
        let (first, last) = (url.first()?, url.last()?);
        let begin = first.as_ptr() as usize - line.as_ptr() as usize;
        let end = last.as_ptr() as usize - line.as_ptr() as usize + last.len();
        let url = line.get(begin..end)?;
        Some(Self {
            time,
            elapsed,
            client,
            result,
            bytes,
            method,
            url,
            user,
            peer: peer.split_once('/')?,
            content_type,
        })
    }

    fn value(&self, field: usize, line: &'a str) -> Value<'a> {
        let text = |text: &'a str| if matches!(text, "" | "-") { Value::Null } else { Value::Text(text.into()) };
        match field {
            0 => Value::Time(self.time),
            1 => address::shortest(self.client).map_or(Value::Null, |address| Value::Text(address.into())),
            2 => text(self.user),
            3 => Value::Int(self.elapsed),
            4 => text(self.client),
            5 => text(self.result.0),
            6 => self.result.1.parse().map_or(Value::Null, Value::Int),
            7 => Value::Int(self.bytes),
            8 => text(self.method),
            9 => text(self.url),
            10 => text(self.peer.0),
            11 => text(self.peer.1),
            12 => text(self.content_type),
            13 => Value::Text(line.into()),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::trials::{damaged, table};

    const LOG: &str = "\
1764230400.123     45 10.0.0.7 TCP_MISS/200 1234 GET http://example.com/a b alice HIER_DIRECT/192.0.2.1 text/html
1764230401.500 120003 ::1 TCP_TUNNEL/200 9000 CONNECT login.example.com:443 - HIER_DIRECT/198.51.100.4 -
1764230402.000      0 10.0.0.8 TCP_DENIED/403 3900 GET http://bad.example/ - HIER_NONE/- text/html
";

    #[test]
    fn lines_of_the_proxy_are_read() {
        assert_eq!(
            table("access.log", LOG, &Options::default()),
            [
                "time | client_address | user_name | elapsed_ms | client | result | status | bytes | method | url | hierarchy | peer | content_type",
                "1: 2025-11-27T08:00:00.123Z | 10.0.0.7 | alice | 45 | 10.0.0.7 | TCP_MISS | 200 | 1234 | GET | http://example.com/a b | HIER_DIRECT | 192.0.2.1 | text/html",
                "2: 2025-11-27T08:00:01.500Z | ::1 | ∅ | 120003 | ::1 | TCP_TUNNEL | 200 | 9000 | CONNECT | login.example.com:443 | HIER_DIRECT | 198.51.100.4 | ∅",
                "3: 2025-11-27T08:00:02Z | 10.0.0.8 | ∅ | 0 | 10.0.0.8 | TCP_DENIED | 403 | 3900 | GET | http://bad.example/ | HIER_NONE | ∅ | text/html",
            ]
        );
    }

    #[test]
    fn damaged_lines_are_accounted_for() {
        let count = damaged("access.log", &LOG.repeat(4), true, &|_, _| false);
        assert!(count >= 100, "{count}");
    }
}
