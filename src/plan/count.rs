//! How many records there are, asked instead of the records: `GET /users/$count`.
//!
//! Source: Microsoft Graph, "Advanced query capabilities on directory objects": the segment `$count` answers with a number as
//! plain text, from an index that is brought up to date with a delay (`ConsistencyLevel: eventual`). Nothing of such an answer can
//! be checked here, so it is asked only where the filter means exactly what the predicate means.

use super::{PageQuery, ScanPlan};
use crate::odata::filter::filter;
use crate::odata::request::Ask;
use crate::predicate::{Clause, Value};
use crate::table::Op;
use crate::wire::{Request, Target};

/// With `Accept: application/json` the service refuses.
const HEADERS: &[(&str, &str)] = &[("accept", "text/plain"), ("ConsistencyLevel", "eventual")];

/// The longest text of a number.
const MOST_DIGITS: usize = 18;

/// The query whose number of records is that of a scan's rows.
#[derive(Debug)]
pub struct CountQuery<'p>(&'p PageQuery);

impl ScanPlan {
    /// What asks how many rows it has; `None`: they have to be read to be counted.
    pub fn count(&self) -> Option<CountQuery<'_>> {
        let [stream] = self.streams.as_slice() else { return None };
        let query = &stream.query;
        let whole = self.pages.counts
            && stream.parts.is_empty()
            && query.kind.is_none()
            && self.parents.is_none()
            && self.cap.is_none()
            && self.limit.is_none()
            && self.residual.iter().all(|residual| residual.reasons.is_empty());
        // Bounds of a time are sent as the seconds around them.
        let untimed = self.set.time.is_none();
        (whole && untimed && query.clauses.iter().all(is_exact)).then_some(CountQuery(query))
    }
}

impl CountQuery<'_> {
    /// The request.
    pub fn request(&self) -> Request {
        let query = self.0;
        let target = Target::Path(self.ask(&self.path()).url());
        Request { headers: HEADERS, ..Request::get(query.pages.api, target, query.quota) }
    }

    /// Path and query as people read them, for EXPLAIN. Not to be sent.
    pub fn readable(&self) -> String {
        let query = self.0;
        let filter =
            if query.clauses.is_empty() { String::new() } else { format!("?$filter={}", filter(&query.clauses)) };
        format!("/{}{}{filter}", query.version.segment(), self.path())
    }

    fn path(&self) -> String {
        format!("{}/$count", self.0.pages.path)
    }

    fn ask<'a>(&'a self, path: &'a str) -> Ask<'a> {
        let PageQuery { pages, version, tenant, clauses, .. } = self.0;
        let (dialect, version) = (pages.dialect, *version);
        Ask { dialect, version, tenant, path, clauses, order: None, select: None, advanced: false, top: None }
    }
}

/// Whether a clause keeps what SQL keeps and nothing else. Of texts that is not known: case may be ignored.
fn is_exact(clause: &Clause) -> bool {
    match clause {
        Clause::And(all) | Clause::Or(all) => all.iter().all(is_exact),
        Clause::Property { op: Op::Eq, value: Value::Bool(_) | Value::Int(_), .. } => true,
        Clause::Property { .. } | Clause::Element { .. } => false,
    }
}

/// The number that a reply is; `None`: it is none. The service puts a byte order mark before it.
pub fn number(body: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii();
    let digits = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        for (body, expected) in [
            (&b"0"[..], Some(0)),
            (b"893", Some(893)),
            (b"\xef\xbb\xbf893\r\n", Some(893)),
            (b" 12 ", Some(12)),
            (b"999999999999999999", Some(999_999_999_999_999_999)),
            (b"9999999999999999999", None),
            (b"", None),
            (b"-1", None),
            (b"+1", None),
            (b"1.5", None),
            (b"1e3", None),
            (b"1 2", None),
            (b"{\"value\":[]}", None),
            (b"<html>1</html>", None),
            ("١٢".as_bytes(), None),
            (b"\xff\xfe1", None),
        ] {
            assert_eq!(number(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn only_tests_that_mean_the_same_on_both_sides_are_exact() {
        let of = |op, value| Clause::Property { path: "p".into(), op, value };
        assert!(is_exact(&of(Op::Eq, Value::Bool(true))) && is_exact(&of(Op::Eq, Value::Int(1))));
        assert!(is_exact(&Clause::Or(vec![of(Op::Eq, Value::Bool(true)), of(Op::Eq, Value::Bool(false))])));
        for value in
            [Value::Text("x".into()), Value::Null, Value::Second(1), Value::Double(1.0), Value::Guid("g".into())]
        {
            assert!(!is_exact(&of(Op::Eq, value.clone())), "{value:?}");
            assert!(!is_exact(&Clause::And(vec![of(Op::Eq, Value::Bool(true)), of(Op::Eq, value)])));
        }
        assert!(!is_exact(&of(Op::Ne, Value::Bool(true))));
    }
}
