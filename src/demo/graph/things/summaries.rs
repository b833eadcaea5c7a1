//! Numbers of sign-ins, counted from the sign-ins that the tenant tells of.
//!
//! Which kinds the real service counts in a day is not documented: this tenant counts all of them. It has no number of the day
//! that is not over, so that clients meet a day that nobody knows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both};
use super::super::rows::{Item, Rows};
use super::super::sign_ins::{Kind, SIGN_INS};
use super::super::table::{Listed, PageSize, Premise, Table};
use super::{Things, refused};
use crate::demo::gate::Quota;
use crate::demo::world::clock;
use crate::demo::world::dice::guid;

/// `GET /auditLogs/signInEventsSummary`.
pub(in crate::demo::graph) static SIGN_IN_SUMMARIES: Table = Table {
    path: "/auditLogs/signInEventsSummary",
    versions: &[Version::Beta],
    properties: DAY_PROPERTIES,
    entity: "microsoft.graph.signInEventsActivity",
    time: None,
    options: &["$filter", "$top"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Reports,
    listed: Listed::Anyhow,
    population: None,
    page: PageSize { unasked: 1_000, most: 1_000, refused },
    tell: |premise| Ok(Things::counted(premise, DAY_PROPERTIES, days)),
};

/// `GET /auditLogs/signInEventsAppSummary`.
pub(in crate::demo::graph) static APP_SIGN_IN_SUMMARIES: Table = Table {
    path: "/auditLogs/signInEventsAppSummary",
    properties: APP_PROPERTIES,
    entity: "microsoft.graph.signInEventsAppActivity",
    tell: |premise| Ok(Things::counted(premise, APP_PROPERTIES, apps)),
    ..SIGN_IN_SUMMARIES
};

/// `GET /auditLogs/getSummarizedNonInteractiveSignIns(…)`, and no other window than a day.
pub(in crate::demo::graph) static NON_INTERACTIVE: Table = Table {
    path: "/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='d1')",
    properties: GROUP_PROPERTIES,
    entity: "microsoft.graph.summarizedSignIn",
    options: &["$filter"],
    tell: |premise| Ok(Things::counted(premise, GROUP_PROPERTIES, |premise| groups(premise, Kind::NonInteractive))),
    ..SIGN_IN_SUMMARIES
};

/// `GET /auditLogs/getSummarizedServicePrincipalSignIns(…)`.
pub(in crate::demo::graph) static SERVICE_PRINCIPAL: Table = Table {
    path: "/auditLogs/getSummarizedServicePrincipalSignIns(aggregationWindow='d1')",
    tell: |premise| Ok(Things::counted(premise, GROUP_PROPERTIES, |premise| groups(premise, Kind::ServicePrincipal))),
    ..NON_INTERACTIVE
};

/// `GET /auditLogs/getSummarizedMSISignIns(…)`.
pub(in crate::demo::graph) static MANAGED_IDENTITY: Table = Table {
    path: "/auditLogs/getSummarizedMSISignIns(aggregationWindow='d1')",
    tell: |premise| Ok(Things::counted(premise, GROUP_PROPERTIES, |premise| groups(premise, Kind::ManagedIdentity))),
    ..NON_INTERACTIVE
};

/// The pages contradict one another about the operators of the day: it takes none here.
static DAY_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("activityDateTime", Type::Instant, ""),
    both("signInCount", Type::Integer, "gt"),
];

static APP_PROPERTIES: &[Property] =
    &[both("appId", Type::Text, "eq"), both("signInCount", Type::Integer, "gt"), both("tenantId", Type::Text, "")];

/// Taken from "summarizedSignIn resource type".
static GROUP_PROPERTIES: &[Property] = &[
    both("agent/agentType", Type::Enum, "eq"),
    both("agent/parentAppId", Type::Text, ""),
    both("aggregationDateTime", Type::Instant, ""),
    both("appDisplayName", Type::Text, "eq"),
    both("appId", Type::Text, "eq"),
    both("conditionalAccessStatus", Type::Enum, "eq"),
    both("firstSignInDateTime", Type::Instant, ""),
    both("id", Type::Text, "eq"),
    both("ipAddress", Type::Text, "eq startswith"),
    both("managedServiceIdentity/msiType", Type::Enum, "eq"),
    both("managedServiceIdentity/associatedResourceId", Type::Text, ""),
    both("managedServiceIdentity/federatedTokenId", Type::Text, ""),
    both("managedServiceIdentity/federatedTokenIssuer", Type::Text, ""),
    both("resourceDisplayName", Type::Text, "eq"),
    both("resourceId", Type::Text, "eq"),
    both("servicePrincipalId", Type::Text, "eq"),
    both("servicePrincipalName", Type::Text, "eq startswith"),
    both("signInCount", Type::Integer, ""),
    both("status/errorCode", Type::Integer, "eq"),
    both("status/failureReason", Type::Text, ""),
    both("status/additionalDetails", Type::Text, ""),
    both("tenantId", Type::Text, "eq"),
    both("userPrincipalName", Type::ExactText, "eq"),
];

