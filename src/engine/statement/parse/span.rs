//! Spans of time as people write them: `7d`, `1h30m`, `2 weeks`.

/// Units by what they are called, and how INTERVAL calls them.
const UNITS: &[(&[&str], &str)] = &[
    (&["ms", "milli", "millis", "millisecond", "milliseconds"], "milliseconds"),
    (&["s", "sec", "secs", "second", "seconds"], "seconds"),
    (&["m", "min", "mins", "minute", "minutes"], "minutes"),
    (&["h", "hr", "hrs", "hour", "hours"], "hours"),
    (&["d", "day", "days"], "days"),
    (&["w", "week", "weeks"], "weeks"),
    (&["mon", "month", "months"], "months"),
    (&["y", "yr", "year", "years"], "years"),
];

/// Number and unit of each part.
fn parts(text: &str) -> Option<Vec<(&str, &'static str)>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(digits);
        number.parse::<f64>().ok()?;
        let behind = behind.trim_start();
        let end = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(end);
        let unit = unit.to_ascii_lowercase();
        let (_, unit) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
        parts.push((number, *unit));
        rest = next.trim_start();
    }
    (!parts.is_empty()).then_some(parts)
}

/// The span as INTERVAL takes it: `7 days`. `None`, if it is none.
pub(super) fn interval(text: &str) -> Option<String> {
    let parts = parts(text)?;
    Some(parts.into_iter().map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<_>>().join(" "))
}

/// Its length in seconds; `None` of months and years, which have none.
pub(in crate::engine::statement) fn seconds(text: &str) -> Option<f64> {
    let length = |(number, unit): (&str, &str)| {
        let each = match unit {
            "milliseconds" => 0.001,
            "seconds" => 1.0,
            "minutes" => 60.0,
            "hours" => 3_600.0,
            "days" => 86_400.0,
            "weeks" => 604_800.0,
            _ => return None,
        };
        Some(number.parse::<f64>().ok()? * each)
    };
    parts(text)?.into_iter().map(length).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, read, length) in [
            ("7d", Some("7 days"), Some(604_800.0)),
            ("1h30m", Some("1 hours 30 minutes"), Some(5_400.0)),
            (" 2 Weeks ", Some("2 weeks"), Some(1_209_600.0)),
            ("1.5h", Some("1.5 hours"), Some(5_400.0)),
            ("250ms", Some("250 milliseconds"), Some(0.25)),
            ("1 month", Some("1 months"), None),
            ("7", None, None),
            ("d", None, None),
            ("7 x", None, None),
            ("1.2.3d", None, None),
            ("", None, None),
            ("user 7d", None, None),
        ] {
            assert_eq!(interval(text).as_deref(), read, "{text}");
            assert_eq!(seconds(text), length, "{text}");
        }
    }
}
