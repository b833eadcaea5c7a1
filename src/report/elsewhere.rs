//! What tables and words of other products are called here: Log Analytics, Sentinel, Advanced Hunting, Steampipe, the portal.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

use super::{kql, names};

/// Tables by their names there, in lower case and without underscores, and where their records are here. Of those with an
/// empty name nothing is read by this program.
const TABLES: &[(&[&str], &str)] = &[
    (
        &["signinlogs", "aadsignineventsbeta", "entraidsigninevents", "azureadsigninreport", "signinlog"],
        "entra.sign_ins",
    ),
    (
        &[
            "aadnoninteractiveusersigninlogs",
            "aadserviceprincipalsigninlogs",
            "aadmanagedidentitysigninlogs",
            "aadspnsignineventsbeta",
            "entraidspnsigninevents",
        ],
        "entra.sign_ins, whose sign_in_event_types tells the kinds",
    ),
    (&["auditlogs", "azureaddirectoryauditreport", "auditlog"], "entra.directory_audits"),
    (&["officeactivity", "cloudappevents", "unifiedauditlog", "managementactivity"], "m365.activity"),
    (&["aadprovisioninglogs"], "entra.provisioning"),
    (&["aadriskyusers"], "entra.risky_users"),
    (&["aadriskyserviceprincipals"], "entra.risky_service_principals"),
    (&["aaduserriskevents", "aadserviceprincipalriskevents"], "entra.risk_detections"),
    (&["identityinfo", "azureaduser"], "entra.users"),
    (&["azureadgroup"], "entra.groups"),
    (&["azureadapplication"], "entra.applications"),
    (&["azureadserviceprincipal"], "entra.service_principals"),
    (&["azureaddevice", "deviceinfo"], "entra.devices"),
    (&["azureaddirectoryrole"], "entra.directory_roles"),
    (&["azureadconditionalaccesspolicy"], "entra.conditional_access_policies"),
    (&["securityalert", "alertinfo", "alertevidence", "securityalerts"], "security.alerts"),
    (&["securityincident", "securityincidents"], "security.incidents"),
    (
        &["securityevent", "deviceevents", "devicelogonevents", "deviceprocessevents", "devicenetworkevents", "syslog"],
        "",
    ),
];

/// Where the records of a table of another product are.
pub(super) fn table(name: &str) -> Option<String> {
    let plain: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    let (_, own) = TABLES.iter().find(|(names, _)| names.contains(&plain.as_str()))?;
    Some(match own.split_once(',') {
        _ if own.is_empty() => "its records are logs of machines: FROM 'logs/*.evtx' reads files of them".into(),
        Some((table, what)) => format!("its records are in {table},{what}"),
        None => format!("its records are in {own}: SELECT * FROM {own} WHERE … LIMIT 10"),
    })
}

/// The table that a statement in KQL begins with, in SQL; as it was, if it is not known.
fn begins_with(name: &str) -> String {
    let plain: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    let known = TABLES.iter().find(|(names, own)| names.contains(&plain.as_str()) && !own.is_empty());
    known.map_or_else(|| name.to_owned(), |(_, own)| own.split(',').next().unwrap_or(own).to_owned())
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
    let words = |at: usize| match tokens.get(at) {
        Some(Token::Word(Word { value, quote_style: None, .. })) => Some(value.to_ascii_lowercase()),
        _ => None,
    };
    let step = (0..tokens.len()).find_map(|at| {
        let word = words(at + 1).filter(|word| STEPS.contains(&word.as_str()))?;
        matches!(tokens[at], Token::Pipe).then_some(word)
    });
    if step.is_some() {
        let table = match tokens.first() {
            Some(Token::Word(word)) => begins_with(&word.value),
            _ => "t".into(),
        };
        let declared = crate::apis::ALL.iter().find(|set| table == format!("{}.{}", set.schema, set.name));
        let columns: Vec<&str> = declared.into_iter().flat_map(|set| set.columns).map(|column| column.name).collect();
        if let Some(own) = kql::in_sql(sql, &table, &columns) {
            return Some(format!("this is KQL; in SQL: {own}"));
        }
        return Some(format!(
            "this is KQL; in SQL: SELECT a, count(*) FROM {table} WHERE created_date_time > ago('1d') GROUP BY a ORDER BY 2 DESC LIMIT 10"
        ));
    }
    // `ago(1d)`, `7d`: a number with a letter at its end.
    let span = (0..tokens.len()).find_map(|at| {
        let Token::Number(number, _) = &tokens[at] else { return None };
        let unit = words(at + 1).filter(|unit| ["d", "h", "m", "s", "ms"].contains(&unit.as_str()))?;
        Some(format!("{number}{unit}"))
    });
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
    fn expressions_that_are_recommended_can_be_written() {
        let recommended = OPERATORS.iter().flat_map(|(_, hint)| hint.split("~* '").skip(1));
        let expressions: Vec<&str> = recommended.filter_map(|rest| rest.split('\'').next()).collect();
        assert!(expressions.contains(&r"\btext\b"), "{expressions:?}");
        for expression in expressions {
            assert!(regex::Regex::new(expression).is_ok(), "{expression}");
        }
    }
}
