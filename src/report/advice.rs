//! What people bring along from other dialects and other programs, and how it is written here.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Word};

use super::functions::NUMBER_OF_TEXT;
use super::names::nearest;
use super::{elsewhere, habits, misspelt, unquoted};

/// Words that a statement begins with.
const FIRST_WORDS: &[&str] = &[
    "SELECT",
    "WITH",
    "EXPLAIN",
    "CREATE",
    "SET",
    "SHOW",
    "DESCRIBE",
    "VALUES",
    "TABLE",
    "PREPARE",
    "EXECUTE",
    "DROP",
    "INSERT",
    "COPY",
    "RESET",
    "SUMMARIZE",
    "FROM",
];

/// Advice from the statement alone, for one that could not be read or planned.
pub(super) fn of_statement(sql: &str) -> Option<String> {
    let tokens = solid(sql);
    let words: Vec<&Word> = tokens.iter().filter_map(word).collect();
    if outside_texts(sql, &['‘', '’', '“', '”', '„']) {
        return Some("these are typographic quotes; SQL uses ' for text and \" for names".into());
    }
    if outside_texts(sql, &['`']) {
        return Some("write names as they are, or in \"double quotes\"; `backticks` belong to other dialects".into());
    }
    let named = |at: usize, name: &str| words.get(at).is_some_and(|word| is(word, name));
    if named(0, "SELECT") && (named(1, "TOP") || named(1, "DISTINCT") && named(2, "TOP")) {
        return Some("write LIMIT at the end of the statement instead of TOP".into());
    }
    if words.windows(2).any(|pair| is(pair[0], "POSITIONAL") && is(pair[1], "JOIN")) {
        return Some("number the rows of both sides, row_number() OVER () AS n, and join ON a.n = b.n".into());
    }
    if let Some(advice) = of_copy(&tokens) {
        return Some(advice.to_owned());
    }
    if let Some(advice) = habits::piped(&tokens)
        .or_else(|| elsewhere::kql(sql, &tokens))
        .or_else(|| of_stated(sql))
        .or_else(|| misspelt::quote_inside(sql))
        .or_else(|| unquoted::find(sql))
        .or_else(|| habits::of(&tokens))
    {
        return Some(advice);
    }
    if let Some(advice) = of_unread(sql, &tokens) {
        return Some(advice);
    }
    let first = words.first().filter(|word| !FIRST_WORDS.iter().any(|known| is(word, known)))?;
    let near = nearest(&first.value, FIRST_WORDS.iter().map(|known| (*known, *known)));
    near.map(|near| format!("did you mean {near}?"))
}

/// The same for a statement that no parser here reads.
fn of_unread(sql: &str, tokens: &[Token]) -> Option<String> {
    Parser::parse_sql(&PostgreSqlDialect {}, sql).err()?;
    misspelt::find(sql, tokens)
}

/// How what is known of a file is stated that stands behind its name: `FROM 'vpn.csv' (timezone = 'Europe/Paris')`.
pub(super) fn of_stated(sql: &str) -> Option<String> {
    let tokens = solid(sql);
    let begins = |token: &Token| word(token).is_some_and(|word| is(word, "FROM") || is(word, "JOIN"));
    let at =
        (1..tokens.len()).find(|at| begins(&tokens[at - 1]) && matches!(tokens[*at], Token::SingleQuotedString(_)))?;
    let mut rest = &tokens[at + 1..];
    let mut stated = Vec::new();
    while let [Token::LParen | Token::Comma, more @ ..] = rest {
        rest = more;
    }
    while let [Token::Word(option), Token::Eq | Token::RArrow, value, more @ ..] = rest {
        stated.push(format!("{} => {value}", option.value.to_lowercase()));
        rest = if let [Token::Comma, more @ ..] = more { more } else { more };
    }
    (!stated.is_empty()).then(|| format!("write read_log({}, {})", tokens[at], stated.join(", ")))
}

/// Advice about a `COPY`, most forms of which no parser here reads.
fn of_copy(tokens: &[Token]) -> Option<&'static str> {
    if !tokens.first().and_then(word).is_some_and(|first| is(first, "COPY")) {
        return None;
    }
    let mut depth = 0_i32;
    let direction = tokens.iter().find_map(|token| {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        word(token).filter(|word| depth == 0 && (is(word, "FROM") || is(word, "TO")))
    });
    Some(match direction {
        Some(from) if is(from, "FROM") => {
            "files are read where they lie: SELECT * FROM 'vpn.csv' reads one, CREATE TABLE t AS SELECT … keeps what it holds"
        }
        _ => "-o FILE writes a result to a file, at the prompt \\copy (SELECT …) TO 'c.csv'",
    })
}

