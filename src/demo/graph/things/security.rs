//! Alerts and incidents of Microsoft Defender: what it saw of the attack, and what it sees every day.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both};
use super::super::table::{Listed, PageSize, Premise, Table};
use super::{Luck, Things, merged, refused};
use crate::demo::gate::Quota;
use crate::demo::world::clock;
use crate::demo::world::people::PEOPLE;

/// `GET /security/alerts_v2`.
pub(in crate::demo::graph) static ALERTS: Table = Table {
    path: "/security/alerts_v2",
    versions: &Version::ALL,
    properties: ALERT_PROPERTIES,
    entity: "microsoft.graph.security.alert",
    time: Some("createdDateTime"),
    options: &["$filter", "$top", "$count"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Security,
    listed: Listed::NewestFirst,
    population: None,
    page: PageSize { unasked: 50, most: 1_000, refused },
    tell: |premise| Ok(Things::boxed(premise, ALERT_PROPERTIES, Some("createdDateTime"), alerts)),
};

/// `GET /security/incidents`.
pub(in crate::demo::graph) static INCIDENTS: Table = Table {
    path: "/security/incidents",
    properties: INCIDENT_PROPERTIES,
    entity: "microsoft.graph.security.incident",
    // Larger pages were refused in the field.
    page: PageSize { unasked: 50, most: 50, refused },
    tell: |premise| Ok(Things::boxed(premise, INCIDENT_PROPERTIES, Some("createdDateTime"), incidents)),
    ..ALERTS
};

/// The pages list what can be filtered by; which operators, they do not say.
static ALERT_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("createdDateTime", Type::Time, "ge le gt lt"),
    both("lastUpdateDateTime", Type::Instant, "ge le gt lt"),
    both("resolvedDateTime", Type::Instant, ""),
    both("firstActivityDateTime", Type::Instant, ""),
    both("lastActivityDateTime", Type::Instant, ""),
    both("title", Type::Text, ""),
    both("description", Type::Text, ""),
    both("category", Type::Text, ""),
    both("severity", Type::Enum, "eq"),
    both("status", Type::Enum, "eq"),
    both("classification", Type::Enum, "eq"),
    both("determination", Type::Enum, "eq"),
    both("serviceSource", Type::Enum, "eq"),
    both("detectionSource", Type::Text, ""),
    both("productName", Type::Text, ""),
    both("detectorId", Type::Text, ""),
    both("providerAlertId", Type::Text, ""),
    both("alertPolicyId", Type::Text, ""),
    both("incidentId", Type::Text, ""),
    both("assignedTo", Type::Text, "eq"),
    both("actorDisplayName", Type::Text, ""),
    both("threatDisplayName", Type::Text, ""),
    both("threatFamilyName", Type::Text, ""),
    both("mitreTechniques", Type::Texts, ""),
    both("systemTags", Type::Texts, ""),
    both("investigationState", Type::Text, ""),
    both("recommendedActions", Type::Text, ""),
    both("alertWebUrl", Type::Text, ""),
    both("incidentWebUrl", Type::Text, ""),
    both("tenantId", Type::Text, ""),
    both("comments", Type::Other, ""),
    both("evidence", Type::Other, ""),
    both("additionalData", Type::Other, ""),
    both("customDetails", Type::Other, ""),
];

static INCIDENT_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("createdDateTime", Type::Time, "ge le gt lt"),
    both("lastUpdateDateTime", Type::Instant, "ge le gt lt"),
    both("displayName", Type::Text, ""),
    both("description", Type::Text, ""),
    both("summary", Type::Text, ""),
    both("severity", Type::Enum, "eq"),
    both("status", Type::Enum, "eq"),
    both("classification", Type::Enum, "eq"),
    both("determination", Type::Enum, "eq"),
    both("assignedTo", Type::Text, "eq"),
    both("lastModifiedBy", Type::Text, ""),
    both("priorityScore", Type::Integer, ""),
    both("customTags", Type::Texts, ""),
    both("systemTags", Type::Texts, ""),
    both("redirectIncidentId", Type::Text, ""),
    both("resolvingComment", Type::Text, ""),
    both("incidentWebUrl", Type::Text, ""),
    both("tenantId", Type::Text, ""),
    both("comments", Type::Other, ""),
];

