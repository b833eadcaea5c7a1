//! What records come wrapped in, as data: where in an envelope its record or its records are.

use std::borrow::Cow;
use std::sync::Arc;

use crate::decode::{self, Member, same_name};

/// Where the records of the audit log stand in rows and audit queries. They go before all else in such a row.
pub(super) const AUDIT_DATA: [&[&str]; 2] = [&["AuditData", "AdditionalProperties"], &["AuditData"]];

/// Members that hold a record or an array of them, as JSON or as text. What is inside is looked at in the same way, so a
/// batch inside of a message inside of a row is found. No record has a member of such a name:
pub(super) const SURE: [&[&str]; 7] = [
    // Advanced hunting: CloudAppEvents.
    &["RawEventData"],
    // Elasticsearch and OpenSearch, Kibana's exports, and what collectors for them keep of the message.
    &["_source"],
    &["hits", "hits"],
    &["event", "original"],
    &["o365", "audit"],
    // Splunk and others that keep what they were sent.
    &["_raw"],
    // Replies of Log Analytics.
    &["tables"],
];

/// And these may be members of a record as well.
pub(super) const OTHERS: [&[&str]; 13] = [
    // Batches of an event hub, replies of Graph, of advanced hunting and of Splunk.
    &["records"],
    &["value"],
    &["Results"],
    &["result"],
    // Wazuh, and what it was sent.
    &["data", "office365"],
    &["data", "ms-graph"],
    &["office365"],
    &["full_log"],
    // Messages of an event hub, as Azure Data Explorer and Stream Analytics give them.
    &["Body"],
    &["EventData"],
    // Graylog, and what collectors make of a line.
    &["full_message"],
    &["message"],
    &["line"],
];

/// Names of envelopes that are words which any table may have: they do not make a heading known.
const COMMON: [&str; 8] = ["records", "value", "tables", "Results", "result", "message", "EventData", "line"];

/// Whether rows under such names can be envelopes.
pub(super) fn is_heading<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    let known = SURE.iter().chain(&OTHERS).chain(&AUDIT_DATA);
    let paths: Vec<String> =
        known.filter(|path| path.len() > 1 || !COMMON.contains(&path[0])).map(|path| path.join(".")).collect();
    names.any(|name| paths.iter().any(|path| same_name(path, name)))
}

/// The object or array at a path, as such or as text. Tables spell a path as one name.
pub(super) fn at<'m>(members: &'m [Member<'m>], path: &[&str]) -> Option<Cow<'m, [u8]>> {
    let (first, rest) = path.split_first()?;
    let joined = || get(members, &path.join(".")).and_then(json);
    let Some(found) = get(members, first).and_then(json) else {
        return if rest.is_empty() { None } else { joined() };
    };
    if rest.is_empty() {
        return Some(found);
    }
    let inner = decode::members(&found).ok()?;
    at(&inner, rest).map(|found| Cow::Owned(found.into_owned()))
}

/// The member of a name, in any spelling.
pub(super) fn get<'m>(members: &'m [Member<'m>], name: &str) -> Option<&'m Member<'m>> {
    let initial = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    members.iter().find(|member| initial(&member.name) == initial(name) && same_name(&member.name, name))
}

/// The object or array that a member holds.
fn json<'m>(member: &'m Member<'m>) -> Option<Cow<'m, [u8]>> {
    if member.value.starts_with(b"{") || member.value.starts_with(b"[") {
        return Some(Cow::Borrowed(member.value));
    }
    let text = member.text().filter(|text| text.trim_start().starts_with(['{', '[']))?;
    Some(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

/// Something out of an envelope that holds several.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::exports) enum Held {
    /// A record, or an envelope again.
    Object(Vec<u8>),
    /// A row of a table, as an array, and the names of the columns.
    Row(Vec<u8>, Arc<[Vec<u8>]>),
    /// Something is missing.
    Bad(String),
}

impl Held {
    /// The object that it is.
    pub(in crate::exports) fn object(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Row(row, names) => of_row(&row, &names),
            Self::Bad(why) => Err(why),
        }
    }
}

/// The elements of an array.
pub(super) fn elements(array: &[u8]) -> Option<Vec<Held>> {
    let elements = decode::elements(array)?;
    Some(elements.into_iter().map(|element| Held::Object(element.to_vec())).collect())
}

/// The rows of a table: a reply of Log Analytics or of Kusto, whose rows are arrays beside the names of the columns.
pub(super) fn rows(members: &[Member<'_>]) -> Option<Vec<Held>> {
    let array = |name| get(members, name).and_then(|member| decode::elements(member.value));
    let (columns, rows) = (array("columns")?, array("rows")?);
    let names: Arc<[Vec<u8>]> = columns.into_iter().map(name).collect::<Option<Vec<_>>>()?.into();
    Some(rows.into_iter().map(|row| Held::Row(row.to_vec(), Arc::clone(&names))).collect())
}

/// The name of a column, as JSON.
fn name(column: &[u8]) -> Option<Vec<u8>> {
    let members = decode::members(column).ok()?;
    let name = get(&members, "name").or_else(|| get(&members, "ColumnName"))?;
    name.value.starts_with(b"\"").then(|| name.value.to_vec())
}

fn of_row(row: &[u8], names: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let values = decode::elements(row).ok_or("a row of its table is no array")?;
    if values.len() != names.len() {
        return Err(format!("a row of its table has {} value(s) under {} columns", values.len(), names.len()));
    }
    let members: Vec<Vec<u8>> =
        names.iter().zip(values).map(|(name, value)| [name, &b":"[..], value].concat()).collect();
    Ok([b"{", members.join(&b","[..]).as_slice(), b"}"].concat())
}

/// What a reply says about rows that it has not.
pub(super) fn missing(members: &[Member<'_>]) -> Option<Held> {
    let error = members.iter().find(|member| member.name == "error" && member.is_object())?;
    let inner = decode::members(error.value).ok()?;
    let message = get(&inner, "message").and_then(Member::text).unwrap_or("it has an error beside its rows".into());
    Some(Held::Bad(format!("the reply is not whole: {message}")))
}
