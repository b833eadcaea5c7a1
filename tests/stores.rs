//! Files that lie in stores of objects: what is asked, what comes of refusals, and what statements may read at all.

use auditql::engine::{Engine, Policy};
use auditql::report::{About, Report};

use crate::lab::{answer, now};

#[cfg(all(feature = "s3", any(feature = "azure", feature = "gcs")))]
mod clouds;
#[cfg(feature = "s3")]
mod columns;
#[cfg(feature = "s3")]
mod paid;
#[cfg(feature = "s3")]
mod refused;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "s3")]
mod served;
#[cfg(feature = "https")]
mod web;

/// An engine that asks stores with these variables.
fn engine(policy: Policy, variables: &[(&str, &str)]) -> Engine {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Engine::builder().policy(policy).stores(variables).now(now()).build().unwrap()
}

/// What a statement that fails says.
async fn failure(engine: &Engine, sql: &str) -> Report {
    let error = answer(engine, sql).await.err().unwrap_or_else(|| panic!("{sql} has an answer"));
    Report::of_query(&error, &About { sql, ..About::default() })
}

#[cfg(not(feature = "store"))]
#[tokio::test(flavor = "multi_thread")]
async fn without_its_feature_an_address_is_refused_by_name() {
    let engine = engine(Policy::LOCAL, &[]);
    for (address, feature) in [
        ("s3://evidence/a.csv", "s3"),
        ("S3A://evidence/logs/*.json", "s3"),
        ("abfss://c@acc.dfs.core.windows.net/a.csv", "azure"),
        ("az://c/a.csv", "azure"),
        ("gs://evidence/a.csv", "gcs"),
        ("https://host.invalid/a.csv", "https"),
    ] {
        for sql in [
            format!("SELECT * FROM '{address}'"),
            format!("EXPLAIN SELECT * FROM '{address}'"),
            format!("SELECT * FROM read_csv('{address}')"),
            format!("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{address}'"),
            format!("CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{address}'"),
        ] {
            let report = failure(&engine, &sql).await.to_string();
            let expected = [format!("--features {feature} "), "nothing was sent".to_owned()];
            assert!(expected.iter().all(|part| report.contains(part)), "{sql}: {report}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_an_error_of_its_own() {
    let engine = engine(Policy::LOCAL, &[]);
    for (address, why) in [
        ("ftp://host/a.csv", "ftp: is not one of"),
        ("s3:///a.csv", "it names no bucket"),
        ("https://user:CANARY@host/a.csv", "a user name or a password"),
        ("https://host/a.csv#CANARY", "a fragment"),
        ("s3://b/a//b.csv", "a part of its path is empty"),
    ] {
        let report = failure(&engine, &format!("SELECT * FROM '{address}'")).await;
        let report = Report { place: None, ..report }.to_string();
        assert!(report.contains(why), "{address}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_says_whether_statements_read_stores() {
    let files = Policy { reads_files: true, ..Policy::default() };
    for policy in [Policy::default(), files] {
        let engine = engine(policy, &[]);
        for sql in [
            "SELECT * FROM 's3://evidence/a.csv'",
            "SELECT * FROM read_csv('https://host.invalid/a.csv')",
            "SELECT * FROM \"file:\".main.\"s3://evidence/a.csv\"",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 's3://evidence/a.csv'",
        ] {
            let report = failure(&engine, sql).await.to_string();
            assert!(!report.contains("feature") && !report.contains("sent"), "{sql}: {report}");
        }
    }
    let stores = engine(Policy { reads_stores: true, ..Policy::default() }, &[]);
    let report = failure(&stores, "SELECT * FROM '/etc/hostname'").await.to_string();
    assert!(report.contains("does not allow it"), "{report}");
}
