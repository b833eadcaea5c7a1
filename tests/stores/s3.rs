//! A small S3: objects of one bucket, listed in pages, given whole or from a byte on, and only in the state that is asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auditql::engine::{Engine, Policy};

use super::engine;
use crate::scripted::{Reply, Seen, Server};

/// A secret that may stand nowhere but in what signs a request.
pub(super) const SECRET: &str = "CANARYwJalrXUtnFEMIbPxRfiCYEXAMPLEKEY";

/// What is in a bucket.
#[derive(Default)]
pub(super) struct Objects {
    pub(super) all: BTreeMap<String, Vec<u8>>,
    /// How many are listed at a time.
    pub(super) page: usize,
    /// What is given instead of an answer, if it gives something.
    pub(super) instead: Option<Box<dyn FnMut(&Seen) -> Option<Reply> + Send>>,
}

/// A bucket called `evidence`, and the server that it is on.
pub(super) struct Bucket {
    pub(super) server: Server,
    pub(super) objects: Arc<Mutex<Objects>>,
}

fn tag(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("\"{sum:x}\"")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(super) fn refusal(status: u16, code: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>CANARY {SECRET}</Message></Error>");
    Reply::status(status).header("Content-Type", "application/xml").body(body)
}

impl Objects {
    fn answer(&mut self, seen: &Seen) -> Reply {
        if let Some(reply) = self.instead.as_mut().and_then(|instead| instead(seen)) {
            return reply;
        }
        let url = url::Url::parse(&format!("http://host{}", seen.target)).unwrap();
        let path = percent(url.path());
        match path.strip_prefix("/evidence").map(|key| key.trim_start_matches('/')) {
            None => refusal(404, "NoSuchBucket"),
            Some("") => self.listed(&url),
            Some(key) => self.object(key, seen),
        }
    }

    fn listed(&self, url: &url::Url) -> Reply {
        let of = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        let (prefix, from) = (of("prefix").unwrap_or_default(), of("continuation-token").unwrap_or_default());
        let mut rest = self.all.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > from);
        let page: Vec<_> = rest.by_ref().take(self.page).collect();
        let next = page.last().filter(|_| rest.next().is_some()).map_or(String::new(), |(key, _)| {
            format!("<NextContinuationToken>{}</NextContinuationToken>", escaped(key))
        });
        let contents: String = page.iter().map(|(key, bytes)| entry(key, bytes)).collect();
        listing(&format!("{next}{contents}"))
    }

    fn object(&self, key: &str, seen: &Seen) -> Reply {
        let Some(bytes) = self.all.get(key) else { return refusal(404, "NoSuchKey") };
        let asked = seen.header("if-match");
        if !asked.is_empty() && asked != tag(bytes) {
            return refusal(412, "PreconditionFailed");
        }
        let reply = |status| {
            Reply::status(status).header("ETag", &tag(bytes)).header("Last-Modified", "Fri, 01 May 2026 12:00:00 GMT")
        };
        let range = seen.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
        let Some((from, to)) = range else { return reply(200).body(bytes.clone()) };
        let from: usize = from.parse().unwrap();
        let to = to.parse().map_or(bytes.len() - 1, |to: usize| to.min(bytes.len() - 1));
        reply(206).header("Content-Range", &format!("bytes {from}-{to}/{}", bytes.len())).body(&bytes[from..=to])
    }
}

pub(super) fn entry(key: &str, bytes: &[u8]) -> String {
    format!(
        "<Contents><Key>{}</Key><LastModified>2026-05-01T12:00:00.000Z</LastModified><ETag>{}</ETag>\
         <Size>{}</Size></Contents>",
        escaped(key),
        tag(bytes).replace('"', "&quot;"),
        bytes.len()
    )
}

pub(super) fn listing(inside: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult \
         xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>evidence</Name>{inside}</ListBucketResult>"
    );
    Reply::status(200).header("Content-Type", "application/xml").body(body)
}

fn percent(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned()
}

impl Bucket {
    pub(super) async fn start(objects: &[(&str, &[u8])]) -> Self {
        let all = objects.iter().map(|(key, bytes)| ((*key).to_owned(), bytes.to_vec())).collect();
        let objects = Arc::new(Mutex::new(Objects { all, page: 2, instead: None }));
        let asked = Arc::clone(&objects);
        let server = Server::start(move |seen| asked.lock().unwrap().answer(seen)).await;
        Self { server, objects }
    }

    /// Something else is answered whenever this gives something.
    pub(super) fn instead(&self, instead: impl FnMut(&Seen) -> Option<Reply> + Send + 'static) {
        self.objects.lock().unwrap().instead = Some(Box::new(instead));
    }

    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let endpoint = self.server.origin().to_string();
        [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// An engine that reads it.
    pub(super) fn engine(&self) -> Engine {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        engine(Policy::LOCAL, &variables)
    }
}