/// Advice about a column that is not there and was written in double quotes: a text was meant.
pub(super) fn of_quoted(sql: &str, name: &str) -> Option<String> {
    let quoted = |word: &&Word| word.quote_style == Some('"') && word.value == name;
    let tokens = solid(sql);
    tokens
        .iter()
        .filter_map(word)
        .any(|word| quoted(&word))
        .then(|| format!("\"double quotes\" are for names; for text, write '{}'", name.replace('\'', "''")))
}

/// A name as the statement has it, which lost its capitals on its way.
pub(super) fn as_written(sql: &str, name: &str) -> String {
    let tokens = solid(sql);
    let written = tokens.iter().filter_map(word).find(|word| word.value.eq_ignore_ascii_case(name));
    written.map_or_else(|| name.to_owned(), |word| word.value.clone())
}

/// Whether the select list of the statement itself gives that name to something: `SELECT … AS name FROM`.
pub(super) fn is_given(sql: &str, name: &str) -> bool {
    let named = |token: Option<&Token>, known: &str| token.and_then(word).is_some_and(|word| is(word, known));
    let (mut depth, mut is_listed) = (0_i32, false);
    let tokens = solid(sql);
    tokens.iter().enumerate().any(|(at, token)| {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ if depth == 0 && named(Some(token), "SELECT") => is_listed = true,
            _ if depth == 0 && named(Some(token), "FROM") => is_listed = false,
            _ => {}
        }
        let next = tokens.get(at + 1).and_then(word).is_some_and(|word| word.value.eq_ignore_ascii_case(name));
        depth == 0 && is_listed && named(Some(token), "AS") && next
    })
}

/// Whether the statement names a query so, in a WITH RECURSIVE.
pub(super) fn is_recursive(sql: &str, name: &str) -> bool {
    let tokens = solid(sql);
    let named = |at: usize, known: &str| tokens.get(at).and_then(word).is_some_and(|word| is(word, known));
    let begins = (0..tokens.len()).any(|at| named(at, "WITH") && named(at + 1, "RECURSIVE"));
    let behind = |at: usize| matches!(tokens.get(at), Some(Token::LParen)) || named(at, "AS");
    begins && (1..tokens.len()).any(|at| named(at, name) && behind(at + 1) && !named(at - 1, "FROM"))
}

/// Whether an error is about a struct that was compared.
pub(super) fn is_of_struct(what: &str) -> bool {
    what.contains("comparison operation ") && what.contains("Struct(")
}

/// The words for `x IN (SELECT y FROM …)` in a condition, where `y` is no column of the table in the subquery and thus one of the query
/// around it, which the planner cannot carry out.
pub(super) fn of_outer(text: &str, sql: &str) -> Option<(String, String)> {
    text.strip_prefix("Physical plan does not support logical expression")?.contains("InSubquery").then_some(())?;
    let tokens = solid(sql);
    let named = |at: usize, name: &str| tokens.get(at).and_then(word).is_some_and(|word| is(word, name));
    let at = (0..tokens.len()).find(|at| {
        named(*at, "IN")
            && matches!(tokens.get(at + 1), Some(Token::LParen))
            && named(at + 2, "SELECT")
            && named(at + 4, "FROM")
    })?;
    let column = word(&tokens[at + 3])?;
    (0..at).any(|before| named(before, "WHERE") || named(before, "ON")).then(|| {
        let what = format!("the subquery selects {}, which is a column of the query around it", column.value);
        (
            what,
            "\\d TABLE and \\d 'FILE' list the columns that are there; of a file with one value a line it is value"
                .into(),
        )
    })
}

