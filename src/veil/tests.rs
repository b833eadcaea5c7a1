//! Secrets in every spelling, and words that are none.

use super::*;

const SECRET: &str = "aB18Q~cD3.fGh_jKlMn+pQr/tUv z012345678";

fn each(secret: &str, write: impl Fn(u8) -> String) -> String {
    secret.bytes().map(write).collect()
}

/// The secret as others could write it.
fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let base64 = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{secret}!!!"));
    vec![
        ("as it is", secret.into()),
        ("upper", secret.to_ascii_uppercase()),
        ("lower", secret.to_ascii_lowercase()),
        ("form", secret.replace(' ', "+").replace('/', "%2F")),
        ("percent", each(secret, |b| format!("%{b:02X}"))),
        ("percent twice", each(secret, |b| format!("%25{b:02x}"))),
        ("JSON", each(secret, |b| format!("\\u{b:04x}"))),
        ("JSON in JSON", each(secret, |b| format!("\\\\u{b:04x}"))),
        ("HTML", each(secret, |b| format!("&#{b};"))),
        ("HTML in hex", each(secret, |b| format!("&#x{b:x};"))),
        ("hex", each(secret, |b| format!("{b:02x}"))),
        ("base64", base64("")),
        ("base64 behind one", base64("x")),
        ("base64 behind two", base64("xy")),
        ("base64 for addresses", base64("Bearer ").replace('+', "-").replace('/', "_")),
        ("its first half", secret[..secret.len() / 2].into()),
        ("its second half", secret[secret.len() / 2..].into()),
    ]
}

#[test]
fn a_known_secret_is_hidden_in_every_spelling_and_the_rest_is_told() {
    for secret in [SECRET, "CANARY-TOKEN-1", "pass phrase with words"] {
        let veil = Veil::over([secret]);
        let late = Veil::default();
        late.add_token(secret);
        for (spelling, text) in spellings(secret) {
            for veil in [&veil, &late] {
                let told = veil.told(&format!("we saw '{text}' there, denied"));
                assert!(told.starts_with("we saw '") && told.ends_with(" there, denied"), "{spelling}: {told}");
                assert!(told.contains(HIDDEN) && told.len() < 50, "{spelling} of {secret}: {told}");
            }
        }
    }
}

#[test]
fn a_short_secret_is_hidden_whole() {
    let veil = Veil::over(["pw1", ""]);
    assert_eq!(&*veil.told("user pw1 x"), "user *** x");
    assert_eq!(&*veil.told("pw1pw1"), "***");
}

#[test]
fn tokens_are_forgotten_oldest_first_and_secrets_never() {
    let veil = Veil::over(["the-lasting-secret"]);
    (0..=TOKENS).for_each(|n| veil.add_token(&format!("{n}{n}{n}{n}{n}{n}{n}{n}")));
    assert_eq!(&*veil.told("the-lasting-secret 00000000 11111111 88888888"), "*** 00000000 *** ***");
}

#[test]
fn what_looks_like_a_secret_is_hidden_though_nobody_knows_it() {
    let veil = Veil::default();
    let jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIn0.c2lnbmF0dXJl-x_y";
    let random = "x7Kq2LmPz9RtYvB4nHsW8cJdF3gAeU6iOkTbM1QwZ5EyXNhS";
    for (text, told) in [
        (format!("for {jwt}, sorry"), "for ***, sorry".to_owned()),
        (format!("Bearer {jwt}"), "Bearer ***".into()),
        ("secret 'abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789a' x".into(), "secret '***' x".into()),
        (
            "Lifetime validation failed for Bearer opaque-Token-1.".into(),
            "Lifetime validation failed for Bearer ***".into(),
        ),
        (format!("near '{random}' x"), "near '***' x".into()),
        ("a=1&client_secret=hunter2&b=2".into(), "a=1&client_secret=***&b=2".into()),
        (r#"{"access_token": "abc","x":1}"#.into(), r#"{"access_token": "***","x":1}"#.into()),
        (r#"{\"access_token\":\"abc\"}"#.into(), r#"{\"access_token\":\"***\"}"#.into()),
        ("https://h/p?sig=aB%2F&x".into(), "https://h/p?sig=***&x".into()),
    ] {
        assert_eq!(&*veil.told(&text), told);
        assert!(holds_secret(&text), "{text}");
    }
}

#[test]
fn ids_names_and_sentences_are_told() {
    let veil = Veil::over([SECRET]);
    for text in [
        "",
        "Invalid filter clause: 'eq' is not supported for the property 'userPrincipalName'",
        "AADSTS7000215: Invalid client secret provided. Trace ID: 0f1e2d3c-1111-4222-8333-444455556666",
        "492638008028$492638008028$f28ab78ad40140608012736e373933ebspo2015043022$4a81a7c326fc4aed89c62e6039ab833b$04",
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant: Neither tenant is B2C or tenant doesn't have premium license",
        "Directory_66ea54eb-6301-4ee5-be62-ff5a759b0100_XZAWD_128493210",
        "https://manage.office.com/api/v1.0/7B795FB9-09D3-42F4-A494-38864F99BA3C/activity/feed/audit/20260501$audit_exchange",
        "/beta/auditLogs/signIns/66ea54eb-6301-4ee5-be62-ff5a759b0100",
        "Microsoft.Office.Compliance.Audit.DataServiceException: Tenant 7b795fb9 does not exist",
        "the Bearer authentication scheme, bearer token missing; password: required",
        "<AM0PR01MB6289AB34DE5C6B7AF0A1B2C3D4E5F@AM0PR01MB6289.eurprd01.prod.exchangelabs.com>",
        "100% of it, \\n and \\u12, &amp; &#; and %zz, ünïcödé",
    ] {
        assert_eq!(&*veil.told(text), text);
    }
}

#[test]
fn nothing_prints_what_is_behind_the_veil() {
    let (veil, raw) = (Veil::over([SECRET]), Raw::new(SECRET));
    assert!(!format!("{veil:?} {raw:?}").contains("aB18"));
    assert_eq!(&*veil.told_of(&raw), HIDDEN);
}

#[test]
fn a_name_as_long_as_a_page_is_cut_and_hides_what_it_holds() {
    let veil = Veil::over([SECRET]);
    let told = veil.told_name(&format!("{SECRET} {}", "x".repeat(1 << 20)));
    assert!(told.starts_with("*** xxx") && told.ends_with("xx…") && told.len() < 300, "{told}");
    assert_eq!(&*veil.told_name("an id"), "an id");
}
