//! What a file of rows looks like: what stands between two fields, what is no row, how many fields a row has.

use std::borrow::Cow;
use std::collections::HashSet;

use super::records::{Piece, Record, Records, Rule};
use super::split::Splitter;
use crate::logs::{Options, encoding};

/// What stands between fields, in the order in which it is tried.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are looked at.
const MOST: usize = 10_000;

/// Lines that are looked at for commas of decimals.
const LOOKED: usize = 200;

/// How rows are written.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) delimiter: u8,
    pub(super) comment: Option<u8>,
    /// How many fields rows have: more than one number, where rows of a file differ.
    pub(super) widths: Vec<usize>,
    /// The line at which the rows begin, from 1.
    pub(super) first_line: u64,
    /// Whether a line is one that some writers put among the rows to explain them.
    pub(super) is_legend: fn(&[u8]) -> bool,
}

/// A shape with the rows of the sample.
#[derive(Debug)]
pub(super) struct Shaped {
    pub(super) shape: Shape,
    pub(super) rows: Vec<Vec<String>>,
    /// Of all rows, how many are of the usual width, in hundredths.
    pub(super) share: usize,
    /// Its writer puts all fields in quotes, also those that need none: what is nothing too.
    pub(super) quotes_all: bool,
    /// A line that begins with # and could be a comment as well as a row.
    pub(super) doubt: Option<Marked>,
}

/// What a line that begins with # is taken for, where it could be something else.
#[derive(Debug)]
pub(super) enum Marked {
    /// A comment, because others that begin so are, in front of the rows.
    LeftOut(String),
    /// A row among the others: none may be lost, so nothing is a comment.
    Kept(String),
}

impl Shape {
    /// The usual number of fields.
    pub(super) fn width(&self) -> usize {
        self.widths.first().copied().unwrap_or(1)
    }

    /// Whether nothing stands on a line. Delimiters alone are a row of nothing but empty fields, tabs too.
    fn is_blank(&self, line: &[u8]) -> bool {
        line.iter().all(|byte| byte.is_ascii_whitespace() && *byte != self.delimiter)
    }

    /// Whether a row may have so many fields. What stands behind the last column must be empty.
    pub(super) fn allows(&self, fields: &[impl AsRef<str>]) -> bool {
        let behind = fields.get(self.width()..).filter(|behind| !behind.is_empty());
        self.widths.contains(&fields.len())
            || behind.is_some_and(|behind| behind.iter().all(|field| field.as_ref().trim().is_empty()))
    }
}

impl Rule for Shape {
    /// What stands before the first row, is blank, or is a comment.
    fn is_no_row(&self, line: u64, bytes: &[u8]) -> bool {
        line < self.first_line
            || self.comment.is_some_and(|mark| bytes.first() == Some(&mark))
            || self.is_blank(bytes)
            || (self.is_legend)(bytes)
    }

    /// What spans lines has as many fields as a row.
    fn accepts(&self, row: &[u8]) -> bool {
        let row = encoding::text(row);
        let mut fields = Vec::new();
        Splitter::new(self.delimiter).split(&row, &mut fields);
        self.allows(&fields)
    }
}

/// The shape of a text, by its first rows.
pub(super) fn shaped(text: &[u8], is_whole: bool, options: &Options) -> Shaped {
    let (first_line, declared) = preamble(text);
    let stated = options.delimiter.or(declared);
    let tried = DELIMITERS.iter().copied().filter(|delimiter| stated.is_none_or(|stated| stated == *delimiter));
    let shapes = stated
        .filter(|stated| !DELIMITERS.contains(stated))
        .into_iter()
        .chain(tried)
        .map(|delimiter| by(delimiter, text, is_whole, first_line, options.comment));
    // Of those that split, the one that splits most alike; then the one that splits most.
    let rank = |shaped: &Shaped| (shaped.shape.width() > 1, shaped.share, shaped.shape.width());
    let mut best: Option<Shaped> = None;
    for shape in shapes {
        if best.as_ref().is_none_or(|best| rank(&shape) > rank(best)) {
            best = Some(shape);
        }
    }
    best.unwrap_or_else(|| by(b',', text, is_whole, first_line, options.comment))
}