/// Advice about an error of which only the text is known.
pub(super) fn of_text(what: &str) -> Option<&'static str> {
    let rows = [
        // A list goes first: it may be one of truth values.
        ("comparison operation List(", ELEMENT),
        ("= List(", ELEMENT),
        ("to compare List(", ELEMENT),
        ("comparison operation Boolean", CONDITION),
        ("= Boolean", CONDITION),
        ("to compare Boolean", CONDITION),
        ("Cannot coerce arithmetic expression Utf8View + Utf8", "|| puts texts together: a || ' ' || b"),
        ("Cannot coerce arithmetic expression Utf8 + Utf8", "|| puts texts together: a || ' ' || b"),
        (
            "comparison operation Struct(",
            "a struct cannot be compared; use one of its fields, such as status.error_code",
        ),
        ("= Struct(", "a struct cannot be compared; use one of its fields, such as status.error_code"),
        (
            "Error parsing timestamp",
            "write a time as '2026-05-01' or '2026-05-01T12:00:00Z', or relative to now: now() - INTERVAL '1 day'",
        ),
        (
            "Cannot access field at argument 1: type List(",
            "only structs have fields; an element of a list may be one: x[1].display_name, \
             any_match(x, t -> t.display_name = '…'), or a row for each: FROM t, unnest(t.x) AS u",
        ),
        ("Cannot access field at argument", "only structs have fields; raw is JSON text: raw -> 'name' ->> 'name'"),
        ("for bitwise operation", "ip_in(address, '10.0.0.0/8') tells whether an address lies in a network"),
        (
            "Cannot coerce arithmetic expression Timestamp",
            "a span of time is written out: created_date_time - INTERVAL '5 days'",
        ),
        (
            "Cannot coerce arithmetic expression Interval",
            "extract(epoch FROM x) is a span of time in seconds, as a number: extract(epoch FROM now() - t) / 60",
        ),
        (
            "must be an INTEGER, TIMESTAMP, DATE",
            "a time says that it is one: generate_series(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-05', INTERVAL '1 day')",
        ),
        (
            "Unsupported SQL type inet",
            "an address is text here: ip_in(address, '10.0.0.0/8') looks into a network, ip_parse(address) gives its shortest form",
        ),
        ("Unsupported SQL type UUID", "an id is text here, and is compared as it is: user_id = '…'"),
        ("Unsupported SQL type JSON", "JSON is plain text here, and -> works on it directly: raw -> 'a' -> 0 ->> 'b'"),
        (
            "Unsupported SQL type",
            "the types are TEXT, INT, BIGINT, DOUBLE, DECIMAL, BOOLEAN, DATE, TIME, TIMESTAMP, INTERVAL",
        ),
        ("Invalid input syntax for type interval", "write INTERVAL '1 day 2 hours', or INTERVAL '90 minutes'"),
        ("Unable to cast to date", "write a date as '2026-05-01'"),
        ("to value of Date32 type", "write a date as '2026-05-01'"),
        ("to value of Time64", "write a time of day as '14:30' or '14:30:00'"),
        ("Expected LIMIT to be", "write the number: LIMIT 10"),
        ("Invalid timezone", "write a zone as 'Europe/Berlin' or '+02:00'"),
        ("could not find config namespace", "SET auditql.NAME = VALUE changes a setting, \\set lists them"),
        ("is not a variable which can be viewed", "SHOW auditql.NAME shows a setting, \\set lists them"),
        ("Could not find config namespace", "SET auditql.NAME = VALUE changes a setting, \\set lists them"),
    ];
    rows.iter().find(|(part, _)| what.contains(part)).map(|(_, advice)| *advice).or_else(|| of_arithmetic(what))
}

/// Advice about a text that is computed with.
fn of_arithmetic(what: &str) -> Option<&'static str> {
    let operation = what.strip_prefix("Cannot coerce arithmetic expression ").filter(|what| what.contains("Utf8"))?;
    let is_of_time = ["Interval", "Timestamp", "Date", "Time", "Duration"].iter().any(|of| operation.contains(of));
    Some(if is_of_time { "CAST(x AS TIMESTAMP) makes a time of a text" } else { NUMBER_OF_TEXT })
}

const ELEMENT: &str = "'text' = ANY(list) looks for an element of a list, list[1] is the first";
const CONDITION: &str = "a boolean is a condition by itself: WHERE x, WHERE NOT x; or x = true";

