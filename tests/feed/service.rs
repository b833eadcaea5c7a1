//! The demo's feed over HTTP: every operation, every documented refusal, and the faults it can be given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use auditql::demo::{ContentType, Feed, Options, Tenant, Throttle};
use reqwest::Method;
use serde_json::Value;

const NOW: &str = "2026-05-01T12:00:00Z";

fn options(feed: Feed) -> Options {
    Options { rows: 1_200, throttle: None, feed, ..Options::new(NOW.parse().unwrap()) }
}

fn small() -> Feed {
    Feed { records: 1_500, blob: 20, page: 7, empty_per_million: 200_000, ..Feed::default() }
}

async fn start(feed: Feed) -> Tenant {
    Tenant::start(options(feed)).await.unwrap()
}

struct Reply {
    status: u16,
    next: Option<String>,
    json: Value,
}

impl Reply {
    fn code(&self) -> (u16, &str) {
        (self.status, self.json["error"]["code"].as_str().unwrap_or_default())
    }

    fn rows(&self) -> &[Value] {
        self.json.as_array().unwrap_or_else(|| panic!("{} {}", self.status, self.json))
    }
}

/// One for all tests: making one is slow. It keeps no connection, since each test has a runtime of its own.
fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap())
}

async fn call(tenant: &Tenant, method: Method, url: &str, headers: &[(&str, &str)], body: &'static str) -> Reply {
    let mut request = client().request(method, url).bearer_auth(tenant.access_token()).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = request.send().await.unwrap();
    let next = reply.headers().get("NextPageUri").or(reply.headers().get("NextPageUrl"));
    let next = next.map(|next| next.to_str().unwrap().to_owned());
    let status = reply.status().as_u16();
    Reply { status, next, json: serde_json::from_str(&reply.text().await.unwrap_or_default()).unwrap_or_default() }
}

fn address(tenant: &Tenant, rest: &str) -> String {
    format!("{}/api/v1.0/{}/activity/feed/{rest}", tenant.management_url(), tenant.tenant_id())
}

async fn get(tenant: &Tenant, rest: &str) -> Reply {
    call(tenant, Method::GET, &address(tenant, rest), &[], "").await
}

async fn post(tenant: &Tenant, rest: &str, body: &'static str) -> Reply {
    call(tenant, Method::POST, &address(tenant, rest), &[], body).await
}

/// All entries of a type's listing over the reach of the service.
async fn listing(tenant: &Tenant, content: ContentType) -> Vec<Value> {
    let mut entries = Vec::new();
    for day in 24..=30 {
        let (from, to) = (format!("2026-04-{day}T12:00:00"), format!("2026-04-{day}T23:59:59"));
        // What became available in the last moment counts too.
        let next = if day == 30 { "2026-05-01T12:00:01".to_owned() } else { format!("2026-04-{}T12:00:00", day + 1) };
        for (from, to) in [(from, to.clone()), (to, next)] {
            let first = format!("subscriptions/content?contentType={}&startTime={from}&endTime={to}", content.name());
            let mut page = get(tenant, &first).await;
            entries.extend_from_slice(page.rows());
            while let Some(next) = page.next {
                page = call(tenant, Method::GET, &next, &[], "").await;
                entries.extend_from_slice(page.rows());
            }
        }
    }
    entries
}

