//! Types of columns, and values that are of them or not.

use super::*;

fn kind(name: &str, values: &[&str]) -> Kind {
    let mut seen = Seen::default();
    values.iter().for_each(|value| seen.see(value));
    seen.reading(name, Clock::UTC).kind
}

#[test]
fn a_column_is_of_a_type_if_all_of_its_values_are() {
    for (values, expected) in [
        (&["1", "-2", "", "-", "0"][..], Kind::Int),
        (&["1", "2.5", "1.0e3"], Kind::Float),
        (&["1", "2.5", "1e3", ".5"], Kind::Float),
        (&["1", "1e3"], Kind::Text),
        (&["1", "x"], Kind::Text),
        (&["007", "1"], Kind::Text),
        (&["1234567890123456789"], Kind::Text),
        (&["9007199254740992", "2.5"], Kind::Float),
        (&["9007199254740993", "2.5"], Kind::Text),
        (&["true", "False"], Kind::Bool),
        (&["2026-11-27 08:00:00", "2026-11-27T08:00:00Z"], Kind::Time),
        (&["2026-11-27"], Kind::Text),
        (&["27/11/2026 08:00", "11/27/2026 08:00"], Kind::Text),
        (&[&["2026-11-27 08:00"; 9][..], &["0000-00-00 00:00:00"]].concat(), Kind::Time),
        // Of a few, one may be odd; but two are not, and of two none.
        (&[&["2026-11-27 08:00"; 8][..], &["0000-00-00 00:00:00"]].concat(), Kind::Time),
        (&[&["notatime"], &["2026-11-27 08:00"; 3][..]].concat(), Kind::Time),
        (&[&["2026-11-27 08:00"; 8][..], &["notatime"; 2]].concat(), Kind::Text),
        (&[&["2026-11-27 08:00"; 2][..], &["notatime"]].concat(), Kind::Text),
        (&["Fri, 27 Nov 2026 08:00:00 GMT", ""], Kind::Time),
        (&["[\"a\"]", "[]"], Kind::Texts),
        (&["+1"], Kind::Text),
        (&["", "-"], Kind::Text),
        (&[], Kind::Text),
    ] {
        assert_eq!(kind("x", values), expected, "{values:?}");
    }
    assert_eq!([kind("x", &["1764230400"]), kind("ts", &["1764230400"])], [Kind::Int, Kind::Time]);
    assert_eq!(kind("epoch_ms", &["1764230400000"]), Kind::Time);
}

#[test]
fn what_json_calls_a_number_is_one() {
    let kind = |values: &[&str]| {
        let mut seen = Seen::default();
        values.iter().for_each(|value| seen.see_number(value));
        seen.reading("x", Clock::UTC).kind
    };
    for (values, expected) in [
        (&["1", "9223372036854775807"][..], Kind::Int),
        (&["1", "9223372036854775808"], Kind::Text),
        (&["9.5", "1e1"], Kind::Float),
        (&["1e1", "2"], Kind::Float),
        (&["9.5", "1000000000000000000"], Kind::Text),
    ] {
        assert_eq!(kind(values), expected, "{values:?}");
    }
    assert_eq!(
        Reading { is_inferred: true, ..Reading::of(Kind::Float) }.read("1e1".into()),
        Read::Value(Value::Float(10.0))
    );
}

#[test]
fn what_is_blamed_is_not_what_most_are() {
    for (values, expected) in [
        (&["08:00:00", "24:00:00", "08:00:01", "x"][..], Some(("24:00:00", "a time of day"))),
        (&["2026-11-27", "soon", "2026-11-28"], Some(("soon", "a day"))),
        (&["2026-11-27 08:00", "2026-11-27", "2026-11-27 08:01"], Some(("2026-11-27", "a time"))),
        (&["x", "y"], Some(("x", "a time"))),
        (&["2026-11-27 08:00"], None),
        (&["08:00"], None),
        (&[], None),
    ] {
        let mut seen = Seen::default();
        values.iter().for_each(|value| seen.see(value));
        assert_eq!(seen.other(), expected, "{values:?}");
    }
}

#[test]
fn a_value_is_of_its_type_or_null_or_odd() {
    let read = |kind, text: &'static str| Reading::of(kind).read(text.into());
    assert_eq!(read(Kind::Int, " 5 "), Read::Value(Value::Int(5)));
    assert_eq!(read(Kind::Int, "-"), Read::Value(Value::Null));
    assert_eq!(read(Kind::Int, "five"), Read::Odd);
    assert_eq!(read(Kind::Text, "-"), Read::Value(Value::Text("-".into())));
    assert_eq!(read(Kind::Float, "inf"), Read::Odd);
    assert_eq!(read(Kind::Bool, "TRUE"), Read::Value(Value::Bool(true)));
    assert_eq!(read(Kind::Time, "yesterday"), Read::Odd);
    // What a sample showed to be numbers is none where it is written as an id is; what is stated is.
    let inferred = |kind, text: &'static str| Reading { is_inferred: true, ..Reading::of(kind) }.read(text.into());
    for text in ["007", "+7", "00", "-07"] {
        assert_eq!(inferred(Kind::Int, text), Read::Odd, "{text}");
        assert!(matches!(read(Kind::Int, text), Read::Value(Value::Int(_))), "{text}");
    }
    for text in ["007.5", "+1.5", "9007199254740993", "12345678901234567890"] {
        assert_eq!(inferred(Kind::Float, text), Read::Odd, "{text}");
        assert!(matches!(read(Kind::Float, text), Read::Value(Value::Float(_))), "{text}");
    }
    assert_eq!(inferred(Kind::Int, "-7"), Read::Value(Value::Int(-7)));
    assert_eq!([inferred(Kind::Int, "0"), inferred(Kind::Int, "-")], [Value::Int(0), Value::Null].map(Read::Value));
    assert_eq!(inferred(Kind::Float, "0.5"), Read::Value(Value::Float(0.5)));
    assert_eq!(inferred(Kind::Float, "9007199254740992"), Read::Value(Value::Float(9_007_199_254_740_992.0)));
    // In quotes there is a text, even if it has no letters.
    let quoted = |kind| Reading::of(kind).read_quoted("".into());
    assert_eq!([quoted(Kind::Text), quoted(Kind::Int)], [Value::Text("".into()), Value::Null].map(Read::Value));
}
