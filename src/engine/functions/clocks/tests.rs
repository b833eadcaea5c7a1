//! What is read on a zone's clocks, in the hours of a change and around it; as PostgreSQL 16 answers.

use arrow::util::display::array_value_to_string;
use futures::TryStreamExt;

use crate::engine::Engine;

async fn told(engine: &Engine, sql: &str) -> String {
    let rows: Vec<_> = engine.query(sql).await.unwrap().stream.try_collect().await.unwrap();
    array_value_to_string(rows[0].column(0), 0).unwrap()
}

#[tokio::test]
async fn an_hour_that_is_missing_or_twice_is_an_instant() {
    let engine = Engine::builder().build().unwrap();
    for (shown, zone, instant) in [
        // Put forward, and put back.
        ("2026-03-29 02:30:00", "Europe/Berlin", "2026-03-29T03:30:00+02:00"),
        ("2026-03-29 01:59:59.5", "Europe/Berlin", "2026-03-29T01:59:59.500+01:00"),
        ("2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25 03:00:00", "Europe/Berlin", "2026-10-25T03:00:00+01:00"),
        ("2026-03-08 02:30", "America/New_York", "2026-03-08T03:30:00-04:00"),
        ("2026-05-01 08:00", "+05:45", "2026-05-01T08:00:00+05:45"),
        ("2026-05-01", "Asia/Tokyo", "2026-05-01T00:00:00+09:00"),
    ] {
        for sql in [
            format!("SELECT TIMESTAMP '{shown}' AT TIME ZONE '{zone}'"),
            format!("SELECT t AT TIME ZONE '{zone}' FROM (VALUES (TIMESTAMP '{shown}')) v(t)"),
            format!("SELECT t::timestamp AT TIME ZONE '{zone}' FROM (VALUES ('{shown}')) v(t)"),
            format!("SELECT '{shown}' AT TIME ZONE '{zone}'"),
            format!("SELECT t AT TIME ZONE '{zone}' FROM (VALUES ('{shown}')) v(t)"),
        ] {
            assert_eq!(told(&engine, &sql).await, instant, "{sql}");
        }
    }
}

#[tokio::test]
async fn days_and_months_are_moved_on_the_calendar() {
    let engine = Engine::builder().build().unwrap();
    for (time, by, moved) in [
        ("2026-03-28T01:30:00Z", "+ INTERVAL '1 day'", "2026-03-29T03:30:00+02:00"),
        ("2026-10-24T00:30:00Z", "+ INTERVAL '1 day'", "2026-10-25T02:30:00+01:00"),
        ("2026-04-29T00:30:00Z", "- INTERVAL '1 month'", "2026-03-29T03:30:00+02:00"),
        ("2026-03-28T12:00:00Z", "+ INTERVAL '1 day'", "2026-03-29T13:00:00+02:00"),
        ("2026-03-28T12:00:00Z", "+ INTERVAL '24 hours'", "2026-03-29T14:00:00+02:00"),
        ("2026-03-28T12:00:00Z", "+ INTERVAL '1 day 2 hours'", "2026-03-29T15:00:00+02:00"),
        ("2026-01-31T12:00:00.000001Z", "+ INTERVAL '1 month'", "2026-02-28T13:00:00.000001+01:00"),
        ("2026-05-01T12:00:00Z", "+ INTERVAL '-1 month'", "2026-04-01T14:00:00+02:00"),
        ("2026-05-01T12:00:00Z", "+ NULL::interval", ""),
    ] {
        for sql in [
            format!("SELECT (TIMESTAMPTZ '{time}' AT TIME ZONE 'Europe/Berlin') {by}"),
            format!("SELECT (t AT TIME ZONE 'Europe/Berlin') {by} FROM (VALUES (TIMESTAMPTZ '{time}')) v(t)"),
        ] {
            assert_eq!(told(&engine, &sql).await, moved, "{sql}");
        }
    }
    let swapped = "SELECT INTERVAL '1 day' + (TIMESTAMPTZ '2026-03-28T01:30:00Z' AT TIME ZONE 'Europe/Berlin')";
    assert_eq!(told(&engine, swapped).await, "2026-03-29T03:30:00+02:00");
    let far = "SELECT (TIMESTAMPTZ '2026-03-28T01:30:00Z' AT TIME ZONE 'Europe/Berlin') + INTERVAL '300 years'";
    let error = match engine.query(far).await {
        Ok(query) => query.stream.try_collect::<Vec<_>>().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.to_string().contains("is out of range for timestamp"), "{error}");
}

#[tokio::test]
async fn a_text_of_a_time_may_lack_its_seconds_wherever_it_becomes_one() {
    let engine = Engine::builder().build().unwrap();
    let rows =
        "(VALUES (TIMESTAMPTZ '2026-04-15T00:00:00Z', '2026-04-15 00:00', TIMESTAMP '2026-04-15 00:00:00')) v(z, s, t)";
    for condition in [
        "z = '2026-04-15 00:00'",
        "z AT TIME ZONE 'Asia/Tokyo' = '2026-04-15 09:00'",
        "date_trunc('hour', z AT TIME ZONE 'Asia/Tokyo') = '2026-04-15 09:00'",
        "bin(z AT TIME ZONE 'Asia/Tokyo', '1h') IN ('2026-04-15 09:00')",
        "bin(z AT TIME ZONE 'Asia/Tokyo', '1h') BETWEEN '2026-04-15 09:00' AND '2026-04-15 09:00Z'",
        "t = '2026-04-15 00:00'",
        "s::timestamp = t",
        "s::timestamp = '2026-04-15 00:00'",
        "TRY_CAST(s AS timestamp) = t",
        "CASE t WHEN '2026-04-15 00:00' THEN true ELSE false END",
        "now() AT TIME ZONE 'Asia/Tokyo' > '2026-04-15 09:00'",
        "t = s",
    ] {
        let sql = format!("SELECT count(*) FROM {rows} WHERE {condition}");
        assert_eq!(told(&engine, &sql).await, "1", "{sql}");
    }
}