/// What spreadsheets and PowerShell put in front: `sep=;`, `#TYPE …`. The line behind it, and the delimiter that it names.
fn preamble(text: &[u8]) -> (u64, Option<u8>) {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let line = text[..end].trim_ascii();
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let is_sep = |word: [&u8; 3]| word.map(u8::to_ascii_lowercase) == *b"sep";
    match bare {
        [s, e, p, b'=', delimiter] if is_sep([s, e, p]) && delimiter.is_ascii() => (2, Some(*delimiter)),
        // The tab itself is trimmed.
        [s, e, p, b'='] if is_sep([s, e, p]) => (2, Some(b'\t')),
        _ if bare.starts_with(b"#TYPE ") => (2, None),
        _ => (1, None),
    }
}

/// Whether most lines have a time whose comma is that of a decimal, such as `10:00:00,123 INFO` of Python's logging.
pub(super) fn has_decimal_commas(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LOOKED);
    let (mut all, mut some) = (0, 0);
    for line in lines {
        all += 1;
        some += usize::from(memchr::memchr_iter(b',', line).any(|at| is_decimal(&line[..at], &line[at + 1..])));
    }
    some * 2 > all
}

/// Whether a comma stands between a time of day and exactly three digits.
fn is_decimal(before: &[u8], behind: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let is_time = matches!(before, [.., h1, h2, b':', m1, m2, b':', s1, s2] if digits(&[*h1, *h2, *m1, *m2, *s1, *s2]));
    is_time && matches!(behind, [a, b, c, b' ' | b']', ..] if digits(&[*a, *b, *c]))
}

fn by(delimiter: u8, text: &[u8], is_whole: bool, first_line: u64, comment: Option<u8>) -> Shaped {
    let shape = Shape { delimiter, comment, widths: Vec::new(), first_line, is_legend: |_| false };
    // Lines that begin with # and are not as the others are comments; one that is as the others is a heading.
    let marked = Shape { comment: comment.or(Some(b'#')), ..shape.clone() };
    let Sample { rows, remarks, quotes, .. } = sampled(&marked, text, is_whole);
    let usual = [&rows, &remarks].into_iter().find_map(|rows| widths(rows).first().copied()).unwrap_or(1);
    let is_as_rows = |row: &&Vec<String>| usual > 1 && row.len() == usual;
    let alike = remarks.iter().find(is_as_rows).filter(|_| comment.is_none()).map(|row| row.join(", "));
    let is_open = comment.is_none() && !remarks.is_empty();
    let (shape, rows, quotes, doubt) = if remarks.is_empty() {
        (shape, rows, quotes, None)
    } else if is_open && remarks.iter().all(|row| is_as_rows(&row)) {
        let Sample { rows, quotes, .. } = sampled(&shape, text, is_whole);
        (shape, rows, quotes, None)
    } else if let Some((shape, Sample { rows, quotes, .. }, row)) =
        kept(&shape, text, is_whole, usual).filter(|_| is_open && usual > 1)
    {
        (shape, rows, quotes, Some(Marked::Kept(row)))
    } else {
        (marked, rows, quotes, alike.map(Marked::LeftOut))
    };
    let widths = widths(&rows);
    let usual = widths.first().copied().unwrap_or(1);
    let alike = rows.iter().filter(|row| row.len() == usual).count();
    let share = if rows.is_empty() { 0 } else { alike * 100 / rows.len() };
    let quotes_all = quotes.bare == 0 && quotes.needless > 0;
    Shaped { shape: Shape { widths, ..shape }, rows, share, quotes_all, doubt }
}

