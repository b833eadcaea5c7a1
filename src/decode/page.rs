//! The envelope of an OData page: its records, and the link to the next page.
//!
//! Members may come in any order and unknown ones are stepped over. What must not happen is that a chain of pages ends
//! without a word: a missing `value`, an `error` in a reply that says 200, a link that is no text, is given twice or has an
//! unknown name are errors, each with a name.

use std::sync::Arc;

use arrow::array::RecordBatch;

use super::columns::{Conflict, Declared, Strange};
use super::json::{BYTE_ORDER_MARK, Broken, Cursor, Token};
use super::members::{Member, members};
use super::record::kind;
use super::records::{Batch, MAX_BYTES, RecordDecoder};
use crate::table::Column;
use crate::veil::{Raw, Veil, Veiled};

/// The link's name in OData 4, in OData 3, and in OData 4.01 where the prefix may be left out.
const NEXT_LINKS: [&str; 3] = ["@odata.nextLink", "odata.nextLink", "@nextLink"];
/// How a name ends, in small letters alone, that must be another one for it.
const LIKE_NEXT_LINKS: [&str; 6] = ["nextlink", "nextpage", "nextpagelink", "nextpageuri", "nextpageurl", "nexturl"];
/// Longest name that an error quotes.
const LONGEST_NAME: usize = 60;

/// Records of a page, which is asked to hold a thousand at most. Of empty ones 60 MB would hold twenty million.
const MOST_RECORDS: usize = 50_000;

/// A decoded page.
#[derive(Debug)]
pub struct Page {
    /// Its rows, with the columns that were asked for.
    pub rows: RecordBatch,
    /// The link to the next page, as received and untrusted; `None` on the last page.
    pub next: Option<String>,
    /// Values that are NULL because their JSON is not of the column's type.
    pub conflicts: Vec<Conflict>,
    /// Members of records that no column declares, if they are noticed.
    pub strange: Strange,
}

/// Why a reply is no page. Nothing of it may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has another shape.
    #[error("the reply is not a page of records: {found}")]
    NotAPage {
        /// What was there.
        found: &'static str,
    },
    /// It reports a failure, though its status said success.
    #[error("the service reported an error in a reply with a success status")]
    SaidByService {
        /// The service's code.
        code: Raw,
        /// The service's words.
        message: Raw,
    },
    /// An element of `value` is no record.
    #[error("record {index} of the page is {found}, not an object")]
    NotARecord {
        /// Its position, from 0.
        index: usize,
        /// What it is.
        found: &'static str,
    },
    /// A member that must be unique came twice.
    #[error("the page has the member {name} twice")]
    Duplicate {
        /// The member.
        name: &'static str,
    },
    /// The link to the next page leads nowhere.
    #[error("the link to the next page is {found}")]
    BadLink {
        /// What it is.
        found: &'static str,
    },
    /// It names a next page in another way than OData does. To pass it over would end the chain.
    #[error("the page has a member '{name}', which may link to the next page under an unknown name")]
    UnknownLink {
        /// The member.
        name: String,
    },
    /// It ends before its last brace.
    #[error("the page ends early, at byte {at}")]
    Truncated {
        /// Its length.
        at: usize,
    },
    /// It is no JSON.
    #[error("the page is not valid JSON at byte {at}: expected {expected}")]
    Syntax {
        /// Offset of the first byte that does not fit.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// Something follows its last brace.
    #[error("the page continues after its end, at byte {at}")]
    Trailing {
        /// Where that begins.
        at: usize,
    },
    /// It holds more records than any page does.
    #[error("the page has more than {most} records, which is too many")]
    TooMany {
        /// How many it may have.
        most: usize,
    },
    /// It is larger than any page is.
    #[error("the page has {bytes} bytes, which is too large")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
}

impl Error {
    /// The service's own words, if there are any.
    pub fn words(&self, veil: &Veil) -> Option<Veiled> {
        let Self::SaidByService { code, message } = self else { return None };
        Raw::joined([code, message], ": ").map(|words| veil.told_of(&words))
    }
}

impl From<Broken> for Error {
    fn from(Broken { at, expected }: Broken) -> Self {
        expected.map_or(Self::Truncated { at }, |expected| Self::Syntax { at, expected })
    }
}

/// Decodes pages, one after the other.
#[derive(Debug)]
pub struct PageDecoder {
    rows: RecordDecoder,
}

