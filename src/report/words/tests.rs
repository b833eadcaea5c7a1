//! Words of the engine, and what is said in their place.

use super::*;

#[test]
fn a_dump_is_cut_off() {
    for (text, left) in [
        ("Unsupported ast node in sqltorel: Collate { expr: Value(x) }", "Unsupported ast node in sqltorel"),
        ("Dot access: Function(Function { name: ObjectName([Identifier(Ident { value: \"user\" })]) })", "Dot access"),
        ("Join [On(Ident { value: 1 })]", "Join"),
        ("plain text { of a reader }", "plain text { of a reader }"),
        ("JSON { \"a\": 1 }", "JSON { \"a\": 1 }"),
        ("", ""),
    ] {
        assert_eq!(without_dump(text), left, "{text}");
    }
}

#[test]
fn what_cannot_be_done_is_said_in_words_of_sql() {
    for (text, said) in [
        ("Cannot coerce arithmetic expression text + text to valid types", "text + text cannot be computed"),
        (
            "Cannot infer common argument type for comparison operation struct = text",
            "struct = text cannot be compared",
        ),
        ("Cannot automatically convert bigint to interval", "no automatic conversion from bigint to interval"),
        ("Cannot cast string 'x' to value of integer type", "'x' cannot be cast to integer"),
        ("Divide by zero error", "division by zero"),
        ("Int64Array overflow on abs(-9223372036854775808)", "abs(-9223372036854775808) is out of range for bigint"),
        ("Error parsing timestamp from 'x': too short", "'x' cannot be read as a time"),
        ("Cannot cast value 'x' to value of boolean type", "'x' cannot be cast to boolean"),
        ("Unable to cast to date for converting from i64 to i32 failed", "a text cannot be read as a date"),
        ("Invalid timezone \"Nowhere\": failed to parse timezone", "there is no time zone 'Nowhere'"),
        ("Invalid input syntax for type interval: \"x\"", "'x' is no interval"),
        ("Expected LIMIT to be an integer or null, but got text", "LIMIT takes a number, and this is a text"),
        ("anything else", "anything else"),
    ] {
        assert_eq!(of_operation(text), said);
    }
}

#[test]
fn shapes_that_do_not_fit_are_said_in_words() {
    for (text, what, hint) in [
        (
            "Order by column out of bounds, specified: 5, max: 1",
            "ORDER BY 5 names a column by its place, and there is 1 column",
            "",
        ),
        ("Cannot find column with position 3 in SELECT clause. Valid columns: 1 to 2", "GROUP BY 3", "GROUP BY id"),
        ("Placeholder '$1' was not provided a value for execution.", "there is no value for $1", ":id"),
        ("unnest() can only be applied to array, struct and null", "element of a list", "json_array_elements(raw"),
        (
            "Invalid explain format. Expected 'indent', 'tree', 'pgjson' or 'graphviz'. Got 'json'",
            "no format json",
            "--format json",
        ),
        ("'all.tables' is not a variable which can be viewed with 'SHOW'", "all.tables", "SHOW TABLES"),
        ("Binary operator 'AtArrow' is not supported in the physical expr", "@> looks into lists", "raw ->> 'name' ="),
        ("Binary operator 'ArrowAt' is not supported in the physical expr", "<@ looks into lists", "raw ? 'name'"),
        (
            "Cannot infer common argument type for operation List(Utf8View) @> Utf8",
            "list @> text is not supported",
            "array_has(list, 'x')",
        ),
        ("UNION queries have different number of columns", "the sides of UNION differ", "as many columns"),
        (
            "'auditql.timout' is not a variable which can be viewed with 'SHOW'",
            "no setting auditql.timout",
            "auditql.timeout?",
        ),
        (
            "Unsupported compound identifier 'a.b.c.d'. Expected 1, 2 or 3 parts, got 4",
            "a.b.c.d has too many parts",
            "",
        ),
    ] {
        let (said, told) = of_plan(text).unwrap_or_else(|| panic!("{text}"));
        assert!(said.contains(what) && told.contains(hint), "{text}: {said}; {told}");
    }
    for (text, said) in [
        ("Cannot access field at argument 1: type integer is not struct, Map, or Null", "integer has no fields"),
        ("Cannot access field at argument 1: type list is not struct, map, or Null", "list has no fields"),
        ("Cannot infer common type for bitwise operation text << text", "text << text cannot be computed"),
    ] {
        assert_eq!(of_operation(text), said);
    }
}

#[test]
fn a_pattern_that_is_looked_for_in_no_text_is_written_for_what_it_is() {
    let pairs = "List(Struct(\"name\": Utf8View, \"value\": Utf8View))";
    let things = "List(Struct(\"number\": Int32, \"id\": Utf8View))";
    for (given, hint) in [
        ("Timestamp(µs, \"UTC\")", "x::date = '2026-05-01'"),
        ("Int64", "CAST(x AS TEXT) LIKE '…'"),
        (pairs, "kv(list, 'Name') LIKE '…'"),
        (pairs, "WHERE t.value LIKE '…'"),
        (things, "WHERE t.id LIKE '…'"),
        ("List(Utf8View)", "WHERE t LIKE '…'"),
    ] {
        let text = format!("There isn't a common type to coerce {given} and Utf8 in LIKE expression");
        let (said, told) = of_plan(&text).unwrap();
        assert!(said.starts_with("LIKE compares texts, and not ") && told.contains(hint), "{given}: {said}; {told}");
    }
    let text = format!("Cannot infer common argument type for regex operation {pairs} ~ Utf8");
    assert!(of_plan(&text).unwrap().1.contains("t.value ~ '…'"));
}
