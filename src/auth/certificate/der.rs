//! The little of DER that keys, certificates and PFX files are read with. Lengths are definite; anything else is no DER.

/// A sequence.
pub(super) const SEQUENCE: u8 = 0x30;
/// A number.
pub(super) const INTEGER: u8 = 0x02;
/// Bits, of which the first byte says how many of the last are unused.
pub(super) const BITS: u8 = 0x03;
/// Bytes.
pub(super) const OCTETS: u8 = 0x04;
/// The name of an algorithm or a type.
pub(super) const OID: u8 = 0x06;
/// The first optional element, tagged from outside.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// The same around plain bytes, whose own tag it replaces.
pub(super) const CONTEXT_0_BYTES: u8 = 0x80;

/// Reads element after element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

/// An element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next element.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let (&[tag, first], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Element { tag, content })
    }

    /// The content of the next element, which has to have this tag.
    pub(super) fn of(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|element| element.tag == tag).map(|element| element.content)
    }

    /// The elements of the next element, which has to have this tag.
    pub(super) fn within(&mut self, tag: u8) -> Option<Self> {
        self.of(tag).map(Self)
    }

    /// The next element if it has this tag; another one stays.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let content = ahead.of(tag)?;
        *self = ahead;
        Some(content)
    }

    /// A number that is not negative and fits.
    pub(super) fn number(&mut self) -> Option<u32> {
        let bytes = self.of(INTEGER)?;
        let bytes = if let [0, rest @ ..] = bytes { rest } else { bytes };
        (bytes.len() <= 4).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_and_what_is_cut_off_is_none() {
        let bytes = [0x30, 0x06, 0x02, 0x01, 0x05, 0x04, 0x01, 0x41];
        let mut reader = Reader::new(&bytes).within(SEQUENCE).unwrap();
        assert_eq!((reader.number(), reader.optional(OID), reader.of(OCTETS)), (Some(5), None, Some(&b"A"[..])));
        assert!(reader.is_empty() && reader.next().is_none());
        for end in 0..bytes.len() {
            assert!(Reader::new(&bytes[..end]).next().is_none(), "{end}");
        }
        assert_eq!(Reader::new(&[0x04, 0x81, 0x01, 0x41]).of(OCTETS), Some(&b"A"[..]));
        for odd in [&[0x30, 0x80, 0, 0][..], &[0x04, 0x85, 0, 0, 0, 0, 1, 0x41], &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff]]
        {
            assert!(Reader::new(odd).next().is_none(), "{odd:?}");
        }
    }
}
