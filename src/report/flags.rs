//! Hints on the arguments of `timeline(…)`, for who gave flags of `report timeline` in their place.

use crate::table::Whose;

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
