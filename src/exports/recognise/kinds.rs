//! Which kind of record an object is, as data: by the members that only that kind has.

use std::collections::{HashMap, HashSet};

use ahash::RandomState;

use crate::decode::folded;
use crate::table::{self, Family};

/// Tables of Log Analytics, and categories of diagnostic settings.
const NAMES: [(&str, Family); 11] = [
    ("SigninLogs", Family::SignIns),
    ("AADNonInteractiveUserSignInLogs", Family::SignIns),
    ("AADServicePrincipalSignInLogs", Family::SignIns),
    ("AADManagedIdentitySignInLogs", Family::SignIns),
    ("NonInteractiveUserSignInLogs", Family::SignIns),
    ("ServicePrincipalSignInLogs", Family::SignIns),
    ("ManagedIdentitySignInLogs", Family::SignIns),
    ("ADFSSignInLogs", Family::SignIns),
    ("ADFSSignInLogsV2", Family::SignIns),
    ("AuditLogs", Family::DirectoryAudits),
    ("OfficeActivity", Family::Activity),
];

/// Members that tell a kind of record: all of the first list, and one of each of the others.
struct Mark<T> {
    all: &'static [&'static str],
    one: &'static [&'static str],
    kind: T,
}

const fn mark<T>(kind: T, all: &'static [&'static str], one: &'static [&'static str]) -> Mark<T> {
    Mark { all, one, kind }
}

/// Of these, each row of Log Analytics has one; a row that a query has summed up has none, or other members besides.
const TIME_OR_ID: [(Family, &[&str]); 3] = [
    (Family::SignIns, &["TimeGenerated", "CreatedDateTime", "Id"]),
    (Family::DirectoryAudits, &["TimeGenerated", "ActivityDateTime", "Id"]),
    (Family::Activity, &["TimeGenerated", "CreationTime", "OfficeId", "Start_Time", "Id"]),
];

/// How a query language calls what it has summed up, unless it is told otherwise.
const SUMMED_UP: [&str; 9] =
    ["count_", "countif_", "dcount_", "sum_", "avg_", "min_", "max_", "make_set_", "make_list_"];

/// What only sign-ins have. Users, applications and service principals have names, ids and times as well.
const OF_SIGN_INS: &[&str] = &[
    "IsInteractive",
    "SignInEventTypes",
    "ClientAppUsed",
    "ConditionalAccessStatus",
    "AppliedConditionalAccessPolicies",
    "ConditionalAccessPolicies",
    "RiskLevelDuringSignIn",
    "UniqueTokenIdentifier",
    "SignInIdentifier",
    "AuthenticationRequirement",
    "AuthenticationProcessingDetails",
    "ServicePrincipalCredentialKeyId",
    "ResourceIdentity",
    "IncomingTokenType",
    "TokenIssuerType",
    "IPAddress",
];

/// The kinds that there are tables for, beside records of the feed, whose marks are declared with the tables.
const MARKS: [Mark<Family>; 11] = [
    mark(
        Family::SigninEvents,
        &["SigninDateTime"],
        &["LoginStatus", "SigninErrorCode", "SigninDateTimeInMillis", "DeviceInformation"],
    ),
    mark(
        Family::AuditEvents,
        &["ActivityDate"],
        &["ActivityResultStatus", "ActivityDateInMillis", "ActivityOperationType"],
    ),
    mark(Family::Activity, &["CreationDate"], &["RecordType", "Operations"]),
    mark(Family::Activity, &["AuditLogRecordType"], &["CreatedDateTime", "Operation"]),
    mark(Family::Activity, &["OfficeWorkload"], &["TimeGenerated", "OfficeId", "Start_Time"]),
    mark(
        Family::DirectoryAudits,
        &["ActivityDateTime"],
        &["ActivityDisplayName", "LoggedByService", "TargetResources"],
    ),
    mark(Family::DirectoryAudits, &["ActivityDisplayName"], &["LoggedByService", "InitiatedBy", "TargetResources"]),
    mark(Family::DirectoryAudits, &["TimeGenerated", "OperationName"], &["LoggedByService", "AADOperationType"]),
    mark(Family::SignIns, &["CreatedDateTime"], OF_SIGN_INS),
    mark(
        Family::SignIns,
        &["TimeGenerated"],
        &["SignInIdentifier", "UniqueTokenIdentifier", "ClientAppUsed", "ConditionalAccessStatus", "IsInteractive"],
    ),
    mark(
        Family::SignIns,
        &["TimeGenerated", "ResultType", "IPAddress"],
        &["UserPrincipalName", "AppDisplayName", "ServicePrincipalName", "ServicePrincipalId"],
    ),
];

/// The portal's downloads, whose names are words.
const OF_PORTAL: [Mark<Family>; 3] = [
    mark(Family::SignIns, &["Date (UTC)"], &["Sign-in error code", "Client app"]),
    // Before it named the zone. Dates are the first column of much else.
    mark(Family::SignIns, &["Date", "Request ID", "Sign-in error code"], &["User", "Application", "Client app"]),
    mark(Family::DirectoryAudits, &["Date (UTC)"], &["Activity", "Service"]),
];

