//! Where a service leads: links and redirects away from it, links in circles, pages without end.

use std::sync::Arc;

use serde_json::json;

use super::service::{Record, link, page, page_of, rows};
use super::{ALL, Fixture, NEWEST};
use crate::scripted::{Reply, Seen, Server};

/// A page of three records that links to exactly this.
fn page_linking(next: &serde_json::Value) -> Reply {
    Reply::json(json!({"@odata.nextLink": next, "value": rows(0..3)}).to_string())
}

/// The first page links to what the closure makes of the service's own authority; behind the link are three records more.
fn linking(name: &'static str, expected: &'static str, link: impl Fn(&str) -> String + Send + 'static) -> Fixture {
    let mut first = true;
    Fixture::new(name, ALL, expected, move |seen| {
        if std::mem::replace(&mut first, false) {
            page_linking(&link(seen.header("host")).into())
        } else {
            page(3..6, None)
        }
    })
}

pub(super) fn fixtures(evil: &Arc<Server>) -> Vec<Fixture> {
    let mut all = foreign(evil);
    all.extend(own());
    all.extend(redirects(evil));
    all.extend(odd());
    all.extend(circles());
    all
}

fn foreign(evil: &Arc<Server>) -> Vec<Fixture> {
    let authority = evil.origin().authority().to_owned();
    let at = |form: &'static str| {
        let authority = authority.clone();
        move |own: &str| form.replace("EVIL", &authority).replace("OWN", own)
    };
    vec![
        linking("link to another port", "Request: ForeignLink Port in 1", at("http://EVIL/beta/auditLogs/signIns")),
        linking("link without scheme", "Request: ForeignLink Port in 1", at("//EVIL/beta/auditLogs/signIns")),
        linking("own authority as user", "Request: ForeignLink Port in 1", at("http://OWN@EVIL/beta/x")),
        linking("user at own authority", "Request: ForeignLink UserInfo in 1", at("http://evil@OWN/beta/x")),
        linking("own address as prefix", "Request: ForeignLink Host in 1", at("http://127.0.0.1.evil.example/beta/x")),
        linking("another name of loopback", "Request: ForeignLink Host in 1", at("http://localhost/beta/x")),
        linking("metadata service", "Request: ForeignLink Host in 1", at("http://169.254.169.254/beta/x")),
        linking("another scheme", "Request: ForeignLink Scheme in 1", at("https://OWN/beta/x")),
        linking("a file", "Request: ForeignLink Scheme in 1", at("file:///etc/passwd")),
        linking("a script", "Request: ForeignLink Scheme in 1", at("javascript:alert(1)")),
        linking("another version", "Request: ForeignLink Path in 1", at("http://OWN/v1.0/auditLogs/signIns?a=b")),
        linking("dots out of the version", "Request: ForeignLink Path in 1", at("/beta/%2e%2e/v1.0/users")),
        linking("a line break", "Request: ForeignLink Form in 1", at("/beta/x\r\nHost: evil.example")),
        linking("backslashes", "Request: ForeignLink Form in 1", at("\\\\EVIL\\beta")),
        linking("a fragment", "Request: ForeignLink Fragment in 1", at("/beta/x#EVIL")),
    ]
}

fn own() -> Vec<Fixture> {
    vec![
        linking("own absolute link", "6 rows in 2", |own| format!("http://{own}{}", link("2"))),
        linking("own relative link", "6 rows in 2", |_| link("2")),
        linking("own link without scheme", "6 rows in 2", |own| format!("//{own}{}", link("2"))),
        linking("a token of odd characters", "6 rows in 2", |_| link("a%2Bb+c~!*()%3D")),
        linking("a token of 8000 characters", "6 rows in 2", |_| link(&"x".repeat(8000))),
    ]
}

fn redirects(evil: &Arc<Server>) -> Vec<Fixture> {
    let to = |status: u16| Reply::status(status).header("Location", &evil.url("/beta/auditLogs/signIns"));
    let first = page(0..3, Some("2"));
    vec![
        Fixture::always("301 on page one", ALL, "Request: Redirect in 1", to(301)),
        Fixture::always("302 on page one", ALL, "Request: Redirect in 1", to(302)),
        Fixture::always("303 on page one", ALL, "Request: Redirect in 1", to(303)),
        Fixture::queue("307 on page two", ALL, "Request: Redirect in 2", [first.clone(), to(307)]),
        Fixture::queue("308 on page two", ALL, "Request: Redirect in 2", [first.clone(), to(308)]),
        Fixture::queue(
            "redirect to the service itself",
            ALL,
            "Request: Redirect in 2",
            [first, Reply::status(302).header("Location", &link("3"))],
        ),
    ]
}

