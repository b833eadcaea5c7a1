//! How wide the columns of a box are, and text that is fitted into them.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column is never made narrower than this, unless its cells are.
const NARROWEST: usize = 8;

/// The widths of columns that want `natural` widths in a box `limit` wide; `None` when they do not fit at all.
///
/// The widest give way first: every column keeps what it needs up to one common cap.
pub(super) fn widths(natural: &[usize], limit: Option<usize>) -> Option<Vec<usize>> {
    let Some(limit) = limit else { return Some(natural.to_vec()) };
    // "│ " before each cell and " │" at the end, with a blank between.
    let room = limit.checked_sub(3 * natural.len() + 1)?;
    let total = |cap: usize| natural.iter().map(|width| (*width).min(cap)).sum::<usize>();
    let widest = natural.iter().copied().max().unwrap_or(0);
    let cap = (NARROWEST.min(widest)..=widest.min(room.max(NARROWEST))).rev().find(|cap| total(*cap) <= room)?;
    Some(natural.iter().map(|width| (*width).min(cap)).collect())
}

/// The width of a text in terminal cells.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, or its begin with an ellipsis, in at most `room` terminal cells.
pub(super) fn shorten(text: &str, room: usize) -> Cow<'_, str> {
    if text.width() <= room {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used < room
    };
    let mut begin: String = text.chars().take_while(fits).collect();
    begin.push('…');
    Cow::Owned(begin)
}

/// Appends a cell of a box, filled up to its width.
pub(super) fn pad(text: &str, room: usize, right: bool, out: &mut String) {
    let fill = room.saturating_sub(text.width());
    let (before, after) = if right { (fill, 0) } else { (0, fill) };
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', after));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_first() {
        let rows: [(&[usize], Option<usize>, Option<&[usize]>); 6] = [
            (&[5, 100], None, Some(&[5, 100])),
            (&[5, 100], Some(40), Some(&[5, 28])),
            (&[50, 100, 4], Some(40), Some(&[13, 13, 4])),
            (&[5, 7], Some(19), Some(&[5, 7])),
            (&[9, 9, 9], Some(34), Some(&[8, 8, 8])),
            (&[9, 9, 9], Some(33), None),
        ];
        for (natural, limit, expected) in rows {
            assert_eq!(widths(natural, limit).as_deref(), expected, "{natural:?} in {limit:?}");
        }
    }

    #[test]
    fn text_is_shortened_by_what_a_terminal_shows() {
        for (text, room, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 4, "日…"),
            ("日本語", 6, "日本語"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(shorten(text, room), expected);
            assert!(width(&shorten(text, room)) <= room, "{text}");
        }
    }
}
