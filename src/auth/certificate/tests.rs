//! Files of every form, good and bad; statements, verified with the key that signed them.

use std::fs;

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::*;

/// A file of `tests/certificates`.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    fs::read(folder.join(name)).unwrap()
}

fn read(name: &str, password: Option<&str>) -> Result<Identity, Flaw> {
    Identity::of(&fixture(name), password.map(|text| Secret::new(text.to_owned())).as_ref())
}

#[test]
fn every_common_form_of_a_file_is_read() {
    for (name, password) in [
        ("plain.pem", None),
        ("plain.pem", Some("not needed")),
        ("pkcs1.pem", None),
        ("encrypted.pem", Some("CANARY")),
        ("aes.pfx", Some("CANARY")),
        ("triple_des.pfx", Some("CANARY")),
        ("no_seal.pfx", Some("CANARY")),
        ("no_password.pfx", None),
        ("no_password.pfx", Some("")),
        ("chain.pfx", Some("CANARY")),
    ] {
        let identity = read(name, password).unwrap_or_else(|flaw| panic!("{name}: {flaw}"));
        assert_eq!(identity.above.len(), usize::from(name == "chain.pfx"), "{name}");
        assert!(identity.leaf.from < OffsetDateTime::now_utc() + azure_core::time::Duration::days(1), "{name}");
        assert!(!format!("{identity:?}").contains("key"), "{identity:?}");
    }
}

#[test]
fn what_cannot_be_used_says_why() {
    for (name, password, flaw) in [
        ("aes.pfx", Some("wrong"), Flaw::Password),
        ("aes.pfx", None, Flaw::NoPassword),
        ("triple_des.pfx", Some("wrong"), Flaw::Password),
        ("no_seal.pfx", Some("wrong"), Flaw::Password),
        ("encrypted.pem", Some("wrong"), Flaw::Password),
        ("encrypted.pem", None, Flaw::NoPassword),
        ("rc2.pfx", Some("CANARY"), Flaw::Cipher),
        ("mismatch.pem", None, Flaw::Mismatch),
    ] {
        assert_eq!(read(name, password).unwrap_err(), flaw, "{name}");
    }
    let of = |bytes: &[u8]| Identity::of(bytes, None).unwrap_err();
    let pem = fixture("plain.pem");
    let text = std::str::from_utf8(&pem).unwrap();
    let (certificate, key) = text.split_at(text.find("-----BEGIN PRIVATE").unwrap());
    assert_eq!((of(certificate.as_bytes()), of(key.as_bytes())), (Flaw::NoKey, Flaw::NoCertificate));
    let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
    assert_eq!(of(curve.as_bytes()), Flaw::NotRsa);
    for odd in [&b""[..], b"CANARY", b"\x30\x03\x02\x01\x03", b"\x30\x80\x02\x01\x03", b"\x30\x84\xff\xff\xff\xff"] {
        assert!(!of(odd).to_string().contains("CANARY"), "{odd:?}");
    }
}

#[test]
fn no_damage_to_a_file_does_more_than_an_error() {
    for (name, step) in [("aes.pfx", 7), ("triple_des.pfx", 7), ("plain.pem", 31)] {
        let whole = fixture(name);
        let password = Secret::new("CANARY".to_owned());
        for at in (0..whole.len()).step_by(step) {
            let mut damaged = whole.clone();
            // A count of rounds that grew takes its time: the top bit stays.
            damaged[at] ^= 0x01;
            let _ = Identity::of(&damaged, Some(&password));
            let _ = Identity::of(&whole[..at], Some(&password)).map(|_| ()).unwrap_err();
        }
    }
}

#[test]
fn a_statement_is_signed_with_the_key_and_names_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.pfx");
    fs::write(&path, fixture("chain.pfx")).unwrap();
    for send_chain in [false, true] {
        let certificate = Certificate { path: path.clone(), password: Some("CANARY".into()), send_chain };
        let identity = Identity::read(&certificate).unwrap();
        let signed = Signed::new(certificate, "https://login.example/t/oauth2/v2.0/token".into(), "app".into());
        let text = signed.statement(&identity, OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()).unwrap();
        let (said, signature) = text.rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, identity.leaf.key.clone());
        key.verify(said.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let part = |text: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap() };
        let (header, claims) = said.split_once('.').map(|(header, claims)| (part(header), part(claims))).unwrap();
        let print = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &identity.leaf.der);
        assert_eq!(
            (&header["alg"], header["x5t#S256"].as_str()),
            (&"PS256".into(), Some(&*URL_SAFE_NO_PAD.encode(print)))
        );
        let chain = header["x5c"].as_array().map_or(0, Vec::len);
        assert_eq!(chain, if send_chain { 2 } else { 0 });
        assert!(!send_chain || header["x5c"][0] == STANDARD.encode(&identity.leaf.der));
        assert_eq!(claims["aud"], "https://login.example/t/oauth2/v2.0/token");
        assert_eq!((&claims["iss"], &claims["sub"]), (&"app".into(), &"app".into()));
        assert_eq!((&claims["nbf"], &claims["exp"]), (&1_800_000_000.into(), &1_800_000_600.into()));
        assert_eq!(claims["jti"].as_str().map(str::len), Some(36));
    }
}

#[test]
fn the_file_itself_is_looked_at_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.pem");
    let error = |path: &Path| {
        let certificate = Certificate { path: path.into(), password: Some("CANARY".into()), send_chain: false };
        Identity::read(&certificate).unwrap_err().to_string()
    };
    assert!(error(&path).contains("there is no such file"), "{}", error(&path));
    assert!(error(folder.path()).contains("not a regular file"));
    fs::write(&path, vec![b'x'; 1 << 21]).unwrap();
    assert!(error(&path).contains("longer than 1 MiB"));
    // Certificates whose time is over, or has not come.
    for (from, until, words) in [(2019, 2020, "expired on 2020-01-01"), (2190, 2199, "begins on 2190-01-01")] {
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(&path, certificate.pem() + &key.serialize_pem()).unwrap();
        assert!(error(&path).contains(words), "{}", error(&path));
    }
}
