//! Statements as people write them by habit of another program, where no parser here goes on: what is written instead.
//!
//! It looks at words alone, and is asked only when the error itself says nothing of what to do.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::advice::{is, word};

/// What a statement begins with elsewhere, and what there is in its place.
const FIRST: &[(&[&str], &str)] = &[
    (
        &["PRAGMA"],
        "\\d TABLE lists the columns of a table and SHOW TABLES the tables; SET auditql.NAME = VALUE changes a setting",
    ),
    (
        &["ATTACH", "DETACH", "IMPORT", "LOAD"],
        "files are read where they lie: SELECT * FROM 'logs/*.csv'; --input reads exported audit logs",
    ),
    (&["INSTALL"], "there are no extensions: SELECT * FROM 'FILE' reads csv, json, parquet and logs as it is"),
    (&["EXPORT"], "-o FILE writes a result to a file, and its ending chooses the format"),
    (
        &["PIVOT", "UNPIVOT"],
        "a column for each value is written out: count(*) FILTER (WHERE app_display_name = 'x') AS x",
    ),
    (&["USE"], "a table is written with its connection and schema: SELECT * FROM connection.entra.sign_ins"),
    (
        &["CALL", "DO", "DECLARE", "EXEC"],
        "there are no procedures: auditql queries lists questions that are saved, \\run NAME asks one",
    ),
    (&["PRINT", "ECHO"], "SELECT shows a value: SELECT now()"),
    (&["GRANT", "REVOKE"], "what may be read is decided in Entra: auditql doctor says what is missing"),
    (
        &["ANALYZE", "VACUUM", "CHECKPOINT"],
        "there is nothing to maintain; EXPLAIN ANALYZE SELECT … tells what a statement took",
    ),
    (
        &["ALTER", "REPLACE", "UPSERT"],
        "tables are read-only; CREATE TABLE … AS SELECT makes one of your own from a result",
    ),
];

/// Operators that are words elsewhere, and what is written here.
const OPERATORS: &[(&str, &str)] = &[
    ("eq", "x = 'text'"),
    ("ne", "x <> 'text'"),
    ("gt", "x > 1"),
    ("ge", "x >= 1"),
    ("lt", "x < 1"),
    ("le", "x <= 1"),
];

/// Parts of a query in the order in which they stand.
const PARTS: &[&str] = &["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"];

/// Verbs with which commands of PowerShell begin.
const VERBS: &[&str] = &["Get", "Search", "Connect", "Import", "Export", "Select", "Where", "Invoke"];

/// Commands of Splunk that KQL does not have.
const SPLUNK: &[&str] = &[
    "stats",
    "timechart",
    "tstats",
    "eventstats",
    "streamstats",
    "eval",
    "dedup",
    "rex",
    "fields",
    "table",
    "rename",
    "head",
    "transaction",
];

/// What is written instead, for a statement in words; blanks and comments are not among them.
pub(super) fn of(tokens: &[Token]) -> Option<String> {
    first(tokens).or_else(|| order(tokens)).or_else(|| pairs(tokens).map(str::to_owned)).or_else(|| operator(tokens))
}

/// A command of another program, which its pipes make look like KQL.
pub(super) fn piped(tokens: &[Token]) -> Option<String> {
    powershell(tokens).or_else(|| splunk(tokens))
}

/// A search of Splunk that sums up or chooses columns: a pipe, or the command alone.
fn splunk(tokens: &[Token]) -> Option<String> {
    let command = |token: &Token| {
        let found = word(token)?;
        SPLUNK.iter().find(|known| is(found, known)).copied()
    };
    let alone =
        tokens.first().and_then(command).filter(|command| command.ends_with("stats") || *command == "timechart");
    let is_sql = tokens.first().and_then(word).is_some_and(|first| is(first, "SELECT") || is(first, "WITH"));
    let behind_pipe = || {
        let mut pairs = tokens.windows(2).filter(|pair| pair[0] == Token::Pipe);
        pairs.find_map(|pair| command(&pair[1])).filter(|_| !is_sql)
    };
    let group = match alone.or_else(behind_pipe)? {
        "timechart" => "bin(created_date_time, '1h')",
        _ => "ip_address",
    };
    Some(format!(
        "this is a search of Splunk; stats … by is GROUP BY here, for example: SELECT {group}, count(*) AS n FROM entra.sign_ins \
         WHERE created_date_time > ago('1d') GROUP BY 1 ORDER BY n DESC"
    ))
}

