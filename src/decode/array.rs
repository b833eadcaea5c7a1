//! Arrays of records: the blobs of the activity feed, and lists that a service gives as a whole.
//!
//! They are large and odd, and nothing of one may be used unless all of it is an array of objects.

use std::ops::Range;
use std::sync::Arc;

use super::columns::Declared;
use super::json::{BYTE_ORDER_MARK, Broken, Cursor};
use super::page::Error;
use super::record::kind;
use super::records::{Batch, MAX_BYTES, RecordDecoder};
use crate::table::{Column, activity_mark, is_activity};

/// Records of a part, and bytes that it is made of. An array of 60 MB may hold millions of records.
const MOST_ROWS: usize = 16_384;
const MOST_BYTES: usize = 4 << 20;

/// Decodes arrays, one after the other, each in parts: what is decoded at once is bounded, whatever an array holds.
#[derive(Debug)]
pub struct ArrayDecoder {
    rows: RecordDecoder,
    /// Whether an object has to have the marks of a record.
    marked: bool,
    strangers: usize,
    /// Where the parts are that were looked over and not decoded, the next one last.
    parts: Vec<Range<usize>>,
}

impl ArrayDecoder {
    /// Rows will have these columns; `key` identifies a record.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn new(columns: &[&'static Column], key: &'static Column) -> Self {
        Self { rows: RecordDecoder::lenient(columns, key), marked: false, strangers: 0, parts: Vec::new() }
    }

    /// Only objects that have the marks of a record of the feed are rows; all others are counted as strangers.
    #[must_use]
    pub fn of_records(self) -> Self {
        Self { marked: true, ..self }
    }

    /// The objects in the array decoded last that are no records.
    pub fn strangers(&self) -> usize {
        self.strangers
    }

    /// The same with a column of digests, see [`RecordDecoder::digested`].
    #[must_use]
    pub fn digested(self) -> Self {
        Self { rows: self.rows.digested(), ..self }
    }

    /// The same, and members that are not declared are noticed, see [`RecordDecoder::noticing`].
    #[must_use]
    pub fn noticing(self, declared: Arc<Declared>) -> Self {
        Self { rows: self.rows.noticing(declared), ..self }
    }

    /// Looks over the whole body of an array of records, and decodes its first part.
    ///
    /// # Errors
    /// When it is not one whole array of objects. An odd value is none: it is NULL, and counted.
    pub fn begin(&mut self, body: &[u8]) -> Result<Batch, Error> {
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
                    // The parts behind the first are only looked over: nothing of an array is used unless it is whole.
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

/// The body without what may stand before it.
pub(super) fn text(body: &[u8]) -> &[u8] {
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

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;

    use super::*;
    use crate::apis::activity::ACTIVITY;

    fn blobs() -> ArrayDecoder {
        let columns: Vec<&'static Column> = ACTIVITY.columns.iter().collect();
        ArrayDecoder::new(&columns, ACTIVITY.column("id").unwrap())
    }

    #[test]
    fn a_blob_is_an_array_of_records_and_nothing_else() {
        let mut blobs = blobs();
        let two = "\u{feff}[{\"Id\":\"a\"} , {\"Id\":\"b\",\"RecordType\":\"20\"}] ";
        assert_eq!(blobs.begin(two.as_bytes()).unwrap().rows.num_rows(), 2);
        for body in
            ["", "{}", "{\"error\":{\"code\":\"AF50000\"}}", "[1]", "[{},]", "[{}", "[{}]x", "<html>", "[[]]", "null"]
        {
            blobs.begin(body.as_bytes()).expect_err(body);
        }
        assert_eq!(blobs.begin(b"[]").unwrap().rows.num_rows(), 0, "nothing is left of a refused blob");
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
            let mut batches = vec![blobs.begin(body.as_bytes()).unwrap()];
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
            assert!(blobs.begin(cut).is_err() && blobs.begin(b"[]").unwrap().rows.num_rows() == 0 && blobs.is_done());
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
            let decoded = blobs.begin(body.as_bytes()).unwrap();
            assert_eq!((decoded.rows.num_rows(), blobs.strangers()), (rows, strangers), "{body}");
            blobs.begin(b"[]").unwrap();
            assert_eq!(blobs.strangers(), 0);
        }
        blobs().of_records().begin(br#"[{"x":[}]"#).unwrap_err();
    }
}
