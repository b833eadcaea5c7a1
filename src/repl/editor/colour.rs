//! Colours of a line that is being typed. The text itself is never changed, except that what acts on a terminal becomes
//! visible.

use console::Style;

use super::lexed::{Kind, Piece, pieces};
use super::words::is_keyword;
use crate::output::safe;

/// The line in colours, the brackets at the cursor marked.
pub(super) fn paint(line: &str, cursor: usize) -> String {
    if line.trim_start().starts_with('\\') {
        let end = line
            .trim_start()
            .find(char::is_whitespace)
            .map_or(line.len(), |at| at + line.len() - line.trim_start().len());
        return style(Style::new().magenta(), &line[..end]) + &safe::block(&line[end..]);
    }
    let all = pieces(line);
    let pair = brackets(line, &all, cursor);
    all.iter().map(|piece| painted(line, piece, pair)).collect()
}

fn painted(line: &str, piece: &Piece, pair: Option<(usize, usize)>) -> String {
    let text = &line[piece.place.clone()];
    let style_of = match piece.kind {
        Kind::Word if is_keyword(text) => Style::new().blue().bold(),
        Kind::Text | Kind::Open => Style::new().green(),
        Kind::Number => Style::new().cyan(),
        Kind::Comment => Style::new().dim(),
        Kind::Sign if pair.is_some_and(|(a, b)| [a, b].contains(&piece.place.start)) => {
            Style::new().bold().underlined()
        }
        _ => return safe::block(text).into_owned(),
    };
    style(style_of, text)
}

fn style(style: Style, text: &str) -> String {
    style.force_styling(true).apply_to(safe::block(text)).to_string()
}

/// The bracket at the cursor, or just before it, and the one that belongs to it.
fn brackets(line: &str, all: &[Piece], cursor: usize) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut pairs = Vec::new();
    for piece in all.iter().filter(|piece| piece.kind == Kind::Sign) {
        let at = piece.place.start;
        match line[piece.place.clone()].chars().next() {
            Some('(') => open.push((at, ')')),
            Some('[') => open.push((at, ']')),
            Some(c @ (')' | ']')) => {
                let (begin, closing) = open.pop()?;
                if c == closing {
                    pairs.push((begin, at));
                }
            }
            _ => {}
        }
    }
    let touches = |at: usize| at == cursor || at + 1 == cursor;
    pairs.into_iter().find(|(a, b)| touches(*a) || touches(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_same_without_its_colours() {
        for line in ["SELECT 'a', 1 FROM t -- x", "\\d sign_ins", "SELECT (1, [2])", "SELECT 'open", "日本 '語"] {
            for cursor in 0..=line.len() {
                assert_eq!(console::strip_ansi_codes(&paint(line, cursor)), line);
            }
        }
        assert_eq!(console::strip_ansi_codes(&paint("a\u{9b}2J\u{202e}", 0)), "a\\u{9b}2J\\u{202e}");
    }

    #[test]
    fn the_bracket_at_the_cursor_finds_its_other() {
        let line = "f(a[1], (2))";
        let pair = |cursor| brackets(line, &pieces(line), cursor);
        assert_eq!((pair(1), pair(12), pair(3)), (Some((1, 11)), Some((1, 11)), Some((3, 5))));
        assert_eq!(brackets("f(a", &pieces("f(a"), 1), None);
        assert_eq!(brackets("f(']')", &pieces("f(']')"), 1), Some((1, 5)), "a text holds no brackets");
    }

    #[test]
    fn keywords_texts_and_numbers_have_their_own() {
        let painted = paint("SELECT 'a', 1", 0);
        assert!(painted.contains("\u{1b}[34m\u{1b}[1mSELECT") && painted.contains("\u{1b}[32m'a'"), "{painted:?}");
    }
}
