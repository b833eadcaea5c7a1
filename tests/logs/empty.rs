//! An answer without rows says why: each way to it.

use super::Lab;

const VPN: &str = "time,user,ip,action,bytes
2026-05-01T08:00:00Z,anna@contoso.com,10.0.0.1,Connect,10
2026-05-01T09:00:00Z,Bob@contoso.com,10.0.0.2,connect,20
2026-05-02T10:00:00Z,carol@contoso.com,10.0.0.3,close,30
";

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_leaves_nothing_is_named() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    let heading = |text: &String| text.contains("names the columns");
    for (condition, because) in [
        (
            "time < '2026-04-01T00:00:00Z'",
            "time of the records read is between 2026-05-01T08:00:00Z and 2026-05-02T10:00:00Z; the query's range is up to 2026-04-01T00:00:00Z",
        ),
        ("time >= '2099-01-01T00:00:00Z'", "the range starts at 2099-01-01T00:00:00Z, but now() is"),
        ("bytes > 100", "none of the 3 record(s) read satisfies bytes > 100"),
        ("user = 'bob@contoso.com'", "user is never 'bob@contoso.com', but it is 'Bob@contoso.com': case counts"),
        ("user LIKE 'BOB%'", "would match 'Bob@contoso.com' if case were ignored; ILIKE ignores case"),
        ("user LIKE '%CONTOSO%'", "if case were ignored"),
        ("action = ' connect'", "action is never ' connect', but it is 'connect': leading and trailing spaces count"),
        ("bytes = 10 AND user = 'Bob@contoso.com'", "each condition is satisfied by some of the 3 record(s) read"),
    ] {
        for select in ["user", "count(*)"] {
            let (_, said) = lab.told(&format!("SELECT {select} FROM '{{dir}}/vpn.csv' WHERE {condition}")).await;
            let told = said.iter().any(|text| text.contains("no rows") && text.contains(because));
            assert!(told, "{condition}: {said:?}");
        }
    }
    // The control: where a row comes out, there is nothing to say.
    let told = lab.told("SELECT user FROM '{dir}/vpn.csv' WHERE bytes > 10 AND user LIKE 'c%'").await;
    assert_eq!(told.0, ["carol@contoso.com"]);
    assert!(told.1.iter().all(heading), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_is_that_of_all_files_together() {
    let lab = Lab::new();
    lab.file("logs/a.csv", VPN);
    lab.file("logs/b.csv", VPN.replace("2026-05", "2026-06"));
    lab.file("logs/c.csv", "time,user,ip,action,bytes\n");
    let (_, said) = lab.told("SELECT * FROM '{dir}/logs/*.csv' WHERE time < '2026-04-01'").await;
    let reasons: Vec<&String> = said.iter().filter(|text| text.contains("no rows")).collect();
    assert_eq!(reasons.len(), 1, "{said:?}");
    assert!(reasons[0].contains("between 2026-05-01T08:00:00Z and 2026-06-02T10:00:00Z"), "{said:?}");
    // One file has what the others have not.
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}/logs/*.csv' WHERE time < '2026-05-02'").await;
    assert_eq!(rows, ["2"]);
    assert!(!said.iter().any(|text| text.contains("no rows")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_applied_where_lines_are_read() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    let sql = "SELECT user FROM '{dir}/vpn.csv' WHERE time > '2026-05-01T08:30:00Z' AND bytes < 30";
    assert_eq!(lab.rows(sql).await, ["Bob@contoso.com"]);
    let text = lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    assert!(text.contains("local: bytes < 30"), "{text}");
    assert!(!lab.rows(&format!("EXPLAIN VERBOSE {sql}")).await.join("\n").contains("FilterExec: bytes"), "{text}");
    // A limit counts what comes through.
    assert_eq!(lab.rows("SELECT user FROM '{dir}/vpn.csv' WHERE bytes >= 20 LIMIT 1").await, ["Bob@contoso.com"]);
    // What differs from call to call stays above.
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/vpn.csv' WHERE random() >= 0").await, ["3"]);
    // A value that is known at run time only.
    let sub = "SELECT user FROM '{dir}/vpn.csv' WHERE bytes = (SELECT max(bytes) FROM '{dir}/vpn.csv')";
    assert_eq!(lab.rows(sub).await, ["carol@contoso.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_not_in_that_holds_null_is_told() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    lab.file("known.csv", "name,n\nanna@contoso.com,1\n,2\n");
    let sql = |select: &str, condition: &str| {
        format!("{select} FROM '{{dir}}/vpn.csv' WHERE user NOT IN (SELECT name FROM '{{dir}}/known.csv' {condition})")
    };
    let holds_null = "the list of NOT IN holds NULL, so that NOT IN is true of no row";
    for select in ["SELECT user", "SELECT count(*)", "CREATE TABLE kept AS SELECT user"] {
        let (_, said) = lab.told(&sql(select, "")).await;
        assert!(said.iter().any(|text| text.starts_with(holds_null)), "{select}: {said:?}");
        assert!(!said.iter().any(|text| text.contains("no rows")), "{select}: {said:?}");
    }
    // What it says to do is done.
    let (rows, said) = lab.told(&sql("SELECT count(*)", "WHERE name IS NOT NULL")).await;
    assert_eq!(rows, ["2"]);
    assert!(!said.iter().any(|text| text.contains("NOT IN")), "{said:?}");
    let (rows, said) =
        lab.told("SELECT x FROM (VALUES ('a'), (NULL)) t(x) WHERE x NOT IN (SELECT y FROM (VALUES ('a')) u(y))").await;
    assert_eq!(rows, [""; 0]);
    assert_eq!(said, ["no rows: each of 2 row(s) is in the list of NOT IN, or is NULL itself"]);
}

/// One value for all rows is looked for in another way.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_not_in_that_holds_null_is_told_of_one_value_too() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    lab.file("known.csv", "name,n\nanna@contoso.com,1\n,2\n");
    let holds_null = "the list of NOT IN holds NULL, so that NOT IN is true of no row: leave NULL out of it, with WHERE … IS NOT NULL";
    let list = "(SELECT y FROM (VALUES ('a'), (NULL)) u(y))";
    for sql in [
        format!("SELECT count(*) FROM (VALUES (1), (2)) t(x) WHERE 'x' NOT IN {list}"),
        format!("SELECT x FROM (VALUES (1), (2)) t(x) WHERE 'x' <> ALL {list}"),
        format!("SELECT x FROM (VALUES (1), (2)) t(x) WHERE x > 0 AND 'a' NOT IN {list}"),
        format!("SELECT x FROM (VALUES (1), (2)) t(x) GROUP BY x HAVING 'x' NOT IN {list}"),
        format!("SELECT user FROM '{{dir}}/vpn.csv' WHERE 'x' NOT IN {list}"),
        "SELECT count(*) FROM '{dir}/vpn.csv' WHERE 'x' NOT IN (SELECT name FROM '{dir}/known.csv')".to_owned(),
        "SELECT user FROM '{dir}/vpn.csv' WHERE lower('X') NOT IN (SELECT NULL)".to_owned(),
        "CREATE TABLE kept AS SELECT user FROM '{dir}/vpn.csv' WHERE 'x' NOT IN (SELECT name FROM '{dir}/known.csv')"
            .to_owned(),
    ] {
        let (_, said) = lab.told(&sql).await;
        assert!(said.iter().any(|text| text == holds_null), "{sql}: {said:?}");
        let of_rows = |text: &String| text.contains("no rows: ") || text.contains("no rows from {dir}/vpn.csv");
        assert!(!said.iter().any(of_rows), "{sql}: {said:?}");
    }
    // The controls: without NULL, where the answer is not used as a condition, and of IN.
    for sql in [
        "SELECT count(*) FROM '{dir}/vpn.csv' WHERE 'x' NOT IN (SELECT name FROM '{dir}/known.csv' WHERE name IS NOT NULL)".to_owned(),
        format!("SELECT 'x' NOT IN {list} FROM '{{dir}}/vpn.csv'"),
        format!("SELECT user FROM '{{dir}}/vpn.csv' WHERE 'a' IN {list}"),
    ] {
        let (rows, said) = lab.told(&sql).await;
        assert!(!rows.is_empty() && !said.iter().any(|text| text.contains("NOT IN")), "{sql}: {said:?}");
    }
}

/// Rows of which no scan says why there are none: those that a statement writes out or makes, and those of tables that were kept.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_no_scan_reads_say_where_they_were_lost() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    lab.told("CREATE TABLE kept AS SELECT user, bytes FROM '{dir}/vpn.csv'").await;
    for (from, condition, lost) in [
        ("(VALUES (1), (2)) t(x)", "x > 5", "none of 2 row(s) read satisfies WHERE"),
        ("(VALUES (1), (2)) t(x)", "x > 1 AND x < 2", "none of 2 row(s) read satisfies WHERE"),
        ("(VALUES (1), (2)) t(x)", "x > (SELECT 5)", "none of 2 row(s) read satisfies WHERE"),
        ("(VALUES (1), (2)) t(x) JOIN (VALUES (3)) u(y) ON x = y", "true", "of 1 row(s) and 2 row(s) to join"),
        ("(SELECT x FROM (VALUES (1), (2)) t(x) UNION ALL SELECT 3)", "x > 5", "none of "),
        ("unnest([1, 2]) t(x)", "x > 5", "none of 2 element(s) satisfies WHERE"),
        ("generate_series(1, 3) t(x)", "x > 5", "none of 3 row(s) read satisfies WHERE"),
        // What a file says of its columns shows it, or every row is looked at.
        ("kept t", "bytes > 100", "none of 3 row(s) read satisfies WHERE"),
        ("kept t", "bytes % 7 = 1", "none of 3 row(s) read satisfies WHERE"),
        ("kept t", "bytes > 10 AND user LIKE 'x%'", "none of 3 row(s) read satisfies WHERE"),
    ] {
        for select in ["*", "count(*)"] {
            let sql = format!("SELECT {select} FROM {from} WHERE {condition}");
            let (_, said) = lab.told(&sql).await;
            let [told] = said.as_slice() else { panic!("{sql}: {said:?}") };
            assert!(told.starts_with(&format!("no rows: {lost}")), "{sql}: {told}");
        }
    }
    lab.told("CREATE TABLE nobody AS SELECT user FROM kept WHERE bytes > 100").await;
    let rows = "(VALUES (1, 'a'), (2, 'b')) t(x, k)";
    for (sql, lost) in [
        ("SELECT * FROM nobody".to_owned(), "a table that is read has none"),
        ("SELECT count(*) FROM nobody".to_owned(), "a table that is read has none"),
        ("SELECT user FROM kept JOIN nobody USING (user)".to_owned(), "a table that is read has none"),
        (
            format!("SELECT k, count(*) FROM {rows} GROUP BY k HAVING k > 'x'"),
            "none of 2 row(s) read satisfies WHERE or HAVING",
        ),
        (
            format!("SELECT k FROM {rows} QUALIFY max(k) OVER () > 'x'"),
            "none of 2 row(s) satisfies the condition on a window function",
        ),
        (
            format!("SELECT t.k FROM {rows} JOIN (VALUES (1, 'c'), (2, 'd')) u(y, l) ON x = y WHERE t.k > u.l"),
            "of 2 row(s) and 2 row(s) to join, no pair satisfies the conditions on both",
        ),
        (format!("SELECT (SELECT count(*) FROM {rows} WHERE x > 5) AS n"), "none of 2 row(s) read satisfies WHERE"),
        (
            "SELECT count(*) FROM kept JOIN (VALUES ('nobody')) n(name) ON kept.user = n.name".to_owned(),
            "of 1 row(s) and 3 row(s) to join, none has a partner",
        ),
    ] {
        let (_, said) = lab.told(&sql).await;
        assert_eq!(said, [format!("no rows: {lost}")], "{sql}");
    }
    // What has rows says nothing, and neither does what asks for none.
    for sql in [
        "SELECT * FROM (VALUES (1), (2)) t(x) WHERE x > 1",
        "SELECT count(*) FROM kept WHERE bytes > 10",
        "SELECT * FROM kept LIMIT 0",
        "SELECT x FROM (VALUES (1), (2)) t(x) WHERE x > 5 LIMIT 0",
        "SELECT x, count(*) FROM (VALUES (1), (2)) t(x) GROUP BY x",
        "SELECT (SELECT count(*) FROM (VALUES (1), (2)) t(x) WHERE x > 1) AS n",
        "SELECT (SELECT 1) AS n",
    ] {
        let (_, said) = lab.told(sql).await;
        assert_eq!(said, [""; 0], "{sql}");
    }
    // A threshold that a statement finds out itself is no condition of it.
    let (rows, said) = lab.told("SELECT user FROM kept ORDER BY bytes DESC LIMIT 1").await;
    assert_eq!((rows.len(), said.len()), (1, 0), "{said:?}");
}

/// They equal no address; only their column's name tells that they may be there.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_have_to_equal_networks_are_told_how_to_look_into_them() {
    let lab = Lab::new();
    lab.file("vpn.csv", VPN);
    lab.file("net.csv", "cidr\n10.0.0.0/24\n");
    lab.file("other.csv", "address\n10.9.0.1\n");
    let none = "none has a partner";
    for (condition, hint) in [
        ("ip IN (SELECT cidr FROM '{dir}/net.csv')", "; if cidr holds networks, ip_in(ip, cidr) looks into them"),
        ("ip IN (SELECT address FROM '{dir}/other.csv')", ""),
    ] {
        let sql = format!("SELECT count(*) FROM '{{dir}}/vpn.csv' WHERE {condition}");
        let (rows, said) = lab.told(&sql).await;
        let told: Vec<&String> = said.iter().filter(|text| text.contains(none)).collect();
        assert_eq!((rows.len(), told.len()), (1, 1), "{sql}: {said:?}");
        assert!(told[0].ends_with(&format!("{none}{hint}")), "{}", told[0]);
    }
}
