//! An application's certificate: read from a file, and signed with.
//!
//! The library's own credential needs OpenSSL for this, a second TLS library; here `aws-lc-rs` signs, which TLS brings
//! along anyway, and the library's `ClientAssertionCredential` sends what was signed. A file is PEM or PFX, told apart by
//! what is in it. Its password and its key are never part of an error.

mod assertion;
mod der;
mod password;
mod pem;
mod pfx;
mod x509;

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use azure_core::credentials::Secret;
use azure_core::time::OffsetDateTime;

pub(super) use assertion::Signed;

use self::x509::Leaf;
use super::{Certificate, when};
use crate::http::Lack;

/// Longest file that is read.
const LONGEST: u64 = 1 << 20;

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("is neither PEM nor PFX")]
    Unknown,
    #[error("has a PEM block that is broken")]
    Pem,
    #[error("is cut off or damaged")]
    Form,
    #[error("has a key in an old encryption of OpenSSL: 'openssl pkcs8 -topk8 -in OLD -out NEW' converts it")]
    OldEncryption,
    #[error(
        "is encrypted in a way that is not supported: 'openssl pkcs12 -legacy -in OLD.pfx -out NEW.pem' converts a PFX file"
    )]
    Cipher,
    #[error("cannot be decrypted with the password in AZURE_CLIENT_CERTIFICATE_PASSWORD")]
    Password,
    #[error("is encrypted, and AZURE_CLIENT_CERTIFICATE_PASSWORD is not set")]
    NoPassword,
    #[error("holds no private key")]
    NoKey,
    #[error("holds a private key that is not RSA; the directory accepts no other")]
    NotRsa,
    #[error("holds no certificate")]
    NoCertificate,
    #[error("holds no certificate that belongs to its private key")]
    Mismatch,
}

/// What a file holds.
#[derive(Default)]
struct Parts {
    keys: Vec<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
}

/// A certificate, its key, and the certificates above it.
pub(super) struct Identity {
    key: KeyPair,
    leaf: Leaf,
    /// In the order of the file.
    above: Vec<Vec<u8>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("until", &self.leaf.until).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads the file of a connection.
    pub(super) fn read(certificate: &Certificate) -> azure_core::Result<Self> {
        let path = &certificate.path;
        let lacking = |why: String| Lack::Certificate.error(format!("the certificate file {} {why}", path.display()));
        let bytes = bytes(path).map_err(|error| lacking(format!("cannot be read: {error}")))?;
        let identity = Self::of(&bytes, certificate.password.as_ref()).map_err(|flaw| lacking(flaw.to_string()))?;
        let now = OffsetDateTime::now_utc();
        if now > identity.leaf.until {
            let until = when(identity.leaf.until);
            return Err(
                Lack::ValidCertificate.error(format!("the certificate in {} expired on {until}", path.display()))
            );
        }
        if now < identity.leaf.from {
            let from = when(identity.leaf.from);
            return Err(Lack::ValidCertificate.error(format!("the certificate in {} begins on {from}", path.display())));
        }
        Ok(identity)
    }

    /// What a file of these bytes holds.
    fn of(bytes: &[u8], password: Option<&Secret>) -> Result<Self, Flaw> {
        let given = password.map_or("", Secret::secret);
        let parts = if pem::is_pem(bytes) { of_pem(bytes, given) } else { pfx::parts(bytes, given) };
        let parts = parts.map_err(|flaw| match (flaw, password) {
            (Flaw::Password, None) => Flaw::NoPassword,
            _ => flaw,
        })?;
        let key = parts.keys.first().ok_or(Flaw::NoKey)?;
        let key = KeyPair::from_pkcs8(key).or_else(|_| KeyPair::from_der(key)).map_err(|_| Flaw::NotRsa)?;
        if parts.certificates.is_empty() {
            return Err(Flaw::NoCertificate);
        }
        let own = |der: &Vec<u8>| Leaf::read(der).filter(|leaf| leaf.key == key.public_key().as_ref());
        let at = parts.certificates.iter().position(|der| own(der).is_some()).ok_or(Flaw::Mismatch)?;
        let leaf = own(&parts.certificates[at]).ok_or(Flaw::Mismatch)?;
        let mut above = parts.certificates;
        above.remove(at);
        Ok(Self { key, leaf, above })
    }
}

fn of_pem(bytes: &[u8], password: &str) -> Result<Parts, Flaw> {
    let mut parts = Parts::default();
    for block in pem::blocks(std::str::from_utf8(bytes).map_err(|_| Flaw::Pem)?)? {
        match block.label.as_str() {
            "CERTIFICATE" => parts.certificates.push(block.bytes),
            "PRIVATE KEY" | "RSA PRIVATE KEY" => parts.keys.push(block.bytes),
            "ENCRYPTED PRIVATE KEY" => parts.keys.push(pfx::key(&block.bytes, password)?),
            "EC PRIVATE KEY" => return Err(Flaw::NotRsa),
            _ => {}
        }
    }
    Ok(parts)
}

/// A regular file of sensible length.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    };
    if !path.metadata().map_err(told)?.is_file() {
        return Err("it is not a regular file".into());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(told)?;
    if bytes.len() as u64 > LONGEST { Err("it is longer than 1 MiB".into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests;
