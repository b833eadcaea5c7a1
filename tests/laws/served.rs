//! A reader of what was sent: which of the tenant's rows does a `$filter` ask for?
//!
//! Written from the service's documentation: text is compared without regard to case, except the user principal name,
//! which is stored in lower case; NULL satisfies nothing; times have units of 100 ns.

use auditql::odata::parse::{Comparison, Lambda, Literal, Node, parse};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The options of a decoded URL that these tests look at.
pub(crate) struct Sent {
    pub(crate) filter: Option<Node>,
    /// The request follows a link instead of opening a chain.
    pub(crate) continues: bool,
    pub(crate) top: usize,
}

impl Sent {
    /// Reads a decoded URL. A filter of these tests holds no `&$`, at which options are told apart.
    pub(crate) fn read(url: &str) -> Self {
        let options = url.split_once('?').map_or("", |(_, options)| options);
        let mut sent = Self { filter: None, continues: false, top: 999 };
        for option in options.split("&$").filter(|option| !option.is_empty()) {
            let (name, value) = option.trim_start_matches('$').split_once('=').unwrap();
            match name {
                "filter" => sent.filter = Some(parse(value).unwrap_or_else(|e| panic!("{value}\n{e}"))),
                "top" => sent.top = value.parse().unwrap(),
                "skiptoken" => sent.continues = true,
                "orderby" | "select" | "count" | "api-version" => {}
                other => panic!("option {other} in {url}"),
            }
        }
        sent
    }
}

/// Whether a request asks for more than a kind and a range of the property that holds the time.
pub(crate) fn narrows(url: &str, time: &str) -> bool {
    let Some(filter) = Sent::read(url).filter else { return false };
    let all = if let Node::And(all) = filter { all } else { vec![filter] };
    all.iter().any(|clause| match clause {
        Node::Lambda(_, path, _) => path[0] != "signInEventTypes",
        Node::Compare(left, ..) => !matches!(&**left, Node::Path(path) if path[0] == time),
        _ => true,
    })
}

/// Whether a record satisfies a filter.
pub(crate) fn satisfies(row: &Value, node: &Node) -> bool {
    match node {
        Node::And(all) => all.iter().all(|n| satisfies(row, n)),
        Node::Or(all) => all.iter().any(|n| satisfies(row, n)),
        Node::Compare(left, op, right) => {
            let (Node::Path(path), Node::Literal(literal)) = (&**left, &**right) else { panic!("{node:?}") };
            compares(at(row, path), path, *op, literal)
        }
        Node::Call(name, args) => {
            let [Node::Path(path), Node::Literal(Literal::Text(text))] = &args[..] else { panic!("{node:?}") };
            let (value, part) = (at(row, path).as_str().map(|t| stored(t, path)), stored(text, path));
            value.is_some_and(|value| match name.as_str() {
                "startswith" => value.starts_with(&part),
                "endswith" => value.ends_with(&part),
                other => panic!("{other} is not documented for any property"),
            })
        }
        Node::Lambda(_, path, Some(Lambda { body, .. })) => {
            let Node::Compare(_, Comparison::Eq, literal) = &**body else { panic!("{node:?}") };
            let Node::Literal(Literal::Text(text)) = &**literal else { panic!("{node:?}") };
            let list = at(row, path).as_array();
            list.is_some_and(|l| l.iter().any(|t| t.as_str().is_some_and(|t| stored(t, path) == stored(text, path))))
        }
        other => panic!("nothing that is sent: {other:?}"),
    }
}

fn at<'a>(row: &'a Value, path: &[String]) -> &'a Value {
    path.iter().try_fold(row, |value, name| value.get(name)).unwrap_or(&Value::Null)
}

fn stored(text: &str, path: &[String]) -> String {
    if path[0] == "userPrincipalName" { text.into() } else { text.to_lowercase() }
}

fn compares(value: &Value, path: &[String], op: Comparison, literal: &Literal) -> bool {
    let order = match literal {
        Literal::Text(text) => value.as_str().map(|t| stored(t, path).cmp(&stored(text, path))),
        Literal::Integer(n) => value.as_i64().or_else(|| value.as_str()?.parse().ok()).map(|v| v.cmp(n)),
        Literal::Instant(time) => value.as_str().map(|t| t.parse::<DateTime<Utc>>().unwrap().cmp(time)),
        other => panic!("no literal of these tests: {other:?}"),
    };
    order.is_some_and(|order| match op {
        Comparison::Eq => order.is_eq(),
        Comparison::Ge => order.is_ge(),
        Comparison::Le => order.is_le(),
        other => panic!("{other:?} is not documented for any property"),
    })
}
