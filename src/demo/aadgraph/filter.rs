//! The second opinion on `$filter` as the reports take it: tests of documented fields joined by `and`, and nothing else.
//!
//! Field names mind their case. Of values, the audit page says where case counts: in the activity and its type. Of sign-ins
//! it is not said; names of users are compared here as they are stored, so that a client which takes the comparison to be
//! blind has rows too few.

use super::table::{Code, Table};
use crate::demo::graph::{Item, Property, Refusal, Rows, Type, Version};
use crate::odata::parse::{Comparison, Lambda, Literal, Node, Quantifier, parse};

/// A filter that the service accepts: all of it holds.
#[derive(Debug, Default)]
pub(super) struct Filter(Vec<Test>);

#[derive(Debug)]
enum Test {
    /// Nanoseconds since 1970: literals may be finer than records.
    Time(&'static str, Comparison, i128),
    Text(&'static str, TextTest),
    /// One of the objects in a list has such a text.
    Any(&'static str, &'static str, TextTest),
}

#[derive(Debug)]
struct TextTest {
    value: String,
    how: How,
    /// Compare as stored.
    exact: bool,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Equals,
    Begins,
    Holds,
}

impl Filter {
    /// Reads and checks a filter.
    pub(super) fn read(table: &Table, text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text else { return Ok(Self::default()) };
        let node = parse(text).map_err(Refusal::filter)?;
        let all = if let Node::And(all) = node { all } else { vec![node] };
        all.iter().map(|node| test(table, node)).collect::<Result<_, _>>().map(Self)
    }

    /// The same of a service that does not apply tests of some properties, though it accepts them.
    pub(super) fn lying(mut self, table: &Table, properties: &[String]) -> Self {
        let lied_about: Vec<&Property> =
            table.properties.iter().filter(|known| properties.iter().any(|property| property == known.path)).collect();
        self.0.retain(|test| {
            let held = match test {
                Test::Time(path, ..) | Test::Text(path, _) => (*path).to_owned(),
                Test::Any(list, below, _) => format!("{list}[]/{below}"),
            };
            !lied_about.iter().any(|property| property.held() == held || property.path == held)
        });
        self
    }

    /// Whether a record is meant.
    pub(super) fn matches(&self, rows: &dyn Rows, row: usize) -> bool {
        self.0.iter().all(|test| match test {
            Test::Time(_, op, nanos) => {
                let time = i128::from(rows.ticks(row)) * 100;
                match op {
                    Comparison::Ge => time >= *nanos,
                    Comparison::Gt => time > *nanos,
                    Comparison::Le => time <= *nanos,
                    Comparison::Lt => time < *nanos,
                    Comparison::Eq | Comparison::Ne => time == *nanos,
                }
            }
            Test::Text(path, test) => rows.text(row, path).is_some_and(|text| test.matches(&text)),
            Test::Any(list, below, test) => {
                let matches = |item: Item<'_>| item.text(below).is_some_and(|text| test.matches(text));
                rows.list(row, list).into_iter().any(matches)
            }
        })
    }
}

impl TextTest {
    fn new(property: &Property, value: &str, how: How) -> Self {
        let exact = property.kind == Type::ExactText;
        Self { value: if exact { value.to_owned() } else { folded(value) }, how, exact }
    }

    fn matches(&self, text: &str) -> bool {
        let folded = if self.exact { None } else { Some(folded(text)) };
        let text = folded.as_deref().unwrap_or(text);
        match self.how {
            How::Equals => text == self.value,
            How::Begins => text.starts_with(&self.value),
            How::Holds => text.contains(&self.value),
        }
    }
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

fn test(table: &Table, node: &Node) -> Result<Test, Refusal> {
    match node {
        Node::Compare(..) | Node::Call(..) => {
            let (path, operator, literal) = parts(node)?;
            plain(table, known(table, &path.join("/"), operator)?, operator, literal)
        }
        Node::Lambda(Quantifier::Any, list, Some(Lambda { variable, body })) => {
            let (path, operator, literal) = parts(body)?;
            let [first, below @ ..] = path else { return Err(Refusal::filter("an empty path")) };
            if first != variable {
                return Err(Refusal::filter(format_args!("'{first}' is not the element")));
            }
            let property = known(table, &format!("{}[]/{}", list.join("/"), below.join("/")), operator)?;
            let (list, below) = property.held().split_once("[]/").unwrap_or_default();
            let Literal::Text(value) = literal else { return Err(incompatible(property)) };
            Ok(Test::Any(list, below, TextTest::new(property, value, how(operator))))
        }
        _ => Err(Refusal::filter("only 'and' is supported between conditions")),
    }
}

/// Property, operator and constant of a test.
fn parts(node: &Node) -> Result<(&[String], &str, &Literal), Refusal> {
    match node {
        Node::Compare(left, op, right) => match (&**left, &**right) {
            (Node::Path(path), Node::Literal(literal)) => Ok((path, word(*op), literal)),
            _ => Err(Refusal::filter("a property is compared with a constant on its right")),
        },
        Node::Call(name, args) => match &args[..] {
            [Node::Path(path), Node::Literal(literal)] => Ok((path, name, literal)),
            _ => Err(Refusal::filter(format_args!("arguments of '{name}'"))),
        },
        _ => Err(Refusal::filter("operator is not supported")),
    }
}

fn known(table: &Table, path: &str, operator: &str) -> Result<&'static Property, Refusal> {
    let property = table.property(path).ok_or_else(|| {
        Refusal::bad_request(format!("Could not find a property named '{path}' on type 'activities'."))
    })?;
    if !property.allows(Version::Beta, operator) {
        return Err(Refusal::filter(format_args!("'{operator}' is not supported for '{path}'")));
    }
    Ok(property)
}

fn plain(table: &Table, property: &'static Property, operator: &str, literal: &Literal) -> Result<Test, Refusal> {
    if property.path == table.status.0 {
        let is_it = |(_, code): &&(&str, Code)| match (code, literal) {
            (Code::Text(code), Literal::Text(text)) => code == text,
            (Code::Number(code), Literal::Integer(number)) => code == number,
            _ => false,
        };
        let (word, _) = table.status.1.iter().find(is_it).ok_or_else(|| incompatible(property))?;
        return Ok(Test::Text(property.held(), TextTest::new(property, word, How::Equals)));
    }
    match (property.kind, literal) {
        (Type::Time, Literal::Instant(time)) => {
            let nanos = i128::from(time.timestamp()) * 1_000_000_000 + i128::from(time.timestamp_subsec_nanos());
            Ok(Test::Time(property.path, comparison(operator), nanos))
        }
        (Type::Enum, Literal::Text(text)) if !table.categories.contains(&text.as_str()) => {
            Err(Refusal::filter(format_args!("'{text}' is no value of '{}'", property.path)))
        }
        (Type::Text | Type::ExactText | Type::Enum, Literal::Text(text)) => {
            Ok(Test::Text(property.held(), TextTest::new(property, text, how(operator))))
        }
        _ => Err(incompatible(property)),
    }
}

fn incompatible(property: &Property) -> Refusal {
    Refusal::filter(format_args!("incompatible types for '{}'", property.path))
}

fn how(operator: &str) -> How {
    match operator {
        "startswith" => How::Begins,
        "contains" => How::Holds,
        _ => How::Equals,
    }
}

fn word(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "eq",
        Comparison::Ne => "ne",
        Comparison::Gt => "gt",
        Comparison::Ge => "ge",
        Comparison::Lt => "lt",
        Comparison::Le => "le",
    }
}

fn comparison(operator: &str) -> Comparison {
    match operator {
        "gt" => Comparison::Gt,
        "ge" => Comparison::Ge,
        "lt" => Comparison::Lt,
        "le" => Comparison::Le,
        _ => Comparison::Eq,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AUDIT_EVENTS, SIGNIN_EVENTS};
    use super::*;

    const ACTOR: &str = "actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName";

    #[test]
    fn what_is_documented_is_taken() {
        for text in [
            "signinDateTime ge 2016-07-01T17:05:21Z and signinDateTime le 2016-07-07T17:05:21Z",
            "signinDateTime gt 2016-07-01T17:05:21Z and signinDateTime lt 2016-07-07T17:05:21Z",
            "signinDateTime eq 2016-07-01T17:05:21Z",
            "userId eq '00000000-0000-0000-0000-000000000000'",
            "userPrincipalName eq 'audrey.oliver@wingtiptoys.com'",
            "appId eq 'x' and appDisplayName eq 'Azure Portal'",
            "loginStatus eq '1'",
        ] {
            Filter::read(&SIGNIN_EVENTS, Some(text)).unwrap_or_else(|e| panic!("{text}: {}", e.message));
        }
        for text in [
            "activityDate gt 2016-07-01T17:05:21Z",
            "category eq 'SSPR'",
            "activityStatus eq -1",
            "activityType eq 'User'",
            "activity eq 'Add application'",
            "contains(activity, 'Application')",
            "startsWith(activity, 'Add')",
            "actor/name eq 'test' and contains(actor/name, 'test') and startswith(actor/name, 'test')",
            "actor/objectId eq 'e8096343-86a2-4384-b43a-ebfdb17600ba'",
            "targets/any(t: t/name eq 'some name')",
            "targets/any(t: t/objectId eq 'e8096343-86a2-4384-b43a-ebfdb17600ba')",
            "targets/any(t: startswith(t/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.TargetResourceUserEntity/userPrincipalName,'abc'))",
            &format!("startswith({ACTOR},'abc')"),
        ] {
            Filter::read(&AUDIT_EVENTS, Some(text)).unwrap_or_else(|e| panic!("{text}: {}", e.message));
        }
    }

    #[test]
    fn what_is_not_documented_is_refused() {
        for text in [
            "userId eq 'a' or userId eq 'b'",
            "not userId eq 'a'",
            "userId in ('a','b')",
            "userId ne 'a'",
            "UserId eq 'a'",
            "signindatetime ge 2016-07-01T17:05:21Z",
            "signinDateTime ge '2016-07-01T17:05:21Z'",
            "loginStatus eq 1",
            "loginStatus eq 'Failure'",
            "loginStatus ne '0'",
            "startswith(userPrincipalName,'a')",
            "signinErrorCode eq 0",
            "ipAddress eq '1.2.3.4'",
            "id eq 'a'",
            "location/city eq 'Lisbon'",
            "userId eq null",
        ] {
            assert_eq!(Filter::read(&SIGNIN_EVENTS, Some(text)).unwrap_err().status, 400, "{text}");
        }
        for text in [
            "activityStatus eq '0'",
            "activityStatus eq 1",
            "activityResultStatus eq 'Success'",
            "category eq 'Core Directory'",
            "category eq 'sspr'",
            "actor/userPrincipalName eq 'a'",
            "startswith(activityType,'U')",
            "endswith(activity,'x')",
            "targets/any(t: t/userPrincipalName eq 'a')",
            "targets/any(t: x/name eq 'a')",
            "targets/all(t: t/name eq 'a')",
            "targets/any(t: t/name eq 'a' and t/objectId eq 'b')",
            "actor/objectid eq 'a'",
        ] {
            assert_eq!(Filter::read(&AUDIT_EVENTS, Some(text)).unwrap_err().status, 400, "{text}");
        }
    }
}
