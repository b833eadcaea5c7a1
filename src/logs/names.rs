//! Names of columns: as a file writes them, and as SQL does.

use std::collections::{HashMap, HashSet};

/// The SQL name of a column: `Client IP`, `clientIp` and `client-ip` are `client_ip`, `cs(User-Agent)` is `cs_user_agent`.
/// Empty, if nothing of the name can stand in one.
pub(in crate::logs) fn sql_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().take(128).collect();
    let mut sql = String::with_capacity(name.len());
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            break_word(&mut sql);
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        // `clientIp`, and the last capital of `IPAddress`. `IDs` and `IPv6` stay one word.
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase()
                        && after.is_some_and(|after| after.is_lowercase())
                        && letters.get(at + 2).is_some_and(|next| next.is_lowercase())
            });
        if begins {
            break_word(&mut sql);
        }
        sql.extend(letter.to_lowercase());
    }
    let sql = sql.trim_end_matches('_');
    if sql.starts_with(|first: char| first.is_numeric()) { format!("_{sql}") } else { sql.to_owned() }
}

fn break_word(sql: &mut String) {
    if !sql.is_empty() && !sql.ends_with('_') {
        sql.push('_');
    }
}

/// Names that are taken.
#[derive(Debug, Default)]
pub(in crate::logs) struct Taken {
    names: HashSet<String>,
    /// By name, the number that is tried next. A name that comes ten thousand times is not counted from 2 on each time.
    next: HashMap<String, usize>,
}

impl Taken {
    /// The name if it is free, else with the first number that makes it so. The name is taken then.
    pub(in crate::logs) fn free(&mut self, name: &str) -> String {
        if self.names.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let candidate = format!("{name}_{next}");
            *next += 1;
            if self.names.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

impl FromIterator<String> for Taken {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self { names: names.into_iter().collect(), next: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_in_lower_case() {
        for (name, expected) in [
            ("Client IP", "client_ip"),
            ("clientIp", "client_ip"),
            ("SourceIPAddress", "source_ip_address"),
            ("cs(User-Agent)", "cs_user_agent"),
            ("@timestamp", "timestamp"),
            ("id.orig_h", "id_orig_h"),
            ("Größe (MB)", "größe_mb"),
            ("UserID", "user_id"),
            ("IDs", "ids"),
            ("IPv6", "ipv6"),
            ("4xx", "_4xx"),
            ("USER", "user"),
            ("", ""),
            ("()", ""),
        ] {
            assert_eq!(sql_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut taken = Taken::from_iter(["raw".to_owned()]);
        let names = ["a", "a", "a_2", "raw", "a", "a_4", "a"].map(|name| taken.free(name));
        assert_eq!(names, ["a", "a_2", "a_2_2", "raw_2", "a_3", "a_4", "a_5"]);
    }

    #[test]
    fn a_name_that_comes_very_often_costs_each_time_the_same() {
        // Counted from 2 on each time, these would be 45 billion names.
        let mut taken = Taken::default();
        let last = (0..300_000).map(|_| taken.free("a")).last();
        assert_eq!(last.as_deref(), Some("a_300000"));
    }
}
