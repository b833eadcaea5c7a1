//! Sign-ins that are known by construction, as JSON and behind a service that behaves: what tests then spoil.
//!
//! The service knows the kind of record, the bounds of time and the order; other clauses it ignores, which only lets more
//! through. Its page tokens are opaque and can be used again.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, SecondsFormat};
use serde_json::json;
use url::Url;

use crate::lab::now;
use crate::scripted::{Reply, Seen};

/// The kinds of sign-in, as requests name them.
pub(crate) const KINDS: [&str; 4] = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) id: String,
    /// Microseconds since 1970.
    pub(crate) time: i64,
    /// Position in [`KINDS`].
    pub(crate) kind: usize,
}

impl Record {
    /// Record `r<n>` of a log of interactive sign-ins, one a minute, newest first.
    pub(crate) fn nth(n: usize) -> Self {
        let minute = i64::try_from(n).unwrap() + 1;
        Self { id: format!("r{n}"), time: now().timestamp_micros() - minute * 60_000_000, kind: 0 }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        json!({
            "id": self.id,
            "createdDateTime": instant(self.time),
            "isInteractive": self.kind == 0,
            "signInEventTypes": [KINDS[self.kind]],
            "userPrincipalName": format!("{}@contoso.com", self.id),
            "status": {"errorCode": 50126, "failureReason": "Invalid username or password."},
        })
    }
}

pub(crate) fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A page of these records, which links to the token's page.
pub(crate) fn page_of(records: &[serde_json::Value], next: Option<&str>) -> Reply {
    let mut page = json!({ "value": records });
    if let Some(token) = next {
        page["@odata.nextLink"] = link(token).into();
    }
    Reply::json(page.to_string())
}

/// The link that carries a page token.
pub(crate) fn link(token: &str) -> String {
    format!("/beta/auditLogs/signIns?$skiptoken={token}")
}

/// Records `r<a>` to `r<b>` of [`Record::nth`] as JSON.
pub(crate) fn rows(range: Range<usize>) -> Vec<serde_json::Value> {
    range.map(|n| Record::nth(n).json()).collect()
}

/// A page of [`rows`].
pub(crate) fn page(range: Range<usize>, next: Option<&str>) -> Reply {
    page_of(&rows(range), next)
}

/// What a request asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) filter: String,
    pub(crate) token: Option<String>,
    pub(crate) ascending: bool,
}

impl Asked {
    pub(crate) fn of(seen: &Seen) -> Self {
        let url = Url::parse("http://service/").unwrap().join(&seen.target).unwrap();
        let option = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        Self {
            filter: option("$filter").unwrap_or_default(),
            token: option("$skiptoken"),
            ascending: option("$orderby").is_some_and(|order| order.ends_with(" asc")),
        }
    }

    /// The instant after `createdDateTime <op>`.
    pub(crate) fn bound(&self, op: &str) -> Option<i64> {
        let (_, rest) = self.filter.split_once(&format!("createdDateTime {op} "))?;
        let text = rest.split(' ').next().unwrap();
        Some(DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros())
    }

    fn kind(&self) -> usize {
        let named = |kind: &&str| self.filter.contains(&format!("'{kind}'"));
        KINDS.iter().position(|kind| named(&kind)).expect("every request names its kind")
    }
}

/// A part of the log that is yet to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Rest {
    pub(crate) kind: usize,
    pub(crate) records: Vec<Record>,
}

/// A service that behaves.
pub(crate) struct Service {
    records: Vec<Record>,
    page: usize,
    tokens: HashMap<String, Rest>,
}

impl Service {
    /// Serves these records in pages of that size.
    pub(crate) fn new(records: Vec<Record>, page: usize) -> Self {
        Self { records, page, tokens: HashMap::new() }
    }

    /// The log of [`Record::nth`].
    pub(crate) fn of_log(count: usize, page: usize) -> Self {
        Self::new((0..count).map(Record::nth).collect(), page)
    }

    /// What the request is about.
    pub(crate) fn rest(&self, asked: &Asked) -> Rest {
        match &asked.token {
            Some(token) => self.tokens.get(token).expect("tokens come from this service").clone(),
            None => self.chosen(asked),
        }
    }

    fn chosen(&self, asked: &Asked) -> Rest {
        let (kind, from, to) = (asked.kind(), asked.bound("ge"), asked.bound("le"));
        let inside =
            |r: &&Record| r.kind == kind && from.is_none_or(|from| r.time >= from) && to.is_none_or(|to| r.time <= to);
        let mut records: Vec<Record> = self.records.iter().filter(inside).cloned().collect();
        records.sort_by_key(|r| if asked.ascending { r.time } else { -r.time });
        Rest { kind, records }
    }

    /// A page of so many records of the rest, and a link to the others.
    pub(crate) fn page(&mut self, rest: Rest, size: usize) -> Reply {
        let mut records = rest.records;
        let others = records.split_off(size.min(records.len()));
        self.reply(&records, Rest { records: others, ..rest })
    }

    /// A page of these records, and a link to the rest if there is one.
    pub(crate) fn reply(&mut self, records: &[Record], rest: Rest) -> Reply {
        let records: Vec<_> = records.iter().map(Record::json).collect();
        if rest.records.is_empty() {
            return page_of(&records, None);
        }
        // The service names the link before the rows, so that the next page can be asked for ahead; every other page here does.
        let (number, begins) = (self.tokens.len(), self.tokens.len().is_multiple_of(2));
        let token = format!("t{number}");
        self.tokens.insert(token.clone(), rest);
        if begins {
            return Reply::json(json!({ "@odata.nextLink": link(&token), "value": records }).to_string());
        }
        page_of(&records, Some(&token))
    }

    /// The right reply.
    pub(crate) fn answer(&mut self, asked: &Asked) -> Reply {
        let rest = self.rest(asked);
        self.page(rest, self.page)
    }

    pub(crate) fn page_size(&self) -> usize {
        self.page
    }
}

/// The service's refusal of a page token.
pub(crate) fn expired() -> Reply {
    refusal(400, "BadRequest", "The skip token is not valid or has expired.")
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"error": {"code": code, "message": message, "innerError": {"request-id": "q-1"}}});
    Reply::status(status).header("Content-Type", "application/json").body(body.to_string())
}
