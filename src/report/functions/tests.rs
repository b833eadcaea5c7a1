//! Calls that cannot be planned, and what is said of them.

use super::*;

#[test]
fn calls_are_shown_in_words_of_sql_and_with_the_name_that_was_typed() {
    let text = |call: &str, forms: &str| {
        format!(
            "No function matches the given name and argument types '{call}'. You might need to add explicit type casts.\n\tCandidate functions:{forms}"
        )
    };
    for (call, forms, sql, what, hint) in [
        (
            "lower(Int64, Int64)",
            "\n\tlower(String)",
            "SELECT lower(1, 2)",
            "lower does not take (bigint, bigint)",
            "it takes lower(text)",
        ),
        (
            "abs(Utf8)",
            "\n\tabs(Numeric(1))",
            "SELECT abs('x')",
            "abs does not take (text)",
            "it takes abs(number); CAST(x AS DOUBLE) makes a number of a text, TRY_CAST(x AS DOUBLE) NULL where it is none",
        ),
        (
            "round(Utf8)",
            "\n\tround(Decimal, Int64)\n\tround(Decimal)\n\tround(Float)",
            "SELECT round('x')",
            "round does not take (text)",
            "it takes round(number, integer), round(number); CAST(x AS DOUBLE) makes a number of a text, TRY_CAST(x AS DOUBLE) NULL where it is none",
        ),
        (
            "character_length(Int64, Int64)",
            "\n\tcharacter_length(String)",
            "SELECT len(1, 2)",
            "len does not take (bigint, bigint)",
            "it takes len(text)",
        ),
        (
            "substring(Utf8, Utf8)",
            "\n\tsubstring(str: String, start_pos: Int64)",
            "SELECT substring('abc' from 'b')",
            "substring does not take (text, text)",
            "it takes substring(text, integer)",
        ),
        (
            "json_list(List(Field { name: \"item\" }))",
            "\n\tjson_list(UserDefined)",
            "SELECT jsonb_array_elements(d.target_resources) FROM directory_audits d",
            "jsonb_array_elements does not take (list)",
            "that is a list already, and no JSON: unnest(d.target_resources) makes a row of each element",
        ),
        (
            "json_entries(Struct(\"a\": Utf8))",
            "",
            "SELECT jsonb_each(status) FROM sign_ins",
            "jsonb_each does not take (struct)",
            "that is a struct, and no JSON: its fields are written with a dot, as in status.error_code",
        ),
        (
            "character_length(List(Struct(\"a\": Utf8)))",
            "",
            "SELECT len(f(x)) FROM t",
            "len does not take (list)",
            "cardinality(list) counts the elements of a list",
        ),
        (
            "sum(Boolean)",
            "\n\tsum(Numeric(1))",
            "SELECT sum(a = 1) FROM t",
            "sum does not take (boolean)",
            "count_if(condition) counts the rows for which it is true, avg(CASE WHEN condition THEN 1.0 ELSE 0 END) is their share",
        ),
        ("f(Int64)", "\n\tf(UserDefined)", "SELECT f(1)", "f does not take (bigint)", "\\df f shows what it takes"),
    ] {
        let told = of_plan(&text(call, forms), sql).unwrap();
        assert_eq!((told.0.as_str(), told.1.as_str()), (what, hint), "{call}");
    }
}

#[test]
fn a_function_says_what_it_takes() {
    let text = "array_has does not support type Utf8. No function matches the given name and argument types \
                'array_has(Utf8, Utf8)'. You might need to add explicit type casts.\n\tCandidate functions:\n\tarray_has(array, element)";
    let (what, hint) = of_arguments(text, "").unwrap();
    assert_eq!(what, "array_has does not take (text, text)");
    assert_eq!(hint, "it takes array_has(array, element)");
    assert_eq!(of_arguments("argument types 'now(Int64)'", "").unwrap().1, "\\df now shows what it takes");
    let text = "No function matches the given name and argument types 'ip_in(Int64)'. You might need to add explicit type \
                casts.\n\tCandidate functions:\n\tip_in(UserDefined)";
    assert_eq!(of_arguments(text, "").unwrap().1, "it takes ip_in(address, network)");
    assert_eq!(of_arguments(&text.replace("ip_in", "max_by"), "").unwrap().1, "it takes arg_max(value, by)");
    assert_eq!(of_arguments("nothing of that kind", ""), None);
}

#[tokio::test]
async fn usual_functions_are_those_that_there_are() {
    let engine = crate::engine::Engine::builder().build().unwrap();
    let missing: Vec<_> = futures::future::join_all(USUAL.iter().map(async |name| {
        let sql = format!("SELECT 1 FROM information_schema.routines WHERE routine_name = '{name}'");
        let rows: Vec<_> = futures::TryStreamExt::try_collect(engine.query(&sql).await.unwrap().stream).await.unwrap();
        let known = rows.iter().any(|rows| rows.num_rows() > 0);
        (!known).then_some(*name)
    }))
    .await
    .into_iter()
    .flatten()
    .collect();
    // What the parser itself knows.
    assert_eq!(missing, ["unnest"]);
    assert!(USUAL.is_sorted());
}

#[test]
fn what_is_written_instead_goes_before_what_is_near() {
    for (name, part) in [
        ("dayofweek", "extract(dow FROM time)"),
        ("dcountif", "count(DISTINCT x) FILTER"),
        ("ipv4_is_in_range", "ip_in("),
        ("getdate", "now()"),
        ("uper", "did you mean upper?"),
        ("cuont", "did you mean count?"),
        ("contu", "did you mean count?"),
        ("ag", "did you mean ago?"),
        ("first", "first_value("),
        ("quantile", "percentile_cont("),
        ("listagg", "string_agg("),
        ("md5", "sha256(x), sha512(x) and sha1(x) are the digests that there are"),
        ("hash", "sha256(x)"),
        ("crc32", "sha256(x)"),
        ("digest", "sha256(x)"),
        ("sha265", "did you mean sha256?"),
        ("row_to_json", "--format json"),
        ("format", "concat_ws("),
        ("histogram", "bin(x, 10)"),
        ("jsonb_array_length", "json_length("),
        ("jsonb_typeof", "json_get_str"),
        ("geo_info_from_ip_address", "geoip_country("),
    ] {
        assert!(near_function(name).contains(part), "{name}");
    }
    for (text, what, hint) in [
        ("Invalid function 'lag'.\nDid you mean 'lag'?", "lag goes from row to row", "lag(…) OVER ("),
        ("Invalid function 'strptime'.\nDid you mean 'x'?", "no function strptime", "to_timestamp("),
        ("table function 'read_excel' not found", "no function read_excel", "CSV"),
    ] {
        let (said, told) = of_plan(text, "").unwrap();
        assert!(said.contains(what) && told.contains(hint), "{text}: {said}; {told}");
    }
    assert!(of_tables("read_xlsx").contains("CSV") && of_tables("read_cvs").contains("read_csv"));
}
