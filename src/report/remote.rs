//! What services, sign-in and the way to them can answer, and what to do about it.
//!
//! Words of a service are shown as causes, apart from our own: they are untrusted text.

use super::{Exit, Report, sign_in};
use crate::http::{Error, Fault, Refusal};
use crate::table::{Api, Needs};

/// What to do when the time for a statement is over.
pub(super) const MORE_TIME: &str = "raise --timeout, narrow the query, or use --partial";

/// What to do when a statement may send no more requests.
pub(super) const FEWER: &str = "raise --max-requests, narrow the query, or use --partial";

/// What to do about a certificate that cannot be followed to an authority.
pub(super) const NOT_TRUSTED: &str =
    "the certificate is not trusted here; behind an inspecting proxy, add its CA to the system's or to SSL_CERT_FILE";

/// What to do where nothing is reached.
pub(super) const UNREACHED: &str =
    "check the connection's cloud and addresses, and this machine's network and DNS; behind a proxy, set HTTPS_PROXY";

/// A request that brought no reply, and what it needs.
pub(super) fn of_http(error: &Error, needs: Needs) -> Report {
    let underlying = error.underlying();
    if let Error::SignIn(failed) = underlying
        && let Some(why) = sign_in::unreached(failed)
    {
        return Report {
            causes: vec![why.into()],
            ..Report::new(Exit::Remote, "the sign-in service could not be reached")
        }
        .hint(UNREACHED);
    }
    let mut report = Report::chain(exit_of(error), error);
    report.causes.extend(underlying.refusal().into_iter().flat_map(words));
    if let Error::SignIn(sign_in) = underlying {
        report.causes.push(sign_in.message.to_string());
    }
    Report { hint: advice(error, needs), ..report }
}

fn exit_of(error: &Error) -> Exit {
    match error {
        Error::SignIn(_) | Error::TokenRejected(_) => Exit::SignIn,
        Error::RequestBudget { .. } => Exit::Incomplete,
        Error::Deadline { .. } => Exit::Deadline,
        Error::Setup(_) | Error::NoService(_) => Exit::Usage,
        _ => Exit::Remote,
    }
}

/// The service's own words.
fn words(refusal: &Refusal) -> Vec<String> {
    let said = match (&refusal.code, &refusal.message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.as_ref().or(message.as_ref()).map(ToString::to_string),
    };
    let id = refusal.request_id.as_ref().map(|id| format!("request id {id}"));
    said.into_iter().chain(id).collect()
}

fn advice(error: &Error, needs: Needs) -> Option<String> {
    Some(match error {
        Error::Refused(refusal) => return of_refusal(refusal, needs),
        Error::TokenRejected(refusal) => of_refusal(refusal, needs)
            .unwrap_or_else(|| "the access token has expired or is for another service; get a new one".into()),
        Error::SignIn(failed) => sign_in::advice(failed),
        Error::Throttled { .. } => "all clients of the tenant share this quota: use a shorter time range, or try later".into(),
        Error::Unavailable { last, .. } => {
            of_refusal(last, needs).unwrap_or_else(|| "nothing is wrong with the query; try later".into())
        }
        Error::Unreachable { fault: Fault::Tls(_), .. } => NOT_TRUSTED.into(),
        Error::Unreachable { fault: Fault::Garbled(_), .. } => {
            "a proxy may have answered in the service's place: check HTTPS_PROXY and the connection's addresses, or try later".into()
        }
        Error::Unreachable { .. } => "check the network, HTTPS_PROXY, and the connection's cloud or addresses".into(),
        Error::Redirect { .. } | Error::ForeignLink(_) => {
            "it was not followed, because the token would have been sent along; check the connection's addresses".into()
        }
        Error::TooLarge { .. } => "no page of the service is that large; check the connection's addresses".into(),
        Error::RequestBudget { .. } => FEWER.into(),
        Error::Deadline { .. } => MORE_TIME.into(),
        Error::NoService(Api::AadGraph) => {
            "set aadgraph_url in the connection to an endpoint that answers as it did, or read exported records with --input".into()
        }
        Error::NoService(api) => format!("set {} in the connection", api.url_key()),
        Error::Setup(_) => return None,
    })
}

