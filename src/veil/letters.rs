//! Reads a text as whoever unescapes it would: `%41`, `\u0041`, `\x41`, `&#65;` and `&#x41;` are all the letter A.

/// Most layers of escapes that are undone.
const LAYERS: usize = 4;

/// A letter, and the part of the text that stands for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub(super) is: char,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The text as it is, and without one layer of escapes after the other.
pub(super) fn letters(text: &str) -> Vec<Vec<Letter>> {
    let plain = text.char_indices().map(|(at, is)| Letter { is, from: at, to: at + is.len_utf8() }).collect();
    let mut readings: Vec<Vec<Letter>> = vec![plain];
    for _ in 0..LAYERS {
        let last = &readings[readings.len() - 1];
        let next = undone(last);
        if next.len() == last.len() {
            break;
        }
        readings.push(next);
    }
    readings
}

/// One form of a letter for all that are to be compared as equal: its cases, and the two alphabets of base64.
pub(super) fn fold(letter: char) -> char {
    match letter {
        '-' => '+',
        '_' => '/',
        other => other.to_ascii_lowercase(),
    }
}

/// The same without one layer of escapes.
fn undone(letters: &[Letter]) -> Vec<Letter> {
    let (mut undone, mut at) = (Vec::with_capacity(letters.len()), 0);
    while at < letters.len() {
        let (is, length) = escape(&letters[at..]).unwrap_or((letters[at].is, 1));
        undone.push(Letter { is, from: letters[at].from, to: letters[at + length - 1].to });
        at += length;
    }
    undone
}

/// The letter that an escape stands for, and how long the escape is.
fn escape(letters: &[Letter]) -> Option<(char, usize)> {
    let is = |at: usize| letters.get(at).map(|letter| letter.is);
    match (is(0)?, is(1)?) {
        ('%', _) => hex(letters, 1, 2),
        ('\\', 'u') => hex(letters, 2, 4),
        ('\\', 'x') => hex(letters, 2, 2),
        ('\\', other) if !other.is_alphanumeric() => Some((other, 2)),
        ('&', '#') => {
            let end = letters.iter().take(10).position(|letter| letter.is == ';')?;
            let text: String = letters[2..end].iter().map(|letter| letter.is).collect();
            let number = match text.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => text.parse().ok()?,
            };
            Some((char::from_u32(number)?, end + 1))
        }
        _ => None,
    }
}

fn hex(letters: &[Letter], begin: usize, digits: usize) -> Option<(char, usize)> {
    let all = letters.get(begin..begin + digits)?;
    let number = all.iter().try_fold(0, |number, letter| Some(number * 16 + letter.is.to_digit(16)?))?;
    Some((char::from_u32(number)?, begin + digits))
}
