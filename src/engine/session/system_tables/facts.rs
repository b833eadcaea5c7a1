//! What is declared, as rows: tables, columns, and which conditions travel.

use super::cells::{Cell, Row};
use super::described::{Described, described};
use super::source;
use crate::apis;
use crate::table::{
    ApiVersion, CODE_COLUMNS, Case, Column, Dialect, Edm, EntitySet, Op, Pages, Quota, Search, Source, SystemTable,
};

/// Columns of the feed's tables that choose what is requested.
const CONTENT_CREATED: &str = "content_created";
const CONTENT_TYPE: &str = "content_type";
const RECORD_TYPE: &str = "record_type";

pub(super) fn tables() -> Vec<Row> {
    let mut rows: Vec<Row> = apis::ALL.iter().map(|set| of_set(set)).collect();
    let empty = || Cell::from("");
    rows.extend(apis::LOOKUPS.iter().map(|list| {
        let (permissions, read) = (list.permissions.join(" "), format!("GET {}", list.path));
        let key = list.columns.first().map_or("", |key| key.name);
        vec![
            list.schema.into(),
            list.name.into(),
            empty(),
            key.into(),
            permissions.into(),
            Cell::Null,
            quota_in_words(list.quota).into(),
            read.into(),
            list.doc.into(),
        ]
    }));
    let plain = |schema: &'static str, name: &'static str, source: &'static str, doc: &'static str| {
        vec![schema.into(), name.into(), empty(), empty(), empty(), Cell::Null, empty(), source.into(), doc.into()]
    };
    rows.extend(apis::COMBINED.iter().map(|table| {
        let parts: Vec<String> = table.parts.iter().map(|part| part.set.qualified()).collect();
        vec![
            table.schema.into(),
            table.name.into(),
            table.time.into(),
            empty(),
            empty(),
            Cell::Null,
            empty(),
            parts.join(", ").into(),
            table.doc.into(),
        ]
    }));
    rows.extend(apis::CODES.iter().map(|c| plain(c.schema, c.name, "a list of the documentation", c.doc)));
    rows.extend(apis::own::ALL.iter().map(|own| plain(SystemTable::SCHEMA, own.name, "this session", own.doc)));
    rows
}

fn of_set(set: &EntitySet) -> Row {
    vec![
        set.schema.into(),
        set.name.into(),
        set.time.unwrap_or_default().into(),
        set.key.into(),
        set.permissions().join(" ").into(),
        set.retention_days().map_or(Cell::Null, |days| Cell::Number(days.into())),
        quota_in_words(set.quota()).into(),
        source(set).into(),
        set.doc.into(),
    ]
}

/// A documented quota: `5 requests in 10 s (reports)`.
pub fn quota_in_words(quota: Quota) -> String {
    match quota.rate() {
        Some(rate) => format!("{} requests in {} s ({})", rate.requests, rate.window.as_secs(), quota.name()),
        None => format!("none published ({})", quota.name()),
    }
}

pub(super) fn columns() -> Vec<Row> {
    let sets = apis::ALL.iter().flat_map(|set| described(set.schema, set.name, set.columns));
    let combined = apis::COMBINED.iter().flat_map(|table| described(table.schema, table.name, table.columns));
    let lookups = apis::LOOKUPS.iter().flat_map(|list| described(list.schema, list.name, list.columns));
    let codes = apis::CODES.iter().flat_map(|codes| described(codes.schema, codes.name, CODE_COLUMNS));
    let own = apis::own::ALL.iter().flat_map(|own| described(SystemTable::SCHEMA, own.name, own.columns));
    let row = |d: Described| {
        let beta = d.column.since == ApiVersion::Beta;
        vec![
            d.schema.into(),
            d.table.into(),
            d.path.clone().into(),
            d.sql_type().into(),
            d.pushdown().into(),
            d.wire.clone().into(),
            d.aliases().into(),
            Cell::Flag(beta),
            d.doc().into(),
        ]
    };
    sets.chain(combined).chain(lookups).chain(codes).chain(own).map(row).collect()
}

pub(super) fn pushdown_rules() -> Vec<Row> {
    apis::ALL.iter().flat_map(|set| rules_of(set)).map(Rule::row).collect()
}

