//! A search that finds more than it gives out is cut by time: each record comes once, and one second at the cap is an error.

use auditql::engine;
use auditql::plan::CapError;
use auditql::settings::Settings;
use auditql::tally::Notice;

use super::{ALL, Endpoint, ask, asked, engine_at, ids, notices, numbered, with};
use crate::lab::{Answer, answer, cause};

fn lowered(cap: u64) -> Settings {
    Settings { audit_search_record_cap: Some(cap), ..Settings::default() }
}

fn pieces(answer: &Answer) -> u64 {
    answer
        .tally
        .notices()
        .iter()
        .find_map(|n| if let Notice::CapReached { pieces, .. } = n { Some(*pieces) } else { None })
        .unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_records_behind_a_cap_come_once_however_it_is_told() {
    for (tells, inclusive, dedup) in
        [(true, true, true), (true, false, true), (false, true, true), (false, false, false), (true, true, false)]
    {
        let endpoint = Endpoint { cap: 100, tells, inclusive, page: 40, ..Endpoint::of(1_200) };
        let server = with(endpoint, |_, _, _| None).await;
        let settings = if tells { Settings::default() } else { lowered(100) };
        let found = ask(&server, Settings { dedup, ..settings }, ALL).await.unwrap();
        assert_eq!(ids(&found), numbered(1_200), "{tells} {inclusive}");
        assert!(pieces(&found) >= 12, "{}", pieces(&found));
        assert_eq!(found.tally.missing(), None);
        let orders = asked(&server).iter().filter(|what| **what == "POST").count();
        println!("tells {tells}, inclusive {inclusive}: {orders} orders, {} requests", server.seen().len());
        assert!(orders < 60, "{orders}");
    }
    // The control: who does not know of the cap, and is not told, has a hundred of them.
    let server = with(Endpoint { cap: 100, page: 40, ..Endpoint::of(1_200) }, |_, _, _| None).await;
    let found = ask(&server, Settings::default(), ALL).await.unwrap();
    assert_eq!((found.rows().len(), pieces(&found)), (100, 0));
}

#[tokio::test]
async fn a_second_at_the_cap_is_an_error_that_says_what_to_do() {
    for tells in [true, false] {
        let mut endpoint = Endpoint { cap: 50, tells, inclusive: false, page: 50, ..Endpoint::of(80) };
        let crowded = endpoint.seconds[40];
        endpoint.seconds.extend(std::iter::repeat_n(crowded, 60));
        let server = with(endpoint, |_, _, _| None).await;
        let error = answer(&engine_at(&server, lowered(50)), ALL).await.err().expect("a second cannot be cut");
        let Some(engine::Error::Capped { source, setting, .. }) = cause(&error) else { panic!("{error}") };
        assert!(matches!(source, CapError::OneSecond { cap: 50, .. }), "{source:?}");
        assert_eq!(*setting, "audit_search_record_cap");
        let report = auditql::report::Report::of_query(&error, &auditql::report::About::default());
        assert_eq!(report.exit, auditql::report::Exit::Incomplete);
        assert!(report.hint.is_some_and(|hint| hint.contains("audit_search_record_cap")));
        // Under --partial the rest is there, and the second is named.
        let partial = Settings { partial: true, ..lowered(50) };
        let found = ask(&server, partial, ALL).await.unwrap();
        assert!(found.rows().len() >= 80, "{}", found.rows().len());
        assert!(
            notices(&found).iter().any(|notice| notice.contains("INCOMPLETE") && notice.contains("alone has as many")),
            "{:#?}",
            notices(&found)
        );
    }
}
