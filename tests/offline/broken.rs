//! Nothing is left out of an answer without a word: cut, broken, strange and repeated files.

use std::fs;
use std::io::{Cursor, Write as _};

use auditql::engine::{Engine, Error};
use auditql::tally::Notice;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::shapes::{self, RECORDS, activity, as_is};
use super::{answer_of, asked, engine, file, rows};

const COUNT: &str = "SELECT count(*) FROM activity";

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_between_records_is_not_taken_for_whole() {
    let folder = TempDir::new().unwrap();
    let records = activity();
    for (name, text) in [
        ("array.json", as_is::array(&records)),
        ("rows.json", as_is::row_by_row(&records)),
        ("pretty.json", as_is::pretty(&records)),
    ] {
        let cut = text.trim_end().strip_suffix(']').unwrap().trim_end();
        for end in ["", ",\n"] {
            let answer = asked(&[file(&folder, name, format!("{cut}{end}"))], COUNT).await;
            assert_eq!(answer.rows(), [RECORDS.to_string()], "{name}");
            assert!(answer.tally.missing().is_some(), "{name}");
        }
    }
    let csv = shapes::csv(&shapes::office_activity(&records));
    let lines: Vec<&str> = csv.lines().collect();
    let quoted = format!("{}\n\"{}", lines[0], &csv[lines[0].len() + 1..]);
    assert!(asked(&[file(&folder, "quote.csv", quoted)], COUNT).await.tally.missing().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_an_id_are_not_copies_of_one_another() {
    let folder = TempDir::new().unwrap();
    let record =
        |id: &str| format!("{{\"CreationTime\":\"2026-04-01T00:00:00\",\"Operation\":\"x\",\"RecordType\":1{id}}}\n");
    let ids = ["", ",\"Id\":null", ",\"Id\":\"\"", ",\"Id\":\"a\""];
    let text: String = ids.iter().chain(&ids).map(|id| record(id)).collect();
    assert_eq!(asked(&[file(&folder, "ids.json", text)], COUNT).await.rows(), ["7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_another_encoding_is_counted_in_rows_as_in_lines() {
    let folder = TempDir::new().unwrap();
    let csv = b"CreationTime,Operation,RecordType,Id,UserId\n2026-04-01T00:00:00,x,1,a,M\xFCller\n";
    let json = b"{\"CreationTime\":\"2026-04-01T00:00:00\",\"Operation\":\"x\",\"RecordType\":1,\"Id\":\"a\",\"UserId\":\"M\xFCller\"}";
    let mut seen = Vec::new();
    for (name, bytes) in [("a.csv", &csv[..]), ("a.json", &json[..])] {
        let answer = asked(&[file(&folder, name, bytes)], "SELECT id, user_id FROM activity").await;
        seen.push((answer.rows(), answer.tally.notices()));
    }
    assert_eq!(seen[0].0, ["a | NULL"]);
    assert!(matches!(seen[0].1.as_slice(), [Notice::TypeConflicts { count: 1, .. }]), "{seen:?}");
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_read_are_counted() {
    let folder = TempDir::new().unwrap();
    let text = as_is::lines(&activity());
    for name in ["a.json", "c.txt", "d.log"] {
        file(&folder, name, &text);
    }
    let within = folder.path().display().to_string();
    let answer = asked(&[folder.path().to_owned()], COUNT).await;
    assert_eq!(answer.rows(), [RECORDS.to_string()]);
    let skipped = Notice::FilesSkipped { within, count: 2, first: "c.txt".into() };
    assert_eq!((answer.tally.notices(), answer.tally.missing()), (vec![skipped], None));
    // What is hidden is told apart: it may be an export.
    file(&folder, ".b.json", &text);
    file(&folder, "~$a.json", &text);
    let told = asked(&[folder.path().to_owned()], COUNT).await;
    assert_eq!(told.rows(), answer.rows());
    let within = folder.path().display().to_string();
    assert!(told.tally.notices().contains(&Notice::Hidden { within, count: 2, first: ".b.json".into() }));
    let other = TempDir::new().unwrap();
    let none = file(&other, "none.zip", zipped(&[("a.txt", text.as_bytes())]));
    let refused = Engine::builder().input(none).build().unwrap_err();
    assert!(matches!(refused, Error::Input(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_under_two_names_counts_once() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "a.json", as_is::array(&activity()));
    let around = folder.path().join("..").join(folder.path().file_name().unwrap()).join("a.json");
    let engine = engine(&[path, around, folder.path().into()]);
    engine.set("dedup", "false").unwrap();
    assert_eq!(answer_of(&engine, COUNT).await.rows(), [RECORDS.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_costs_itself_and_is_named() {
    let folder = TempDir::new().unwrap();
    let text = as_is::array(&activity());
    let good = file(&folder, "good.json", &text);
    let mut strange = zipped(&[("a.json", text.as_bytes())]);
    // The archive says that its entry is packed by bzip2.
    let directory = strange.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    (strange[8], strange[directory + 10]) = (12, 12);
    for (name, bytes) in [("cut.json.gz", &[0x1F, 0x8B, 8, 0, 0][..]), ("bzip2.zip", &strange)] {
        let broken = file(&folder, name, bytes);
        let answer = asked(&[broken.clone(), good.clone()], COUNT).await;
        assert_eq!(answer.rows(), [RECORDS.to_string()], "{name}");
        let notices = answer.tally.notices();
        let [Notice::UnreadFile { file, .. }] = notices.as_slice() else { panic!("{name}: {notices:?}") };
        assert!(file.contains(name) && answer.tally.missing().is_some_and(|what| what.contains(name)), "{file}");
        fs::remove_file(broken).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_whose_entry_was_changed_is_incomplete() {
    let folder = TempDir::new().unwrap();
    let bytes = zipped(&[("a.json", as_is::lines(&activity()).as_bytes())]);
    let whole = [file(&folder, "whole.zip", &bytes)];
    assert_eq!(rows(&whole, COUNT).await, [RECORDS.to_string()]);
    let mut changed = bytes;
    let at = changed.windows(9).position(|part| part == b"Succeeded").unwrap();
    changed[at] = b'X';
    let answer = asked(&[file(&folder, "changed.zip", changed)], COUNT).await;
    assert_eq!(answer.rows(), [RECORDS.to_string()]);
    assert!(answer.tally.missing().is_some());
}
