//! What a session has that a statement can name.

use datafusion::prelude::SessionContext;

/// All tables that statements can name: `schema.name`.
pub(crate) fn tables(context: &SessionContext) -> Vec<String> {
    let mut tables = Vec::new();
    for catalog in context.catalog_names().iter().filter_map(|name| context.catalog(name)) {
        for name in catalog.schema_names().iter().filter(|name| *name != "information_schema") {
            let schema = catalog.schema(name);
            tables.extend(schema.iter().flat_map(|schema| schema.table_names()).map(|table| format!("{name}.{table}")));
        }
    }
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// The catalogs that have tables of a tenant, the default one first.
pub(super) fn tenants(context: &SessionContext) -> Vec<String> {
    let default = context.copied_config().options().catalog.default_catalog.clone();
    let has_tables = |name: &String| context.catalog(name).is_some_and(|catalog| catalog.schema("entra").is_some());
    let mut names: Vec<String> = context.catalog_names().into_iter().filter(has_tables).collect();
    names.sort_by_key(|name| (*name != default, name.clone()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tables_are_named_with_their_schema() {
        let context = SessionContext::new();
        context.sql("CREATE VIEW v AS SELECT 1").await.unwrap();
        assert_eq!(tables(&context), ["public.v"]);
    }
}