/// What is seen: title, category, source, what found it.
const KINDS: &[(&str, &str, &str, &str)] = &[
    ("Suspicious execution of hidden file", "DefenseEvasion", "microsoftDefenderForEndpoint", "antivirus"),
    (
        "Email messages containing malicious URL removed after delivery",
        "InitialAccess",
        "microsoftDefenderForOffice365",
        "microsoftDefenderForOffice365",
    ),
    ("Unfamiliar sign-in properties", "InitialAccess", "azureAdIdentityProtection", "azureAdIdentityProtection"),
    ("Activity from an anonymous proxy", "CredentialAccess", "microsoftDefenderForCloudApps", "cloudAppSecurity"),
    ("Führungskräfte: ungewöhnlicher Zugriff", "Collection", "microsoftSentinel", "scheduledAlerts"),
];

/// What the attack sets off, with the hours after its beginning.
const OF_ATTACK: &[(usize, i64)] = &[(2, 1), (3, 24), (1, 25)];

const ALERT_COUNT: usize = 160;

/// When the `n`th alert was made, and whether it belongs to the attack.
fn made(premise: &Premise, n: usize) -> (i64, Option<usize>) {
    if let Some((attack, (kind, hours))) = premise.world.attack.as_ref().zip(OF_ATTACK.get(n)) {
        return (attack.start + hours * 3_600 * clock::SECOND, Some(*kind));
    }
    let back = i64::try_from(Luck::of(premise, 0xa1e, n).below(1, 30 * 86_400)).unwrap_or_default();
    (clock::ticks(premise.now) - (back + 60) * clock::SECOND + i64::try_from(n).unwrap_or_default() * 37, None)
}

/// Alerts of one incident: those of the attack, and five and five of the others.
fn incident_of(premise: &Premise, n: usize) -> usize {
    if made(premise, n).1.is_some() { 0 } else { 1 + n / 5 }
}

fn alerts(premise: &Premise) -> Vec<Value> {
    (0..ALERT_COUNT).map(|n| alert(premise, n)).collect()
}

fn alert(premise: &Premise, n: usize) -> Value {
    let (luck, (ticks, plot)) = (Luck::of(premise, 0xa1e, n), made(premise, n));
    let [soc, shouted] = ["soc", "SOC"].map(|name| format!("{name}@{}", premise.world.organisation.domain()));
    let kind = plot.unwrap_or_else(|| luck.below(2, KINDS.len()));
    let (title, category, source, detection) = KINDS[kind];
    let incident = 40_000 + incident_of(premise, n);
    let later =
        |minutes: usize| clock::print(ticks + i64::try_from(minutes).unwrap_or_default() * 60 * clock::SECOND, 7);
    let resolved = luck.rare(3, 2);
    let world = &premise.world;
    let victim = world.attack.as_ref().filter(|_| plot.is_some()).map_or(luck.below(4, PEOPLE), |attack| attack.victim);
    merged([
        json!({
            "id": format!("da{}_{}", 600_000_000_000 + n, n * 7_919 % 100_000),
            "createdDateTime": clock::print(ticks, 7),
            "lastUpdateDateTime": later(5 + luck.below(5, 3_000)),
            "resolvedDateTime": if resolved { json!(later(3_100)) } else { Value::Null },
            "firstActivityDateTime": clock::print(ticks - 600 * clock::SECOND, 3),
            "lastActivityDateTime": clock::print(ticks - 60 * clock::SECOND, 3),
            "title": title,
            "description": format!("{title}. User: {}", world.people[victim].upn),
            "category": category,
            "severity": luck.pick(6, &["informational", "low", "medium", "high"]),
            "status": if resolved { "resolved" } else { luck.pick(7, &["new", "inProgress"]) },
            "classification": luck.pick(8, &[None, Some("truePositive"), Some("falsePositive")]),
            "determination": luck.pick(9, &[None, Some("malware"), Some("phishing"), Some("notMalicious")]),
            "serviceSource": source,
            "detectionSource": detection,
            "productName": luck.pick(10, &["Microsoft Defender XDR", "Microsoft Sentinel"]),
        }),
        json!({
            "detectorId": format!("det-{kind}"),
            "providerAlertId": format!("p{n}"),
            "alertPolicyId": Value::Null,
            "incidentId": incident.to_string(),
            "assignedTo": luck.pick(11, &[None, Some(&soc), Some(&shouted)]),
            "actorDisplayName": Value::Null,
            "threatDisplayName": luck.pick(12, &[None, Some("Trojan:Win32/Wacatac")]),
            "threatFamilyName": luck.pick(13, &[None, Some("Wacatac")]),
            "mitreTechniques": if luck.rare(14, 3) { json!([]) } else { json!([luck.pick(15, &["T1564.001", "T1566.002", "T1078"])]) },
            "systemTags": if luck.rare(16, 8) { json!(["Defender Experts"]) } else { json!([]) },
            "investigationState": luck.pick(17, &["unsupportedAlertType", "benign"]),
            "recommendedActions": "Collect artifacts and determine scope\n",
            "alertWebUrl": format!("https://security.microsoft.com/alerts/{n}"),
            "incidentWebUrl": format!("https://security.microsoft.com/incidents/{incident}"),
            "tenantId": world.tenant,
            "comments": if luck.rare(18, 6) { json!([{ "comment": "looked at", "createdByDisplayName": "soc", "createdDateTime": later(60) }]) } else { json!([]) },
        }),
        json!({
            "evidence": [{ "@odata.type": "#microsoft.graph.security.userEvidence", "createdDateTime": later(1), "verdict": "suspicious", "userAccount": { "azureAdUserId": world.people[victim].id, "userPrincipalName": world.people[victim].upn } }],
            "additionalData": Value::Null,
            "customDetails": {},
        }),
    ])
}

