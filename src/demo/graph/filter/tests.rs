//! What is refused, by version and property, and what an accepted filter means.

use super::super::sign_ins::{Kind, SIGN_INS};
use super::super::table::Premise;
use super::*;
use crate::demo::world::{Organisation, World, clock};
use serde_json::Value;

/// The list that names a sign-in's kind.
const KINDS: &str = "signInEventTypes";

fn records(rows: usize) -> Box<dyn Rows> {
    let now = "2024-05-31T12:00:00Z".parse().unwrap();
    let (world, dice) = World::new(Organisation::default(), 3, now, rows);
    let premise = Premise {
        world: world.into(),
        dice,
        seed: 3,
        now,
        sign_ins: rows,
        twice: 0,
        odd: 20_000,
        data: None,
        changes: Vec::new(),
        audits: 0,
    };
    (SIGN_INS.tell)(&premise).unwrap()
}

fn read(version: Version, text: &str) -> Result<Filter, Refusal> {
    Filter::read(&SIGN_INS, (version, false), Some(text), None)
}

fn rows(records: &dyn Rows, text: &str) -> Vec<usize> {
    let filter = read(Version::Beta, text).unwrap_or_else(|r| panic!("{text}: {}", r.message));
    (0..records.len()).filter(|&row| filter.matches(records, row)).collect()
}

/// A clause with an operator on a property, of the property's own type.
fn clause(property: &Property, operator: &str) -> String {
    let path = property.path;
    let literal = match property.kind {
        Type::Integer => "1",
        Type::Time => "2024-05-01T00:00:00Z",
        _ => "'x'",
    };
    match (property.kind, operator) {
        (Type::Texts, "startswith") => format!("{path}/any(t: startswith(t,'x'))"),
        (Type::Texts, _) => format!("{path}/any(t: t {operator} 'x')"),
        (_, "startswith" | "endswith" | "contains") => format!("{operator}({path},'x')"),
        (_, "in") => format!("{path} in ({literal})"),
        (_, "null") => format!("{path} eq null"),
        (_, "not") => format!("not({path} eq {literal})"),
        _ => format!("{path} {operator} {literal}"),
    }
}

#[test]
fn an_operator_is_accepted_where_it_is_documented_and_nowhere_else() {
    let all = ["eq", "ne", "gt", "ge", "lt", "le", "startswith", "endswith", "contains", "in", "null", "not"];
    for version in [Version::V1, Version::Beta] {
        for property in SIGN_INS.properties {
            for operator in all {
                let text = clause(property, operator);
                let documented = property.operators(version).is_some() && property.allows(version, operator);
                let result = read(version, &text);
                assert_eq!(result.is_ok(), documented, "{version:?} {text}");
                if let Err(refusal) = result {
                    assert_eq!((refusal.status, refusal.code), (400, "BadRequest"), "{text}");
                }
            }
        }
    }
}

#[test]
fn the_table_is_the_documented_one() {
    // From the reference page, by hand: the properties with an operator, per version.
    let filterable =
        |version| SIGN_INS.properties.iter().filter(|p| p.operators(version).is_some_and(|o| !o.is_empty())).count();
    assert_eq!((filterable(Version::V1), filterable(Version::Beta)), (25, 35));
    assert_eq!(SIGN_INS.properties.iter().filter(|p| p.operators(Version::V1).is_some()).count(), 43);
    assert_eq!(SIGN_INS.properties.len(), 96);
}

#[test]
fn literals_of_another_type_are_refused() {
    for text in [
        "createdDateTime ge '2024-05-01T00:00:00Z'",
        "createdDateTime ge 2024-05-01",
        "status/errorCode eq '50126'",
        "status/errorCode eq 1.5",
        "userId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "appDisplayName eq true",
        "appDisplayName eq userDisplayName",
        "'x' eq appDisplayName",
        "riskState eq other.space.riskState'none'",
        "riskEventTypes_v2 eq 'x'",
        "riskEventTypes_v2/any(t: t eq 1)",
        "riskEventTypes_v2/any(t: t eq datetime'x')",
        "startswith(riskEventTypes_v2,'x')",
        "riskEventTypes_v2/any()",
        "riskEventTypes_v2/any(t: x eq 'y')",
        "riskEventTypes_v2/any(t: t/p eq 'y')",
        "riskEventTypes_v2/any(t: appId eq 'y')",
        "riskEventTypes_v2/all(t: t eq 'y')",
        "appId/any(t: t eq 'y')",
        "tolower(appDisplayName) eq 'x'",
        "startswith(appDisplayName)",
        "startswith('x',appDisplayName)",
        "nothing eq 'x'",
        "status/nothing eq 1",
        "isInteractive",
        "isInteractive eq true",
        "true",
        "",
    ] {
        let refusal = read(Version::Beta, text).expect_err(text);
        assert_eq!((refusal.status, refusal.code), (400, "BadRequest"), "{text}");
    }
}

#[test]
fn fifteen_alternatives_are_the_limit_of_an_or() {
    let or = |n: usize| vec!["appId eq 'x'"; n].join(" or ");
    read(Version::Beta, &format!("({}) and ({})", or(15), or(15))).unwrap();
    for text in [or(16), format!("({}) or ({})", or(8), or(8)), format!("appId eq 'y' and ({})", or(16))] {
        assert_eq!(read(Version::Beta, &text).unwrap_err().code, "tooManyTermsInQuery", "{text}");
    }
}

