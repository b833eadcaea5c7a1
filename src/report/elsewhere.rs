//! What tables and words of other products are called here: Log Analytics, Sentinel, Advanced Hunting, Steampipe, the portal.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

use super::advice::solid;
use super::{kql, names};
use crate::table::EntitySet;

/// A table of other products, by its names there in lower case and without underscores.
struct Table {
    names: &'static [&'static str],
    own: Own,
}

/// Where its records are here.
enum Own {
    /// In a table, where they meet a condition if there is one.
    In(&'static str, Option<&'static str>),
    /// Nowhere, and what to do instead.
    Nowhere(&'static str),
}

const fn own(names: &'static [&'static str], table: &'static str) -> Table {
    Table { names, own: Own::In(table, None) }
}

const fn kind(names: &'static [&'static str], condition: &'static str) -> Table {
    Table { names, own: Own::In("entra.sign_ins", Some(condition)) }
}

/// All that are known.
const TABLES: &[Table] = &[
    kind(&["signinlogs", "azureadsigninreport", "signinlog"], "is_interactive"),
    kind(&["aadnoninteractiveusersigninlogs"], "array_has(sign_in_event_types, 'nonInteractiveUser')"),
    kind(&["aadserviceprincipalsigninlogs"], "array_has(sign_in_event_types, 'servicePrincipal')"),
    kind(&["aadmanagedidentitysigninlogs"], "array_has(sign_in_event_types, 'managedIdentity')"),
    // Those of users, and those of applications.
    kind(
        &["aadsignineventsbeta", "entraidsigninevents"],
        "(is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser'))",
    ),
    kind(
        &["aadspnsignineventsbeta", "entraidspnsigninevents"],
        "(array_has(sign_in_event_types, 'servicePrincipal') OR array_has(sign_in_event_types, 'managedIdentity'))",
    ),
    own(&["auditlogs", "azureaddirectoryauditreport", "auditlog"], "entra.directory_audits"),
    own(&["officeactivity", "cloudappevents", "unifiedauditlog", "managementactivity"], "m365.activity"),
    own(&["aadprovisioninglogs"], "entra.provisioning"),
    own(&["aadriskyusers"], "entra.risky_users"),
    own(&["aadriskyserviceprincipals"], "entra.risky_service_principals"),
    own(&["aaduserriskevents"], "entra.risk_detections"),
    own(&["identityinfo", "azureaduser"], "entra.users"),
    own(&["azureadgroup"], "entra.groups"),
    own(&["azureadapplication"], "entra.applications"),
    own(&["azureadserviceprincipal"], "entra.service_principals"),
    own(&["azureaddevice", "deviceinfo"], "entra.devices"),
    own(&["azureaddirectoryrole"], "entra.directory_roles"),
    own(&["azureadconditionalaccesspolicy"], "entra.conditional_access_policies"),
    own(&["emailevents", "emailattachmentinfo", "emailpostdeliveryevents"], "defender.email_events"),
    own(&["urlclickevents"], "defender.url_clicks"),
    own(&["securityalert", "alertinfo", "alertevidence", "securityalerts"], "security.alerts"),
    own(&["securityincident", "securityincidents"], "security.incidents"),
    Table {
        names: &["aadserviceprincipalriskevents"],
        own: Own::Nowhere("its records are not read; entra.risky_service_principals says who is at risk"),
    },
    Table {
        names: &["sqlitemaster", "sqliteschema", "pgtables", "duckdbtables", "systables"],
        own: Own::Nowhere("SHOW TABLES lists the tables, SELECT * FROM auditql.tables has them as rows"),
    },
    Table {
        names: &[
            "securityevent",
            "deviceevents",
            "devicelogonevents",
            "deviceprocessevents",
            "devicenetworkevents",
            "syslog",
        ],
        own: Own::Nowhere("its records are logs of machines: FROM 'logs/*.evtx' reads files of them"),
    },
];

/// Where the records are of a table that other products call so.
fn known(name: &str) -> Option<&'static Own> {
    let plain: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    TABLES.iter().find(|table| table.names.contains(&plain.as_str())).map(|table| &table.own)
}

/// Where the records of a table of another product are.
pub(super) fn table(name: &str) -> Option<String> {
    Some(match known(name)? {
        Own::Nowhere(instead) => (*instead).to_owned(),
        Own::In(own, None) => format!("its records are in {own}: SELECT * FROM {own} WHERE … LIMIT 10"),
        Own::In(own, Some(only)) => {
            format!("its records are in {own}: SELECT * FROM {own} WHERE {only} AND … LIMIT 10")
        }
    })
}

