//! The activity feed: blobs of a demo tenant, rendered once and then served from memory by a process of its own, against
//! the bare decoder on the same bytes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use auditql::apis::activity::ACTIVITY;
use auditql::auth::Connection;
use auditql::decode::ArrayDecoder;
use auditql::demo::{ContentType, Feed, Options, Tenant};
use auditql::engine::Engine;
use auditql::http::Pace;
use auditql::table::Column;
use futures::{StreamExt, stream};

use crate::pages::{self, Server};
use crate::{best, drain, megabytes, rate, ratio, row};

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "--serve-feed";
/// As many records as make about 140 MB.
const RECORDS: usize = 116_000;
/// Bytes of a blob, which makes about 270 of them.
const BLOB: usize = 480_000;
/// Blobs that are downloaded side by side.
const AT_ONCE: usize = 8;
/// What is asked, and the columns that it needs besides those that every scan reads.
const QUESTIONS: [(&str, &str, &[&str]); 2] = [
    ("count(*)", "SELECT count(*) FROM m365.activity", &[]),
    ("GROUP BY user_id", "SELECT user_id, count(*) FROM m365.activity GROUP BY 1", &["user_id"]),
];

/// Rates of the same blobs, downloaded, decoded, and as answers.
pub(crate) async fn rates() {
    let server = Server::start(SERVE);
    let (tenant, bodies) = download(&server.url).await;
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    row("feed", format!("{} blobs of {:.1} MB in all", bodies.len(), megabytes(bytes)));
    let plain = best(async || drop(download(&server.url).await)).await;
    row("feed, plain download", format!("{:.0} MB/s", rate(bytes, plain)));
    for (name, sql, needed) in QUESTIONS {
        let decode = best(async || decode(&bodies, needed)).await;
        let engine = engine(&server.url, &tenant);
        let scan = best(async || drain(&engine, sql).await).await;
        row(&format!("feed, bare decoder, {name}"), format!("{:.0} MB/s", rate(bytes, decode)));
        row(&format!("feed, scan : bare decoder, {name}"), ratio(decode, scan));
        row(&format!("feed, scan : plain download, {name}"), ratio(plain, scan));
    }
}

fn decode(bodies: &[Vec<u8>], needed: &[&str]) {
    let read = |c: &&Column| ["creation_time", "id", "organization_id"].contains(&c.name) || needed.contains(&c.name);
    let columns: Vec<&'static Column> = ACTIVITY.columns.iter().filter(read).collect();
    let mut blobs = ArrayDecoder::new(&columns, ACTIVITY.column("id").unwrap());
    for body in bodies {
        assert!(blobs.begin(body).unwrap().rows.num_rows() > 0);
    }
}

fn engine(url: &str, tenant: &str) -> Engine {
    let url: url::Url = url.parse().unwrap();
    let loopback = Connection::loopback("bench", url.clone(), "bench".to_owned().into());
    let connection = Connection { tenant: tenant.into(), management_url: Some(url), ..loopback };
    Engine::builder().connection(connection).now(pages::now()).pace(Pace::Unlimited).build().unwrap()
}

/// The tenant's id, and all blobs.
async fn download(url: &str) -> (String, Vec<Vec<u8>>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |url: String| client.get(url).send().await.unwrap().bytes().await.unwrap().to_vec();
    let index = String::from_utf8(get(format!("{url}/index")).await).unwrap();
    let (tenant, ids) = index.split_once('\n').unwrap();
    let bodies = stream::iter(ids.lines()).map(|id| get(format!("{url}/audit/{id}"))).buffered(AT_ONCE);
    (tenant.to_owned(), bodies.collect().await)
}

/// What is served: entries of listings by content type and time, blobs by id.
struct Served {
    tenant: String,
    entries: Vec<(&'static str, String, String)>,
    blobs: HashMap<String, Vec<u8>>,
}

/// Renders the blobs, prints where they are and serves them until it is ended.
pub(crate) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = Arc::new(tokio::runtime::Runtime::new().unwrap().block_on(render(&url)));
    println!("{url}");
    for connection in listener.incoming() {
        let served = Arc::clone(&served);
        thread::spawn(move || served.answer(connection.unwrap()));
    }
}

