//! The audit search of the demo tenant: its records are those of the feed and older ones, and it behaves as documented.

use std::collections::BTreeMap;

use auditql::demo::{AuditSearch, Feed, Options, Tenant};
use auditql::engine::Engine;
use auditql::settings::Settings;

use crate::hostile::{engine, options as patient};
use crate::lab::{self, Lab};

pub(super) fn options(search: AuditSearch) -> Options {
    let feed = Feed { records: 600, throttle: None, ..Feed::default() };
    Options { feed, search, ..lab::options(50) }
}

/// An engine that does not wait as long as a person would.
pub(super) fn engine_on(tenant: &Tenant, settings: Settings) -> Engine {
    engine(lab::connection(tenant), settings, patient())
}

pub(super) fn numbered(keys: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    keys.for_each(|key| *all.entry(key).or_insert(0) += 1);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_the_feed_and_half_a_year_before_it() {
    for (search, orders) in [
        (AuditSearch { history: 400, page: 100, ..AuditSearch::default() }, 1),
        (AuditSearch { history: 400, page: 100, v1: false, ..AuditSearch::default() }, 2),
        (AuditSearch { history: 400, page: 50, record_cap: 150, ..AuditSearch::default() }, 5),
    ] {
        let tenant = Tenant::start(options(search)).await.unwrap();
        let engine = engine_on(&tenant, Settings::default());
        let truth = numbered(tenant.audit_log().map(|record| record.id.unwrap_or_else(|| "NULL".into())));
        let found = lab::answer(&engine, "SELECT id FROM m365.audit_search").await.unwrap();
        assert_eq!(numbered(found.rows().into_iter()), truth);
        let posts = tenant.stats().requests.iter().filter(|asked| asked.url.contains("filterStartDateTime")).count();
        assert!(posts >= orders, "{posts}");
        let oldest =
            lab::answer(&engine, "SELECT min(creation_time) < now() - INTERVAL '170 days' FROM m365.audit_search")
                .await;
        assert_eq!(oldest.unwrap().rows(), ["true"]);
    }
}

/// A record is the same, whichever of the two tables it comes from: by id they are one.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_feed_has_a_search_finds_under_the_same_id_with_the_same_columns() {
    let tenant = Tenant::start(options(AuditSearch { history: 0, ..AuditSearch::default() })).await.unwrap();
    let engine = engine_on(&tenant, Settings::default());
    let columns = "id, creation_time, record_type, operation, workload, user_id, client_ip, object_id, content_type";
    let sql = format!(
        "SELECT count(*) FROM (SELECT {columns} FROM m365.activity WHERE id IS NOT NULL
         EXCEPT SELECT {columns} FROM m365.audit_search)"
    );
    assert_eq!(lab::answer(&engine, &sql).await.unwrap().rows(), ["0"]);
    let rows = lab::answer(&engine, "SELECT count(*) > 500 FROM m365.activity").await.unwrap().rows();
    assert_eq!(rows, ["true"]);
}

#[tokio::test]
async fn the_tenant_refuses_what_is_not_documented() {
    let lab = Lab::new(options(AuditSearch { history: 0, ..AuditSearch::default() })).await;
    let http = reqwest::Client::new();
    let root = format!("{}/v1.0/security/auditLog/queries", lab.tenant.graph_url());
    let post = async |body: &str| {
        let request = http.post(&root).bearer_auth(lab.tenant.access_token()).body(body.to_owned());
        request.send().await.unwrap().status().as_u16()
    };
    let times = r#""filterStartDateTime":"2026-04-30T00:00:00Z","filterEndDateTime":"2026-05-01T00:00:00Z""#;
    for (body, status) in [
        (format!("{{{times}}}"), 201),
        (format!(r#"{{{times},"recordTypeFilters":["exchangeAdmin"],"operationFilters":[]}}"#), 201),
        (format!(r#"{{{times},"recordTypeFilters":["noSuchType"]}}"#), 400),
        (format!(r#"{{{times},"serviceFilter":"Exchange"}}"#), 400),
        (format!(r#"{{{times},"operationFilters":"Send"}}"#), 400),
        ("{}".into(), 400),
        ("[".into(), 400),
    ] {
        assert_eq!(post(&body).await, status, "{body}");
    }
    let get = async |below: &str, token: &str| {
        http.get(format!("{root}{below}")).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    let token = lab.tenant.access_token();
    assert_eq!(get("", token).await, 200);
    assert_eq!(get("", "wrong").await, 401);
    assert_eq!(get("/no-such", token).await, 404);
    let delete = http.delete(&root).bearer_auth(token).send().await.unwrap();
    assert_eq!(delete.status().as_u16(), 405);
}
