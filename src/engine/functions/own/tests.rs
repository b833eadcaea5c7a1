//! Every function gives what its examples say, as a constant and over rows.

use arrow::array::ArrayRef;
use arrow::util::display::array_value_to_string;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;

use super::*;

fn context() -> SessionContext {
    let mut config = datafusion::prelude::SessionConfig::new();
    config.options_mut().sql_parser.dialect = datafusion::config::Dialect::PostgreSQL;
    let mut state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    register(&mut state).unwrap();
    SessionContext::new_with_state(state)
}

async fn first(sql: &str) -> Result<Option<String>> {
    let batches = context().sql(sql).await?.collect().await?;
    let column: &ArrayRef = batches[0].column(0);
    Ok(column.is_valid(0).then(|| array_value_to_string(column, 0).unwrap()))
}

#[tokio::test]
async fn examples_are_right() {
    for (call, gives) in ALL.iter().copied().flatten().flat_map(|function| function.examples) {
        assert_eq!(first(&format!("SELECT {call}")).await.unwrap().as_deref(), *gives, "{call}");
        // Of rows, of which another comes first.
        let text = call.split('\'').nth(1).filter(|text| call.contains(&format!("'{text}'")));
        if let Some(text) = text {
            let column = call.replacen(&format!("'{text}'"), "x", 1);
            let sql = format!("SELECT {column} FROM (VALUES ('{text}'), (NULL)) AS t(x) ORDER BY x IS NULL");
            assert_eq!(first(&sql).await.unwrap().as_deref(), *gives, "{sql}");
        }
    }
}

#[tokio::test]
async fn every_function_is_documented_null_is_null_and_a_wrong_call_says_how() {
    for function in ALL.iter().copied().flatten() {
        assert!(!function.doc.is_empty() && !function.examples.is_empty(), "{}", function.name);
        let nulls = vec!["NULL"; function.args.len()].join(", ");
        for name in function.also.iter().chain([&function.name]) {
            assert_eq!(first(&format!("SELECT {name}({nulls})")).await.unwrap(), None, "{name}");
        }
        let error = first(&format!("SELECT {}()", function.name)).await.unwrap_err().to_string();
        assert!(error.contains(&format!("{}(", function.name)) && error.contains("argument"), "{error}");
    }
}

#[tokio::test]
async fn lists_of_names_and_values_are_asked_by_name() {
    let list = "[named_struct('name', 'Role.DisplayName', 'new_value', '\"Global Administrator\"', 'old_value', ''), \
                named_struct('name', 'Other', 'new_value', 'x', 'old_value', 'y')]";
    for (call, gives) in [
        ("kv_new(l, 'role.displayname')", Some("Global Administrator")),
        ("kv(l, 'Other')", Some("x")),
        ("kv_old(l, 'Other')", Some("y")),
        ("kv_old(l, 'Role.DisplayName')", Some("")),
        ("kv(l, 'nothing')", None),
        ("kv(l, NULL)", None),
        ("kv(NULL, 'Other')", None),
    ] {
        assert_eq!(
            first(&format!("SELECT {call} FROM (SELECT {list} AS l)")).await.unwrap().as_deref(),
            gives,
            "{call}"
        );
    }
    for wrong in ["kv('x', 'y')", "kv(['x'], 'y')", "kv([named_struct('a', 1)], 'y')", "kv()"] {
        let error = first(&format!("SELECT {wrong}")).await.unwrap_err().to_string();
        assert!(error.contains("kv(list, name)"), "{wrong}: {error}");
    }
}

#[tokio::test]
async fn aggregates_stand_for_others() {
    let rows = "(VALUES (1, 'a', 3), (1, 'b', 7), (1, 'c', NULL), (2, 'd', 1)) AS t(g, v, n)";
    for (call, gives) in [
        ("count_if(n > 2)", "2"),
        ("countif(n > 100)", "0"),
        ("count_if(NULL)", "0"),
        ("count_if(n > 2) FILTER (WHERE v <> 'b')", "1"),
        ("arg_max(v, n)", "b"),
        ("arg_min(v, n)", "d"),
        ("max_by(v, n) FILTER (WHERE v <> 'b')", "a"),
        ("arg_max(v, v)", "d"),
    ] {
        assert_eq!(first(&format!("SELECT {call} FROM {rows}")).await.unwrap().as_deref(), Some(gives), "{call}");
    }
    assert_eq!(first(&format!("SELECT arg_max(v, n) FROM {rows} WHERE v = 'c'")).await.unwrap(), None);
    let grouped = format!("SELECT arg_max(v, n) FROM {rows} GROUP BY g ORDER BY g DESC");
    assert_eq!(first(&grouped).await.unwrap().as_deref(), Some("d"));
    for wrong in ["count_if(v)", "arg_max(v)", "count_if()"] {
        let error = first(&format!("SELECT {wrong} FROM {rows}")).await.unwrap_err().to_string();
        assert!(error.contains(wrong.split('(').next().unwrap()), "{wrong}: {error}");
    }
}