/// Kinds beside records of logs that have members which those have too: these are looked for first.
const ALIKE: [Mark<&str>; 5] = [
    mark("risk detections", &["RiskEventType"], &["DetectedDateTime", "RiskDetectionId", "ActivityDateTime"]),
    mark("risky users", &["RiskLastUpdatedDateTime"], &["RiskLevel", "RiskState"]),
    mark("provisioning events", &["ProvisioningSteps"], &["ActivityDateTime", "JobId"]),
    mark(
        "requests to Microsoft Graph",
        &["RequestUri", "RequestMethod"],
        &["ResponseStatusCode", "AppId", "RequestId"],
    ),
    mark("AADSignInEventsBeta of advanced hunting", &["ErrorCode", "LogonType"], &["AccountUpn", "AccountObjectId"]),
];

/// Other kinds that are found beside records of logs.
const OTHERS: [Mark<&str>; 16] = [
    mark("EmailEvents of advanced hunting", &["NetworkMessageId", "RecipientEmailAddress"], &["Subject", "ReportId"]),
    mark("events of advanced hunting", &["Timestamp", "ReportId"], &["ActionType", "DeviceId", "AccountUpn", "Url"]),
    mark("message traces", &["RecipientAddress"], &["MessageTraceId", "MessageId"]),
    mark("devices", &["OperatingSystem"], &["DisplayName", "DeviceId"]),
    mark("service principals", &["ServicePrincipalType"], &["AppId", "DisplayName"]),
    mark("Conditional Access policies", &["GrantControls"], &["Conditions", "State"]),
    mark("permission grants", &["ConsentType"], &["Scope", "ClientId"]),
    mark("role assignments of applications", &["AppRoleId"], &["PrincipalId", "ResourceId"]),
    mark("groups", &["DisplayName"], &["GroupTypes", "SecurityEnabled", "MailEnabled"]),
    mark("mailboxes", &["PrimarySmtpAddress"], &["RecipientTypeDetails", "ExchangeGuid"]),
    mark("inbox rules", &["RuleIdentity"], &["MailboxOwnerId", "ForwardTo"]),
    mark("users", &["UserPrincipalName"], &["AccountEnabled", "DisplayName", "Mail", "JobTitle"]),
    mark("applications", &["AppId", "DisplayName"], &["CreatedDateTime", "SignInAudience", "OwnerIds", "Id"]),
    mark("incidents or alerts", &["Severity", "Title"], &["IncidentId", "Status", "AlertId"]),
    mark("alerts of Wazuh about other things", &["rule", "agent"], &["manager", "decoder"]),
    mark("events of other programs", &["@timestamp"], &["event", "message", "host", "agent"]),
];

/// Of kinds that stand beside records of logs, those that there are tables for: whoever asks for them gets them.
const THINGS: [(&str, Family); 11] = [
    ("risk detections", Family::RiskDetections),
    ("risky users", Family::RiskyUsers),
    ("provisioning events", Family::Provisioning),
    ("devices", Family::Devices),
    ("service principals", Family::ServicePrincipals),
    ("Conditional Access policies", Family::ConditionalAccessPolicies),
    ("permission grants", Family::PermissionGrants),
    ("role assignments of applications", Family::AppRoleAssignments),
    ("groups", Family::Groups),
    ("users", Family::Users),
    ("applications", Family::Applications),
];

/// The kind of record that a kind of that name is, if there is a table for it.
pub(super) fn family_of(other: &str) -> Option<Family> {
    THINGS.iter().find(|(name, _)| *name == other).map(|(_, family)| *family)
}

/// The kind of the records of a table of Log Analytics or of a category.
pub(super) fn named(name: &str) -> Option<Family> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, family)| *family)
}

/// What the names of an object's members tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    /// The kind, if there is a table for it.
    pub(super) family: Option<Family>,
    /// The kind, if there is none.
    pub(super) other: Option<&'static str>,
    /// A query has summed something up.
    summed_up: bool,
    /// For each family, whether a row of its table can have such names.
    row: [bool; 3],
}

impl Told {
    /// Whether a row of a table of Log Analytics is a record, and no sum.
    pub(super) fn is_row(&self, family: Family) -> bool {
        let own = TIME_OR_ID.iter().position(|(of, _)| *of == family).is_some_and(|at| self.row[at]);
        own && !self.summed_up
    }

    /// Whether rows of these names can be anything that is known.
    pub(super) fn is_known(&self) -> bool {
        self.family.is_some() || self.other.is_some()
    }
}

/// Tells kinds by names, and remembers them: the records of one file have few sets of names.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    known: HashMap<u64, Told>,
    state: RandomState,
}

/// Sets of names that are remembered.
const MOST: usize = 256;

