//! Queries in KQL beside their SQL, and those that get none.

use super::*;
use crate::apis;

const INTERACTIVE: Option<&str> = Some("is_interactive");

fn sign_ins(kql: &str) -> Option<String> {
    in_sql(kql, &apis::graph::SIGN_INS, None)
}

#[test]
fn simple_words_become_sql_with_the_values_that_were_typed() {
    for (kql, sql) in [
        (
            "SigninLogs | where UserPrincipalName == \"o'neil@a.example\" | take 10",
            "SELECT * FROM entra.sign_ins WHERE user_principal_name = 'o''neil@a.example' LIMIT 10",
        ),
        (
            "SigninLogs\n| where TimeGenerated > ago(7d) and ResultType != 0\n| where IPAddress in ('1.2.3.4', '5.6.7.8')\n\
             | project TimeGenerated, who = UserPrincipalName",
            "SELECT created_date_time, user_principal_name AS who FROM entra.sign_ins WHERE created_date_time > ago('7d') \
             AND status.error_code <> 0 AND ip_address IN ('1.2.3.4', '5.6.7.8')",
        ),
        (
            "SigninLogs | where AppDisplayName contains 'Portal' or AppDisplayName =~ \"Teams\" | where IPAddress startswith '10.' \
             | summarize n = count(), dcount(UserPrincipalName) by IPAddress, bin(TimeGenerated, 1h) | order by n | limit 5;",
            "SELECT ip_address, bin(created_date_time, '1h'), count(*) AS n, count(DISTINCT user_principal_name) FROM \
             entra.sign_ins WHERE (app_display_name ILIKE '%Portal%' OR lower(app_display_name) = 'teams') AND \
             ip_address ILIKE '10.%' GROUP BY 1, 2 ORDER BY n DESC LIMIT 5",
        ),
        (
            "SigninLogs | summarize count() by IPAddress | top 3 by count_ asc",
            "SELECT ip_address, count(*) AS count_ FROM entra.sign_ins GROUP BY 1 ORDER BY count_ LIMIT 3",
        ),
        ("SigninLogs | distinct IPAddress", "SELECT DISTINCT ip_address FROM entra.sign_ins"),
        (
            "SigninLogs | distinct IPAddress | order by IPAddress asc",
            "SELECT DISTINCT ip_address FROM entra.sign_ins ORDER BY ip_address",
        ),
        ("SigninLogs | count", "SELECT count(*) FROM entra.sign_ins"),
        (
            "SigninLogs | where Status.errorCode == 0 and not(isempty(IPAddress))",
            "SELECT * FROM entra.sign_ins WHERE status.error_code = 0 AND (coalesce(ip_address, '') = '') IS NOT TRUE",
        ),
        (
            "SigninLogs | where TimeGenerated between (datetime(2026-04-27) .. datetime(\"2026-04-28T12:00:00Z\"))",
            "SELECT * FROM entra.sign_ins WHERE created_date_time BETWEEN '2026-04-27' AND '2026-04-28T12:00:00Z'",
        ),
        (
            "SigninLogs | where (ResultType == \"50126\" or ResultType in (\"50053\", 50055)) and not(AppDisplayName has \"outlook\")",
            "SELECT * FROM entra.sign_ins WHERE (status.error_code = 50126 OR status.error_code IN (50053, 50055)) AND \
             (app_display_name ~* '\\boutlook\\b') IS NOT TRUE",
        ),
        (
            "SigninLogs | where UserPrincipalName != 'a' and AppDisplayName !contains 'b' and IPAddress in~ ('A::1')",
            "SELECT * FROM entra.sign_ins WHERE (user_principal_name IS DISTINCT FROM 'a') AND (NOT (app_display_name \
             ILIKE '%b%') OR app_display_name IS NULL) AND lower(ip_address) IN ('a::1')",
        ),
        (
            "SigninLogs | extend Country = tostring(LocationDetails.countryOrRegion) | where Country == 'DE' \
             | summarize Failures = countif(ResultType != 0), make_set(IPAddress) by Country",
            "SELECT location.country_or_region AS Country, count_if(status.error_code <> 0) AS Failures, list(DISTINCT ip_address) \
             FROM entra.sign_ins WHERE location.country_or_region = 'DE' GROUP BY 1",
        ),
        (
            "SigninLogs | extend City = LocationDetails.city | take 1",
            "SELECT *, location.city AS City FROM entra.sign_ins LIMIT 1",
        ),
        (
            "SigninLogs | summarize count() by startofweek(TimeGenerated)",
            "SELECT startofweek(created_date_time), count(*) AS count_ FROM entra.sign_ins GROUP BY 1",
        ),
        (
            "SigninLogs | where ipv4_is_in_range(IPAddress, '10.0.0.0/8') | count",
            "SELECT count(*) FROM entra.sign_ins WHERE ip_in(ip_address, '10.0.0.0/8')",
        ),
    ] {
        assert_eq!(sign_ins(kql).as_deref(), Some(sql), "{kql}");
    }
}

