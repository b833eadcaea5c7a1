//! Tables that are several others: of all tenants, and of all sources of one kind of event.

use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, ident, lit};

use crate::auth::Connection;
use crate::engine::leaf::{MergedTable, RemoteTable};
use crate::engine::scan::located::Records;
use crate::table::{Api, Combined, EntitySet, Part, TENANT_COLUMNS};

/// A connection as the tables that several share see it.
pub(crate) struct Tenant<'a> {
    /// Its name.
    pub(crate) connection: &'a str,
    /// The tenant, as it names it.
    pub(crate) tenant: &'a str,
    pub(crate) records: Records,
    /// Whether there is an endpoint of Azure AD Graph to ask.
    pub(crate) has_aadgraph: bool,
}

/// Why the legacy part of a table is left out.
const NO_AADGRAPH: &str = "left out, because the connection has no aadgraph_url";

impl<'a> Tenant<'a> {
    /// A service.
    pub(crate) fn of(connection: &'a Connection) -> Self {
        let Connection { name, tenant, api_version, aadgraph_url, .. } = connection;
        let records = Records::Service(*api_version);
        Self { connection: name, tenant, records, has_aadgraph: aadgraph_url.is_some() }
    }

    /// Why a set is no part of a table here. The legacy service is retired: not to have it is the rule.
    pub(super) fn absent(&self, set: &EntitySet) -> Option<&'static str> {
        let legacy = set.pages().is_some_and(|pages| pages.api == Api::AadGraph);
        (legacy && !self.has_aadgraph).then_some(NO_AADGRAPH)
    }

    fn table(&self, set: &'static EntitySet) -> RemoteTable {
        RemoteTable::new(set, self.connection, self.records.clone())
    }

    /// The columns that tell of it.
    fn columns(&self) -> Vec<Expr> {
        vec![lit(self.tenant), lit(self.connection)]
    }
}

/// A combined table of one connection.
pub(crate) fn combined(table: &'static Combined, tenant: &Tenant<'_>, state: &SessionState) -> Result<MergedTable> {
    let merged = MergedTable::new(table.qualified(), table.columns.iter().collect());
    table.parts.iter().try_fold(merged, |merged, part| {
        let of = tenant.table(part.set);
        let (columns, only) = expressions(part, &of, state)?;
        let merged = merged.with_part(part.label, &of, (columns, only), state)?;
        Ok(merged.without(tenant.absent(part.set)))
    })
}

/// A table of every tenant.
pub(crate) fn of_all(set: &'static EntitySet, tenants: &[Tenant<'_>], state: &SessionState) -> Result<MergedTable> {
    let columns = TENANT_COLUMNS.iter().chain(set.columns).collect();
    let merged = MergedTable::new(format!("all_tenants.{}", set.qualified()), columns);
    tenants.iter().try_fold(merged, |merged, tenant| {
        let own = set.columns.iter().map(|column| ident(column.name));
        let columns = tenant.columns().into_iter().chain(own).collect();
        merged.with_part(tenant.connection, &tenant.table(set), (columns, None), state)
    })
}

/// A combined table of every tenant.
pub(crate) fn combined_of_all(
    table: &'static Combined,
    tenants: &[Tenant<'_>],
    state: &SessionState,
) -> Result<MergedTable> {
    let columns = TENANT_COLUMNS.iter().chain(table.columns).collect();
    let merged = MergedTable::new(format!("all_tenants.{}", table.qualified()), columns);
    let parts = tenants.iter().flat_map(|tenant| table.parts.iter().map(move |part| (tenant, part)));
    parts.into_iter().try_fold(merged, |merged, (tenant, part)| {
        let of = tenant.table(part.set);
        let (common, only) = expressions(part, &of, state)?;
        let columns = tenant.columns().into_iter().chain(common).collect();
        let merged = merged.with_part(format!("{}.{}", tenant.connection, part.label), &of, (columns, only), state)?;
        Ok(merged.without(tenant.absent(part.set)))
    })
}

/// A part's SQL over the columns of its table.
fn expressions(part: &Part, of: &RemoteTable, state: &SessionState) -> Result<(Vec<Expr>, Option<Expr>)> {
    let schema = DFSchema::try_from(of.arrow_schema())?;
    let read = |sql: &str| state.create_logical_expr(sql, &schema);
    let columns = part.columns.iter().map(|sql| read(sql)).collect::<Result<Vec<_>>>()?;
    Ok((columns, part.only.map(read).transpose()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_part_fills_every_column() {
        for table in crate::apis::COMBINED {
            for part in table.parts {
                assert_eq!(part.columns.len(), table.columns.len(), "{}: {}", table.qualified(), part.label);
            }
        }
    }
}
