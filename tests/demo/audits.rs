//! Directory audits: their shape, what can be asked of them, and that they and the feed tell of the same changes.

use std::collections::{BTreeMap, BTreeSet};

use auditql::demo::{DIRECTORY_AUDITS, Feed, Options, Tenant};
use auditql::engine::Engine;
use serde_json::{Value, json};

use super::{NOW, crawl, get, id, options, start};

const BETA: &str = "/beta/auditLogs/directoryAudits";
const V1: &str = "/v1.0/auditLogs/directoryAudits";

async fn tenant() -> Tenant {
    let feed = Feed { records: 6_000, ..Feed::default() };
    start(Options { audits: 700, feed, twice_per_million: 20_000, ..options() }).await
}

fn truth(tenant: &Tenant) -> Vec<Value> {
    tenant.records(&DIRECTORY_AUDITS).map(|record| serde_json::from_str(&record.json).unwrap()).collect()
}

fn time(row: &Value) -> chrono::DateTime<chrono::Utc> {
    row["activityDateTime"].as_str().unwrap().parse().unwrap()
}

fn sorted<'a>(rows: impl IntoIterator<Item = &'a Value>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = rows.into_iter().map(id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn every_audit_is_listed_once_but_for_the_declared_copies() {
    let tenant = tenant().await;
    let copies: Vec<(Value, usize)> = tenant
        .records(&DIRECTORY_AUDITS)
        .map(|record| (serde_json::from_str(&record.json).unwrap(), record.copies))
        .collect();
    assert!(copies.len() > 700 && copies.iter().any(|(_, copies)| *copies == 2));
    let distinct: BTreeSet<&str> = copies.iter().map(|(row, _)| id(row)).collect();
    assert_eq!(distinct.len(), copies.len());
    let listed: Vec<&Value> = copies.iter().flat_map(|(row, copies)| std::iter::repeat_n(row, *copies)).collect();
    let newest = crawl(&tenant, BETA, &[("$orderby", "activityDateTime desc"), ("$top", "170")]).await.concat();
    assert_eq!(newest.iter().collect::<Vec<_>>(), listed);
    let oldest = crawl(&tenant, BETA, &[("$orderby", "activityDateTime"), ("$top", "1000")]).await.concat();
    assert_eq!(oldest.iter().rev().collect::<Vec<_>>(), listed);
    let unasked = crawl(&tenant, BETA, &[]).await;
    assert!(unasked.iter().rev().skip(1).all(|page| page.len() == 100));
    let unasked = unasked.concat();
    assert_eq!(sorted(&unasked), sorted(listed));
    assert!(!unasked.is_sorted_by(|a, b| time(a) >= time(b)), "no order is documented, and there is none");
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_rows() {
    let tenant = tenant().await;
    assert_eq!(get(&tenant, BETA, &[("$top", "1000")]).await.status, 200);
    let reply = get(&tenant, BETA, &[("$top", "1001")]).await;
    let message = "The limit of '1000' for Top query has been exceeded. The value from the incoming request is '1001'.";
    assert_eq!((reply.code(), reply.json["error"]["message"].as_str()), ((400, "BadRequest"), Some(message)));
    for top in ["0", "-1", "x"] {
        assert_eq!(get(&tenant, BETA, &[("$top", top)]).await.status, 400, "{top}");
    }
}

/// The filter that asks for a value at a path, and the rows it means.
fn asked(path: &str, operator: &str, value: &str) -> String {
    let literal = format!("'{}'", value.replace('\'', "''"));
    let test = |path: &str| match operator {
        "startswith" => format!("startswith({path},{literal})"),
        _ => format!("{path} {operator} {literal}"),
    };
    match path.split_once("[]/") {
        Some((list, below)) => format!("{list}/any(t: {})", test(&format!("t/{below}"))),
        None => test(path),
    }
}

fn texts<'a>(row: &'a Value, path: &str) -> Vec<&'a str> {
    let at = |value: &'a Value, path: &str| path.split('/').try_fold(value, |value, name| value.get(name));
    match path.split_once("[]/") {
        Some((list, below)) => {
            let items = at(row, list).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(|item| at(item, below)?.as_str()).collect()
        }
        None => at(row, path).and_then(Value::as_str).into_iter().collect(),
    }
}

