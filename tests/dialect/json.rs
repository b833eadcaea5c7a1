//! What `->`, `#>` and `json_get` give: the same wherever it stands, as an evaluation of our own has it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use auditql::engine::{Engine, Policy};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lab::{answer, now};

/// Values of all kinds; `None`: the member is absent.
fn values() -> Vec<Option<Value>> {
    let of_text = ["50126", "abc", "True", "false", "5", " 5", "", "-7.25", "nan", "a\"b", "{\"a\":1}", "[5]"];
    let others = [
        json!(50126),
        json!(5),
        json!(5.5),
        json!(5.0),
        json!(-3),
        json!(9_007_199_254_740_993_u64),
        json!(1e30),
        json!(true),
        json!(false),
        json!(null),
        json!({"a": 1, "b": [true]}),
        json!({}),
        json!([5]),
        json!(["x", null]),
    ];
    of_text.into_iter().map(Value::from).chain(others).map(Some).chain([None]).collect()
}

/// A folder with a record for each value, and an engine over them: as an export, as a log, and as a table that was kept.
struct Bench {
    engine: Engine,
    _folder: TempDir,
    file: String,
}

impl Bench {
    async fn new(values: &[Option<Value>]) -> Self {
        let folder = TempDir::new().unwrap();
        let record = |(at, value): (usize, &Option<Value>)| {
            let mut inner = json!({"w": 1});
            let mut record = json!({"id": format!("r{at:02}"), "createdDateTime": "2026-05-01T10:30:00Z", "isInteractive": true,
                "userPrincipalName": "ada@contoso.com", "status": {"errorCode": 50126}});
            if let Some(value) = value {
                inner["v"] = value.clone();
                record["v"] = value.clone();
            }
            record["o"] = inner;
            record["l"] = json!([record["o"]]);
            format!("{record}\n")
        };
        let file = folder.path().join("records.ndjson");
        fs::write(&file, values.iter().enumerate().map(record).collect::<String>()).unwrap();
        let engine = Engine::builder().policy(Policy::LOCAL).now(now()).input(&file).build().unwrap();
        let bench = Self { engine, file: file.display().to_string(), _folder: folder };
        bench.rows("CREATE TABLE kept AS SELECT id, raw FROM sign_ins").await;
        bench
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        answer(&self.engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).cells()
    }

    fn sources(&self) -> [String; 3] {
        ["sign_ins".into(), "kept".into(), format!("'{}'", self.file)]
    }
}

/// The ways to the value.
const STEPS: [&str; 8] = [
    "raw -> 'v'",
    "raw -> 'o' -> 'v'",
    "raw -> 'l' -> 0 -> 'v'",
    "raw #> '{o,v}'",
    "raw #> '{l,0}' -> 'v'",
    "json_get(raw, 'v')",
    "json_get(raw -> 'o', 'v')",
    "json_get(json_get(raw, 'l', 0), 'v')",
];

/// The text of a value.
fn text(value: &Option<Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    }
}

/// How the number that a value says is to another, of which twice is given.
fn to_number(value: &Option<Value>, twice: i128) -> Option<Ordering> {
    let text = text(value)?;
    if let Ok(whole) = text.trim().parse::<i128>() {
        return Some((whole * 2).cmp(&twice));
    }
    let number: f64 = text.trim().parse().ok().filter(|number: &f64| number.is_finite())?;
    (number * 2.0).partial_cmp(&(twice as f64))
}

fn truth(value: &Option<Value>) -> Option<bool> {
    text(value)?.to_lowercase().parse().ok()
}

