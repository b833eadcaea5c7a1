//! Hints in the words of the place where they are read: flags of `report timeline` in the place of the arguments of `timeline(…)`,
//! `\set` at the prompt in the place of flags.

use crate::settings;
use crate::table::Whose;

/// A hint at the prompt: `--partial` is `\set partial true` there.
pub(crate) fn at_prompt(hint: &str) -> String {
    let mut told = hint.to_owned();
    for setting in settings::ALL {
        let (flag, name) = (format!("--{}", setting.name.replace('_', "-")), setting.name);
        told = told
            .replace(&format!("without {flag}=false"), &format!("after \\set {name} true"))
            .replace(&format!("{flag}=false"), &format!("\\set {name} false"))
            .replace(&format!("raise {flag}"), &format!("raise {name} (\\set {name} {})", setting.value));
        if setting.value == "true|false" {
            told = replaced(&told, &format!("without {flag}"), &format!("after \\set {name} false"));
            told = replaced(&told, &flag, &format!("\\set {name} true"));
        } else {
            told = replaced(&told, &flag, &format!("\\set {name}"));
        }
    }
    replaced(&told, "-o FILE", "\\o FILE")
}

/// The text with another in the place of a flag; of a longer flag it is no part.
fn replaced(text: &str, flag: &str, by: &str) -> String {
    let (mut told, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(flag) {
        let (before, behind) = (&rest[..at], &rest[at + flag.len()..]);
        let is_part = behind.starts_with(|c: char| c.is_alphanumeric() || "-=".contains(c)) || before.ends_with('-');
        told.push_str(before);
        told.push_str(if is_part { flag } else { by });
        rest = behind;
    }
    told + rest
}

/// A hint in flags.
pub(super) fn of_timeline(hint: &str) -> String {
    let mut told = hint.to_owned();
    for whose in Whose::ALL.map(Whose::name) {
        told = told
            .replace(&format!("write {whose} => "), &format!("--as {whose} takes "))
            .replace(&format!("{whose} => …"), &format!("--as {whose}"));
    }
    for (argument, flag) in [("sources", "--source"), ("files", "--log"), ("since", "--since"), ("until", "--until")] {
        told = valued(&told, &format!("{argument} => "), flag);
    }
    told.replace("write it out in sources", "write it out: --source SCHEMA.TABLE")
}

/// The same with a flag for an argument and its value: a text, or a list of texts.
fn valued(hint: &str, argument: &str, flag: &str) -> String {
    let (mut told, mut rest) = (String::new(), hint);
    while let Some((before, behind)) = rest.split_once(argument) {
        told.push_str(before);
        let (values, after) = match behind.strip_prefix('[').and_then(|list| list.split_once(']')) {
            Some((list, after)) => (list.split(", ").collect(), after),
            None => {
                let end = behind.strip_prefix('\'').and_then(|text| text.find('\'')).map_or(0, |end| end + 2);
                (vec![&behind[..end]], &behind[end..])
            }
        };
        let flags = values.into_iter().map(|value| format!("{flag} {}", bare(value)));
        told.push_str(flags.collect::<Vec<_>>().join(" ").trim_end());
        rest = after;
    }
    told + rest
}

/// A text as a shell takes it: without its quotes, where these are of no use.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.filter(|inner| !inner.contains([' ', '*', '\'', '?'])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_settings_of_the_prompt() {
        for (hint, told) in [
            ("--partial returns what could be read", "\\set partial true returns what could be read"),
            ("run it without --partial", "run it after \\set partial false"),
            (
                "raise --timeout, narrow the query, or use --partial",
                "raise timeout (\\set timeout DURATION), narrow the query, or use \\set partial true",
            ),
            ("--remote-count=false reads them", "\\set remote_count false reads them"),
            ("run it without --dedup=false, or", "run it after \\set dedup true, or"),
            ("-o FILE writes it; --connection NAME, --output", "\\o FILE writes it; --connection NAME, --output"),
        ] {
            assert_eq!(at_prompt(hint), told);
        }
    }

    #[test]
    fn arguments_become_flags() {
        for (hint, told) in [
            ("it takes an id, or one of user => …, address => …", "it takes an id, or one of --as user, --as address"),
            (
                "write address => '203.0.113.7' or '203.0.113.0/24'",
                "--as address takes '203.0.113.7' or '203.0.113.0/24'",
            ),
            ("its records are in a.b: sources => ['a.b']", "its records are in a.b: --source a.b"),
            ("write sources => ['a.b', 'c.d'], or leave it out", "write --source a.b --source c.d, or leave it out"),
            ("a log is named by files => 'x.log'", "a log is named by --log x.log"),
            ("write files => ['logs/*.csv', 'dc01.evtx']", "write --log 'logs/*.csv' --log dc01.evtx"),
            ("sources here: a.b", "sources here: a.b"),
        ] {
            assert_eq!(of_timeline(hint), told);
        }
    }
}
