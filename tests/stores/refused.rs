//! What a store refuses, and what it answers to do harm: each ends in words of ours, in bounded time, without a secret.

use std::time::{Duration, Instant};

use auditql::engine::Policy;
use auditql::report::Exit;

use super::s3::{Bucket, SECRET, entry, listing, refusal};
use super::{engine, failure};
use crate::lab::answer;
use crate::scripted::Reply;

const SQL: &str = "SELECT * FROM 's3://evidence/logs/a.csv'";
const LOG: &[u8] = b"ip,port\n192.0.2.1,1\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_it_is_and_what_to_do() {
    for (reply, exit, what, hint, requests) in [
        (refusal(403, "AccessDenied"), Exit::Remote, "the store refuses it (403", "s3:ListBucket", 1),
        (refusal(403, "InvalidAccessKeyId"), Exit::Remote, "the store refuses it (403", "s3:GetObject", 1),
        (refusal(404, "NoSuchBucket"), Exit::Remote, "there is no such bucket", "endpoint", 2),
        (
            Reply::status(301).header("x-amz-bucket-region", "eu-west-1"),
            Exit::Remote,
            "the region eu-west-1",
            "AWS_REGION=eu-west-1",
            1,
        ),
        (refusal(503, "SlowDown"), Exit::Remote, "the store answers with 503", "try again", 4),
        (Reply::status(307).header("location", "http://evil.example/CANARY"), Exit::Remote, "evil.example", "trust", 1),
    ] {
        let bucket = Bucket::start(&[("logs/a.csv", LOG)]).await;
        bucket.instead(move |_| Some(reply.clone()));
        let report = failure(&bucket.engine(), SQL).await;
        let text = report.to_string();
        assert!(text.contains(what) && text.contains(hint) && report.exit == exit, "{what}: {text} {:?}", report.exit);
        assert!(!text.contains("CANARY") && !text.contains(SECRET) && !text.contains("Generic"), "{text}");
        assert_eq!(bucket.server.seen().len(), requests, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_reached_is_named() {
    let start = Instant::now();
    let keys = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let closed = [&keys[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]].concat();
    let report = failure(&engine(Policy::LOCAL, &closed), SQL).await.to_string();
    assert!(report.contains("127.0.0.1 cannot be reached"), "{report}");
    let plain = [&keys[..], &[("AWS_ENDPOINT_URL", "http://192.0.2.1:9000")]].concat();
    let report = failure(&engine(Policy::LOCAL, &plain), SQL).await.to_string();
    assert!(report.contains("192.0.2.1 would be asked without encryption"), "{report}");
    let nobody = [("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")];
    let report = failure(&engine(Policy::LOCAL, &nobody), SQL).await;
    assert!(report.to_string().contains("there are no credentials"), "{report}");
    assert_eq!(report.exit, Exit::SignIn);
    let half = failure(&engine(Policy::LOCAL, &keys[..1]), SQL).await.to_string();
    assert!(half.contains("the environment does not say"), "{half}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_changes_after_it_was_listed_is_not_read() {
    let bucket = Bucket::start(&[("logs/a.csv", LOG), ("logs/b.csv", LOG)]).await;
    let engine = bucket.engine();
    let listed = bucket.objects.lock().unwrap().all.clone();
    let inside: String = listed.iter().map(|(key, bytes)| entry(key, bytes)).collect();
    bucket.objects.lock().unwrap().all.insert("logs/a.csv".into(), b"ip,port\n198.51.100.1,666\n".to_vec());
    bucket.instead(move |seen| seen.target.contains("list-type").then(|| listing(&inside)));
    let said = match answer(&engine, "SELECT * FROM 's3://evidence/logs/*.csv'").await {
        Ok(answer) => format!("{:?} {:?}", answer.rows(), answer.tally.notices()),
        Err(error) => format!("{error} {:?}", std::error::Error::source(&error)),
    };
    assert!(said.contains("written to since it was listed") && !said.contains("666"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_goes_in_circles_is_an_error() {
    let bucket = Bucket::start(&[]).await;
    let page = format!("<NextContinuationToken>x</NextContinuationToken>{}", entry("logs/a.csv", LOG));
    bucket.instead(move |seen| seen.target.contains("list-type").then(|| listing(&page)));
    let report = failure(&bucket.engine(), "SELECT * FROM 's3://evidence/logs'").await.to_string();
    assert!(report.contains("names logs/a.csv twice"), "{report}");
    assert!(bucket.server.seen().len() <= 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_of_an_object_is_told_and_never_obeyed() {
    for key in ["logs/\u{1b}[2Jx.csv", "logs/../../etc/passwd", "logs//x.csv"] {
        let bucket = Bucket::start(&[]).await;
        let page = entry(&key.replace('\u{1b}', "&#x1b;"), LOG).replace("&amp;#x1b;", "&#x1b;");
        bucket.instead(move |seen| seen.target.contains("list-type").then(|| listing(&page)));
        let report = failure(&bucket.engine(), "SELECT * FROM 's3://evidence/logs'").await.to_string();
        assert!(!report.contains('\u{1b}') && report.contains("s3://evidence/logs"), "{report:?}");
        assert!(bucket.server.seen().iter().all(|seen| !seen.target.contains("passwd")));
    }
    // One that can be read is shown safely, and read.
    let bucket = Bucket::start(&[("logs/a\u{202e}b'c.csv", LOG)]).await;
    let answer = answer(&bucket.engine(), "SELECT ip FROM 's3://evidence/logs'").await.unwrap();
    assert_eq!(answer.rows(), ["192.0.2.1"]);
}
