//! Cuts a stream of JSON into its records, by counting braces: arrays, values one after the other, and the array of a reply.

use std::io::BufRead;

use super::frame::{Frame, failed};
use super::json_frames::JsonFrames;

/// A stream of JSON, cut into objects.
pub(in crate::exports) struct Framer<R> {
    stream: R,
    /// It failed, and that was told.
    failed: bool,
    frames: JsonFrames,
}

impl<R: BufRead> Framer<R> {
    pub(in crate::exports) fn new(stream: R) -> Self {
        Self { stream, failed: false, frames: JsonFrames::default() }
    }

    /// Whether a reply among what was read names a next page.
    pub(in crate::exports) fn is_linked(&self) -> bool {
        self.frames.linked
    }

    /// The next object; its text replaces what is in `record`.
    pub(in crate::exports) fn next(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        while !self.failed {
            let chunk = match self.stream.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) => {
                    self.failed = true;
                    return Some(Frame::Bad(self.frames.line + 1, failed(&error)));
                }
            };
            if chunk.is_empty() {
                return self.frames.end().map(|(line, why)| Frame::Bad(line + 1, why.into()));
            }
            let (used, frame) = self.frames.take(chunk, record);
            self.stream.consume(used);
            if frame.is_some() {
                return frame;
            }
        }
        None
    }
}

