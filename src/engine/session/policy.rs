//! What statements may do besides asking: one allow-list over the whole plan, for the program and for every host.
//!
//! What is not known to do no harm is refused, wherever it stands: below EXPLAIN ANALYZE, in PREPARE, in a view. A kind of
//! plan that a later DataFusion brings does not compile here before somebody has thought of it; a setting that it brings is
//! none that a statement may change. What a host does with the session itself, without [`crate::engine::Engine::query`], is its own.

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::dml::InsertOp;
use datafusion::logical_expr::{CreateExternalTable, DdlStatement, LogicalPlan, Statement, WriteOp};

use crate::engine::error::Error;
use crate::stores::scheme;

/// What the host lets statements do. By default they ask, and nothing else: whoever hands on the SQL of others to an engine
/// need not fear for files or limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// FROM and `CREATE EXTERNAL TABLE` may read files of this machine, and SET may name the databases of places.
    pub reads_files: bool,
    /// They may read what lies in stores of objects (`s3://…`, `https://…`), with the variables that
    /// [`EngineBuilder::stores`](crate::engine::EngineBuilder::stores) was given: any host that can be reached from here.
    pub reads_stores: bool,
    /// `CREATE TABLE … AS SELECT` may keep rows, in files of the session's own that end with it.
    pub keeps_tables: bool,
    /// `SET` may change what a statement is limited to: `auditql.max_requests` and `auditql.timeout`.
    pub sets_limits: bool,
}

/// Settings of DataFusion that change how something is named or shown, and nothing that is read, written or limited.
const HARMLESS: &[&str] = &[
    "datafusion.catalog.default_catalog",
    "datafusion.catalog.default_schema",
    "datafusion.execution.time_zone",
    "datafusion.explain.",
];

/// Settings that limit what a statement may cost.
const LIMITS: &[&str] = &["max_requests", "timeout"];

const HOST: &str = "the host of this session does not allow it";
const OWN_SCHEMA: &str = "tables and views of your own are in the schema main";
pub(crate) const READ_ONLY: &str = "tables are read-only; CREATE TABLE … AS SELECT makes one of your own from a result";
const TO_FILE: &str =
    "-o FILE writes a result to a file, at the prompt \\o FILE does, and \\copy (SELECT …) TO 'c.csv'";

impl Policy {
    /// For a person at this machine, as the program has it: files and stores are read, tables kept, limits set.
    pub const LOCAL: Self = Self { reads_files: true, reads_stores: true, keeps_tables: true, sets_limits: true };

    /// Refuses a plan that does more than it may.
    pub(crate) fn check(self, plan: &LogicalPlan) -> Result<()> {
        match plan {
            LogicalPlan::Ddl(DdlStatement::CreateExternalTable(create)) => Ok(self.check_external(create)?),
            LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(create)) if self.keeps_tables => asks(&create.input),
            LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(_)) => Err(not_done("CREATE TABLE", HOST).into()),
            LogicalPlan::Ddl(DdlStatement::CreateView(create)) => asks(&create.input),
            LogicalPlan::Ddl(DdlStatement::DropTable(_) | DdlStatement::DropView(_)) => Ok(()),
            LogicalPlan::Statement(Statement::SetVariable(set)) => Ok(self.check_setting(&set.variable)?),
            LogicalPlan::Statement(Statement::ResetVariable(reset)) => Ok(self.check_setting(&reset.variable)?),
            LogicalPlan::Statement(Statement::Prepare(prepare)) => asks(&prepare.input),
            // What it carries out was checked when it was prepared, and is once more when it is known.
            LogicalPlan::Statement(Statement::Execute(_) | Statement::Deallocate(_)) => Ok(()),
            // Not carried out: a table that would be kept is planned only.
            LogicalPlan::Explain(explain) => match explain.plan.as_ref() {
                LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(create)) => asks(&create.input),
                plan => asks(plan),
            },
            LogicalPlan::Analyze(analyze) => asks(&analyze.input),
            plan => asks(plan),
        }
    }

    fn check_external(self, create: &CreateExternalTable) -> Result<(), Error> {
        if !self.reads_any() {
            return Err(not_done("CREATE EXTERNAL TABLE", HOST));
        }
        if create.unbounded {
            return Err(not_done("CREATE UNBOUNDED EXTERNAL TABLE", "a table is read from files of finite length"));
        }
        create.locations.iter().try_for_each(|location| self.check_location(location))
    }

    /// Whether there is something outside of the session that statements may read.
    pub(crate) fn reads_any(self) -> bool {
        self.reads_files || self.reads_stores
    }

    /// Refuses a path or an address that statements may not read.
    pub(crate) fn check_location(self, location: &str) -> Result<(), Error> {
        match scheme(location) {
            None if self.reads_files => Ok(()),
            None => Err(not_done("reading files in FROM", HOST)),
            Some(_) if self.reads_stores => Ok(()),
            Some(_) => Err(not_done("reading from a store", HOST)),
        }
    }

    /// Refuses a setting that a statement cannot change.
    pub(crate) fn check_setting(self, name: &str) -> Result<(), Error> {
        let name = name.to_lowercase();
        let why = match name.strip_prefix("auditql.") {
            Some("memory_limit") => "--memory-limit fixes it when the session starts",
            Some("geoip") if !self.reads_files => HOST,
            Some(limit) if LIMITS.contains(&limit) && !self.sets_limits => HOST,
            Some(_) => return Ok(()),
            None if HARMLESS.iter().any(|harmless| is_or_begins(&name, harmless)) => return Ok(()),
            None => "it is neither one of auditql's own nor one for showing times and plans",
        };
        Err(Error::NotSettable { name, why })
    }
}

