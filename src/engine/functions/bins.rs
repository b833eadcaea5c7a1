//! `date_bin` of a time in a zone counts on that zone's clocks: a day begins at its midnight.
//!
//! DataFusion (55.2) counts in UTC and shows the zone: days of `bin(x AT TIME ZONE 'Asia/Tokyo', '1d')` began at nine. So the clocks' times are
//! binned, and the beginning is looked up again. Where clocks were put back a beginning can be twice: a bin of a day or more begins at
//! the first, one that is shorter on the side of the time that it holds. Where they were put forward, one that there was not is the
//! moment of the change.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{ArrayRef, AsArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Days, FixedOffset, MappedLocalTime, NaiveDateTime, Offset, TimeZone};
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use datafusion::scalar::ScalarValue;

use super::clocks::zone_of;

/// The function that it is about.
const NAME: &str = "date_bin";
const MICROS_OF_A_DAY: i64 = 86_400_000_000;
const CLOCK: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// Makes the function of a session count so.
pub(crate) fn keep_clocks(state: &mut SessionState) -> Result<()> {
    if let Some(inner) = state.scalar_functions().get(NAME).map(Arc::clone) {
        state.register_udf(Arc::new(ScalarUDF::from(Bins(inner))))?;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Bins(Arc<ScalarUDF>);

impl Hash for Bins {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl ScalarUDFImpl for Bins {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.0.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.0.return_field_from_args(args)
    }

    fn is_strict(&self) -> bool {
        self.0.inner().is_strict()
    }

    /// Clocks that are put back change the order of bins.
    fn output_ordering(&self, input: &[ExprProperties]) -> Result<SortProperties> {
        match input.get(1).and_then(|time| zone_of(&time.range.data_type())) {
            Some(_) => Ok(SortProperties::Unordered),
            None => self.0.output_ordering(input),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.get(1).and_then(|time| zone_of(&time.data_type())) {
            Some(zone) => self.on_clocks(args, zone),
            None => self.0.inner().invoke_with_args(args),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.0.documentation()
    }
}

impl Bins {
    fn on_clocks(&self, mut args: ScalarFunctionArgs, zone: Tz) -> Result<ColumnarValue> {
        let promised = args.return_field.data_type().clone();
        let is_one = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let by_days = args.args.first().is_some_and(is_of_days);
        let rows = if is_one { 1 } else { args.number_rows };
        let times =
            cast(&args.args[1].to_array(rows)?, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let clocks: TimestampMicrosecondArray =
            times.unary_opt(|micros| clock(micros, zone)).with_timezone_opt(None::<&str>);
        args.args[1] = ColumnarValue::Array(Arc::new(clocks));
        if let Some(origin) = args.args.get_mut(2) {
            *origin = on_its_clock(origin);
        }
        args.return_field = Arc::new(Field::new(NAME, CLOCK, true));
        args.arg_fields = args.args.iter().map(|arg| Arc::new(Field::new("", arg.data_type(), true))).collect();
        args.number_rows = rows;
        let begins = self.0.inner().invoke_with_args(args)?.to_array(rows)?;
        let begins = cast(&begins, &CLOCK)?;
        let begins = begins.as_primitive::<TimestampMicrosecondType>();
        let instants = begins.iter().zip(times).map(|(begin, time)| instant(begin?, time?, zone, by_days));
        let instants: TimestampMicrosecondArray = instants.collect();
        let instants: ArrayRef = Arc::new(instants.with_timezone("UTC"));
        let instants = cast(&instants, &promised)?;
        Ok(match is_one {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&instants, 0)?),
            false => ColumnarValue::Array(instants),
        })
    }
}

/// Whether bins are of a day or more.
fn is_of_days(width: &ColumnarValue) -> bool {
    match width {
        ColumnarValue::Scalar(ScalarValue::IntervalMonthDayNano(Some(width))) => {
            width.months != 0 || width.days != 0 || width.nanoseconds / 1_000 >= MICROS_OF_A_DAY
        }
        ColumnarValue::Scalar(ScalarValue::IntervalDayTime(Some(width))) => width.days != 0,
        _ => false,
    }
}

/// Where counting begins, as the clocks of its own zone show it.
fn on_its_clock(origin: &ColumnarValue) -> ColumnarValue {
    if let ColumnarValue::Scalar(ScalarValue::TimestampNanosecond(Some(nanos), _)) = origin {
        let (micros, rest) = (nanos.div_euclid(1_000), nanos.rem_euclid(1_000));
        let shown = zone_of(&origin.data_type()).map_or(Some(micros), |zone| clock(micros, zone));
        if let Some(nanos) = shown.and_then(|micros| micros.checked_mul(1_000)?.checked_add(rest)) {
            return ColumnarValue::Scalar(ScalarValue::TimestampNanosecond(Some(nanos), None));
        }
    }
    origin.clone()
}

fn utc(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|time| time.naive_utc())
}

/// What clocks show at an instant.
fn clock(micros: i64, zone: Tz) -> Option<i64> {
    micros.checked_add(moved(zone.offset_from_utc_datetime(&utc(micros)?).fix()))
}

/// By how much clocks are ahead, in microseconds.
fn moved(offset: FixedOffset) -> i64 {
    i64::from(offset.local_minus_utc()) * 1_000_000
}

/// The instant at which clocks showed what a bin begins with.
fn instant(begin: i64, of: i64, zone: Tz, by_days: bool) -> Option<i64> {
    let shown = utc(begin)?;
    let own = zone.offset_from_utc_datetime(&utc(of)?).fix();
    let offset = match zone.offset_from_local_datetime(&shown) {
        MappedLocalTime::Single(offset) => offset.fix(),
        MappedLocalTime::Ambiguous(_, later) if !by_days && later.fix() == own => own,
        MappedLocalTime::Ambiguous(first, _) => first.fix(),
        MappedLocalTime::None => return change(begin, shown, zone),
    };
    begin.checked_sub(moved(offset))
}

/// The instant at which clocks were put forward over what a bin begins with.
fn change(begin: i64, shown: NaiveDateTime, zone: Tz) -> Option<i64> {
    let offset = |at: NaiveDateTime| zone.offset_from_utc_datetime(&at).fix();
    let before = offset(shown.checked_sub_days(Days::new(1))?);
    let after = offset(shown.checked_add_days(Days::new(1))?);
    let (mut early, mut late) = (begin.checked_sub(moved(after))?, begin.checked_sub(moved(before))?);
    while late - early > 1 {
        let middle = early + (late - early) / 2;
        if offset(utc(middle)?) == before { early = middle } else { late = middle }
    }
    Some(late)
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    #[tokio::test]
    async fn bins_begin_where_the_clocks_of_the_zone_say() {
        let engine = Engine::builder().build().unwrap();
        let told = async |sql: &str| {
            let rows: Vec<_> = engine.query(sql).await.unwrap().stream.try_collect().await.unwrap();
            array_value_to_string(rows[0].column(0), 0).unwrap()
        };
        for (zone, time, width, begin) in [
            ("Asia/Tokyo", "2026-05-01T20:30:00Z", "1d", "2026-05-02T00:00:00+09:00"),
            ("Asia/Tokyo", "2026-05-01T14:59:59.999999Z", "1d", "2026-05-01T00:00:00+09:00"),
            ("Asia/Tokyo", "2026-05-01T15:00:00Z", "1d", "2026-05-02T00:00:00+09:00"),
            ("Asia/Tokyo", "2026-05-01T20:30:00Z", "6h", "2026-05-02T00:00:00+09:00"),
            ("Asia/Kolkata", "2026-05-01T20:40:00Z", "1h", "2026-05-02T02:00:00+05:30"),
            ("+05:45", "2026-05-01T20:40:00Z", "1h", "2026-05-02T02:00:00+05:45"),
            // Weeks begin on Mondays, those of Tokyo on its own.
            ("Asia/Tokyo", "2026-05-03T15:00:00Z", "7d", "2026-05-04T00:00:00+09:00"),
            ("Asia/Tokyo", "2026-05-03T14:59:00Z", "7d", "2026-04-27T00:00:00+09:00"),
            ("UTC", "2026-05-03T14:59:00Z", "7d", "2026-04-27T00:00:00Z"),
            // Clocks that were put forward.
            ("Europe/Berlin", "2026-03-29T10:00:00Z", "1d", "2026-03-29T00:00:00+01:00"),
            ("Europe/Berlin", "2026-03-29T01:10:00Z", "2h", "2026-03-29T03:00:00+02:00"),
            ("Africa/Cairo", "2024-04-26T10:00:00Z", "1d", "2024-04-26T01:00:00+03:00"),
            // And put back.
            ("Europe/Berlin", "2026-10-25T10:00:00Z", "1d", "2026-10-25T00:00:00+02:00"),
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "1h", "2026-10-25T02:00:00+02:00"),
            ("Europe/Berlin", "2026-10-25T01:30:00Z", "1h", "2026-10-25T02:00:00+01:00"),
            ("Atlantic/Azores", "2026-10-25T10:00:00Z", "1d", "2026-10-25T00:00:00Z"),
        ] {
            let sql =
                format!("SELECT bin(t AT TIME ZONE '{zone}', '{width}') FROM (VALUES (TIMESTAMPTZ '{time}')) v(t)");
            let constant = format!("SELECT bin(TIMESTAMPTZ '{time}' AT TIME ZONE '{zone}', '{width}')");
            for sql in [sql, constant] {
                assert_eq!(told(&sql).await, begin, "{sql}");
            }
        }
        for (sql, expected) in [
            ("SELECT bin(NULL::timestamptz AT TIME ZONE 'Asia/Tokyo', '1d')", ""),
            (
                "SELECT date_bin(INTERVAL '1 day', t, TIMESTAMP '2026-01-01 06:00' AT TIME ZONE 'Asia/Tokyo') \
                 FROM (SELECT TIMESTAMPTZ '2026-05-01T20:30:00Z' AT TIME ZONE 'Asia/Tokyo' AS t) v",
                "2026-05-01T06:00:00+09:00",
            ),
            (
                "SELECT date_bin(INTERVAL '1 month', TIMESTAMPTZ '2026-04-30T20:30:00Z' AT TIME ZONE 'Asia/Tokyo')",
                "2026-05-01T00:00:00+09:00",
            ),
            (
                "SELECT datediff('day', TIMESTAMPTZ '2026-03-28T12:00:00Z' AT TIME ZONE 'Europe/Berlin', \
              TIMESTAMPTZ '2026-03-30T12:00:00Z' AT TIME ZONE 'Europe/Berlin')",
                "2",
            ),
            (
                "SELECT datediff('week', TIMESTAMPTZ '2026-03-28T12:00:00Z' AT TIME ZONE 'Europe/Berlin', \
              TIMESTAMPTZ '2026-04-01T12:00:00Z' AT TIME ZONE 'Europe/Berlin')",
                "1",
            ),
            (
                "SELECT datediff('day', TIMESTAMPTZ '2026-05-01T14:00:00Z' AT TIME ZONE 'Asia/Tokyo', \
              TIMESTAMPTZ '2026-05-01T16:00:00Z' AT TIME ZONE 'Asia/Tokyo')",
                "1",
            ),
            ("SELECT datediff('day', TIMESTAMPTZ '2026-05-01T14:00:00Z', TIMESTAMPTZ '2026-05-01T16:00:00Z')", "0"),
            ("SELECT datediff('day', '2026-05-01 23:00:00', '2026-05-02 01:00:00')", "1"),
            ("SELECT datediff('day', DATE '2026-05-01', DATE '2026-05-03')", "2"),
            ("SELECT datediff('day', DATE '1969-12-30', DATE '1970-01-03')", "4"),
            ("SELECT datediff('week', DATE '2026-05-03', DATE '2026-05-04')", "1"),
            (
                "SELECT datediff('hour', TIMESTAMPTZ '2026-03-29T00:30:00Z' AT TIME ZONE 'Europe/Berlin', \
              TIMESTAMPTZ '2026-03-29T01:30:00Z' AT TIME ZONE 'Europe/Berlin')",
                "1",
            ),
        ] {
            assert_eq!(told(sql).await, expected, "{sql}");
        }
    }
}