fn of_refusal(refusal: &Refusal, needs: Needs) -> Option<String> {
    let licence = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    if refusal.message.as_deref().is_some_and(no_audit_log) {
        return Some(AUDITING_OFF.into());
    }
    match (refusal.status, refusal.code.as_deref()) {
        (403, Some(code)) if code == licence => Some(licence_needed(needs)),
        (403, _) => Some(permission(needs)),
        _ => None,
    }
}

/// How the activity feed calls a tenant that keeps no audit log (source: "Troubleshooting the Office 365 Management
/// Activity API"): `…Audit.DataServiceException: Tenant <id> does not exist`.
fn no_audit_log(message: &str) -> bool {
    message.split_once("Tenant ").is_some_and(|(_, rest)| rest.contains("does not exist"))
}

const AUDITING_OFF: &str = "auditing may be off in the tenant: Set-AdminAuditLogConfig \
     -UnifiedAuditLogIngestionEnabled $true turns it on, within an hour; or the connection names the wrong tenant";

/// Which licence is needed.
fn licence_needed(needs: Needs) -> String {
    match needs.licence {
        Some((name, column)) => format!("this needs a licence of {name}{}", without(column)),
        None => "this needs a licence that the tenant does not have".into(),
    }
}

/// Which permissions are needed, and who grants them. A refusal can mean the licence as well.
fn permission(needs: Needs) -> String {
    granted(needs.permissions, needs.licence)
}

/// The same of permissions and a licence.
pub(super) fn granted(permissions: &[&str], licence: Option<(&str, Option<&str>)>) -> String {
    let names = if permissions.is_empty() { "the table's permissions".into() } else { permissions.join(" and ") };
    let licence = match licence {
        Some((name, column)) => format!("; the tenant needs {name}{}", without(column)),
        None => String::new(),
    };
    format!("the application needs {names}, with the consent of an administrator; get a new token afterwards{licence}")
}

