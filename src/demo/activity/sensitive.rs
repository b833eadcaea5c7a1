//! The types of sensitive information that data loss prevention knows: `resources/dlpSensitiveTypes`.

use crate::demo::json::Json;

/// Identifier and name.
pub(super) const SENSITIVE_TYPES: &[(&str, &str)] = &[
    ("50842eb7-edc8-4019-85dd-5a5c1f2bb085", "Credit Card Number"),
    ("e7dc4711-11b7-4cb0-b88b-2c394a771f0e", "International Banking Account Number (IBAN)"),
    ("a44669fe-0d48-453d-a9b1-2cc83f2cba77", "U.S. Social Security Number (SSN)"),
    ("178ec42a-18b4-47cc-85c7-d62c92fd67f8", "EU Passport Number"),
    ("d24e32a4-c0bb-4ba8-899d-6303b95742d9", "Austria Social Security Number"),
];

/// The list as the service gives it.
pub(super) fn body() -> String {
    let entries = SENSITIVE_TYPES.iter().map(|(id, name)| {
        let mut json = Json::object();
        json.text("id", id);
        json.text("name", name);
        json.finish()
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(","))
}