/// A statement in KQL, in SQL; if it has words that are not known, what it is, and an example of the table that it names.
fn of_kql(sql: &str, tokens: &[Token]) -> String {
    let own = |name: &str| crate::apis::ALL.iter().find(|set| set.qualified() == name || set.name == name);
    let meant = |token: &Token| {
        let Token::Word(Word { value, quote_style: None, .. }) = token else { return None };
        match known(value) {
            Some(Own::In(table, only)) => own(table).map(|set| Ok((set, *only))),
            Some(Own::Nowhere(instead)) => Some(Err(*instead)),
            None => own(value).map(|set| Ok((set, None))),
        }
    };
    // Behind `let t =` or `union` the table is a later word.
    match tokens.iter().find_map(meant) {
        Some(Err(instead)) => format!("this is KQL; {instead}"),
        Some(Ok((set, only))) => {
            let first = tokens.first().and_then(meant);
            let is_drawn = tokens.windows(2).any(
                |pair| matches!(pair, [Token::Pipe, Token::Word(word)] if word.value.eq_ignore_ascii_case("render")),
            );
            let drawn = if is_drawn { "; \\chart draws a result, --format html in a page" } else { "" };
            match first.and_then(|_| kql::in_sql(sql, set, only)) {
                Some(sql) => format!("this is KQL{drawn}; in SQL: {sql}"),
                None => {
                    let told = unread(set, only);
                    let stops = first.and_then(|_| kql::stops_at(sql, set));
                    let told = format!("{told}{drawn}");
                    stops.map_or(told.clone(), |step| format!("{told}; the step that is not put into SQL is {step}"))
                }
            }
        }
        None => own("entra.sign_ins").map_or_else(|| UNREAD.to_owned(), |set| unread(set, None)),
    }
}

const UNREAD: &str = "this is KQL, which auditql does not read; docs: coming-from-kql.md";

/// Columns that say most of a record; those that a table has of them stand in an example.
const TELLING: &[&str] = &[
    "user_principal_name",
    "activity_display_name",
    "operation",
    "display_name",
    "app_display_name",
    "user_id",
    "title",
];

/// What is said of KQL that is not put into SQL, with the newest rows of a table as an example.
fn unread(set: &EntitySet, only: Option<&str>) -> String {
    let telling = TELLING.iter().filter(|name| set.column(name).is_some()).take(2).copied();
    let mut columns: Vec<&str> = set.time.into_iter().chain(telling).collect();
    if columns.is_empty() {
        columns.push(set.key);
    }
    let span = set.time.map(|time| format!("{time} > ago('1d')"));
    let conditions: Vec<String> = only.map(str::to_owned).into_iter().chain(span).collect();
    let conditions = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let order = set.time.map_or_else(String::new, |time| format!(" ORDER BY {time} DESC"));
    format!("{UNREAD}; for example: SELECT {} FROM {}{conditions}{order} LIMIT 10", columns.join(", "), set.qualified())
}

/// Columns by names of other products and of habit, in lower case and without underscores, and what they are called here:
/// the first of these that the table has.
const COLUMNS: &[(&[&str], &[&str])] = &[
    (
        &["upn", "user", "username", "userid", "account", "accountupn", "accountname", "email", "mail"],
        &["user_principal_name", "user_name", "user_id"],
    ),
    (
        &["ip", "ipaddr", "clientip", "sourceip", "srcip", "callerip", "address"],
        &["ip_address", "client_ip", "client_address"],
    ),
    (
        &["time", "timestamp", "timegenerated", "date", "datetime", "createdat", "created", "eventtime", "ts", "when"],
        &["created_date_time", "activity_date_time", "creation_time", "detected_date_time", "time"],
    ),
    (&["app", "application", "appname"], &["app_display_name", "application_name"]),
    (&["operationname", "action", "activity", "actiontype"], &["operation", "activity_display_name"]),
    (&["resulttype", "errorcode", "error"], &["status.error_code"]),
    (&["resultdescription"], &["status.failure_reason"]),
    (&["country"], &["location.country_or_region"]),
    (&["os"], &["device_detail.operating_system"]),
];

/// What a column is called here: one of another name, or a field of a struct.
pub(super) fn column(asked: &str, columns: &[&str]) -> Option<String> {
    let plain: String = asked.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    if let Some(same) = columns.iter().find(|column| column.replace('_', "") == plain) {
        return Some((*same).to_owned());
    }
    let (_, own) = COLUMNS.iter().find(|(names, _)| names.contains(&plain.as_str())).copied().unwrap_or_default();
    let here = |path: &&&str| columns.contains(&path.split('.').next().unwrap_or(path));
    own.iter().find(here).map(|path| (*path).to_owned()).or_else(|| names::path_of(asked, columns))
}

