//! What the real service documents, written down by hand a second time.
//!
//! The engine and the demo tenant could share a mistake in a declaration and agree on it. These lists are transcribed from
//! the service's reference pages and never derived from `apis`; both directions are compared, so that an operator too many
//! fails as well as one too few.

mod listings;

use std::collections::{BTreeMap, BTreeSet};

use auditql::apis;
use auditql::demo;
use auditql::table::{ApiVersion, Column, Edm, EntitySet, Op, Select};
use listings::{LISTINGS, Property};

/// (wire path, operators in v1.0, operators in beta); `None`: the version does not have the property.
type Fact = (&'static str, Option<&'static str>, Option<&'static str>);

/// Microsoft Graph, "List signIns" and "signIn resource type", v1.0 and beta. Properties without an operator are listed
/// too: nothing may be sent for them. A path with `[]` is asked inside `any()`.
const SIGN_INS: &[Fact] = &[
    ("id", Some("eq"), Some("eq")),
    ("createdDateTime", Some("eq ge le"), Some("eq ge le")),
    ("userDisplayName", Some("eq startswith"), Some("eq startswith")),
    ("userPrincipalName", Some("eq startswith"), Some("eq startswith")),
    ("userId", Some("eq"), Some("eq")),
    ("appId", Some("eq"), Some("eq")),
    ("appDisplayName", Some("eq startswith"), Some("eq startswith")),
    ("ipAddress", Some("eq startswith"), Some("eq startswith")),
    ("clientAppUsed", Some("eq"), Some("eq")),
    ("conditionalAccessStatus", Some("eq"), Some("eq")),
    ("correlationId", Some("eq"), Some("eq")),
    ("isInteractive", Some(""), Some("")),
    ("resourceDisplayName", Some("eq"), Some("eq")),
    ("resourceId", Some("eq"), Some("eq")),
    ("resourceTenantId", Some(""), Some("")),
    ("homeTenantId", Some(""), Some("")),
    ("servicePrincipalId", Some(""), Some("eq startswith")),
    ("servicePrincipalName", Some(""), Some("eq startswith")),
    ("userAgent", Some(""), Some("eq startswith")),
    ("authenticationAppDeviceDetails/appVersion", Some(""), Some("")),
    ("authenticationAppDeviceDetails/clientApp", Some(""), Some("")),
    ("authenticationAppDeviceDetails/deviceId", Some(""), Some("")),
    ("authenticationAppDeviceDetails/operatingSystem", Some(""), Some("")),
    ("riskDetail", Some("eq"), Some("eq")),
    ("riskLevelAggregated", Some("eq"), Some("eq")),
    ("riskLevelDuringSignIn", Some("eq"), Some("eq")),
    ("riskState", Some("eq"), Some("eq")),
    ("riskEventTypes[]", Some("eq"), Some("eq")),
    ("riskEventTypes_v2[]", Some("eq startswith"), Some("eq startswith")),
    ("status/errorCode", Some("eq"), Some("eq")),
    ("status/failureReason", Some(""), Some("")),
    ("status/additionalDetails", Some(""), Some("")),
    ("deviceDetail/browser", Some("eq startswith"), Some("eq startswith")),
    ("deviceDetail/operatingSystem", Some("eq startswith"), Some("eq startswith")),
    ("deviceDetail/deviceId", Some(""), Some("")),
    ("deviceDetail/displayName", Some(""), Some("")),
    ("deviceDetail/isCompliant", Some(""), Some("")),
    ("deviceDetail/isManaged", Some(""), Some("")),
    ("deviceDetail/trustType", Some(""), Some("")),
    ("location/city", Some("eq startswith"), Some("eq startswith")),
    ("location/state", Some("eq startswith"), Some("eq startswith")),
    ("location/countryOrRegion", Some("eq startswith"), Some("eq startswith")),
    ("location/geoCoordinates/altitude", Some(""), Some("")),
    ("location/geoCoordinates/latitude", Some(""), Some("")),
    ("location/geoCoordinates/longitude", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/id", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/displayName", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/result", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/enforcedGrantControls[]", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/enforcedSessionControls[]", Some(""), Some("")),
    ("appliedConditionalAccessPolicies[]/authenticationStrength/authenticationStrengthId", None, Some("")),
    ("appliedConditionalAccessPolicies[]/authenticationStrength/authenticationStrengthResult", None, Some("")),
    ("appliedConditionalAccessPolicies[]/authenticationStrength/displayName", None, Some("")),
    ("appliedConditionalAccessPolicies[]/conditionsSatisfied", None, Some("")),
    ("appliedConditionalAccessPolicies[]/conditionsNotSatisfied", None, Some("")),
    ("appliedConditionalAccessPolicies[]/includeRulesSatisfied[]/conditionalAccessCondition", None, Some("")),
    ("appliedConditionalAccessPolicies[]/includeRulesSatisfied[]/ruleSatisfied", None, Some("")),
    ("appliedConditionalAccessPolicies[]/excludeRulesSatisfied[]/conditionalAccessCondition", None, Some("")),
    ("appliedConditionalAccessPolicies[]/excludeRulesSatisfied[]/ruleSatisfied", None, Some("")),
    ("appliedConditionalAccessPolicies[]/sessionControlsNotSatisfied[]", None, Some("")),
    ("signInEventTypes[]", None, Some("eq ne")),
    ("authenticationRequirement", None, Some("eq startswith")),
    ("conditionalAccessAudiences[]", None, Some("eq")),
    ("originalRequestId", None, Some("eq")),
    ("tokenIssuerName", None, Some("eq")),
    ("tokenIssuerType", None, Some("")),
    ("authenticationProtocol", None, Some("")),
    ("authenticationDetails[]/authenticationStepDateTime", None, Some("")),
    ("authenticationDetails[]/authenticationMethod", None, Some("")),
    ("authenticationDetails[]/authenticationMethodDetail", None, Some("")),
    ("authenticationDetails[]/authenticationStepRequirement", None, Some("")),
    ("authenticationDetails[]/authenticationStepResultDetail", None, Some("")),
    ("authenticationDetails[]/succeeded", None, Some("")),
    ("authenticationMethodsUsed[]", None, Some("")),
    ("authenticationProcessingDetails[]/key", None, Some("")),
    ("authenticationProcessingDetails[]/value", None, Some("")),
    ("authenticationRequirementPolicies[]/requirementProvider", None, Some("")),
    ("authenticationRequirementPolicies[]/detail", None, Some("")),
    ("authenticationContextClassReferences[]/id", None, Some("")),
    ("authenticationContextClassReferences[]/detail", None, Some("")),
    ("authenticationAppPolicyEvaluationDetails[]/policyName", None, Some("")),
    ("authenticationAppPolicyEvaluationDetails[]/adminConfiguration", None, Some("")),
    ("authenticationAppPolicyEvaluationDetails[]/authenticationEvaluation", None, Some("")),
    ("authenticationAppPolicyEvaluationDetails[]/status", None, Some("")),
    ("appliedEventListeners[]/eventType", None, Some("")),
    ("appliedEventListeners[]/executedListenerId", None, Some("")),
    ("appliedEventListeners[]/handlerResult", None, Some("")),
    // From the pages "agentSignIn" and "tokenProtectionStatusDetails" of November 2026; the older ones lack them. The owners'
    // tenants are described with "Supports $filter (eq)".
    ("agent/agentType", None, Some("")),
    ("agent/agentSubjectType", None, Some("")),
    ("agent/agentSubjectParentId", None, Some("")),
    ("agent/parentAppId", None, Some("")),
    ("appOwnerTenantId", None, Some("eq")),
    ("resourceOwnerTenantId", None, Some("eq")),
    ("clientSessionId", None, Some("")),
    ("tokenProtectionStatusDetails/signInSessionStatus", None, Some("")),
    ("tokenProtectionStatusDetails/signInSessionStatusCode", None, Some("")),
    ("appTokenProtectionStatus", None, Some("")),
    ("signInTokenProtectionStatus", None, Some("")),
    ("autonomousSystemNumber", None, Some("")),
    ("azureResourceId", None, Some("")),
    ("clientCredentialType", None, Some("")),
    ("crossTenantAccessType", None, Some("")),
    ("federatedCredentialId", None, Some("")),
    ("flaggedForReview", None, Some("")),
    ("globalSecureAccessIpAddress", None, Some("")),
    ("homeTenantName", None, Some("")),
    ("incomingTokenType", None, Some("")),
    ("ipAddressFromResourceProvider", None, Some("")),
    ("isTenantRestricted", None, Some("")),
    ("isThroughGlobalSecureAccess", None, Some("")),
    ("managedServiceIdentity/msiType", None, Some("")),
    ("managedServiceIdentity/associatedResourceId", None, Some("")),
    ("managedServiceIdentity/federatedTokenId", None, Some("")),
    ("managedServiceIdentity/federatedTokenIssuer", None, Some("")),
    ("mfaDetail/authMethod", None, Some("")),
    ("mfaDetail/authDetail", None, Some("")),
    ("networkLocationDetails[]/networkType", None, Some("")),
    ("networkLocationDetails[]/networkNames[]", None, Some("")),
    ("originalTransferMethod", None, Some("")),
    ("privateLinkDetails/policyId", None, Some("")),
    ("privateLinkDetails/policyName", None, Some("")),
    ("privateLinkDetails/policyTenantId", None, Some("")),
    ("privateLinkDetails/resourceId", None, Some("")),
    ("processingTimeInMilliseconds", None, Some("")),
    ("resourceServicePrincipalId", None, Some("")),
    ("servicePrincipalCredentialKeyId", None, Some("")),
    ("servicePrincipalCredentialThumbprint", None, Some("")),
    ("sessionId", None, Some("")),
    ("sessionLifetimePolicies[]/expirationRequirement", None, Some("")),
    ("sessionLifetimePolicies[]/detail", None, Some("")),
    ("signInIdentifier", None, Some("")),
    ("signInIdentifierType", None, Some("")),
    ("uniqueTokenIdentifier", None, Some("")),
    ("userType", None, Some("")),
];

/// Microsoft Graph, "List directoryAudits" and "directoryAudit resource type"; `category`, `result` and the target's
/// name are asked by public clients and are not on the page.
const DIRECTORY_AUDITS: &[Fact] = &[
    ("id", Some("eq"), Some("eq")),
    ("activityDateTime", Some("eq ge le"), Some("eq ge le")),
    ("activityDisplayName", Some("eq startswith"), Some("eq startswith")),
    ("category", Some("eq"), Some("eq")),
    ("correlationId", Some("eq"), Some("eq")),
    ("loggedByService", Some("eq"), Some("eq")),
    ("operationType", Some(""), Some("")),
    ("result", Some("eq"), Some("eq")),
    ("resultReason", Some(""), Some("")),
    ("userAgent", None, Some("")),
    ("additionalDetails[]/key", Some(""), Some("")),
    ("additionalDetails[]/value", Some(""), Some("")),
    ("initiatedBy/user/id", Some("eq"), Some("eq")),
    ("initiatedBy/user/displayName", Some("eq"), Some("eq")),
    ("initiatedBy/user/userPrincipalName", Some("eq startswith"), Some("eq startswith")),
    ("initiatedBy/user/ipAddress", Some(""), Some("")),
    ("initiatedBy/user/userType", Some(""), Some("")),
    ("initiatedBy/user/homeTenantId", Some(""), Some("")),
    ("initiatedBy/user/homeTenantName", Some(""), Some("")),
    ("initiatedBy/user/roles[]", Some(""), Some("")),
    ("initiatedBy/app/appId", Some("eq"), Some("eq")),
    ("initiatedBy/app/displayName", Some("eq"), Some("eq")),
    ("initiatedBy/app/servicePrincipalId", Some(""), Some("")),
    ("initiatedBy/app/servicePrincipalName", Some(""), Some("")),
    ("targetResources[]/id", Some("eq"), Some("eq")),
    ("targetResources[]/displayName", Some("eq startswith"), Some("eq startswith")),
    ("targetResources[]/userPrincipalName", Some("eq"), Some("eq")),
    ("targetResources[]/type", Some(""), Some("")),
    ("targetResources[]/groupType", Some(""), Some("")),
    ("targetResources[]/modifiedProperties[]/displayName", Some(""), Some("")),
    ("targetResources[]/modifiedProperties[]/oldValue", Some(""), Some("")),
    ("targetResources[]/modifiedProperties[]/newValue", Some(""), Some("")),
];

/// azure-docs, "Azure Active Directory sign-in activity report API", 2017: its six filter fields; the rest is what public
/// clients read of the records.
const SIGNIN_EVENTS: &[Fact] = &[
    ("signinDateTime", Some("eq ge le gt lt"), Some("eq ge le gt lt")),
    ("userId", Some("eq"), Some("eq")),
    ("userPrincipalName", Some("eq"), Some("eq")),
    ("appId", Some("eq"), Some("eq")),
    ("appDisplayName", Some("eq"), Some("eq")),
    ("loginStatus", Some("eq"), Some("eq")),
    ("id", Some(""), Some("")),
    ("signinDateTimeInMillis", Some(""), Some("")),
    ("userDisplayName", Some(""), Some("")),
    ("ipAddress", Some(""), Some("")),
    ("deviceInformation", Some(""), Some("")),
    ("location/city", Some(""), Some("")),
    ("location/state", Some(""), Some("")),
    ("location/country", Some(""), Some("")),
    ("geoCoordinates/latitude", Some(""), Some("")),
    ("geoCoordinates/longitude", Some(""), Some("")),
    ("geoCoordinates/city", Some(""), Some("")),
    ("geoCoordinates/state", Some(""), Some("")),
    ("geoCoordinates/country", Some(""), Some("")),
    ("signinErrorCode", Some(""), Some("")),
    ("failureReason", Some(""), Some("")),
    ("mfaResult", Some(""), Some("")),
    ("mfaAuthMethod", Some(""), Some("")),
    ("mfaAuthDetail", Some(""), Some("")),
];

/// azure-docs, "Azure Active Directory audit API reference", 2018. A filter calls some properties otherwise than the record:
/// `a -> b` is asked as `b`.
const AUDIT_EVENTS: &[Fact] = &[
    ("activityDate", Some("eq ge le gt lt"), Some("eq ge le gt lt")),
    ("category", Some("eq"), Some("eq")),
    ("activityResultStatus -> activityStatus", Some("eq"), Some("eq")),
    ("activityType", Some("eq"), Some("eq")),
    ("activity", Some("eq startswith contains"), Some("eq startswith contains")),
    ("actor/name", Some("eq startswith contains"), Some("eq startswith contains")),
    ("actor/objectId", Some("eq"), Some("eq")),
    (
        "actor/userPrincipalName -> actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName",
        Some("eq startswith"),
        Some("eq startswith"),
    ),
    ("targets[]/name", Some("eq startswith contains"), Some("eq startswith contains")),
    ("targets[]/objectId", Some("eq"), Some("eq")),
    (
        "targets[]/userPrincipalName -> targets[]/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.TargetResourceUserEntity/userPrincipalName",
        Some("eq startswith"),
        Some("eq startswith"),
    ),
    ("id", Some(""), Some("")),
    ("activityDateInMillis", Some(""), Some("")),
    ("activityOperationType", Some(""), Some("")),
    ("activityResultDescription", Some(""), Some("")),
    ("actor/ipAddress", Some(""), Some("")),
    ("actor/servicePrincipalName", Some(""), Some("")),
    ("actorType", Some(""), Some("")),
    ("targets[]/@odata.type", Some(""), Some("")),
    ("targets[]/targetResourceType", Some(""), Some("")),
    ("additionalDetails", Some(""), Some("")),
    ("componentOrSource", Some(""), Some("")),
    ("source", Some(""), Some("")),
    ("correlationId", Some(""), Some("")),
    ("internalCorrelationId", Some(""), Some("")),
    ("domainName", Some(""), Some("")),
    ("tenantId", Some(""), Some("")),
    ("tenantName", Some(""), Some("")),
    ("tenantGeolocation", Some(""), Some("")),
];

/// Wire path → operators, of every leaf that a version has.
type Declared = BTreeMap<String, String>;

fn declared(set: &EntitySet, version: ApiVersion) -> Declared {
    fn walk(above: &str, columns: &[Column], version: ApiVersion, found: &mut Declared) {
        let here = columns.iter().filter(|c| !c.wire.is_empty() && c.since <= version);
        for column in here {
            let brackets = if matches!(column.edm, Edm::List(_)) { "[]" } else { "" };
            let mut path = format!("{above}{}{brackets}", column.wire);
            if let Some(asked) = column.asked.filter(|asked| asked.path != path) {
                // Within a list, the path begins at the element.
                let list = if above.ends_with("[]/") { above } else { "" };
                path = format!("{path} -> {list}{}", asked.path);
            }
            let operators: Vec<&str> = column.ops_in(version).iter().map(auditql::table::Op::wire).collect();
            if column.fields().is_empty() {
                found.insert(path, operators.join(" "));
            } else {
                assert_eq!(operators, [""; 0], "no operator is documented on the object {path} itself");
                walk(&format!("{path}/"), column.fields(), version, found);
            }
        }
    }
    let mut found = Declared::new();
    walk("", set.columns, version, &mut found);
    found
}

fn documented(facts: &[Fact], version: ApiVersion) -> Declared {
    let of = |fact: &Fact| if version == ApiVersion::V1 { fact.1 } else { fact.2 };
    facts.iter().filter_map(|fact| Some((fact.0.to_owned(), of(fact)?.to_owned()))).collect()
}

fn is_declared_as_documented(set: &EntitySet, facts: &[Fact]) {
    for version in [ApiVersion::V1, ApiVersion::Beta] {
        let (documented, declared) = (documented(facts, version), declared(set, version));
        let unlike = |a: &Declared, b: &Declared| -> Vec<(String, String)> {
            a.iter()
                .filter(|(path, operators)| b.get(*path) != Some(*operators))
                .map(|(p, o)| (p.clone(), o.clone()))
                .collect()
        };
        assert_eq!(unlike(&documented, &declared), [], "documented, and declared otherwise, in {version:?}");
        assert_eq!(unlike(&declared, &documented), [], "declared, and documented otherwise, in {version:?}");
    }
}

#[test]
fn sign_ins_are_declared_as_documented() {
    is_declared_as_documented(&apis::graph::SIGN_INS, SIGN_INS);
}

#[test]
fn directory_audits_are_declared_as_documented() {
    is_declared_as_documented(&apis::graph::DIRECTORY_AUDITS, DIRECTORY_AUDITS);
    let set = &apis::graph::DIRECTORY_AUDITS;
    assert_eq!(
        (set.path(), set.time, set.permissions()),
        ("/auditLogs/directoryAudits", Some("activity_date_time"), &["AuditLog.Read.All"][..])
    );
}

#[test]
fn the_legacy_reports_are_declared_as_documented() {
    is_declared_as_documented(&apis::aadgraph::SIGNIN_EVENTS, SIGNIN_EVENTS);
    is_declared_as_documented(&apis::aadgraph::AUDIT_EVENTS, AUDIT_EVENTS);
    let (signins, audits) = (&apis::aadgraph::SIGNIN_EVENTS, &apis::aadgraph::AUDIT_EVENTS);
    assert_eq!((signins.path(), audits.path()), ("/activities/signinEvents", "/activities/audit"));
    for set in [signins, audits] {
        let pages = set.pages().unwrap();
        assert_eq!((pages.page, pages.listed.is_none(), pages.limits.tests), (None, true, None));
        assert!(set.columns.iter().all(|column| !column.sortable), "{}", set.qualified());
    }
    assert_eq!(signins.pages().unwrap().record_cap, Some(1_000_000));
    assert_eq!(audits.pages().unwrap().record_cap, None);
}

/// The codes that filters write for words of the records: nothing else may be sent for them.
#[test]
fn legacy_outcomes_are_asked_for_by_their_codes() {
    use auditql::table::Code;
    let codes = |set: &EntitySet, column: &str| set.column(column).unwrap().asked.unwrap();
    let login = codes(&apis::aadgraph::SIGNIN_EVENTS, "login_status");
    let activity = codes(&apis::aadgraph::AUDIT_EVENTS, "activity_result_status");
    for (word, digit, number) in [("Success", "0", 0), ("FAILURE", "1", -1), ("failure", "1", -1), ("0", "0", 0)] {
        assert_eq!(login.code(word), Some(Code::Text(digit)), "{word}");
        assert_eq!(activity.code(word), Some(Code::Number(number)), "{word}");
    }
    assert_eq!((login.code("1"), activity.code("-1")), (Some(Code::Text("1")), Some(Code::Number(-1))));
    assert_eq!((login.code("-1"), activity.code("1"), login.code("interrupted")), (None, None, None));
    let category = codes(&apis::aadgraph::AUDIT_EVENTS, "category");
    let named = [
        "Directory",
        "SSPR",
        "SSGM",
        "Sync",
        "Automated Password Rollover",
        "IdentityProtection",
        "Invited Users",
        "MIM Service",
    ];
    for name in named {
        assert_eq!(category.code(name), Some(Code::Text(name)));
    }
    assert_eq!((category.codes(), category.code("UserManagement")), (named.len(), None));
}

/// The tenant is a witness of its own only if it was not taught by the declarations: it has to agree with the pages.
fn is_served_as_documented(table: &demo::Table, facts: &[Fact]) {
    for (version, of) in [(ApiVersion::V1, demo::Version::V1), (ApiVersion::Beta, demo::Version::Beta)] {
        let asked = |(path, operators): (String, String)| {
            Some((path.trim_end_matches("[]").to_owned(), operators)).filter(|(_, operators)| !operators.is_empty())
        };
        let documented: Declared = documented(facts, version).into_iter().filter_map(asked).collect();
        let served = table.properties.iter().filter_map(|p| Some((p.path.to_owned(), p.operators(of)?.to_owned())));
        assert_eq!(served.filter_map(asked).collect::<Declared>(), documented, "{} in {version:?}", table.path);
    }
}

#[test]
fn the_demo_tenant_serves_what_is_documented() {
    is_served_as_documented(&demo::SIGN_INS, SIGN_INS);
    is_served_as_documented(&demo::DIRECTORY_AUDITS, DIRECTORY_AUDITS);
    is_served_in_old_words(&demo::aadgraph::SIGNIN_EVENTS, SIGNIN_EVENTS);
    is_served_in_old_words(&demo::aadgraph::AUDIT_EVENTS, AUDIT_EVENTS);
    assert_eq!(demo::aadgraph::TABLES.len(), 2, "a set that is added is compared with its page here");
    assert_eq!(demo::TABLES.len(), 2 + LISTINGS.len(), "a set that is added is compared with its page here");
    for (path, .., facts) in LISTINGS {
        let table = demo::TABLES.iter().find(|table| table.path == *path).unwrap_or_else(|| panic!("{path}"));
        for property in table.properties {
            for version in demo::Version::ALL {
                let (any, advanced) = operators(facts, property.path);
                let served = words(property.operators(version).unwrap());
                assert_eq!((served, words(property.advanced)), (any, advanced), "{path}: {}", property.path);
            }
        }
        let served = |fact: &Property| table.properties.iter().any(|p| p.path == fact.0.trim_end_matches("[]"));
        let asked = facts.iter().filter(|fact| !fact.1.is_empty() || !fact.2.is_empty());
        let missing: Vec<&str> = asked.filter(|fact| !served(fact)).map(|fact| fact.0).collect();
        assert_eq!(missing, [""; 0], "{path}");
    }
}

fn words(operators: &str) -> BTreeSet<&str> {
    operators.split_whitespace().collect()
}

/// The operators of any query, and those of advanced ones alone, that a property of a listing is documented with.
fn operators(facts: &'static [Property], path: &str) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let fact = facts.iter().find(|fact| fact.0.trim_end_matches("[]") == path);
    fact.map_or_else(Default::default, |fact| (words(fact.1), words(fact.2)))
}

#[test]
fn listings_are_declared_as_documented() {
    fn walk(above: &str, columns: &'static [Column], found: &mut Vec<(String, &'static Column)>) {
        for column in columns.iter().filter(|c| !matches!(c.edm, Edm::Raw)) {
            let brackets = if matches!(column.edm, Edm::List(_)) { "[]" } else { "" };
            let path = format!("{above}{}{brackets}", column.wire);
            if column.fields().is_empty() {
                found.push((path, column));
            } else {
                walk(&format!("{path}/"), column.fields(), found);
            }
        }
    }
    for (path, permissions, quota, page, select, facts) in LISTINGS {
        let set = apis::ALL.iter().find(|set| set.path() == *path).unwrap_or_else(|| panic!("{path}"));
        let pages = set.pages().unwrap();
        let rate = pages.quota.rate().map(|rate| (rate.requests, rate.window.as_secs()));
        let selects = pages.select != Select::Undocumented;
        assert_eq!(
            (set.permissions(), rate, pages.page, selects),
            (*permissions, Some(*quota), *page, *select),
            "{path}"
        );
        let mut leaves = Vec::new();
        walk("", set.columns, &mut leaves);
        for (leaf, column) in &leaves {
            for version in [ApiVersion::V1, ApiVersion::Beta] {
                let ops = column.ops_in(version);
                let of = |advanced: bool| {
                    let of = move |op: &Op| column.advanced.has(*op) == advanced;
                    ops.iter().filter(of).map(Op::wire).collect::<BTreeSet<_>>()
                };
                let documented = operators(facts, leaf.trim_end_matches("[]"));
                assert_eq!((of(false), of(true)), documented, "{path}: {leaf} in {version:?}");
            }
        }
        let declared = |fact: &&Property| leaves.iter().any(|(leaf, _)| leaf == fact.0);
        let missing: Vec<&str> = facts.iter().filter(|fact| !declared(fact)).map(|fact| fact.0).collect();
        assert_eq!(missing, [""; 0], "{path}: documented, and no column");
    }
}

/// The tenant knows properties as filters call them, and writes operators in another order.
fn is_served_in_old_words(table: &demo::aadgraph::Table, facts: &[Fact]) {
    let sorted = |operators: &str| {
        let mut operators: Vec<&str> = operators.split_whitespace().collect();
        operators.sort_unstable();
        operators.join(" ")
    };
    let asked = |(path, operators): (&str, &str)| {
        let path = path.split_once(" -> ").map_or(path, |(_, asked)| asked);
        Some((path.to_owned(), sorted(operators))).filter(|(_, operators)| !operators.is_empty())
    };
    let documented: Declared = facts.iter().filter_map(|fact| asked((fact.0, fact.2?))).collect();
    let served = table.properties.iter().filter_map(|p| Some((p.path, p.operators(demo::Version::Beta)?)));
    assert_eq!(served.filter_map(asked).collect::<Declared>(), documented, "{}", table.path);
}

#[test]
fn every_listing_of_the_service_has_its_page_here() {
    let logs = ["/auditLogs/signIns", "/auditLogs/directoryAudits", "/activities/signinEvents", "/activities/audit"];
    let known = logs.into_iter().chain(LISTINGS.iter().map(|l| l.0));
    let declared = apis::ALL.iter().filter(|set| set.pages().is_some()).map(|set| set.path());
    assert_eq!(declared.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
}

#[test]
fn sign_ins_are_ordered_by_their_time_alone() {
    let sortable: Vec<&str> = apis::graph::SIGN_INS.columns.iter().filter(|c| c.sortable).map(|c| c.wire).collect();
    assert_eq!(sortable, ["createdDateTime"]);
}

#[test]
fn the_name_a_user_signs_in_with_is_the_one_text_stored_in_lower_case() {
    let lower = |c: &&Column| c.case == auditql::table::Case::Lower;
    let stored: Vec<&str> = apis::graph::SIGN_INS.columns.iter().filter(lower).map(|c| c.wire).collect();
    assert_eq!(stored, ["userPrincipalName"]);
}

#[test]
fn sign_ins_are_read_where_and_how_the_reference_says() {
    let set = apis::graph::SIGN_INS.pages().unwrap();
    assert_eq!(set.path, "/auditLogs/signIns");
    assert_eq!(set.permissions, ["AuditLog.Read.All"]);
    assert_eq!(set.quota.rate().map(|rate| (rate.requests, rate.window.as_secs())), Some((5, 10)));
    let kinds: Vec<(&str, bool)> = set.population.as_ref().unwrap().kinds.iter().map(|k| (k.member, k.flag)).collect();
    let documented = [
        ("interactiveUser", true),
        ("nonInteractiveUser", false),
        ("servicePrincipal", false),
        ("managedIdentity", false),
    ];
    assert_eq!(kinds, documented);
}
