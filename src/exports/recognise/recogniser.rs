//! What kind of record a JSON object is, by its members; and the record inside, if it is an envelope.

use std::borrow::Cow;

use crate::decode::{self, Member, Outline, Text, is_type_name};
use crate::table::Family;

use super::envelopes::{self, AUDIT_DATA, Held, OTHERS, SURE, get};
use super::kinds::{self, Kinds, Told};
use super::roles;

/// Envelopes in envelopes.
const DEEPEST: usize = 8;

/// What an object turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::exports) enum Found {
    /// A record itself.
    Record(Family),
    /// An envelope around one.
    Inner(Family, Vec<u8>),
    /// A reply or a batch that holds several objects.
    Many(Vec<Held>),
    /// Something that there is no table for: its name, in the plural.
    Other(String),
}

/// Tells what the objects of a file are.
#[derive(Debug, Default)]
pub(in crate::exports) struct Recogniser {
    kinds: Kinds,
    /// The names of all columns, where objects are rows of filled fields.
    heading: Vec<String>,
    /// Whose records are wanted: where it is things, those are records.
    pub(in crate::exports) wanted: Option<Family>,
    /// What there is to say of the record that was found last.
    pub(in crate::exports) last: Seen,
}

/// What there is to say of a record.
#[derive(Debug, Default)]
pub(in crate::exports) struct Seen {
    /// Members that may be dates as people write them.
    pub(in crate::exports) dates: Vec<(String, String)>,
    /// It stands for one whose data are not there, but for this text.
    pub(in crate::exports) bare: Option<String>,
}

/// Whether rows under these names can be anything that is known.
pub(in crate::exports) fn is_heading(names: &[String]) -> bool {
    !names.is_empty() && Recogniser::default().set_heading(names)
}

impl Recogniser {
    /// Rows of these columns follow. Whether they can be anything that is known.
    pub(in crate::exports) fn set_heading(&mut self, names: &[String]) -> bool {
        if self.heading == names {
            return true;
        }
        self.heading = names.to_vec();
        let names = || self.heading.iter().map(String::as_str);
        let has = |name: &str| names().any(|own| decode::same_name(own, name));
        let known = envelopes::is_heading(names()) || has("Type") || (has("category") && has("properties"));
        known || self.kinds.of(names()).is_known()
    }

    /// Tells what an object is; `is_row` if it is one under the heading. Its outline replaces what is in `outline`, which is
    /// one of [`outline`](super::outline).
    ///
    /// # Errors
    /// Why it is none of what is known, in one clause.
    pub(in crate::exports) fn look(
        &mut self,
        record: Text<'_>,
        is_row: bool,
        outline: &mut Outline,
    ) -> Result<Found, String> {
        self.last = Seen::default();
        outline.trace(record).map_err(|error| error.to_string())?;
        if let Some(family) = self.plain(record, outline, is_row) {
            let members = outline.raw(record).filter(|(_, value)| is_date(value));
            let text = |value: &[u8]| Member { name: "".into(), value }.text().map(Cow::into_owned);
            let date = |(name, value): (&[u8], &[u8])| Some((std::str::from_utf8(name).ok()?.to_owned(), text(value)?));
            self.last.dates = members.filter_map(date).collect();
            return Ok(Found::Record(family));
        }
        let told = is_row.then(|| self.kinds.of(self.heading.iter().map(String::as_str)));
        self.look_at(&outline.members(record), told, 0)
    }

    /// The kind of an object that is a record as it is, if the names of its members alone tell.
    fn plain(&mut self, record: Text<'_>, outline: &Outline, is_row: bool) -> Option<Family> {
        let roles = outline.marks()?;
        if roles & roles::TELLING != 0 {
            return None;
        }
        if roles == roles::CREATION | roles::ACTIVITY {
            return Some(Family::Activity);
        }
        let told = if is_row {
            self.kinds.of(self.heading.iter().map(String::as_str))
        } else {
            let names = outline.raw(record).map(|(name, _)| std::str::from_utf8(name).ok());
            let names: Option<Vec<&str>> = names.collect();
            self.kinds.of(names?.into_iter())
        };
        // Of the outer part of a record something has to be said.
        told.family.filter(|family| *family != Family::Activity)
    }