/// The day of a sign-in, by number since 1970.
fn day(sign_ins: &dyn Rows, row: usize) -> i64 {
    sign_ins.ticks(row).div_euclid(clock::DAY)
}

fn days(premise: &Premise) -> Vec<Value> {
    let Ok(sign_ins) = (SIGN_INS.tell)(premise) else { return Vec::new() };
    let running = clock::ticks(premise.now).div_euclid(clock::DAY);
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for day in (0..sign_ins.len()).map(|row| day(&*sign_ins, row)).filter(|day| *day != running) {
        *days.entry(day).or_default() += 1;
    }
    let one = |(day, count): (i64, u64)| {
        json!({
            "id": guid(premise.seed ^ day.unsigned_abs(), 0xda1),
            "signInCount": count,
            "activityDateTime": clock::print(day * clock::DAY, 0),
        })
    };
    days.into_iter().map(one).collect()
}

fn apps(premise: &Premise) -> Vec<Value> {
    let Ok(sign_ins) = (SIGN_INS.tell)(premise) else { return Vec::new() };
    let mut apps: BTreeMap<String, u64> = BTreeMap::new();
    for app in (0..sign_ins.len()).filter_map(|row| sign_ins.text(row, "appId")) {
        *apps.entry(app.into_owned()).or_default() += 1;
    }
    let one =
        |(app, count): (String, u64)| json!({ "appId": app, "signInCount": count, "tenantId": premise.world.tenant });
    apps.into_iter().map(one).collect()
}

/// What the sign-ins of a group have in common, besides their day.
const COMMON: [&str; 7] = [
    "userPrincipalName",
    "servicePrincipalId",
    "servicePrincipalName",
    "appId",
    "resourceId",
    "ipAddress",
    "conditionalAccessStatus",
];

/// A group of sign-ins.
struct Group {
    /// The oldest of them.
    first: usize,
    count: u64,
}

/// The groups of a kind of sign-in.
fn groups(premise: &Premise, kind: Kind) -> Vec<Value> {
    let Ok(sign_ins) = (SIGN_INS.tell)(premise) else { return Vec::new() };
    let is_of = |row: &usize| sign_ins.list(*row, "signInEventTypes").contains(&Item::Text(kind.member()));
    let mut groups: BTreeMap<(i64, [Option<String>; 7], Option<i64>), Group> = BTreeMap::new();
    // Newest first: the last that is met began first.
    for row in (0..sign_ins.len()).filter(is_of) {
        let common = COMMON.map(|path| sign_ins.text(row, path).map(std::borrow::Cow::into_owned));
        let key = (day(&*sign_ins, row), common, sign_ins.integer(row, "status/errorCode"));
        let group = groups.entry(key).or_insert(Group { first: row, count: 0 });
        (group.first, group.count) = (row, group.count + 1);
    }
    let machine = kind == Kind::ManagedIdentity;
    let one = |(n, ((day, common, code), group)): (u64, ((i64, [Option<String>; 7], Option<i64>), Group))| {
        let text = |path: &str| sign_ins.text(group.first, path).map(std::borrow::Cow::into_owned);
        let [user, principal, name, app, resource, address, access] = common;
        json!({
            "id": guid(premise.seed ^ n, 0x5a0 ^ kind as u64),
            "signInCount": group.count,
            "aggregationDateTime": clock::print(day * clock::DAY, 0),
            "firstSignInDateTime": clock::print(sign_ins.ticks(group.first), 0),
            "userPrincipalName": user,
            "servicePrincipalId": principal,
            "servicePrincipalName": name,
            "appId": app,
            "appDisplayName": text("appDisplayName"),
            "resourceId": resource,
            "resourceDisplayName": text("resourceDisplayName"),
            "ipAddress": address,
            "conditionalAccessStatus": access,
            "tenantId": premise.world.tenant,
            "status": { "errorCode": code, "failureReason": Value::Null, "additionalDetails": Value::Null },
            "managedServiceIdentity": { "msiType": if machine { "systemAssigned" } else { "none" }, "associatedResourceId": Value::Null, "federatedTokenId": Value::Null, "federatedTokenIssuer": Value::Null },
            "agent": { "agentType": "notAgentic", "parentAppId": Value::Null },
        })
    };
    (0..).zip(groups).map(one).collect()
}