/// How to ask for less.
fn without(column: Option<&str>) -> String {
    column.map_or_else(String::new, |column| format!(" (for {column}: a query that names other columns needs less)"))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::http::{Address, GaveUp, SignIn, Stage};
    use crate::veil::{Veil, Veiled};

    fn told(text: &str) -> Veiled {
        Veil::default().told(text)
    }

    fn refusal(status: u16, code: &str) -> Box<Refusal> {
        Box::new(Refusal {
            address: Address::of(
                &Url::parse("https://graph.microsoft.com/beta/auditLogs/signIns?$filter=secret").unwrap(),
                &Veil::default(),
            ),
            status,
            code: Some(told(code)),
            message: Some(told("words")),
            request_id: Some(told("r-1")),
        })
    }

    #[test]
    fn each_kind_of_failure_has_its_exit_code() {
        let sign_in = SignIn {
            status: Some(401),
            code: Some("AADSTS7000215".into()),
            message: told("no"),
            lack: None,
            connection: None,
        };
        let address = refusal(400, "x").address;
        let rows = [
            (Error::Refused(refusal(400, "BadRequest")), Exit::Remote),
            (Error::Refused(refusal(403, "Forbidden")), Exit::Remote),
            (Error::TokenRejected(refusal(401, "InvalidAuthenticationToken")), Exit::SignIn),
            (Error::SignIn(Box::new(sign_in)), Exit::SignIn),
            (Error::Throttled { because: GaveUp::Tries, last: refusal(429, "x") }, Exit::Remote),
            (Error::RequestBudget { limit: 5, last: None }, Exit::Incomplete),
            (Error::Deadline { address, stage: Stage::Reply, last: None }, Exit::Deadline),
        ];
        for (error, exit) in rows {
            assert_eq!(of_http(&error, Needs::default()).exit, exit, "{error}");
        }
    }

    #[test]
    fn the_end_of_a_budget_hides_no_cause() {
        let last = || {
            let mut last = refusal(503, "UnknownError");
            last.message = Some(told("busy"));
            Some(Box::new(Error::Unavailable { because: GaveUp::Deadline, last }))
        };
        let address = refusal(400, "x").address;
        let deadline = Error::Deadline { address, stage: Stage::Retry, last: last() };
        for error in [deadline, Error::RequestBudget { limit: 5, last: last() }] {
            let report = of_http(&error, Needs::default()).to_string();
            for part in ["answered with status 503", "UnknownError: busy", "r-1", "hint: raise --"] {
                assert!(report.contains(part), "{part}: {report}");
            }
        }
    }

    #[test]
    fn a_tenant_without_an_audit_log_is_told_apart_from_one_that_is_wrong() {
        let words = "Microsoft.Office.Compliance.Audit.DataServiceException: Tenant 7b795fb9-09d3-42f4-a494-38864f99ba3c \
                     does not exist.";
        for status in [400, 401, 403, 500] {
            let refusal = Box::new(Refusal { message: Some(told(words)), ..*refusal(status, "AF10001") });
            let error = match status {
                401 => Error::TokenRejected(refusal),
                500 => Error::Unavailable { because: GaveUp::Tries, last: refusal },
                _ => Error::Refused(refusal),
            };
            let hint = of_http(&error, Needs { permissions: &["ActivityFeed.Read"], licence: None }).hint.unwrap();
            assert!(hint.starts_with("auditing may be off"), "{status}: {hint}");
        }
    }

    #[test]
    fn a_missing_permission_is_named() {
        let needs = Needs { permissions: &["AuditLog.Read.All"], licence: None };
        let report = of_http(&Error::Refused(refusal(403, "Authorization_RequestDenied")), needs);
        assert_eq!(report.causes, ["Authorization_RequestDenied: words", "request id r-1"]);
        let hint = report.hint.unwrap();
        assert!(hint.contains("AuditLog.Read.All") && hint.contains("administrator"), "{hint}");
        assert!(!report.what.contains("secret"), "{}", report.what);
    }

    #[test]
    fn a_sign_in_service_that_is_not_reached_is_no_wrong_credential() {
        let dns = "failed to execute `reqwest` request: error sending request for url (https://x/): client error (Connect): dns \
                   error: failed to lookup address information";
        for (message, why) in [
            (dns, Some("the name cannot be resolved")),
            ("error sending request for url (https://x/): connection refused", Some("it does not answer")),
            ("error sending request: invalid peer certificate: UnknownIssuer", None),
            ("AADSTS50126: no", None),
        ] {
            let failed = SignIn { status: None, code: None, message: told(message), lack: None, connection: None };
            let report = of_http(&Error::SignIn(Box::new(failed)), Needs::default());
            assert_eq!(report.exit == Exit::Remote, why.is_some(), "{report}");
            assert!(why.is_none_or(|why| report.causes == [why]), "{report}");
        }
    }

    #[test]
    fn who_signs_in_is_told_to_which_connection() {
        let lack = Some(crate::http::Lack::Person);
        let (message, connection) = (told("nobody is signed in"), Some("lab".into()));
        let error = Error::SignIn(Box::new(SignIn { status: None, code: None, message, lack, connection }));
        let hint = of_http(&error, Needs::default()).hint;
        assert_eq!(hint.as_deref(), Some("sign in with 'auditql login --connection lab'"));
    }

    #[test]
    fn known_sign_in_codes_have_their_own_advice() {
        for (code, advice) in sign_in::ADVICE {
            let error = Error::SignIn(Box::new(SignIn {
                status: None,
                code: Some((*code).into()),
                message: Veiled::default(),
                lack: None,
                connection: None,
            }));
            assert_eq!(of_http(&error, Needs::default()).hint.as_deref(), Some(*advice));
        }
    }
}