    fn look_into(&mut self, record: &[u8], told: Option<Told>, depth: usize) -> Result<Found, String> {
        let members = decode::members(record).map_err(|error| error.to_string())?;
        self.look_at(&members, told, depth)
    }

    fn look_at(&mut self, members: &[Member<'_>], told: Option<Told>, depth: usize) -> Result<Found, String> {
        if let Some(found) = self.whole(members)? {
            return Ok(found);
        }
        let sure = self.wrapped(members, &SURE, depth);
        if let Some(Ok(Found::Inner(..) | Found::Many(_))) = sure {
            return sure.unwrap_or_else(|| Err(String::new()));
        }
        if is_activity(members) {
            return Ok(self.record(Family::Activity, members));
        }
        let told = told.unwrap_or_else(|| self.kinds.of(members.iter().map(|member| member.name.as_ref())));
        let table = get(members, "Type").and_then(Member::text);
        if let Some(family) = table.as_deref().and_then(kinds::named) {
            let is_row = told.is_row(family);
            return Ok(if is_row { self.record(family, members) } else { Found::Other(kinds::SUMS.into()) });
        }
        if let Some(found) = self.diagnostic(members)? {
            return Ok(found);
        }
        if let Some(family) = told.family {
            return Ok(self.record(family, members));
        }
        let is_of_logs = table.is_some() && get(members, "TimeGenerated").is_some();
        let inside = match self.wrapped(members, &OTHERS, depth) {
            Some(Ok(found @ Found::Inner(..))) => return Ok(found),
            // A row of another table of Log Analytics may have a list of anything in a member of such a name.
            Some(Ok(Found::Many(all))) if !is_of_logs || all.iter().any(|one| self.is_known(one, depth)) => {
                return Ok(Found::Many(all));
            }
            inside => sure.or(inside),
        };
        match (table, told.other, inside) {
            (Some(table), ..) if is_of_logs => Ok(Found::Other(format!("records of type {table}"))),
            (_, Some(other), _) => Ok(match kinds::family_of(other).filter(|family| self.wanted == Some(*family)) {
                Some(family) => self.record(family, members),
                None => Found::Other(other.into()),
            }),
            (_, _, Some(inside)) => inside,
            _ => Err("it is not a known kind of record".into()),
        }
    }

    /// Whether something out of an envelope is a record, or an envelope again.
    fn is_known(&mut self, held: &Held, depth: usize) -> bool {
        let Held::Object(object) = held else { return true };
        let found = if depth < DEEPEST { self.look_into(object, None, depth + 1) } else { return true };
        matches!(found, Ok(Found::Record(_) | Found::Inner(..) | Found::Many(_)))
    }

    /// A record that was found, with what there is to say of it.
    fn record(&mut self, family: Family, members: &[Member<'_>]) -> Found {
        self.last.dates = dates(members);
        let of_search = || ["AuditLogRecordType", "Operations"].iter().any(|name| get(members, name).is_some());
        if family == Family::Activity && !is_activity(members) && of_search() {
            let data = get(members, "AuditData").and_then(Member::text);
            self.last.bare = Some(data.filter(|text| is_type_name(text)).unwrap_or_default().into_owned());
        }
        Found::Record(family)
    }

    /// A record that stands in a row or an item of an audit query.
    fn whole(&mut self, members: &[Member<'_>]) -> Result<Option<Found>, String> {
        let mut found = false;
        for path in AUDIT_DATA {
            let Some(data) = envelopes::at(members, path) else { continue };
            found = true;
            let inner = decode::members(&data).map_err(|error| format!("its AuditData cannot be read: {error}"))?;
            if ["Id", "CreationTime", "Operation", "RecordType"].iter().any(|name| get(&inner, name).is_some()) {
                self.last.dates = dates(&inner);
                return Ok(Some(Found::Inner(Family::Activity, data.into_owned())));
            }
        }
        let data = get(members, "AuditData").and_then(Member::text);
        match data.filter(|text| !found && !text.trim().is_empty() && !is_type_name(text)) {
            Some(_) => Err("its AuditData is not JSON".into()),
            None => Ok(None),
        }
    }

    /// What is inside, if it is an envelope: the first that is known, else what is wrong with the first.
    fn wrapped(&mut self, members: &[Member<'_>], paths: &[&[&str]], depth: usize) -> Option<Result<Found, String>> {
        if let Some(mut rows) = envelopes::rows(members) {
            rows.extend(envelopes::missing(members));
            return Some(Ok(Found::Many(rows)));
        }
        let mut first = None;
        for inside in paths.iter().filter_map(|path| envelopes::at(members, path)) {
            let found = match envelopes::elements(&inside) {
                Some(mut all) => {
                    all.extend(envelopes::missing(members));
                    Ok(Found::Many(all))
                }
                None if depth == DEEPEST => Err("it is wrapped too many times".into()),
                None => match self.look_into(&inside, None, depth + 1) {
                    Ok(Found::Record(family)) => Ok(Found::Inner(family, inside.into_owned())),
                    found => found,
                },
            };
            match found {
                Ok(Found::Inner(..) | Found::Many(_)) => return Some(found),
                found => first = first.or(Some(found)),
            }
        }
        first
    }

    /// The record of an envelope that diagnostic settings write, whose category tells what it is.
    fn diagnostic(&mut self, members: &[Member<'_>]) -> Result<Option<Found>, String> {
        let Some(category) = get(members, "category").and_then(Member::text) else { return Ok(None) };
        let Some(properties) = envelopes::at(members, &["properties"]) else { return Ok(None) };
        let Some(family) = kinds::named(&category) else {
            return Ok(Some(Found::Other(format!("records of category {category}"))));
        };
        let inner = decode::members(&properties).map_err(|error| format!("its properties cannot be read: {error}"))?;
        if inner.is_empty() {
            return Err("its properties are empty".into());
        }
        self.last.dates = dates(&inner);
        Ok(Some(Found::Inner(family, properties.into_owned())))
    }
}

/// Whether it is a record of the Management API, whose own members may be called as those of envelopes are.
fn is_activity(members: &[Member<'_>]) -> bool {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    has("CreationTime") && (has("RecordType") || has("Operation"))
}

/// Whether a value may be a date of three numbers that ends with the year.
fn is_date(value: &[u8]) -> bool {
    let mark = |at: usize| value.get(at).is_some_and(|byte| matches!(byte, b'/' | b'-'));
    value.first() == Some(&b'"')
        && value.len() < 64
        && value.get(1).is_some_and(u8::is_ascii_digit)
        && (mark(2) || mark(3))
}

/// Members that may be dates of three numbers that end with the year.
fn dates(members: &[Member<'_>]) -> Vec<(String, String)> {
    let dates = members.iter().filter(|member| is_date(member.value));
    dates.filter_map(|member| Some((member.name.to_string(), member.text()?.into_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(record: &str) -> Result<Found, String> {
        Recogniser::default().look(Text::new(record.as_bytes()), false, &mut roles::outline())
    }

    fn objects(objects: &[&str]) -> Found {
        Found::Many(objects.iter().map(|object| Held::Object(object.as_bytes().to_vec())).collect())
    }

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
            (r#"{"Type":"AuditLogs","Id":"a","Records":[],"Value":[{"a":1}]}"#, Family::DirectoryAudits),
            (r#"{"Type":"OfficeActivity","OfficeId":"a"}"#, Family::Activity),
            (r#"{"id":"a","createdDateTime":"x","appId":"b","isInteractive":true}"#, Family::SignIns),
            (r#"{"CreatedDateTime [UTC]":"x","IPAddress":"b"}"#, Family::SignIns),
            (r#"{"Type":"SigninLogs","TimeGenerated [Local Time]":"x"}"#, Family::SignIns),
            (r#"{"Date (UTC)":"x","Sign-in error code":"0","Status":"Success"}"#, Family::SignIns),
            (
                r#"{"Date":"x","Request ID":"a","User":"b","Sign-in error code":"0","Status":"Success"}"#,
                Family::SignIns,
            ),
            (r#"{"activityDateTime":"x","activityDisplayName":"y","initiatedBy":null}"#, Family::DirectoryAudits),
            (r#"{"Type":"AuditLogs","TimeGenerated":"x"}"#, Family::DirectoryAudits),
            (
                r#"{"id":"a","signinDateTime":"x","loginStatus":"Success","userPrincipalName":"y"}"#,
                Family::SigninEvents,
            ),
            (r#"{"signinDateTime":"x","appDisplayName":"y","signinErrorCode":0}"#, Family::SigninEvents),
            (r#"{"id":"a","activityDate":"x","activityResultStatus":"Success","actor":{}}"#, Family::AuditEvents),
            (
                r#"{"activityDate":"x","activityDateInMillis":1,"category":"Directory","targets":[]}"#,
                Family::AuditEvents,
            ),
            (r#"{"Date (UTC)":"x","Service":"Core Directory","Activity":"Add user"}"#, Family::DirectoryAudits),
        ] {
            assert_eq!(look(record), Ok(Found::Record(family)), "{record}");
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
            (r#"{"records":[{"a":1},null]}"#, Ok(objects(&[r#"{"a":1}"#, "null"]))),
            (r#"{"records":[{"a":1},{"b":2}]}"#, Ok(objects(&[r#"{"a":1}"#, r#"{"b":2}"#]))),
        ] {
            assert_eq!(look(record), found, "{record}");
        }
    }

    #[test]
    fn other_objects_are_refused_with_a_reason() {
        for (record, why) in [
            (r#"{"a":1}"#, "it is not a known kind of record"),
            ("{", "the record ends early, at byte 1"),
            ("[1]", "the record is an array, not an object"),
            (r#"{"category":"AuditLogs","properties":{}}"#, "its properties are empty"),
            (r#"{"AuditData":"no data"}"#, "its AuditData is not JSON"),
            (r#"{"Type":"SomethingElse"}"#, "it is not a known kind of record"),
            (r#"{"AuditData":{},"x":1}"#, "it is not a known kind of record"),
            (r#"{"AuditData":"{\"Id\""}"#, "its AuditData cannot be read: the record ends early, at byte 5"),
        ] {
            assert_eq!(look(record), Err(why.to_owned()), "{record}");
        }
    }

    #[test]
    fn what_has_no_table_is_told_by_name() {
        for (record, what) in [
            (r#"{"category":"RiskyUsers","properties":{}}"#, "records of category RiskyUsers"),
            (r#"{"Type":"SecurityEvent","TimeGenerated":"x"}"#, "records of type SecurityEvent"),
            (
                r#"{"Type":"SecurityEvent","TimeGenerated":"x","EventData_dynamic":"[\"a\",\"b\"]"}"#,
                "records of type SecurityEvent",
            ),
            (r#"{"Type":"Heartbeat","TimeGenerated":"x","value":[{"a":1}]}"#, "records of type Heartbeat"),
            (r#"{"Type":"SigninLogs","StartTime":"x"}"#, "rows that a query has aggregated"),
            (r#"{"_source":{"@timestamp":"x","message":"y"}}"#, "events of other programs"),
        ] {
            assert_eq!(look(record), Ok(Found::Other(what.into())), "{record}");
        }
    }

    #[test]
    fn envelopes_in_envelopes_are_opened_up_to_a_depth() {
        let record = r#"{"CreationTime":"x","Operation":"y"}"#;
        let wrapped = |depth: usize| format!("{}{record}{}", r#"{"_source":"#.repeat(depth), "}".repeat(depth));
        assert_eq!(look(&wrapped(DEEPEST)), Ok(Found::Inner(Family::Activity, record.as_bytes().to_vec())));
        assert_eq!(look(&wrapped(DEEPEST + 1)), Err("it is wrapped too many times".to_owned()));
        look(&wrapped(10_000)).unwrap_err();
    }
}