impl Kinds {
    /// What names tell.
    pub(super) fn of<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Told {
        let names: Vec<&str> = names.collect();
        let key = self.state.hash_one(&names);
        if let Some(told) = self.known.get(&key) {
            return *told;
        }
        let told = tell(&names);
        if self.known.len() < MOST {
            self.known.insert(key, told);
        }
        told
    }
}

fn tell(names: &[&str]) -> Told {
    let shape = Shape(names.iter().map(|name| folded(without_zone(name))).collect());
    let other = |marks: &[Mark<&'static str>]| marks.iter().find(|mark| mark.fits(&shape)).map(|mark| mark.kind);
    let summed_up = names.iter().any(|name| SUMMED_UP.iter().any(|begin| name.starts_with(begin)));
    let of_feed = table::is_activity(|name| shape.has_one(&[name])).then_some(Family::Activity);
    let mark = || MARKS.iter().chain(&OF_PORTAL).find(|mark| mark.fits(&shape));
    let found = of_feed.or_else(|| mark().map(|mark| mark.kind));
    let alike = other(&ALIKE).filter(|_| found != Some(Family::Activity));
    Told {
        family: found.filter(|_| alike.is_none() && !summed_up),
        other: alike.or(found.filter(|_| summed_up).map(|_| SUMS)).or_else(|| other(&OTHERS)),
        summed_up,
        row: TIME_OR_ID.map(|(_, names)| shape.has_one(names)),
    }
}

/// What rows are that no longer stand for one event each.
pub(super) const SUMS: &str = "rows that a query has aggregated";

/// A name without the zone that portals put behind the names of times.
pub(in crate::exports) fn without_zone(name: &str) -> &str {
    let zoned = name.strip_suffix(']').and_then(|name| name.rsplit_once(" ["));
    zoned.map_or(name, |(name, _)| name)
}

/// The names of an object's members, folded.
struct Shape(HashSet<String>);

impl Shape {
    fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.contains(&folded(name)))
    }

    fn has_one(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains(&folded(name)))
    }
}

impl<T> Mark<T> {
    fn fits(&self, shape: &Shape) -> bool {
        shape.has_all(self.all) && shape.has_one(self.one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str]) -> (Option<Family>, Option<&'static str>) {
        let told = Kinds::default().of(names.iter().copied());
        (told.family, told.other)
    }

    #[test]
    fn only_what_a_sign_in_alone_has_makes_a_sign_in() {
        let base = ["id", "createdDateTime", "userPrincipalName", "appId", "displayName"];
        assert_eq!(told(&base).0, None);
        for own in OF_SIGN_INS {
            assert_eq!(told(&[&base[..], &[own]].concat()), (Some(Family::SignIns), Some("users")), "{own}");
        }
        let book = ["TimeGenerated [UTC]", "UserPrincipalName", "ResultType", "IPAddress", "AppDisplayName", "x"];
        assert_eq!(told(&book).0, Some(Family::SignIns));
        assert_eq!(told(&[&book[..], &["count_"]].concat()), (None, Some(SUMS)));
        assert_eq!(
            told(&["time_generated", "ip_address", "result_type", "app_display_name", "dcount_x"]).1,
            Some(SUMS)
        );
    }

    #[test]
    fn inventories_are_told_by_name() {
        for (names, kind) in [
            (&["Id", "DisplayName", "UserPrincipalName", "CreatedDateTime", "AccountEnabled"][..], "users"),
            (&["id", "appId", "displayName", "createdDateTime"], "applications"),
            (
                &["id", "appId", "appDisplayName", "displayName", "createdDateTime", "servicePrincipalType"],
                "service principals",
            ),
            (&["id", "displayName", "createdDateTime", "operatingSystem"], "devices"),
            (
                &["id", "riskEventType", "detectedDateTime", "activityDateTime", "ipAddress", "createdDateTime"],
                "risk detections",
            ),
            (&["id", "activityDateTime", "provisioningSteps", "targetResources"], "provisioning events"),
            (&["id", "createdDateTime", "displayName", "groupTypes"], "groups"),
            (
                &["id", "createdDateTime", "appRoleId", "principalId", "resourceDisplayName"],
                "role assignments of applications",
            ),
            (
                &["Timestamp", "NetworkMessageId", "RecipientEmailAddress", "ReportId"],
                "EmailEvents of advanced hunting",
            ),
            (
                &["Timestamp", "ErrorCode", "LogonType", "AccountUpn", "IPAddress"],
                "AADSignInEventsBeta of advanced hunting",
            ),
        ] {
            assert_eq!(told(names), (None, Some(kind)), "{names:?}");
        }
    }

    #[test]
    fn hostile_names_do_not_make_the_memory_grow() {
        let mut kinds = Kinds::default();
        (0..2 * MOST).for_each(|i| assert!(!kinds.of([format!("x{i}").as_str()].into_iter()).is_known()));
        assert_eq!(kinds.known.len(), MOST);
    }
}