type Test = (&'static str, fn(&Option<Value>) -> Option<bool>);

/// Conditions about a value, `_`, and what they are.
const TESTS: &[Test] = &[
    ("@ = '50126'", |v| Some(text(v)? == "50126")),
    ("'abc' = @", |v| Some(text(v)? == "abc")),
    ("@ <> '5'", |v| Some(text(v)? != "5")),
    ("@ > 'a'", |v| Some(text(v)?.as_str() > "a")),
    ("@ = 'true'", |v| Some(text(v)? == "true")),
    ("@ LIKE '%5%'", |v| Some(text(v)?.contains('5'))),
    ("@ ~* '^t'", |v| Some(text(v)?.to_lowercase().starts_with('t'))),
    ("@ IN ('5', 'true', '{}')", |v| Some(["5", "true", "{}"].contains(&text(v)?.as_str()))),
    ("@ BETWEEN '5' AND '6'", |v| Some(("5"..="6").contains(&text(v)?.as_str()))),
    ("@ = raw ->> 'v'", |v| Some(text(v)? == text(v)?)),
    ("@ IS NULL", |v| Some(text(v).is_none())),
    ("@ IS NOT DISTINCT FROM '5'", |v| Some(text(v).is_some_and(|text| text == "5"))),
    ("starts_with(@, '5')", |v| Some(text(v)?.starts_with('5'))),
    ("length(@) > 3", |v| Some(text(v)?.chars().count() > 3)),
    ("upper(@) = 'ABC'", |v| Some(text(v)?.to_uppercase() == "ABC")),
    ("coalesce(@, 'none') = 'none'", |v| Some(text(v).is_none())),
    ("@ || 'x' = '5x'", |v| Some(text(v)? == "5")),
    ("CASE WHEN id > '' THEN @ ELSE 'x' END = '5'", |v| Some(text(v)? == "5")),
    ("CASE @ WHEN '5' THEN true ELSE false END", |v| Some(text(v).is_some_and(|text| text == "5"))),
    ("@ = 50126", |v| Some(to_number(v, 100_252)?.is_eq())),
    ("5 = @", |v| Some(to_number(v, 10)?.is_eq())),
    ("@ <> 5", |v| Some(to_number(v, 10)?.is_ne())),
    ("@ < 5", |v| Some(to_number(v, 10)?.is_lt())),
    ("@ >= 5", |v| Some(to_number(v, 10)?.is_ge())),
    ("@ > -7", |v| Some(to_number(v, -14)?.is_gt())),
    ("@ = 9007199254740992", |v| Some(to_number(v, 18_014_398_509_481_984)?.is_eq())),
    ("@ = 5.5", |v| Some(to_number(v, 11)?.is_eq())),
    ("@ IN (5, 50126)", |v| Some(to_number(v, 10)?.is_eq() || to_number(v, 100_252)?.is_eq())),
    ("@ NOT IN (5, 50126)", |v| Some(to_number(v, 10)?.is_ne() && to_number(v, 100_252)?.is_ne())),
    ("@ BETWEEN 5 AND 5.5", |v| Some(to_number(v, 10)?.is_ge() && to_number(v, 11)?.is_le())),
    ("@ = cardinality(['a', 'b', 'c', 'd', id])", |v| Some(to_number(v, 10)?.is_eq())),
    ("CASE WHEN @ < 1e10 THEN (@)::bigint END = 5", |v| {
        to_number(v, 20_000_000_000)?
            .is_lt()
            .then(|| to_number(v, 10).is_some_and(Ordering::is_ge) && to_number(v, 12).is_some_and(Ordering::is_lt))
    }),
    ("(@)::double = 5.5", |v| Some(to_number(v, 11)?.is_eq())),
    ("CASE @ WHEN 5 THEN true ELSE false END", |v| Some(to_number(v, 10).is_some_and(Ordering::is_eq))),
    ("@ IS NOT DISTINCT FROM 5", |v| Some(to_number(v, 10).is_some_and(Ordering::is_eq))),
    ("@ = ANY (ARRAY[5, 50126])", |v| Some(to_number(v, 10)?.is_eq() || to_number(v, 100_252)?.is_eq())),
    ("@ <> ALL (ARRAY[5, 50126])", |v| Some(to_number(v, 10)?.is_ne() && to_number(v, 100_252)?.is_ne())),
    ("@ = SOME (ARRAY[5, 5.5])", |v| Some(to_number(v, 10)?.is_eq() || to_number(v, 11)?.is_eq())),
    ("@ = ANY (ARRAY[5, NULL])", |v| to_number(v, 10)?.is_eq().then_some(true)),
    ("5 = ANY (ARRAY[@])", |v| Some(to_number(v, 10)?.is_eq())),
    ("@ = ANY (CASE WHEN id > '' THEN [5, 7] END)", |v| Some(to_number(v, 10)?.is_eq())),
    ("@ <> ALL (CASE WHEN id > '' THEN [5, 7] END)", |v| Some(to_number(v, 10)?.is_ne())),
    ("@ > ANY (ARRAY[5, 7])", |v| Some(to_number(v, 10)?.is_gt())),
    ("@ <= ALL (ARRAY[5, 7])", |v| Some(to_number(v, 10)?.is_le())),
    ("@ = ANY (ARRAY['5', 'abc'])", |v| Some(["5", "abc"].contains(&text(v)?.as_str()))),
    ("@ = ANY (ARRAY[true])", truth),
    ("@ <> ALL (ARRAY[true])", |v| Some(!truth(v)?)),
    ("true = ANY (ARRAY[@])", truth),
    ("@ IN (true)", truth),
    ("@ NOT IN (true)", |v| Some(!truth(v)?)),
    ("@ = true", truth),
    ("@ <> true", |v| Some(!truth(v)?)),
    ("@ IS TRUE", |v| Some(truth(v) == Some(true))),
    ("@ IS NOT FALSE", |v| Some(truth(v) != Some(false))),
    ("NOT (@)", |v| Some(!truth(v)?)),
    ("(@ AND id > '')", truth),
    ("CASE WHEN @ THEN true ELSE false END", |v| Some(truth(v) == Some(true))),
    ("(@)::boolean", truth),
    ("json_length(@) > 0", |v| match v.as_ref() {
        Some(Value::Array(list)) => Some(!list.is_empty()),
        Some(Value::Object(members)) => Some(!members.is_empty()),
        _ => None,
    }),
    ("@ -> 'a' = 1", |v| Some(to_number(&Some(v.as_ref()?.get("a")?.clone()), 2)?.is_eq())),
    ("@ ->> 'a' = '1'", |v| Some(text(&Some(v.as_ref()?.get("a")?.clone()))? == "1")),
    ("json_get_int(@, 0) = 5", |v| Some(v.as_ref()?.get(0)?.as_i64()? == 5)),
];

/// Where a condition may stand: a query of `id` and what it is.
const PLACES: [&str; 9] = [
    "SELECT id, @ FROM $t",
    "SELECT id, CASE WHEN @ THEN true WHEN NOT (@) THEN false END FROM $t",
    "SELECT id, bool_or(@) FROM $t GROUP BY id",
    "SELECT id, CASE WHEN count(*) FILTER (WHERE @) = 1 THEN true WHEN count(*) FILTER (WHERE NOT (@)) = 1 THEN false END \
     FROM $t GROUP BY id",
    "SELECT max(id), c FROM (SELECT id, @ AS c FROM $t) q GROUP BY id, c",
    "SELECT id, first_value(@) OVER (PARTITION BY id ORDER BY @) FROM $t",
    "SELECT id, @ FROM $t GROUP BY id, raw, @ ORDER BY @",
    "SELECT id, @ FROM $t UNION ALL SELECT 'x', true WHERE false",
    "SELECT q.id, j.x IS NOT NULL OR NULL FROM $t q LEFT JOIN (VALUES (1)) j(x) ON q.id > '' AND (@)",
];

fn shown(truth: Option<bool>) -> String {
    truth.map_or_else(|| "NULL".into(), |truth| truth.to_string())
}

/// Whether a test goes on into the value: what a column of a query has is a text, which is gone into even if it was one in JSON.
fn goes_on(test: &Test) -> bool {
    ["json_length", "-> 'a'", "->> 'a'", "json_get_int"].iter().any(|step| test.0.contains(step))
}

/// Whether a test can be asked of a column too: NOT of one is planned before it is known what the column holds.
fn of_columns(test: &Test) -> bool {
    !test.0.starts_with("NOT (")
}

fn none_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

#[tokio::test]
async fn a_step_into_json_is_the_same_by_every_way() {
    let values = values();
    let bench = Bench::new(&values).await;
    let mut wrong = Vec::new();
    for source in bench.sources() {
        for step in STEPS {
            let tests: Vec<String> = TESTS.iter().map(|test| test.0.replace('@', step)).collect();
            let list: Vec<String> = tests.iter().enumerate().map(|(at, test)| format!("{test} AS c{at}")).collect();
            let rows = bench.rows(&format!("SELECT {} FROM {source} ORDER BY id", list.join(", "))).await;
            for (row, value) in rows.iter().zip(&values) {
                for ((found, test), sql) in row.iter().zip(TESTS).zip(&tests) {
                    let right = shown(test.1(value));
                    if *found != right {
                        wrong.push(format!("{source}: {sql} of {value:?}: {found}, not {right}"));
                    }
                }
            }
        }
    }
    none_wrong(&wrong);
}

#[tokio::test]
async fn a_step_into_json_is_the_same_in_every_place() {
    let values = values();
    let bench = Bench::new(&values).await;
    let mut wrong = Vec::new();
    for (at, test) in TESTS.iter().enumerate() {
        for (place, query) in PLACES.iter().enumerate() {
            let (step, source) = (STEPS[(at + place) % STEPS.len()], &bench.sources()[(at + place) % 3]);
            let sql = query.replace('@', &test.0.replace('@', step)).replace("$t", source);
            let mut found: BTreeMap<String, String> = match answer(&bench.engine, &sql).await {
                Ok(answer) => answer.cells().into_iter().map(|mut row| (row.remove(0), row.remove(0))).collect(),
                Err(error) => {
                    wrong.push(format!("{sql}\n    {error}"));
                    continue;
                }
            };
            for (row, value) in values.iter().enumerate() {
                let right = shown(test.1(value));
                // A join tells what is true alone.
                let right = if query.contains("JOIN") && right != "true" { "NULL".into() } else { right };
                let found = found.remove(&format!("r{row:02}"));
                if found.as_ref() != Some(&right) {
                    wrong.push(format!("{sql}\n    of {value:?}: {found:?}, not {right}"));
                }
            }
        }
    }
    none_wrong(&wrong);
}

#[tokio::test]
async fn a_condition_keeps_the_rows_of_which_it_is_true() {
    let values = values();
    let bench = Bench::new(&values).await;
    let mut wrong = Vec::new();
    for (at, test) in TESTS.iter().enumerate() {
        for (condition, truth) in [("@", true), ("NOT (@)", false)] {
            let ids = values.iter().enumerate().filter(|(_, value)| test.1(value) == Some(truth));
            let right: Vec<String> = ids.map(|(row, _)| format!("r{row:02}")).collect();
            let of = |step: &str| condition.replace('@', &test.0.replace('@', step));
            for (form, sql) in [
                format!("SELECT id FROM $t WHERE {} ORDER BY id", of("raw -> 'v'")),
                format!("SELECT id FROM $t WHERE {} ORDER BY id", of("raw #> '{o,v}'")),
                format!("SELECT id FROM $t WHERE id > '' AND ({}) ORDER BY id", of("json_get(raw, 'l', 0, 'v')")),
                format!("SELECT id FROM $t GROUP BY id HAVING bool_or({}) ORDER BY id", of("raw -> 'v'")),
                format!(
                    "SELECT id FROM (SELECT id, json_get(raw, 'v') AS x, raw FROM $t) q WHERE {} ORDER BY id",
                    of("x")
                ),
            ]
            .into_iter()
            .enumerate()
            {
                if form == 4 && (goes_on(test) || !of_columns(test)) {
                    continue;
                }
                let sql = sql.replace("$t", &bench.sources()[(at + form) % 3]);
                match answer(&bench.engine, &sql).await {
                    Ok(answer) if answer.rows() == right => {}
                    Ok(answer) => wrong.push(format!("{sql}\n    {:?}, not {right:?}", answer.rows())),
                    Err(error) => wrong.push(format!("{sql}\n    {error}")),
                }
            }
        }
    }
    none_wrong(&wrong);
}

/// Columns of steps: of a table that was kept, of a view, of a list of names, and of a query that goes on with them.
#[tokio::test]
async fn a_column_of_steps_is_read_as_the_steps_are() {
    let values = values();
    let bench = Bench::new(&values).await;
    bench.rows("CREATE TABLE steps AS SELECT id, raw, raw -> 'v' AS x FROM sign_ins").await;
    bench.rows("CREATE VIEW seen AS SELECT id, raw, raw -> 'o' -> 'v' AS x FROM kept").await;
    let mut wrong = Vec::new();
    for source in ["steps", "seen", "(SELECT DISTINCT id, raw, x FROM seen ORDER BY id)"] {
        for test in TESTS.iter().filter(|test| of_columns(test)) {
            let test_of_x = test.0.replace('@', "x");
            let sql = format!("WITH c AS (SELECT * FROM {source}) SELECT {test_of_x} FROM c ORDER BY id");
            let found = match answer(&bench.engine, &sql).await {
                Ok(answer) => answer.rows(),
                Err(error) => {
                    wrong.push(format!("{sql}\n    {error}"));
                    continue;
                }
            };
            for (found, value) in found.iter().zip(&values) {
                let right = shown(test.1(value));
                if *found != right && !(goes_on(test) && value.as_ref().is_some_and(Value::is_string)) {
                    wrong.push(format!("{sql}\n    of {value:?}: {found}, not {right}"));
                }
            }
        }
    }
    none_wrong(&wrong);
}

#[tokio::test]
async fn what_is_shown_of_a_step_is_its_text() {
    let values = values();
    let bench = Bench::new(&values).await;
    let right: Vec<String> = values.iter().map(|value| text(value).unwrap_or_else(|| "NULL".into())).collect();
    let mut in_order = right.clone();
    in_order.sort_by_key(|text| (text == "NULL", text.clone()));
    for source in bench.sources() {
        for step in STEPS {
            for sql in [
                format!("SELECT {step} FROM {source} ORDER BY id"),
                format!("SELECT max({step}) FROM {source} GROUP BY id ORDER BY id"),
                format!(
                    "SELECT x FROM (SELECT id, {step} AS x FROM {source} UNION ALL SELECT 'a', 'b' WHERE false) ORDER BY id"
                ),
                format!("SELECT lag({step}, 0) OVER (ORDER BY id) FROM {source} ORDER BY id"),
            ] {
                let found: Vec<String> = bench.rows(&sql).await.into_iter().map(|row| row.join("")).collect();
                assert_eq!(found, right, "{sql}");
            }
            let sql = format!("SELECT {step} AS x FROM {source} ORDER BY x");
            let found: Vec<String> = bench.rows(&sql).await.into_iter().map(|row| row.join("")).collect();
            assert_eq!(found, in_order, "{sql}");
            let distinct = in_order.iter().collect::<BTreeSet<_>>().len() - 1;
            let sql = format!("SELECT count(DISTINCT {step}) FROM {source}");
            assert_eq!(bench.rows(&sql).await, [[distinct.to_string()]], "{sql}");
        }
    }
}

#[tokio::test]
async fn a_step_is_a_time_as_its_text_is() {
    let times = [Some(json!("2026-04-30T23:00:00Z")), Some(json!("2026-05-01T11:59:00Z")), Some(json!(null)), None];
    let bench = Bench::new(&times).await;
    for source in bench.sources() {
        for (condition, right) in [
            ("@ > ago('1h')", vec!["r01"]),
            ("ago('1h') > @", vec!["r00"]),
            ("(@)::timestamp < '2026-05-01'", vec!["r00"]),
            ("(@)::timestamptz < '2026-05-01'", vec!["r00"]),
            ("(@)::date = '2026-04-30'", vec!["r00"]),
            ("(@)::date = current_date", vec!["r01"]),
            ("date_trunc('day', (@)::timestamp) = '2026-04-30'", vec!["r00"]),
            ("@ BETWEEN ago('1d') AND now()", vec!["r00", "r01"]),
            ("CAST(@ AS TIMESTAMP) IS NULL", vec!["r02", "r03"]),
        ] {
            for step in STEPS {
                let sql = format!("SELECT id FROM {source} WHERE {} ORDER BY id", condition.replace('@', step));
                assert_eq!(bench.rows(&sql).await.concat(), right, "{sql}");
                let condition = condition.replace('@', step);
                let sql = format!("SELECT id FROM (SELECT id, {condition} AS c FROM {source}) WHERE c ORDER BY id");
                assert_eq!(bench.rows(&sql).await.concat(), right, "{sql}");
            }
        }
    }
}

#[tokio::test]
async fn functions_of_json_take_steps() {
    let bench = Bench::new(&[Some(json!({"a": [1, {"c": null}], "b": "x"}))]).await;
    for (sql, right) in [
        ("SELECT json_length(raw -> 'v'), json_length(raw -> 'v' -> 'a')", "2 | 2"),
        ("SELECT json_object_keys(raw -> 'v')", "[a, b]"),
        ("SELECT json_list(raw -> 'v' -> 'a')", "[1, {\"c\":null}]"),
        ("SELECT json_valid(raw -> 'v'), json_mentions(raw -> 'v', 'x')", "true | true"),
        ("SELECT jsonb_array_elements(raw -> 'v' -> 'a')", "1;{\"c\":null}"),
        ("SELECT json_array_elements(raw #> '{v,a}')", "1;{\"c\":null}"),
        ("SELECT (json_each(raw -> 'v')).key", "a;b"),
        ("SELECT raw -> 'v' ? 'a', raw -> 'v' ? 'z'", "true | false"),
        ("SELECT json_get_str(raw -> 'v', 'b'), json_get_json(raw -> 'v', 'b')", "x | \"x\""),
        ("SELECT json_get_array(raw -> 'v', 'a')", "[1, {\"c\":null}]"),
        ("SELECT raw -> 'v' -> (CASE WHEN id > '' THEN 'a' END) -> 1 ->> 'c' IS NULL", "true"),
        ("SELECT raw -> (CASE WHEN id > '' THEN 'v' END) -> 'b'", "x"),
    ] {
        let sql = format!("{sql} FROM sign_ins");
        let sorted = |text: &str| {
            let mut rows: Vec<String> = text.split(';').map(str::to_owned).collect();
            rows.sort();
            rows
        };
        let mut found: Vec<String> = bench.rows(&sql).await.into_iter().map(|row| row.join(" | ")).collect();
        found.sort();
        assert_eq!(found, sorted(right), "{sql}");
    }
    for (from, right) in [
        ("jsonb_array_elements(d.raw -> 'v' -> 'a') AS t", "2"),
        ("json_each(d.raw -> 'v') AS t", "2"),
        ("unnest(json_list(d.raw #> '{v,a}')) AS t", "2"),
    ] {
        let sql = format!("SELECT count(*) FROM sign_ins AS d, {from}");
        assert_eq!(bench.rows(&sql).await.concat(), [right], "{sql}");
    }
}

/// A member that is there is JSON, also if it is a text; its text may be JSON again, or not.
#[tokio::test]
async fn what_a_step_leads_to_is_json() {
    let values = [json!("text"), json!("{"), json!("[1]"), json!(null), json!(5), json!({"a": [1]})];
    let values: Vec<Option<Value>> = values.into_iter().map(Some).chain([None]).collect();
    let bench = Bench::new(&values).await;
    for source in bench.sources() {
        for step in STEPS {
            let sql = format!("SELECT json_valid({step}) FROM {source} ORDER BY id");
            assert_eq!(
                bench.rows(&sql).await.concat(),
                ["true", "true", "true", "true", "true", "true", "NULL"],
                "{sql}"
            );
            let sql = format!("SELECT count(*) FROM {source} WHERE NOT json_valid({step})");
            assert_eq!(bench.rows(&sql).await.concat(), ["0"], "{sql}");
        }
        let sql = format!("SELECT json_valid(raw ->> 'v') FROM {source} ORDER BY id");
        assert_eq!(
            bench.rows(&sql).await.concat(),
            ["false", "false", "true", "NULL", "true", "true", "NULL"],
            "{sql}"
        );
    }
}

#[tokio::test]
async fn a_step_is_called_as_it_is_written() {
    let bench = Bench::new(&[Some(json!("x"))]).await;
    for (sql, heading) in [
        ("raw -> 'v'", "raw -> 'v'"),
        ("raw -> 'o' ->> 'v'", "raw -> 'o' ->> 'v'"),
        ("length(raw -> 'v')", "length(raw -> 'v')"),
        ("length(raw ->> 'v')", "length(raw ->> 'v')"),
        ("raw -> 'v' = 5", "raw -> 'v' = 5"),
        ("raw -> 'v' = true", "raw -> 'v' = true"),
        ("raw -> 'v' = ANY (ARRAY[5])", "raw -> 'v' = ANY ([5])"),
        ("raw -> 'v' > ANY (ARRAY[5])", "raw -> 'v' > ANY(ARRAY[5])"),
        ("raw -> 'v' <> ALL (ARRAY[5])", "raw -> 'v' <> ALL(ARRAY[5])"),
        ("(raw -> 'v')::int", "raw -> 'v'"),
        ("(raw ->> 'v')::text", "raw ->> 'v'"),
        ("max(raw -> 'v')", "max(raw -> 'v')"),
        ("max(sign_ins.raw -> 'v')", "max(raw -> 'v')"),
    ] {
        let sql = format!("SELECT {sql} FROM sign_ins");
        let answer = answer(&bench.engine, &sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        assert_eq!(answer.batches[0].schema().field(0).name(), heading, "{sql}");
    }
}

#[tokio::test]
async fn a_step_may_be_all_of_a_condition() {
    let bench = Bench::new(&[Some(json!(true)), Some(json!("True")), Some(json!(false)), Some(json!("x")), None]).await;
    for step in STEPS {
        for (sql, right) in [
            ("SELECT count(*) FROM $t WHERE @", "2"),
            ("SELECT count(*) FROM $t WHERE NOT @", "1"),
            ("SELECT count(*) FROM $t WHERE id > '' AND @", "2"),
            ("SELECT count(*) FILTER (WHERE @) FROM $t", "2"),
            ("SELECT count(*) FROM (SELECT @ AS x FROM $t) WHERE x = true", "2"),
        ] {
            for source in bench.sources() {
                let sql = sql.replace('@', step).replace("$t", &source);
                assert_eq!(bench.rows(&sql).await.concat(), [right], "{sql}");
            }
        }
    }
}

/// Whether it is one is known of a column only when the condition is planned.
#[tokio::test]
async fn a_column_of_steps_alone_says_how_it_becomes_a_condition() {
    let bench = Bench::new(&[Some(json!(true)), Some(json!(false))]).await;
    for (condition, hint, written, right) in [
        ("x", "x = true, if raw -> 'name' gave it", "x = true", "r00"),
        ("NOT x", "x = false, if raw -> 'name' gave it", "x = false", "r01"),
    ] {
        let sql = |condition| format!("SELECT id FROM (SELECT id, raw -> 'v' AS x FROM sign_ins) WHERE {condition}");
        let told = super::refusal(&bench.engine, &sql(condition)).await.to_string();
        assert!(told.contains(hint), "{told}");
        assert_eq!(bench.rows(&sql(written)).await.concat(), [right]);
    }
}
