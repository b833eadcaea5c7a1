//! Views, planned anew when they are used.
//!
//! DataFusion keeps the plan that a view had when it was made, and with it the tables that there were then. Here the text
//! counts: a view over a table that was made again reads the new one, and one whose table is gone says so.

use std::collections::HashSet;

use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{DdlStatement, LogicalPlan, TableType};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::engine::error::Error;
use crate::engine::statement::output_names::named;
use crate::engine::statement::parse::{check_plan, parse};

/// Plans the views that a statement names, and the views that these name, from their texts.
pub(crate) async fn renew(state: &SessionState, statement: &Statement) -> Result<()> {
    Renewal { state, above: Vec::new(), done: HashSet::new() }.below(statement).await
}

struct Renewal<'a> {
    state: &'a SessionState,
    /// The views that are being planned, outermost first.
    above: Vec<String>,
    /// Those that were: views that share others must not plan them again on each path.
    done: HashSet<String>,
}

impl Renewal<'_> {
    fn below<'a>(&'a mut self, statement: &'a Statement) -> BoxFuture<'a, Result<()>> {
        async move {
            for name in self.state.resolve_table_references(statement)? {
                let key = name.to_string();
                if self.above.contains(&key) {
                    return Err(Error::CircularView(key).into());
                }
                if let Some(text) = text(self.state, &name).await?.filter(|_| !self.done.contains(&key)) {
                    self.above.push(key);
                    self.one(&text).await?;
                    self.done.extend(self.above.pop());
                }
            }
            Ok(())
        }
        .boxed()
    }

    async fn one(&mut self, text: &str) -> Result<()> {
        let statement = parse(self.state, text)?;
        self.below(&statement).await?;
        let plan = named(self.state.statement_to_plan(statement).await?)?;
        check_plan(&plan)?;
        let LogicalPlan::Ddl(DdlStatement::CreateView(mut create)) = plan else { return Ok(()) };
        create.or_replace = true;
        let session = SessionContext::new_with_state(self.state.clone());
        session.execute_logical_plan(LogicalPlan::Ddl(DdlStatement::CreateView(create))).await?;
        Ok(())
    }
}

/// The text of a view of that name.
async fn text(state: &SessionState, name: &TableReference) -> Result<Option<String>> {
    let Ok(schema) = state.schema_for_ref(name.clone()) else { return Ok(None) };
    let view = schema.table(name.table()).await?.filter(|table| table.table_type() == TableType::View);
    Ok(view.and_then(|view: std::sync::Arc<dyn TableProvider>| view.get_table_definition().map(String::from)))
}
