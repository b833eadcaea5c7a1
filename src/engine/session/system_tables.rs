//! The schema `auditql`: the declarations as tables, so that SQL, the prompt and the manual read the same words.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{MemTable, SchemaProvider, Session, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::apis;
use crate::engine::runtime::options;
use crate::settings::{self, Settings};
use crate::table::{ApiVersion, CODE_COLUMNS, Codes, Column, Dialect, Edm, EntitySet, Lookup};

const TABLES: [&str; 3] = ["columns", "settings", "tables"];

/// The schema. Its tables are made when they are asked for.
#[derive(Debug)]
pub(crate) struct Own;

#[async_trait]
impl SchemaProvider for Own {
    fn table_names(&self) -> Vec<String> {
        TABLES.map(String::from).into()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if name == "settings" {
            return Ok(Some(Arc::new(SettingsTable::new()?)));
        }
        let batch = match name {
            "columns" => columns()?,
            "tables" => tables()?,
            _ => return Ok(None),
        };
        Ok(Some(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?)))
    }

    fn table_exist(&self, name: &str) -> bool {
        TABLES.contains(&name)
    }
}

fn text<T: Into<String>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    Arc::new(values.into_iter().map(|v| Some(v.into())).collect::<StringArray>())
}

/// The members of an enumeration as a table.
pub(crate) fn members(codes: &Codes) -> Result<Arc<dyn TableProvider>> {
    let ids: Int32Array = codes.members.iter().map(|member| Some(member.0)).collect();
    let other: StringArray =
        codes.members.iter().map(|member| Some(member.2).filter(|name| !name.is_empty())).collect();
    let columns: [ArrayRef; 3] = [Arc::new(ids), text(codes.members.iter().map(|member| member.1)), Arc::new(other)];
    let batch = RecordBatch::try_from_iter(CODE_COLUMNS.iter().map(|column| column.name).zip(columns))?;
    Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
}

fn tables() -> Result<RecordBatch> {
    let of = |set: fn(&EntitySet) -> String, lookup: fn(&Lookup) -> String, codes: fn(&Codes) -> String| {
        let sets = apis::ALL.iter().map(|s| set(s));
        text(sets.chain(apis::LOOKUPS.iter().map(|l| lookup(l))).chain(apis::CODES.iter().map(|c| codes(c))))
    };
    Ok(RecordBatch::try_from_iter([
        ("table_schema", of(|s| s.schema.into(), |l| l.schema.into(), |c| c.schema.into())),
        ("table_name", of(|s| s.name.into(), |l| l.name.into(), |c| c.name.into())),
        ("time_column", of(|s| s.time.unwrap_or_default().into(), |_| String::new(), |_| String::new())),
        ("permissions", of(|s| s.permissions().join(" "), |l| l.permissions.join(" "), |_| String::new())),
        ("source", of(source, |l| format!("GET {}", l.path), |_| "a list of the documentation".into())),
        ("doc", of(|s| s.doc.into(), |l| l.doc.into(), |c| c.doc.into())),
    ])?)
}

/// Where a table's records come from.
pub fn source(set: &EntitySet) -> String {
    let tenant = set.pages().is_some_and(|pages| pages.dialect == Dialect::AadGraph);
    format!("GET {}{}", if tenant { "/{tenant}" } else { "" }, set.path())
}

/// The settings as they are when the table is read.
#[derive(Debug)]
struct SettingsTable(SchemaRef);

impl SettingsTable {
    fn new() -> Result<Self> {
        Ok(Self(all_settings(&Settings::default())?.schema()))
    }
}

#[async_trait]
impl TableProvider for SettingsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let batch = all_settings(&options::of(state.config_options()))?;
        MemTable::try_new(self.schema(), vec![vec![batch]])?.scan(state, projection, filters, limit).await
    }
}

fn all_settings(settings: &Settings) -> Result<RecordBatch> {
    Ok(RecordBatch::try_from_iter([
        ("name", text(settings::ALL.iter().map(|s| s.name))),
        ("value", text(settings::ALL.iter().map(|s| s.get(settings)))),
        ("form", text(settings::ALL.iter().map(|s| s.value))),
        ("doc", text(settings::ALL.iter().map(|s| s.doc))),
    ])?)
}