fn incidents(premise: &Premise) -> Vec<Value> {
    let mut first: Vec<(usize, i64)> = Vec::new();
    for n in 0..ALERT_COUNT {
        let (incident, ticks) = (incident_of(premise, n), made(premise, n).0);
        match first.iter_mut().find(|(known, _)| *known == incident) {
            Some((_, earliest)) => *earliest = ticks.min(*earliest),
            None => first.push((incident, ticks)),
        }
    }
    first.into_iter().map(|(incident, ticks)| one_incident(premise, incident, ticks)).collect()
}

fn one_incident(premise: &Premise, n: usize, ticks: i64) -> Value {
    let (luck, domain) = (Luck::of(premise, 0x17c, n), premise.world.organisation.domain());
    let soc = format!("soc@{domain}");
    let later =
        |minutes: usize| clock::print(ticks + i64::try_from(minutes).unwrap_or_default() * 60 * clock::SECOND, 7);
    let name = if n == 0 {
        "Multi-stage incident involving Initial access & Collection"
    } else {
        luck.pick(1, &["Phishing reported by one user", "phishing reported by one user", "Malware on one endpoint"])
    };
    json!({
        "id": (40_000 + n).to_string(),
        "createdDateTime": clock::print(ticks, 7),
        "lastUpdateDateTime": later(10 + luck.below(2, 4_000)),
        "displayName": name,
        "description": if luck.rare(3, 3) { Value::Null } else { json!(format!("{name} at {domain}")) },
        "summary": Value::Null,
        "severity": if n == 0 { "high" } else { luck.pick(4, &["informational", "low", "medium"]) },
        "status": luck.pick(5, &["active", "resolved", "inProgress", "redirected"]),
        "classification": luck.pick(6, &["unknown", "truePositive", "falsePositive"]),
        "determination": luck.pick(7, &["unknown", "multiStagedAttack", "phishing"]),
        "assignedTo": luck.pick(8, &[None, Some(&soc)]),
        "lastModifiedBy": luck.pick(9, &[soc.as_str(), "Microsoft 365 Defender-AlertCorrelation"]),
        "priorityScore": luck.below(10, 101),
        "customTags": if luck.rare(11, 4) { json!(["Demo", "o'clock"]) } else { json!([]) },
        "systemTags": [],
        "redirectIncidentId": if luck.rare(12, 8) { json!("40001") } else { Value::Null },
        "resolvingComment": Value::Null,
        "incidentWebUrl": format!("https://security.microsoft.com/incidents/{}", 40_000 + n),
        "tenantId": premise.world.tenant,
        "comments": [],
    })
}