#[test]
fn a_lower_bound_before_the_reach_is_refused() {
    let reach = Some(clock::ticks("2024-03-01T00:00:00Z".parse().unwrap()));
    let read = |text| Filter::read(&SIGN_INS, (Version::Beta, false), Some(text), reach);
    read("createdDateTime ge 2024-03-01T00:00:00Z").unwrap();
    read("createdDateTime le 2001-01-01T00:00:00Z").unwrap();
    let refusal = read("createdDateTime ge 2024-02-29T23:59:59.9999999Z").unwrap_err();
    assert!(refusal.message.starts_with("Invalid filter clause"), "{}", refusal.message);
}

#[test]
fn without_a_word_about_kinds_only_interactive_rows_are_meant() {
    let records = records(2_000);
    let interactive = rows(&*records, "signInEventTypes/any(t: t eq 'interactiveUser')");
    let all: usize = Kind::ALL
        .iter()
        .map(|k| rows(&*records, &format!("signInEventTypes/any(t: t eq '{}')", k.member())).len())
        .sum();
    assert_eq!(all, records.len());
    assert_eq!(rows(&*records, "createdDateTime ge 2000-01-01T00:00:00Z"), interactive);
    let others = rows(&*records, "signInEventTypes/any(t: t ne 'interactiveUser')");
    assert_eq!(others.len() + interactive.len(), records.len());
    let both = rows(&*records, "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser')");
    assert!(both.len() > interactive.len() && both.len() < records.len());
}

#[test]
fn names_are_compared_as_stored_and_other_text_in_any_case() {
    let records = records(2_000);
    let upn = records
        .text(rows(&*records, "appDisplayName eq 'Microsoft Teams'")[0], "userPrincipalName")
        .unwrap()
        .into_owned();
    assert!(!rows(&*records, &format!("userPrincipalName eq '{}'", upn.replace('\'', "''"))).is_empty());
    assert!(rows(&*records, &format!("userPrincipalName eq '{}'", upn.replace('\'', "''").to_uppercase())).is_empty());
    let qualified = rows(&*records, "riskState eq microsoft.graph.riskState'atRisk'");
    assert!(!qualified.is_empty());
    assert_eq!(qualified, rows(&*records, "riskState eq 'atrisk'"));
    assert_eq!(rows(&*records, "appDisplayName eq 'vpn'"), rows(&*records, "appDisplayName eq 'VPN'"));
    assert_eq!(
        rows(&*records, "startswith(appDisplayName,'MICROSOFT t')"),
        rows(&*records, "startsWith(appDisplayName,'Microsoft T')")
    );
    assert_eq!(rows(&*records, "location/city eq 'SÃO PAULO'"), rows(&*records, "location/city eq 'São Paulo'"));
    assert!(!rows(&*records, "location/city eq 'São Paulo'").is_empty());
    assert_eq!(folded("ΑΣ"), folded("ΑΣΑ")[..4]);
}

#[test]
fn times_are_compared_to_the_last_digit() {
    let records = records(600);
    let row = (0..records.len())
        .find(|&r| records.ticks(r) % 10 != 0 && records.list(r, KINDS) == [Item::Text("interactiveUser")])
        .unwrap();
    let time = clock::print(records.ticks(row), 7);
    let meant = |op: &str, text: &str| rows(&*records, &format!("createdDateTime {op} {text}")).contains(&row);
    assert!(meant("eq", &time) && meant("ge", &time) && meant("le", &time));
    let later = time.replace('Z', "01Z");
    assert!(!meant("eq", &later) && !meant("ge", &later) && meant("le", &later), "{later}");
}

/// The renderer and the evaluator must speak of the same values: what can be filtered is looked up in the JSON served.
#[test]
fn what_is_filtered_is_what_is_served() {
    let records = records(3_000);
    for row in 0..records.len() {
        let json: Value = serde_json::from_str(&records.json(row, Version::Beta)).unwrap();
        let time: chrono::DateTime<chrono::Utc> = json["createdDateTime"].as_str().unwrap().parse().unwrap();
        assert_eq!(clock::ticks(time), records.ticks(row));
        for property in SIGN_INS.properties.iter().filter(|p| p.operators(Version::Beta) != Some("")) {
            let path = property.path;
            let served = path.split('/').try_fold(&json, |value, name| value.get(name)).unwrap_or(&Value::Null);
            let same = match property.kind {
                Type::Integer => {
                    let digits = || served.as_str().and_then(|t| t.parse().ok());
                    served.as_i64().or_else(digits) == records.integer(row, path)
                }
                Type::Time => true,
                Type::Texts => {
                    let texts: Vec<Item<'_>> =
                        served.as_array().into_iter().flatten().filter_map(Value::as_str).map(Item::Text).collect();
                    texts == records.list(row, path)
                }
                _ => served.as_str() == records.text(row, path).as_deref(),
            };
            assert!(same, "{path} is {served} in {json}");
        }
    }
}
