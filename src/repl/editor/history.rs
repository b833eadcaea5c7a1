//! What is remembered of what was typed: statements, but no secrets and nothing that begins with a blank.
//!
//! The file is its owner's alone. A line that acts on a terminal is not kept either: it would come back as a hint.

use std::path::Path;

use crate::output::safe;
use crate::veil::holds_secret;

/// Lines that are remembered.
pub(super) const REMEMBERED: usize = 10_000;

/// Words by which a line is taken to hold a secret. `eyJ` is how every JSON web token begins, `sig=` how the signature of
/// a storage address does.
const SECRET_WORDS: &[&str] = &[
    "eyj",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "bearer ",
    "token",
    "accountkey",
    "apikey",
    "api_key",
    "sig=",
    "private key",
    "assertion",
];

/// Columns whose names hold such a word and no secret.
const PLAIN_WORDS: &[&str] = &["token_issuer", "token_id", "token_type", "token_protection"];

/// Whether a line is kept.
pub(crate) fn is_kept(line: &str) -> bool {
    let folded = PLAIN_WORDS.iter().fold(line.to_lowercase(), |line, word| line.replace(word, ""));
    !line.starts_with(' ')
        && !line.trim().is_empty()
        && !SECRET_WORDS.iter().any(|word| folded.contains(word))
        && !holds_secret(line)
        && !line.contains(|c| safe::acts_unseen(c) && !matches!(c, '\n' | '\t'))
}

/// Closes an existing file to others.
pub(crate) fn close_to_others(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A history that is not there yet is created closed.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_blanks_are_not_kept() {
        for line in ["SELECT 1;", "SELECT unique_token_identifier\n\tFROM sign_ins;", "\\d sign_ins"] {
            assert!(is_kept(line), "{line}");
        }
        let dropped = [
            "",
            " SELECT 1;",
            "SET x = 'eyJ0eXAi.e30.'",
            "-- Password is x",
            "client_SECRET",
            "\\set token x",
            "SELECT 'aB18Q~cD3.fGh_jKlMnOpQrStUvWxYz012345678'",
            "SELECT '\u{1b}[2J'",
            "https://x/?sig=abc",
        ];
        for line in dropped {
            assert!(!is_kept(line), "{line}");
        }
    }
}