#[test]
fn a_table_of_one_kind_is_asked_for_that_kind() {
    let sql = in_sql("SigninLogs | where Location == 'DE' or IPAddress == '::1'", &apis::graph::SIGN_INS, INTERACTIVE);
    let expected = "SELECT * FROM entra.sign_ins WHERE is_interactive AND (location.country_or_region = 'DE' OR ip_address = '::1')";
    assert_eq!(sql.as_deref(), Some(expected));
}

#[test]
fn names_of_a_workspace_are_those_that_exports_have() {
    let audits = |kql: &str| in_sql(kql, &apis::graph::DIRECTORY_AUDITS, None);
    assert_eq!(
        audits("AuditLogs | where TimeGenerated > ago(1d) and OperationName == 'Add user' | project ActivityDateTime, Result").unwrap(),
        "SELECT activity_date_time, result FROM entra.directory_audits WHERE activity_date_time > ago('1d') AND \
         activity_display_name = 'Add user'"
    );
    for (name, own) in [
        ("UserPrincipalName", "user_principal_name"),
        ("UserDisplayName", "user_display_name"),
        ("IPAddress", "ip_address"),
        ("ResultType", "status.error_code"),
        ("AppDisplayName", "app_display_name"),
        ("AppId", "app_id"),
        ("ClientAppUsed", "client_app_used"),
        ("UserAgent", "user_agent"),
        ("CorrelationId", "correlation_id"),
        ("Location", "location.country_or_region"),
        ("ConditionalAccessStatus", "conditional_access_status"),
        ("ResourceDisplayName", "resource_display_name"),
        ("DeviceDetail.operatingSystem", "device_detail.operating_system"),
    ] {
        let sql = sign_ins(&format!("SigninLogs | project {name}"));
        assert_eq!(sql.as_deref(), Some(format!("SELECT {own} FROM entra.sign_ins").as_str()), "{name}");
    }
}

#[test]
fn what_is_not_known_gives_nothing_rather_than_a_half() {
    for kql in [
        "SigninLogs | where NoColumn == 1",
        "SigninLogs | extend x = IPAddress + 1",
        "SigninLogs | take 5 | where IPAddress == '1.2.3.4'",
        "SigninLogs | take 1.5",
        "SigninLogs | summarize count() by IPAddress | where count_ > 3",
        "SigninLogs | summarize count() by IPAddress | order by TimeGenerated",
        "SigninLogs | distinct IPAddress | order by TimeGenerated",
        "SigninLogs | where IPAddress matches regex 'a'",
        "SigninLogs | where UserPrincipalName == \"a\\\"b\"",
        "SigninLogs | where UserPrincipalName contains 'a_b'",
        "SigninLogs | join (AuditLogs) on IPAddress",
        "SigninLogs | where 'a'",
        "SigninLogs | where UserPrincipalName == 'a",
        // Half a condition.
        "SigninLogs | where UserPrincipalName ==",
        "SigninLogs | where UserPrincipalName",
        "SigninLogs | where UserPrincipalName == 'a' and",
        "SigninLogs | where and UserPrincipalName == 'a'",
        "SigninLogs | where (UserPrincipalName == 'a'",
        "SigninLogs | where UserPrincipalName == 'a')",
        "SigninLogs | where not(",
        "SigninLogs | where",
        "SigninLogs | summarize",
        "SigninLogs | summarize count() by",
        // Structs and lists, whose text KQL looks at.
        "SigninLogs | where DeviceDetail has 'windows'",
        "SigninLogs | where LocationDetails == 'DE'",
        "SigninLogs | where DeviceDetail.nothing == 'a'",
        "SigninLogs | where tostring(Status) contains 'a'",
        // A text is never null there; spans of a week begin elsewhere.
        "SigninLogs | where isnull(IPAddress)",
        "SigninLogs | summarize count() by bin(TimeGenerated, 5d)",
        "SigninLogs | where ResultType == 'abc'",
        "union A, B | take 1",
        "",
    ] {
        assert_eq!(sign_ins(kql), None, "{kql}");
    }
}

#[test]
fn comments_are_none_of_its_words_and_the_step_that_stops_is_named() {
    for (text, plain) in [
        ("// failed\nSigninLogs\n| take 2 // two", "\nSigninLogs\n| take 2 "),
        ("SigninLogs | where A == 'https://x' // it's", "SigninLogs | where A == 'https://x' "),
        ("a / b", "a / b"),
    ] {
        assert_eq!(without_comments(text), plain);
    }
    let set = &apis::graph::SIGN_INS;
    for (text, step) in [
        ("SigninLogs | where ResultType != 0 | mv-expand a | take 5", Some("| mv-expand")),
        ("SigninLogs | join kind=inner (AuditLogs) on a", Some("| join")),
        ("SigninLogs | take 5", None),
    ] {
        assert_eq!(stops_at(text, set).as_deref(), step, "{text}");
    }
}