#[tokio::test]
async fn all_that_is_listed_can_be_fetched_and_is_the_truth() {
    let tenant = start(small()).await;
    let mut found: BTreeMap<String, (ContentType, BTreeSet<(String, String)>)> = BTreeMap::new();
    let mut copies = 0;
    for content in ContentType::ALL {
        let mut last = String::new();
        for entry in listing(&tenant, content).await {
            let created = entry["contentCreated"].as_str().unwrap().to_owned();
            assert!(last <= created, "listed in the order of availability");
            last.clone_from(&created);
            let blob = call(&tenant, Method::GET, entry["contentUri"].as_str().unwrap(), &[], "").await;
            for record in blob.rows() {
                let place = (created.clone(), entry["contentId"].as_str().unwrap().to_owned());
                let id = record["Id"].as_str().map_or_else(|| record.to_string(), str::to_owned);
                let held = found.entry(id).or_insert_with(|| (content, BTreeSet::new()));
                copies += usize::from(!held.1.is_empty());
                held.1.insert(place);
            }
        }
    }
    let reach: chrono::DateTime<chrono::Utc> = "2026-04-24T12:00:00Z".parse().unwrap();
    let listed = tenant.activity().filter(|a| a.delivered.iter().any(|(at, _)| *at >= reach));
    let mut late = 0;
    let mut count = 0;
    for record in listed {
        let id = record.id.clone().unwrap_or_else(|| serde_json::from_str::<Value>(&record.json).unwrap().to_string());
        let (content, places) = &found[&id];
        assert_eq!(*content, record.content_type);
        let delivered = record.delivered.iter().filter(|(at, _)| *at >= reach);
        let delivered: BTreeSet<_> =
            delivered.map(|(at, id)| (at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true), id.clone())).collect();
        assert_eq!(*places, delivered, "{id}");
        late += usize::from(record.delivered[0].0 - record.created > chrono::TimeDelta::hours(2));
        count += 1;
    }
    assert_eq!(count, found.len());
    assert!(copies > 20 && late > 10, "{copies} copies, {late} late");
}

