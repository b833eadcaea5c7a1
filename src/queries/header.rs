//! Reads a file: a header of `-- key: value` lines, and one statement.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::kind::Kind;
use super::query::{Broken, Parameter, Query};
use super::values;
use crate::engine::names_in;
use crate::report::nearest;

/// Keys of a header.
const KEYS: &[&str] = &[
    "title",
    "question",
    "area",
    "tables",
    "permissions",
    "parameter",
    "hit",
    "false positives",
    "mitre",
    "references",
];

/// A key with its value, which may go on in further lines.
struct Field {
    key: &'static str,
    value: String,
    line: usize,
}

impl Query {
    /// Reads a file's text.
    ///
    /// ```sql
    /// -- title: Failures by address
    /// -- question: From which addresses did many sign-ins fail? The value of a key goes on
    /// --   in lines that are indented.
    /// -- parameter: since time = 7d; from then on
    /// -- parameter: ips network[]?; only these
    /// SELECT ip_address, count(*) FROM sign_ins
    /// WHERE created_date_time >= :since AND (:ips IS NULL OR ip_in_any(ip_address, [:ips])) GROUP BY 1;
    /// ```
    ///
    /// Keys besides: `area`, `tables`, `permissions`, `hit`, `false positives`, `mitre`, `references`. A parameter is its name,
    /// its [`Kind`] (with `[]` for several values, with `?` if it may be left out), its default, and what it means. Only the
    /// title has to be there.
    ///
    /// # Errors
    /// With the line, when the header is not understood, when there is not exactly one statement, and when the names in it are
    /// not those that are declared.
    pub fn parse(name: &str, text: &str) -> Result<Self, Broken> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (fields, first) = fields(text)?;
        let one = |key: &str| -> Result<String, Broken> {
            let mut found = fields.iter().filter(|field| field.key == key);
            let value = found.next().map(|field| field.value.clone()).unwrap_or_default();
            match found.next() {
                Some(again) => Err(Broken::at(again.line, format!("'{key}' stands there twice"))),
                None => Ok(value),
            }
        };
        let list = |key: &str, by: &[char]| -> Result<Vec<String>, Broken> {
            let value = one(key)?;
            Ok(value.split(by).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
        };
        if one("title")?.is_empty() {
            return Err(Broken::at(1, "it has no title").hint("begin the file with: -- title: a few words"));
        }
        let mut parameters: Vec<Parameter> = Vec::new();
        for field in fields.iter().filter(|field| field.key == "parameter") {
            let parameter = parameter(field)?;
            if parameters.iter().any(|other| other.name == parameter.name) {
                return Err(Broken::at(field.line, format!("the parameter '{}' is declared twice", parameter.name)));
            }
            parameters.push(parameter);
        }
        let (sql, line) = statement(text, first)?;
        check_names(&sql, line, &parameters)?;
        Ok(Self {
            name: name.to_owned(),
            title: one("title")?,
            question: one("question")?,
            area: one("area")?,
            tables: list("tables", &[',', ' '])?,
            permissions: list("permissions", &[',', ' '])?,
            hit: one("hit")?,
            false_positives: one("false positives")?,
            mitre: list("mitre", &[',', ' '])?,
            references: list("references", &[' ', ','])?,
            parameters,
            sql,
            line,
        })
    }
}

/// The fields of the header, and the number of lines that it takes.
fn fields(text: &str) -> Result<(Vec<Field>, usize), Broken> {
    let mut fields: Vec<Field> = Vec::new();
    let mut lines = 0;
    for (n, line) in text.lines().enumerate() {
        let Some(comment) = line.strip_prefix("--") else {
            if line.trim().is_empty() && fields.is_empty() {
                lines = n + 1;
                continue;
            }
            break;
        };
        lines = n + 1;
        let indent = comment.len() - comment.trim_start().len();
        match (fields.last_mut(), comment.trim()) {
            (_, "") => {}
            (Some(last), more) if indent >= 2 => {
                last.value.push(if last.value.is_empty() { '\0' } else { ' ' });
                last.value.push_str(more);
                last.value = last.value.trim_start_matches('\0').to_owned();
            }
            (_, line) => fields.push(field(line, n + 1)?),
        }
    }
    Ok((fields, lines))
}

