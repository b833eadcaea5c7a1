//! Advice about a struct in the place of one of its fields, and about a field without the element that it is of.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::words::Words;
use super::{functions, names, nearest, types};
use crate::table::{Column, Edm};

/// Advice about a struct that was compared: `status = 50126` means one of its fields.
pub(super) fn compared(sql: &str) -> Option<String> {
    let tokens = solid(sql);
    tokens.windows(3).find_map(|three| {
        let [left, sign, right] = three else { return None };
        let asked = comparison(sign)?;
        let (column, value) = declared(left).map(|c| (c, right)).or_else(|| declared(right).map(|c| (c, left)))?;
        let meant = match of_text(column, &asked, value) {
            Some(meant) => meant,
            None => format!("{} {asked} {value}", field_for(column, value)?),
        };
        Some(format!("{} is a struct: compare one of its fields, as in {meant}", column.name))
    })
}

/// The words for a struct that was asked as if it were JSON text: `status ->> 'errorCode'`.
pub(super) fn in_json(text: &str, sql: &str) -> Option<Words> {
    let of = text.strip_prefix("Unexpected argument type to 'json")?;
    let (_, given) = of.split_once("at position 1, expected a string, got ")?;
    let tokens = solid(sql);
    if types::has_map(given) {
        return Some(of_map(&tokens));
    }
    let step = |token: &Token| matches!(token, Token::Arrow | Token::LongArrow);
    let asked = tokens.windows(3).find_map(|three| {
        let column = declared(&three[0]).filter(|_| step(&three[1]))?;
        let Token::SingleQuotedString(name) = &three[2] else { return None };
        let near = nearest(name, column.fields().iter().map(|field| (field.name, field.name)));
        Some((column.name, near.map_or_else(|| name.to_lowercase(), str::to_owned)))
    });
    if let Some((column, field)) = asked {
        return Some((
            format!("{column} is a struct, and no JSON text"),
            format!("a field is written with a dot: {column}.{field}"),
        ));
    }
    let kind = types::in_sql(given.trim_end_matches('.'));
    let hint = match kind.as_str() {
        "list" => functions::OF_A_LIST,
        _ => {
            "-> and ->> go into JSON text, as raw is: raw -> 'status' ->> 'errorCode'; a field of a struct is written column.field"
        }
    };
    Some((format!("JSON is a text, and this is a {kind}"), hint.into()))
}

/// The words for a map that was asked as if it were JSON text: `event_data ->> 'TargetUserName'`.
fn of_map(tokens: &[Token]) -> Words {
    let asked = tokens.windows(3).find_map(|three| match three {
        [Token::Word(column), Token::Arrow | Token::LongArrow, Token::SingleQuotedString(name)] => {
            Some(format!("a value of it is named: {}['{}']", column.value, name.replace('\'', "''")))
        }
        _ => None,
    });
    ("JSON is a text, and this is a map".to_owned(), asked.unwrap_or_else(|| types::OF_A_MAP.to_owned()))
}

/// Advice about a column that is not there, and is a field of the element that a lambda names: `x -> display_name = 'a'`.
pub(super) fn of_element(sql: &str, missing: &str) -> Option<String> {
    let known = || crate::apis::ALL.iter().any(|set| names::fields_of(set.columns).contains(&missing));
    let tokens = solid(sql);
    let mut lambdas: Vec<(&str, usize)> = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth = depth.saturating_sub(1);
                lambdas.retain(|(_, of)| *of <= depth);
            }
            Token::Arrow => {
                if let Some(Token::Word(name)) = at.checked_sub(1).map(|before| &tokens[before]) {
                    lambdas.push((&name.value, depth));
                }
            }
            Token::Word(word) if word.value.eq_ignore_ascii_case(missing) => {
                let is_bare = !matches!(at.checked_sub(1).map(|before| &tokens[before]), Some(Token::Period));
                if let Some((element, _)) = lambdas.last().filter(|_| is_bare && known()) {
                    return Some(format!("a field of the element is written with its name: {element}.{missing}"));
                }
            }
            _ => {}
        }
    }
    None
}

/// A declared column that is a struct.
fn declared(token: &Token) -> Option<&'static Column> {
    let Token::Word(word) = token else { return None };
    let columns = crate::apis::ALL.iter().flat_map(|set| set.columns);
    let mut named = columns.filter(|column| word.value.eq_ignore_ascii_case(column.name));
    named.find(|column| matches!(column.edm, Edm::Object(_)))
}

