//! What the audit search says of its searches, and the records that they found.
//!
//! A record of a search is an envelope around the record that the feed has of the same event, under `auditData`. That one is
//! the row; what the envelope says besides is a part of it.

use std::borrow::Cow;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringViewArray};
use chrono::DateTime;
use serde::Deserialize;

use super::columns::Declared;
use super::json::BYTE_ORDER_MARK;
use super::members::members;
use super::page::{Error, Page, PageDecoder};
use super::records::{Batch, RecordDecoder};
use crate::table::{Column, Edm, RAW, col};

/// A search as the service knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Its id. Untrusted.
    pub id: String,
    /// The name that it was given. Untrusted.
    pub name: Option<String>,
    /// How it is getting on, in the service's word.
    pub status: Option<String>,
    /// Whether it found more than it gives out.
    pub exceeded: bool,
    /// The records that it gives out at most.
    pub limit: Option<u64>,
    /// About how many it found.
    pub found: Option<u64>,
    /// Its bounds of time, in seconds since 1970.
    pub bounds: [Option<i64>; 2],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: Option<String>,
    display_name: Option<String>,
    status: Option<String>,
    is_record_count_limit_exceeded: Option<bool>,
    record_count_limit: Option<u64>,
    approximate_returned_record_count: Option<u64>,
    filter_start_date_time: Option<String>,
    filter_end_date_time: Option<String>,
}

impl Ordered {
    fn of(told: Told) -> Option<Self> {
        let second = |text: Option<String>| Some(DateTime::parse_from_rfc3339(&text?).ok()?.timestamp());
        Some(Self {
            id: told.id?,
            name: told.display_name,
            status: told.status,
            exceeded: told.is_record_count_limit_exceeded.unwrap_or_default(),
            // A limit of none is none that could be kept to.
            limit: told.record_count_limit.filter(|limit| *limit > 0),
            found: told.approximate_returned_record_count,
            bounds: [second(told.filter_start_date_time), second(told.filter_end_date_time)],
        })
    }
}

/// Reads what a service says of one search.
///
/// # Errors
/// When it says nothing of one, or does not name it.
pub fn ordered(body: &[u8]) -> Result<Ordered, Error> {
    let told: Told = serde_json::from_slice(text(body)).map_err(|_| Error::NotAPage { found: "no search" })?;
    Ordered::of(told).ok_or(Error::NotAPage { found: "a search without id" })
}

/// Reads a page of the list of searches, and the link to the next.
///
/// # Errors
/// When it is no such page. A search in it that cannot be read is passed over: it is none of ours.
pub fn searches(body: &[u8]) -> Result<(Vec<Ordered>, Option<String>), Error> {
    let Page { rows, next, .. } = PageDecoder::new(&[&RAW], "id").page(body)?;
    let read = |json: &str| serde_json::from_str::<Told>(json).ok().and_then(Ordered::of);
    let found = rows.column(0).as_string_view().iter().flatten().filter_map(read).collect();
    Ok((found, next))
}

/// The envelope of a record.
static ENVELOPES: [Column; 3] = [
    col("id", "id", Edm::Text, "Id of the record in the search."),
    col("audit_data", "auditData", Edm::Json, "The record of the feed."),
    RAW,
];

/// A page of what a search found.
#[derive(Debug)]
pub struct RecordPage {
    envelopes: RecordBatch,
    /// The link to the next page. Untrusted.
    pub next: Option<String>,
    /// How many records the page says that it has.
    pub count: Option<u64>,
}

impl RecordPage {
    /// How many records it has.
    pub fn size(&self) -> usize {
        self.envelopes.num_rows()
    }

    /// What tells a record from others: its id in the search, or all of it, if it has none.
    pub fn identity(&self, row: usize) -> &str {
        let id = Some(self.text(0)).filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row));
        id.filter(|id| !id.is_empty()).unwrap_or_else(|| self.text(2).value(row))
    }

    /// The record of the feed, or the envelope, if it holds none.
    fn record(&self, row: usize) -> Cow<'_, str> {
        let data = Some(self.text(1)).filter(|data| data.is_valid(row)).map(|data| data.value(row));
        let is_object = |text: &str| text.trim_start().starts_with('{');
        match data {
            Some(data) if is_object(data) => Cow::Borrowed(data),
            Some(data) => match serde_json::from_str::<String>(data) {
                Ok(text) if is_object(&text) => Cow::Owned(text),
                _ => Cow::Borrowed(self.text(2).value(row)),
            },
            None => Cow::Borrowed(self.text(2).value(row)),
        }
    }

    fn text(&self, at: usize) -> &StringViewArray {
        self.envelopes.column(at).as_string_view()
    }
}

/// Decodes pages of what searches found, one after the other.
#[derive(Debug)]
pub struct SearchDecoder {
    envelopes: PageDecoder,
    records: RecordDecoder,
}