pub(super) fn solid(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    // What comes before a token that cannot be read is enough.
    let _ = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    tokens.into_iter().map(|token| token.token).filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

pub(super) fn word(token: &Token) -> Option<&Word> {
    if let Token::Word(word) = token { Some(word) } else { None }
}

pub(super) fn is(word: &Word, name: &str) -> bool {
    word.quote_style.is_none() && word.value.eq_ignore_ascii_case(name)
}

/// Whether one of the characters stands outside of texts, quoted names and comments.
fn outside_texts(sql: &str, characters: &[char]) -> bool {
    solid(sql).iter().any(|token| match token {
        Token::Char(c) => characters.contains(c),
        Token::Word(word) => word.quote_style.is_none() && word.value.contains(characters),
        other => other.to_string() == "`" && characters.contains(&'`'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_programs_take_is_explained() {
        let rows = [
            ("SELECT `id` FROM t", Some("`backticks`")),
            ("SELECT ‘a’", Some("typographic")),
            ("SELECT “a”", Some("typographic")),
            ("SELECT TOP 5 * FROM t", Some("LIMIT")),
            ("SELECT DISTINCT TOP 5 a FROM t", Some("instead of TOP")),
            ("SigninLogs | top 10 by TimeGenerated desc", Some("ORDER BY created_date_time DESC LIMIT 10")),
            ("SELECT 7 // 2", Some("7 / 2 is 3")),
            ("SELECT [x for x in [1, 2]]", Some("list_transform(")),
            ("SELECT * FROM t USING SAMPLE 10%", Some("random()")),
            ("SELECT * FROM t TABLESAMPLE 10%", Some("random()")),
            ("CREATE MACRO f(x) AS x + 1", Some("no functions of one's own")),
            ("SELECT id\n\\sf ago\nFROM t", Some("\\? lists them")),
            ("SELECT id\n\\?x\nFROM t", Some("\\? lists them")),
            ("SELECT * FROM a AS x POSITIONAL JOIN b", Some("row_number()")),
            ("SELCT 1", Some("did you mean SELECT?")),
            ("Search-UnifiedAuditLog -StartDate 2026-11-01 -Operations MailItemsAccessed", Some("PowerShell")),
            (
                "SELECT * FROM 'vpn.csv' timezone = 'Europe/Paris'",
                Some("write read_log('vpn.csv', timezone => 'Europe/Paris')"),
            ),
            (
                "SELECT * FROM 'vpn.csv' (timezone = 'UTC', heading => false) WHERE a = 1",
                Some("write read_log('vpn.csv', timezone => 'UTC', heading => false)"),
            ),
            (
                "SELECT 1 WHERE user_principal_name = 'd'arcy.park@lumenworks.example'",
                Some("is written twice: 'd''arcy.park@lumenworks.example'"),
            ),
            ("SELECT * FROM 'vpn.csv' v WHERE a = 1", None),
            ("COPY t FROM 'f.csv'", Some("SELECT * FROM 'vpn.csv' reads one")),
            ("COPY (SELECT 1 FROM t) TO STDOUT", Some("\\copy (SELECT …) TO")),
            ("SELECT '`‘' FROM \"`\" -- ` ‘", None),
            ("SELECT 1", None),
            ("", None),
        ];
        for (sql, expected) in rows {
            let advice = of_statement(sql);
            assert_eq!(advice.is_some(), expected.is_some(), "{sql}: {advice:?}");
            assert!(
                expected.is_none_or(|part| advice.as_deref().unwrap_or_default().contains(part)),
                "{sql}: {advice:?}"
            );
        }
    }

    #[test]
    fn what_has_a_field_is_told_by_what_has_none() {
        for (text, hint) in [
            (
                "Cannot access field at argument 1: type List(Struct(…)) is not struct, map, or Null",
                "any_match(x, t -> ",
            ),
            ("Cannot access field at argument 1: type Utf8View is not struct, map, or Null", "raw -> 'name'"),
            (
                "Cannot coerce arithmetic expression Interval(MonthDayNano) / Int64 to valid types",
                "extract(epoch FROM now() - t) / 60",
            ),
        ] {
            assert!(of_text(text).is_some_and(|advice| advice.contains(hint)), "{text}");
        }
    }

    #[test]
    fn a_query_that_reads_itself_is_recursive() {
        for (sql, is) in [
            (
                "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r UNION ALL SELECT i FROM r) SELECT * FROM r",
                true,
            ),
            ("WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT i FROM r) SELECT * FROM s", true),
            ("WITH r AS (SELECT 1) SELECT * FROM s", false),
            ("SELECT * FROM r AS s", false),
        ] {
            assert_eq!(is_recursive(sql, "r"), is, "{sql}");
        }
    }

    #[test]
    fn a_name_is_given_by_the_select_list_alone() {
        for (sql, is) in [
            ("SELECT a AS x FROM t WHERE x = 1", true),
            ("WITH u AS (SELECT 1) SELECT max(a) AS X FROM t WHERE x = 1", true),
            ("SELECT a FROM t AS x WHERE x = 1", false),
            ("SELECT b FROM (SELECT a AS x FROM t) u WHERE x = 1", false),
            ("WITH u AS (SELECT a AS x FROM t) SELECT x FROM v", false),
            ("SELECT CAST(a AS x) FROM t", false),
        ] {
            assert_eq!(is_given(sql, "x"), is, "{sql}");
        }
    }

    #[test]
    fn a_name_in_double_quotes_may_be_meant_as_a_text() {
        assert!(of_quoted("SELECT 1 WHERE id = \"o'x\"", "o'x").unwrap().ends_with("'o''x'"));
        assert_eq!(of_quoted("SELECT x", "x"), None);
    }
}
