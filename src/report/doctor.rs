//! What to do about what `auditql doctor` finds.

use super::layers::{of_auth, of_searches, of_subscriptions};
use super::{Exit, Report, remote, sign_in};
use crate::doctor::Trouble;
use crate::http::{Error, Fault};
use crate::table::Needs;

/// A finding, with its remedy.
pub(super) fn of_trouble(trouble: &Trouble) -> Report {
    match trouble {
        Trouble::Setup(error) => of_auth(error),
        Trouble::Credential(_) => Report::chain(Exit::SignIn, trouble).hint(sign_in::SET_IT),
        Trouble::Name => Report::chain(Exit::Remote, trouble).hint(remote::UNREACHED),
        Trouble::Silent(fault) => Report::chain(Exit::Remote, trouble).hint(of_fault(fault, trouble)),
        Trouble::Proxy { fault: fault @ Fault::Tls(_), .. } => {
            Report::chain(Exit::Remote, trouble).hint(of_fault(fault, trouble))
        }
        Trouble::Proxy { .. } => Report::chain(Exit::Remote, trouble)
            .hint("check HTTPS_PROXY, and that the proxy runs and lets this host through; NO_PROXY names hosts to reach without it"),
        Trouble::Clock(_) => Report::chain(Exit::Usage, trouble)
            .hint("set this machine's clock, such as by NTP: beyond five minutes sign-ins fail, and time ranges are wrong"),
        Trouble::Token(error @ Error::SignIn(failed)) => {
            let report = remote::of_http(error, Needs::default());
            // Nobody was asked, so the words are our own.
            if failed.lack.is_some() { Report { what: trouble.to_string(), ..report } } else { report }
        }
        Trouble::Token(error) => remote::of_http(error, Needs::default()),
        Trouble::Expired => Report::chain(Exit::SignIn, trouble).hint("get a new one, and set AUDITQL_ACCESS_TOKEN"),
        Trouble::OtherTenant { .. } => Report::chain(Exit::SignIn, trouble)
            .hint("correct the connection's tenant, or sign in to that one"),
        Trouble::Permissions(names) => {
            Report::chain(Exit::Remote, trouble).hint(remote::granted(names, None))
        }
        Trouble::Table { error, needs } => remote::of_http(error, *needs),
        Trouble::Feed(error) => of_subscriptions(error),
        Trouble::Searches(error) => of_searches(error),
        Trouble::NoSubscription => Report::chain(Exit::Usage, trouble).hint(
            "'auditql subscriptions start Audit.AzureActiveDirectory Audit.Exchange Audit.SharePoint Audit.General' starts \
             it; the first records arrive within hours",
        ),
        Trouble::Disabled(_) => Report::chain(Exit::Usage, trouble).hint(
            "an administrator of the tenant or of the service disabled it: ask them; what is not collected now cannot be \
             read later",
        ),
    }
}

/// The TLS library says in words what is wrong with a certificate; its types are not ours to name.
fn of_fault(fault: &Fault, trouble: &Trouble) -> &'static str {
    let words = crate::causes::said(trouble).join(" ").to_lowercase();
    match fault {
        Fault::Tls(_) if words.contains("expired") || words.contains("not valid yet") => {
            "the certificate is not valid now: check this machine's clock, else it is for whoever runs the host to renew it"
        }
        Fault::Tls(_) if words.contains("not valid for name") || words.contains("notvalidforname") => {
            "the certificate belongs to another host: check the connection's addresses, and who answers in the host's place"
        }
        Fault::Tls(_) => remote::NOT_TRUSTED,
        Fault::Connect(_) => {
            "check the connection's addresses, the network and its firewall; behind a proxy, set HTTPS_PROXY"
        }
        _ => "check the connection's addresses, and what stands between here and there; or try later",
    }
}