impl PageDecoder {
    /// Rows will have these columns, possibly none; `key` is the wire name of the member that identifies a record.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn new(columns: &[&'static Column], key: &'static str) -> Self {
        Self { rows: RecordDecoder::new(columns, key) }
    }

    /// The same with a column of digests, see [`RecordDecoder::digested`].
    #[must_use]
    pub fn digested(self) -> Self {
        Self { rows: self.rows.digested() }
    }

    /// The same, and members that are not declared are noticed, see [`RecordDecoder::noticing`].
    #[must_use]
    pub fn noticing(self, declared: Arc<Declared>) -> Self {
        Self { rows: self.rows.noticing(declared) }
    }

    /// The columns of the pages.
    #[cfg(test)]
    pub fn schema(&self) -> arrow::datatypes::SchemaRef {
        self.rows.schema()
    }

    /// Decodes the body of a successful reply.
    ///
    /// # Errors
    /// When it is not one whole page. An odd value is none: it is NULL, and counted.
    pub fn page(&mut self, body: &[u8]) -> Result<Page, Error> {
        if body.len() >= MAX_BYTES {
            return Err(Error::TooLarge { bytes: body.len() });
        }
        let next = self.envelope(body).inspect_err(|_| self.rows.clear())?;
        let Batch { rows, conflicts, strange } = self.rows.finish();
        Ok(Page { rows, next, conflicts, strange })
    }

    /// Reads the rows, and gives the link to the next page.
    fn envelope(&mut self, body: &[u8]) -> Result<Option<String>, Error> {
        let mut cursor = Cursor::new(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body));
        match cursor.peek() {
            Ok(b'{') => {}
            Ok(byte) => return Err(Error::NotAPage { found: kind(byte) }),
            Err(_) => return Err(Error::NotAPage { found: "nothing" }),
        }
        let mut seen = Seen::default();
        let mut more = cursor.enter(b'}')?;
        while more {
            self.member(&mut cursor, &mut seen)?;
            more = cursor.more(b'}')?;
        }
        if !cursor.is_at_end() {
            return Err(Error::Trailing { at: cursor.at() });
        }
        seen.into_next()
    }

    /// Reads one member of the envelope.
    fn member(&mut self, cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<(), Error> {
        let mut scratch = String::new();
        let name = cursor.name()?;
        match cursor.string_text(name, &mut scratch) {
            Some("value") if seen.value => Err(Error::Duplicate { name: "value" }),
            Some("value") => {
                seen.value = true;
                self.value(cursor)
            }
            Some(name) if NEXT_LINKS.contains(&name) => {
                if seen.link {
                    return Err(Error::Duplicate { name: NEXT_LINKS[0] });
                }
                seen.link = true;
                seen.next = link(cursor)?;
                Ok(())
            }
            Some(name) if is_error(name) => {
                let error = service_error(cursor)?;
                seen.error = seen.error.take().or(error);
                Ok(())
            }
            Some(name) if is_like_next_link(name) && !is_nothing(cursor)? => {
                Err(Error::UnknownLink { name: name.trim().chars().take(LONGEST_NAME).collect() })
            }
            _ => {
                cursor.skip()?;
                Ok(())
            }
        }
    }

    /// Reads the rows.
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        match cursor.peek()? {
            b'[' => {}
            b'{' => return Err(Error::NotAPage { found: "'value' is an object" }),
            b'"' => return Err(Error::NotAPage { found: "'value' is a string" }),
            b'n' => return Err(Error::NotAPage { found: "'value' is null" }),
            _ => return Err(Error::NotAPage { found: "'value' is no array" }),
        }
        let mut more = cursor.enter(b']')?;
        while more {
            match cursor.peek()? {
                b'{' if self.rows.count() == MOST_RECORDS => return Err(Error::TooMany { most: MOST_RECORDS }),
                b'{' => self.rows.read(cursor)?,
                byte => return Err(Error::NotARecord { index: self.rows.count(), found: kind(byte) }),
            }
            more = cursor.more(b']')?;
        }
        Ok(())
    }
}