const ASKED: [(&str, &str); 17] = [
    ("id", "eq"),
    ("activityDisplayName", "eq startswith"),
    ("category", "eq"),
    ("correlationId", "eq"),
    ("loggedByService", "eq"),
    ("result", "eq"),
    ("initiatedBy/user/id", "eq"),
    ("initiatedBy/user/displayName", "eq"),
    ("initiatedBy/user/userPrincipalName", "eq startswith"),
    ("initiatedBy/app/appId", "eq"),
    ("initiatedBy/app/displayName", "eq"),
    ("targetResources[]/id", "eq"),
    ("targetResources[]/displayName", "eq startswith"),
    ("targetResources[]/userPrincipalName", "eq"),
    ("operationType", ""),
    ("initiatedBy/user/ipAddress", ""),
    ("targetResources[]/type", ""),
];

#[tokio::test]
async fn what_is_documented_can_be_asked_and_nothing_else() {
    let tenant = tenant().await;
    let truth = truth(&tenant);
    for (path, operators) in ASKED {
        let values: BTreeSet<&str> = truth.iter().flat_map(|row| texts(row, path)).collect();
        assert!(values.len() > 1, "{path}: {values:?}");
        // Names of users are compared as they are stored, everything else in any case.
        let folded =
            |text: &str| if path.ends_with("user/userPrincipalName") { text.into() } else { text.to_lowercase() };
        for value in values.iter().take(4).chain(values.iter().rev().take(4)) {
            for operator in ["eq", "startswith"] {
                let part: String = value.chars().take(5).collect();
                let value = if operator == "eq" { value } else { part.as_str() };
                let filter = asked(path, operator, value);
                let query: &[(&str, &str)] = &[("$filter", &filter), ("$top", "1000")];
                if !operators.split(' ').any(|o| o == operator) {
                    assert_eq!(get(&tenant, BETA, query).await.code(), (400, "BadRequest"), "{filter}");
                    continue;
                }
                let found = crawl(&tenant, BETA, query).await.concat();
                let is_meant = |text: &&str| match operator {
                    "eq" => folded(text) == folded(value),
                    _ => folded(text).starts_with(&folded(value)),
                };
                let meant = truth.iter().filter(|row| texts(row, path).iter().any(is_meant));
                let found: BTreeSet<&str> = found.iter().map(id).collect();
                assert_eq!(found, sorted(meant).into_iter().collect(), "{filter}");
                assert_eq!(get(&tenant, V1, &[("$filter", &filter)]).await.status, 200, "{filter}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let tenant = tenant().await;
    for (name, value) in [
        ("$filter", "activityDateTime gt 2024-05-01T00:00:00Z"),
        ("$filter", "activityDateTime lt 2024-05-01T00:00:00Z"),
        ("$filter", "activityDateTime ge '2024-05-01T00:00:00Z'"),
        ("$filter", "activityDateTime ge 2024-01-01T00:00:00Z"),
        ("$filter", "correlationId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
        ("$filter", "category ne 'Policy'"),
        ("$filter", "category in ('Policy')"),
        ("$filter", "contains(activityDisplayName,'x')"),
        ("$filter", "not(category eq 'Policy')"),
        ("$filter", "initiatedBy/user eq null"),
        ("$filter", "initiatedBy/user/id eq null"),
        ("$filter", "userAgent eq 'x'"),
        ("$filter", "createdDateTime ge 2024-05-01T00:00:00Z"),
        ("$filter", "targetResources/any()"),
        ("$filter", "targetResources/any(t: t eq 'x')"),
        ("$filter", "targetResources/any(t: t/nothing eq 'x')"),
        ("$filter", "targetResources/any(t: x/id eq 'x')"),
        ("$filter", "targetResources/any(t: id eq 'x')"),
        ("$filter", "targetResources/any(t: t/id ne 'x')"),
        ("$filter", "targetResources/any(t: t/id eq 'x' or t/id eq 'y')"),
        ("$filter", "targetResources/any(t: t/modifiedProperties/any(m: m/displayName eq 'x'))"),
        ("$filter", "targetResources/all(t: t/id eq 'x')"),
        ("$filter", "targetResources/id eq 'x'"),
        ("$filter", "additionalDetails/any(d: d/key eq 'x')"),
        ("$orderby", "activityDisplayName"),
        ("$orderby", "createdDateTime"),
        ("$select", "id"),
        ("$skip", "1"),
        ("$count", "true"),
    ] {
        assert_eq!(get(&tenant, BETA, &[(name, value)]).await.code(), (400, "BadRequest"), "{name}={value}");
    }
    let unknown = get(&tenant, BETA, &[("$filter", "nothing eq 'x'")]).await;
    assert!(unknown.body.contains("on type 'microsoft.graph.directoryAudit'"), "{}", unknown.body);
}

#[tokio::test]
async fn a_token_of_one_set_is_none_of_the_other() {
    let tenant = tenant().await;
    let next = get(&tenant, BETA, &[("$top", "10")]).await.next().unwrap().to_owned();
    let foreign = next.replace("directoryAudits", "signIns");
    assert_eq!(super::fetch(&foreign, Some(tenant.access_token())).await.code(), (400, "BadRequest"));
}

#[tokio::test]
async fn an_audit_has_the_resources_shape() {
    let tenant = tenant().await;
    let truth = truth(&tenant);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let named = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let all = "id category correlationId result resultReason activityDisplayName activityDateTime loggedByService \
        operationType userAgent initiatedBy targetResources additionalDetails";
    for row in &truth {
        assert_eq!(keys(row), named(all));
        let [user, app] = ["user", "app"].map(|name| &row["initiatedBy"][name]);
        assert!(user.is_null() != app.is_null(), "{row}");
        if user.is_null() {
            assert_eq!(keys(app), named("appId displayName servicePrincipalId servicePrincipalName"));
        } else {
            let names = "id displayName userPrincipalName ipAddress userType homeTenantId homeTenantName roles";
            assert_eq!(keys(user), named(names));
        }
        for target in row["targetResources"].as_array().unwrap() {
            assert_eq!(keys(target), named("id displayName type userPrincipalName groupType modifiedProperties"));
            for modified in target["modifiedProperties"].as_array().unwrap() {
                assert_eq!(keys(modified), named("displayName oldValue newValue"));
                // Values are JSON as text.
                serde_json::from_str::<Value>(modified["newValue"].as_str().unwrap()).unwrap();
            }
        }
    }
    let some = |what: &str, test: &dyn Fn(&Value) -> bool| assert!(truth.iter().any(test), "{what}");
    some("no target", &|r| r["targetResources"] == json!([]));
    some("no details", &|r| r["additionalDetails"] == json!([]));
    some("two targets", &|r| r["targetResources"].as_array().unwrap().len() == 2);
    some("group", &|r| r["targetResources"][1]["groupType"] == "azureAD");
    some("failure", &|r| r["result"] == "failure");
    some("timeout", &|r| r["result"] == "timeout");
    some("old value", &|r| r["targetResources"][0]["modifiedProperties"][0]["oldValue"].is_string());
    some("null old value", &|r| r["targetResources"][0]["modifiedProperties"][0]["oldValue"].is_null());
    some("agent", &|r| r["userAgent"].is_string());
    some("blank at the end", &|r| r["activityDisplayName"].as_str().unwrap().ends_with("management "));
    some("application without id", &|r| {
        r["initiatedBy"]["app"].is_object() && r["initiatedBy"]["app"]["appId"].is_null()
    });
    let old = get(&tenant, V1, &[("$top", "5")]).await;
    assert!(old.rows().iter().all(|row| keys(row) == &named(all) - &named("userAgent")));
}

/// What a record of the feed says of the directory, an audit of the same correlation says too.
#[tokio::test]
async fn the_feed_and_the_audits_tell_of_the_same_changes() {
    let tenant = tenant().await;
    let truth = truth(&tenant);
    let audits: BTreeMap<&str, &Value> =
        truth.iter().map(|row| (row["correlationId"].as_str().unwrap(), row)).collect();
    let mut told = 0;
    for record in tenant.activity().filter(|record| record.record_type == 8) {
        let feed: Value = serde_json::from_str(&record.json).unwrap();
        let audit = audits[feed["InterSystemsId"].as_str().unwrap()];
        assert_eq!(time(audit).timestamp(), record.created.timestamp(), "{feed}\n{audit}");
        if let Some(operation) = record.operation {
            assert_eq!(audit["activityDisplayName"], operation.trim_end_matches('.'));
        }
        assert_eq!(audit["loggedByService"], "Core Directory");
        let user = &audit["initiatedBy"]["user"];
        assert_eq!(feed["Actor"][0]["ID"], format!("User_{}", user["id"].as_str().unwrap()));
        let upn = user["userPrincipalName"].as_str().unwrap();
        assert!(upn.eq_ignore_ascii_case(feed["Actor"][1]["ID"].as_str().unwrap()), "{feed}\n{audit}");
        if feed["ResultStatus"].is_string() {
            assert_eq!(feed["ResultStatus"] == "Failure", audit["result"] == "failure");
        }
        if audit["targetResources"] != json!([]) {
            assert_eq!(feed["Target"][0]["ID"], audit["targetResources"][0]["id"], "{feed}\n{audit}");
        }
        told += 1;
    }
    assert!(told > 150, "{told}");
    let from = tenant.activity().map(|record| record.created).min().unwrap();
    let unknown = truth.iter().filter(|row| row["loggedByService"] == "Core Directory" && time(row) > from);
    assert!(unknown.count() >= told, "the feed tells of no more than there is");
}

#[tokio::test]
async fn the_attack_goes_on_in_the_directory() {
    let tenant = tenant().await;
    let facts = tenant.story().attack.clone().unwrap();
    let truth = truth(&tenant);
    let of_thief: Vec<&Value> =
        truth.iter().rev().filter(|row| row["initiatedBy"]["user"]["ipAddress"] == *facts.replay).collect();
    let steps: Vec<&str> = of_thief.iter().map(|row| row["activityDisplayName"].as_str().unwrap()).collect();
    let expected = [
        "User registered security info",
        "Invite external user",
        "Consent to application",
        "Add owner to application",
        "Update application – Certificates and secrets management ",
        "Add member to role outside of PIM (permanent)",
        "Add app role assignment to service principal",
        "Update conditional access policy",
        "Add user",
        "Add member to role",
        "Delete user",
        "Delete user",
    ];
    assert_eq!(steps, expected);
    let upn = |row: &Value| row["initiatedBy"]["user"]["userPrincipalName"].as_str().unwrap().to_lowercase();
    assert!(of_thief.iter().all(|row| upn(row) == facts.victim && row["result"] == "success"));
    let sign_ins: Vec<Value> = tenant.sign_ins().map(|s| serde_json::from_str(&s.json).unwrap()).collect();
    let victim = sign_ins.iter().find(|row| row["userPrincipalName"] == *facts.victim).unwrap();
    assert!(of_thief.iter().all(|row| row["initiatedBy"]["user"]["id"] == victim["userId"]), "ids join");
    let evil =
        |row: &Value| row["targetResources"].as_array().unwrap().iter().any(|t| t["displayName"] == "Mail Backup Pro");
    assert_eq!(of_thief.iter().filter(|row| evil(row)).count(), 4);
    assert!(of_thief[2].to_string().contains("Mail.ReadWrite Mail.Send"));
}

#[tokio::test]
async fn the_same_seed_tells_of_the_same_changes() {
    let text = |seed| async move {
        let tenant = start(Options { rows: 10, audits: 50, seed, ..options() }).await;
        tenant.records(&DIRECTORY_AUDITS).map(|record| record.json + "\n").collect::<String>()
    };
    assert_eq!(text(1).await, text(1).await);
    assert_ne!(text(1).await, text(2).await);
    let end: chrono::DateTime<chrono::Utc> = NOW.parse().unwrap();
    let truth = truth(&tenant().await);
    assert!(truth.iter().all(|row| time(row) < end && time(row) >= end - chrono::TimeDelta::days(30)));
    assert!(truth.is_sorted_by(|a, b| time(a) >= time(b)));
}

#[tokio::test]
async fn an_export_holds_the_audits_in_each_shape() {
    let tenant = tenant().await;
    let folder = tempfile::tempdir().unwrap();
    let shapes = tenant.export(folder.path()).unwrap();
    let counted = |truth: &[Value]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in truth {
            let text = |value: &Value| value.as_str().map_or("NULL".to_owned(), str::to_owned);
            let parts = [&row["activityDisplayName"], &row["initiatedBy"]["user"]["userPrincipalName"], &row["result"]];
            *counts.entry(parts.map(text).join(" | ")).or_default() += 1;
        }
        counts.into_iter().map(|(row, count)| format!("{row} | {count}")).collect::<BTreeSet<_>>()
    };
    let expected = counted(&truth(&tenant));
    let sql = "SELECT activity_display_name, initiated_by['user']['user_principal_name'], result, count(*) \
        FROM entra.directory_audits GROUP BY 1, 2, 3";
    for shape in shapes.iter().filter(|shape| shape.graph) {
        let engine = Engine::builder().input(folder.path().join(shape.folder)).now(crate::lab::now()).build().unwrap();
        let answer = crate::lab::answer(&engine, sql).await.unwrap_or_else(|e| panic!("{}: {e}", shape.folder));
        assert_eq!(answer.rows().into_iter().collect::<BTreeSet<_>>(), expected, "{}", shape.folder);
    }
}
