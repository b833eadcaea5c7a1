//! Times in the forms that logs have.

use super::*;

fn read(text: &str) -> Option<String> {
    let instant = Clock::UTC.instant(text)?.micros;
    Some(chrono::DateTime::from_timestamp_micros(instant)?.format("%Y-%m-%d %H:%M:%S%.f").to_string())
}

#[test]
fn times_are_read_in_every_usual_form() {
    for text in [
        "2026-11-27T08:00:00Z",
        "2026-11-27 08:00:00",
        "2026-11-27 08:00",
        "2026-11-27T10:00:00+02:00",
        "2026-11-27T10:00:00.000000+0200",
        "2026-11-27 08:00:00 UTC",
        "2026/11/27 08:00:00",
        "27/Nov/2026:08:00:00 +0000",
        "27/Nov/2026:03:00:00 -0500",
        "27-Nov-2026 08:00:00",
        "27 Nov 2026 08:00:00",
        "Nov 27 2026 08:00:00",
        "Nov 27, 2026 8:00:00 AM",
        "November 27, 2026, 08:00:00",
        "Fri, Nov 27 2026 08:00:00",
        "Fri, 27 Nov 2026 08:00:00 GMT",
        "Fri, 27 Nov 2026 08:00:00 +0000 (UTC)",
        "Friday, 27-Nov-26 08:00:00 UTC",
        "Fri, 27 Nov 2026 03:00:00 EST",
        "2026-11-27 00:00:00 PST",
        "11/27/2026 08:00:00",
        "11/27/2026 8:00:00 AM",
        "11/27/2026, 8:00:00 AM",
        "11/27/26 08:00:00",
        "27/11/2026 08:00:00",
        "27.11.2026 08:00:00",
    ] {
        assert_eq!(read(text).as_deref(), Some("2026-11-27 08:00:00"), "{text}");
    }
    assert_eq!(read("2026-11-27T08:00:00.1234567Z").as_deref(), Some("2026-11-27 08:00:00.123456"));
    assert_eq!(read("2026-11-27 08:00:00,5").as_deref(), Some("2026-11-27 08:00:00.500"));
    assert_eq!(read("11/27/2026 12:30:00 PM").as_deref(), Some("2026-11-27 12:30:00"));
    assert_eq!(read("11/27/2026 12:30:00 AM").as_deref(), Some("2026-11-27 00:30:00"));
}

#[test]
fn what_is_no_time_is_none() {
    for text in [
        "",
        "2026-11-27",
        "08:00:00",
        "2026-13-27 08:00:00",
        "2026-02-30 08:00:00",
        "2026-11-27 25:00:00",
        "2026-11-27 08:00:00 Mars",
        "2026-11-27 08:00:00 IST",
        "Foo, 27 Nov 2026 08:00:00 GMT",
        "Fri, 27 2026 08:00:00",
        // These have no year.
        "Nov 27 08:00:00",
        "27 Nov 08:00:00",
        "Fri Nov 27 08:00:00",
        "Fri, 27 Nov 08:00:00",
        "0000-00-00 00:00:00",
        "1764230400",
        "99/99/2026 08:00:00",
        "2026-11-27T",
        "é026-11-27T08:00:00Z",
        "10.0.0.1:8080 x y",
        "2026-11-27 08:0:00",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_date_shows_its_order_or_does_not() {
    let order = |text| shown(text, Order::MonthFirst).map(|shown| (shown.order, shown.is_numeric));
    assert_eq!(order("27/11/2026 08:00"), Some((Some(Order::DayFirst), true)));
    assert_eq!(order("11/27/2026 08:00"), Some((Some(Order::MonthFirst), true)));
    assert_eq!(order("03/04/2026 08:00"), Some((None, true)));
    assert_eq!(order("04/04/2026 08:00"), Some((None, false)));
    assert_eq!(order("2026-03-04 08:00"), Some((None, false)));
    let day_first = Clock { order: Order::DayFirst, ..Clock::UTC };
    assert_eq!(day_first.instant("03/04/2026 08:00"), Clock::UTC.instant("2026-04-03 08:00"));
    // One that shows the other order is not read by it.
    let april = Dated::At(Clock::UTC.instant("2026-04-27 08:00").unwrap());
    assert_eq!([day_first, Clock::UTC].map(|clock| clock.read("27/04/2026 08:00")), [april, Dated::Contrary]);
    assert_eq!([day_first, Clock::UTC].map(|clock| clock.read("27/04/2026")), [Dated::None, Dated::Contrary]);
    let stated = Clock { is_stated: true, ..Clock::UTC };
    assert_eq!(stated.read("27/04/2026"), Dated::None);
    assert_eq!(["27/04/2026 08:00", "04/27/2026 08:00"].map(|text| stated.read(text)), [Dated::None, april]);
}

#[test]
fn epochs_are_told_by_their_digits() {
    let all = ["1764230400", "1764230400.5", "1764230400000", "1764230400000000", "1764230400000000000"].map(epoch);
    let at = 1_764_230_400_000_000;
    assert_eq!(all, [Some(at), Some(at + 500_000), Some(at), Some(at), Some(at)]);
    assert_eq!(["", ".", "x", "12345678901", "-1"].map(epoch), [None; 5]);
}