fn field(text: &str, line: usize) -> Result<Field, Broken> {
    let keys = || format!("the keys are {}; a value goes on in lines indented by two blanks", KEYS.join(", "));
    let Some((key, value)) = text.split_once(':') else {
        return Err(Broken::at(line, "the header has lines of 'key: value'").hint(keys()));
    };
    let key = key.trim();
    match KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)) {
        Some(key) => Ok(Field { key, value: value.trim().to_owned(), line }),
        None => {
            let near = nearest(key, KEYS.iter().map(|key| (*key, *key)));
            let broken = Broken::at(line, format!("'{key}' is no key of a header"));
            Err(broken.hint(near.map_or_else(keys, |near| format!("did you mean {near}?"))))
        }
    }
}

/// `since time = 7d; from then on`
fn parameter(field: &Field) -> Result<Parameter, Broken> {
    const FORM: &str = "write it as 'NAME TYPE = DEFAULT; what it means', such as 'since time = 7d; from then on'";
    let wrong = |what: String| Broken::at(field.line, what);
    let (declared, doc) = field.value.split_once(';').unwrap_or((&field.value, ""));
    let (declared, default) = match declared.split_once('=') {
        Some((declared, default)) => (declared, Some(default.trim().to_owned())),
        None => (declared, None),
    };
    let [name, kind] = declared.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(wrong("a parameter has a name and a type".into()).hint(FORM));
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name {
        return Err(wrong(format!("'{name}' cannot be a parameter's name"))
            .hint("names have small letters, digits and _, and begin with a letter"));
    }
    let (bare, optional) = kind.strip_suffix('?').map_or((kind, false), |bare| (bare, true));
    let (bare, list) = bare.strip_suffix("[]").map_or((bare, false), |bare| (bare, true));
    let Some(kind) = Kind::named(bare) else {
        let known = Kind::ALL.map(Kind::name).join(", ");
        return Err(wrong(format!("there is no type '{bare}'"))
            .hint(format!("the types are {known}; [] behind one takes several values, ? makes it optional")));
    };
    let parameter = Parameter { name: name.to_owned(), kind, list, optional, default, doc: doc.trim().to_owned() };
    if let Some(default) = &parameter.default {
        values::read(&parameter, std::slice::from_ref(default), None)
            .map_err(|report| wrong(format!("its own default does not fit: {}", report.what)))?;
    }
    Ok(parameter)
}

/// The one statement behind the header, without its semicolon, and the line on which it begins.
fn statement(text: &str, header: usize) -> Result<(String, usize), Broken> {
    let body: String = text.split_inclusive('\n').skip(header).collect();
    let blank = body.len() - body.trim_start().len();
    let line = header + 1 + body[..blank].matches('\n').count();
    let sql = body.trim();
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().map_err(|error| {
        let within = usize::try_from(error.location.line).unwrap_or(1);
        Broken::at(line + within.saturating_sub(1), format!("the SQL cannot be read: {}", error.message))
    })?;
    let solid = |token: &Token| !matches!(token, Token::Whitespace(_) | Token::EOF);
    let mut seen = false;
    for (n, token) in tokens.iter().enumerate().filter(|(_, token)| solid(&token.token)) {
        if token.token != Token::SemiColon {
            seen = true;
        } else if let Some(next) = tokens[n + 1..].iter().find(|token| solid(&token.token)) {
            let within = usize::try_from(next.span.start.line).unwrap_or(1);
            let what = "a second statement begins here, and a saved query has one";
            return Err(Broken::at(line + within - 1, what).hint("put it into a file of its own"));
        }
    }
    if !seen {
        return Err(Broken::at(line, "there is no statement").hint("put the SQL below the header"));
    }
    let end = match tokens.iter().rposition(|token| solid(&token.token)) {
        Some(last) if tokens[last].token == Token::SemiColon => offset(sql, &tokens[last].span.start),
        _ => sql.len(),
    };
    Ok((sql[..end].trim_end().to_owned(), line))
}

