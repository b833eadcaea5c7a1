//! The query options of a request, as the report endpoints take them: `$filter`, `$top`, `$orderby`, `$skiptoken`.

use percent_encoding::percent_decode_str;

use super::property::{Version, exists};
use super::refusal::Refusal;
use super::table::Table;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::demo) struct Query {
    /// Text of the filter, decoded.
    pub(in crate::demo) filter: Option<String>,
    pub(in crate::demo) top: usize,
    /// The order that is asked for, if any.
    pub(super) order: Option<Order>,
    /// The properties that are asked for.
    pub(super) select: Option<Vec<String>>,
    /// Whether a count is asked for.
    pub(super) count: bool,
}

/// An order by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Order {
    NewestFirst,
    OldestFirst,
}

/// A request's options.
#[derive(Debug)]
pub(in crate::demo) struct Options {
    pub(in crate::demo) query: Query,
    /// The place to go on from, decoded.
    pub(in crate::demo) token: Option<String>,
    /// The options as received without the token: the next page's link repeats them byte for byte.
    pub(in crate::demo) raw: String,
}

impl Query {
    /// Whether it asks for a property, or filters by it.
    pub(super) fn asks(&self, property: &str) -> bool {
        let selected = self.select.iter().flatten().any(|name| name == property);
        selected || self.filter.as_ref().is_some_and(|filter| filter.contains(property))
    }
}

/// Reads the part of the URL after `?`.
pub(in crate::demo) fn read(table: &Table, text: &str) -> Result<Options, Refusal> {
    let query = Query { filter: None, top: table.page.unasked, order: None, select: None, count: false };
    let mut options = Options { query, token: None, raw: String::new() };
    let mut seen = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if seen.contains(&name) {
            return Err(Refusal::bad_request(format!("Query option '{name}' was specified more than once.")));
        }
        options.take(table, &name, value)?;
        if name != "$skiptoken" {
            options.raw.push_str(if options.raw.is_empty() { "" } else { "&" });
            options.raw.push_str(pair);
        }
        seen.push(name);
    }
    Ok(options)
}

impl Options {
    /// The members that a record comes with; none: with all.
    pub(super) fn names(&self, table: &Table) -> Option<Vec<&str>> {
        match &self.query.select {
            Some(names) => Some(names.iter().map(String::as_str).collect()),
            None => table.unasked.map(<[_]>::to_vec),
        }
    }

    fn take(&mut self, table: &Table, name: &str, value: String) -> Result<(), Refusal> {
        let known = name == "$skiptoken" || table.options.contains(&name);
        match name {
            _ if !known => return Err(Refusal::bad_request(format!("Query option '{name}' is not allowed."))),
            "$filter" => self.query.filter = Some(value),
            "$select" => self.query.select = Some(selected(table, &value)?),
            "$count" => self.query.count = value == "true",
            "$top" => self.query.top = page_size(table, &value)?,
            "$orderby" => self.query.order = Some(order(table, &value)?),
            "$skiptoken" => self.token = Some(value),
            _ => return Err(Refusal::bad_request(format!("Query option '{name}' is not allowed."))),
        }
        Ok(())
    }
}

fn selected(table: &Table, text: &str) -> Result<Vec<String>, Refusal> {
    let names = text.split(',').map(str::trim);
    let unknown = names.clone().find(|name| !exists(table.properties, Version::V1, name));
    match unknown {
        Some(name) => {
            let entity = table.entity;
            Err(Refusal::bad_request(format!("Could not find a property named '{name}' on type '{entity}'.")))
        }
        None => Ok(names.map(str::to_owned).collect()),
    }
}

fn page_size(table: &Table, text: &str) -> Result<usize, Refusal> {
    let page = &table.page;
    let size = text.parse().ok().filter(|n| (1..=page.most).contains(n));
    size.ok_or_else(|| Refusal::bad_request((page.refused)(text, page.most)))
}

fn order(table: &Table, text: &str) -> Result<Order, Refusal> {
    match text.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [time] | [time, "asc"] if Some(time) == table.time => Ok(Order::OldestFirst),
        [time, "desc"] if Some(time) == table.time => Ok(Order::NewestFirst),
        _ => Err(Refusal::bad_request(format!("Ordering by '{text}' is not supported."))),
    }
}

/// Percent-decodes once; a blank may be `+`, as the service takes it.
pub(in crate::demo) fn decode(text: &str) -> Result<String, Refusal> {
    let whole =
        text.bytes().enumerate().filter(|&(_, b)| b == b'%').all(|(at, _)| {
            text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        });
    let blanks = text.replace('+', " ");
    let decoded = percent_decode_str(&blanks).decode_utf8().ok().filter(|_| whole);
    decoded.map(Into::into).ok_or_else(|| Refusal::bad_request("The request URI is not valid."))
}

#[cfg(test)]
mod tests {
    use super::super::sign_ins::SIGN_INS;
    use super::*;

    fn read(text: &str) -> Result<Options, Refusal> {
        super::read(&SIGN_INS, text)
    }

    #[test]
    fn options_are_split_before_they_are_decoded() {
        let options = read(
            "%24filter=appDisplayName%20eq+'a%26b%3D%2B%23'&$top=7&$orderby=createdDateTime%20asc&$skiptoken=x%2By",
        )
        .unwrap();
        let filter = Some("appDisplayName eq 'a&b=+#'".to_owned());
        let order = Some(Order::OldestFirst);
        assert_eq!(options.query, Query { filter, top: 7, order, select: None, count: false });
        assert_eq!(options.token.as_deref(), Some("x+y"));
        assert_eq!(options.raw, "%24filter=appDisplayName%20eq+'a%26b%3D%2B%23'&$top=7&$orderby=createdDateTime%20asc");
    }

    #[test]
    fn only_the_documented_options_are_taken() {
        for text in [
            "$skip=1",
            "$select=id",
            "$count=true",
            "$expand=x",
            "$search=x",
            "$format=json",
            "filter=x",
            "x=1",
            "$top=0",
            "$top=1000",
            "$top=",
            "$top=-1",
            "$top=1&$top=1",
            "$orderby=userPrincipalName",
            "$orderby=createdDateTime,id",
            "$orderby=createdDateTime DESC",
            "$filter=%",
            "$filter=%zz",
            "$filter=%ff",
        ] {
            assert_eq!(read(text).expect_err(text).status, 400, "{text}");
        }
        let message = read("$top=1000").unwrap_err().message;
        assert_eq!(message, "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.");
    }
}
