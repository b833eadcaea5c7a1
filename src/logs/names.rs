//! Names of columns: as a file writes them, and as SQL does.

use std::collections::HashSet;

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

/// The name if it is free, else with the first number that makes it so. The name is taken then.
pub(in crate::logs) fn free(name: &str, taken: &mut HashSet<String>) -> String {
    let mut number = 2_usize;
    let mut candidate = name.to_owned();
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
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
        let mut taken = HashSet::from(["raw".to_owned()]);
        let names = ["a", "a", "a_2", "raw"].map(|name| free(name, &mut taken));
        assert_eq!(names, ["a", "a_2", "a_2_2", "raw_2"]);
    }
}
