//! The tables that the laws are held over, and their columns: what is declared, beside what the tenant documents of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use auditql::apis;
use auditql::demo::{self, Property, Record, TABLES, Tenant, Version, aadgraph};
use auditql::table::{Column, Edm, EntitySet};

use super::words::{Field, Type};
use crate::lab::Lab;

/// A declared table that the tenant serves, with the columns that predicates can be about.
pub(crate) struct Table {
    pub(crate) set: &'static EntitySet,
    pub(crate) served: Served,
    pub(crate) fields: Vec<Field>,
}

/// A set as the tenant serves it: of Microsoft Graph, or of the legacy reports.
#[derive(Clone, Copy)]
pub(crate) enum Served {
    Graph(&'static demo::Table),
    Legacy(&'static aadgraph::Table),
}

impl Served {
    fn all() -> impl Iterator<Item = Self> {
        let legacy = aadgraph::TABLES.iter().map(|table| Self::Legacy(table));
        TABLES.iter().map(|table| Self::Graph(table)).chain(legacy)
    }

    fn path(self) -> &'static str {
        match self {
            Self::Graph(table) => table.path,
            Self::Legacy(table) => table.path,
        }
    }

    fn properties(self) -> &'static [Property] {
        match self {
            Self::Graph(table) => table.properties,
            Self::Legacy(table) => table.properties,
        }
    }

    /// The truth: all distinct records, newest first.
    pub(crate) fn records(self, tenant: &Tenant) -> Vec<Record> {
        match self {
            Self::Graph(table) => tenant.records(table).collect(),
            Self::Legacy(table) => tenant.legacy_records(table).collect(),
        }
    }
}

/// All of them, in the order of the manual.
static ALL: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let of = |set: &&'static EntitySet| {
        let served = Served::all().find(|served| served.path() == set.path());
        let served = served.unwrap_or_else(|| panic!("{} has no law: the demo does not serve it", set.qualified()));
        Table { set, served, fields: fields(set, served) }
    };
    apis::ALL.iter().filter(|set| set.pages().is_some()).map(of).collect()
});

impl Table {
    /// Every declared table that comes in pages, each of which the service is surely asked for.
    pub(crate) async fn all(lab: &Lab) -> &'static [Self] {
        for table in ALL.iter() {
            let asked = lab.requests(&format!("SELECT {} FROM {} LIMIT 1", table.set.key, table.set.qualified())).await;
            assert!(asked > 0, "{} is not asked of the service", table.set.qualified());
        }
        &ALL
    }

    /// That of sign-ins.
    pub(crate) fn sign_ins() -> &'static Self {
        ALL.iter().find(|table| table.set.name == "sign_ins").unwrap()
    }

    /// The name on the wire of a column at the top.
    pub(crate) fn wire(&self, column: &str) -> &'static str {
        self.set.column(column).unwrap().wire
    }

    /// Types that some column has.
    pub(crate) fn types(&self) -> Vec<Type> {
        self.fields.iter().map(|field| field.of).collect()
    }
}

/// The columns outside of lists of objects: scalars, and lists of texts.
fn fields(set: &EntitySet, served: Served) -> Vec<Field> {
    fn walk(set: &EntitySet, served: Served, above: [&str; 2], columns: &[Column], found: &mut Vec<Field>) {
        for column in columns.iter().filter(|column| !column.wire.is_empty()) {
            let (sql, json) = (format!("{}{}", above[0], column.name), format!("{}{}", above[1], column.wire));
            let property = served.properties().iter().find(|property| property.held() == json);
            let asked =
                property.is_some_and(|property| property.allows(Version::Beta, "eq") || property.allows_advanced("eq"));
            let exact = property.is_some_and(|property| property.kind == demo::Type::ExactText);
            let of = match column.edm {
                Edm::Object(fields) => {
                    walk(set, served, [&format!("{sql}."), &format!("{json}/")], fields, found);
                    continue;
                }
                Edm::Text | Edm::Enum(_) if asked => Type::Asked,
                Edm::Text | Edm::Enum(_) => Type::Text,
                Edm::Int32 | Edm::Int64 => Type::Int,
                Edm::Double => Type::Double,
                Edm::Bool => Type::Bool,
                Edm::Instant => Type::Time,
                Edm::List(Edm::Text | Edm::Enum(_)) => Type::Texts,
                Edm::List(Edm::Object(_)) => Type::Objects,
                _ => continue,
            };
            let items = items(served, column, &json);
            if of != Type::Objects || !items.is_empty() {
                found.push(Field { sql, json, of, asked, exact, items });
            }
        }
    }
    let mut found = Vec::new();
    walk(set, served, ["", ""], set.columns, &mut found);
    found
}

/// The texts of a list.
fn items(served: Served, list: &Column, json: &str) -> Vec<Field> {
    if let Edm::List(Edm::Text) = list.edm {
        let property = served.properties().iter().find(|property| property.path == json);
        let asked = property.is_some_and(|property| property.allows(Version::Beta, "startswith"));
        let of = if asked { Type::Asked } else { Type::Text };
        return vec![Field { sql: "t".into(), json: String::new(), of, asked, exact: false, items: Vec::new() }];
    }
    let Edm::List(_) = list.edm else { return Vec::new() };
    let texts = list.fields().iter().filter(|field| matches!(field.edm, Edm::Text | Edm::Enum(_)));
    let item = |field: &Column| {
        let path = format!("{json}[]/{}", field.wire);
        let property = served.properties().iter().find(|property| property.path == path);
        let asked = property.is_some_and(|property| property.allows(Version::Beta, "eq"));
        let of = if asked { Type::Asked } else { Type::Text };
        Field { sql: format!("t.{}", field.name), json: field.wire.into(), of, asked, exact: false, items: Vec::new() }
    };
    texts.map(item).collect()
}

/// A set that the tenant serves and nobody declares would be under no law.
#[test]
fn every_set_of_the_tenant_is_declared() {
    let served: BTreeSet<&str> = Served::all().map(Served::path).collect();
    let held: BTreeSet<&str> = ALL.iter().map(|table| table.served.path()).collect();
    assert_eq!(served, held);
}

#[test]
fn what_the_tenant_can_be_asked_for_is_a_column() {
    for table in ALL.iter() {
        for property in table.served.properties().iter().filter(|p| p.allows(Version::Beta, "eq")) {
            let held = property.held();
            let (list, below) = held.split_once("[]/").unwrap_or((held, ""));
            let has = |field: &Field| below.is_empty() || field.items.iter().any(|item| item.json == below);
            // Numbers of elements are declared; predicates are made of their texts.
            let number = property.kind == demo::Type::Integer;
            let declared = |column: &Column| column.wire == list && column.fields().iter().any(|f| f.wire == below);
            let found = table.fields.iter().any(|field| field.json == list && has(field))
                || number && table.set.columns.iter().any(declared);
            assert!(found, "{}: {}", table.set.qualified(), property.path);
        }
        // Events have one time; the legacy report of sign-ins can be asked for six fields, one of which is it.
        let times = table.fields.iter().filter(|field| field.of == Type::Time).count();
        assert!(times == 1 || !matches!(table.served, Served::Legacy(_)), "{}", table.set.qualified());
    }
}