/// A column or a field of one, under its full path.
#[derive(Debug)]
pub struct Described {
    schema: &'static str,
    table: &'static str,
    /// In SQL: `status.error_code`.
    pub path: String,
    wire: String,
    column: &'static Column,
}

impl Described {
    /// The SQL type.
    pub fn sql_type(&self) -> String {
        sql_type(&self.column.edm)
    }

    /// The operators that the service takes, as `$filter` spells them.
    pub fn pushdown(&self) -> String {
        pushdown(self.column)
    }

    /// Its other names in exports: of the member itself, and of members of the record that stand in for it.
    fn aliases(&self) -> String {
        let flat = self.column.flat.iter().flat_map(|flat| flat.of);
        self.column.aliases.iter().chain(flat).copied().collect::<Vec<_>>().join(", ")
    }

    /// What it means.
    pub fn doc(&self) -> &'static str {
        self.column.doc
    }
}

/// The columns of a table and their fields, in declaration order.
pub fn described(schema: &'static str, table: &'static str, columns: &'static [Column]) -> Vec<Described> {
    let mut all = Vec::new();
    let mut describe = |path: &str, wire: &str, column| {
        all.push(Described { schema, table, path: path.into(), wire: wire.into(), column });
    };
    columns.iter().for_each(|column| each_field("", "", column, &mut describe));
    all
}

/// A column and all fields below it, with their paths in SQL and on the wire.
fn each_field(above: &str, wire: &str, column: &'static Column, f: &mut dyn FnMut(&str, &str, &'static Column)) {
    let list = if matches!(column.edm, Edm::List(_)) { "[]" } else { "" };
    let (path, wire) = (format!("{above}{}", column.name), format!("{wire}{}", column.wire));
    f(&path, &wire, column);
    let (path, wire) = (format!("{path}{list}."), format!("{wire}/"));
    column.fields().iter().for_each(|field| each_field(&path, &wire, field, f));
}

/// The operators that the service takes for a column, as `$filter` spells them.
fn pushdown(column: &Column) -> String {
    let ops: Vec<&str> = column.ops_in(ApiVersion::Beta).iter().map(crate::table::Op::wire).collect();
    match (ops.is_empty(), &column.edm) {
        (true, _) => String::new(),
        (false, Edm::List(_)) => format!("any({})", ops.join(" ")),
        (false, _) => ops.join(" "),
    }
}

/// The SQL type in the words of SQL.
fn sql_type(edm: &Edm) -> String {
    match edm {
        Edm::Text | Edm::Enum(_) | Edm::Json | Edm::Raw => "text".into(),
        Edm::Bool => "boolean".into(),
        Edm::Int32 => "integer".into(),
        Edm::Int64 => "bigint".into(),
        Edm::Double => "double".into(),
        Edm::Instant => "timestamp (UTC)".into(),
        Edm::Object(_) => "struct".into(),
        Edm::List(item) => format!("{}[]", sql_type(item)),
    }
}

fn columns() -> Result<RecordBatch> {
    let sets = apis::ALL.iter().flat_map(|set| described(set.schema, set.name, set.columns));
    let lookups = apis::LOOKUPS.iter().flat_map(|list| described(list.schema, list.name, list.columns));
    let codes = apis::CODES.iter().flat_map(|codes| described(codes.schema, codes.name, CODE_COLUMNS));
    let all: Vec<Described> = sets.chain(lookups).chain(codes).collect();
    let of = |f: fn(&Described) -> String| text(all.iter().map(f));
    let beta = all.iter().map(|d| Some(d.column.since == ApiVersion::Beta)).collect::<BooleanArray>();
    Ok(RecordBatch::try_from_iter([
        ("table_schema", of(|d| d.schema.into())),
        ("table_name", of(|d| d.table.into())),
        ("column_name", of(|d| d.path.clone())),
        ("data_type", of(Described::sql_type)),
        ("pushdown", of(Described::pushdown)),
        ("property", of(|d| d.wire.clone())),
        ("aliases", of(Described::aliases)),
        ("beta_only", Arc::new(beta) as ArrayRef),
        ("doc", of(|d| d.doc().into())),
    ])?)
}