/// The records of a line that holds several, or what is wrong between them; `None` if it is not such a line.
pub(in crate::exports) fn several(line: &[u8]) -> Option<Vec<Result<Vec<u8>, String>>> {
    JsonFrames::several(line).filter(|pieces| pieces.iter().any(Result::is_ok))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::super::block::{FRAMES, Piece};
    use super::super::frame::MAX_RECORD;
    use super::super::lines::Lines;
    use super::*;

    /// Frames as text: objects as they are, what is bad by its line.
    fn framed(text: &str, lines: bool) -> Vec<String> {
        let framed = |at_once| if lines { by_line(text.as_bytes(), at_once) } else { by_brace(text, at_once) };
        let mut all: Vec<Vec<String>> = [1, 7, 1 << 16].into_iter().map(framed).collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {all:?}");
        all.remove(0)
    }

    fn by_brace(text: &str, at_once: usize) -> Vec<String> {
        let mut framer = Framer::new(io::BufReader::with_capacity(at_once, text.as_bytes()));
        let (mut record, mut frames) = (Vec::new(), Vec::new());
        while let Some(frame) = framer.next(&mut record) {
            frames.push(match frame {
                Frame::Object(line) => format!("{line} {}", String::from_utf8_lossy(&record)),
                Frame::Bad(line, _) => format!("{line} bad"),
            });
        }
        frames
    }

    fn by_line(text: impl Read, at_once: usize) -> Vec<String> {
        let (mut lines, mut frames) = (Lines::reading(text, at_once), Vec::new());
        while let Some(block) = lines.next_block() {
            frames.extend(block.pieces.iter().map(|piece| match piece {
                Piece::Object { at, line, .. } => {
                    format!("{line} {}", String::from_utf8_lossy(&block.text[at.clone()]))
                }
                Piece::Bad(line, _) => format!("{line} bad"),
            }));
        }
        frames
    }

    #[test]
    fn objects_are_found_in_every_layout() {
        for (text, frames) in [
            ("", &[][..]),
            (r#"{"a":1}"#, &[r#"1 {"a":1}"#]),
            (r#"[{"a":1},{"b":[{}]}]"#, &[r#"1 {"a":1}"#, r#"1 {"b":[{}]}"#]),
            ("{\"a\":\n1}\n\n{\"b\":2}{}", &["1 {\"a\":\n1}", r#"4 {"b":2}"#, "4 {}"]),
            (
                r#"{"@odata.context":"c","value":[{"a":1},{"value":[2]}],"@odata.nextLink":"x}"}"#,
                &[r#"1 {"a":1}"#, r#"1 {"value":[2]}"#],
            ),
            (r#"{"value" : [ ]}"#, &[]),
            (r#"[{"records":[{"a":1}]},{"records":[{"b":2}]}]"#, &[r#"1 {"a":1}"#, r#"1 {"b":2}"#]),
            (r#"{"a":"value","b":[{}]}"#, &[r#"1 {"a":"value","b":[{}]}"#]),
            (r#"[{"CreationTime":"x","value":[]},{}]"#, &[r#"1 {"CreationTime":"x","value":[]}"#, "1 {}"]),
            (r#"{"a":{"value":[{}]}}"#, &[r#"1 {"a":{"value":[{}]}}"#]),
            (r#"{"a":"}\"{"}"#, &[r#"1 {"a":"}\"{"}"#]),
        ] {
            assert_eq!(framed(text, false), frames, "{text}");
        }
    }

    #[test]
    fn what_is_broken_costs_itself() {
        for (text, frames) in [
            ("{\"a\":\"x\n{\"b\":1}\n", &["1 bad", r#"2 {"b":1}"#][..]),
            ("[\n{\"a\":1\n{\"b\":1},\n{\"c\":1}]", &["2 bad", r#"3 {"b":1}"#, r#"4 {"c":1}"#]),
            ("{\"a\":1]}\n{\"b\":1}", &["1 bad", r#"2 {"b":1}"#]),
            ("{\"a\":1}\nnonsense\n{\"b\":1}", &[r#"1 {"a":1}"#, "2 bad", r#"3 {"b":1}"#]),
            ("[{\"a\":1},{\"b\":", &[r#"1 {"a":1}"#, "1 bad"]),
            ("{\"value\":[null,{\"a\":1},7]}", &["1 bad", r#"1 {"a":1}"#, "1 bad"]),
            ("{\"value\":[{\"a\":1}", &[r#"1 {"a":1}"#, "1 bad"]),
            ("{\"value\":[{\"a\":1}],\"x\":", &[r#"1 {"a":1}"#, "1 bad"]),
            ("{\n\"a\": [\n{\"b\":1},\n{\"c\":1}\n]}", &["1 {\n\"a\": [\n{\"b\":1},\n{\"c\":1}\n]}"]),
        ] {
            assert_eq!(framed(text, false), frames, "{text}");
        }
    }

    #[test]
    fn a_line_stands_for_itself() {
        let text = "[{\"a\":1},\r\n\n{\"b\":\n{\"c\":[1]}\n  {\"d\":1} ]\n]";
        assert_eq!(framed(text, true), [r#"1 {"a":1}"#, r#"3 {"b":"#, r#"4 {"c":[1]}"#, r#"5 {"d":1}"#]);
    }

    #[test]
    fn a_stream_that_fails_ends_with_a_word() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let fails = || (&b"{\"a\":1}\n{\"b\""[..]).chain(Fails);
        let mut framer = Framer::new(io::BufReader::new(fails()));
        let mut record = Vec::new();
        assert!(matches!(framer.next(&mut record), Some(Frame::Object(1))));
        assert!(matches!(framer.next(&mut record), Some(Frame::Bad(2, why)) if why.contains("gone")));
        assert!(framer.next(&mut record).is_none());
        for at_once in [1, 7, 1 << 16] {
            assert_eq!(by_line(fails(), at_once), [r#"1 {"a":1}"#, "2 bad"], "{at_once}");
        }
        let mut lines = Lines::new(fails());
        let bad = std::iter::from_fn(|| lines.next_block()).flat_map(|block| block.pieces).last();
        assert!(matches!(bad, Some(Piece::Bad(2, why)) if why.contains("gone")));
    }

    #[test]
    fn a_line_that_is_too_long_costs_itself() {
        let long = [b"{\"a\":\"".as_slice(), &vec![b'x'; MAX_RECORD], b"\"}"].concat();
        for (text, frames) in [
            ([b"{}\n", &long[..], b"\n{\"b\":1}\n"].concat(), &["1 {}", "2 bad", r#"3 {"b":1}"#][..]),
            ([&long[..], b"\n{\"b\":1}"].concat(), &["1 bad", r#"2 {"b":1}"#]),
            (long.clone(), &["1 bad"]),
        ] {
            for at_once in [1 << 20, MAX_RECORD, 2 * MAX_RECORD] {
                assert_eq!(by_line(&text[..], at_once), frames, "{at_once}");
            }
        }
    }

    #[test]
    fn more_lines_than_a_block_takes_are_in_the_next() {
        let text = "{}\n".repeat(FRAMES + 3);
        let mut lines = Lines::new(text.as_bytes());
        let counts: Vec<usize> = std::iter::from_fn(|| lines.next_block()).map(|block| block.pieces.len()).collect();
        assert_eq!(counts, [FRAMES, 3]);
    }
}
