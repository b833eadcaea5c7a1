//! Which instant it is that clocks show, and what they show at one.

use arrow::array::timezone::Tz;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::{DateTime, Days, MappedLocalTime, Months, NaiveDateTime, Offset, TimeZone};

/// The zone of a time, if its clocks are others than those of UTC.
pub(crate) fn zone_of(of: &DataType) -> Option<Tz> {
    let DataType::Timestamp(_, Some(zone)) = of else { return None };
    let is_utc = ["utc", "+00:00", "+00", "z"].contains(&zone.to_lowercase().as_str());
    if is_utc { None } else { zone.parse().ok() }
}

/// How many of a unit a second has.
pub(super) fn of_a_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn utc(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

/// By how many seconds a zone is ahead where its clocks show this.
fn ahead(shown: NaiveDateTime, zone: Tz) -> Option<i64> {
    let seconds = |offset: &<Tz as TimeZone>::Offset| i64::from(offset.fix().local_minus_utc());
    match zone.offset_from_local_datetime(&shown) {
        MappedLocalTime::Single(offset) => Some(seconds(&offset)),
        // The later one: then the zone is less ahead.
        MappedLocalTime::Ambiguous(one, other) => Some(seconds(&one).min(seconds(&other))),
        MappedLocalTime::None => Some(seconds(&zone.offset_from_utc_datetime(&shown.checked_sub_days(Days::new(1))?))),
    }
}

/// The instant at which the clocks of a zone show a number of units since 1970.
pub(super) fn instant(shown: i64, unit: TimeUnit, zone: Tz) -> Option<i64> {
    let second = of_a_second(unit);
    shown.checked_sub(ahead(utc(shown.div_euclid(second))?, zone)?.checked_mul(second)?)
}

/// An instant moved by months and days on the clocks of a zone.
pub(super) fn on_calendar(instant_of: i64, months: i32, days: i32, unit: TimeUnit, zone: Tz) -> Option<i64> {
    if months == 0 && days == 0 {
        return Some(instant_of);
    }
    let second = of_a_second(unit);
    let (seconds, rest) = (instant_of.div_euclid(second), instant_of.rem_euclid(second));
    let offset = zone.offset_from_utc_datetime(&utc(seconds)?).fix().local_minus_utc();
    let shown = utc(seconds.checked_add(i64::from(offset))?)?;
    let count = Months::new(months.unsigned_abs());
    let shown = if months < 0 { shown.checked_sub_months(count)? } else { shown.checked_add_months(count)? };
    let count = Days::new(days.unsigned_abs().into());
    let shown = if days < 0 { shown.checked_sub_days(count)? } else { shown.checked_add_days(count)? };
    let shown = shown.and_utc().timestamp().checked_mul(second)?.checked_add(rest)?;
    instant(shown, unit, zone)
}
