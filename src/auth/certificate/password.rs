//! Decryption by a password, as keys and PFX files have it: PBES2 (RFC 8018) with AES or triple DES, and PKCS #12's own
//! scheme (RFC 7292, appendix B) with triple DES, which Windows still writes unless it is told otherwise.
//!
//! All arithmetic is `aws-lc-rs`'s. RC2, which it does not have, is refused: 40 bits protect nothing.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};

use super::Flaw;
use super::der::{OCTETS, OID, Reader, SEQUENCE};

/// What the files of Windows are encrypted with. Nothing is encrypted with it here.
#[expect(deprecated, reason = "it is deprecated for whoever encrypts")]
const TRIPLE_DES: &Algorithm = &cipher::DES_EDE3_FOR_LEGACY_USE_ONLY;

/// Most rounds of a derivation: more than any tool asks for, less than a minute.
const MOST_ROUNDS: u32 = 10_000_000;

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const PKCS12_SHA1_3DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
/// `hmacWithSHA…`, up to the last part.
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
/// `aes…-CBC`, up to the last part.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];

/// What an algorithm's identifier and a password make of encrypted bytes.
pub(super) fn decrypt(algorithm: Reader<'_>, password: &str, encrypted: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut algorithm = algorithm;
    match algorithm.of(OID).ok_or(Flaw::Form)? {
        PBES2 => pbes2(algorithm.within(SEQUENCE).ok_or(Flaw::Form)?, password, encrypted),
        PKCS12_SHA1_3DES => {
            let mut parameters = algorithm.within(SEQUENCE).ok_or(Flaw::Form)?;
            let (salt, rounds) = (parameters.of(OCTETS).ok_or(Flaw::Form)?, parameters.number().ok_or(Flaw::Form)?);
            let derived = |id, length| derive(&digest::SHA1_FOR_LEGACY_USE_ONLY, id, password, (salt, rounds), length);
            let iv: [u8; 8] = derived(Use::Iv, 8)?.try_into().map_err(|_| Flaw::Form)?;
            let context = DecryptionContext::Iv64(FixedLength::from(iv));
            cbc(TRIPLE_DES, &derived(Use::Key, 24)?, context, encrypted)
        }
        _ => Err(Flaw::Cipher),
    }
}

fn pbes2(mut parameters: Reader<'_>, password: &str, encrypted: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut derivation = parameters.within(SEQUENCE).ok_or(Flaw::Form)?;
    let mut scheme = parameters.within(SEQUENCE).ok_or(Flaw::Form)?;
    if derivation.of(OID) != Some(PBKDF2) {
        return Err(Flaw::Cipher);
    }
    let mut derivation = derivation.within(SEQUENCE).ok_or(Flaw::Form)?;
    let (salt, rounds) = (derivation.of(OCTETS).ok_or(Flaw::Form)?, rounds(derivation.number())?);
    // The length of the key follows from the cipher.
    let _ = derivation.optional(super::der::INTEGER);
    let function = match derivation.within(SEQUENCE).and_then(|mut function| function.of(OID)) {
        None => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(oid) => match oid.split_last() {
            Some((7, HMAC)) => pbkdf2::PBKDF2_HMAC_SHA1,
            Some((9, HMAC)) => pbkdf2::PBKDF2_HMAC_SHA256,
            Some((10, HMAC)) => pbkdf2::PBKDF2_HMAC_SHA384,
            Some((11, HMAC)) => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(Flaw::Cipher),
        },
    };
    let (cipher, length) = match scheme.of(OID).ok_or(Flaw::Form)? {
        DES_EDE3_CBC => (TRIPLE_DES, 24),
        oid => match oid.split_last() {
            Some((0x02, AES)) => (&AES_128, 16),
            Some((0x16, AES)) => (&AES_192, 24),
            Some((0x2a, AES)) => (&AES_256, 32),
            _ => return Err(Flaw::Cipher),
        },
    };
    let iv = scheme.of(OCTETS).ok_or(Flaw::Form)?;
    let context = if cipher == TRIPLE_DES {
        DecryptionContext::Iv64(FixedLength::from(<[u8; 8]>::try_from(iv).map_err(|_| Flaw::Form)?))
    } else {
        DecryptionContext::Iv128(FixedLength::from(<[u8; 16]>::try_from(iv).map_err(|_| Flaw::Form)?))
    };
    let mut key = vec![0; length];
    pbkdf2::derive(function, rounds, salt, password.as_bytes(), &mut key);
    cbc(cipher, &key, context, encrypted)
}

