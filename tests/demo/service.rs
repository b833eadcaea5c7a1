//! Tokens, refusals, versions, counts, and the life of the service.

use std::time::Duration;

use auditql::demo::{Error, Options, Tenant};
use serde_json::Value;

use super::{BETA, NOW, V1, crawl, fetch, get, id, options, start};

#[tokio::test]
async fn a_bearer_token_is_required_and_errors_have_the_services_shape() {
    let tenant = start(Options { rows: 10, ..options() }).await;
    let url = format!("{}{BETA}", tenant.graph_url());
    for token in [None, Some("other"), Some("")] {
        let reply = fetch(&url, token).await;
        assert_eq!(reply.code(), (401, "InvalidAuthenticationToken"));
        let inner = &reply.json["error"]["innerError"];
        assert_eq!(inner["client-request-id"], "mine");
        assert_eq!(inner["request-id"].as_str(), reply.headers["request-id"].to_str().ok());
        assert_eq!(inner["date"], NOW);
        assert!(reply.headers.contains_key("date"));
        assert!(!reply.body.contains(tenant.access_token()));
    }
    let reply = get(&tenant, BETA, &[]).await;
    assert_eq!((reply.status, &reply.headers["client-request-id"]), (200, &"mine".parse().unwrap()));
    let missing = fetch(&format!("{}/beta/auditLogs/nothing", tenant.graph_url()), Some(tenant.access_token())).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let tenant = start(Options { rows: 500, ..options() }).await;
    for (path, name, value) in [
        (BETA, "$filter", "status/errorCode ne 0"),
        (BETA, "$filter", "status/errorCode gt 0"),
        (BETA, "$filter", "not(appId eq 'x')"),
        (BETA, "$filter", "appId in ('x')"),
        (BETA, "$filter", "contains(appDisplayName,'x')"),
        (BETA, "$filter", "startswith(appId,'x')"),
        (BETA, "$filter", "appId eq null"),
        (BETA, "$filter", "isInteractive eq true"),
        (BETA, "$filter", "createdDateTime gt 2024-05-01T00:00:00Z"),
        (BETA, "$filter", "createdDateTime ge '2024-05-01T00:00:00Z'"),
        (BETA, "$filter", "createdDateTime ge 2024-03-01T00:00:00Z"),
        (BETA, "$filter", "appId eq 'x"),
        (V1, "$filter", "signInEventTypes/any(t: t eq 'interactiveUser')"),
        (V1, "$filter", "startswith(userAgent,'x')"),
        (V1, "$filter", "authenticationRequirement eq 'x'"),
        (BETA, "$orderby", "userDisplayName"),
        (BETA, "$skip", "1"),
        (BETA, "$select", "id"),
        (BETA, "$count", "true"),
        (BETA, "$expand", "x"),
        (BETA, "$search", "x"),
        (BETA, "top", "1"),
    ] {
        assert_eq!(get(&tenant, path, &[(name, value)]).await.code(), (400, "BadRequest"), "{name}={value}");
    }
    let many = vec!["appId eq 'x'"; 16].join(" or ");
    assert_eq!(get(&tenant, BETA, &[("$filter", &many)]).await.code(), (400, "tooManyTermsInQuery"));
    let long = format!("appId eq '{}'", "x".repeat(8_000));
    assert_eq!(get(&tenant, BETA, &[("$filter", &long)]).await.status, 414);
    assert_eq!(tenant.stats().total().refused, 24);
}

#[tokio::test]
async fn version_1_knows_interactive_rows_and_fewer_properties() {
    let tenant = start(Options { rows: 900, ..options() }).await;
    let v1 = crawl(&tenant, V1, &[]).await.concat();
    let beta = crawl(&tenant, BETA, &[]).await.concat();
    let ids = |rows: &[Value]| rows.iter().map(|r| id(r).to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&v1), ids(&beta));
    assert!(v1.len() < 900 / 2 && beta.iter().all(|r| r["signInEventTypes"][0] == "interactiveUser"));
    for (old, new) in v1.iter().zip(&beta) {
        for name in ["signInEventTypes", "authenticationDetails", "sessionId", "mfaDetail", "authenticationRequirement"]
        {
            assert!(old.get(name).is_none(), "{name}");
        }
        for name in ["id", "createdDateTime", "userPrincipalName", "status", "location", "deviceDetail", "userAgent"] {
            assert_eq!(old.get(name), new.get(name), "{name}");
        }
    }
}

#[tokio::test]
async fn literals_arrive_unharmed() {
    let tenant = start(options()).await;
    for name in [
        "Lohn & Gehalt",
        "O'Reilly Learning",
        "R&D Notebook #7 (50% + beta)",
        "経費精算",
        "Design System 🦀",
        "Library\\Archive",
    ] {
        let filter = format!("appDisplayName eq '{}'", name.replace('\'', "''"));
        let reply = get(&tenant, BETA, &[("$filter", &filter)]).await;
        assert!(!reply.rows().is_empty(), "{name}");
        assert!(reply.rows().iter().all(|r| r["appDisplayName"] == name), "{name}");
        let asked = tenant.stats().requests.back().unwrap().url.clone();
        assert_eq!(asked, format!("{BETA}?$filter={filter}"));
    }
}

#[tokio::test]
async fn stats_tell_what_was_asked() {
    let tenant = start(Options { rows: 50, ..options() }).await;
    get(&tenant, V1, &[("$top", "3")]).await;
    get(&tenant, BETA, &[("$filter", "appId eq 'it''s'")]).await;
    get(&tenant, "/nowhere", &[]).await;
    let served = fetch(&format!("{}/stats", tenant.graph_url()), None).await;
    assert_eq!(served.json["paths"][V1], serde_json::json!({"requests": 1, "throttled": 0, "refused": 0, "rows": 3}));
    assert_eq!(served.json["paths"]["other"]["refused"], 1);
    assert_eq!(served.json["requests"][1]["url"], format!("{BETA}?$filter=appId eq 'it''s'"));
    assert_eq!(serde_json::to_value(tenant.stats()).unwrap(), served.json);
    tenant.reset_stats();
    assert_eq!(tenant.stats().total().requests, 0);
}

#[tokio::test]
async fn only_loopback_addresses_are_bound() {
    let outside = Options { bind: "0.0.0.0:0".parse().unwrap(), ..options() };
    assert!(matches!(Tenant::start(outside).await, Err(Error::NotLoopback(_))));
    let first = start(Options { rows: 0, ..options() }).await;
    let taken = Options { bind: first.addr(), rows: 0, ..options() };
    assert!(matches!(Tenant::start(taken).await, Err(Error::Listen(..))));
}

#[tokio::test]
async fn a_dropped_tenant_is_gone() {
    let tenant = start(Options { rows: 0, ..options() }).await;
    let addr = tenant.addr();
    drop(tenant);
    for _ in 0..100 {
        if std::net::TcpStream::connect(addr).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{addr} still answers");
}
