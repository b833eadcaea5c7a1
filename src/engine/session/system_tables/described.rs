//! Columns and their fields in words, under their full paths: what `\d`, the manual and `auditql.columns` say of them.

use crate::table::{ApiVersion, Column, Edm, Op};

/// A column or a field of one, under its full path.
#[derive(Debug)]
pub struct Described {
    pub(super) schema: &'static str,
    pub(super) table: &'static str,
    /// In SQL: `status.error_code`.
    pub path: String,
    pub(super) wire: String,
    pub(super) column: &'static Column,
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
    pub(super) fn aliases(&self) -> String {
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
    let ops: Vec<&str> = column.ops_in(ApiVersion::Beta).iter().map(Op::wire).collect();
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
