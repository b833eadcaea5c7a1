//! How the feed says no: `{"error":{"code":"AF20022","message":"…"}}`. The vendor lists the codes and not their statuses;
//! these are the ones met in the field.

use crate::demo::json::Json;

/// A request that is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400 with a code.
    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::bad("AF20001", format!("Missing parameter: {parameter}."))
    }

    pub(super) fn wrong_type(parameter: &str, expected: &str) -> Self {
        Self::bad("AF20002", format!("Invalid parameter type: {parameter}. Expected type: {expected}."))
    }

    /// The token is for another tenant than the address.
    pub(super) fn other_tenant(asked: &str, own: &str) -> Self {
        let message = format!(
            "The tenant ID passed in the URL ({asked}) does not match the tenant ID passed in the access token ({own})."
        );
        Self::bad("AF20010", message)
    }

    pub(super) fn tenant_no_guid(asked: &str) -> Self {
        Self::bad("AF20013", format!("The tenant ID passed in the URL ({asked}) is not a valid GUID."))
    }

    pub(super) fn content_type() -> Self {
        Self::bad("AF20020", "The specified content type is not valid.")
    }

    pub(super) fn webhook(address: &str, why: &str) -> Self {
        Self::bad("AF20021", format!("The webhook endpoint ({address}) could not be validated. {why}"))
    }

    pub(super) fn not_subscribed() -> Self {
        Self::bad("AF20022", "No subscription found for the specified content type.")
    }

    pub(super) fn already_enabled() -> Self {
        Self::bad("AF20024", "The subscription is already enabled. No property change.")
    }

    pub(super) fn window(code: &'static str) -> Self {
        let message = "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.";
        Self::bad(code, message)
    }

    pub(super) fn next_page(value: &str) -> Self {
        Self::bad("AF20031", format!("Invalid nextPage Input: {value}."))
    }

    pub(super) fn no_content(id: &str) -> Self {
        Self::new(404, "AF20050", format!("The specified content ({id}) does not exist."))
    }

    pub(super) fn expired(id: &str, status: u16) -> Self {
        let message = format!(
            "Content requested with the key {id} has already expired. Content older than 7 days cannot be retrieved."
        );
        Self::new(status, "AF20051", message)
    }

    pub(super) fn content_id(id: &str) -> Self {
        Self::bad("AF20052", format!("Content ID {id} in the URL is invalid."))
    }

    pub(super) fn languages() -> Self {
        Self::bad("AF20053", "Only one language may be present in the Accept-Language header.")
    }

    pub(super) fn language() -> Self {
        Self::bad("AF20054", "Invalid syntax in Accept-Language header.")
    }

    /// Met as 429 and as 403.
    pub(super) fn throttled(status: u16, method: &str, publisher: Option<&str>) -> Self {
        let publisher = publisher.unwrap_or("00000000-0000-0000-0000-000000000000");
        Self::new(status, "AF429", format!("Too many requests. Method={method}, PublisherId={publisher}"))
    }

    pub(super) fn unauthenticated() -> Self {
        Self::new(
            401,
            "AF10001",
            "The permission set () sent in the request did not include the expected permission ActivityFeed.Read.",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "AF20052", "No operation has this address.")
    }

    pub(super) fn method() -> Self {
        Self::new(405, "AF50000", "The method is not allowed.")
    }

    pub(super) fn is_throttle(&self) -> bool {
        self.code == "AF429"
    }

    pub(super) fn body(&self) -> String {
        let mut json = Json::object();
        json.nested("error", |json| {
            json.text("code", self.code);
            json.text("message", &self.message);
        });
        json.finish()
    }
}