fn comparison(token: &Token) -> Option<String> {
    let compares = matches!(token, Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq);
    compares.then(|| token.to_string())
}

/// What a text was meant as that is none of the first text of the struct: a number, an outcome or a country.
fn of_text(column: &Column, asked: &str, value: &Token) -> Option<String> {
    let Token::SingleQuotedString(text) = value else { return None };
    if text.parse::<i64>().is_ok() {
        let path = field_for(column, &Token::Number(text.clone(), false))?;
        return Some(format!("{path} {asked} {text}"));
    }
    let named = |name: &str| column.fields().iter().find(|field| field.name.starts_with(name));
    let failed = ["failure", "failed", "fail", "error"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let went_well = ["success", "succeeded", "ok"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if (failed || went_well) && ["=", "<>"].contains(&asked) {
        let sign = if went_well == (asked == "=") { "=" } else { "<>" };
        return named("error_code").map(|field| format!("{}.{} {sign} 0", column.name, field.name));
    }
    let is_country = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let country = if is_country { named("country") } else { None };
    country.map(|field| format!("{}.{} {asked} {value}", column.name, field.name))
}

/// The first field that can have such a value, or one below it.
fn field_for(column: &Column, value: &Token) -> Option<String> {
    let takes = |edm: &Edm| match value {
        Token::Number(..) => matches!(edm, Edm::Int32 | Edm::Int64 | Edm::Double),
        Token::SingleQuotedString(_) => edm.is_text(),
        Token::Word(word) => matches!(edm, Edm::Bool) && ["true", "false"].contains(&word.value.as_str()),
        _ => false,
    };
    let fields = || column.fields().iter();
    let own = fields().find(|field| takes(&field.edm)).map(|field| field.name.to_owned());
    let below = || fields().filter(|f| matches!(f.edm, Edm::Object(_))).find_map(|field| field_for(field, value));
    own.map(|field| format!("{}.{field}", column.name))
        .or_else(|| below().map(|path| format!("{}.{path}", column.name)))
}

fn solid(sql: &str) -> Vec<Token> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap_or_default();
    tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_that_is_compared_names_the_field_that_was_meant() {
        for (sql, field) in [
            ("SELECT 1 FROM sign_ins WHERE status = 50126", Some("status.error_code = 50126")),
            ("SELECT 1 FROM sign_ins WHERE 0 <> STATUS", Some("status.error_code <> 0")),
            ("SELECT 1 FROM sign_ins WHERE location = 'Lisbon'", Some("location.city = 'Lisbon'")),
            ("SELECT 1 FROM sign_ins WHERE location = 'PT'", Some("location.country_or_region = 'PT'")),
            ("SELECT 1 FROM sign_ins WHERE status = '50126'", Some("status.error_code = 50126")),
            ("SELECT 1 FROM sign_ins WHERE status = 'failure'", Some("status.error_code <> 0")),
            ("SELECT 1 FROM sign_ins WHERE status <> 'Failure'", Some("status.error_code = 0")),
            ("SELECT 1 FROM sign_ins WHERE status = 'success'", Some("status.error_code = 0")),
            ("SELECT 1 FROM t WHERE initiated_by = 'a'", Some("initiated_by.user.id = 'a'")),
            ("SELECT 1 FROM t WHERE id = 1", None),
            ("SELECT 1 FROM t WHERE status = status", None),
            ("SELECT '", None),
        ] {
            let told = compared(sql);
            assert_eq!(told.is_some(), field.is_some(), "{sql}: {told:?}");
            assert!(field.is_none_or(|field| told.as_deref().unwrap_or_default().ends_with(field)), "{sql}: {told:?}");
        }
    }

    #[test]
    fn a_field_of_an_element_is_written_with_its_name() {
        let told = of_element("SELECT 1 WHERE any_match(target_resources, x -> display_name = 'a')", "display_name");
        assert!(told.unwrap().ends_with("x.display_name"));
        for (sql, missing) in [
            ("SELECT 1 WHERE any_match(a, x -> x.display_name = 'a') AND nothing = 1", "nothing"),
            ("SELECT display_name FROM t WHERE any_match(a, x -> x = 1)", "display_name"),
            ("SELECT 1 WHERE any_match(a, x -> x = 1) AND display_name = 'a'", "display_name"),
            ("SELECT 1 WHERE any_match(a, x -> zzz = 1)", "zzz"),
        ] {
            assert_eq!(of_element(sql, missing), None, "{sql}");
        }
    }
}