/// A condition that is sent, or that is documented and not sent.
pub struct Rule {
    schema: &'static str,
    table: &'static str,
    /// Path of the column.
    pub column: String,
    property: String,
    /// The operator as it is sent.
    pub operator: &'static str,
    /// A condition in SQL that is sent so.
    pub sql: String,
    /// `exact`, `superset` or `unused`.
    pub fit: &'static str,
    /// The version of the service.
    pub version: &'static str,
    source: String,
}

impl Rule {
    fn row(self) -> Row {
        let Self { schema, table, column, property, operator, sql, fit, version, source } = self;
        vec![
            schema.into(),
            table.into(),
            column.into(),
            property.into(),
            operator.into(),
            sql.into(),
            fit.into(),
            version.into(),
            source.into(),
        ]
    }
}

/// What a set's service can be asked.
pub fn rules_of(set: &'static EntitySet) -> Vec<Rule> {
    match &set.source {
        Source::Pages(pages) => of_pages(set, pages),
        Source::Feed(_) => of_feed(set),
        Source::Search(search) => of_search(set, search),
    }
}

fn of_pages(set: &'static EntitySet, pages: &Pages) -> Vec<Rule> {
    let mut rules = Vec::new();
    // The reports of Azure AD Graph have one version.
    let versions: &[ApiVersion] = match pages.dialect {
        Dialect::Graph if pages.beta => &[ApiVersion::Beta],
        Dialect::Graph => &[ApiVersion::V1, ApiVersion::Beta],
        Dialect::AadGraph => &[ApiVersion::Beta],
    };
    for version in versions {
        for one in described(set.schema, set.name, set.columns) {
            let kinds = pages.population.as_ref().is_some_and(|population| population.column == one.path);
            let has = |op| one.column.ops_in(*version).has(op);
            // A flag that is not true is asked for as false.
            let same = |op: &Op| *op == Op::Ne && matches!(one.column.edm, Edm::Bool);
            for op in one.column.ops_in(*version).iter().filter(|op| !same(op)) {
                rules.push(Rule {
                    schema: set.schema,
                    table: set.name,
                    sql: in_sql(&one.path, one.column, op),
                    fit: if is_unused(one.column, *version, op) { "unused" } else { fit(one.column, op, kinds) },
                    column: one.path.clone(),
                    property: asked_property(&one),
                    operator: match (&one.column.edm, op) {
                        // Times are asked for by the seconds around them, in the widest terms that will do.
                        (Edm::Instant, Op::Eq) if has(Op::Ge) && has(Op::Lt) => "ge lt",
                        (Edm::Instant, Op::Eq) if has(Op::Ge) => "ge le",
                        (Edm::Instant, Op::Eq) if has(Op::Gt) => "gt lt",
                        (Edm::Instant, Op::Gt) if has(Op::Ge) => "ge",
                        (Edm::Instant, Op::Le) if has(Op::Lt) => "lt",
                        (_, Op::Null) => "eq null",
                        _ => op.wire(),
                    },
                    version: version.segment(),
                    source: format!("{}, GET {}", pages.api.name(), pages.path),
                });
            }
        }
    }
    rules
}

/// What a filter calls a property.
fn asked_property(one: &Described) -> String {
    let Some(asked) = one.column.asked else { return one.wire.clone() };
    // Of an element: from the list on, as the record has it.
    let list = one.path.contains("[]").then(|| one.wire.split('/').next()).flatten();
    list.map_or_else(|| asked.path.to_owned(), |list| format!("{list}/{}", asked.path))
}

/// An operator that is documented and never sent: it could leave out rows. Services order text in their own ways, and an
/// instant that is written to the microsecond may equal none that a service keeps more finely.
fn is_unused(column: &Column, version: ApiVersion, op: Op) -> bool {
    let edm = if let Edm::List(item) = column.edm { item } else { &column.edm };
    let text = matches!(edm, Edm::Text | Edm::Enum(_));
    let number = matches!(edm, Edm::Int32 | Edm::Int64 | Edm::Double);
    let ops = column.ops_in(version);
    let alone = matches!(edm, Edm::Instant) && op == Op::Eq && ops.since(0).is_none();
    alone || op == Op::Ne && !number || text && matches!(op, Op::Ge | Op::Le | Op::Gt | Op::Lt)
}

/// Numbers and truth values are compared as SQL does. Text may be compared without regard to case, of times whole seconds
/// are sent, and of several conditions on an element each is sent by itself. A kind of record is what is read, no filter.
fn fit(column: &Column, op: Op, is_kind: bool) -> &'static str {
    let exact = matches!(column.edm, Edm::Int32 | Edm::Int64 | Edm::Double | Edm::Bool) && op == Op::Eq;
    if exact || is_kind { "exact" } else { "superset" }
}

