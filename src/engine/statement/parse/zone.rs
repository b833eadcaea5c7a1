//! The session's zone is UTC: that of every column, of `now()`, of literals without a zone, of what is printed.
//!
//! Another one would have to hold for all of them alike, or an answer would mix days of two zones. So it is chosen where it
//! is meant: `x AT TIME ZONE 'Asia/Tokyo'` is the same instant with that zone's hours and days.

use arrow::array::timezone::Tz;
use datafusion::sql::sqlparser::ast::{DataType, Expr, Ident, ObjectName, Set, Value, ValueWithSpan};

use super::dialect::{quoted, refused};
use crate::engine::error::Error;
use crate::time::with_seconds;

/// The setting as DataFusion calls it, and what it goes by in a statement.
const NAMES: [&str; 3] = ["datafusion.execution.time_zone", "timezone", "time.zone"];
/// What means UTC.
const UTC: [&str; 10] = ["utc", "etc/utc", "gmt", "etc/gmt", "z", "zulu", "+00:00", "+00", "0", "default"];

/// Whether a setting is the session's zone.
pub(super) fn is_zone(name: &ObjectName) -> bool {
    NAMES.contains(&name.to_string().to_lowercase().as_str())
}

/// Sets the zone to what it is.
pub(super) fn utc() -> Set {
    let variable = ObjectName::from(NAMES[0].split('.').map(Ident::new).collect::<Vec<_>>());
    let value = Expr::Value(Value::SingleQuotedString("UTC".into()).into());
    Set::SingleAssignment { scope: None, hivevar: false, variable, values: vec![value] }
}

/// Looks at a SET: UTC may be set, another zone may not.
pub(super) fn of_set(set: &mut Set) -> Result<(), Error> {
    let zone = match set {
        Set::SingleAssignment { variable, values, .. } if is_zone(variable) => match values.as_slice() {
            [value] => text_of(value),
            _ => return Ok(()),
        },
        Set::SetTimeZone { local: true, .. } => "LOCAL".into(),
        Set::SetTimeZone { value, .. } => text_of(value),
        _ => return Ok(()),
    };
    if UTC.contains(&zone.to_lowercase().as_str()) {
        *set = utc();
        return Ok(());
    }
    Err(refused(
        format!("the session's time zone is UTC and cannot be {}", quoted(&zone)),
        format!(
            "x AT TIME ZONE {0} has the hours and days of a zone: date_trunc('day', x AT TIME ZONE {0})",
            named(&zone)
        ),
    ))
}

fn text_of(value: &Expr) -> String {
    match value {
        Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text) | Value::DoubleQuotedString(text), ..
        }) => text.clone(),
        other => other.to_string(),
    }
}

/// The zone as a literal, if it looks like a name.
fn named(zone: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_+-:".contains(c);
    if zone.len() <= 40 && zone != "LOCAL" && zone.chars().all(plain) {
        format!("'{zone}'")
    } else {
        "'Asia/Tokyo'".into()
    }
}

/// The zone of `AT TIME ZONE` is part of the type of what it gives, so it has to be written out.
pub(super) fn of_literal(zone: &Expr) -> Result<(), Error> {
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(name), .. }) = zone {
        // A type with a zone that there is not would be refused only where its times are written.
        return match name.parse::<Tz>() {
            Ok(_) => Ok(()),
            Err(_) => Err(refused(
                format!("there is no time zone {}", quoted(zone)),
                "write a zone as 'Europe/Berlin' or '+02:00'",
            )),
        };
    }
    Err(refused(
        format!("AT TIME ZONE takes a zone's name, and {} is not one", quoted(zone)),
        "write it as text: AT TIME ZONE 'Europe/Berlin', or '+02:00'",
    ))
}

/// A time without seconds: `TIMESTAMP '2026-11-27 08:00'`.
pub(super) fn of_time(to: &DataType, said: &mut Value) {
    if let (DataType::Timestamp(..) | DataType::Datetime(_), Value::SingleQuotedString(text)) = (to, said)
        && let Some(whole) = with_seconds(text)
    {
        *text = whole;
    }
}
