//! What kind of record a JSON object is, by its members; and the record inside, if it is an envelope.

use std::borrow::Cow;

use crate::decode::{self, Member};
use crate::table::{self, Family};

/// What an object turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A record itself.
    Record(Family),
    /// An envelope around one.
    Inner(Family, Vec<u8>),
    /// A reply or a batch that holds several objects.
    Many(Vec<Vec<u8>>),
}

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

/// Members that tell a kind of record: all of the first list, and one of the second. Those of the activity feed are
/// declared with the tables.
const MARKS: [(&[&str], &[&str], Family); 6] = [
    (
        &["ActivityDateTime"],
        &["ActivityDisplayName", "LoggedByService", "InitiatedBy", "TargetResources"],
        Family::DirectoryAudits,
    ),
    (&["ActivityDisplayName"], &["LoggedByService", "InitiatedBy", "TargetResources"], Family::DirectoryAudits),
    (
        &["CreatedDateTime"],
        &["AppId", "UserPrincipalName", "ServicePrincipalId", "SignInEventTypes", "ConditionalAccessStatus"],
        Family::SignIns,
    ),
    (
        &["TimeGenerated"],
        &["AppDisplayName", "SignInIdentifier", "ServicePrincipalName", "UniqueTokenIdentifier"],
        Family::SignIns,
    ),
    (&["Date (UTC)"], &["Sign-in error code", "Client app"], Family::SignIns),
    (&["Date (UTC)"], &["Activity", "Service"], Family::DirectoryAudits),
];

/// Tells what an object is.
///
/// # Errors
/// Why it is none of what is known, in one clause.
pub(super) fn recognise(record: &[u8]) -> Result<Found, String> {
    let members = decode::members(record).map_err(|error| error.to_string())?;
    if let Some(found) = whole(&members)? {
        return Ok(found);
    }
    if is_activity(&members) {
        return Ok(Found::Record(Family::Activity));
    }
    if let Some(found) = envelope(&members)? {
        return Ok(found);
    }
    let of_type = get(&members, "Type").and_then(Member::text);
    if let Some(family) = of_type.as_deref().and_then(named) {
        return Ok(Found::Record(family));
    }
    let has = |name: &&str| members.iter().any(|member| is_named(&member.name, name));
    if table::is_activity(|name| has(&name)) {
        return Ok(Found::Record(Family::Activity));
    }
    let mark = MARKS.iter().find(|(all, one, _)| all.iter().all(has) && one.iter().any(has));
    mark.map(|(_, _, family)| Found::Record(*family)).ok_or_else(|| match of_type {
        Some(of_type) => format!("it is of type {of_type}, for which there is no table"),
        None => "it is no known kind of record".into(),
    })
}

/// Whether rows under a heading of these names can be records.
pub(super) fn is_heading(names: &[Cow<'_, str>]) -> bool {
    let has = |name: &&str| names.iter().any(|own| is_named(own, name));
    has(&"Type")
        || ["category", "properties"].iter().all(has)
        || table::is_activity(|name| has(&name))
        || MARKS.iter().any(|(all, one, _)| all.iter().all(has) && one.iter().any(has))
}

/// A record that stands in a row or an item of an audit query.
fn whole(members: &[Member<'_>]) -> Result<Option<Found>, String> {
    let Some(data) = get(members, "AuditData").and_then(inner) else { return Ok(None) };
    decode::members(&data).map_err(|error| format!("its AuditData cannot be read: {error}"))?;
    Ok(Some(Found::Inner(Family::Activity, data.into_owned())))
}

/// Whether it is a record of the Management API, whose own members may be called as those of envelopes are.
fn is_activity(members: &[Member<'_>]) -> bool {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    has("CreationTime") && (has("RecordType") || has("Operation"))
}

fn envelope(members: &[Member<'_>]) -> Result<Option<Found>, String> {
    for holder in ["records", "value"] {
        let held = members.iter().find(|member| member.name == holder);
        if let Some(records) = held.and_then(|member| decode::elements(member.value)) {
            return Ok(Some(Found::Many(records.into_iter().map(<[u8]>::to_vec).collect())));
        }
    }
    let Some(category) = get(members, "category").and_then(Member::text) else { return Ok(None) };
    let Some(properties) = get(members, "properties").and_then(inner) else { return Ok(None) };
    let family =
        named(&category).ok_or_else(|| format!("it is of category {category}, for which there is no table"))?;
    decode::members(&properties).map_err(|error| format!("its properties cannot be read: {error}"))?;
    Ok(Some(Found::Inner(family, properties.into_owned())))
}

/// The object that a member holds, as such or as text.
fn inner<'a>(member: &Member<'a>) -> Option<Cow<'a, [u8]>> {
    if member.is_object() {
        return Some(Cow::Borrowed(member.value));
    }
    let text = member.text().filter(|text| text.trim_start().starts_with('{'))?;
    Some(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

fn named(name: &str) -> Option<Family> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, family)| *family)
}

fn get<'m, 'a>(members: &'m [Member<'a>], name: &str) -> Option<&'m Member<'a>> {
    members.iter().find(|member| is_named(&member.name, name))
}