/// The rows of a text of which lines that begin with # are rows too, if one of these must be taken for one: it has as many fields
/// as the others, and spans lines or stands behind the first of them. Gives that row as well. What stands in front of all rows
/// explains the file.
fn kept(shape: &Shape, text: &[u8], is_whole: bool, usual: usize) -> Option<(Shape, Sample, String)> {
    let mut sample = sampled(shape, text, is_whole);
    let first = sample.first.unwrap_or(u64::MAX);
    let is_row = |(at, line): &&(usize, u64)| {
        let row = &sample.rows[*at];
        row.len() == usual && (*line > first || row.iter().any(|field| field.contains(['\n', '\r'])))
    };
    let (at, line) = *sample.hashed.iter().find(is_row)?;
    let row = sample.rows[at].join(", ");
    let first_line = first.min(line);
    // Remarks among the rows are no rows of another width: each is told as a line that is none.
    let is_remark = |(at, line): &&(usize, u64)| sample.rows[*at].len() != usual || *line < first_line;
    let remarks: HashSet<usize> = sample.hashed.iter().filter(is_remark).map(|(at, _)| *at).collect();
    let mut at = 0..;
    sample.rows.retain(|_| at.next().is_none_or(|at| !remarks.contains(&at)));
    Some((Shape { first_line, ..shape.clone() }, sample, row))
}

/// The fields of the first rows, and of the comments among them.
struct Sample {
    rows: Vec<Vec<String>>,
    remarks: Vec<Vec<String>>,
    quotes: Quoting,
    /// Of the rows, those that begin with #, and their lines.
    hashed: Vec<(usize, u64)>,
    /// The first line that is a row, or should be one, and does not begin with #.
    first: Option<u64>,
}

/// How the fields of rows stand in quotes.
#[derive(Default)]
struct Quoting {
    /// Fields without quotes.
    bare: usize,
    /// Fields in quotes that would be the same without.
    needless: usize,
}

fn sampled(shape: &Shape, text: &[u8], is_whole: bool) -> Sample {
    let mut splitter = Splitter::new(shape.delimiter);
    let (mut rows, mut remarks, mut quotes) = (Vec::new(), Vec::new(), Quoting::default());
    let (mut hashed, mut first) = (Vec::new(), None);
    let mut each = |piece: Piece<'_>| {
        let (Record { line, bytes }, into, is_row) = match piece {
            Piece::Record(record) => (record, &mut rows, true),
            Piece::Remark(record) => (record, &mut remarks, false),
            Piece::Bad(line, _, start) => {
                first = first.or((!start.starts_with(b"#")).then_some(line));
                return;
            }
        };
        if into.len() >= MOST || line < shape.first_line || shape.is_blank(bytes) {
            return;
        }
        match bytes.starts_with(b"#") {
            true if is_row => hashed.push((into.len(), line)),
            true => {}
            false => first = first.or(is_row.then_some(line)),
        }
        let row = encoding::text(bytes);
        let mut fields = Vec::new();
        splitter.split(&row, &mut fields);
        for (at, field) in fields.iter().enumerate().filter(|_| is_row) {
            let needs = |sign: char| matches!(sign, '"' | '\n' | '\r') || sign == char::from(shape.delimiter);
            match splitter.is_quoted(at) {
                true => quotes.needless += usize::from(!field.is_empty() && !field.contains(needs)),
                false => quotes.bare += 1,
            }
        }
        into.push(fields.into_iter().map(Cow::into_owned).collect());
    };
    let sample = &text[..text.len().min(256 << 10)];
    let (mut records, rule) = (Records::new(shape.delimiter), Sampled(shape));
    records.feed(sample, &rule, &mut each);
    if is_whole && sample.len() == text.len() {
        records.end(&rule, &mut each);
    }
    Sample { rows, remarks, quotes, hashed, first }
}