/// The table whose records a command of PowerShell fetches, by its noun: `MgUser`, `MgBetaAuditLogSignIn`.
fn fetched(noun: &str) -> String {
    let plain = ["Mg", "Beta", "AuditLog"].iter().fold(noun, |noun, prefix| noun.strip_prefix(prefix).unwrap_or(noun));
    let plural = format!("{}s", plain.to_ascii_lowercase());
    let named = crate::apis::ALL.iter().find(|set| set.name.replace('_', "") == plural);
    match named {
        Some(set) => set.qualified(),
        None if noun.contains("Audit") => "m365.activity".to_owned(),
        None => "entra.sign_ins".to_owned(),
    }
}

/// A command of PowerShell, whose dates and names stand without quotes.
fn powershell(tokens: &[Token]) -> Option<String> {
    let begin = tokens.first().and_then(word).filter(|word| word.quote_style.is_none())?;
    if let [_, Token::Minus, Token::Word(noun), ..] = tokens
        && VERBS.contains(&begin.value.as_str())
    {
        let table = fetched(&noun.value);
        let what =
            format!("this is PowerShell; docs: coming-from-powershell.md; for example: SELECT * FROM {table} LIMIT 10");
        return Some(what);
    }
    None
}

/// What the first words tell.
fn first(tokens: &[Token]) -> Option<String> {
    if let Some(command) = powershell(tokens) {
        return Some(command);
    }
    let begin = tokens.first().and_then(word).filter(|word| word.quote_style.is_none())?;
    let shown = tokens.get(1).and_then(word).filter(|_| is(begin, "SHOW"));
    if shown.is_some_and(|shown| ["DATABASES", "SCHEMAS", "CATALOGS"].iter().any(|word| is(shown, word))) {
        return Some(
            "SHOW TABLES lists the tables with their schemas, SELECT * FROM auditql.connections the connections".into(),
        );
    }
    if begin.value.to_ascii_lowercase().starts_with("sp_") {
        return Some(
            "there are no procedures: SHOW TABLES lists the tables, DESCRIBE sign_ins the columns of one".into(),
        );
    }
    if let [_, Token::AtSign, Token::Word(name), ..] = tokens
        && (is(begin, "DECLARE") || is(begin, "SET"))
    {
        let name = name.value.to_lowercase();
        return Some(format!(
            "a value gets a name by \\set {name} VALUE at the prompt, and stands in statements as :{name}"
        ));
    }
    let is_key = ["index", "sourcetype", "source"].iter().any(|key| is(begin, key));
    if is_key && matches!(tokens.get(1), Some(Token::Eq)) || is(begin, "search") {
        return Some(
            "a search in all is a query of each table here: timeline('ana@contoso.com') has all events of a user or an address; \
             SELECT * FROM m365.activity WHERE raw ILIKE '%text%' looks for a text"
                .into(),
        );
    }
    FIRST.iter().find(|(words, _)| words.iter().any(|known| is(begin, known))).map(|(_, hint)| (*hint).to_owned())
}

/// A part of the query that stands behind a later one: `GROUP BY a WHERE b`.
fn order(tokens: &[Token]) -> Option<String> {
    let mut depth = 0_i32;
    let mut last: Option<usize> = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            // Another query begins, with an order of its own.
            Token::SemiColon => last = None,
            Token::Word(found) if depth == 0 => {
                if ["UNION", "INTERSECT", "EXCEPT", "SELECT"].iter().any(|word| is(found, word)) {
                    last = None;
                }
                let Some(part) = PARTS.iter().position(|part| is(found, part)) else { continue };
                // GROUP of WITHIN GROUP, and FROM of IS DISTINCT FROM, are no parts.
                let is_part = !matches!(tokens.get(at + 1), Some(Token::LParen)) || PARTS[part] != "GROUP";
                let is_from = PARTS[part] == "FROM" && last.is_some();
                if !is_part || is_from {
                    continue;
                }
                if let Some(before) = last.filter(|before| *before > part) {
                    let whole = |part: usize| match PARTS[part] {
                        "GROUP" => "GROUP BY",
                        "ORDER" => "ORDER BY",
                        part => part,
                    };
                    return Some(format!("{} stands before {}", whole(part), whole(before)));
                }
                last = Some(part);
            }
            _ => {}
        }
    }
    None
}