/// Whether a member has a name, whatever the case of its first letter and the zone behind it.
fn is_named(member: &str, name: &str) -> bool {
    let member = member.strip_suffix(" [UTC]").unwrap_or(member);
    member.len() == name.len()
        && member.get(1..) == name.get(1..)
        && member.as_bytes().first().map(u8::to_ascii_lowercase) == name.as_bytes().first().map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_by_their_members() {
        for (record, family) in [
            (r#"{"CreationTime":"x","Id":"a","RecordType":15,"Operation":"UserLoggedIn"}"#, Family::Activity),
            (r#"{"RecordType":"50","TimeGenerated [UTC]":"x","OfficeId":"a"}"#, Family::Activity),
            (r#"{"CreationTime":"x","Operation":"y"}"#, Family::Activity),
            (r#"{"CreationTime":"x","RecordType":1,"Records":[],"Value":[{"a":1}]}"#, Family::Activity),
            (r#"{"CreationTime":"x","Operation":"y","records":[],"value":[]}"#, Family::Activity),
            (r#"{"CreationTime":"x","Operation":"y","Type":"AuditLogs"}"#, Family::Activity),
            (
                r#"{"CreationTime":"x","Operation":"y","Category":"AuditLogs","Properties":{"id":"a"}}"#,
                Family::Activity,
            ),
            (r#"{"Type":"AuditLogs","Records":[],"Value":[{"a":1}]}"#, Family::DirectoryAudits),
            (r#"{"Type":"OfficeActivity"}"#, Family::Activity),
            (r#"{"id":"a","createdDateTime":"x","appId":"b"}"#, Family::SignIns),
            (r#"{"CreatedDateTime [UTC]":"x","AppId":"b"}"#, Family::SignIns),
            (r#"{"Type":"SigninLogs"}"#, Family::SignIns),
            (r#"{"Date (UTC)":"x","Sign-in error code":"0","Status":"Success"}"#, Family::SignIns),
            (r#"{"activityDateTime":"x","activityDisplayName":"y","initiatedBy":null}"#, Family::DirectoryAudits),
            (r#"{"Type":"AuditLogs","OperationName":"x"}"#, Family::DirectoryAudits),
            (r#"{"Date (UTC)":"x","Service":"Core Directory","Activity":"Add user"}"#, Family::DirectoryAudits),
        ] {
            assert_eq!(recognise(record.as_bytes()), Ok(Found::Record(family)), "{record}");
        }
    }

    #[test]
    fn envelopes_are_opened() {
        let inner = |family, text: &str| Ok(Found::Inner(family, text.as_bytes().to_vec()));
        for (record, found) in [
            (r#"{"RecordType":"X","AuditData":"{\"Id\":\"a\"}"}"#, inner(Family::Activity, r#"{"Id":"a"}"#)),
            (r#"{"id":"q","auditData":{"Id":"a"}}"#, inner(Family::Activity, r#"{"Id":"a"}"#)),
            (
                r#"{"time":"t","category":"SignInLogs","properties":{"id":"a"}}"#,
                inner(Family::SignIns, r#"{"id":"a"}"#),
            ),
            (
                r#"{"time":"t","properties":"{\"id\":\"a\"}","category":"AuditLogs"}"#,
                inner(Family::DirectoryAudits, r#"{"id":"a"}"#),
            ),
            (
                r#"{"time":"t","category":"NonInteractiveUserSignInLogs","properties":{"id":"a"}}"#,
                inner(Family::SignIns, r#"{"id":"a"}"#),
            ),
            (r#"{"records":[{"a":1},null]}"#, Ok(Found::Many(vec![br#"{"a":1}"#.to_vec(), b"null".to_vec()]))),
            (r#"{"records":[{"a":1},{"b":2}]}"#, Ok(Found::Many(vec![br#"{"a":1}"#.to_vec(), br#"{"b":2}"#.to_vec()]))),
        ] {
            assert_eq!(recognise(record.as_bytes()), found, "{record}");
        }
    }

    #[test]
    fn other_objects_are_refused_with_a_reason() {
        for (record, why) in [
            (r#"{"a":1}"#, "it is no known kind of record"),
            ("{", "the record ends too early, at byte 1"),
            ("[1]", "the record is an array, not an object"),
            (
                r#"{"category":"RiskyUsers","properties":{}}"#,
                "it is of category RiskyUsers, for which there is no table",
            ),
            (r#"{"AuditData":"{\"Id\""}"#, "its AuditData cannot be read: the record ends too early, at byte 5"),
            (
                r#"{"Type":"SecurityEvent","TimeGenerated":"x"}"#,
                "it is of type SecurityEvent, for which there is no table",
            ),
        ] {
            assert_eq!(recognise(record.as_bytes()), Err(why.to_owned()), "{record}");
        }
    }
}
