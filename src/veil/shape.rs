//! What has the shape of a secret: JSON web tokens, secrets as the directory makes them for applications, what follows
//! `Bearer` or the name of a secret, and long runs of letters that nobody writes by hand.

use std::ops::Range;

/// From this length on a run without sense is taken for a secret. Ids of records and requests are shorter, or have a
/// single case.
const LONG: usize = 40;

/// Names of what is secret, before `=` or as members of JSON.
const NAMES: [&str; 13] = [
    "client_secret",
    "client_assertion",
    "assertion",
    "access_token",
    "refresh_token",
    "id_token",
    "device_code",
    "code_verifier",
    "password",
    "accountkey",
    "sig",
    "signature",
    "x-amz-security-token",
];

/// Whether a text holds something of the kind.
#[cfg(any(feature = "cli", feature = "testing", test))]
pub fn holds_secret(text: &str) -> bool {
    !secrets(text).is_empty()
}

/// Whether a value is a name, an id or a word with a slip of the pen.
pub(super) fn is_plain(value: &str) -> bool {
    let count = |is: fn(&u8) -> bool| value.bytes().filter(is).count();
    let kinds = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    let mixed = value.len() >= 20 && kinds.iter().all(|is| count(*is) > 1);
    value.len() <= 64 && !mixed && value.chars().all(|c| c.is_alphanumeric() || ".-_@:{} ".contains(c))
}

/// Where a text holds something of the kind.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let words = runs(text, |c| c.is_ascii_alphanumeric() || "+/=_.~-".contains(c));
    let mut found: Vec<Range<usize>> = words.iter().filter_map(|word| secret_in(text, word.clone())).collect();
    found.extend(
        runs(text, |c| c.is_ascii_alphanumeric() || "+_-".contains(c))
            .into_iter()
            .filter(|run| is_random(&text[run.clone()])),
    );
    found.extend(words.windows(2).filter(|pair| follows_bearer(text, pair)).map(|pair| pair[1].clone()));
    found.extend(named(text));
    found
}

/// A web token, or a secret of an application.
fn secret_in(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let run = &text[word.clone()];
    let begins = |at: &usize| !run[..*at].ends_with(|c: char| c.is_ascii_alphanumeric());
    if let Some(at) = run.find("eyJ").filter(begins).filter(|at| run.len() - at >= 20) {
        return Some(word.start + at..word.end);
    }
    // 40 letters, `Q~` among the first.
    let made = run.len() >= 34 && run.find("Q~").is_some_and(|at| at < 8);
    made.then_some(word)
}

/// Capitals, small letters and digits, so mixed as no name or path is.
fn is_random(run: &str) -> bool {
    let count = |is: fn(&u8) -> bool| run.bytes().filter(is).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let mixed = run.len() >= LONG && upper * 6 >= run.len() && lower * 6 >= run.len();
    // `Authentication_RequestFromNonPremiumTenantOrB2CTenant` is a code of the service, by which it is understood.
    let is_words = count(u8::is_ascii_digit) <= 2 && run.split(|c: char| !c.is_ascii_lowercase()).any(|w| w.len() >= 8);
    mixed && count(u8::is_ascii_digit) > 0 && !is_words
}

fn follows_bearer(text: &str, pair: &[Range<usize>]) -> bool {
    let (scheme, word) = (&text[pair[0].clone()], &text[pair[1].clone()]);
    let apart = &text[pair[0].end..pair[1].start];
    let plain = word.bytes().all(|b| b.is_ascii_lowercase());
    scheme.eq_ignore_ascii_case("bearer") && apart.trim().is_empty() && word.len() >= 8 && !plain
}

/// The values of what is named as a secret: `client_secret=…`, `"access_token":"…"`.
fn named(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let names = NAMES.iter().flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len()));
    names.filter_map(|end| value(text, end)).collect()
}

fn value(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let after = rest.strip_prefix('=').or_else(|| {
        let member = rest.trim_start_matches('\\').strip_prefix('"')?.trim_start().strip_prefix(':')?.trim_start();
        member.trim_start_matches('\\').strip_prefix('"')
    })?;
    let length = after.find(|c: char| c.is_whitespace() || "&\"',;\\}".contains(c)).unwrap_or(after.len());
    let begin = text.len() - after.len();
    (length > 0).then(|| begin..begin + length)
}

/// The longest runs of such letters.
fn runs(text: &str, belongs: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let (mut runs, mut begin) = (Vec::new(), None);
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        match (belongs(c), begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                runs.push(from..at);
                begin = None;
            }
            _ => {}
        }
    }
    runs
}