/// Words of KQL between a column and a text, and what is written here.
const OPERATORS: &[(&str, &str)] = &[
    ("contains", "x ILIKE '%text%' looks for a text in any case"),
    ("has", r"x ~* '\btext\b' looks for a word in any case, x ILIKE '%text%' for a text"),
    ("has_any", "x ~* 'one|other' looks for one of several texts"),
    ("has_all", "x ILIKE '%one%' AND x ILIKE '%other%' looks for several texts"),
    ("startswith", "x LIKE 'text%' looks for a beginning, x ILIKE 'text%' in any case"),
    ("endswith", "x LIKE '%text' looks for an ending, x ILIKE '%text' in any case"),
    ("matches", "x ~ 'expression' takes a regular expression, x ~* 'expression' in any case"),
    ("take", "LIMIT 10 stands at the end of a statement"),
    ("project", "SELECT a, b chooses columns"),
    ("summarize", "SELECT a, count(*) FROM … GROUP BY a sums up"),
    ("extend", "SELECT *, expression AS name adds a column"),
];

/// Steps of KQL, which stand behind `|`.
const STEPS: &[&str] = &[
    "where",
    "take",
    "limit",
    "project",
    "summarize",
    "extend",
    "order",
    "sort",
    "top",
    "count",
    "distinct",
    "join",
    "union",
    "mv-expand",
    "mv",
    "parse",
    "render",
    "search",
    "getschema",
    "sample",
];

/// Advice about a statement that could not be read, if it looks like KQL.
pub(super) fn kql(sql: &str, tokens: &[Token]) -> Option<String> {
    if sql.contains("//") {
        let plain = kql::without_comments(sql);
        return of_words(&plain, &solid(&plain));
    }
    of_words(sql, tokens)
}

