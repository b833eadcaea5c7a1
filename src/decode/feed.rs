//! What the activity feed sends: blobs of records, listings of blobs, lists of subscriptions.
//!
//! All three are JSON arrays. Blobs are large and odd, so they are read by the decoder; the other two are small and their
//! few members are all needed, so anything that lacks one of them is an error.

use std::ops::Range;

use chrono::DateTime;
use serde::Deserialize;

use super::cursor::{Broken, Cursor};
use super::page::{BYTE_ORDER_MARK, Error};
use super::row::{Batch, MAX_BYTES, Rows, kind};
use crate::table::{Column, activity_mark, is_activity};

/// Records of a part, and bytes that it is made of. A blob of 60 MB may hold millions of records.
const MOST_ROWS: usize = 16_384;
const MOST_BYTES: usize = 4 << 20;

/// Decodes blobs, one after the other, each in parts: what is decoded at once is bounded, whatever a blob holds.
#[derive(Debug)]
pub struct Blobs {
    rows: Rows,
    /// Whether an object has to have the marks of a record.
    marked: bool,
    strangers: usize,
    /// Where the parts are that were looked over and not decoded, the next one last.
    parts: Vec<Range<usize>>,
}

impl Blobs {
    /// Rows will have these columns; `key` identifies a record.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn new(columns: &[&'static Column], key: &'static Column) -> Self {
        Self { rows: Rows::lenient(columns, key), marked: false, strangers: 0, parts: Vec::new() }
    }

    /// Only objects that have the marks of a record of the feed are rows; all others are counted as strangers.
    #[must_use]
    pub fn of_records(self) -> Self {
        Self { marked: true, ..self }
    }

    /// The objects in the blob decoded last that are no records.
    pub fn strangers(&self) -> usize {
        self.strangers
    }

    /// The same with a column of digests, see [`Rows::digested`].
    #[must_use]
    pub fn digested(self) -> Self {
        Self { rows: self.rows.digested(), ..self }
    }

    /// Looks over the whole body of a blob, an array of records, and decodes its first part.
    ///
    /// # Errors
    /// When it is not one whole array of objects. An odd value is none: it is NULL, and counted.
    pub fn blob(&mut self, body: &[u8]) -> Result<Batch, Error> {
        if body.len() >= MAX_BYTES {
            return Err(Error::TooLarge { bytes: body.len() });
        }
        self.strangers = 0;
        self.parts.clear();
        self.records(text(body)).inspect_err(|_| self.rows.clear())?;
        self.parts.reverse();
        Ok(self.rows.finish())
    }

    /// Decodes the next part of the body that was looked over last; `None` behind its end.
    ///
    /// # Errors
    /// Never for the same body: it was found to be whole.
    pub fn more(&mut self, body: &[u8]) -> Result<Option<Batch>, Error> {
        let Some(part) = self.parts.pop() else { return Ok(None) };
        self.part(&text(body)[part]).inspect_err(|_| self.rows.clear())?;
        Ok(Some(self.rows.finish()))
    }

    /// Whether nothing of the body is left to decode.
    pub fn is_done(&self) -> bool {
        self.parts.is_empty()
    }

    fn records(&mut self, body: &[u8]) -> Result<(), Error> {
        let mut cursor = Cursor::new(body);
        match cursor.peek() {
            Ok(b'[') => {}
            Ok(byte) => return Err(Error::NotAPage { found: kind(byte) }),
            Err(_) => return Err(Error::NotAPage { found: "nothing" }),
        }
        let mut more = cursor.enter(b']')?;
        let (mut index, mut begun, mut rows) = (0, cursor.at(), 0);
        while more {
            match cursor.peek()? {
                b'{' if self.is_stranger(&cursor)? => {
                    self.strangers += 1;
                    cursor.skip()?;
                }
                b'{' => {
                    if rows == MOST_ROWS || cursor.at() - begun >= MOST_BYTES {
                        (begun, rows) = (cursor.at(), 0);
                        self.parts.push(begun..begun);
                    }
                    rows += 1;
                    // The parts behind the first are only looked over: nothing of a blob is used unless it is whole.
                    match self.parts.last_mut() {
                        None => self.rows.read(&mut cursor)?,
                        Some(part) => {
                            cursor.skip()?;
                            part.end = cursor.at();
                        }
                    }
                }
                byte => return Err(Error::NotARecord { index, found: kind(byte) }),
            }
            index += 1;
            more = cursor.more(b']')?;
        }
        if cursor.is_at_end() { Ok(()) } else { Err(Error::Trailing { at: cursor.at() }) }
    }

    /// Reads records, and commas between them.
    fn part(&mut self, part: &[u8]) -> Result<(), Error> {
        let mut cursor = Cursor::new(part);
        while let Ok(byte) = cursor.peek() {
            match byte {
                b'{' if self.is_stranger(&cursor)? => cursor.skip().map(|_| ())?,
                b'{' => self.rows.read(&mut cursor)?,
                _ => cursor.step(),
            }
        }
        Ok(())
    }

    fn is_stranger(&self, cursor: &Cursor<'_>) -> Result<bool, Broken> {
        Ok(self.marked && !is_record(&mut cursor.fork(cursor.at()))?)
    }
}

fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Whether the object at which the cursor stands has the marks of a record. Records have them among their first members,
/// so that few are looked at.
fn is_record(cursor: &mut Cursor<'_>) -> Result<bool, Broken> {
    let (mut marks, mut scratch) = (Vec::new(), String::new());
    let mut more = cursor.enter(b'}')?;
    while more {
        let name = cursor.name()?;
        marks.extend(cursor.string_text(name, &mut scratch).and_then(activity_mark));
        if is_activity(|name| marks.contains(&name)) {
            return Ok(true);
        }
        cursor.skip()?;
        more = cursor.more(b'}')?;
    }
    Ok(false)
}

/// A blob as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The service's key of it.
    pub id: String,
    /// Where it is fetched. Untrusted.
    pub uri: String,
    /// When it became available, in microseconds.
    pub created: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    content_id: String,
    content_uri: String,
    content_created: String,
}

/// Reads a page of a listing.
///
/// # Errors
/// When it is no array of content objects, each with its three members: an entry that cannot be read is records that
/// would be missing.
pub fn listing(body: &[u8]) -> Result<Vec<Content>, Error> {
    let listed: Vec<Listed> = read(body, "no listing of content")?;
    let content = |listed: Listed| {
        let created = DateTime::parse_from_rfc3339(&listed.content_created);
        let created = created.map_err(|_| Error::NotAPage { found: "content without the time it was created at" })?;
        Ok(Content { id: listed.content_id, uri: listed.content_uri, created: created.timestamp_micros() })
    };
    listed.into_iter().map(content).collect()
}

/// A subscription, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The type of content.
    pub content_type: String,
    /// `enabled` or `disabled`; some entries have none.
    pub status: Option<String>,
}