/// The link to the next page, if the envelope names it before its rows, as Microsoft Graph does: with it the next request
/// can be under way while this page is decoded. A page that turns out to be none, or to say otherwise, decides then.
pub fn link_ahead(body: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body));
    let mut scratch = String::new();
    let mut more = cursor.peek().is_ok_and(|byte| byte == b'{') && cursor.enter(b'}').ok()?;
    while more {
        let name = cursor.name().ok()?;
        match cursor.string_text(name, &mut scratch) {
            Some("value" | "error") => return None,
            Some(name) if NEXT_LINKS.contains(&name) => return link(&mut cursor).ok()?,
            _ => cursor.skip().ok()?,
        };
        more = cursor.more(b'}').ok()?;
    }
    None
}

/// Whether a member reports a failure: `error`, whatever its case, blanks and prefix.
fn is_error(name: &str) -> bool {
    name.trim().rsplit(['.', '@']).next().is_some_and(|name| name.eq_ignore_ascii_case("error"))
}

fn is_like_next_link(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["next", "odatanext"].contains(&letters.as_str()) || LIKE_NEXT_LINKS.iter().any(|end| letters.ends_with(end))
}

/// Whether the next value is null or false; the cursor stays before it.
fn is_nothing(cursor: &mut Cursor<'_>) -> Result<bool, Broken> {
    Ok(matches!(cursor.peek()?, b'n' | b'f'))
}

/// Whether an object, such as a page in a file, names a next page, by whatever name.
pub fn names_next_page(object: &[u8]) -> bool {
    let is_link = |member: &Member<'_>| {
        let named = NEXT_LINKS.contains(&member.name.as_ref()) || is_like_next_link(&member.name);
        named && !matches!(member.value, b"null" | b"false" | b"\"\"")
    };
    members(object).is_ok_and(|members| members.iter().any(is_link))
}

/// What the envelope has held so far.
#[derive(Debug, Default)]
struct Seen {
    value: bool,
    link: bool,
    /// A link that is null is as good as none.
    next: Option<String>,
    error: Option<Error>,
}

impl Seen {
    fn into_next(self) -> Result<Option<String>, Error> {
        match self {
            Self { error: Some(error), .. } => Err(error),
            Self { value: false, .. } => Err(Error::NotAPage { found: "an object without 'value'" }),
            Self { next, .. } => Ok(next),
        }
    }
}

/// A link that is text, or null.
fn link(cursor: &mut Cursor<'_>) -> Result<Option<String>, Error> {
    let mut scratch = String::new();
    let found = match cursor.token()? {
        Token::Null => return Ok(None),
        Token::String(quoted) => match cursor.string_text(quoted, &mut scratch) {
            Some(text) if !text.trim().is_empty() => return Ok(Some(text.to_owned())),
            Some(_) => "empty",
            None => "no text",
        },
        _ => "no string",
    };
    Err(Error::BadLink { found })
}

/// The failure that a member `error` reports; `None` if it is null.
fn service_error(cursor: &mut Cursor<'_>) -> Result<Option<Error>, Broken> {
    let (mut code, mut message) = (String::new(), String::new());
    match cursor.token()? {
        Token::Null => return Ok(None),
        Token::Object => {
            let mut more = cursor.enter(b'}')?;
            while more {
                let name = cursor.name()?;
                match cursor.bytes(name.start, name.end) {
                    b"code" => code = words(cursor)?,
                    b"message" => message = words(cursor)?,
                    _ => {
                        cursor.skip()?;
                    }
                }
                more = cursor.more(b'}')?;
            }
        }
        Token::String(quoted) => code.push_str(cursor.string_text(quoted, &mut String::new()).unwrap_or_default()),
        Token::Array => {
            cursor.skip()?;
        }
        Token::Bool(_) | Token::Number(..) => {}
    }
    Ok(Some(Error::SaidByService { code: Raw::new(code), message: Raw::new(message) }))
}

/// A string's text, or that of the `value` of an object, as OData 3 has messages beside their language; nothing for any
/// other value.
fn words(cursor: &mut Cursor<'_>) -> Result<String, Broken> {
    let start = cursor.skip()?;
    let bytes = cursor.bytes(start, cursor.at());
    let mut value = Cursor::new(bytes);
    let mut scratch = String::new();
    Ok(match value.token()? {
        Token::String(quoted) => value.string_text(quoted, &mut scratch).unwrap_or_default().to_owned(),
        Token::Object => {
            let members = members(bytes).unwrap_or_default();
            let text = members.iter().find(|member| member.name == "value").and_then(Member::text);
            text.unwrap_or_default().into_owned()
        }
        _ => String::new(),
    })
}
