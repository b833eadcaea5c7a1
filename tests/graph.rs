//! What is sent for the sets of Microsoft Graph besides sign-ins and audits: by hand, a statement beside its requests.
//!
//! The tenant refuses what its own transcript of the reference does not document, so each case is a request that is accepted.

use auditql::demo::Options;
use auditql::engine::Engine;
use auditql::settings::Settings;
use auditql::tally::Notice;

use crate::lab::{self, Lab};

async fn tenant() -> Lab {
    Lab::new(Options { audits: 100, ..lab::options(2_000) }).await
}

/// A statement, and the one request that it costs, without its version.
const CASES: &[(&str, &str)] = &[
    // Names are sent as they are; only what is needed travels.
    (
        "SELECT id FROM users WHERE display_name = 'Ana Silva'",
        "/users?$filter=displayName eq 'Ana Silva'&$select=id,displayName&$top=999",
    ),
    ("SELECT mail FROM users WHERE id = 'a'", "/users?$filter=id eq 'a'&$select=id,mail&$top=999"),
    (
        "SELECT id FROM users WHERE account_enabled",
        "/users?$filter=accountEnabled eq true&$select=id,accountEnabled&$top=999",
    ),
    (
        "SELECT id FROM users WHERE NOT account_enabled",
        "/users?$filter=accountEnabled eq false&$select=id,accountEnabled&$top=999",
    ),
    (
        "SELECT id FROM users WHERE display_name LIKE 'An%'",
        "/users?$filter=startswith(displayName,'An')&$select=id,displayName&$top=999",
    ),
    // What only an advanced query may ask carries its count.
    ("SELECT id FROM users WHERE mail IS NULL", "/users?$filter=mail eq null&$select=id,mail&$count=true&$top=999"),
    ("SELECT id FROM users WHERE mail IS NOT NULL", "/users?$filter=mail ne null&$select=id,mail&$count=true&$top=999"),
    (
        "SELECT id FROM users WHERE mail LIKE '%@x.example'",
        "/users?$filter=endswith(mail,'@x.example')&$select=id,mail&$count=true&$top=999",
    ),
    (
        "SELECT id FROM users WHERE company_name = 'X'",
        "/users?$filter=companyName eq 'X'&$select=id,companyName&$count=true&$top=999",
    ),
    (
        "SELECT id FROM users WHERE created_date_time >= '2026-04-01' AND created_date_time < '2026-04-02'",
        "/users?$filter=createdDateTime ge 2026-04-01T00:00:00Z and createdDateTime le 2026-04-02T00:00:00Z&$select=id,createdDateTime&$count=true&$top=999",
    ),
    (
        "SELECT id FROM users WHERE user_type <> 'Guest'",
        "/users?$filter=userType ne 'Guest'&$select=id,userType&$count=true&$top=999",
    ),
    (
        "SELECT id FROM users WHERE array_has(proxy_addresses, 'SMTP:a@b')",
        "/users?$filter=proxyAddresses/any(t: t eq 'SMTP:a@b')&$select=id,proxyAddresses&$top=999",
    ),
    // Of an element, too: what is documented for advanced queries alone is asked as one.
    (
        "SELECT id FROM users WHERE EXISTS (SELECT 1 FROM unnest(assigned_plans) AS t WHERE t.service = 'exchange')",
        "/users?$filter=assignedPlans/any(t: t/service eq 'exchange')&$select=id,assignedPlans&$count=true&$top=999",
    ),
    // What could leave out rows, or is not documented, stays here.
    ("SELECT id FROM users WHERE user_type <> 'guest'", "/users?$select=id,userType&$top=999"),
    ("SELECT id FROM users WHERE display_name <> 'A'", "/users?$select=id,displayName&$top=999"),
    ("SELECT id FROM users WHERE display_name > 'A'", "/users?$select=id,displayName&$top=999"),
    ("SELECT id FROM users WHERE lower(mail) = 'a@b'", "/users?$select=id,mail&$top=999"),
    (
        "SELECT id FROM users WHERE last_password_change_date_time < '2026-01-01'",
        "/users?$select=id,lastPasswordChangeDateTime&$top=999",
    ),
    ("SELECT id FROM users WHERE id LIKE 'a%'", "/users?$select=id&$top=999"),
    // The costly property comes in smaller pages, and takes no other test beside its own.
    (
        "SELECT id FROM users WHERE sign_in_activity.last_sign_in_date_time < '2026-04-20'",
        "/users?$filter=signInActivity/lastSignInDateTime le 2026-04-20T00:00:00Z&$select=id,signInActivity&$top=500",
    ),
    (
        "SELECT id FROM users WHERE account_enabled AND sign_in_activity.last_sign_in_date_time < '2026-04-20'",
        "/users?$filter=accountEnabled eq true&$select=id,accountEnabled,signInActivity&$top=500",
    ),
    // Unasked, users lack most of their properties: the whole record is all that is declared.
    (
        "SELECT raw FROM devices WHERE is_compliant",
        "/devices?$filter=isCompliant eq true&$select=id,deviceId,displayName,accountEnabled,operatingSystem,operatingSystemVersion,trustType,profileType,isCompliant,isManaged,isRooted,managementType,mdmAppId,approximateLastSignInDateTime,registrationDateTime,complianceExpirationDateTime,manufacturer,model,deviceCategory,deviceOwnership,enrollmentType,enrollmentProfileName,physicalIds,systemLabels,alternativeSecurityIds,deviceVersion,onPremisesSyncEnabled,onPremisesLastSyncDateTime,deletedDateTime&$top=999",
    ),
    (
        "SELECT id FROM groups WHERE array_has(group_types, 'Unified')",
        "/groups?$filter=groupTypes/any(t: t eq 'Unified')&$select=id,groupTypes&$top=999",
    ),
    (
        "SELECT id FROM groups WHERE description = 'x'",
        "/groups?$filter=description eq 'x'&$select=id,description&$count=true&$top=999",
    ),
    ("SELECT id FROM groups WHERE created_date_time > '2026-01-01'", "/groups?$select=id,createdDateTime&$top=999"),
    (
        "SELECT id FROM service_principals WHERE app_id = 'x'",
        "/servicePrincipals?$filter=appId eq 'x'&$select=id,appId&$top=999",
    ),
    (
        "SELECT id FROM service_principals WHERE app_owner_organization_id = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'",
        "/servicePrincipals?$filter=appOwnerOrganizationId eq f8cdef31-a31e-4b4a-93e4-5f571e91255a&$select=id,appOwnerOrganizationId&$count=true&$top=999",
    ),
    (
        "SELECT id FROM service_principals WHERE app_owner_organization_id = 'x'",
        "/servicePrincipals?$select=id,appOwnerOrganizationId&$top=999",
    ),
    (
        "SELECT id FROM service_principals WHERE service_principal_type = 'ManagedIdentity'",
        "/servicePrincipals?$select=id,servicePrincipalType&$top=999",
    ),
    (
        "SELECT id FROM applications WHERE created_date_time > '2026-04-01'",
        "/applications?$filter=createdDateTime ge 2026-04-01T00:00:00Z&$select=id,createdDateTime&$top=999",
    ),
    (
        "SELECT id FROM applications WHERE info.terms_of_service_url = 'x'",
        "/applications?$filter=info/termsOfServiceUrl eq 'x'&$select=id,info&$count=true&$top=999",
    ),
    ("SELECT id FROM devices WHERE device_id = 'x'", "/devices?$filter=deviceId eq 'x'&$select=id,deviceId&$top=999"),
    (
        "SELECT id FROM devices WHERE device_id LIKE 'x%'",
        "/devices?$filter=startswith(deviceId,'x')&$select=id,deviceId&$count=true&$top=999",
    ),
    (
        "SELECT id FROM oauth2_permission_grants WHERE client_id = 'x' AND principal_id = 'y'",
        "/oauth2PermissionGrants?$filter=clientId eq 'x'",
    ),
    ("SELECT id FROM directory_roles WHERE display_name = 'x'", "/directoryRoles"),
    (
        "SELECT display_name FROM conditional_access_policies WHERE state = 'enabled'",
        "/identity/conditionalAccess/policies?$select=id,displayName,state",
    ),
    ("SELECT * FROM conditional_access_policies", "/identity/conditionalAccess/policies"),
    (
        "SELECT is_trusted FROM named_locations WHERE created_date_time > '2024-01-01'",
        "/identity/conditionalAccess/namedLocations?$filter=createdDateTime ge 2024-01-01T00:00:00Z&$select=id,createdDateTime,isTrusted",
    ),
    (
        "SELECT type FROM named_locations WHERE created_date_time < '2024-01-01'",
        "/identity/conditionalAccess/namedLocations",
    ),
    (
        "SELECT id FROM authentication_methods WHERE NOT is_mfa_registered AND is_admin",
        "/reports/authenticationMethods/userRegistrationDetails?$filter=isMfaRegistered eq false",
    ),
    (
        "SELECT id FROM authentication_methods WHERE array_has(methods_registered, 'fido2')",
        "/reports/authenticationMethods/userRegistrationDetails?$filter=methodsRegistered/any(t: t eq 'fido2')",
    ),
    // Strict bounds alone are documented: a lower one begins a second before.
    (
        "SELECT id FROM provisioning WHERE activity_date_time >= '2026-04-20' AND duration_in_milliseconds <= 30 AND job_id LIKE '%x%'",
        "/auditLogs/provisioning?$filter=activityDateTime gt 2026-04-19T23:59:59Z and durationInMilliseconds lt 31 and contains(jobId,'x')&$top=999",
    ),
    (
        "SELECT id FROM risk_detections WHERE risk_level = 'high' AND activity_date_time > '2026-04-20'",
        "/identityProtection/riskDetections?$filter=riskLevel eq 'high'&$select=id,activityDateTime,riskLevel&$top=500",
    ),
    (
        "SELECT id FROM risk_detections WHERE last_updated_date_time < '2026-04-20' AND user_id = 'x'",
        "/identityProtection/riskDetections?$filter=lastUpdatedDateTime lt 2026-04-20T00:00:00Z&$select=id,activityDateTime,lastUpdatedDateTime,userId&$top=500",
    ),
    (
        "SELECT id FROM risky_users WHERE risk_level IN ('high', 'medium')",
        "/identityProtection/riskyUsers?$filter=(riskLevel eq 'high' or riskLevel eq 'medium')&$select=id,riskLevel&$top=500",
    ),
    (
        "SELECT id FROM risky_service_principals WHERE risk_level = 'high'",
        "/identityProtection/riskyServicePrincipals?$filter=riskLevel eq 'high'&$select=id,riskLevel&$top=500",
    ),
    (
        "SELECT id FROM security.alerts WHERE severity = 'high' AND created_date_time > '2026-04-20' AND title = 'x'",
        "/security/alerts_v2?$filter=createdDateTime ge 2026-04-20T00:00:00Z and severity eq 'high'&$top=100",
    ),
    (
        "SELECT id FROM incidents WHERE status = 'active' AND display_name = 'x'",
        "/security/incidents?$filter=status eq 'active'&$top=50",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_sends_what_is_documented_and_nothing_else() {
    let lab = tenant().await;
    let mut wrong = Vec::new();
    for (sql, expected) in CASES {
        let (_, asked) = lab.asked(sql).await;
        let first = asked.first().map(|url| url.trim_start_matches("/beta").to_owned());
        if first.as_deref() != Some(expected) {
            wrong.push(format!("{sql}\n  {first:?}\n  {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_of_an_advanced_query_is_on_every_page() {
    let lab = tenant().await;
    // Without it on one of them the tenant refuses the filter.
    let engine = lab::engine(lab::connection(&lab.tenant), Settings::default());
    let count = |answer: &lab::Answer| answer.rows()[0].parse::<usize>().unwrap();
    let all = lab::answer(&engine, "SELECT count(id) FROM users WHERE company_name IS NOT NULL").await.unwrap();
    let here = lab::answer(&engine, "SELECT count(id) FROM users WHERE company_name || '' IS NOT NULL").await.unwrap();
    assert_eq!(count(&all), count(&here));
    assert!(count(&all) > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_of_three_tables_sends_three_filters() {
    let guide = include_str!("../docs/first-five-minutes.md");
    let (_, sample) = guide.split_once("## 5. Who is that?").unwrap();
    let (_, sample) = sample.split_once("demo> ").unwrap();
    let (sql, _) = sample.split_once(';').unwrap();
    let lab = tenant().await;
    let (explained, asked) = lab.asked(sql).await;
    assert_eq!(asked, [""; 0], "EXPLAIN sends nothing");
    let explained = explained.join("\n");
    let filters: Vec<&str> =
        explained.lines().filter(|line| line.contains("GET") && line.contains("$filter=")).collect();
    assert_eq!(filters.len(), 3, "{explained}");
    for part in ["department eq 'R&D'", "status/errorCode eq 0", "category eq 'RoleManagement'"] {
        assert!(filters.iter().any(|line| line.contains(part)), "{part}: {explained}");
    }
    let rows = lab.rows(sql.trim_start_matches("EXPLAIN")).await;
    assert!(rows.len() < 1_000, "{}", rows.len());
}

/// The groups that the tenant lists, and the members that it has.
async fn ids(engine: &Engine, sql: &str) -> Vec<String> {
    lab::answer(engine, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_table_asks_those_that_are_named_or_all() {
    let lab = tenant().await;
    for (table, parent, of) in [
        ("group_members", "group_id", "groups"),
        ("directory_role_members", "role_id", "directory_roles"),
        ("app_role_assignments", "resource_id", "service_principals"),
    ] {
        let parents = lab.rows(&format!("SELECT id FROM {of} ORDER BY id")).await;
        let (all, asked) = lab.asked(&format!("SELECT {parent}, id FROM {table}")).await;
        assert_eq!(asked.len(), 1 + parents.len(), "{table}: the list, and one for each");
        let named: Vec<String> = parents[..3].iter().map(|id| format!("'{id}'")).collect();
        let (some, asked) =
            lab.asked(&format!("SELECT {parent}, id FROM {table} WHERE {parent} IN ({})", named.join(", "))).await;
        assert_eq!(asked.len(), 3, "{table}");
        let within: Vec<&String> =
            all.iter().filter(|row| parents[..3].iter().any(|id| row.starts_with(id.as_str()))).collect();
        assert_eq!(sorted(some.iter()), sorted(within), "{table}");
        // One that is not there has no members, and what is no GUID is no key.
        let missing = format!("SELECT id FROM {table} WHERE {parent} = '00000000-0000-4000-8000-000000000000'");
        assert_eq!(lab.asked(&missing).await, (Vec::new(), vec![lab.asked(&missing).await.1[0].clone()]), "{table}");
        let said: Vec<String> =
            lab.answer(&missing).await.unwrap().tally.notices().iter().map(ToString::to_string).collect();
        let gone = format!("entra.{table}: 1 id(s) that were asked for are not in entra.{of} (first: 00000000-");
        assert!(said.iter().any(|notice| notice.starts_with(&gone)), "{said:?}");
        for none in ["'../users'", "'a/b?c'", "''", "NULL"] {
            let (rows, asked) = lab.asked(&format!("SELECT id FROM {table} WHERE {parent} = {none}")).await;
            assert_eq!((rows.len(), asked.len()), (0, 0), "{table} {none}");
        }
        let never = format!("SELECT id FROM {table} WHERE id = 'a' AND id = 'b'");
        assert_eq!(lab.requests(&never).await, 0, "{never}");
        // A join gives the keys when it runs, and the whole list is read; the answer is the same.
        let joined = format!(
            "SELECT m.{parent}, m.id FROM {table} m JOIN {of} g ON g.id = m.{parent} WHERE g.id IN ({})",
            named.join(", ")
        );
        assert_eq!(sorted(ids(&lab.engine, &joined).await.iter()), sorted(some.iter()), "{table}");
    }
}

fn sorted<'a>(rows: impl IntoIterator<Item = &'a String>) -> Vec<&'a String> {
    let mut rows: Vec<&String> = rows.into_iter().collect();
    rows.sort_unstable();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_has_no_reach_and_no_retention() {
    let lab = tenant().await;
    for sql in ["SELECT * FROM users", "SELECT id FROM devices WHERE registration_date_time < '1999-01-01'"] {
        let answer = lab::answer(&lab.engine, sql).await.unwrap();
        let about_time = |notice: &&Notice| matches!(notice, Notice::Reach { .. } | Notice::Incomplete { .. });
        assert_eq!(answer.tally.notices().iter().filter(about_time).count(), 0, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_those_that_sign_ins_and_audits_name() {
    let lab = tenant().await;
    for (sql, least) in [
        ("SELECT count(DISTINCT u.id) FROM sign_ins s JOIN users u ON u.id = s.user_id", 50),
        ("SELECT count(DISTINCT d.id) FROM sign_ins s JOIN devices d ON d.device_id = s.device_detail.device_id", 20),
        ("SELECT count(DISTINCT p.id) FROM sign_ins s JOIN service_principals p ON p.id = s.service_principal_id", 5),
        ("SELECT count(DISTINCT p.id) FROM sign_ins s JOIN service_principals p ON p.app_id = s.app_id", 10),
        ("SELECT count(*) FROM risk_detections r JOIN sign_ins s ON s.id = r.request_id", 10),
        ("SELECT count(DISTINCT u.id) FROM directory_audits a JOIN users u ON u.id = a.initiated_by.user.id", 10),
        ("SELECT count(*) FROM security.alerts a JOIN incidents i ON i.id = a.incident_id", 100),
        (
            "SELECT count(*) FROM users u JOIN sign_ins s ON s.id = u.sign_in_activity.last_sign_in_request_id \
             WHERE date_trunc('second', s.created_date_time) = u.sign_in_activity.last_sign_in_date_time",
            20,
        ),
    ] {
        let count: usize = lab.rows(sql).await[0].parse().unwrap();
        assert!(count >= least, "{count} of {least}: {sql}");
    }
    let unknown = "SELECT count(*) FROM sign_ins WHERE user_id <> '' AND user_id IS NOT NULL \
                   AND user_id <> '00000000-0000-0000-0000-000000000000' AND user_id NOT IN (SELECT id FROM users)";
    // The guest who was invited for a night, and deleted.
    assert_eq!(lab.rows(unknown).await, ["1"]);
}
