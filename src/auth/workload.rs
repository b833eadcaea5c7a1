//! Workload identity: a token that the platform leaves in a file stands in for a secret.
//!
//! The library's own credential reads the file at most every ten minutes and sends what it holds as it is. Here the file
//! is read for each token, so that one that was replaced is used at once, and a line end behind it does no harm.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;

use crate::http::Lack;

/// Longest token that is read.
const LONGEST: u64 = 64 << 10;

/// Reads the platform's token.
#[derive(Debug)]
pub(super) struct Federated(pub(super) PathBuf);

impl Federated {
    /// The token. What the file holds is never part of an error.
    fn read(&self) -> Result<String, String> {
        let told = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => "does not exist".to_owned(),
            kind => format!("cannot be read: {kind}"),
        };
        if !self.0.metadata().map_err(told)?.is_file() {
            return Err("is not a regular file".into());
        }
        let mut text = String::new();
        let read = File::open(&self.0).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
        read.map_err(told)?;
        let token = text.trim();
        let is_token = token.len() as u64 <= LONGEST && token.split('.').count() == 3;
        if is_token && token.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(token.to_owned())
        } else {
            Err("does not hold a token".into())
        }
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Federated {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.read().map_err(|why| {
            Lack::FederatedToken.error(format!("the file of the federated token, {}, {why}", self.0.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_anew_and_nothing_else_passes_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let read = || Federated(path.clone()).read();
        assert_eq!(read(), Err("does not exist".into()));
        for (text, expected) in [
            ("a.b.c\n", Ok("a.b.c")),
            ("d.e.f", Ok("d.e.f")),
            ("", Err("does not hold a token")),
            ("CANARY", Err("does not hold a token")),
            ("a.b.c d", Err("does not hold a token")),
            ("a\u{1b}.b.c", Err("does not hold a token")),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(), expected.map(String::from).map_err(String::from), "{text:?}");
        }
        std::fs::write(&path, "a.b.".to_owned() + &"c".repeat(70_000)).unwrap();
        assert!(read().is_err());
        assert_eq!(Federated(folder.path().into()).read(), Err("is not a regular file".into()));
    }
}
