//! The demo tenant over HTTP: what its tests share.

mod audits;
mod file;
mod pages;
#[cfg(target_os = "linux")]
mod room;
mod service;
mod story;

use std::sync::LazyLock;
use std::time::Duration;

use auditql::demo::{Kind, Options, Tenant};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;

const BETA: &str = "/beta/auditLogs/signIns";
const V1: &str = "/v1.0/auditLogs/signIns";
const NOW: &str = "2024-05-31T12:00:00Z";

fn options() -> Options {
    let options = Options::new(NOW.parse().unwrap());
    Options { rows: 3_000, throttle: None, ..options }
}

async fn start(options: Options) -> Tenant {
    Tenant::start(options).await.unwrap()
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
    json: Value,
}

impl Reply {
    fn code(&self) -> (u16, &str) {
        (self.status, self.json["error"]["code"].as_str().unwrap_or_default())
    }

    fn rows(&self) -> &[Value] {
        self.json["value"].as_array().unwrap_or_else(|| panic!("{} {}", self.status, self.body))
    }

    fn next(&self) -> Option<&str> {
        self.json["@odata.nextLink"].as_str()
    }
}

async fn fetch(url: &str, bearer: Option<&str>) -> Reply {
    // One client, for it reads the system's certificates; no idle connections, for they end with the runtime of a test.
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let plain = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        plain.timeout(Duration::from_secs(30)).build().unwrap()
    });
    let mut request = CLIENT.get(url).header("client-request-id", "mine");
    if let Some(token) = bearer {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let reply = request.send().await.unwrap();
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let body = reply.text().await.unwrap();
    Reply { status, headers, json: serde_json::from_str(&body).unwrap_or_default(), body }
}

async fn get(tenant: &Tenant, path: &str, query: &[(&str, &str)]) -> Reply {
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            format!("{name}={}", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
        })
        .collect();
    fetch(&format!("{}{path}?{}", tenant.graph_url(), pairs.join("&")), Some(tenant.access_token())).await
}

fn kind(kind: Kind) -> String {
    format!("signInEventTypes/any(t: t eq '{}')", kind.member())
}

/// All pages of a query.
async fn crawl(tenant: &Tenant, path: &str, query: &[(&str, &str)]) -> Vec<Vec<Value>> {
    let mut reply = get(tenant, path, query).await;
    let mut pages = vec![reply.rows().to_vec()];
    while let Some(next) = reply.next() {
        assert!(pages.len() < 1_000, "no end of pages");
        reply = fetch(next, Some(tenant.access_token())).await;
        pages.push(reply.rows().to_vec());
    }
    pages
}

fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

fn truth(tenant: &Tenant) -> Vec<(Value, usize)> {
    tenant.sign_ins().map(|s| (serde_json::from_str(&s.json).unwrap(), s.copies)).collect()
}
