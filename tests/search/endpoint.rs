//! A service that searches, as small as can be: searches by time alone, in pages.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::scripted::{Reply, Seen};

/// A search that was ordered.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    pub(super) body: Value,
    pub(super) looks: u32,
}

/// The service.
pub(super) struct Endpoint {
    /// When records were made, in seconds; the `n`th is called `r<n>`.
    pub(super) seconds: Vec<i64>,
    pub(super) page: usize,
    pub(super) cap: usize,
    /// Whether a search says that it found more than it gives out.
    pub(super) tells: bool,
    /// Whether what lies on the second bound of an order is found.
    pub(super) inclusive: bool,
    pub(super) polls: u32,
    pub(super) searches: Vec<Ordered>,
}

impl Endpoint {
    /// So many records within three days, in pages of 10.
    pub(super) fn of(records: usize) -> Self {
        let end = "2026-05-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
        let seconds = (0..records as i64).map(|n| end - 1 - (n * 7_919) % (3 * 86_400)).collect();
        Self { seconds, page: 10, cap: usize::MAX, tells: false, inclusive: true, polls: 2, searches: Vec::new() }
    }

    /// A name in a list that it already has when it is first asked.
    pub(super) fn having(mut self, body: Value, looks: u32) -> Self {
        self.searches.push(Ordered { body, looks });
        self
    }

    pub(super) fn reply(&mut self, seen: &Seen) -> Reply {
        let path = seen.target.split('?').next().unwrap_or_default();
        let below = path.split("/security/auditLog/queries").nth(1).unwrap_or("?").trim_start_matches('/').to_owned();
        match (seen.method.as_str(), below.split('/').collect::<Vec<_>>().as_slice()) {
            ("POST", [""]) => {
                self.place(&seen.body);
                let told = self.told(self.searches.len() - 1);
                Reply::status(201).header("Content-Type", "application/json").body(told.to_string())
            }
            (_, [""]) => {
                let all: Vec<Value> = (0..self.searches.len()).map(|n| self.told(n)).collect();
                Reply::json(json!({ "value": all }).to_string())
            }
            (_, [id]) => {
                let n = number(id);
                self.searches[n].looks += 1;
                Reply::json(self.told(n).to_string())
            }
            (_, [id, "records"]) => self.records(number(id), seen),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn place(&mut self, body: &str) {
        self.searches.push(Ordered { body: serde_json::from_str(body).unwrap(), looks: 0 });
    }

    pub(super) fn told(&self, n: usize) -> Value {
        let search = &self.searches[n];
        let mut told = search.body.clone();
        told["id"] = format!("q{n}").into();
        let ended = search.looks >= self.polls;
        told["status"] = if ended { "succeeded" } else { "running" }.into();
        if self.tells && ended {
            let found = self.found(n).len();
            told["isRecordCountLimitExceeded"] = (found > self.cap).into();
            told["recordCountLimit"] = self.cap.into();
            told["approximateReturnedRecordCount"] = found.into();
        }
        told
    }

    /// The records that a search finds, by number, without regard to the cap.
    pub(super) fn found(&self, n: usize) -> Vec<usize> {
        let bound = |name: &str| {
            let text = self.searches[n].body[name].as_str().unwrap();
            text.parse::<DateTime<Utc>>().unwrap().timestamp()
        };
        let (from, to) = (bound("filterStartDateTime"), bound("filterEndDateTime"));
        let inside = |second: i64| from <= second && (second < to || self.inclusive && second == to);
        (0..self.seconds.len()).filter(|n| inside(self.seconds[*n])).collect()
    }

    /// A page of records, with the link to the next.
    pub(super) fn records(&self, n: usize, seen: &Seen) -> Reply {
        let mut found = self.found(n);
        found.truncate(self.cap);
        let from = seen.target.split("$skiptoken=").nth(1).map_or(0, |token| token.parse().unwrap());
        let rows = &found[from..found.len().min(from + self.page)];
        let mut page = page(&rows.iter().map(|n| record(*n, self.seconds[*n])).collect::<Vec<_>>());
        if from + rows.len() < found.len() {
            let (host, path) = (seen.header("host"), seen.target.split('?').next().unwrap_or_default());
            page["@odata.nextLink"] = format!("http://{host}{path}?$skiptoken={}", from + rows.len()).into();
        }
        Reply::json(page.to_string())
    }
}

fn number(id: &str) -> usize {
    id.trim_start_matches('q').parse().unwrap()
}

/// A page that says how many records it has.
pub(super) fn page(records: &[Value]) -> Value {
    json!({ "@odata.count": records.len(), "value": records })
}

/// A record in its envelope.
pub(super) fn record(n: usize, second: i64) -> Value {
    let at = DateTime::<Utc>::from_timestamp(second, 0).unwrap();
    json!({
        "id": format!("r{n}"),
        "createdDateTime": at.to_rfc3339(),
        "auditData": {
            "@odata.type": "#microsoft.graph.security.defaultAuditData",
            "CreationTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(),
            "Id": format!("r{n}"),
            "Operation": "Send",
            "RecordType": 2,
            "Workload": "Exchange",
        },
    })
}
