//! How fast the engine is, in ratios: `cargo bench`.
//!
//! Everything is measured in one run on the same pages. A tenant in a process of its own serves pages that were rendered
//! beforehand, so that what is measured is this side: a plain download of the bytes, the bare decoder on bytes that are
//! here already, the same where it sums up whole records as a scan has it do, arrow-json, and scans through the whole engine; the
//! same for blobs of the activity feed. Then whole processes against the demo tenant, and peak memory for two sizes of it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops where it cannot go on")]

mod feed;
mod pages;
mod processes;

use std::time::{Duration, Instant};

use auditql::apis;
use auditql::auth::Connection;
use auditql::datafusion::arrow::json::ReaderBuilder;
use auditql::decode::PageDecoder;
use auditql::engine::Engine;
use auditql::http::Pace;
use auditql::table::{Column, Edm};
use futures::TryStreamExt;

/// Repetitions of each measurement; the best one counts, as the one least disturbed.
const RUNS: usize = 5;

fn main() {
    if std::env::args().any(|arg| arg == pages::SERVE) {
        return pages::serve();
    }
    if std::env::args().any(|arg| arg == feed::SERVE) {
        return feed::serve();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let [_, flag, url, token] = std::env::args().collect::<Vec<_>>().as_slice()
        && flag == processes::SCAN
    {
        return runtime.block_on(drain(&engine(url, token), processes::EVERYTHING));
    }
    runtime.block_on(async {
        println!("| measured | value |\n|---|---|");
        rates().await;
        feed::rates().await;
        processes::latencies();
        processes::memory();
    });
}

/// Rates of the same bytes on their way through more and more of the engine.
async fn rates() {
    let server = pages::Server::start(pages::SERVE);
    let bodies = pages::download(&server.url).await;
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    row("pages", format!("{} of {:.1} MB in all", bodies.len(), megabytes(bytes)));
    let download = best(async || drop(pages::download(&server.url).await)).await;
    row("plain download", format!("{:.0} MB/s", rate(bytes, download)));
    for (name, columns) in projections() {
        let decode = best(async || self::decode(&bodies, PageDecoder::new(&columns, "id"))).await;
        let digest = best(async || self::decode(&bodies, PageDecoder::new(&columns, "id").digested())).await;
        let engine = engine(&server.url, "bench");
        let sql = format!("SELECT {} FROM sign_ins", names(&columns));
        let scan = best(async || drain(&engine, &sql).await).await;
        row(&format!("bare decoder, {name}"), format!("{:.0} MB/s", rate(bytes, decode)));
        if !columns.iter().any(|c| matches!(c.edm, Edm::Raw)) {
            let arrow = best(async || arrow_json(&bodies, &columns)).await;
            row(&format!("bare decoder : arrow-json, {name}"), ratio(arrow, decode));
        }
        row(&format!("scan : bare decoder, {name}"), ratio(decode, scan));
        row(&format!("scan : decoder that tells copies apart, {name}"), ratio(digest, scan));
        row(&format!("scan : plain download, {name}"), ratio(download, scan));
    }
}

fn projections() -> [(&'static str, Vec<&'static Column>); 3] {
    let all: Vec<&'static Column> = apis::graph::SIGN_INS.columns.iter().collect();
    let two = all.iter().copied().filter(|c| ["created_date_time", "ip_address"].contains(&c.name)).collect();
    let typed = all.iter().copied().filter(|c| !matches!(c.edm, Edm::Raw)).collect();
    [("two columns", two), ("all columns without raw", typed), ("all columns with raw", all)]
}

fn names(columns: &[&Column]) -> String {
    columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
}

fn decode(bodies: &[Vec<u8>], mut decoder: PageDecoder) {
    for body in bodies {
        assert!(decoder.page(body).unwrap().rows.num_rows() > 0);
    }
}

/// The yardstick: the library's reader on the same columns, a page as one row whose list is then taken apart.
fn arrow_json(bodies: &[Vec<u8>], columns: &[&'static Column]) {
    use auditql::datafusion::arrow::datatypes::{DataType, Field, Schema};
    let fields: Vec<Field> = columns.iter().map(|c| pages::wire_field(c)).collect();
    let rows = DataType::Struct(fields.into());
    let list = DataType::List(Field::new("item", rows, true).into());
    let envelope =
        Schema::new(vec![Field::new("@odata.nextLink", DataType::Utf8, true), Field::new("value", list, true)]);
    for body in bodies {
        let builder = ReaderBuilder::new(envelope.clone().into()).with_batch_size(1);
        let mut decoder = builder.with_coerce_primitive(true).with_ignore_type_conflicts(true).build_decoder().unwrap();
        decoder.decode(body).unwrap();
        assert_eq!(decoder.flush().unwrap().unwrap().num_rows(), 1);
    }
}

fn engine(url: &str, token: &str) -> Engine {
    let connection = Connection::loopback("bench", url.parse().unwrap(), token.to_owned().into());
    Engine::builder().connection(connection).now(pages::now()).pace(Pace::Unlimited).build().unwrap()
}

async fn drain(engine: &Engine, sql: &str) {
    let query = engine.query(sql).await.unwrap();
    let rows: usize = query.stream.map_ok(|batch| batch.num_rows()).try_fold(0, async |a, b| Ok(a + b)).await.unwrap();
    assert!(rows > 0);
}

async fn best(mut work: impl AsyncFnMut()) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..RUNS {
        let begun = Instant::now();
        work().await;
        least = least.min(begun.elapsed());
    }
    least
}

pub(crate) fn row(name: &str, value: impl std::fmt::Display) {
    println!("| {name} | {value} |");
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn rate(bytes: usize, time: Duration) -> f64 {
    megabytes(bytes) / time.as_secs_f64()
}

/// How many times as fast the second is as the first.
fn ratio(first: Duration, second: Duration) -> String {
    format!("{:.2}", first.as_secs_f64() / second.as_secs_f64())
}
