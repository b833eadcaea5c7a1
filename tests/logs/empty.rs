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