#[tokio::test]
async fn refusals_have_the_documented_codes() {
    let tenant = start(Feed { subscribed: vec![ContentType::Exchange], ..small() }).await;
    let window = "startTime=2026-04-30T12:00:00&endTime=2026-04-30T18:00:00";
    for (rest, code) in [
        ("subscriptions/content", (400, "AF20001")),
        ("subscriptions/content?contentType=audit.exchange", (400, "AF20020")),
        (&format!("subscriptions/content?contentType=Audit.General&{window}"), (400, "AF20022")),
        ("subscriptions/content?contentType=Audit.Exchange&startTime=2026-04-30", (400, "AF20030")),
        ("subscriptions/content?contentType=Audit.Exchange&startTime=2026-04-01&endTime=2026-04-02", (400, "AF20055")),
        (&format!("subscriptions/content?contentType=Audit.Exchange&{window}&nextPage=1"), (400, "AF20031")),
        ("subscriptions/list?PublisherIdentifier=me", (400, "AF20002")),
        ("audit/nonsense", (400, "AF20052")),
        ("audit/2026$1$audit_exchange", (404, "AF20050")),
    ] {
        assert_eq!(get(&tenant, rest).await.code(), code, "{rest}");
    }
    let other = address(&tenant, "subscriptions/list").replace(tenant.tenant_id(), "lumenworks.example");
    assert_eq!(call(&tenant, Method::GET, &other, &[], "").await.code(), (400, "AF20013"));
    let other = other.replace("lumenworks.example", "00000000-0000-0000-0000-000000000000");
    assert_eq!(call(&tenant, Method::GET, &other, &[], "").await.code(), (400, "AF20010"));
    let languages = address(&tenant, "resources/dlpSensitiveTypes");
    for (language, code) in [("en-US, de", (400, "AF20053")), ("en;q=1", (400, "AF20054")), ("de", (200, ""))] {
        let reply = call(&tenant, Method::GET, &languages, &[("accept-language", language)], "").await;
        assert_eq!(reply.code(), code, "{language}");
    }
    assert_eq!(client().get(address(&tenant, "subscriptions/list")).send().await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn subscriptions_are_started_and_stopped() {
    let tenant = start(Feed { subscribed: vec![ContentType::Exchange], ..small() }).await;
    let names = |reply: &Reply| -> Vec<String> {
        reply.rows().iter().map(|s| s["contentType"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&get(&tenant, "subscriptions/list").await), ["Audit.Exchange"]);
    assert_eq!(post(&tenant, "subscriptions/start?contentType=Audit.Exchange", "").await.code(), (400, "AF20024"));
    assert_eq!(post(&tenant, "subscriptions/start?contentType=DLP.All", "").await.status, 200);
    assert_eq!(names(&get(&tenant, "subscriptions/list").await), ["Audit.Exchange", "DLP.All"]);
    assert_eq!(post(&tenant, "subscriptions/stop?contentType=Audit.Exchange", "").await.status, 200);
    assert_eq!(post(&tenant, "subscriptions/stop?contentType=Audit.Exchange", "").await.code(), (400, "AF20022"));
    assert_eq!(names(&get(&tenant, "subscriptions/list").await), ["DLP.All"]);
    let start = "subscriptions/start?contentType=Audit.General";
    for (body, code) in [
        (r#"{"webhook":{"address":"http://a.example"}}"#, (400, "AF20021")),
        (r#"{"webhook":{"address":"https://a.example"}}"#, (400, "AF20021")),
        (r#"{"webhook":{"address":"https://a.example","expiration":"2020-01-01T00:00:00Z"}}"#, (400, "AF20003")),
    ] {
        assert_eq!(post(&tenant, start, body).await.code(), code, "{body}");
    }
    assert_eq!(get(&tenant, start).await.status, 405);
}

#[tokio::test]
async fn throttling_comes_in_both_spellings_and_passes() {
    let tenant = start(Feed { throttled_per_million: 1_000_000, ..small() }).await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(get(&tenant, "subscriptions/list").await.code().0);
    }
    assert_eq!(codes, [429, 403, 200]);
    let stats = tenant.stats().paths["/activity/feed/subscriptions/list"];
    assert_eq!((stats.requests, stats.throttled, stats.refused), (3, 2, 0));
    let quota = Throttle { requests: 2, window: std::time::Duration::from_secs(60) };
    let tenant = start(Feed { throttle: Some(quota), ..small() }).await;
    get(&tenant, "subscriptions/list").await;
    get(&tenant, "subscriptions/list").await;
    assert_eq!(get(&tenant, "subscriptions/list").await.code(), (429, "AF429"));
}

#[tokio::test]
async fn replies_break_off_and_blobs_are_gone_when_they_should() {
    let tenant = start(Feed { broken_per_million: 1_000_000, dead_per_million: 300_000, ..small() }).await;
    let url = address(&tenant, "subscriptions/list");
    for _ in 0..2 {
        // A short reply may break before its first byte is on the way.
        let reply = client().get(&url).bearer_auth(tenant.access_token()).send().await;
        let body = match reply {
            Ok(reply) => reply.bytes().await,
            Err(error) => Err(error),
        };
        body.unwrap_err();
    }
    assert_eq!(get(&tenant, "subscriptions/list").await.rows().len(), 5);

    let tenant = start(Feed { dead_per_million: 300_000, ..small() }).await;
    let mut codes = BTreeMap::new();
    for entry in listing(&tenant, ContentType::SharePoint).await {
        let blob = call(&tenant, Method::GET, entry["contentUri"].as_str().unwrap(), &[], "").await;
        *codes.entry((blob.status, blob.code().1.to_owned())).or_insert(0) += 1;
    }
    let codes: Vec<_> = codes.into_keys().map(|(status, code)| format!("{status} {code}")).collect();
    assert_eq!(codes, ["200 ", "400 AF20051", "404 AF20050", "410 AF20051"]);
}

#[tokio::test]
async fn replies_are_garbled_and_links_forgotten_for_a_while() {
    let tenant = start(Feed { garbled_per_million: 1_000_000, ..small() }).await;
    let url = address(&tenant, "subscriptions/list");
    for _ in 0..2 {
        let reply = client().get(&url).bearer_auth(tenant.access_token()).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 200);
        serde_json::from_str::<Value>(&reply.text().await.unwrap()).unwrap_err();
    }
    assert_eq!(get(&tenant, "subscriptions/list").await.rows().len(), 5);

    let tenant = start(Feed { forgotten_per_million: 1_000_000, page: 1, ..small() }).await;
    let window = "startTime=2026-04-30T00:00:00&endTime=2026-04-30T23:00:00";
    let first = get(&tenant, &format!("subscriptions/content?contentType=Audit.Exchange&{window}")).await;
    let next = first.next.unwrap();
    for code in [(400, "AF20031"), (400, "AF20031"), (200, "")] {
        assert_eq!(call(&tenant, Method::GET, &next, &[], "").await.code(), code);
    }
}

#[tokio::test]
async fn the_same_seed_tells_the_same_feed_and_every_quirk_is_there() {
    let feed = Feed { records: 12_000, ..Feed::default() };
    let (one, two) = (start(feed.clone()).await, start(feed).await);
    let records: Vec<_> = one.activity().collect();
    assert!(records.iter().eq(two.activity().collect::<Vec<_>>().iter()));
    let text: String = records.iter().map(|r| r.json.as_str()).collect::<Vec<_>>().join("\n");
    for quirk in [
        r#""Parameters":"-Name"#,
        r#""Parameters":"""#,
        r#""ModifiedProperties":["Subject""#,
        r#""OperationProperties":"[{"#,
        r#""ExternalAccess":"False""#,
        r#""ListBaseType":1"#,
        r#""ExceptionInfo":"{"#,
        r#""ExceptionInfo":{"#,
        r#""FileSizeBytes":"1e9""#,
        r#""ClientIP":"[2001"#,
        r#""ClientIP":"::ffff:"#,
        r#""ClientIP":null"#,
        r#""ClientIP":"<null>""#,
        r#""UserId":"Not Available""#,
        r#""ItemCreationTime""#,
        r#""itemCreationTime""#,
        r#""WorkspaceName""#,
        r#""WorkSpaceName""#,
        r#"4065.039)\u000d\u000a""#,
        r#"\"QueryTime\":\"2026-04-01T10:00:00Z\",\"QueryTime\""#,
        "Certificates and secrets management \"",
        "@LumenWorks.example",
        r#""Operation":"DLPRuleMatch""#,
        r#""RecordType":9417"#,
    ] {
        assert!(text.contains(quirk), "{quirk}");
    }
    let without_id = records.iter().filter(|r| r.id.is_none()).count();
    assert!((1..10).contains(&without_id), "{without_id}");
    for step in ["New-TransportRule", "AnonymousLinkCreated", "TIUrlClickData", "Consent to application."] {
        assert!(records.iter().any(|r| r.operation == Some(step)), "{step}");
    }
}

#[tokio::test]
async fn an_export_holds_what_the_feed_holds_in_each_shape() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = start(small()).await;
    let shapes = tenant.export(folder.path()).unwrap();
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap();
    let records: Vec<Value> = serde_json::from_str(&read("management-array/records.json")).unwrap();
    assert_eq!(read("management-lines/records.ndjson").lines().count(), records.len());
    assert_eq!(read("log-analytics/OfficeActivity.json").lines().count(), records.len());
    for file in ["purview-csv/AuditLog.csv", "search-csv/UnifiedAuditLog.csv"] {
        let text = read(file);
        let mut table = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let at = table.headers().unwrap().iter().position(|name| name == "AuditData").unwrap();
        let data: Vec<Value> = table.records().map(|r| serde_json::from_str(&r.unwrap()[at]).unwrap()).collect();
        assert_eq!(data, records, "{file}");
    }
    let sign_ins = tenant.sign_ins().len();
    let value: Value = serde_json::from_str(&read("graph-value/signIns.json")).unwrap();
    assert_eq!(value["value"].as_array().unwrap().len(), sign_ins);
    for line in read("event-hub/insights-logs.json").lines() {
        let envelope: Value = serde_json::from_str(line).unwrap();
        assert_eq!(envelope["time"], envelope["properties"]["createdDateTime"]);
    }
    assert_eq!(read("log-analytics/SigninLogs.json").lines().count(), sign_ins);
    assert!(shapes.len() >= 9);
    tenant.export(folder.path()).unwrap_err();
}