/// Reads the list of subscriptions.
///
/// # Errors
/// When it is no such list.
pub fn subscriptions(body: &[u8]) -> Result<Vec<Subscription>, Error> {
    read(body, "no list of subscriptions")
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8], found: &'static str) -> Result<T, Error> {
    serde_json::from_slice(text(body)).map_err(|_| Error::NotAPage { found })
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;

    use super::*;
    use crate::apis::activity::ACTIVITY;

    fn blobs() -> Blobs {
        let columns: Vec<&'static Column> = ACTIVITY.columns.iter().collect();
        Blobs::new(&columns, ACTIVITY.column("id").unwrap())
    }

    #[test]
    fn a_blob_is_an_array_of_records_and_nothing_else() {
        let mut blobs = blobs();
        let two = "\u{feff}[{\"Id\":\"a\"} , {\"Id\":\"b\",\"RecordType\":\"20\"}] ";
        assert_eq!(blobs.blob(two.as_bytes()).unwrap().rows.num_rows(), 2);
        for body in
            ["", "{}", "{\"error\":{\"code\":\"AF50000\"}}", "[1]", "[{},]", "[{}", "[{}]x", "<html>", "[[]]", "null"]
        {
            blobs.blob(body.as_bytes()).expect_err(body);
        }
        assert_eq!(blobs.blob(b"[]").unwrap().rows.num_rows(), 0, "nothing is left of a refused blob");
    }

    #[test]
    fn a_blob_is_decoded_in_parts_that_are_bounded_by_rows_and_by_bytes() {
        let of = |count: usize, filler: usize, between: &str| {
            let filler = "x".repeat(filler);
            let record = |n: usize| format!(r#"{{"Id":"{n}","RecordType":1,"UserId":"{filler}"}}"#);
            let all: Vec<String> = (0..count).map(|n| if n % 7 == 3 { "{}".into() } else { record(n) }).collect();
            format!("\u{feff}[{}]", all.join(between))
        };
        for (count, filler, between, parts) in
            [(9, 0, ",", 1), (50_000, 0, " ,\n ", 3), (40, 1 << 20, ",", 9), (3, 6 << 20, ",", 3)]
        {
            let body = of(count, filler, between);
            let mut blobs = blobs().of_records();
            let mut batches = vec![blobs.blob(body.as_bytes()).unwrap()];
            assert_eq!(blobs.strangers(), (count + 3) / 7);
            while let Some(batch) = blobs.more(body.as_bytes()).unwrap() {
                batches.push(batch);
            }
            let ids: Vec<String> = batches
                .iter()
                .flat_map(|batch| batch.rows.column_by_name("id").unwrap().as_string_view().iter())
                .map(|id| id.unwrap().to_owned())
                .collect();
            let expected: Vec<String> = (0..count).filter(|n| n % 7 != 3).map(|n| n.to_string()).collect();
            assert!(ids == expected && batches.len() == parts, "{count} {filler}: {} parts", batches.len());
            assert!(batches.iter().all(|batch| batch.rows.num_rows() <= MOST_ROWS));
            // What is broken at its end is no blob, and nothing is left of it.
            let cut = &body.as_bytes()[..body.len() - 3];
            assert!(blobs.blob(cut).is_err() && blobs.blob(b"[]").unwrap().rows.num_rows() == 0 && blobs.is_done());
        }
    }

    #[test]
    fn an_object_without_the_marks_of_a_record_is_a_stranger() {
        let record = r#"{"Other":[{"x":1}],"Id":"a","RecordType":20}"#;
        for (body, rows, strangers) in [
            (format!("[{record},{record}]"), 2, 0),
            (format!(r#"[{record},{{}},{{"error":{{"RecordType":1,"Id":"a"}}}},{record}]"#), 2, 2),
            (r#"[{"\u0049d":"a","record\u0054ype":1},{"Message":"An error has occurred."}]"#.to_owned(), 1, 1),
            (r#"[{"contentType":"DLP.All","contentId":"a"}]"#.to_owned(), 0, 1),
        ] {
            let mut blobs = blobs().of_records();
            let decoded = blobs.blob(body.as_bytes()).unwrap();
            assert_eq!((decoded.rows.num_rows(), blobs.strangers()), (rows, strangers), "{body}");
            blobs.blob(b"[]").unwrap();
            assert_eq!(blobs.strangers(), 0);
        }
        blobs().of_records().blob(br#"[{"x":[}]"#).unwrap_err();
    }

    #[test]
    fn a_listing_has_all_that_is_needed_or_is_refused() {
        let one = r#"[{"contentType":"t","contentId":"a$b","contentUri":"u","contentCreated":"2026-05-01T00:00:00.001Z","x":1}]"#;
        let content = Content { id: "a$b".into(), uri: "u".into(), created: 1_777_593_600_001_000 };
        assert_eq!(listing(one.as_bytes()).unwrap(), [content]);
        assert_eq!(listing(b"[]").unwrap(), []);
        for body in ["{}", "", "[{}]", "[null]", &one.replace("2026", "x"), &one.replace("contentUri", "uri")] {
            listing(body.as_bytes()).expect_err(body);
        }
    }

    #[test]
    fn a_subscription_may_lack_its_status() {
        let list = subscriptions(br#"[{"contentType":"DLP.All","webhook":null}]"#).unwrap();
        assert_eq!(list, [Subscription { content_type: "DLP.All".into(), status: None }]);
        subscriptions(b"{}").unwrap_err();
    }
}