fn is_or_begins(name: &str, known: &str) -> bool {
    name == known || known.ends_with('.') && name.starts_with(known)
}

fn not_done(what: &'static str, instead: &'static str) -> Error {
    Error::NotDone { what, instead }
}

/// Refuses a plan that does anything but ask, at whatever depth.
fn asks(plan: &LogicalPlan) -> Result<()> {
    let each = plan.apply_with_subqueries(|node| match refused(node) {
        None => Ok(TreeNodeRecursion::Continue),
        Some((what, instead)) => Err(DataFusionError::from(not_done(what, instead))),
    });
    each.map(drop)
}

/// What a node does besides asking, and what to do instead. Every kind is named: none gets through unseen.
fn refused(node: &LogicalPlan) -> Option<(&'static str, &'static str)> {
    use LogicalPlan as P;
    match node {
        P::Projection(_)
        | P::Filter(_)
        | P::Window(_)
        | P::Aggregate(_)
        | P::Sort(_)
        | P::Join(_)
        | P::Repartition(_)
        | P::Union(_)
        | P::TableScan(_)
        | P::EmptyRelation(_)
        | P::Subquery(_)
        | P::SubqueryAlias(_)
        | P::Limit(_)
        | P::Values(_)
        | P::Distinct(_)
        | P::DescribeTable(_)
        | P::Unnest(_)
        | P::RecursiveQuery(_) => None,
        P::Explain(_) | P::Analyze(_) => Some(("EXPLAIN of this", "EXPLAIN takes a query")),
        P::Extension(_) => Some(("a plan of this kind", "auditql does not know what it would do")),
        P::Copy(_) => Some(("COPY", TO_FILE)),
        P::Dml(write) => Some((write_word(&write.op), READ_ONLY)),
        P::Statement(statement) => Some(statement_words(statement)),
        P::Ddl(ddl) => Some(ddl_words(ddl)),
    }
}

fn write_word(op: &WriteOp) -> &'static str {
    match op {
        WriteOp::Insert(InsertOp::Overwrite) => "INSERT OVERWRITE",
        WriteOp::Insert(InsertOp::Replace) => "REPLACE INTO",
        WriteOp::Insert(InsertOp::Append) => "INSERT",
        WriteOp::Delete => "DELETE",
        WriteOp::Update => "UPDATE",
        WriteOp::Truncate => "TRUNCATE",
        _ => "changing a table",
    }
}

fn statement_words(statement: &Statement) -> (&'static str, &'static str) {
    match statement {
        Statement::TransactionStart(_) | Statement::TransactionEnd(_) => ("a transaction", READ_ONLY),
        Statement::SetVariable(_) | Statement::ResetVariable(_) => ("SET inside another statement", ALONE),
        Statement::Prepare(_) | Statement::Execute(_) | Statement::Deallocate(_) => {
            ("a prepared statement inside another", ALONE)
        }
    }
}

const ALONE: &str = "make it a statement of its own";

fn ddl_words(ddl: &DdlStatement) -> (&'static str, &'static str) {
    use DdlStatement as D;
    match ddl {
        D::CreateCatalog(_) => ("CREATE DATABASE", "tables come from connections"),
        D::CreateCatalogSchema(_) => ("CREATE SCHEMA", OWN_SCHEMA),
        D::DropCatalogSchema(_) => ("DROP SCHEMA", OWN_SCHEMA),
        D::CreateIndex(_) => ("CREATE INDEX", "nothing is indexed here; a time range makes a query fast"),
        D::CreateFunction(_) | D::DropFunction(_) => {
            ("changing the list of functions", "a view can name a query that you use often")
        }
        D::CreateExternalTable(_) | D::CreateMemoryTable(_) | D::DropTable(_) => {
            ("making or dropping a table here", ALONE)
        }
        D::CreateView(_) | D::DropView(_) => ("making or dropping a view here", ALONE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_stores_are_allowed_apart() {
        let may = |policy: Policy, location: &str| policy.check_location(location).is_ok();
        let (files, stores) =
            (Policy { reads_files: true, ..Policy::default() }, Policy { reads_stores: true, ..Policy::default() });
        for local in ["a.csv", "file:///a.csv", "/http://x/a.csv"] {
            assert!(may(files, local) && !may(stores, local) && !may(Policy::default(), local), "{local}");
        }
        for remote in ["s3://b/a.csv", "HTTPS://h/a.csv", "memory:///a", "s3://"] {
            assert!(!may(files, remote) && may(stores, remote) && !may(Policy::default(), remote), "{remote}");
        }
    }

    #[test]
    fn settings_are_allowed_by_name() {
        let may = |policy: Policy, name: &str| policy.check_setting(name).is_ok();
        for name in ["auditql.partial", "AUDITQL.Dedup", "datafusion.explain.format", "datafusion.execution.time_zone"]
        {
            assert!(may(Policy::default(), name), "{name}");
        }
        for name in [
            "datafusion.runtime.memory_limit",
            "Datafusion.Runtime.temp_directory",
            "datafusion.execution.target_partitions",
            "datafusion.execution.time_zone_x",
            "datafusion.sql_parser.recursion_limit",
            "datafusion.explain",
            "auditql.memory_limit",
            "search_path",
            "",
        ] {
            assert!(!may(Policy::LOCAL, name), "{name}");
        }
        assert!(may(Policy::LOCAL, "auditql.geoip") && !may(Policy::default(), "AuditQL.geoip"));
        assert!(may(Policy::LOCAL, "auditql.timeout") && !may(Policy::default(), "auditql.timeout"));
    }
}