/// Words and signs beside one another.
fn pairs(tokens: &[Token]) -> Option<&'static str> {
    let named = |at: usize, name: &str| tokens.get(at).and_then(word).is_some_and(|word| is(word, name));
    let count = |name: &str| (0..tokens.len()).filter(|at| named(*at, name)).count();
    let is_value = |token: &Token| matches!(token, Token::SingleQuotedString(_) | Token::Number(..));
    for (at, pair) in tokens.windows(2).enumerate() {
        let behind = &pair[1];
        if named(at, "LIMIT") && matches!(tokens.get(at + 2), Some(Token::Comma)) {
            return Some("LIMIT 20 OFFSET 10 is what LIMIT 10, 20 is elsewhere");
        }
        if named(at, "ORDER") && !named(at + 1, "BY") {
            return Some("write ORDER BY");
        }
        if named(at, "GROUP") && !named(at + 1, "BY") && !matches!(behind, Token::LParen) {
            return Some("write GROUP BY");
        }
        if named(at, "IN") && is_value(behind) {
            return Some(
                "IN takes a list in parentheses, x IN ('a', 'b'); ip_in(address, '10.0.0.0/8') looks into a network",
            );
        }
        if (named(at, "IS") || named(at, "NOT") && at > 0 && named(at - 1, "IS")) && is_value(behind) {
            return Some("IS asks for NULL, TRUE and FALSE; a value is compared with = or <>");
        }
        if named(at, "WITH") && at == 0 && named(at + 2, "AS") && !matches!(tokens.get(at + 3), Some(Token::LParen)) {
            return Some("the query stands in parentheses: WITH x AS (SELECT …) SELECT * FROM x");
        }
        if matches!(pair[0], Token::Mul) && (named(at + 1, "RENAME") || named(at + 1, "REPLACE")) {
            return Some("write SELECT * EXCLUDE (a), a AS b");
        }
        let is_clause =
            matches!(tokens.get(at + 2), Some(Token::LParen)) && (named(at + 1, "RENAME") || named(at + 1, "REPLACE"));
        if matches!(pair[0], Token::RParen) && is_clause && (count("EXCLUDE") > 0 || count("EXCEPT") > 0) {
            return Some("write SELECT * EXCLUDE (a, b), upper(b) AS b");
        }
        if named(at, "IN") && matches!(behind, Token::LParen) && matches!(tokens.get(at + 2), Some(Token::RParen)) {
            return Some(
                "IN takes at least one value, x IN ('a', 'b'), or a query: x IN (SELECT value FROM 'list.txt')",
            );
        }
        if named(at, "SEPARATOR") && is_value(behind) {
            return Some("what stands between the values is the second argument: string_agg(x, '; ' ORDER BY x)");
        }
        if named(at, "LIMIT") && named(at + 2, "PERCENT") {
            return Some("LIMIT takes a number of rows: LIMIT 10");
        }
        if matches!(pair, [Token::Div, Token::Div]) {
            return Some("/ between whole numbers leaves the fraction out already: 7 / 2 is 3");
        }
        if matches!(pair[0], Token::LBracket) && named(at + 2, "FOR") {
            return Some(
                "list_transform(list, x -> upper(x)) makes a list of another one, list_filter(list, x -> x <> '') keeps a part",
            );
        }
        if at == 0 && named(0, "CREATE") && (named(1, "MACRO") || named(1, "FUNCTION") || named(3, "FUNCTION")) {
            return Some(
                "there are no functions of one's own; CREATE VIEW keeps a query, and a saved query has parameters: auditql queries lists them",
            );
        }
        if matches!(pair[0], Token::ExclamationMark) && matches!(behind, Token::Word(_) | Token::LParen) {
            return Some("write NOT x; and <> or != between two values");
        }
    }
    if count("TABLESAMPLE") > 0 || (0..tokens.len()).any(|at| named(at, "USING") && named(at + 1, "SAMPLE")) {
        return Some("WHERE random() < 0.1 keeps about every tenth row; LIMIT ends the reading early");
    }
    if tokens.contains(&Token::Backslash) {
        return Some(
            "a command of the prompt stands at the beginning of a line, behind the ; of a statement: \\? lists them",
        );
    }
    if count("CASE") > count("END") {
        return Some("CASE WHEN condition THEN a ELSE b END ends with END");
    }
    if count("FROM") == 0 && named(0, "SELECT") && ["FORM", "FRM", "FROMM", "FRON"].iter().any(|near| count(near) > 0) {
        return Some("did you mean FROM?");
    }
    tokens
        .contains(&Token::Question)
        .then_some("a value that comes later has a name: WHERE id = :id, after \\set id VALUE")
}

