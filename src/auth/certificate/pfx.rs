//! PFX files (PKCS #12, RFC 7292): a key and certificates in bags, encrypted and sealed by a password.

use super::der::{CONTEXT_0, CONTEXT_0_BYTES, OCTETS, OID, Reader, SEQUENCE};
use super::password::{decrypt, is_sealed};
use super::{Flaw, Parts};

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// The kinds of bags, up to the last part.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];

/// The key and the certificates of a file.
pub(super) fn parts(bytes: &[u8], password: &str) -> Result<Parts, Flaw> {
    let mut file = Reader::new(bytes).within(SEQUENCE).ok_or(Flaw::Unknown)?;
    if file.number() != Some(3) {
        return Err(Flaw::Unknown);
    }
    let mut safe = file.within(SEQUENCE).ok_or(Flaw::Form)?;
    // What is sealed by a signature instead of a password is of another kind.
    if safe.of(OID) != Some(DATA) {
        return Err(Flaw::Form);
    }
    let safe = safe.within(CONTEXT_0).and_then(|mut inner| inner.of(OCTETS)).ok_or(Flaw::Form)?;
    if let Some(mac) = file.within(SEQUENCE)
        && !is_sealed(mac, password, safe)?
    {
        return Err(Flaw::Password);
    }
    let mut parts = Parts::default();
    let mut safes = Reader::new(safe).within(SEQUENCE).ok_or(Flaw::Form)?;
    while !safes.is_empty() {
        let mut info = safes.within(SEQUENCE).ok_or(Flaw::Form)?;
        match (info.of(OID), info.within(CONTEXT_0)) {
            (Some(DATA), Some(mut inner)) => bags(inner.of(OCTETS).ok_or(Flaw::Form)?, password, &mut parts)?,
            (Some(ENCRYPTED_DATA), Some(inner)) => bags(&opened(inner, password)?, password, &mut parts)?,
            _ => return Err(Flaw::Form),
        }
    }
    Ok(parts)
}

/// The bags within encrypted data.
fn opened(mut data: Reader<'_>, password: &str) -> Result<Vec<u8>, Flaw> {
    let mut data = data.within(SEQUENCE).ok_or(Flaw::Form)?;
    let _version = data.number();
    let mut content = data.within(SEQUENCE).ok_or(Flaw::Form)?;
    let _kind = content.of(OID);
    let algorithm = content.within(SEQUENCE).ok_or(Flaw::Form)?;
    decrypt(algorithm, password, content.of(CONTEXT_0_BYTES).ok_or(Flaw::Form)?)
}

fn bags(bytes: &[u8], password: &str, parts: &mut Parts) -> Result<(), Flaw> {
    let mut bags = Reader::new(bytes).within(SEQUENCE).ok_or(Flaw::Form)?;
    while !bags.is_empty() {
        let mut bag = bags.within(SEQUENCE).ok_or(Flaw::Form)?;
        let kind = bag.of(OID).and_then(<[u8]>::split_last).filter(|(_, kinds)| *kinds == BAG);
        let value = bag.of(CONTEXT_0).ok_or(Flaw::Form)?;
        match kind {
            Some((1, _)) => parts.keys.push(value.to_vec()),
            Some((2, _)) => parts.keys.push(key(value, password)?),
            Some((3, _)) => parts.certificates.extend(certificate(value)),
            // Revocation lists and secrets are nobody's identity.
            _ => {}
        }
    }
    Ok(())
}

/// The key of an `EncryptedPrivateKeyInfo`.
pub(super) fn key(bytes: &[u8], password: &str) -> Result<Vec<u8>, Flaw> {
    let mut info = Reader::new(bytes).within(SEQUENCE).ok_or(Flaw::Form)?;
    let algorithm = info.within(SEQUENCE).ok_or(Flaw::Form)?;
    decrypt(algorithm, password, info.of(OCTETS).ok_or(Flaw::Form)?)
}

fn certificate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut bag = Reader::new(bytes).within(SEQUENCE)?;
    (bag.of(OID)? == X509).then_some(())?;
    bag.within(CONTEXT_0)?.of(OCTETS).map(<[u8]>::to_vec)
}