fn odd() -> Vec<Fixture> {
    let twice = |name: &str| {
        let value = serde_json::Value::from(rows(0..3)).to_string();
        Reply::json(format!(r#"{{"@odata.nextLink":"{}","{name}":"{}","value":{value}}}"#, link("2"), link("3")))
    };
    let like = |name: &'static str, link: &serde_json::Value| {
        let page = json!({"value": rows(0..3), name: link});
        Fixture::always(name, ALL, "Page: UnknownLink in 1", Reply::json(page.to_string()))
    };
    let older = json!({"value": rows(0..3), "odata.nextLink": link("2")});
    vec![
        Fixture::always("an empty link", ALL, "Page: BadLink in 1", page_linking(&"".into())),
        Fixture::always("a link of spaces", ALL, "Page: BadLink in 1", page_linking(&"  ".into())),
        Fixture::always("a link that is a number", ALL, "Page: BadLink in 1", page_linking(&7.into())),
        Fixture::always("a link that is an object", ALL, "Page: BadLink in 1", page_linking(&json!({"a": 1}))),
        Fixture::always("a link that is null is the end", ALL, "3 rows in 1", page_linking(&serde_json::Value::Null)),
        like("@odata.nextlink", &link("2").into()),
        like("@ODATA.NEXTLINK", &link("2").into()),
        like("@odata.NextLink", &link("2").into()),
        like("nextLink", &link("2").into()),
        like("__next", &link("2").into()),
        like("@odata.nextPageLink", &link("2").into()),
        like("@odata.nextLink ", &link("2").into()),
        like("odata.next_link", &link("2").into()),
        like("NextPageUri", &link("2").into()),
        like("@microsoft.graph.nextUrl", &link("2").into()),
        like("next", &json!({"href": link("2")})),
        like("@odata.next", &link("2").into()),
        like("@odata.nextPage", &"".into()),
        like("nextlink", &serde_json::Value::Null).expecting("3 rows in 1"),
        like("hasNextPage", &false.into()).expecting("3 rows in 1"),
        like("@odata.deltaLink", &link("2").into()).expecting("3 rows in 1"),
        Fixture::always("two links", ALL, "Page: Duplicate in 1", twice("@odata.nextLink")),
        Fixture::always("two links by two names", ALL, "Page: Duplicate in 1", twice("@nextLink")),
        Fixture::queue(
            "the link of an older protocol",
            ALL,
            "6 rows in 2",
            [Reply::json(older.to_string()), page(3..6, None)],
        ),
    ]
}

/// Replies that link to a token never used before.
fn unique(mut reply: impl FnMut(usize, &str) -> Reply + Send + 'static) -> impl FnMut(&Seen) -> Reply + Send {
    let mut count = 0;
    move |_| {
        count += 1;
        reply(count, &format!("u{count}"))
    }
}

fn circles() -> Vec<Fixture> {
    let ping_pong = |seen: &Seen| {
        if seen.target.ends_with("=a") { page(3..6, Some("b")) } else { page(0..3, Some("a")) }
    };
    vec![
        Fixture::always("a page that links to itself", ALL, "Chain: Circle in 2", page(0..3, Some("same"))),
        Fixture::always("an empty page that links to itself", ALL, "Chain: Circle in 2", page(0..0, Some("same"))),
        Fixture::new("two pages that link to one another", ALL, "Chain: Circle in 3", ping_pong),
        Fixture::new(
            "the same page behind ever new links",
            ALL,
            "Chain: SamePage in 3",
            unique(|_, next| page(0..3, Some(next))),
        ),
        Fixture::new(
            "two pages in turn behind ever new links",
            ALL,
            "Chain: SamePage in 5",
            unique(|count, next| if count % 2 == 0 { page(3..6, Some(next)) } else { page(0..3, Some(next)) }),
        ),
        Fixture::new(
            "the same page for ever, newest first",
            NEWEST,
            "Chain: SamePage in 3",
            unique(|_, next| page(0..3, Some(next))),
        ),
        Fixture::new(
            "known records in ever new orders behind ever new links",
            ALL,
            "Chain: NothingNew in 7",
            unique(|count, next| {
                let mut known = rows(0..6);
                known.rotate_left(count % 6);
                page_of(&known, Some(next))
            }),
        ),
        Fixture::new(
            "known records of one time in ever new orders, newest first",
            NEWEST,
            "Chain: NothingNew in 7",
            unique(|count, next| {
                let at = |n: usize| Record { id: format!("r{n}"), ..Record::nth(0) }.json();
                page_of(&(0..6).map(|n| at((n + count) % 6)).collect::<Vec<_>>(), Some(next))
            }),
        ),
        Fixture::new(
            "five pages of known records, then new ones",
            ALL,
            "9 rows in 7",
            unique(|count, next| match count {
                7 => page(6..9, None),
                _ => {
                    let mut known = rows(0..6);
                    known.rotate_left(count % 6);
                    page_of(&known, Some(next))
                }
            }),
        ),
        Fixture::new(
            "a thousand empty pages",
            ALL,
            "6 rows in 1002",
            unique(|count, next| match count {
                1 => page(0..3, Some(next)),
                1002 => page(3..6, None),
                _ => page_of(&[], Some(next)),
            }),
        ),
    ]
}

/// A chain of nothing but empty pages is followed for long, and not for ever. The service of ten thousand requests is left
/// out: the machine that counts them is asked itself.
#[test]
fn empty_pages_do_not_go_on_for_ever() {
    use auditql::apis::graph::SIGN_INS;
    use auditql::plan::{PageFacts, PageQuery, Pager, PagerError};
    use auditql::table::ApiVersion;
    use auditql::time::Interval;
    let pages = SIGN_INS.pages().unwrap();
    let query = PageQuery {
        set: &SIGN_INS,
        pages,
        version: ApiVersion::Beta,
        tenant: "".into(),
        kind: None,
        interval: Interval::ALL,
        clauses: Vec::new(),
        order: None,
        select: None,
        parent: None,
        quota: pages.quota,
        top: Some(999),
        cap: None,
    };
    let mut pager = Pager::new(query);
    let end = (0..20_000).find_map(|n| {
        pager.advance(&PageFacts { next: Some(link(&n.to_string())), ..PageFacts::default() }).err().map(|e| (n, e))
    });
    let (pages, error) = end.expect("empty pages end");
    assert_eq!((pages, error), (1_000, PagerError::NothingNew(1_001)));
}
