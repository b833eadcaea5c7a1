//! What the pages of the manual say is so: the generated ones are those that are checked in, and what is written in them runs.

mod elsewhere;
mod transcripts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use auditql::apis;
use auditql::demo::{Feed, Options};

use crate::lab::{self, Lab};

/// The Markdown files of a folder and of those in it, by their path.
fn pages(folder: &Path, above: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            pages(&entry.path(), &format!("{name}/"), found);
        } else if name.ends_with(".md") {
            found.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn kept() -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"), "", &mut kept);
    kept
}

#[test]
fn the_manual_is_what_the_declarations_say() {
    let folder = tempfile::tempdir().unwrap();
    let written = Command::new(env!("CARGO_BIN_EXE_auditql")).arg("docs").arg(folder.path()).status().unwrap();
    assert!(written.success());
    let (mut made, kept) = (BTreeMap::new(), kept());
    pages(folder.path(), "", &mut made);
    for (name, page) in &made {
        assert!(kept.get(name) == Some(page), "docs/{name} is stale: cargo run -- docs docs");
    }
    let tables = |all: &BTreeMap<String, String>| -> Vec<String> {
        all.keys().filter(|name| name.starts_with("tables/")).cloned().collect()
    };
    assert_eq!(tables(&kept), tables(&made), "a page of a table that is gone");
    assert_eq!(tables(&made).len(), apis::names().count(), "a page for each table");
    assert_eq!(made.len() - tables(&made).len(), 7);
}

/// The queries of a page.
fn queries(page: &str) -> Vec<&str> {
    page.split("```sql\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// With a row where the demo tenant has one to give: most of what it serves is there on any day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_query_of_the_manual_runs() {
    let feed = Feed { records: 3_000, ..Feed::default() };
    let lab = Lab::new(Options { feed, ..lab::options(2_000) }).await;
    let (mut tried, mut with_rows) = (0, 0);
    for (name, page) in kept().iter().filter(|(name, _)| name.starts_with("tables")) {
        let queries = queries(page);
        assert_eq!(queries.len(), 1, "{name}");
        for query in queries {
            let answer = lab::answer(&lab.engine, query).await;
            let rows = answer.unwrap_or_else(|e| panic!("docs/{name}: {query}\n{e}")).rows();
            tried += 1;
            with_rows += usize::from(!rows.is_empty());
        }
    }
    assert!(tried > 20 && with_rows * 2 > tried, "{with_rows} of {tried} have rows");
}
