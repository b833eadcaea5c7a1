//! PEM: blocks of base64 between lines that name them. Text around them is passed over, as others do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Flaw;

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    /// What stands behind `BEGIN`.
    pub(super) label: String,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// Whether a file is PEM.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

/// All blocks, in order.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, Flaw> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim) {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            open = Some((label.to_owned(), String::new()));
        } else if let Some(label) = line.strip_prefix("-----END ").and_then(|rest| rest.strip_suffix("-----")) {
            let (begun, base64) = open.take().filter(|(begun, _)| begun == label).ok_or(Flaw::Pem)?;
            let bytes = STANDARD.decode(base64).map_err(|_| Flaw::Pem)?;
            blocks.push(Block { label: begun, bytes });
        } else if let Some((_, base64)) = &mut open {
            // `Proc-Type: 4,ENCRYPTED`: a key in OpenSSL's own encryption of old.
            if line.contains(':') {
                return Err(Flaw::OldEncryption);
            }
            base64.push_str(line);
        }
    }
    if open.is_some() { Err(Flaw::Pem) } else { Ok(blocks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_text_and_halves_are_none() {
        let text = "Bag Attributes\n  x: y\n-----BEGIN A-----\r\nQUJD\r\nRA==\r\n-----END A-----\n-----BEGIN B-----\nQQ==\n-----END B-----\n";
        let found: Vec<(String, Vec<u8>)> =
            blocks(text).unwrap().into_iter().map(|block| (block.label, block.bytes)).collect();
        assert_eq!(found, [("A".into(), b"ABCD".to_vec()), ("B".into(), b"A".to_vec())]);
        for odd in [
            "-----BEGIN A-----\nQQ==\n",
            "-----END A-----\n",
            "-----BEGIN A-----\nQQ==\n-----END B-----",
            "-----BEGIN A-----\n!\n-----END A-----",
        ] {
            assert_eq!(blocks(odd).unwrap_err(), Flaw::Pem, "{odd}");
        }
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nQQ==\n-----END RSA PRIVATE KEY-----";
        assert_eq!(blocks(old).unwrap_err(), Flaw::OldEncryption);
    }
}
