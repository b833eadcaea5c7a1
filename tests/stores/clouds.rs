//! The other clouds: what they are asked with, and by whose hand it is signed.

use auditql::engine::Policy;

use super::s3::{Bucket, SECRET};
use super::{engine, failure};
use crate::lab::answer;
use crate::scripted::Reply;

const LOG: &[u8] = b"ip,port\n192.0.2.1,1\n192.0.2.2,2\n";

async fn bucket() -> Bucket {
    Bucket::start(&[("logs/a.csv", LOG), ("logs/b.csv", LOG)]).await
}

#[cfg(feature = "azure")]
#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_azure_is_read_with_the_key_of_its_account() {
    let bucket = bucket().await;
    bucket.instead(|seen| {
        let blob = |name: &str| {
            format!(
                "<Blob><Name>{name}</Name><Properties><Last-Modified>Fri, 01 May 2026 12:00:00 GMT</Last-Modified>\
                 <Etag>0x1</Etag><Content-Length>{}</Content-Length><Content-Type>text/csv</Content-Type></Properties></Blob>",
                LOG.len()
            )
        };
        let blobs = [blob("logs/a.csv"), blob("logs/b.csv")].concat();
        let listing = format!("<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>");
        seen.target.contains("comp=list").then(|| Reply::status(200).body(listing))
    });
    // The tag of the listing is another than that of the object: so it is not read, until it is asked without a pattern.
    let (origin, key) = (bucket.server.origin().to_string(), "Q0FOQVJZLWtleQ==");
    let engine = engine(
        Policy::LOCAL,
        &[
            ("AZURE_STORAGE_ACCOUNT_NAME", "acc"),
            ("AZURE_STORAGE_ACCOUNT_KEY", key),
            ("AZURE_STORAGE_ENDPOINT", &origin),
        ],
    );
    for address in ["az://evidence/logs/a.csv", "abfss://evidence@acc.dfs.core.windows.net/logs/a.csv"] {
        let rows = answer(&engine, &format!("SELECT count(*) FROM '{address}'")).await.unwrap().rows();
        assert_eq!(rows, ["2"], "{address}");
    }
    let changed = failure(&engine, "SELECT count(*) FROM 'az://evidence/logs/*.csv'").await.to_string();
    assert!(changed.contains("written to since it was listed"), "{changed}");
    for seen in bucket.server.seen() {
        assert!(
            seen.header("authorization").starts_with("SharedKey acc:") && !format!("{seen:?}").contains(key),
            "{seen:?}"
        );
    }
}

#[cfg(feature = "gcs")]
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_google_is_read_as_its_service_account_says() {
    let bucket = bucket().await;
    let account = format!(
        r#"{{"gcs_base_url":"{}","disable_oauth":true,"client_email":"","private_key":"{SECRET}","private_key_id":""}}"#,
        bucket.server.origin().as_str().trim_end_matches('/')
    );
    let engine = engine(Policy::LOCAL, &[("GOOGLE_SERVICE_ACCOUNT_KEY", &account)]);
    for address in ["gs://evidence/logs/*.csv", "gs://evidence/logs"] {
        let rows = answer(&engine, &format!("SELECT count(*) FROM '{address}'")).await.unwrap().rows();
        assert_eq!(rows, ["4"], "{address}");
    }
    assert!(bucket.server.seen().iter().all(|seen| !format!("{seen:?}").contains(SECRET)));
}
