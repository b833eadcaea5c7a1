//! `auditql doctor`: what is found of a connection, line by line, with the remedy for each failure.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::env::Env;
use crate::auth::{self, Connection};
use crate::doctor::{Doctor, Finding, Proxy, Verdict};
use crate::http::{Options, Pace};
use crate::output::safe;
use crate::report::{Exit, Report};

/// Looks the connection over. The exit code is that of the first failure, which the others may follow from.
pub(super) async fn examine(connection: &Connection, env: &Env, pace: Option<&Path>, now: DateTime<Utc>) -> Exit {
    let doctor = Doctor {
        connection,
        options: Options::default(),
        pacer: Arc::new(auth::pacer(connection, Pace::default(), pace)),
        proxy: proxy(env),
        now,
    };
    let (mut checks, mut failures) = (0, Vec::new());
    doctor
        .examine(|finding| {
            checks += usize::from(!matches!(finding.verdict, Verdict::Skipped(_) | Verdict::Note(_)));
            failures.extend(say(&finding));
        })
        .await;
    let summary = match failures.len() {
        0 => format!("all {checks} checks passed"),
        failed => format!("{failed} of {checks} checks failed"),
    };
    line(&summary);
    failures.first().copied().unwrap_or(Exit::Success)
}

/// Shows a finding; gives the exit code of a failure.
fn say(finding: &Finding) -> Option<Exit> {
    let (mark, clause, report) = match &finding.verdict {
        Verdict::Good(clause) => ("ok", clause.clone(), None),
        Verdict::Note(clause) => ("note", clause.clone(), None),
        Verdict::Skipped(why) => ("--", format!("not checked: {why}"), None),
        Verdict::Bad(trouble) => {
            let report = Report::of_error(trouble.as_ref());
            ("FAIL", report.what.clone(), Some(report))
        }
    };
    line(&format!("{mark:<5} {}: {clause}", finding.subject));
    let report = report?;
    report.causes.iter().for_each(|cause| line(&format!("      because: {cause}")));
    report.hint.iter().for_each(|hint| line(&format!("      remedy:  {hint}")));
    Some(report.exit)
}

fn line(text: &str) {
    // A reader that went away needs no findings.
    let _ = writeln!(io::stdout().lock(), "{}", safe::line(text));
}

/// The proxy that the environment names. What else it holds, such as a password, is left out.
fn proxy(env: &Env) -> Option<Proxy> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let (variable, text) = names.into_iter().find_map(|name| env.get(name).map(|text| (name, text)))?;
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&text).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let except = env.get("NO_PROXY").or(env.get("no_proxy")).unwrap_or_default();
    Some(Proxy {
        address: format!("{}{port}", url.host_str()?),
        variable,
        except: except.split(',').map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_told_without_its_password() {
        let of = |pairs: &[(&str, &str)]| proxy(&Env::of(pairs));
        let found = of(&[("HTTPS_PROXY", "http://me:CANARY@proxy.example:3128"), ("NO_PROXY", "a.example,.b.example")])
            .unwrap();
        assert_eq!((found.address.as_str(), found.variable), ("proxy.example:3128", "HTTPS_PROXY"));
        assert_eq!(found.except, ["a.example", ".b.example"]);
        assert_eq!(of(&[("all_proxy", "proxy:1")]).unwrap().address, "proxy:1");
        assert_eq!(of(&[]), None);
    }
}