/// The byte at a place of the tokenizer's.
fn offset(sql: &str, at: &datafusion::sql::sqlparser::tokenizer::Location) -> usize {
    let (line, column) = (usize::try_from(at.line).unwrap_or(1), usize::try_from(at.column).unwrap_or(1));
    let before: usize = sql.split_inclusive('\n').take(line - 1).map(str::len).sum();
    before + sql[before..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

/// What is named has to be declared, and the other way round.
fn check_names(sql: &str, line: usize, parameters: &[Parameter]) -> Result<(), Broken> {
    let named = names_in(sql);
    for (name, within) in &named {
        if !parameters.iter().any(|parameter| parameter.name == *name) {
            return Err(Broken::at(line + within - 1, format!(":{name} is not declared"))
                .hint(format!("add a line such as: -- parameter: {name} text; what it means")));
        }
    }
    match parameters.iter().find(|parameter| !named.iter().any(|(name, _)| *name == parameter.name)) {
        Some(unused) => {
            Err(Broken::at(line, format!("the parameter '{0}' is declared, but :{0} is nowhere", unused.name)))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "\u{feff}-- title: Failures\n-- Question: From where? It\n--   goes on.\n-- tables: entra.sign_ins, m365.activity\n\
        -- mitre: T1110.003 T1078\n-- parameter: since time = 7d; from then on\n-- parameter: ips network[]?; only these\n\
        -- parameter: user user\n\n-- what follows is SQL\nSELECT 1 AS \"a;b\" -- ; no\nWHERE t >= :since AND (:ips IS NULL OR x IN (:ips)) AND u = :user ;\n";

    #[test]
    fn a_file_is_a_header_and_a_statement() {
        let query = Query::parse("failures", WHOLE).unwrap();
        assert_eq!((query.title.as_str(), query.question.as_str()), ("Failures", "From where? It goes on."));
        assert_eq!(query.tables, ["entra.sign_ins", "m365.activity"]);
        assert_eq!(query.mitre, ["T1110.003", "T1078"]);
        let shown = |parameter: &Parameter| {
            let Parameter { name, kind, list, optional, default, doc } = parameter.clone();
            format!("{name} {kind:?} {list} {optional} {default:?} {doc}")
        };
        assert_eq!(
            query.parameters.iter().map(shown).collect::<Vec<_>>(),
            [
                "since Time false false Some(\"7d\") from then on",
                "ips Network true true None only these",
                "user User false false None "
            ]
        );
        assert!(query.sql.starts_with("-- what follows") && query.sql.ends_with(":user"), "{}", query.sql);
        assert_eq!(query.line, 10);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let sql = "SELECT 1";
        for (text, line, what) in [
            ("SELECT 1", 1, "no title"),
            ("-- titel: x\nSELECT 1", 1, "'titel' is no key"),
            ("-- title: x\n-- just words\nSELECT 1", 2, "key: value"),
            ("-- title: x\n-- title: y\nSELECT 1", 2, "twice"),
            ("-- title: x\n-- parameter: a\nSELECT :a", 2, "a name and a type"),
            ("-- title: x\n-- parameter: A text\nSELECT :a", 2, "cannot be"),
            ("-- title: x\n-- parameter: a date\nSELECT :a", 2, "no type 'date'"),
            ("-- title: x\n-- parameter: a time = soon\nSELECT :a", 2, "default"),
            ("-- title: x\n-- parameter: a text\n-- parameter: a text\nSELECT :a", 3, "twice"),
            ("-- title: x\n-- parameter: a text\nSELECT 1", 3, "nowhere"),
            ("-- title: x\n\nSELECT 1,\n :b", 4, ":b is not declared"),
            ("-- title: x\nSELECT 1;\n\nSELECT 2", 4, "second statement"),
            ("-- title: x\n-- y: z", 2, "no key"),
            ("-- title: x\n", 2, "no statement"),
            ("-- title: x\n ; ", 2, "no statement"),
            ("-- title: x\nSELECT\n 'a", 3, "cannot be read"),
        ] {
            let broken = Query::parse("x", text).unwrap_err();
            assert!(broken.line == line && broken.what.contains(what), "{text:?}: {broken}");
        }
        Query::parse("x", &format!("-- title: x\n{sql}")).unwrap();
    }

    #[test]
    fn the_semicolon_is_found_behind_letters_of_several_bytes() {
        let query = Query::parse("x", "-- title: x\nSELECT 'é日🙂'\n, 'ü' ; -- end").unwrap();
        assert_eq!(query.sql, "SELECT 'é日🙂'\n, 'ü'");
    }
}
