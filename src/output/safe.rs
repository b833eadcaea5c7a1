//! Makes text of foreign origin safe to show: the one function through which all human output passes.
//!
//! Names, user agents and device names in the records are chosen by whoever signs in, also by an attacker. Written raw
//! they could move the cursor, set the clipboard, hide a part of a line or turn it round. Here each character that acts
//! on a terminal, or that cannot be seen, is replaced by something that can be seen. ESC is not the only such character:
//! terminals also obey the C1 controls (U+009B is CSI), and bidirectional controls reorder what is read.

use std::borrow::Cow;

/// One line of text: every control character, line ends included, in its visible form.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |_| false)
}

/// Text of several lines: as [`line`], but line feeds stay.
pub fn block(text: &str) -> Cow<'_, str> {
    replace(text, |c| c == '\n')
}

/// Whether a character acts on a terminal or cannot be seen.
///
/// The joiners of emoji sequences count as invisible: two names that differ by such a character must look different.
/// Only the two variation selectors that choose between text and emoji presentation pass.
pub fn acts_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Soft hyphen, combining grapheme joiner, Arabic letter mark, fillers, Khmer and Mongolian invisibles.
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        // Zero width and bidirectional controls, line separators, invisible operators.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Hangul fillers, variation selectors, byte order mark, interlinear annotation, non-characters.
        | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        // Shorthand and musical format controls; tags and the supplementary variation selectors.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn replace(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let acts = |c: char| acts_unseen(c) && !keep(c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !acts(c) => shown.push(c),
            // The block "Control Pictures" mirrors C0.
            '\0'..='\u{1f}' => shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => shown.push('\u{2421}'),
            c => shown.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every C0, DEL and C1, and the bidirectional and invisible ones by which texts have been forged.
    fn hostile() -> impl Iterator<Item = char> {
        let invisible = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}\
            \u{2028}\u{2029}\u{feff}\u{200b}\u{200c}\u{200d}\u{2060}\u{ad}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{180e}\u{3164}";
        ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain(invisible.chars())
    }

    #[test]
    fn no_control_or_invisible_character_passes() {
        for c in hostile() {
            let shown = line(&format!("a{c}b")).into_owned();
            assert!(!shown.contains(c) && shown.chars().all(|c| !acts_unseen(c)), "{c:?} became {shown:?}");
        }
    }

    #[test]
    fn different_texts_stay_different() {
        let shown: std::collections::BTreeSet<String> = hostile().map(|c| line(&c.to_string()).into_owned()).collect();
        assert_eq!(shown.len(), hostile().count());
    }

    #[test]
    fn ordinary_text_is_untouched() {
        for text in ["", "O'Neil", "日本語", "Zoë ♥️ 🙂", "ع", "a\u{301}", "tab-free: 1 < 2"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn a_block_keeps_its_line_feeds_and_nothing_else() {
        assert_eq!(block("a\r\nb\x1b[2J"), "a␍\nb␛[2J");
        assert_eq!(line("a\nb\u{9b}2J\u{202e}"), "a␊b\\u{9b}2J\\u{202e}");
    }
}
