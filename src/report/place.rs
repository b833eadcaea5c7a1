//! The place of an error in its statement, as the line with a mark below.

use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use unicode_width::UnicodeWidthStr as _;

use super::{About, parser_text};
use crate::output::safe;

/// Characters of a line that are shown around the place.
const SHOWN: usize = 72;

/// The lines that show the place, if the error knows it.
pub(super) fn find(error: &DataFusionError, about: &About<'_>) -> Option<String> {
    let (line, column) = position(error)?;
    let text = about.sql.lines().nth(line.checked_sub(1)?)?;
    let head = format!("LINE {}: ", about.line.max(1) + line - 1);
    let chars: Vec<char> = text.chars().collect();
    let at = column.checked_sub(1)?.min(chars.len());
    let from = at.saturating_sub(SHOWN / 2);
    let part = |range: std::ops::Range<usize>| safe::line(&chars[range].iter().collect::<String>()).into_owned();
    let (before, after) = (part(from..at), part(at..chars.len().min(from + SHOWN)));
    let blank = " ".repeat(head.width() + before.width());
    Some(format!("{head}{before}{after}\n{blank}^"))
}

/// The text of a parser's error without its position, which the mark shows.
pub(super) fn without_position(text: &str) -> String {
    let end = text.rfind(" at Line: ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Line and column, both from 1.
fn position(error: &DataFusionError) -> Option<(usize, usize)> {
    if let DataFusionError::SQL(error, _) = error.find_root() {
        return parser_position(error);
    }
    let start = error.diagnostic()?.span?.start;
    Some((usize::try_from(start.line).ok()?, usize::try_from(start.column).ok()?))
}

/// The parser gives its position in words only: `… at Line: 1, Column: 8`.
fn parser_position(error: &ParserError) -> Option<(usize, usize)> {
    let text = parser_text(error);
    let (_, place) = text.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((line.parse().ok()?, column.trim().parse().ok()?))
}
