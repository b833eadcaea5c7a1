//! What single records have to do to an answer: exports that leave out what the service sends, several values in one, an attack across
//! the edge of an hour, names in another case. Each is beside one that is none.

use std::fs;

use auditql::engine::{Engine, Policy};
use auditql::queries::Library;
use serde_json::{Value, json};

use super::rows_of;
use crate::lab::{answer, now};

/// The rows that a query has of these records, since long ago.
async fn found(name: &str, words: &str, records: &[Value]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    fs::write(folder.path().join("records.ndjson"), lines.join("\n")).unwrap();
    let engine = Engine::builder().input(folder.path()).policy(Policy::LOCAL).now(now()).build().unwrap();
    rows_of(&engine, &Library::shipped(), name, &format!("--since 2026-01-01 {words}")).await
}

/// Whether there is a row for each of these parts, in any order, and no other row.
#[track_caller]
fn are(rows: &[String], parts: &[&str]) {
    let all = parts.iter().all(|part| rows.iter().any(|row| row.contains(part)));
    assert!(rows.len() == parts.len() && all, "{parts:?}: {rows:#?}");
}

fn id(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

/// A time on one day, so many seconds after its begin.
fn at(second: usize) -> String {
    format!("2026-04-28T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

const TEN: usize = 36_000;

fn merged(mut record: Value, more: Value) -> Value {
    let Value::Object(more) = more else { unreachable!() };
    record.as_object_mut().unwrap().extend(more);
    record
}

/// A sign-in as the service tells it.
fn sign_in(n: usize, second: usize, user: &str, address: &str, code: i32) -> Value {
    json!({"id": id(n), "createdDateTime": at(second), "userPrincipalName": user, "userId": id(7), "ipAddress": address,
           "isInteractive": true, "signInEventTypes": ["interactiveUser"], "clientAppUsed": "Browser",
           "appDisplayName": "Mail", "correlationId": id(8), "status": {"errorCode": code},
           "location": {"countryOrRegion": "SE"}})
}

/// An event of the audit log.
fn event(n: usize, second: usize, record_type: i32, operation: &str, more: Value) -> Value {
    let own = json!({"Id": id(n), "CreationTime": at(second).trim_end_matches('Z'), "RecordType": record_type,
        "Operation": operation, "OrganizationId": id(9), "UserType": 0, "UserKey": "k", "Version": 1, "Workload": "Exchange",
        "UserId": "ana@x.example", "ClientIP": "198.51.100.7"});
    merged(own, more)
}

/// A cmdlet and its parameters.
fn cmdlet(n: usize, operation: &str, parameters: &[(&str, &str)]) -> Value {
    let pairs: Vec<Value> = parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    event(n, TEN + n, 1, operation, json!({"ObjectId": "box", "Parameters": pairs}))
}

/// A change of the directory.
fn change(n: usize, activity: &str, service: &str, targets: Value) -> Value {
    json!({"id": id(n), "activityDateTime": at(TEN + n), "activityDisplayName": activity, "loggedByService": service,
           "category": "c", "correlationId": id(8), "result": "success", "additionalDetails": [],
           "initiatedBy": {"user": {"id": id(7), "userPrincipalName": "admin@x.example", "ipAddress": "198.51.100.7"}},
           "targetResources": targets})
}

fn property(name: &str, old: Option<&str>, new: Option<&str>) -> Value {
    json!({"displayName": name, "oldValue": old, "newValue": new})
}

/// Rows of Log Analytics name the table, records of version 1.0 whether somebody was there, and some that people cut down neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_that_do_not_name_their_kind_are_found() {
    let whole = |n, user: &str| sign_in(n, TEN + n, user, "203.0.113.9", 0);
    let without = |mut record: Value, members: &[&str], more: Value| {
        members.iter().for_each(|member| drop(record.as_object_mut().unwrap().remove(*member)));
        merged(record, more)
    };
    let none = ["signInEventTypes", "isInteractive"];
    let records = [
        whole(1, "ana@x.example"),
        without(whole(2, "ana@x.example"), &none[..1], json!({"isInteractive": false})),
        without(whole(3, "Ana@X.example"), &none, json!({"Type": "AADNonInteractiveUserSignInLogs"})),
        without(whole(4, "ANA@X.EXAMPLE"), &none, json!({"Type": "SigninLogs"})),
        without(whole(5, "ana@x.example"), &none, json!({})),
        without(whole(6, "ana@x.example"), &none, json!({"Type": "ADFSSignInLogs"})),
        without(
            whole(7, ""),
            &[none[0], none[1], "userPrincipalName"],
            json!({"Type": "AADServicePrincipalSignInLogs", "servicePrincipalName": "Robot"}),
        ),
    ];
    let rows = found("user-timeline", "--user Ana@x.example", &records).await;
    let ids: Vec<String> = (1..7).map(id).collect();
    are(&rows, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    // Their kinds, as they follow; and one of an application, which no query of people finds.
    let kinds = "SELECT coalesce(sign_in_event_types[1], '-'), coalesce(CAST(is_interactive AS VARCHAR), '-') FROM sign_ins ORDER BY id";
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    fs::write(folder.path().join("records.ndjson"), lines.join("\n")).unwrap();
    let engine = Engine::builder().input(folder.path()).policy(Policy::LOCAL).now(now()).build().unwrap();
    let rows = answer(&engine, kinds).await.unwrap().rows();
    assert_eq!(
        rows,
        [
            "interactiveUser | true",
            "nonInteractiveUser | false",
            "nonInteractiveUser | false",
            "interactiveUser | true",
            "- | -",
            "- | -",
            "servicePrincipal | false"
        ]
    );
    let names = "SELECT user_principal_name, raw ->> 'userPrincipalName' FROM sign_ins WHERE id LIKE '%3'";
    let rows = answer(&engine, names).await.unwrap().rows();
    assert_eq!(rows, ["ana@x.example | Ana@X.example"], "the record itself stays as it is");
}

/// What a query says of people has to hold where the kind is not told.
#[test]
fn each_query_of_sign_ins_counts_on_records_without_a_kind() {
    for entry in Library::shipped().entries() {
        let sql = entry.query.as_ref().unwrap().sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let asks = sql.matches("is_interactive OR").count();
        let minds = sql.matches("sign_in_event_types IS NULL").count();
        let conditions = sql.replace("is_interactive, app_display_name", "").matches("is_interactive").count();
        assert!(asks == minds && asks == conditions, "{}: {asks} {minds} {conditions}", entry.name);
        assert!(sql.matches("'nonInteractiveUser'").count() <= minds, "{}", entry.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_was_synchronised_is_read_without_any_message() {
    let read = |n, access: &str, more: Value| {
        let pairs = json!([{"Name": "MailAccessType", "Value": access}, {"Name": "IsThrottled", "Value": "False"}]);
        let own = json!({"MailboxOwnerUPN": "Ana@x.example", "OperationProperties": pairs});
        event(n, TEN + n, 50, "MailItemsAccessed", merged(own, more))
    };
    let records = [
        read(
            1,
            "Bind",
            json!({"Folders": [{"Id": "f", "Path": "\\Inbox", "FolderItems": [
            {"InternetMessageId": "<a@x>"}, {"InternetMessageId": "<b@x>"}]}]}),
        ),
        read(2, "Sync", json!({"Folders": [{"Id": "f", "Path": "\\Sent Items"}]})),
        read(3, "Sync", json!({"Folders": [{"Id": "f", "Path": "\\Finance", "FolderItems": []}]})),
        read(4, "Sync", json!({"Item": {"Id": "i", "ParentFolder": {"Id": "f", "Path": "\\Legal"}}})),
        read(5, "Sync", json!({"Folders": [], "Item": {"Id": "i", "ParentFolder": {"Id": "f", "Path": "\\HR"}}})),
    ];
    let rows = found("mails-read", "--ips 198.51.100.7 --user ana@x.example", &records).await;
    are(&rows, &["<a@x>", "<b@x>", "Sent Items | NULL", "Finance | NULL", "Legal | NULL", "HR | NULL"]);
    are(&found("mails-read", "--ips 198.51.100.8", &records).await, &[]);
}

/// The same attack at other times of an hour, across the edge of each of them too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_within_minutes_is_found_whatever_the_clock_says() {
    for begin in [TEN, TEN + 137, TEN + 480, TEN + 3_500] {
        let file = |n: usize, operation: &str| {
            let more = json!({"ObjectId": format!("https://x.example/{}", n % 100), "SiteUrl": "https://x.example"});
            event(n, begin + n % 100 * 4, 6, operation, more)
        };
        let downloads: Vec<Value> = (0..60).map(|n| file(n, "FileDownloaded")).collect();
        are(&found("mass-download", "", &downloads).await, &["| 60 | 60 |"]);
        let deletions: Vec<Value> = (0..60).map(|n| file(100 + n, "FileDeleted")).collect();
        are(&found("mass-deletion", "", &deletions).await, &["| 60 | 60 |"]);
        are(&found("mass-deletion", "--at-least 61", &deletions).await, &[]);
        are(&found("mass-download", "--window 3m", &downloads).await, &[]);

        let user = |n: usize| format!("user{}@x.example", n % 9);
        let guesses: Vec<Value> =
            (0..18).map(|n| sign_in(n, begin + n * 60, &user(n), "203.0.113.9", 50_126)).collect();
        are(&found("password-spray", "", &guesses).await, &["203.0.113.9 | 2026-04-28T1"]);
        are(&found("password-spray", "--at-least 9", &guesses).await, &["| 1 | 18 | 9"]);
        are(&found("password-spray", "--at-least 10", &guesses).await, &[]);
        are(&found("password-spray", "--tries 1", &guesses[..9]).await, &["| 1 | 9 | 9"]);
        let told: Vec<Value> = (0..18)
            .map(|n| {
                let more = json!({"UserId": user(n), "ClientIP": "203.0.113.9", "ErrorNumber": "50126", "Workload": "AzureActiveDirectory"});
                event(n, begin + n * 60, 15, "UserLoginFailed", more)
            })
            .collect();
        are(&found("password-spray-in-audit-log", "--at-least 9", &told).await, &["| 1 | 18 | 9"]);
    }
}

/// The words of a search stand under a name that no schema declares, or only somewhere in the record.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_for_secrets_is_found_wherever_its_words_stand() {
    let search = |n, operation: &str, user: &str, more: Value| {
        event(n, TEN + n, 4, operation, merged(json!({"UserId": user}), more))
    };
    let (sites, mail) = ("SearchQueryInitiatedSharePoint", "SearchQueryInitiatedExchange");
    let records = [
        search(1, "SearchQueryPerformed", "ana@x.example", json!({"SearchQueryText": "VPN Password"})),
        search(2, sites, "ana@x.example", json!({"QueryText": "api keys"})),
        search(3, mail, "Ana@x.example", json!({"Detail": {"words": "client secret"}})),
        // The same words again, and words of another kind.
        search(4, sites, "ana@x.example", json!({"QueryText": "api keys"})),
        search(5, sites, "bob@x.example", json!({"QueryText": "menu", "ObjectId": "https://x.example/passwords"})),
        search(6, "PageViewed", "carol@x.example", json!({"ObjectId": "https://x.example/passwords"})),
    ];
    let rows = found("secret-searches", "", &records).await;
    are(&rows, &["ana@x.example | 198.51.100.7"]);
    assert!(rows[0].contains(" | 4 | 3 | "), "{rows:#?}");
    are(&found("secret-searches", "--at-least 4", &records).await, &[]);
    are(&found("secret-searches", "--at-least 1 --words menu", &records).await, &["bob@x.example"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_grant_of_a_consent_counts_and_one_that_names_none() {
    let grants = |scopes: &[&str]| {
        let one = |scope: &&str| {
            format!(
                "[Id: i, ClientId: c, PrincipalId: , ResourceId: r, ConsentType: Principal, Scope: {scope}, CreatedDateTime: ]"
            )
        };
        format!("\"[] => [{}]; \"", scopes.iter().map(one).collect::<Vec<_>>().join(", "))
    };
    let consent = |n, name: &str, permissions: Option<String>| {
        let told = permissions.map(|text| property("ConsentAction.Permissions", None, Some(&text)));
        let properties: Vec<Value> =
            [property("ConsentContext.IsAdminConsent", None, Some("\"False\""))].into_iter().chain(told).collect();
        let target =
            json!([{"id": "sp", "displayName": name, "type": "ServicePrincipal", "modifiedProperties": properties}]);
        change(n, "Consent to application", "Core Directory", target)
    };
    let records = [
        consent(1, "first", Some(grants(&["Mail.ReadWrite", "User.Read openid"]))),
        consent(2, "last", Some(grants(&["User.Read", "Mail.ReadWrite"]))),
        consent(3, "harmless", Some(grants(&["User.Read openid"]))),
        consent(4, "untold", None),
        change(5, "Consent to application", "Core Directory", json!([])),
    ];
    let rows = found("consents", "", &records).await;
    are(
        &rows,
        &["first | Mail.ReadWrite User.Read openid", "last | User.Read Mail.ReadWrite", "untold | NULL", "NULL | NULL"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_recipient_of_mail_counts() {
    let rule = |n, more: &[(&str, &str)]| {
        let name = format!("rule {n}");
        cmdlet(n, "New-InboxRule", &[&[("Name", name.as_str())], more].concat())
    };
    let actions = r#"[{"ActionType":"Forward","Recipients":["out@evil.example"]}]"#;
    let outlook = json!({"OperationProperties": [{"Name": "RuleOperation", "Value": "AddMailboxRule"},
        {"Name": "RuleName", "Value": "outlook"}, {"Name": "RuleActions", "Value": actions}]});
    let records = [
        rule(1, &[("ForwardTo", "bob@x.example;out@evil.example")]),
        rule(2, &[("ForwardTo", "bob@x.example"), ("RedirectTo", "out@evil.example")]),
        rule(3, &[("ForwardTo", "\"Out\" [SMTP:out@evil.example]")]),
        rule(4, &[("ForwardAsAttachmentTo", "/o=ExchangeLabs/ou=x/cn=Recipients/cn=out")]),
        rule(5, &[("ForwardTo", "bob@X.example;carol@x.example")]),
        rule(6, &[("MoveToFolder", "Newsletters")]),
        event(7, TEN, 2, "UpdateInboxRules", outlook),
    ];
    let out = "[evil.example]";
    let rows = found("inbox-rules", "", &records).await;
    are(&rows, &["rule 1", "rule 2", "rule 3", "rule 4", "outlook"]);
    assert!(rows.iter().filter(|row| row.contains(out)).count() == 4, "{rows:#?}");
    assert!(rows.iter().any(|row| row.contains("rule 4") && row.contains("[unknown]")), "{rows:#?}");
    are(&found("inbox-rules", "--own evil.example,unknown", &records).await, &[]);

    let records = [
        cmdlet(1, "Set-Mailbox", &[("Identity", "one"), ("ForwardingSmtpAddress", "smtp:Out@Evil.example")]),
        cmdlet(2, "Set-Mailbox", &[("Identity", "two"), ("ForwardingAddress", "contact of a thief")]),
        cmdlet(3, "Set-Mailbox", &[("Identity", "three"), ("ForwardingSmtpAddress", "")]),
        cmdlet(4, "Set-Mailbox", &[("Identity", "four"), ("ForwardingAddress", "bob@x.example")]),
        cmdlet(5, "Set-Mailbox", &[("Identity", "ONE"), ("ForwardingSmtpAddress", "smtp:out@evil.example")]),
    ];
    let rows = found("forwarding", "", &records).await;
    are(&rows, &[&id(1), "contact of a thief | [unknown]", &id(5)]);
    assert!(rows.iter().all(|row| row.contains(" | 1 | ")), "records of one mailbox are one: {rows:#?}");

    let records = [
        cmdlet(1, "New-TransportRule", &[("Name", "copies"), ("BlindCopyTo", "bob@x.example;out@evil.example")]),
        cmdlet(
            2,
            "New-TransportRule",
            &[("Name", "both"), ("BlindCopyTo", "bob@x.example"), ("RedirectMessageTo", "out@evil.example")],
        ),
        cmdlet(3, "New-TransportRule", &[("Name", "inside"), ("BlindCopyTo", "bob@x.example")]),
        cmdlet(4, "New-OutboundConnector", &[("Name", "hosts"), ("SmartHosts", "mx.evil.example")]),
    ];
    are(
        &found("transport-rules", "", &records).await,
        &["copies", "both", "hosts | mx.evil.example | [mx.evil.example]"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_one_in_any_case_and_a_siege_is_told_if_it_succeeds() {
    let names = ["ana@x.example", "Ana@X.example", "ANA@X.EXAMPLE"];
    let failures: Vec<Value> = (0..30).map(|n| sign_in(n, TEN + n * 10, names[n % 3], "203.0.113.9", 50_126)).collect();
    let siege = |last: Value| failures.iter().cloned().chain([last]).collect::<Vec<_>>();
    are(
        &found("brute-force", "", &failures).await,
        &["ana@x.example | 2026-04-28T10:00:00Z | 2026-04-28T10:04:50Z | 30 | 30 | 0 | 1 | [SE] | NULL"],
    );
    are(&found("brute-force", "--user ANA@x.example", &failures).await, &["ana@x.example"]);
    are(&found("brute-force", "--user bob@x.example", &failures).await, &[]);
    // From the address that guessed, at once and after a pause, and from another one amid the siege.
    let got_in = "2026-04-28T10:05:10Z | 203.0.113.9";
    are(&found("brute-force", "", &siege(sign_in(90, TEN + 310, names[1], "203.0.113.9", 0))).await, &[got_in]);
    are(
        &found("brute-force", "", &siege(sign_in(90, TEN + 9_000, names[1], "203.0.113.9", 0))).await,
        &["12:30:00Z | 203.0.113.9"],
    );
    are(
        &found("brute-force", "", &siege(sign_in(90, TEN + 310, names[1], "203.0.113.10", 0))).await,
        &["10:05:10Z | 203.0.113.10"],
    );
    // Somebody forgetful, at an address where the account got in before.
    are(&found("brute-force", "", &siege(sign_in(90, TEN - 9_000, names[0], "203.0.113.9", 0))).await, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_of_a_policy_is_loosened_is_found() {
    let policy = |state: &str, users: &str, rest: &str| {
        format!(
            r#"{{"state":"{state}","conditions":{{"users":{{"includeUsers":["All"],"excludeUsers":[]{users}}}}}{rest}}}"#
        )
    };
    let plain = policy("enabled", "", r#","grantControls":{"builtInControls":["mfa"]}"#);
    let controls = r#","grantControls":{"builtInControls":["mfa"]}"#;
    let edit = |n, activity: &str, name: &str, old: Option<&str>, new: Option<&str>| {
        let target = json!([{"id": "p", "displayName": name, "type": "Policy",
            "modifiedProperties": [property("ConditionalAccessPolicy", old, new)]}]);
        change(n, activity, "Conditional Access", target)
    };
    let update = |n, name: &str, new: &str| edit(n, "Update conditional access policy", name, Some(&plain), Some(new));
    let named = json!([{"id": "p", "displayName": "gone without a word", "type": "Policy", "modifiedProperties": []}]);
    let records = [
        update(1, "roles", &policy("enabled", r#","excludeRoles":["r"]"#, controls)),
        update(
            2,
            "guests",
            &policy("enabled", r#","excludeGuestsOrExternalUsers":{"guestOrExternalUserTypes":"b2b"}"#, controls),
        ),
        update(3, "one user", &plain.replace("All", "bob")),
        update(4, "no control", &policy("enabled", "", "")),
        update(5, "off", &policy("disabled", "", controls)),
        update(6, "renamed only", &policy("enabled", "", &format!("{controls},\"sessionControls\":{{}}"))),
        edit(7, "Delete conditional access policy", "gone", Some(&plain), None),
        edit(8, "Add conditional access policy", "new", None, Some(&plain)),
        change(9, "Delete conditional access policy", "Conditional Access", named),
    ];
    let rows = found("policy-changes", "", &records).await;
    let part = [
        "roles | users",
        "guests | users",
        "one user | users",
        "no control | grantControls",
        "off | state",
        "gone | deleted",
        "gone without a word | deleted",
    ];
    are(&rows, &part);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_found_in_either_order_of_the_targets_and_without_a_name() {
    let user = |name: &str, properties: Value| json!({"id": "u", "userPrincipalName": name, "type": "User", "modifiedProperties": properties});
    let role = json!({"id": "r", "displayName": "Global Administrator", "type": "Role", "modifiedProperties": []});
    let told = json!([property("Role.DisplayName", None, Some("\"Global Administrator\""))]);
    let template = json!([property("Role.TemplateId", None, Some("\"62e90394\""))]);
    let add = |n, activity: &str, targets: Value| change(n, activity, "Core Directory", targets);
    let records = [
        add(1, "Add member to role", json!([user("one@x.example", told.clone()), role])),
        add(2, "Add member to role", json!([role, user("two@x.example", json!([]))])),
        add(3, "Add member to role", json!([user("three@x.example", json!([])), role])),
        add(4, "Add member to role", json!([user("four@x.example", template)])),
        add(5, "Add scoped member to role", json!([user("five@x.example", told)])),
        add(6, "Add member to role", json!([user("six@x.example", json!([]))])),
        add(7, "Remove member from role", json!([user("seven@x.example", json!([])), role])),
    ];
    let rows = found("privileged-roles", "", &records).await;
    let holder = |role: &str, name: &str| format!("{role} | {name}@x.example | User");
    let global: Vec<String> = ["one", "two", "three", "five"].map(|name| holder("Global Administrator", name)).to_vec();
    let all: Vec<String> = global.iter().cloned().chain([holder("62e90394", "four"), holder("NULL", "six")]).collect();
    are(&rows, &all.iter().map(String::as_str).collect::<Vec<_>>());
    let named: Vec<String> = global.into_iter().chain([holder("NULL", "six")]).collect();
    are(
        &found("privileged-roles", "--roles Global", &records).await,
        &named.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_without_mail_are_days() {
    let send = |n: usize, day: usize, count: i32| {
        let more = json!({"CreationTime": format!("2026-04-{day}T10:00:00"), "MailboxOwnerUPN": "Ana@x.example",
            "ClientIPAddress": "198.51.100.7", "OperationCount": count});
        event(
            n,
            TEN,
            50,
            "MailItemsAccessed",
            merged(more, json!({"OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}]})),
        )
    };
    // Two busy days in a week are both far above the middle of it, which is a day without mail.
    let week = [send(1, 20, 1), send(2, 22, 300), send(3, 26, 400)];
    are(&found("mail-volume", "", &week).await, &["| 400 | 2 | 0.0 | 300 |", "| 300 | 2 | 0.0 | 400 |"]);
    let busy: Vec<Value> = (0..7).map(|n| send(n, 20 + n, 300)).collect();
    are(&found("mail-volume", "", &busy).await, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_are_told_by_the_names_that_they_give_themselves() {
    let agent =
        |n, agent: &str| merged(sign_in(n, TEN + n, "ana@x.example", "203.0.113.9", 0), json!({"userAgent": agent}));
    let tools = [
        "python-requests/2.31",
        "Python-urllib/3.11",
        "Python/3.11 aiohttp/3.9",
        "python-httpx/0.27",
        "curl/8.5.0",
        "Go-http-client/2.0",
        "axios/1.6.0",
        "azurehound/v2",
        "node-fetch/1.0",
    ];
    let others = ["Mozilla/5.0 (Windows NT 10.0)", "accountsd/113 CFNetwork", "Apple-iPhone14C2/2101"];
    let records: Vec<Value> = tools.iter().chain(&others).enumerate().map(|(n, name)| agent(n, name)).collect();
    are(&found("scripted-clients", "", &records).await, &tools);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_record_leaves_out_does_not_drop_it() {
    let grant = |n, properties: Value| {
        let target = json!([{"id": "g", "displayName": "Microsoft Graph", "type": "ServicePrincipal", "modifiedProperties": properties}]);
        change(n, "Add app role assignment to service principal", "Core Directory", target)
    };
    let records = [
        grant(1, json!([property("AppRole.Value", None, Some("\"Mail.Read\""))])),
        grant(2, json!([property("AppRole.Value", None, Some("\"User.Invite.All\""))])),
        grant(3, json!([])),
    ];
    are(&found("app-permissions", "", &records).await, &[&id(1), &id(3)]);
    let records = [
        cmdlet(
            1,
            "Add-MailboxPermission",
            &[("Identity", "box"), ("User", "eve@x.example"), ("AccessRights", "FullAccess")],
        ),
        merged(
            cmdlet(2, "Add-MailboxPermission", &[("User", "mallory@x.example")]),
            json!({"ObjectId": null, "UserType": null}),
        ),
        merged(cmdlet(3, "Add-MailboxPermission", &[("User", "system")]), json!({"UserType": 3})),
    ];
    are(&found("mailbox-access", "", &records).await, &["eve@x.example", "mallory@x.example"]);
    // A file that matched a policy whose rules are not told.
    let matched = merged(
        event(1, TEN, 11, "DlpRuleMatch", json!({"ObjectId": "https://x.example/a.xlsx", "Workload": "SharePoint"})),
        json!({"SharePointMetaData": {"From": "ana@x.example", "FilePathUrl": "https://x.example/a.xlsx"},
               "PolicyDetails": [{"PolicyId": "p", "PolicyName": "Numbers", "Rules": []}]}),
    );
    let shared = event(
        2,
        TEN + 60,
        14,
        "AnonymousLinkCreated",
        json!({"ObjectId": "https://x.example/a.xlsx", "Workload": "SharePoint"}),
    );
    are(&found("dlp-then-shared", "", &[matched, shared]).await, &["Numbers | NULL"]);
}
