//! How the service says no: `odata.error`, with a message beside its language.

use crate::demo::graph::Refusal;
use crate::demo::json::Json;

/// The body of a refusal.
pub(in crate::demo) fn body(refusal: &Refusal) -> String {
    let code = match refusal.status {
        401 => "Authentication_MissingOrMalformed",
        404 => "Request_ResourceNotFound",
        405 => "Request_MethodNotAllowed",
        _ => "Request_BadRequest",
    };
    let mut json = Json::object();
    json.nested("odata.error", |json| {
        json.text("code", code);
        json.nested("message", |json| {
            json.text("lang", "en");
            json.text("value", &refusal.message);
        });
    });
    json.finish()
}
