//! Cuts a stream of JSON into its records: lines, arrays, values one after the other, and the array of a reply.
//!
//! Where each line is a value of its own, a broken one costs its line. Elsewhere [`JsonFrames`] counts braces.

use std::io::{self, BufRead};

use memchr::{memchr, memchr_iter};

use super::frame::{Frame, MAX_RECORD, too_long};
use super::json_frames::JsonFrames;

/// A stream of JSON, cut into objects.
pub(in crate::exports) struct Framer<R> {
    input: Input<R>,
    /// Each line stands for itself.
    lines: bool,
    frames: JsonFrames,
}

/// A stream that ends where it fails.
struct Input<R> {
    stream: R,
    /// It failed, and nobody was told yet.
    error: Option<io::Error>,
    failed: bool,
}

impl<R: BufRead> Input<R> {
    /// Bytes that were not read yet; none at the end.
    fn chunk(&mut self) -> Result<&[u8], String> {
        if self.failed {
            return Ok(&[]);
        }
        let error = match self.error.take() {
            Some(error) => error,
            None => match self.stream.fill_buf() {
                Ok(chunk) => return Ok(chunk),
                Err(error) => error,
            },
        };
        self.failed = true;
        Err(format!("the rest of the file cannot be read: {error}"))
    }

    /// The same bytes, if there are any; what is wrong is kept for [`Input::chunk`].
    fn ahead(&mut self) -> &[u8] {
        if self.failed || self.error.is_some() {
            return &[];
        }
        match self.stream.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) => {
                self.error = Some(error);
                &[]
            }
        }
    }
}

impl<R: BufRead> Framer<R> {
    pub(in crate::exports) fn new(stream: R, lines: bool) -> Self {
        Self { input: Input { stream, error: None, failed: false }, lines, frames: JsonFrames::default() }
    }

    /// Whether a reply among what was read names a next page.
    pub(in crate::exports) fn is_linked(&self) -> bool {
        self.frames.linked
    }

    /// The next object; its text replaces what is in `record`.
    pub(in crate::exports) fn next(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        if self.lines { self.next_line(record) } else { self.next_object(record) }
    }

    /// Gives lines that are objects and nothing else, with their numbers, as long as `each` wants more and the bytes at hand
    /// have such: nearly all lines of an export are, and these are copied once. What comes then, [`Framer::next`] tells.
    pub(in crate::exports) fn lines(&mut self, mut each: impl FnMut(u64, &[u8]) -> bool) {
        if !self.lines {
            return;
        }
        let (chunk, mut used) = (self.input.ahead(), 0);
        for end in memchr_iter(b'\n', chunk) {
            let line = &chunk[used..end];
            if !matches!(line, [b'{', .., b'}']) || line.len() > MAX_RECORD {
                break;
            }
            self.frames.line += 1;
            used = end + 1;
            if !each(self.frames.line, line) {
                break;
            }
        }
        self.input.stream.consume(used);
    }

    fn next_line(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        loop {
            let line = self.frames.line + 1;
            match self.read_line(record) {
                Some(Ok(true)) => {}
                Some(Ok(false)) => return Some(Frame::Bad(line, too_long())),
                Some(Err(why)) => return Some(Frame::Bad(line, why)),
                None => return self.end(),
            }
            if let [b'{', .., b'}'] = record.as_slice() {
                return Some(Frame::Object(line));
            }
            let value = bare(record);
            self.frames.around(record, value);
            if !value.is_empty() {
                *record = value.to_vec();
                return Some(Frame::Object(line));
            }
        }
    }

    /// Reads a line. `false`: it is too long, and only its beginning is there. `None` at the end.
    fn read_line(&mut self, into: &mut Vec<u8>) -> Option<Result<bool, String>> {
        into.clear();
        let (mut whole, mut any) = (true, false);
        loop {
            let chunk = match self.input.chunk() {
                Ok([]) => return any.then_some(Ok(whole)),
                Ok(chunk) => chunk,
                Err(why) => return Some(Err(why)),
            };
            any = true;
            let end = memchr(b'\n', chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            whole &= into.len() + part.len() <= MAX_RECORD;
            if whole {
                into.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.stream.consume(used);
            if end.is_some() {
                self.frames.line += 1;
                return Some(Ok(whole));
            }
        }
    }

    /// What the end of the text leaves open. A stream that failed was spoken of already.
    fn end(&mut self) -> Option<Frame> {
        let (line, why) = self.frames.end().filter(|_| !self.input.failed)?;
        Some(Frame::Bad(line + 1, why.into()))
    }

    fn next_object(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        loop {
            let chunk = match self.input.chunk() {
                Ok(chunk) => chunk,
                Err(why) => return Some(Frame::Bad(self.frames.line + 1, why)),
            };
            if chunk.is_empty() {
                return self.end();
            }
            let (used, frame) = self.frames.take(chunk, record);
            self.input.stream.consume(used);
            if frame.is_some() {
                return frame;
            }
        }
    }
}

/// The records of a line that holds several, or what is wrong between them; `None` if it is not such a line.
pub(in crate::exports) fn several(line: &[u8]) -> Option<Vec<Result<Vec<u8>, String>>> {
    JsonFrames::several(line).filter(|pieces| pieces.iter().any(Result::is_ok))
}

/// A line without what stands around its value in an array.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let line = match line.iter().position(|byte| !matches!(byte, b'[' | b',' | b' ' | b'\t')) {
        Some(start) if line[start] == b'{' => &line[start..],
        Some(_) if line.iter().all(|byte| matches!(byte, b']' | b',' | b'[' | b' ')) => b"",
        Some(_) => line,
        None => b"",
    };
    let end = line.iter().rposition(|byte| !matches!(byte, b']' | b',' | b' ' | b'\t')).map_or(0, |at| at + 1);
    if line[..end].ends_with(b"}") { &line[..end] } else { line }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// Frames as text: objects as they are, what is bad by its line.
    fn framed(text: &str, lines: bool) -> Vec<String> {
        let mut all = Vec::new();
        for capacity in [1, 7, 1 << 16] {
            for at_once in [0, 1, usize::MAX] {
                let mut framer = Framer::new(io::BufReader::with_capacity(capacity, text.as_bytes()), lines);
                let mut record = Vec::new();
                let mut frames = Vec::new();
                loop {
                    let mut left = at_once;
                    if left > 0 {
                        framer.lines(|line, record| {
                            frames.push(format!("{line} {}", String::from_utf8_lossy(record)));
                            left -= 1;
                            left > 0
                        });
                    }
                    frames.push(match framer.next(&mut record) {
                        Some(Frame::Object(line)) => format!("{line} {}", String::from_utf8_lossy(&record)),
                        Some(Frame::Bad(line, _)) => format!("{line} bad"),
                        None => break,
                    });
                }
                all.push(frames);
            }
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {all:?}");
        all.remove(0)
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
        for lines in [true, false] {
            for ahead in [false, true] {
                let input = io::BufReader::new((&b"{\"a\":1}\n{\"b\""[..]).chain(Fails));
                let mut framer = Framer::new(input, lines);
                let mut record = Vec::new();
                let mut first = 0;
                if ahead {
                    framer.lines(|line, _| {
                        first = line;
                        true
                    });
                    framer.lines(|_, _| true);
                }
                assert!(first == 1 || matches!(framer.next(&mut record), Some(Frame::Object(1))));
                assert!(matches!(framer.next(&mut record), Some(Frame::Bad(2, why)) if why.contains("gone")));
                assert!(framer.next(&mut record).is_none());
            }
        }
    }
}
