//! Pages, their tokens, and the quota.

use std::time::{Duration, Instant};

use auditql::demo::{Kind, Options, Throttle};
use serde_json::Value;

use super::{BETA, NOW, V1, crawl, fetch, get, id, kind, options, start, truth};

#[tokio::test]
async fn paging_yields_every_record_once_but_for_the_declared_copies() {
    let tenant = start(Options { twice_per_million: 20_000, ..options() }).await;
    let truth = truth(&tenant);
    assert!(truth.iter().any(|(_, copies)| *copies == 2));
    for sort in Kind::ALL {
        let expected: Vec<&Value> = truth
            .iter()
            .filter(|(row, _)| row["signInEventTypes"][0] == sort.member())
            .flat_map(|(row, copies)| std::iter::repeat_n(row, *copies))
            .collect();
        let pages = crawl(&tenant, BETA, &[("$filter", &kind(sort)), ("$top", "130")]).await;
        assert!(pages.iter().rev().skip(1).all(|page| page.len() == 130));
        assert_eq!(pages.len(), expected.len().div_ceil(130));
        assert_eq!(pages.iter().flatten().collect::<Vec<_>>(), expected, "{sort:?}");
    }
}

#[tokio::test]
async fn newest_come_first_unless_asked_otherwise() {
    let tenant = start(Options { rows: 900, ..options() }).await;
    let time = |row: &Value| row["createdDateTime"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let ids = |pages: Vec<Vec<Value>>| pages.into_iter().flatten().map(|r| id(&r).to_owned()).collect::<Vec<_>>();
    let filter = kind(Kind::NonInteractive);
    let down = crawl(&tenant, BETA, &[("$filter", &filter), ("$top", "50")]).await;
    assert!(down.concat().is_sorted_by(|a, b| time(a) >= time(b)));
    let mut up =
        ids(crawl(&tenant, BETA, &[("$filter", &filter), ("$orderby", "createdDateTime asc"), ("$top", "70")]).await);
    up.reverse();
    assert_eq!(up, ids(down));
}

#[tokio::test]
async fn a_page_has_at_most_999_rows_and_the_link_stands_before_them() {
    let tenant = start(options()).await;
    let reply = get(&tenant, BETA, &[("$filter", &kind(Kind::NonInteractive))]).await;
    assert_eq!(reply.rows().len(), 999);
    assert!(reply.body.find("@odata.nextLink").unwrap() < reply.body.find("\"value\"").unwrap());
    assert!(reply.next().unwrap().starts_with(&format!("{}{BETA}?", tenant.graph_url())));
    for top in ["1000", "0", "-1", "x"] {
        let reply = get(&tenant, BETA, &[("$top", top)]).await;
        let message = format!("Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive.");
        assert_eq!((reply.code(), reply.json["error"]["message"].as_str()), ((400, "BadRequest"), Some(&*message)));
    }
}

#[tokio::test]
async fn a_skiptoken_is_good_for_its_own_query_alone() {
    let tenant = start(options()).await;
    let first = get(&tenant, BETA, &[("$top", "10")]).await;
    let next = first.next().unwrap().to_owned();
    let bearer = Some(tenant.access_token());
    let second = fetch(&next, bearer).await;
    assert_ne!(second.rows()[0], first.rows()[0]);
    assert_eq!(fetch(&next, bearer).await.rows(), second.rows(), "a page can be asked for again");
    let (_, token) = next.split_once("$skiptoken=").unwrap();
    let forged = format!("{}{}{}", &token[..8], if &token[8..9] == "0" { "1" } else { "0" }, &token[9..]);
    for (why, url) in [
        ("forged place", next.replace(token, &forged)),
        ("cut", next.replace(token, &token[..30])),
        ("empty", next.replace(token, "")),
        ("other page size", next.replace("top=10", "top=11")),
        ("other version", next.replace("/beta/", "/v1.0/")),
        ("other filter", format!("{next}&$filter=appId%20eq%20'x'")),
        ("encoded twice", next.replace("%2B", "%252B")),
        ("decoded", next.replace("%2B", "+")),
    ] {
        assert_ne!(url, next, "{why}");
        let reply = fetch(&url, bearer).await;
        assert_eq!(reply.code(), (400, "BadRequest"), "{why}");
        assert!(reply.body.contains("Invalid Skip Token"), "{why}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_skiptoken_outlives_the_answers_that_are_remembered() {
    let tenant = start(Options { rows: 1_000, ..options() }).await;
    let next = get(&tenant, BETA, &[("$top", "10")]).await.next().unwrap().to_owned();
    let before = fetch(&next, Some(tenant.access_token())).await;
    for n in 0..40 {
        get(&tenant, BETA, &[("$filter", &format!("appId eq '{n}'"))]).await;
    }
    assert_eq!(fetch(&next, Some(tenant.access_token())).await.rows(), before.rows());
}

#[tokio::test]
async fn a_skiptoken_expires() {
    let tenant = start(Options { rows: 500, skiptoken_life: Duration::from_millis(300), ..options() }).await;
    let next = get(&tenant, BETA, &[("$top", "5")]).await.next().unwrap().to_owned();
    assert_eq!(fetch(&next, Some(tenant.access_token())).await.status, 200);
    tokio::time::sleep(Duration::from_millis(320)).await;
    let reply = fetch(&next, Some(tenant.access_token())).await;
    assert_eq!(reply.code(), (400, "BadRequest"));
    assert!(reply.body.contains("expired"), "{}", reply.body);
}

#[tokio::test]
async fn requests_beyond_the_quota_are_told_how_long_to_wait() {
    let quota = Throttle { requests: 5, window: Duration::from_millis(1_500) };
    let tenant = start(Options { rows: 500, throttle: Some(quota), ..options() }).await;
    let begun = Instant::now();
    for _ in 0..5 {
        assert_eq!(get(&tenant, BETA, &[("$top", "1")]).await.status, 200);
    }
    let refused = [get(&tenant, BETA, &[("$top", "1")]).await, get(&tenant, V1, &[]).await];
    assert!(begun.elapsed() < quota.window, "too slow to tell");
    for reply in &refused {
        assert_eq!(reply.code(), (429, "TooManyRequests"));
    }
    let waits = refused.each_ref().map(|r| r.headers["retry-after"].to_str().unwrap().to_owned());
    assert_eq!(waits.iter().filter(|w| w.contains('.')).count(), 1, "one of two has a fraction: {waits:?}");
    let fraction = waits.iter().find(|w| w.contains('.')).unwrap();
    tokio::time::sleep(Duration::from_secs_f64(fraction.parse().unwrap())).await;
    assert_eq!(get(&tenant, BETA, &[("$top", "1")]).await.status, 200);
    assert_eq!(tenant.stats().total().throttled, 2);
}

#[tokio::test]
async fn the_usual_quota_is_five_requests_in_ten_seconds() {
    let usual = Options::new(NOW.parse().unwrap());
    assert_eq!(usual.throttle, Some(Throttle { requests: 5, window: Duration::from_secs(10) }));
    assert_eq!((usual.rows, usual.skiptoken_life), (50_000, Duration::from_mins(10)));
}