/// A condition on a column or a field that is sent with an operator.
fn in_sql(path: &str, column: &Column, op: Op) -> String {
    if let Some((list, field)) = path.split_once("[].") {
        let test = test_in_sql(&format!("t.{field}"), column, &column.edm, op);
        return format!("EXISTS (SELECT 1 FROM unnest({list}) AS t WHERE {test})");
    }
    match (&column.edm, op) {
        (Edm::List(_), Op::Eq) => format!("array_has({path}, 'x')"),
        (Edm::List(item), op) => {
            format!("EXISTS (SELECT 1 FROM unnest({path}) AS t WHERE {})", test_in_sql("t", column, item, op))
        }
        (edm, op) => test_in_sql(path, column, edm, op),
    }
}

fn test_in_sql(subject: &str, column: &Column, edm: &Edm, op: Op) -> String {
    let word = column.asked.and_then(|asked| asked.words.first()).map(|(word, _)| format!("'{word}'"));
    let value = match edm {
        Edm::Int32 | Edm::Int64 | Edm::Double => "1",
        Edm::Bool => "true",
        Edm::Instant => "'2026-05-01'",
        _ if column.case == Case::Guid => "'00000000-0000-4000-8000-000000000000'",
        _ => word.as_deref().unwrap_or("'x'"),
    };
    match op {
        Op::Eq => format!("{subject} = {value}"),
        Op::Ne => format!("{subject} <> {value}"),
        Op::Ge => format!("{subject} >= {value}"),
        Op::Le => format!("{subject} <= {value}"),
        Op::Gt => format!("{subject} > {value}"),
        Op::Lt => format!("{subject} < {value}"),
        Op::StartsWith => format!("{subject} LIKE 'x%'"),
        Op::EndsWith => format!("{subject} LIKE '%x'"),
        Op::Contains => format!("{subject} LIKE '%x%'"),
        Op::Null => format!("{subject} IS NULL"),
    }
}

/// An order of a search has a field for each of some columns, with the values that records may have, and two for the time.
fn of_search(set: &'static EntitySet, search: &Search) -> Vec<Rule> {
    let rule = |column: &str, property: &str, operator, sql: String| Rule {
        schema: set.schema,
        table: set.name,
        column: column.into(),
        property: property.into(),
        operator,
        sql,
        fit: "superset",
        version: "v1.0",
        source: format!("{}, POST {}", set.api().name(), search.path),
    };
    let mut rules = Vec::new();
    if let Some(time) = set.time {
        for (operator, sign, bound) in [("ge", ">=", search.bounds[0]), ("le", "<=", search.bounds[1])] {
            rules.push(rule(time, bound, operator, format!("{time} {sign} '2026-05-01'")));
        }
    }
    for column in set.columns {
        let Some(asked) = column.asked.filter(|_| set.time != Some(column.name)) else { continue };
        rules.push(rule(column.name, asked.path, "in", test_in_sql(column.name, column, &column.edm, Op::Eq)));
    }
    rules
}

/// Of the feed a request names a content type and a range of availability; what columns say of these chooses requests.
fn of_feed(set: &'static EntitySet) -> Vec<Rule> {
    let rule = |column: &str, property: &str, operator, sql: String| Rule {
        schema: set.schema,
        table: set.name,
        column: column.into(),
        property: property.into(),
        operator,
        sql,
        fit: "superset",
        version: "v1.0",
        source: format!("Management Activity API, GET {}", set.path()),
    };
    let mut rules = Vec::new();
    for (operator, sign, bound) in [("ge", ">=", "startTime"), ("le", "<=", "endTime")] {
        rules.push(rule(CONTENT_CREATED, bound, operator, format!("{CONTENT_CREATED} {sign} '2026-05-01'")));
    }
    // Records become available after they are written, and without a limit: see the setting late_arrival.
    rules.extend(set.time.map(|time| rule(time, "startTime", "ge", format!("{time} >= '2026-05-01'"))));
    for (column, value) in [(CONTENT_TYPE, "'Audit.Exchange'"), (RECORD_TYPE, "15")] {
        if set.column(column).is_some() {
            rules.push(rule(column, "contentType", "eq", format!("{column} = {value}")));
        }
    }
    rules
}
