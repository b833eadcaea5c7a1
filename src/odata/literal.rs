//! Writes literals down. Doubling the quote is the only escape of a string; percent-encoding comes later and elsewhere.

use crate::predicate::Value;
use crate::time::second_text;

/// The literal as `$filter` text.
///
/// Times are unquoted: a quoted one is answered with 400 "Invalid filter clause" by the audit-log reports.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Double(d) => format!("{d:?}"),
        Value::Second(second) => second_text(*second),
        Value::Guid(guid) => guid.clone(),
        Value::Null => "null".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_written_as_the_service_reads_them() {
        for (value, text) in [
            (Value::Text("O'Neil".into()), "'O''Neil'"),
            (Value::Text("''".into()), "''''''"),
            (Value::Text("50% & + # 😀".into()), "'50% & + # 😀'"),
            (Value::Bool(true), "true"),
            (Value::Int(-1), "-1"),
            (Value::Double(2.0), "2.0"),
            (Value::Second(1_777_593_600), "2026-05-01T00:00:00Z"),
            (Value::Guid("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into()), "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
            (Value::Null, "null"),
        ] {
            assert_eq!(literal(&value), text);
        }
    }
}