/// The demo tenant's feed, with addresses that lead here.
async fn render(url: &str) -> Served {
    let feed = Feed { records: RECORDS, page: usize::MAX, empty_per_million: 0, throttle: None, ..Feed::default() };
    let tenant = Tenant::start(Options { rows: 1_000, feed, ..Options::new(pages::now()) }).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |url: &str| client.get(url).bearer_auth(tenant.access_token()).send().await.unwrap().text().await;
    let root = format!("{}/api/v1.0/{}/activity/feed", tenant.management_url(), tenant.tenant_id());
    let mut served = Served { tenant: tenant.tenant_id().into(), entries: Vec::new(), blobs: HashMap::new() };
    let stamp = |t: chrono::DateTime<chrono::Utc>| t.format("%Y-%m-%dT%H:%M:%S").to_string();
    for content in ContentType::ALL {
        let (name, mut held, mut last) = (content.name(), String::new(), None);
        for half_day in 0..14 {
            let from = pages::now() - chrono::TimeDelta::hours(12 * (14 - half_day));
            let (from, to) = (stamp(from), stamp(from + chrono::TimeDelta::hours(12)));
            let listing = format!("{root}/subscriptions/content?contentType={name}&startTime={from}&endTime={to}");
            let entries: Vec<serde_json::Value> = serde_json::from_str(&get(&listing).await.unwrap()).unwrap();
            for mut entry in entries {
                let body = get(entry["contentUri"].as_str().unwrap()).await.unwrap();
                held.push_str(if held.is_empty() { "" } else { "," });
                held.push_str(&body[1..body.len() - 1]);
                entry["contentUri"] =
                    entry["contentUri"].as_str().unwrap().replace(&tenant.management_url(), url).into();
                if held.len() >= BLOB {
                    served.take(name, &entry, &std::mem::take(&mut held));
                }
                last = Some(entry);
            }
        }
        last.iter().filter(|_| !held.is_empty()).for_each(|entry| served.take(name, entry, &held));
    }
    served
}

impl Served {
    /// Takes up records as the blob of an entry.
    fn take(&mut self, name: &'static str, entry: &serde_json::Value, records: &str) {
        let member = |name: &str| entry[name].as_str().unwrap().to_owned();
        self.entries.push((name, member("contentCreated"), entry.to_string()));
        self.blobs.insert(member("contentId"), format!("[{records}]").into_bytes());
    }

    /// Answers the requests of one connection.
    fn answer(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines();
        while let Some(Ok(request)) = lines.next() {
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let path = request.split(' ').nth(1).unwrap();
            let made;
            let body = match path.split_once("/audit/") {
                Some((_, rest)) => self.blobs[rest.split('?').next().unwrap()].as_slice(),
                None => {
                    made = self.made(path);
                    made.as_bytes()
                }
            };
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
            if out.write_all(head.as_bytes()).and_then(|()| out.write_all(body)).is_err() {
                return;
            }
        }
    }

    /// Everything but blobs: the subscriptions, a listing, or the list of what there is.
    fn made(&self, path: &str) -> String {
        if path.contains("/subscriptions/list") {
            let all = ContentType::ALL.map(|c| format!(r#"{{"contentType":"{}","status":"enabled"}}"#, c.name()));
            return format!("[{}]", all.join(","));
        }
        let parameter = |name: &str| path.split(['?', '&']).find_map(|part| part.strip_prefix(name));
        let (Some(content), Some(from), Some(to)) =
            (parameter("contentType="), parameter("startTime="), parameter("endTime="))
        else {
            let mut index = self.tenant.clone();
            self.blobs.keys().for_each(|id| write!(index, "\n{id}").unwrap());
            return index;
        };
        // Times compare as text: one with milliseconds stands behind its own second.
        let inside = |created: &str| from <= created && created < to;
        let listed = self.entries.iter().filter(|(name, created, _)| *name == content && inside(created));
        format!("[{}]", listed.map(|(_, _, entry)| entry.as_str()).collect::<Vec<_>>().join(","))
    }
}
