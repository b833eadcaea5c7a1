//! One chain of pages, reply by reply.

use super::*;
use crate::apis::graph::SIGN_INS;
use crate::table::{ApiVersion, Pages};

fn query(pages: &'static Pages) -> PageQuery {
    let (kind, interval, clauses, order) = (None, Interval::ALL, Vec::new(), None);
    let (select, quota, top) = (None, pages.quota, Some(4));
    let (version, tenant, cap, parent) = (ApiVersion::Beta, "".into(), None, None);
    let set = &SIGN_INS;
    PageQuery { set, pages, version, tenant, kind, interval, clauses, order, select, parent, quota, top, cap }
}

/// A listing in the order that is documented for sign-ins.
fn listed() -> &'static Pages {
    SIGN_INS.pages().expect("sign-ins come in pages")
}

/// One for which no order is documented.
fn unlisted() -> &'static Pages {
    Box::leak(Box::new(Pages { listed: None, ..*listed() }))
}

/// A page of records at these times, with a link to another.
fn page(times: &[i64]) -> PageFacts {
    PageFacts {
        next: Some(format!("{times:?}")),
        rows: times.len(),
        first: times.first().copied(),
        last: times.last().copied(),
        falling: times.is_sorted_by(|a, b| a >= b),
        rising: times.is_sorted(),
        fingerprint: times.iter().fold(7, |hash, t| hash * 31 + t.unsigned_abs()),
        keys: times.iter().map(|t| t.unsigned_abs()).collect(),
        ..PageFacts::default()
    }
}

fn last(times: &[i64]) -> PageFacts {
    PageFacts { next: None, ..page(times) }
}

/// What a chain asks for after these pages and the death of its token.
fn after(pages: &'static Pages, order: Option<Direction>, read: &[&[i64]]) -> Interval {
    let mut pager = Pager::new(PageQuery { order, ..query(pages) });
    read.iter().for_each(|times| pager.advance(&page(times)).unwrap());
    pager.redo().unwrap();
    pager.query().interval
}

#[test]
fn a_chain_goes_on_where_it_was_only_if_something_vouches_for_its_order() {
    let (descending, ascending) = (Some(Direction::Descending), Some(Direction::Ascending));
    let (sure, unsure) = (listed(), unlisted());
    for (listing, order, read, expected) in [
        // Documented and seen.
        (sure, None, &[&[9, 8, 8][..], &[7]][..], Interval::until(7)),
        (sure, None, &[&[9], &[7]], Interval::until(7)),
        // Documented, and not to be seen in a single time.
        (sure, None, &[&[9]], Interval::ALL),
        (sure, None, &[&[9, 9], &[9]], Interval::ALL),
        // Documented, and broken.
        (sure, None, &[&[9, 7], &[8]], Interval::ALL),
        // Seen by chance: nobody documents it.
        (unsure, None, &[&[9, 8], &[7]], Interval::ALL),
        // Asked for.
        (unsure, descending, &[&[9]], Interval::until(9)),
        (unsure, ascending, &[&[7, 8]], Interval::since(8)),
    ] {
        assert_eq!(after(listing, order, read), expected, "{:?} {order:?} {read:?}", listing.listed);
    }
}

#[test]
fn behind_a_full_page_without_a_link_is_asked_once_more() {
    let mut pager = Pager::new(query(listed()));
    pager.advance(&page(&[20, 19, 18])).unwrap();
    pager.advance(&last(&[17, 16, 15, 14])).unwrap();
    assert!(pager.overlaps() && pager.is_at_first());
    assert_eq!(pager.query().interval, Interval::until(14));
    // The records of its last second come again; this page is not full.
    pager.advance(&last(&[15, 14, 13])).unwrap();
    assert!(pager.next_request().is_none());
    let ends = |listing, facts: &PageFacts| Pager::new(query(listing)).advance(facts).unwrap_err();
    assert!(matches!(ends(unlisted(), &last(&[9, 8, 7, 6])), PagerError::FullPage(4, _)));
    assert!(matches!(ends(listed(), &last(&[9, 8, 9, 6])), PagerError::FullPage(4, _)));
    let keyless = PageFacts { keyless: 1, ..last(&[9, 8, 7, 6]) };
    assert!(matches!(ends(listed(), &keyless), PagerError::FullPage(4, _)));
    let mut pager = Pager::new(query(listed()));
    pager.advance(&last(&[9, 8, 7])).unwrap();
    assert!(pager.next_request().is_none() && !pager.overlaps());
}

#[test]
fn a_full_page_behind_which_the_same_comes_is_no_end() {
    let mut pager = Pager::new(query(listed()));
    pager.advance(&last(&[9, 8, 7, 6])).unwrap();
    assert!(matches!(pager.advance(&last(&[9, 8, 7, 6])), Err(PagerError::FullPage(4, _))));
}

#[test]
fn an_order_that_is_held_to_needs_no_memory_of_what_has_passed() {
    let mut pager = Pager::new(PageQuery { order: Some(Direction::Descending), ..query(listed()) });
    for n in 0..1_000 {
        let newest = 1_000_000 - n * 3;
        pager.advance(&page(&[newest, newest - 1, newest - 2])).unwrap();
    }
    assert!(pager.size() < 500, "{}", pager.size());
}
