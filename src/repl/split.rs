//! Where one statement ends and the next begins.
//!
//! The SQL parser's own tokenizer decides, so that a semicolon inside a text, a comment, a quoted name or a dollar-quoted
//! body ends nothing. A script whose last part cannot be read (an open quote, say) still gives its earlier statements.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

/// One statement, without its semicolon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, from its first token on.
    pub text: String,
    /// The line of the script on which it begins, from 1.
    pub line: usize,
}

/// A text of statements, cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// The statements that a semicolon ended.
    pub ended: Vec<Statement>,
    /// What stands behind the last semicolon, if it is more than blanks and comments.
    pub rest: Option<Statement>,
}

impl Script {
    /// All statements; the end of the text ends the last.
    pub fn into_statements(self) -> Vec<Statement> {
        self.ended.into_iter().chain(self.rest).collect()
    }
}

/// Cuts a text into statements.
pub fn split(sql: &str) -> Script {
    let mut tokens = Vec::new();
    let unreadable = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens).is_err();
    let mut places = Places::new(sql);
    let mut script = Script::default();
    let mut begin: Option<(usize, usize)> = None;
    for token in &tokens {
        if token.token == Token::SemiColon {
            let end = places.offset(token.span.start);
            script.ended.extend(begin.take().map(|(from, line)| statement(sql, from, end, line)));
        } else if begin.is_none() && !is_blank(token) {
            begin = Some((places.offset(token.span.start), line(token.span.start)));
        }
    }
    if begin.is_none() && unreadable {
        begin = unread(sql, tokens.last(), &mut places);
    }
    script.rest = begin.map(|(from, line)| statement(sql, from, sql.len(), line));
    script
}

/// What a text opens and does not close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// A text in single quotes.
    Text,
    /// A name in double quotes.
    Name,
    /// A comment of several lines.
    Comment,
}

/// What a text leaves open at its end; what the tokenizer cannot read for another reason leaves nothing open.
pub(crate) fn open_of(sql: &str) -> Option<Open> {
    let mut tokens = Vec::new();
    Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens).err()?;
    let from = tokens.last().map_or(0, |token| Places::new(sql).offset(token.span.end));
    let rest = sql[from..].trim_start();
    let opens = [("'", Open::Text), ("\"", Open::Name), ("/*", Open::Comment)];
    opens.into_iter().find(|(sign, _)| rest.starts_with(sign)).map(|(_, open)| open)
}

/// The first of some places, in ascending order, that lies between two statements: in none of them, and in no comment.
pub(super) fn first_between(sql: &str, places: impl Iterator<Item = usize>) -> Option<usize> {
    let mut tokens = Vec::new();
    // What stands before the part that cannot be read is as good as ever.
    let _ = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    let (mut offsets, mut places) = (Places::new(sql), places.peekable());
    let mut open = false;
    for token in &tokens {
        let start = offsets.offset(token.span.start);
        while let Some(place) = places.next_if(|place| *place <= start) {
            if !open {
                return Some(place);
            }
        }
        let end = offsets.offset(token.span.end);
        while places.next_if(|place| *place < end).is_some() {}
        open = token.token != Token::SemiColon && (open || !is_blank(token));
    }
    None
}

fn is_blank(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_) | Token::EOF)
}

/// Where the part begins that the tokenizer could not read, when nothing else precedes it in its statement.
fn unread(sql: &str, last: Option<&TokenWithSpan>, places: &mut Places<'_>) -> Option<(usize, usize)> {
    let (from, first) = last.map_or((0, 1), |token| (places.offset(token.span.end), line(token.span.end)));
    let blank = sql[from..].len() - sql[from..].trim_start().len();
    let breaks = sql[from..from + blank].matches('\n').count();
    (from + blank < sql.len()).then_some((from + blank, first + breaks))
}

fn statement(sql: &str, from: usize, to: usize, line: usize) -> Statement {
    Statement { text: sql.get(from..to).unwrap_or_default().trim_end().to_owned(), line }
}

fn line(location: Location) -> usize {
    usize::try_from(location.line).unwrap_or(usize::MAX)
}

/// Finds byte offsets of the tokenizer's lines and columns, which only grow.
pub(super) struct Places<'a> {
    chars: std::str::CharIndices<'a>,
    at: Location,
    len: usize,
}

impl<'a> Places<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Self { chars: sql.char_indices(), at: Location::new(1, 1), len: sql.len() }
    }

    pub(super) fn offset(&mut self, location: Location) -> usize {
        while self.at < location {
            let Some((_, c)) = self.chars.next() else { return self.len };
            self.at = if c == '\n' {
                Location::new(self.at.line + 1, 1)
            } else {
                Location::new(self.at.line, self.at.column + 1)
            };
        }
        self.chars.offset()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sql: &str) -> (Vec<(String, usize)>, Option<(String, usize)>) {
        let script = split(sql);
        let plain = |statement: Statement| (statement.text, statement.line);
        (script.ended.into_iter().map(plain).collect(), script.rest.map(plain))
    }

    #[test]
    fn only_a_semicolon_between_tokens_ends_a_statement() {
        let whole = [
            "SELECT ';'",
            "SELECT 'it''s; fine'",
            "SELECT E'a\\';b'",
            "SELECT \"a;b\"",
            "SELECT 1 -- ; no\n + 1",
            "SELECT /* ; /* ; */ ; */ 1",
            "SELECT $$ ; $$",
            "SELECT $tag$ ; $$ ; $tag$",
            "SELECT '日本;語🙂'",
        ];
        for sql in whole {
            assert_eq!(cut(sql), (vec![], Some((sql.into(), 1))), "{sql}");
            assert_eq!(cut(&format!("{sql};")), (vec![(sql.into(), 1)], None), "{sql};");
            assert_eq!(cut(&format!("{sql};\r\n{sql} ;")).0.len(), 2, "{sql} twice");
        }
    }

    #[test]
    fn statements_know_their_line_and_empty_ones_vanish() {
        let sql = "-- a script\n\nSELECT 1;; ;\n  SELECT\n 2 ;\n/* end */ SELECT '🙂', 3\n";
        assert_eq!(
            cut(sql),
            (vec![("SELECT 1".into(), 3), ("SELECT\n 2".into(), 4)], Some(("SELECT '🙂', 3".into(), 6)))
        );
        assert_eq!(cut("  -- nothing\n;\n"), (vec![], None));
    }

    #[test]
    fn an_open_quote_keeps_the_rest_open() {
        assert_eq!(cut("SELECT 1;\nSELECT 'a; b"), (vec![("SELECT 1".into(), 1)], Some(("SELECT 'a; b".into(), 2))));
        assert_eq!(cut("SELECT 1;\n\n 'a; b"), (vec![("SELECT 1".into(), 1)], Some(("'a; b".into(), 3))));
        assert_eq!(cut("'a; b").1, Some(("'a; b".into(), 1)));
        assert_eq!(cut("SELECT 1; /* a; b").0.len(), 1);
    }
}
