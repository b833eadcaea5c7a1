//! Quotes of a row: where one opens a field, where it is closed. Rows are cut by it, and split into their fields.

/// Whether a place is inside of quotes. A quote opens only where a field begins; inside of a field it is itself. Behind blanks it
/// opens if it is closed on its line.
pub(super) struct Quotes {
    delimiter: u8,
    pub(super) is_open: bool,
    at_start: bool,
    /// Behind a quote that closes what earlier lines opened, the field goes on: it was no closing quote, or no opening one.
    pub(super) is_damaged: bool,
}

impl Quotes {
    /// Where a row begins.
    pub(super) fn of_row(delimiter: u8) -> Self {
        Self { delimiter, is_open: false, at_start: true, is_damaged: false }
    }

    /// Goes past a line of the row.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        if !self.is_open && memchr::memchr(b'"', bytes).is_none() {
            return;
        }
        let (mut at, mut is_earlier) = (0, self.is_open);
        while at < bytes.len() {
            if self.is_open {
                let Some(end) = closing(bytes, at) else { return };
                at = end;
                (self.is_open, self.at_start) = (false, false);
                if std::mem::take(&mut is_earlier) && !is_field_end(&bytes[at..], self.delimiter) {
                    self.is_damaged = true;
                    return;
                }
                continue;
            }
            if self.at_start {
                self.at_start = false;
                let blanks = blanks(&bytes[at..], self.delimiter);
                if bytes.get(at + blanks) == Some(&b'"') {
                    let closed = closing(bytes, at + blanks + 1);
                    match closed.filter(|end| is_field_end(&bytes[*end..], self.delimiter)) {
                        Some(end) => at = end,
                        None if blanks == 0 => {
                            self.is_open = true;
                            at += 1;
                            continue;
                        }
                        None => {}
                    }
                }
            }
            let Some(delimiter) = memchr::memchr(self.delimiter, &bytes[at..]) else { return };
            at += delimiter + 1;
            self.at_start = true;
        }
    }
}

/// The place behind the quote that closes what begins at a place. Two stand for one.
pub(super) fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether a field ends here: blanks at most, then a delimiter or the end of the line.
pub(super) fn is_field_end(rest: &[u8], delimiter: u8) -> bool {
    let rest = &rest[blanks(rest, delimiter)..];
    matches!(rest, [] | b"\r") || rest.first() == Some(&delimiter)
}

/// How many blanks come first.
pub(super) fn blanks(rest: &[u8], delimiter: u8) -> usize {
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t') && **byte != delimiter).count()
}