/// `x eq 'text'`, `x -eq 'text'`
fn operator(tokens: &[Token]) -> Option<String> {
    tokens.windows(2).find_map(|pair| {
        let [Token::Word(found), Token::SingleQuotedString(_) | Token::Number(..)] = pair else { return None };
        let (_, own) = OPERATORS.iter().find(|(name, _)| is(found, name))?;
        Some(format!("{} is written with a sign: {own}", found.value.to_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::advice::solid;
    use super::*;

    #[test]
    fn what_is_written_elsewhere_is_said_in_words_of_this_dialect() {
        for (sql, part) in [
            ("SELECT 1 FROM t LIMIT 10, 20", "LIMIT 20 OFFSET 10"),
            ("SELECT a FROM t GROUP BY a WHERE b", "WHERE stands before GROUP BY"),
            ("SELECT a FROM t ORDER BY a HAVING b", "HAVING stands before ORDER BY"),
            ("SELECT a FROM t LIMIT 5 ORDER BY a", "ORDER BY stands before LIMIT"),
            ("SELECT a FROM t ORDER a", "write ORDER BY"),
            ("SELECT a FROM t GROUP a", "write GROUP BY"),
            ("SELECT a FROM t WHERE a IN '10.0.0.0/8'", "ip_in(address"),
            ("SELECT a FROM t WHERE a IS 'x'", "compared with ="),
            ("SELECT a FROM t WHERE a IS NOT 'x'", "compared with ="),
            ("SELECT a FROM t WHERE a eq 'x'", "eq is written with a sign: x = 'text'"),
            ("SELECT a FROM t WHERE !a", "write NOT x"),
            ("SELECT CASE WHEN a THEN 1 FROM t", "ends with END"),
            ("SELECT * FORM t", "did you mean FROM?"),
            ("SELECT * REPLACE (1 AS a) FROM t", "EXCLUDE"),
            ("SELECT * EXCLUDE (raw) REPLACE (upper(id) AS id) FROM t", "upper(b) AS b"),
            ("SELECT a FROM t WHERE a IN ()", "at least one value"),
            ("SELECT a FROM t LIMIT 10 PERCENT", "a number of rows"),
            ("SELECT group_concat(a SEPARATOR ';') FROM t", "string_agg(x, '; '"),
            ("WITH x AS SELECT 1 SELECT * FROM x", "in parentheses"),
            ("SELECT ?", ":id"),
            ("print now()", "SELECT now()"),
            ("SHOW DATABASES", "SHOW TABLES"),
            ("PRAGMA table_info(t)", "\\d TABLE"),
            ("ATTACH 'x.db'", "FROM 'logs/*.csv'"),
            ("PIVOT t ON a", "FILTER"),
            (
                "Get-MgAuditLogSignIn -Filter \"x\"",
                "coming-from-powershell.md; for example: SELECT * FROM entra.sign_ins",
            ),
            ("Search-UnifiedAuditLog -StartDate x", "FROM m365.activity"),
            ("Get-MgUser -All | Where-Object { $_.AccountEnabled }", "FROM entra.users LIMIT 10"),
            ("Get-MgBetaAuditLogDirectoryAudit -All", "FROM entra.directory_audits"),
            ("DECLARE @d datetime", "\\set d VALUE"),
            ("index=o365 user=x", "timeline("),
            ("search \"ana\"", "timeline("),
        ] {
            let said = of(&solid(sql)).unwrap_or_else(|| panic!("{sql}"));
            assert!(said.contains(part), "{sql}: {said}");
        }
    }

    #[test]
    fn pipes_of_other_programs_are_no_kql() {
        for (sql, part) in [
            (
                "Get-MgAuditLogSignIn -All | Where-Object { $_.Status.ErrorCode -ne 0 } | Group-Object X",
                "this is PowerShell",
            ),
            ("index=azure | stats count by src_ip", "SELECT ip_address, count(*) AS n"),
            ("search X | timechart span=1h count", "SELECT bin(created_date_time, '1h'), count(*) AS n"),
            ("stats count by user", "this is a search of Splunk"),
            ("| tstats count where index=x by user", "this is a search of Splunk"),
        ] {
            let said = piped(&solid(sql)).unwrap_or_else(|| panic!("{sql}"));
            assert!(said.contains(part), "{sql}: {said}");
        }
        for sql in [
            "SigninLogs | summarize count() by IPAddress | render timechart",
            "SigninLogs | where stats == 1 | project-away head",
            "SELECT a | stats FROM t",
            "table sign_ins",
        ] {
            assert_eq!(piped(&solid(sql)), None, "{sql}");
        }
    }

    #[test]
    fn what_is_written_so_here_is_passed_over() {
        for sql in [
            "SELECT a FROM t WHERE a GROUP BY a HAVING b ORDER BY a LIMIT 5",
            "SELECT a FROM t WHERE a IS NOT DISTINCT FROM b ORDER BY 1",
            "SELECT extract(hour FROM a) FROM t WHERE a IN (SELECT b FROM u ORDER BY 1) LIMIT 1",
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t",
            "SELECT a FROM t ORDER BY a LIMIT 1 UNION SELECT a FROM t WHERE b",
            "SELECT CASE WHEN a THEN 1 END FROM t WHERE a IS NULL AND b IN ('x') AND c <> 1",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "SELECT \"eq\", a AS eq FROM t; SELECT 1 WHERE true",
            "",
        ] {
            assert_eq!(of(&solid(sql)), None, "{sql}");
        }
    }
}