impl SearchDecoder {
    /// Rows will have these columns; `key` identifies a record.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn new(columns: &[&'static Column], key: &'static Column) -> Self {
        let envelopes: Vec<&'static Column> = ENVELOPES.iter().collect();
        Self { envelopes: PageDecoder::new(&envelopes, "id"), records: RecordDecoder::lenient(columns, key) }
    }

    /// The same with a column of digests, see [`RecordDecoder::digested`].
    #[must_use]
    pub fn digested(self) -> Self {
        Self { records: self.records.digested(), ..self }
    }

    /// The same, and members that are not declared are noticed, see [`RecordDecoder::noticing`].
    #[must_use]
    pub fn noticing(self, declared: std::sync::Arc<Declared>) -> Self {
        Self { records: self.records.noticing(declared), ..self }
    }

    /// Looks over a page.
    ///
    /// # Errors
    /// When it is not one whole page.
    pub fn page(&mut self, body: &[u8]) -> Result<RecordPage, Error> {
        let Page { rows, next, .. } = self.envelopes.page(body)?;
        Ok(RecordPage { envelopes: rows, next, count: count(body) })
    }

    /// Decodes some of its records.
    ///
    /// # Errors
    /// When there is more in them than a batch can hold, or one is broken where its envelope was not: text that is no object.
    pub fn rows(&mut self, page: &RecordPage, wanted: impl Iterator<Item = usize>) -> Result<Batch, Error> {
        for row in wanted {
            if self.records.append(page.record(row).as_bytes()).is_err() {
                let envelope = page.text(2).value(row);
                let again = self.records.append(envelope.as_bytes());
                again
                    .inspect_err(|_| self.records.clear())
                    .map_err(|_| Error::NotARecord { index: row, found: "too large" })?;
            }
        }
        Ok(self.records.finish())
    }
}

/// What a page says of the number of its records.
fn count(body: &[u8]) -> Option<u64> {
    let members = members(text(body)).ok()?;
    let count = members.iter().find(|member| matches!(member.name.as_ref(), "@odata.count" | "odata.count"))?;
    count.text()?.parse().ok()
}

fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apis::activity::AUDIT_SEARCH;

    #[test]
    fn the_record_of_the_feed_is_the_row_and_an_envelope_without_one_is_read_itself() {
        let columns: Vec<&'static Column> =
            ["id", "operation", "workload", "raw"].iter().map(|name| AUDIT_SEARCH.column(name).unwrap()).collect();
        let mut decoder = SearchDecoder::new(&columns, AUDIT_SEARCH.column("id").unwrap());
        let body = r##"{"@odata.count":4,"value":[
            {"id":"a","operation":"x","auditData":{"@odata.type":"#d","Id":"a","Operation":"X","Workload":"W"}},
            {"id":"b","auditData":"{\"Id\":\"b\",\"Operation\":\"Y\"}"},
            {"id":"c","operation":"z","service":"Exchange","auditData":null},
            {"operation":"z","auditData":7}]}"##;
        let page = decoder.page(body.as_bytes()).unwrap();
        assert_eq!((page.size(), page.count, page.identity(0)), (4, Some(4), "a"));
        assert_eq!(page.identity(3), r#"{"operation":"z","auditData":7}"#);
        let rows = decoder.rows(&page, 0..4).unwrap().rows;
        let column = |at: usize| -> Vec<Option<&str>> { rows.column(at).as_string_view().iter().collect() };
        assert_eq!(column(0), [Some("a"), Some("b"), Some("c"), None]);
        assert_eq!(column(1), [Some("X"), Some("Y"), Some("z"), Some("z")]);
        assert_eq!(column(2), [Some("W"), None, Some("Exchange"), None]);
        assert!(column(3)[1].unwrap().starts_with(r#"{"Id":"b""#));
    }

    #[test]
    fn a_search_has_an_id_or_is_none() {
        let body = br#"{"id":"q","displayName":"n","status":"running","filterStartDateTime":"1970-01-01T00:00:07Z",
            "isRecordCountLimitExceeded":true,"recordCountLimit":0,"approximateReturnedRecordCount":5}"#;
        let search = ordered(body).unwrap();
        assert_eq!(
            (search.exceeded, search.limit, search.found, search.bounds),
            (true, None, Some(5), [Some(7), None])
        );
        for body in ["", "[]", "{}", "null", r#"{"id":null}"#, r#"{"id":7}"#] {
            ordered(body.as_bytes()).expect_err(body);
        }
        let list = br#"{"value":[{"id":"a"},{"id":7},{}],"@odata.nextLink":"l"}"#;
        let (found, next) = searches(list).unwrap();
        assert_eq!((found.len(), next.as_deref()), (1, Some("l")));
        searches(br#"{"error":{"code":"x"}}"#).unwrap_err();
    }
}