/// The rule while it is not known how many fields a row has.
struct Sampled<'a>(&'a Shape);

impl Rule for Sampled<'_> {
    fn is_no_row(&self, line: u64, bytes: &[u8]) -> bool {
        self.0.is_no_row(line, bytes)
    }

    fn accepts(&self, _: &[u8]) -> bool {
        true
    }
}

/// Rows of another width than most that make it a usual one: fewer are damaged, or the last one is cut.
const FEW: usize = 3;

/// The numbers of fields that rows have, the usual one first; not those that fewer than one in twenty has, or only a few.
fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    rows.iter().for_each(|row| *counts.entry(row.len()).or_default() += 1);
    let mut widths: Vec<(usize, usize)> = counts.into_iter().map(|(width, count)| (count, width)).collect();
    widths.sort_unstable_by(|one, other| other.cmp(one));
    let usual = widths.first().copied();
    widths.retain(|own| Some(*own) == usual || own.0 >= FEW && own.0 * 20 >= rows.len());
    widths.into_iter().map(|(_, width)| width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (char, usize, Option<u8>) {
        let shaped = shaped(text.as_bytes(), true, &Options::default());
        (char::from(shaped.shape.delimiter), shaped.shape.width(), shaped.shape.comment)
    }

    #[test]
    fn a_comma_of_a_decimal_is_known_by_the_time_before_it() {
        for (line, expected) in [
            ("2026-01-01 10:00:00,123 INFO root: started", true),
            ("[10:00:00,123] x", true),
            ("a, b 10:00:00,123 x", true),
            ("2026-01-01 10:00:00,123,INFO", false),
            ("2026-01-01 10:00:00,1234 x", false),
            ("2026-01-01 10:00:00,123", false),
            ("2026-01-01 10:00:00,abc x", false),
            ("10:00,123 x", false),
            (",123 x", false),
            ("", false),
        ] {
            assert_eq!(has_decimal_commas(line.as_bytes()), expected, "{line}");
        }
        assert!(!has_decimal_commas(b"10:00:00,123 x\na,b\n"), "no more than half");
    }

    #[test]
    fn what_stands_between_fields_shows_in_the_rows() {
        assert_eq!(of("a,b\nc,d\n"), (',', 2, None));
        assert_eq!(of("a;b,c;d\n1;2,5;3\n2;3;4\n"), (';', 3, None));
        assert_eq!(of("a\tb\nx, y\tz\n"), ('\t', 2, None));
        assert_eq!(of("a|b|c\n1|2|3\n"), ('|', 3, None));
        assert_eq!(of("\"a,b,c\";d\n\"1,2,3\";4\n"), (';', 2, None));
        assert_eq!(of("sep=|\na,x|b\nc,y|d\n"), ('|', 2, None));
        assert_eq!(of("10.0.0.1\n10.0.0.2\n"), (',', 1, None));
        assert_eq!(of("# made by x\na,b\n1,2\n# end\n"), (',', 2, Some(b'#')));
        assert_eq!(of("#a,b\n1,2\n3,4\n"), (',', 2, None));
        assert_eq!(of("#a,b\n"), (',', 2, None));
        // A row among the others that begins so, on a line and over two: nothing is a comment then. In front of the rows it is one.
        assert_eq!(of("# made by x\na,b\n1,2\n#3,4\n"), (',', 2, None));
        assert_eq!(of("a,b,c\n1,2,3\n#4,\"5\n6,7\",8\n"), (',', 3, None));
        assert_eq!(of("#4,\"5\n6,7\",8\na,b,c\n1,2,3\n"), (',', 3, None));
        assert_eq!(of("# made by x, y\n# z\na,b\n1,2\n"), (',', 2, Some(b'#')));
        // More comments than rows, and one that would open a field.
        assert_eq!(of("# of, \"today\n#,\"x\n# c\n# d\na,b\n1,2\n"), (',', 2, Some(b'#')));
    }
}
