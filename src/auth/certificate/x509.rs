//! What is read of a certificate: whose key it is for, and from when until when. It is not verified: the directory does
//! that, which knows the certificate already.

use azure_core::time::OffsetDateTime;
use chrono::NaiveDateTime;

use super::der::{BITS, CONTEXT_0, INTEGER, Reader, SEQUENCE};

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// A certificate.
pub(super) struct Leaf {
    /// As it is written.
    pub(super) der: Vec<u8>,
    /// The public key, as the key itself gives it.
    pub(super) key: Vec<u8>,
    /// From when it is valid.
    pub(super) from: OffsetDateTime,
    /// Until when.
    pub(super) until: OffsetDateTime,
}

impl Leaf {
    /// Reads one; `None` if it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut signed = Reader::new(der).within(SEQUENCE)?.within(SEQUENCE)?;
        let _version = signed.optional(CONTEXT_0);
        let (_serial, _algorithm, _issuer) = (signed.of(INTEGER)?, signed.of(SEQUENCE)?, signed.of(SEQUENCE)?);
        let mut validity = signed.within(SEQUENCE)?;
        let (from, until) = (time(&mut validity)?, time(&mut validity)?);
        let _subject = signed.of(SEQUENCE)?;
        let mut info = signed.within(SEQUENCE)?;
        let _algorithm = info.of(SEQUENCE)?;
        let (unused, key) = info.of(BITS)?.split_first()?;
        (*unused == 0).then(|| Self { der: der.to_vec(), key: key.to_vec(), from, until })
    }
}

/// RFC 5280, 4.1.2.5: UTC with seconds; years of two digits are those from 1950 to 2049.
fn time(reader: &mut Reader<'_>) -> Option<OffsetDateTime> {
    let element = reader.next()?;
    let text = std::str::from_utf8(element.content).ok()?;
    let text = match element.tag {
        UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
    OffsetDateTime::from_unix_timestamp(time.and_utc().timestamp()).ok()
}
