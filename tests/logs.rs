//! Logs of one's own machines as tables: named in FROM, made by a statement, named by a configuration.

use std::fs;
use std::path::PathBuf;

use auditql::engine::{Engine, Policy};
use auditql::output;
use auditql::report::{About, Report};
use auditql::tally::Notice;
use tempfile::TempDir;

use crate::lab::{Answer, answer, now};

mod avro;
mod bad;
mod columns;
mod configured;
mod damaged;
mod days;
mod empty;
mod events;
mod evtx_file;
mod exact;
mod joined;
mod lost;
mod named;
mod packed;
mod pieces;
mod places;
mod quoted;
mod sampled;
mod shown;
mod skipped;

/// A folder of files, and an engine that reads them.
struct Lab {
    folder: TempDir,
    engine: Engine,
}

impl Lab {
    fn new() -> Self {
        let engine = Engine::builder().policy(Policy::LOCAL).now(now()).build().unwrap();
        Self { folder: TempDir::new().unwrap(), engine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A statement with the folder's path in place of `{dir}`.
    fn sql(&self, sql: &str) -> String {
        sql.replace("{dir}", self.folder.path().to_str().unwrap())
    }

    async fn asked(&self, sql: &str) -> Answer {
        let sql = self.sql(sql);
        answer(&self.engine, &sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// The rows of a statement, as a format writes them.
    async fn written(&self, sql: &str, format: &str) -> Vec<u8> {
        let (answer, mut bytes) = (self.asked(sql).await, Vec::new());
        let (format, schema) = (output::format(format).unwrap(), answer.batches[0].schema());
        let mut writer = output::Writer::new(format, &schema, output::Options::default(), &mut bytes);
        answer.batches.iter().for_each(|batch| writer.batch(batch).unwrap());
        writer.finish(None).unwrap();
        bytes
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        self.asked(sql).await.rows()
    }

    /// Rows, and what was said besides.
    async fn told(&self, sql: &str) -> (Vec<String>, Vec<String>) {
        let answer = self.asked(sql).await;
        let said = answer.tally.notices().iter().map(Notice::to_string).collect::<Vec<_>>();
        (answer.rows(), said.iter().map(|text| text.replace(self.folder.path().to_str().unwrap(), "{dir}")).collect())
    }

    /// What a reader is shown of a statement that fails.
    async fn refusal(&self, sql: &str) -> Report {
        let sql = self.sql(sql);
        match answer(&self.engine, &sql).await {
            Ok(answer) => panic!("{sql} was answered: {:?}", answer.rows()),
            Err(error) => Report::of_query(&error, &About { sql: &sql, line: 1, tables: &[], ..About::default() }),
        }
    }
}

/// A text, packed.
fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const IPS: &str = "203.0.113.91\n198.51.100.7\n2001:db8::1\n";
