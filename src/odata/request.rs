//! The text of a listing's first request, in the dialect of its service: the one place where a query becomes a URL.

use super::filter::filter;
use super::url::with_options;
use crate::predicate::{Clause, Value};
use crate::table::{ApiVersion, Column, Dialect, Direction};
use crate::time::Interval;

/// What the first request of a listing asks for, before it is text.
#[derive(Debug)]
pub struct Ask<'a> {
    /// How its requests are written.
    pub dialect: Dialect,
    /// API version of Microsoft Graph.
    pub version: ApiVersion,
    /// The tenant, where it is a part of the path.
    pub tenant: &'a str,
    /// Path below the version or the tenant.
    pub path: &'a str,
    /// The clauses of its filter, all of which hold.
    pub clauses: &'a [Clause],
    /// The property to order by.
    pub order: Option<(&'a str, Direction)>,
    /// The properties to send alone.
    pub select: Option<&'a str>,
    /// Whether it is an advanced query, which has to ask for a count.
    pub advanced: bool,
    /// Records in a page.
    pub top: Option<usize>,
}

impl Ask<'_> {
    /// Path and query, encoded.
    pub fn url(&self) -> String {
        with_options(&self.path(), &self.options())
    }

    /// Path and query as people read them, for EXPLAIN. Not to be sent.
    pub fn readable(&self) -> String {
        let options: Vec<String> = self.options().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}?{}", self.path(), options.join("&"))
    }

    fn path(&self) -> String {
        match self.dialect {
            Dialect::Graph => format!("/{}{}", self.version.segment(), self.path),
            Dialect::AadGraph => format!("/{}{}", self.tenant, self.path),
        }
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        if self.dialect == Dialect::AadGraph {
            options.push((API_VERSION, AADGRAPH_VERSION.to_owned()));
        }
        if !self.clauses.is_empty() {
            options.push(("$filter", filter(self.clauses)));
        }
        if !self.dialect.asks_for_pages() {
            return options;
        }
        if let Some((property, direction)) = self.order {
            let word = match direction {
                Direction::Descending => "desc",
                Direction::Ascending => "asc",
            };
            options.push(("$orderby", format!("{property} {word}")));
        }
        if let Some(select) = self.select {
            options.push(("$select", select.to_owned()));
        }
        if self.advanced {
            options.push(("$count", "true".into()));
        }
        options.extend(self.top.map(|top| ("$top", top.to_string())));
        options
    }
}

/// The clauses that bound a time, as whole seconds that lie outside of the interval, by the operators that are documented for
/// its property.
pub fn bounds(version: ApiVersion, time: &Column, interval: Interval) -> impl Iterator<Item = Clause> + use<> {
    let path = time.wire;
    let clause = |(op, second)| Clause::Property { path: path.into(), op, value: Value::Second(second) };
    let (from, to) = (interval.first_second(), interval.last_second());
    let ops = time.ops_in(version);
    let bounds = [from.and_then(|second| ops.since(second)), to.and_then(|second| ops.until(second))];
    bounds.into_iter().flatten().map(clause)
}

/// How the path of a link to the next page begins. Where the tenant is in the path, a link to another one leads to records
/// that nobody asked for.
pub fn link_prefix(dialect: Dialect, version: ApiVersion, tenant: &str) -> String {
    match dialect {
        Dialect::Graph => format!("/{}/", version.segment()),
        Dialect::AadGraph => format!("/{tenant}/activities/"),
    }
}

/// A link to the next page as it has to be followed: as it was given, but where it lacks the version that every request of
/// the service has to name, as old clients knew to add. What is in it is opaque and stays as it is.
pub fn followed(dialect: Dialect, link: String) -> String {
    if dialect == Dialect::Graph || names_version(&link) {
        return link;
    }
    let (link, fragment) = link.split_once('#').map_or((link.as_str(), None), |(link, rest)| (link, Some(rest)));
    let between = if !link.contains('?') {
        "?"
    } else if link.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    let fragment = fragment.map(|rest| format!("#{rest}")).unwrap_or_default();
    format!("{link}{between}{API_VERSION}={AADGRAPH_VERSION}{fragment}")
}

/// The option that names the version of Azure AD Graph.
const API_VERSION: &str = "api-version";
/// The only version of its reports.
const AADGRAPH_VERSION: &str = "beta";

fn names_version(link: &str) -> bool {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    let name = |option: &str| option.split_once('=').map_or(option, |(name, _)| name).to_ascii_lowercase();
    query.split('&').any(|option| [API_VERSION, "api%2dversion"].contains(&name(option).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apis::aadgraph::SIGNIN_EVENTS;

    #[test]
    fn a_link_without_the_version_is_given_it_and_is_opaque_otherwise() {
        for (link, expected) in [
            ("https://h/t/activities/audit?api-version=beta&%24skiptoken=-1339686058", None),
            ("https://h/t/activities/audit?%24skiptoken=-1&API-VERSION=beta", None),
            ("/t/activities/audit?api%2Dversion=beta&$skiptoken=a+b/c==", None),
            ("/t/activities/audit?$skiptoken=a+b/c==", Some("/t/activities/audit?$skiptoken=a+b/c==&api-version=beta")),
            ("/t/activities/audit", Some("/t/activities/audit?api-version=beta")),
            ("/t/activities/audit?", Some("/t/activities/audit?api-version=beta")),
            ("/t/activities/audit?a=1&", Some("/t/activities/audit?a=1&api-version=beta")),
            ("/t/activities/audit?a=api-version=1", Some("/t/activities/audit?a=api-version=1&api-version=beta")),
            // Refused later, and not hidden by what is added.
            ("/t/activities/audit?a=1#b", Some("/t/activities/audit?a=1&api-version=beta#b")),
        ] {
            assert_eq!(followed(Dialect::AadGraph, link.into()), expected.unwrap_or(link));
            assert_eq!(followed(Dialect::Graph, link.into()), link);
        }
    }

    #[test]
    fn a_request_of_azure_ad_graph_has_its_version_and_a_filter_and_nothing_else() {
        let time = SIGNIN_EVENTS.time_column().unwrap();
        let clauses: Vec<Clause> =
            bounds(ApiVersion::Beta, time, Interval { from: Some(1_500_000), to: Some(21_500_000) }).collect();
        let order = Some(("signinDateTime", Direction::Descending));
        let (dialect, version, tenant) = (Dialect::AadGraph, ApiVersion::V1, "contoso.example");
        let ask = Ask {
            dialect,
            version,
            tenant,
            path: "/activities/signinEvents",
            clauses: &clauses,
            order,
            select: None,
            advanced: false,
            top: None,
        };
        assert_eq!(
            ask.readable(),
            "/contoso.example/activities/signinEvents?api-version=beta&$filter=signinDateTime ge 1970-01-01T00:00:01Z and \
             signinDateTime lt 1970-01-01T00:00:22Z"
        );
        let all = Ask { clauses: &[], ..ask };
        assert_eq!(all.url(), "/contoso.example/activities/signinEvents?api-version=beta");
    }
}
