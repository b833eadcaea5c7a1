//! How a file is laid out, by its first lines.

use std::io::{self, BufRead};

use super::csv::separator;
use super::json_frames::JsonFrames;
use super::lines::bare;
use crate::decode;
use crate::files::AHEAD;

/// How a file is laid out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::exports) enum Layout {
    /// JSON values, one a line or anyhow.
    Json {
        /// Each line stands for itself.
        lines: bool,
    },
    /// A heading and rows.
    Rows {
        /// What stands between two fields.
        delimiter: u8,
    },
    /// There is nothing in it.
    Empty,
    /// Something else.
    Other,
}

/// How a stream is laid out. A first line that is longer than what is shown ahead does not tell that the file is one of lines.
pub(in crate::exports) fn layout(input: &mut dyn BufRead) -> io::Result<Layout> {
    let ahead = input.fill_buf()?;
    let Some(start) = ahead.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        // White space at the beginning of a file that goes on behind it is nothing that exports have.
        return Ok(if ahead.len() < AHEAD { Layout::Empty } else { Layout::Other });
    };
    let ahead = &ahead[start..];
    Ok(match ahead[0] {
        b'{' | b'[' => Layout::Json { lines: is_by_line(ahead) },
        _ => rows(ahead).map_or(Layout::Other, |delimiter| Layout::Rows { delimiter }),
    })
}

/// Whether one of the first two lines is an object and nothing else.
fn is_by_line(ahead: &[u8]) -> bool {
    let is_record = |line: &[u8]| decode::members(&line[bare(line)]).is_ok();
    let mut lines = ahead.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    // Behind an open bracket the second line is an item of it.
    let opens = first.trim_ascii_end().ends_with(b"[") && !bare(first).is_empty() || JsonFrames::opens_reply(first);
    is_record(first) || (!opens && is_record(second))
}

/// The delimiter of a heading; `None` if the first line is none.
fn rows(ahead: &[u8]) -> Option<u8> {
    let mut lines = ahead.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#TYPE"));
    let first = lines.next()?;
    let declared = separator(first);
    let heading = if declared.is_some() { lines.next()? } else { first };
    let plain = heading.len() < AHEAD / 2
        && std::str::from_utf8(heading).is_ok_and(|text| text.trim_end().chars().all(|c| !c.is_control() || c == '\t'));
    let parts = |delimiter: &u8| heading.split(|byte| byte == delimiter).count();
    let delimiter = declared.or_else(|| [b',', b';', b'\t'].into_iter().max_by_key(parts))?;
    (plain && heading.contains(&delimiter)).then_some(delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> Layout {
        layout(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn layouts_are_told_by_the_first_lines() {
        for (text, expected) in [
            ("", Layout::Empty),
            (" \n", Layout::Empty),
            ("{\"a\":1}\n{\"b\":2}", Layout::Json { lines: true }),
            ("{\"a\":\n{\"b\":2}\n", Layout::Json { lines: true }),
            ("[{\"a\":1},\n{\"b\":2}]", Layout::Json { lines: true }),
            ("[{\"a\":1},{\"b\":2}]", Layout::Json { lines: false }),
            ("{\n \"a\": 1\n}", Layout::Json { lines: false }),
            ("{\"value\":[\n{\"a\":1},\n{\"b\":2}]}", Layout::Json { lines: false }),
            ("{\"value\":[{\"a\":1},\n{\"b\":2}]}", Layout::Json { lines: false }),
            ("[\n{\"a\":1},\n{\"b\":2}]", Layout::Json { lines: true }),
            ("[\n  {\n", Layout::Json { lines: false }),
            ("a,b\r\n1,2", Layout::Rows { delimiter: b',' }),
            ("#TYPE Selected\n\"a, x\";b;c\n", Layout::Rows { delimiter: b';' }),
            ("sep=|\r\na,x|b\n", Layout::Rows { delimiter: b'|' }),
            ("hello\n", Layout::Other),
            ("\u{0}\u{1},\u{2}", Layout::Other),
            ("<html>", Layout::Other),
        ] {
            assert_eq!(laid_out(text), expected, "{text:?}");
        }
    }
}
