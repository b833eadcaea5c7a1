//! `auditql doctor`: failures provoked one by one, each with its remedy shown; and a connection that is well, as the
//! control.

use std::fs;

use auditql::apis;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::credentials::program::Place;
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{APP, TENANT};

const SUBSCRIBED: &str = r#"[{"contentType":"Audit.AzureActiveDirectory","status":"enabled"},
    {"contentType":"Audit.Exchange","status":"enabled"},{"contentType":"Audit.SharePoint","status":"enabled"},
    {"contentType":"Audit.General","status":"enabled"},{"contentType":"DLP.All","status":"enabled"}]"#;

/// A tenant that is well, except for what a case says.
fn well(odd: impl Fn(&Seen) -> Option<Reply> + Send + 'static) -> impl FnMut(&Seen) -> Reply + Send + 'static {
    move |seen| {
        odd(seen).unwrap_or_else(|| {
            if seen.target.contains("/subscriptions/list") {
                Reply::json(SUBSCRIBED)
            } else if seen.target == "/" {
                Reply::status(404)
            } else {
                Reply::json(r#"{"value":[]}"#)
            }
        })
    }
}

/// A token that says what it may do.
fn token(tenant: &str, expires: i64, roles: &[&str]) -> String {
    let claims =
        serde_json::json!({ "tid": tenant, "appid": APP, "app_displayname": "reader", "exp": expires, "roles": roles });
    format!("e30.{}.CANARY", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn all_roles() -> Vec<&'static str> {
    apis::ALL.iter().flat_map(|set| set.permissions()).copied().collect()
}

const LATER: i64 = 4_102_444_800;

fn good_token() -> String {
    token(TENANT, LATER, &all_roles())
}

async fn doctor(place: &Place, env: &[(&str, &str)]) -> (Option<i32>, String) {
    let (code, text) = place.run(&["doctor"], env).await;
    assert!(!text.contains("CANARY"), "{text}");
    (code, text)
}

#[tokio::test]
async fn a_connection_that_is_well_passes_every_check() {
    let place = Place::serving(well(|_| None)).await;
    place.configure("access_token", "");
    let (code, text) = doctor(&place, &[("AUDITQL_ACCESS_TOKEN", &good_token())]).await;
    assert_eq!(code, Some(0), "{text}");
    for set in apis::ALL {
        let name = set.qualified();
        assert!(text.lines().any(|line| line.contains(&format!(" {name}: "))), "{name}: {text}");
    }
    assert!(text.contains("checks passed") && !text.contains("FAIL") && !text.contains("remedy"), "{text}");
    let sent = place.graph.seen();
    assert!(sent.iter().all(|seen| seen.method == "GET"), "nothing is changed");
    assert!(sent.iter().filter(|seen| seen.target == "/").all(|seen| seen.header("authorization").is_empty()));
}

#[tokio::test]
async fn the_demo_tenant_is_well() {
    let place = Place::new().await;
    let mut command = place.command(&["demo", "--serve", "127.0.0.1:0", "--rows", "500", "--no-throttle"]);
    let mut tenant = command.spawn().unwrap();
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let mut lines = BufReader::new(tenant.stdout.take().unwrap()).lines();
    let (mut config, mut secret, mut copies) = (String::new(), String::new(), false);
    while let Some(line) = lines.next_line().await.unwrap() {
        copies |= line.starts_with("version");
        if let Some((_, token)) = line.split_once("AUDITQL_ACCESS_TOKEN=") {
            secret = token.to_owned();
            break;
        }
        if copies && !line.starts_with("and then") {
            config += &format!("{line}\n");
        }
    }
    fs::write(place.path("demo.toml"), config).unwrap();
    let (code, text) = place.run(&["--config", "demo.toml", "doctor"], &[("AUDITQL_ACCESS_TOKEN", &secret)]).await;
    assert!(code == Some(0) && text.contains("checks passed") && !text.contains(&secret), "{code:?} {text}");
}

/// A failure: how it is provoked, what is shown, the exit code.
struct Case {
    name: &'static str,
    code: i32,
    fails: &'static str,
    remedy: &'static str,
}

const fn case(name: &'static str, code: i32, fails: &'static str, remedy: &'static str) -> Case {
    Case { name, code, fails, remedy }
}

/// Checks what a run showed, and lists it.
fn shown(case: &Case, (code, text): (Option<i32>, String)) {
    assert_eq!(code, Some(case.code), "{}: {text}", case.name);
    let place = text.find(case.fails).unwrap_or_else(|| panic!("{}: no '{}' in {text}", case.name, case.fails));
    assert!(text[place..].contains(case.remedy), "{}: no '{}' behind it in {text}", case.name, case.remedy);
    println!("{:<34} exit {}  {} -> {}", case.name, case.code, case.fails, case.remedy);
}

#[tokio::test]
async fn what_a_service_says_no_to_is_shown_with_its_remedy() {
    let refused = |code: &str, message: &str| {
        Reply::status(403).body(format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#))
    };
    let sign_ins = |seen: &Seen| seen.target.contains("/auditLogs/signIns");
    let list = |seen: &Seen| seen.target.contains("/subscriptions/list");
    let few = token(TENANT, LATER, &["ActivityFeed.Read"]);
    let other = token("99999999-2222-3333-4444-555555555555", LATER, &all_roles());
    let expired = token(TENANT, 1_500_000_000, &all_roles());
    let good = good_token();
    type Odd = Box<dyn Fn(&Seen) -> Option<Reply> + Send>;
    let cases: Vec<(Case, Odd, &str)> = vec![
        (
            case(
                "a missing permission",
                4,
                "entra.sign_ins: the token lacks AuditLog.Read.All",
                "remedy:  the application needs AuditLog.Read.All",
            ),
            Box::new(move |seen| sign_ins(seen).then(|| refused("Authorization_RequestDenied", "no"))),
            &few,
        ),
        (
            case("no licence", 4, "entra.sign_ins: ", "a licence of Microsoft Entra ID P1 or P2"),
            Box::new(move |seen| {
                sign_ins(seen).then(|| refused("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "no"))
            }),
            &good,
        ),
        (
            case(
                "a token that is rejected",
                3,
                "entra.sign_ins: the service did not accept the access token",
                "get a new one",
            ),
            Box::new(move |seen| sign_ins(seen).then(|| Reply::status(401))),
            &good,
        ),
        (
            case(
                "a token of another tenant",
                3,
                "the token is for the tenant 99999999",
                "correct the connection's tenant",
            ),
            Box::new(|_| None),
            &other,
        ),
        (case("a token that has expired", 3, "the token has expired", "get a new one"), Box::new(|_| None), &expired),
        (
            case(
                "nothing is subscribed to",
                2,
                "activity feed: the tenant subscribes to no content type",
                "subscriptions start",
            ),
            Box::new(move |seen| list(seen).then(|| Reply::json("[]"))),
            &good,
        ),
        (
            case(
                "auditing is off",
                4,
                "activity feed: ",
                "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true",
            ),
            Box::new(move |seen| {
                let words =
                    format!("Microsoft.Office.Compliance.Audit.DataServiceException: Tenant {TENANT} does not exist.");
                list(seen).then(|| refused("AF10001", &words))
            }),
            &good,
        ),
        (
            case("a content type is disabled", 2, "activity feed: disabled by an administrator: DLP.All", "ask them"),
            Box::new(move |seen| {
                list(seen).then(|| {
                    Reply::json(SUBSCRIBED.replace(r#"DLP.All","status":"enabled"#, r#"DLP.All","status":"disabled"#))
                })
            }),
            &good,
        ),
        (
            case("the clock is off", 2, "clock: this machine's clock is ", "set this machine's clock"),
            Box::new(|seen| {
                (seen.target == "/").then(|| Reply::status(404).header("Date", "Sat, 01 Jan 2000 00:00:00 GMT"))
            }),
            &good,
        ),
    ];
    assert_eq!(cases.len(), 9);
    for (case, odd, token) in cases {
        let place = Place::serving(well(odd)).await;
        place.configure("access_token", "");
        shown(&case, doctor(&place, &[("AUDITQL_ACCESS_TOKEN", token)]).await);
    }
}

#[tokio::test]
async fn what_is_wrong_on_the_way_is_shown_with_its_remedy() {
    let place = Place::new().await;
    let (secret, good) = ("AUDITQL_ACCESS_TOKEN", good_token());
    let other = crate::sign_in::Authority::new();
    let ours = &place.authority;
    let unknown = Server::tls(other.acceptor("127.0.0.1", false), []).await;
    let expired = Server::tls(ours.acceptor("127.0.0.1", true), []).await;
    let foreign = Server::tls(ours.acceptor("graph.microsoft.com", false), []).await;
    let proxy = [(secret, good.as_str()), ("HTTPS_PROXY", "http://me:CANARY@127.0.0.1:1")];
    let direct = &proxy[..1];
    let url = |server: &Server| server.origin().to_string();
    let cases: Vec<(Case, String, &[(&str, &str)])> = vec![
        (
            case("a name that is not known", 4, "nowhere.invalid: the name cannot be resolved", "DNS"),
            "https://nowhere.invalid".into(),
            direct,
        ),
        (
            case("a host that does not answer", 4, "127.0.0.1:1: it does not answer", "firewall"),
            "http://127.0.0.1:1".into(),
            direct,
        ),
        (
            case("a certificate of an unknown authority", 4, "it does not answer", "SSL_CERT_FILE"),
            url(&unknown),
            direct,
        ),
        (
            case("a certificate that has expired", 4, "it does not answer", "the certificate is not valid now"),
            url(&expired),
            direct,
        ),
        (
            case("a certificate of another host", 4, "it does not answer", "belongs to another host"),
            url(&foreign),
            direct,
        ),
        (
            case(
                "a proxy that is not there",
                4,
                "it does not answer through the proxy 127.0.0.1:1",
                "check HTTPS_PROXY",
            ),
            "https://graph.example".into(),
            &proxy,
        ),
    ];
    assert_eq!(cases.len(), 6);
    for (case, url, env) in cases {
        let text = format!(
            "version = 1\n[connections.lab]\ntenant = '{TENANT}'\nauth = 'access_token'\ngraph_url = '{}'\n\
             management_url = '{}'\nallow_insecure_loopback = true\n",
            url.trim_end_matches('/'),
            place.graph.origin(),
        );
        fs::write(place.path("c.toml"), text).unwrap();
        let (code, text) = place.run(&["--config", "c.toml", "doctor"], env).await;
        assert!(!text.contains("CANARY"), "{text}");
        shown(&case, (code, text));
    }
}

#[tokio::test]
async fn who_cannot_sign_in_is_shown_with_the_remedy() {
    let place = Place::serving(well(|_| None)).await;
    shown(
        &case("no connection", 2, "no connection is configured", "'auditql init' writes one"),
        doctor(&place, &[]).await,
    );
    place.configure("access_token", "");
    shown(
        &case(
            "a variable that is not set",
            3,
            "credential: the connection 'lab' signs in with AUDITQL_ACCESS_TOKEN",
            "set it in the environment",
        ),
        doctor(&place, &[]).await,
    );
    for (name, code, remedy) in [
        ("a wrong secret", "7000215", "AZURE_CLIENT_SECRET does not hold the secret's value"),
        ("a secret that has expired", "7000222", "create a new one"),
        ("a wrong tenant", "90002", "check tenant and cloud"),
        ("an unknown application", "700016", "check AZURE_CLIENT_ID"),
        ("no consent", "65001", "'auditql init' shows the link"),
        ("a policy", "53003", "Conditional Access"),
    ] {
        let login = Server::tls_start(place.authority.acceptor("127.0.0.1", false), move |seen| {
            if seen.method == "GET" {
                return Reply::status(200);
            }
            let body = format!(r#"{{"error":"x","error_codes":[{code}],"error_description":"AADSTS{code}: no"}}"#);
            Reply::status(400).body(body)
        })
        .await;
        place.configure("client_secret", &format!("client_id = '{APP}'\nauthority_url = '{}'", login.origin()));
        let case = Case { name, code: 3, fails: "token for Microsoft Graph: ", remedy };
        shown(&case, doctor(&place, &[("AZURE_CLIENT_SECRET", "CANARY")]).await);
    }
    let login = Server::tls_start(place.authority.acceptor("127.0.0.1", false), |_| Reply::status(200)).await;
    let more = format!("client_id = '{APP}'\nauthority_url = '{}'", login.origin());
    place.configure("browser", &more);
    shown(
        &case("nobody signed in", 3, "token for Microsoft Graph: there is no token", "auditql login"),
        doctor(&place, &[]).await,
    );
    place.configure("certificate", &format!("{more}\ncertificate_path = 'nowhere.pem'"));
    shown(
        &case("no certificate", 3, "token for Microsoft Graph: there is no token", "certificate_path"),
        doctor(&place, &[]).await,
    );
    place.configure("browser", &format!("client_id = '{APP}'\nauthority_url = 'http://127.0.0.1:1'"));
    shown(
        &case("a sign-in host over http", 2, "authority_url must be an https address", ""),
        doctor(&place, &[]).await,
    );
}
