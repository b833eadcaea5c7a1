//! An endpoint of our own that answers as the reports did, and can be told to misbehave.

use auditql::odata::parse::{Comparison, Literal, Node, parse};
use serde_json::{Value, json};
use url::Url;

use super::TENANT;
use crate::scripted::{Reply, Seen};

/// Records in a batch.
pub(super) const BATCH: usize = 1_000;

/// What the endpoint is like. Record `r7` is the seventh of `seconds`, which stand in the order of listing.
pub(super) struct Endpoint {
    pub(super) seconds: Vec<i64>,
    pub(super) cap: usize,
    /// It ignores `$filter`.
    pub(super) deaf: bool,
    /// The link's name, and what it is beyond the path for a token.
    pub(super) link: (&'static str, fn(&str, usize) -> String),
    queries: Vec<(Option<String>, usize)>,
}

impl Endpoint {
    pub(super) fn new(seconds: Vec<i64>, cap: usize) -> Self {
        Self { seconds, cap, deaf: false, link: ("@odata.nextLink", documented), queries: Vec::new() }
    }

    /// The reply to a request.
    pub(super) fn reply(&mut self, seen: &Seen) -> Reply {
        let url = Url::parse("http://h").unwrap().join(&seen.target).unwrap();
        if url.path() != format!("/{TENANT}/activities/signinEvents") {
            return refused("Request_ResourceNotFound", 404);
        }
        let (mut filter, mut token, mut version) = (None, None, false);
        for (name, value) in url.query_pairs() {
            match &*name {
                "api-version" => version = value == "beta",
                "$filter" => filter = Some(value.into_owned()),
                "$skiptoken" => token = value.strip_prefix('-').and_then(|n| n.parse::<usize>().ok()),
                _ => return refused("Request_BadRequest", 400),
            }
        }
        if !version {
            return refused("Request_BadRequest", 400);
        }
        let (filter, from) = token.map_or((filter, 0), |token| self.queries[token].clone());
        self.batch(seen.header("host"), filter, from)
    }

    fn batch(&mut self, host: &str, filter: Option<String>, from: usize) -> Reply {
        let is_meant = |second: i64| self.deaf || filter.as_deref().is_none_or(|filter| satisfies(filter, second));
        let all = self.seconds.iter().enumerate().filter(|(_, second)| is_meant(**second));
        let all: Vec<(usize, i64)> = all.map(|(n, second)| (n, *second)).take(self.cap).collect();
        let end = all.len().min(from + BATCH);
        let rows: Vec<Value> = all[from..end].iter().map(|(n, second)| record(*n, *second)).collect();
        let mut page = json!({ "value": rows });
        if end < all.len() {
            self.queries.push((filter, end));
            let (name, link) = self.link;
            page[name] = link(host, self.queries.len() - 1).into();
        }
        Reply::json(page.to_string())
    }
}

/// The link as the reference page shows it.
pub(super) fn documented(host: &str, token: usize) -> String {
    format!("http://{host}/{TENANT}/activities/signinEvents?api-version=beta&%24skiptoken=-{token}")
}

/// A refusal in the form of the directory's endpoints.
pub(super) fn refused(code: &str, status: u16) -> Reply {
    let body = json!({"odata.error": {"code": code, "message": {"lang": "en", "value": "in old words"}}});
    Reply::status(status).header("Content-Type", "application/json").body(body.to_string())
}

/// The record of a number.
pub(super) fn record(n: usize, second: i64) -> Value {
    let time = chrono::DateTime::from_timestamp(second, 0).unwrap().format("%Y-%m-%dT%H:%M:%S.1234567Z").to_string();
    json!({"id": format!("r{n}"), "signinDateTime": time, "loginStatus": "Success", "signinErrorCode": 0})
}

/// Whether a filter of bounds lets a second and a fraction through.
fn satisfies(filter: &str, second: i64) -> bool {
    let node = parse(filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
    let all = if let Node::And(all) = node { all } else { vec![node] };
    all.iter().all(|node| {
        let Node::Compare(left, op, right) = node else { panic!("{filter}") };
        let (Node::Path(path), Node::Literal(Literal::Instant(bound))) = (&**left, &**right) else { return true };
        assert_eq!(path, &["signinDateTime"]);
        match op {
            Comparison::Ge => second >= bound.timestamp(),
            Comparison::Lt => second < bound.timestamp(),
            other => panic!("{other:?} is not sent"),
        }
    })
}
