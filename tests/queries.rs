//! The questions in `queries/`: each says what it asks, and finds the attack on the demo tenant.

use std::fs;
use std::path::Path;

use auditql::demo::Feed;

use crate::lab::{Lab, options};

#[tokio::test(flavor = "multi_thread")]
async fn every_saved_question_finds_its_part_of_the_attack() {
    let lab = Lab::new(auditql::demo::Options {
        feed: Feed { records: 3_000, throttle: None, ..Feed::default() },
        ..options(1_200)
    })
    .await;
    let story = lab.tenant.story().attack.clone().unwrap();
    let mut asked = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let (facts, most): (&[&str], usize) = match name.as_str() {
            "mails-read.sql" => (&[&story.replay], 20),
            "mass-download.sql" => (&[&story.replay, "180"], 1),
            "phishing-clicked.sql" => (&["BlockPageOverride", "it-support@lumenw0rks.example"], 3),
            "rules-that-forward.sql" => (&[&story.replay, "archive@drop.example"], 2),
            "who-consented.sql" => (&[&story.replay, "Mail.ReadWrite Mail.Send Files.Read.All offline_access"], 1),
            other => panic!("{other} is not tested"),
        };
        let sql = fs::read_to_string(entry.path()).unwrap();
        assert!(sql.starts_with("-- ") && sql.trim_end().ends_with(';'), "{name}");
        let rows = lab.rows(sql.trim_end().trim_end_matches(';')).await;
        let first = rows.first().unwrap_or_else(|| panic!("{name} finds nothing"));
        assert!(facts.iter().all(|fact| first.contains(fact)) && first.contains(&story.victim), "{name}: {first}");
        assert!(rows.len() <= most, "{name}: {rows:?}");
        asked += 1;
    }
    assert_eq!(asked, 5);
}