fn of_words(sql: &str, tokens: &[Token]) -> Option<String> {
    let words = |at: usize| match tokens.get(at) {
        Some(Token::Word(Word { value, quote_style: None, .. })) => Some(value.to_ascii_lowercase()),
        _ => None,
    };
    let step = (0..tokens.len()).find_map(|at| {
        let word = words(at + 1).filter(|word| STEPS.contains(&word.as_str()))?;
        matches!(tokens[at], Token::Pipe).then_some(word)
    });
    if let (Some("getschema"), Some(Token::Word(first))) = (step.as_deref(), tokens.first())
        && let Some(Own::In(own, _)) = known(&first.value)
    {
        return Some(format!("this is KQL; DESCRIBE {own} lists the columns, at the prompt \\d {own}"));
    }
    // A table alone, and `find in (SigninLogs) where …`.
    let names_one = |at: usize| matches!(tokens.get(at), Some(Token::Word(word)) if known(&word.value).is_some());
    let is_alone = names_one(0) && tokens.iter().skip(1).all(|token| *token == Token::SemiColon);
    if step.is_some() || is_alone || words(0).as_deref() == Some("find") && (1..tokens.len()).any(names_one) {
        return Some(of_kql(sql, tokens));
    }
    // `ago(1d)`, `7d`: a number with a letter at its end.
    let span = (0..tokens.len()).find_map(|at| {
        let Token::Number(number, _) = &tokens[at] else { return None };
        let unit = words(at + 1).filter(|unit| ["d", "h", "m", "s", "ms"].contains(&unit.as_str()))?;
        Some(format!("{number}{unit}"))
    });
    if words(0).as_deref() == Some("let") {
        let (name, value) = (words(1).unwrap_or_else(|| "since".into()), span.unwrap_or_else(|| "VALUE".into()));
        return Some(format!(
            "a value gets a name by \\set {name} {value} at the prompt, and stands in statements as :{name}"
        ));
    }
    if let (Some(span), Some("set")) = (&span, words(0).as_deref()) {
        let name =
            tokens[1..].iter().take_while(|token| **token != Token::Eq).map(ToString::to_string).collect::<String>();
        return Some(format!("a span of time is written in quotes: SET {name} = '{span}'"));
    }
    if let Some(span) = span {
        return Some(format!("a span of time is written in quotes: ago('{span}'), or now() - INTERVAL '{span}'"));
    }
    for at in 0..tokens.len() {
        let Some(word) = words(at) else { continue };
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let stands = match before {
            Some(Token::Word(word)) => word.keyword == Keyword::NoKeyword,
            other => matches!(other, Some(Token::RParen | Token::RBracket | Token::Pipe)),
        };
        let behind = matches!(
            tokens.get(at + 1),
            Some(Token::SingleQuotedString(_) | Token::LParen | Token::Number(..) | Token::Word(_))
        );
        if let Some((_, advice)) = OPERATORS.iter().find(|(name, _)| *name == word && stands && behind) {
            return Some((*advice).to_owned());
        }
    }
    let pairs = tokens.windows(2).find_map(|pair| match pair {
        [Token::Eq | Token::ExclamationMark, Token::Tilde] | [_, Token::TildeEqual] => {
            Some("lower(x) = 'text' compares in any case")
        }
        _ => None,
    });
    pairs.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    #[test]
    fn a_column_by_another_name_is_found_where_the_table_has_it() {
        let sign_ins = ["id", "created_date_time", "user_principal_name", "ip_address", "status", "location"];
        for (asked, found) in [
            ("upn", Some("user_principal_name")),
            ("TimeGenerated", Some("created_date_time")),
            ("error_code", Some("status.error_code")),
            ("city", Some("location.city")),
            ("country", Some("location.country_or_region")),
            ("os", None),
            ("zzz", None),
        ] {
            assert_eq!(column(asked, &sign_ins).as_deref(), found, "{asked}");
        }
        assert_eq!(column("ip", &["client_ip"]).as_deref(), Some("client_ip"));
        assert_eq!(column("city", &["id"]), None);
    }

    #[test]
    fn every_table_and_condition_is_one_of_ours() {
        for table in TABLES {
            assert!(table.names.iter().all(|name| *name == name.to_lowercase() && !name.contains('_')));
            let Own::In(own, only) = table.own else { continue };
            let set = crate::apis::ALL.iter().find(|set| set.qualified() == own);
            let set = set.unwrap_or_else(|| panic!("{own}"));
            let named = |name: &str| only.is_none_or(|only| !only.contains(name)) || set.column(name).is_some();
            assert!(named("is_interactive") && named("sign_in_event_types"), "{own}");
        }
    }

    #[test]
    fn what_is_not_known_of_kql_gets_an_example_with_the_table_and_columns_that_it_has() {
        let advice = |sql: &str| {
            let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap();
            let tokens: Vec<Token> = tokens.into_iter().filter(|t| !matches!(t, Token::Whitespace(_))).collect();
            kql(sql, &tokens).unwrap()
        };
        for (sql, part) in [
            (
                "AuditLogs | mv-expand x",
                "for example: SELECT activity_date_time, activity_display_name FROM entra.directory_audits \
                 WHERE activity_date_time > ago('1d') ORDER BY activity_date_time DESC LIMIT 10",
            ),
            ("OfficeActivity | render x", "FROM m365.activity WHERE creation_time > ago('1d') ORDER"),
            (
                "IdentityInfo | render x",
                "for example: SELECT user_principal_name, display_name FROM entra.users LIMIT 10",
            ),
            (
                "SigninLogs | render x",
                "FROM entra.sign_ins WHERE is_interactive AND created_date_time > ago('1d') ORDER",
            ),
            ("SigninLogs | render x", "; \\chart draws a result"),
            (
                "SigninLogs | summarize count() by AppDisplayName | render piechart with (title = 1)",
                "this is KQL; \\chart draws a result, --format html in a page; in SQL: SELECT app_display_name, count(*) AS count_ FROM",
            ),
            ("union SigninLogs, AuditLogs | take 1", "for example: SELECT created_date_time, user_principal_name, "),
            ("let x = AuditLogs | take 1", "FROM entra.directory_audits WHERE"),
            ("nothing | take 1", "coming-from-kql.md; for example: SELECT created_date_time, user_principal_name"),
            ("SecurityEvent | take 1", "FROM 'logs/*.evtx'"),
            ("sign_ins | take 1", "in SQL: SELECT * FROM entra.sign_ins LIMIT 1"),
            ("let t = ago(7d)", "\\set t 7d at the prompt, and stands in statements as :t"),
        ] {
            let said = advice(sql);
            assert!(said.contains(part), "{sql}: {said}");
            assert!(!said.contains("FROM union") && !said.contains("SELECT a,"), "{said}");
        }
    }

    #[test]
    fn expressions_that_are_recommended_can_be_written() {
        let recommended = OPERATORS.iter().flat_map(|(_, hint)| hint.split("~* '").skip(1));
        let expressions: Vec<&str> = recommended.filter_map(|rest| rest.split('\'').next()).collect();
        assert!(expressions.contains(&r"\btext\b"), "{expressions:?}");
        for expression in expressions {
            assert!(regex::Regex::new(expression).is_ok(), "{expression}");
        }
    }
}
