//! Reads `$filter` text into an own tree: what the service would understand, not what was meant.
//!
//! The demo tenant answers from this tree and the printer is tested against it, so nothing here is shared with the way
//! out ([`super`]'s printer knows another tree). Accepted is the part of OData 4.01 that the audit services could be
//! sent: logic, comparison, `in`, functions, `any`/`all`, every literal form. Arithmetic is refused by name.
//!
//! The surprising rule is the specification's: `not` binds tighter than a comparison, `not a eq 1` is `(not a) eq 1`.

mod tree;

use chrono::{DateTime, NaiveDate};

use crate::table::is_guid;

pub use tree::{Comparison, Lambda, Literal, Node, ParseError, Problem, Quantifier};

/// Nested parentheses, calls, lambdas and `not`s that are followed; deeper text is refused, not recursed into.
pub const MAX_DEPTH: usize = 64;

/// Reads a whole `$filter` expression, percent-decoded already.
///
/// # Errors
/// When the text is not an expression of the accepted language, or is nested more than [`MAX_DEPTH`] levels.
pub fn parse(text: &str) -> Result<Node, ParseError> {
    let mut cursor = Cursor { text, at: 0, depth: 0 };
    cursor.blanks();
    let node = cursor.expression()?;
    cursor.blanks();
    if cursor.rest().is_empty() { Ok(node) } else { Err(cursor.trailing()) }
}

