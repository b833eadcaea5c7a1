//! Patterns of times: PostgreSQL's `YYYY-MM-DD` as the `%Y-%m-%d` that the functions take.
//!
//! A pattern without any `%` would come out as the text that it is, in every row. What cannot be said in both is refused.

/// Parts of a pattern and what they are, the longer before those that they begin with. Case is no difference in those of
/// numbers.
const PARTS: [(&str, &str); 15] = [
    ("YYYY", "%Y"),
    ("IYYY", "%G"),
    ("HH24", "%H"),
    ("HH12", "%I"),
    ("DDD", "%j"),
    ("YY", "%y"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("HH", "%I"),
    ("MI", "%M"),
    ("SS", "%S"),
    ("MS", "%3f"),
    ("US", "%6f"),
    ("IW", "%V"),
    ("ID", "%u"),
];
/// Those whose case counts. `T` and `Z` stand for themselves, as in RFC 3339.
const NAMES: [(&str, &str); 14] = [
    ("FMMonth", "%B"),
    ("FMDay", "%A"),
    ("Month", "%B"),
    ("Mon", "%b"),
    ("Day", "%A"),
    ("Dy", "%a"),
    ("AM", "%p"),
    ("PM", "%p"),
    ("am", "%P"),
    ("pm", "%P"),
    ("TZ", "%Z"),
    ("OF", "%:z"),
    ("T", "T"),
    ("Z", "Z"),
];

/// The pattern as strftime has it; one that is so already stays.
pub(super) fn strftime(pattern: &str) -> Result<String, String> {
    if pattern.contains('%') {
        return Ok(pattern.to_owned());
    }
    let mut made = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if let Some((end, text)) = part(rest) {
            // `HH:mm` means minutes elsewhere and months here.
            if text == "%m" && (made.ends_with("%H:") || made.ends_with("%I:")) {
                return Err("minutes are MI, MM is the month".into());
            }
            made.push_str(text);
            rest = &rest[end..];
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = quoted.split_once('"').ok_or("a quote is not closed")?;
            made.push_str(text);
            rest = after;
        } else if next.is_alphanumeric() {
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            return Err(format!("{word} is not a supported part"));
        } else {
            made.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    Ok(made)
}

/// The part that a pattern begins with: its length and what it is.
fn part(pattern: &str) -> Option<(usize, &'static str)> {
    let begins = |part: &str| pattern.get(..part.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(part));
    let named = NAMES.iter().find(|(name, _)| pattern.starts_with(name));
    let numbers = PARTS.iter().find(|(part, _)| begins(part));
    numbers.or(named).map(|(part, text)| (part.len(), *text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_pattern_are_known() {
        for (pattern, expected) in [
            ("YYYY-MM-DD", "%Y-%m-%d"),
            ("yyyy-mm-dd", "%Y-%m-%d"),
            ("YYYY-MM-DDTHH24:MI:SS.MSZ", "%Y-%m-%dT%H:%M:%S.%3fZ"),
            ("Dy, DD Mon YYYY HH12:MI AM", "%a, %d %b %Y %I:%M %p"),
            ("\"day\" DDD, FMMonth", "day %j, %B"),
            ("IYYY-IW", "%G-%V"),
            ("%Y und MM", "%Y und MM"),
            ("", ""),
        ] {
            assert_eq!(strftime(pattern).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_means_something_else_elsewhere_is_refused() {
        for (pattern, why) in [
            ("yyyy-MM-dd HH:mm:ss", "minutes are MI, MM is the month"),
            ("YYYY-WW", "WW is not a supported part"),
            ("EEEE", "EEEE is not a supported part"),
            ("YYYY \"x", "a quote is not closed"),
            ("999", "999 is not a supported part"),
        ] {
            assert_eq!(strftime(pattern).unwrap_err(), why, "{pattern}");
        }
    }
}
