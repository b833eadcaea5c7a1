//! What a service answers instead of a page.

use super::service::{page, refusal};
use super::{ALL, Fixture};
use crate::scripted::Reply;

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = throttles();
    all.extend(troubles());
    all.extend(refusals());
    all
}

fn throttled(form: Option<&str>) -> Reply {
    let reply = refusal(429, "UnknownError", "Too many requests");
    form.map_or(reply.clone(), |form| reply.header("Retry-After", form))
}

fn throttles() -> Vec<Fixture> {
    let once = |name, form| Fixture::queue(name, ALL, "3 rows in 2", [throttled(form), page(0..3, None)]);
    let forms = ["0", "0.02", "-1", "soon", "", "Sun, 06 Nov 1994 08:49:37 GMT", "1e-3", "NaN"];
    let mut storm = forms.map(|form| throttled(Some(form))).into_iter().chain([throttled(None)]);
    let dated = throttled(Some("Sun, 06 Nov 1994 08:49:38 GMT")).header("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let mut first = true;
    vec![
        once("429 without a time", None),
        once("429 with no seconds", Some("0")),
        once("429 with a fraction of a second", Some("0.02")),
        once("429 with a negative time", Some("-1")),
        once("429 with garbage", Some("soon")),
        once("429 with an empty time", Some("")),
        once("429 with a date in the past", Some("Sunday, 06-Nov-94 08:49:37 GMT")),
        Fixture::queue("429 with a date, by the service's clock", ALL, "3 rows in 2", [dated, page(0..3, None)]),
        Fixture::new("a storm of every form", ALL, "3 rows in 10", move |_| {
            storm.next().unwrap_or_else(|| page(0..3, None))
        }),
        Fixture::new("a storm in front of each page", ALL, "6 rows in 18", {
            let mut asked = 0;
            move |_| {
                asked += 1;
                match asked {
                    9 => page(0..3, Some("2")),
                    18 => page(3..6, None),
                    _ => throttled(Some("0.002")),
                }
            }
        }),
        Fixture::always("429 for ever", ALL, "Request: Throttled Tries in 10", throttled(None)),
        Fixture::always("429 for too long", ALL, "Request: Throttled AskedTooLong in 1", throttled(Some("901"))),
        Fixture::always("429 for all time", ALL, "Request: Throttled AskedTooLong in 1", throttled(Some("1e18"))),
        Fixture::new("429 for too long on page two", ALL, "Request: Throttled AskedTooLong in 2", move |_| {
            if std::mem::replace(&mut first, false) { page(0..3, Some("2")) } else { throttled(Some("3600")) }
        }),
    ]
}

fn troubles() -> Vec<Fixture> {
    let busy = |status| Reply::status(status).body("<html>busy</html>");
    let once = |name, status| Fixture::queue(name, ALL, "3 rows in 2", [busy(status), page(0..3, None)]);
    vec![
        once("408 once", 408),
        once("500 once", 500),
        once("502 once", 502),
        once("503 once", 503),
        once("504 once", 504),
        Fixture::queue(
            "503 with a time",
            ALL,
            "3 rows in 2",
            [busy(503).header("Retry-After", "0.01"), page(0..3, None)],
        ),
        Fixture::always("503 for ever", ALL, "Request: Unavailable Tries in 10", busy(503)),
        Fixture::queue("a reset, once", ALL, "3 rows in 2", [Reply::reset(), page(0..3, None)]),
        Fixture::queue(
            "another protocol, once",
            ALL,
            "3 rows in 2",
            [Reply::raw("SSH-2.0-OpenSSH_9.6\r\n"), page(0..3, None)],
        ),
        Fixture::always("resets for ever", ALL, "Request: Unreachable Broken Tries in 4", Reply::reset()),
    ]
}

fn refusals() -> Vec<Fixture> {
    let denied = refusal(403, "Authorization_RequestDenied", "Insufficient privileges");
    let on_page_two = |name, expected, reply| Fixture::queue(name, ALL, expected, [page(0..3, Some("2")), reply]);
    vec![
        Fixture::always("401", ALL, "Request: TokenRejected in 1", refusal(401, "InvalidAuthenticationToken", "no")),
        Fixture::always("403", ALL, "Request: Refused 403 Authorization_RequestDenied in 1", denied.clone()),
        Fixture::always("404", ALL, "Request: Refused 404 in 1", Reply::status(404)),
        on_page_two("401 on page two", "Request: TokenRejected in 2", Reply::status(401)),
        on_page_two("403 on page two", "Request: Refused 403 Authorization_RequestDenied in 2", denied),
        on_page_two("404 on page two", "Request: Refused 404 in 2", Reply::status(404)),
        on_page_two("410 on page two", "Request: Refused 410 in 2", Reply::status(410)),
    ]
}
