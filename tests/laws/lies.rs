//! A service that accepts clauses and does not apply them, as public reports tell of this one: the rows of an answer are the same
//! all the same, and a clause that chooses the kind of record is missed.

use std::time::Duration;

use auditql::demo::{Error as DemoError, Options, Tenant};
use auditql::engine::Error;

use super::generate::Generator;
use super::judge::Judge;
use super::tables::Table;
use super::{Court, SEED, sorted};
use crate::lab::{self, Lab, options};

/// Properties that the service lies about together.
const LIES: [&[&str]; 4] = [
    &["createdDateTime"],
    &["ipAddress", "userPrincipalName", "appId", "userAgent", "location/city"],
    &["status/errorCode", "userDisplayName", "id", "appDisplayName", "correlationId"],
    &["createdDateTime", "ipAddress", "userPrincipalName", "appId", "id", "status/errorCode", "userId"],
];
const PREDICATES: usize = 60;

fn lying(options: Options, lies: &[&str]) -> Options {
    Options { lies: lies.iter().map(ToString::to_string).collect(), ..options }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_does_not_filter_is_filtered_here() {
    let table = Table::sign_ins();
    for lies in LIES {
        let court = Court::of(table, Lab::new(lying(options(250), lies)).await);
        let honest = Lab::new(options(250)).await;
        let mut generator = Generator::new(SEED, table, &court.rows);
        let (mut more, mut answered) = (0, 0);
        for n in 0..PREDICATES {
            let predicate = generator.predicate(n);
            let text = predicate.to_string();
            let (ids, received) = court.ids(&court.lab.engine, &text).await;
            let (plain, _) = court.ids(&court.plain, &text).await;
            assert_eq!(ids, plain, "lies about {lies:?}: {text}");
            assert_eq!(ids, court.verdict(Judge::default(), &predicate), "lies about {lies:?}: {text}");
            more += usize::from(received > court.ids(&honest.engine, &text).await.1);
            answered += usize::from(!ids.is_empty());
        }
        println!(
            "lies about {lies:?}: {more} of {PREDICATES} answers held more than was asked for, {answered} have rows"
        );
        assert!(more >= 3 && answered >= 15, "{lies:?}: {more} {answered}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_was_not_asked_for_is_an_error() {
    let lab = Lab::new(lying(options(400), &["signInEventTypes"])).await;
    for sql in ["SELECT id FROM sign_ins", "SELECT count(*) FROM sign_ins WHERE NOT is_interactive"] {
        let refused = lab.answer(sql).await.err().expect(sql);
        assert!(matches!(lab::cause(&refused), Some(Error::KindIgnored { .. })), "{sql}\n{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_windows_and_slices_that_a_service_ignores_cost_no_row() {
    let many = Options { latency: Duration::from_millis(60), ..options(9_000) };
    let (honest, liar) =
        (Lab::new(options(9_000)).await, Lab::new(lying(many, &["createdDateTime", "userPrincipalName"])).await);
    let upn = "(SELECT user_principal_name AS name FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 3)";
    let times = "(SELECT t::timestamp AS t FROM (VALUES ('2026-04-10T08:00:00Z'), ('2026-04-27T09:30:00Z')) AS l(t))";
    for sql in [
        "SELECT id FROM sign_ins WHERE created_date_time >= now() - INTERVAL '20 days'".to_owned(),
        "SELECT id FROM sign_ins WHERE created_date_time < now() - INTERVAL '20 days' AND NOT is_interactive".to_owned(),
        "SELECT id FROM sign_ins WHERE created_date_time < now() - INTERVAL '9 days' ORDER BY created_date_time DESC LIMIT 9"
            .to_owned(),
        format!("SELECT s.id FROM sign_ins s JOIN {upn} l ON s.user_principal_name = l.name"),
        format!(
            "SELECT s.id FROM sign_ins s JOIN {times} v ON s.created_date_time BETWEEN v.t - INTERVAL '3 hours' AND \
             v.t + INTERVAL '3 hours'"
        ),
    ] {
        let (rows, told) = (sorted(honest.rows(&sql).await), sorted(liar.rows(&sql).await));
        assert!(!rows.is_empty(), "{sql}");
        assert_eq!(rows.len(), told.len(), "{sql}");
        assert_eq!(rows, told, "{sql}");
    }
}

#[tokio::test]
async fn only_of_what_filters_speak_of_can_be_lied() {
    let wrong = Tenant::start(lying(options(5), &["ipAddress", "shoeSize"])).await.unwrap_err();
    assert!(matches!(&wrong, DemoError::NoProperty(name, _) if name == "shoeSize"), "{wrong}");
    for known in ["targetResources[]/displayName", "activityDateTime", "signinDateTime"] {
        let started = Tenant::start(lying(options(5), &[known])).await;
        assert!(started.is_ok(), "{known}");
    }
}
