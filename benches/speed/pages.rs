//! Pages of the demo tenant, rendered once and then served from memory by a process of its own.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use auditql::datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
use auditql::demo::{Options, Tenant};
use auditql::table::{Column, Edm};
use chrono::{DateTime, Utc};

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "--serve-pages";
const KINDS: [&str; 4] = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
const ROWS: usize = 50_000;

/// The instant at which the data end.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

/// The serving process. It ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut process = Command::new(program).arg(SERVE).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().into() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// All pages of all kinds, the kinds side by side.
pub(crate) async fn download(url: &str) -> Vec<Vec<u8>> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let chains = KINDS.map(|kind| chain(client.clone(), format!("{url}/beta/auditLogs/signIns?$filter={kind}")));
    futures::future::join_all(chains).await.concat()
}

async fn chain(client: reqwest::Client, mut url: String) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    loop {
        let body = client.get(&url).send().await.unwrap().bytes().await.unwrap();
        let next = auditql::decode::link_ahead(&body);
        bodies.push(body.to_vec());
        match next {
            Some(next) => url = next,
            None => return bodies,
        }
    }
}

/// Renders the pages, prints where they are and serves them until it is ended.
pub(crate) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let pages = Arc::new(tokio::runtime::Runtime::new().unwrap().block_on(render(&url)));
    println!("{url}");
    for connection in listener.incoming() {
        let pages = Arc::clone(&pages);
        thread::spawn(move || answer(connection.unwrap(), &pages));
    }
}

/// The demo tenant's pages by kind and number, with links that lead here.
async fn render(url: &str) -> HashMap<String, Vec<u8>> {
    let options = Options { rows: ROWS, throttle: None, ..Options::new(now()) };
    let tenant = Tenant::start(options).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut pages = HashMap::new();
    for kind in KINDS {
        let clause = format!("signInEventTypes%2Fany(t:%20t%20eq%20'{kind}')");
        let mut next = Some(format!("{}/beta/auditLogs/signIns?$filter={clause}&$top=999", tenant.graph_url()));
        for number in 0.. {
            let Some(link) = next else { break };
            let reply = client.get(&link).bearer_auth(tenant.access_token()).send().await.unwrap();
            let body = reply.text().await.unwrap();
            next = auditql::decode::link_ahead(body.as_bytes());
            let ours = format!("{url}/beta/auditLogs/signIns?page={kind}-{}", number + 1);
            let body = next.as_ref().map_or_else(|| body.clone(), |link| body.replacen(link, &ours, 1));
            pages.insert(format!("{kind}-{number}"), body.into_bytes());
        }
    }
    pages
}

/// Answers the requests of one connection.
fn answer(stream: TcpStream, pages: &HashMap<String, Vec<u8>>) {
    stream.set_nodelay(true).unwrap();
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let page = match request.split_once("page=") {
            Some((_, rest)) => rest.split(' ').next().unwrap().to_owned(),
            // A kind's name may be a part of another's: the longest that fits.
            None => format!("{}-0", KINDS.iter().filter(|k| request.contains(*k)).max_by_key(|k| k.len()).unwrap()),
        };
        let body = &pages[&page];
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        if out.write_all(head.as_bytes()).and_then(|()| out.write_all(body)).is_err() {
            return;
        }
    }
}

/// A column under its wire name, for a reader that knows no declarations.
pub(crate) fn wire_field(column: &Column) -> Field {
    Field::new(column.wire, wire_type(&column.edm), true)
}

fn wire_type(edm: &Edm) -> DataType {
    match edm {
        Edm::Object(fields) => DataType::Struct(fields.iter().map(wire_field).collect()),
        Edm::List(item) => DataType::List(Field::new("item", wire_type(item), true).into()),
        Edm::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        other => other.data_type(),
    }
}