type Parsed<T = Node> = Result<T, ParseError>;

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    fn expression(&mut self) -> Parsed {
        self.deeper(|c| c.chain("or", |c| c.chain("and", Self::equality, Node::And), Node::Or))
    }

    fn chain(&mut self, word: &str, next: impl Fn(&mut Self) -> Parsed, build: fn(Vec<Node>) -> Node) -> Parsed {
        let first = next(self)?;
        if !self.infix(word) {
            return Ok(first);
        }
        let mut nodes = vec![first, next(self)?];
        while self.infix(word) {
            nodes.push(next(self)?);
        }
        Ok(build(nodes))
    }

    fn equality(&mut self) -> Parsed {
        self.comparison(&[("eq", Comparison::Eq), ("ne", Comparison::Ne)], Self::relation)
    }

    fn relation(&mut self) -> Parsed {
        const WORDS: [(&str, Comparison); 4] =
            [("gt", Comparison::Gt), ("ge", Comparison::Ge), ("lt", Comparison::Lt), ("le", Comparison::Le)];
        self.comparison(&WORDS, Self::unary)
    }

    fn comparison(&mut self, words: &[(&str, Comparison)], next: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = next(self)?;
        while let Some(&(_, op)) = words.iter().find(|(word, _)| self.infix(word)) {
            left = Node::Compare(Box::new(left), op, Box::new(next(self)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let after = self.rest().strip_prefix("not").unwrap_or_default();
        if !after.starts_with([' ', '\t', '(']) {
            return self.member();
        }
        self.at += "not".len();
        self.blanks();
        self.deeper(Self::unary).map(|node| Node::Not(Box::new(node)))
    }

    fn member(&mut self) -> Parsed {
        let node = self.primary()?;
        if !self.infix("in") {
            return Ok(node);
        }
        self.open()?;
        let items = self.comma_separated(Self::literal)?;
        Ok(Node::In(Box::new(node), items))
    }

    fn primary(&mut self) -> Parsed {
        match self.peek() {
            Some('(') => {
                self.open()?;
                let node = self.expression()?;
                self.close()?;
                Ok(node)
            }
            Some(c) if starts_literal(c) || self.guid().is_some() => self.literal().map(Node::Literal),
            Some(c) if starts_name(c) => self.named(),
            _ => Err(self.expected("an expression")),
        }
    }

    /// What begins with a name: a keyword literal, a typed literal, a call, a path or a lambda at the end of one.
    fn named(&mut self) -> Parsed {
        let name = self.name(true)?;
        if let Some(literal) = keyword(name) {
            return Ok(Node::Literal(literal));
        }
        match self.peek() {
            Some('\'') => Ok(Node::Literal(Literal::Typed(name.into(), self.string()?))),
            Some('(') => {
                self.open()?;
                let args = self.comma_separated(Self::expression)?;
                Ok(Node::Call(name.to_ascii_lowercase(), args))
            }
            _ => self.path(name),
        }
    }

    fn path(&mut self, first: &str) -> Parsed {
        let mut segments = vec![first.to_owned()];
        while self.take('/') {
            let segment = self.name(true)?;
            let quantifier = match segment {
                "any" => Quantifier::Any,
                "all" => Quantifier::All,
                _ => {
                    segments.push(segment.into());
                    continue;
                }
            };
            return self.lambda(quantifier).map(|lambda| Node::Lambda(quantifier, segments, lambda));
        }
        Ok(Node::Path(segments))
    }

    fn lambda(&mut self, quantifier: Quantifier) -> Parsed<Option<Lambda>> {
        self.open()?;
        if quantifier == Quantifier::Any && self.take(')') {
            return Ok(None);
        }
        let variable = self.name(false)?.to_owned();
        self.blanks();
        if !self.take(':') {
            return Err(self.expected("':'"));
        }
        self.blanks();
        let body = Box::new(self.expression()?);
        self.close()?;
        Ok(Some(Lambda { variable, body }))
    }

    fn literal(&mut self) -> Parsed<Literal> {
        if self.peek() == Some('\'') {
            return self.string().map(Literal::Text);
        }
        if let Some(guid) = self.guid() {
            self.at += guid.len();
            return Ok(Literal::Guid(guid.to_ascii_lowercase()));
        }
        if self.peek().is_some_and(starts_name) {
            return match self.named()? {
                Node::Literal(literal) => Ok(literal),
                _ => Err(self.expected("a literal")),
            };
        }
        let word = self.run(|c| c.is_ascii_alphanumeric() || "+-.:".contains(c));
        let literal =
            plain(word).ok_or_else(|| ParseError { at: self.at, problem: Problem::BadLiteral(word.into()) })?;
        self.at += word.len();
        Ok(literal)
    }

    fn string(&mut self) -> Parsed<String> {
        let opening = self.at;
        let mut value = String::new();
        self.at += 1;
        loop {
            let Some(end) = self.rest().find('\'') else {
                return Err(ParseError { at: opening, problem: Problem::Unterminated });
            };
            value.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.take('\'') {
                return Ok(value);
            }
            value.push('\'');
        }
    }

    /// A GUID that stands here as a whole word. It may begin with a letter, as names do, but no name has a hyphen.
    fn guid(&self) -> Option<&'a str> {
        let word = self.run(|c| c.is_ascii_alphanumeric() || c == '-');
        is_guid(word).then_some(word)
    }

    fn name(&mut self, qualified: bool) -> Parsed<&'a str> {
        let name = self.run(|c| c.is_alphanumeric() || c == '_' || (qualified && c == '.'));
        if !name.starts_with(starts_name) {
            return Err(self.expected("a name"));
        }
        self.at += name.len();
        Ok(name)
    }

    fn comma_separated<T>(&mut self, item: fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        loop {
            self.blanks();
            if !self.take(',') {
                break self.close().map(|()| items);
            }
            self.blanks();
            items.push(item(self)?);
        }
    }

    fn open(&mut self) -> Parsed<()> {
        if !self.take('(') {
            return Err(self.expected("'('"));
        }
        self.blanks();
        Ok(())
    }

    fn close(&mut self) -> Parsed<()> {
        self.blanks();
        if self.take(')') { Ok(()) } else { Err(self.trailing()) }
    }

    /// Takes an operator with the blanks that must surround it, or nothing at all.
    fn infix(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(BLANKS);
        let Some(after) = trimmed.strip_prefix(word) else { return false };
        if trimmed.len() == rest.len() || !after.starts_with(BLANKS) {
            return false;
        }
        self.at = self.text.len() - after.trim_start_matches(BLANKS).len();
        true
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(ParseError { at: self.at, problem: Problem::TooDeep });
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Why an expression may not go on as it does here.
    fn trailing(&self) -> ParseError {
        match self.run(char::is_alphanumeric) {
            word @ ("add" | "sub" | "mul" | "div" | "divby" | "mod" | "has") => {
                ParseError { at: self.at, problem: Problem::Unsupported(word.into()) }
            }
            _ => self.expected("an operator between blanks, or the end"),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(BLANKS).len();
    }

    fn run(&self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())]
    }

    fn expected(&self, what: &'static str) -> ParseError {
        ParseError { at: self.at, problem: Problem::Expected(what) }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

fn starts_literal(c: char) -> bool {
    c == '\'' || c == '-' || c.is_ascii_digit()
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn keyword(name: &str) -> Option<Literal> {
    Some(match name {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        "null" => Literal::Null,
        "INF" => Literal::Decimal(f64::INFINITY),
        "NaN" => Literal::Decimal(f64::NAN),
        _ => return None,
    })
}

/// A literal that begins with a digit or a sign.
fn plain(word: &str) -> Option<Literal> {
    if word == "-INF" {
        return Some(Literal::Decimal(f64::NEG_INFINITY));
    }
    if let Ok(number) = word.parse() {
        return Some(Literal::Integer(number));
    }
    if word.contains('T') {
        return DateTime::parse_from_rfc3339(word).ok().map(|t| Literal::Instant(t.to_utc()));
    }
    if let Ok(date) = NaiveDate::parse_from_str(word, "%Y-%m-%d") {
        return Some(Literal::Date(date));
    }
    let numeric = word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    word.parse().ok().filter(|_| numeric).map(Literal::Decimal)
}

#[cfg(test)]
mod tests;