fn rounds(number: Option<u32>) -> Result<NonZeroU32, Flaw> {
    number.filter(|n| *n <= MOST_ROUNDS).and_then(NonZeroU32::new).ok_or(Flaw::Form)
}

/// A padding that is none is what a wrong password leaves.
fn cbc(cipher: &'static Algorithm, key: &[u8], context: DecryptionContext, encrypted: &[u8]) -> Result<Vec<u8>, Flaw> {
    let key = UnboundCipherKey::new(cipher, key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7);
    let mut bytes = encrypted.to_vec();
    let plain = key.and_then(|key| key.decrypt(&mut bytes, context).map(|plain| plain.to_vec()));
    plain.map_err(|_| Flaw::Password)
}

/// What a derived value is for.
#[derive(Debug, Clone, Copy)]
enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// The derivation of PKCS #12. Passwords are UTF-16 with a zero behind them.
fn derive(
    digest: &'static digest::Algorithm,
    purpose: Use,
    password: &str,
    (salt, count): (&[u8], u32),
    length: usize,
) -> Result<Vec<u8>, Flaw> {
    let count = rounds(Some(count))?.get();
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let block = digest.block_len();
    let filled =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(block * bytes.len().div_ceil(block)).collect() };
    let mut input = [filled(salt), filled(&password)].concat();
    let diversifier = vec![purpose as u8; block];
    let mut derived = Vec::new();
    while derived.len() < length {
        let mut hashed = digest::digest(digest, &[&diversifier[..], &input].concat());
        for _ in 1..count {
            hashed = digest::digest(digest, hashed.as_ref());
        }
        derived.extend_from_slice(hashed.as_ref());
        let addend = filled(hashed.as_ref());
        input.chunks_mut(block).for_each(|chunk| add_with_one(chunk, &addend[..block]));
    }
    derived.truncate(length);
    Ok(derived)
}

/// `number += addend + 1`, big-endian, without what overflows.
fn add_with_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (byte, other) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*byte) + u16::from(*other) + carry;
        *byte = sum.to_be_bytes()[1];
        carry = sum >> 8;
    }
}

/// Whether the seal over the content of a PFX file is the one that the password makes.
pub(super) fn is_sealed(mut mac: Reader<'_>, password: &str, content: &[u8]) -> Result<bool, Flaw> {
    let mut info = mac.within(SEQUENCE).ok_or(Flaw::Form)?;
    let oid = info.within(SEQUENCE).and_then(|mut algorithm| algorithm.of(OID)).ok_or(Flaw::Form)?;
    let (digest, hmac) = match oid {
        [0x2b, 0x0e, 0x03, 0x02, 0x1a] => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 1] => (&digest::SHA256, hmac::HMAC_SHA256),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 2] => (&digest::SHA384, hmac::HMAC_SHA384),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 3] => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return Err(Flaw::Cipher),
    };
    let seal = info.of(OCTETS).ok_or(Flaw::Form)?;
    let salt = mac.of(OCTETS).ok_or(Flaw::Form)?;
    let count = if mac.is_empty() { 1 } else { mac.number().ok_or(Flaw::Form)? };
    let key = derive(digest, Use::Mac, password, (salt, count), digest.output_len())?;
    Ok(hmac::verify(&hmac::Key::new(hmac, &key), content, seal).is_ok())
}
