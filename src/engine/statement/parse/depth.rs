//! How deep the trees of a statement can become, measured on its tokens, and the most that is planned.
//!
//! The measure is an upper bound: operators count by how tightly they bind, an expression's depth is the sum over these
//! ranks of the longest run, parentheses add what is inside them. So a thousand conditions side by side in a select list
//! are shallow, a thousand in a row are deep. Common table expressions and views count where they are used, each time.

use std::collections::HashMap;

use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use crate::engine::error::limits::{MOST_BRANCHES, MOST_COLUMNS, MOST_OPERATORS, MOST_STEPS, MOST_TABLES, MOST_USES};
use crate::engine::error::{Error, Part};

/// Nodes of a plan: views that name others twice grow like common table expressions, and no text shows it.
const MOST_NODES: usize = 20_000;

/// Ranks of operators, from OR, which binds least, to what follows its operand.
const RANKS: usize = 7;
/// The rank of `->`.
const ARROW: usize = 5;

/// Refuses tokens whose statement would be too deep.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), Part> {
    let mut scan = Scan::default();
    scan.frames.push(Frame::default());
    tokens.iter().try_for_each(|token| scan.read(&token.token))
}

/// Refuses a plan that is too large or too deep once its views and common table expressions stand in it.
pub(crate) fn check_plan(plan: &LogicalPlan) -> Result<(), Error> {
    let mut todo = vec![(plan, 0)];
    let mut nodes = 0;
    while let Some((node, depth)) = todo.pop() {
        nodes += 1;
        if nodes > MOST_NODES || depth > 4 * MOST_TABLES {
            return Err(Error::TooLarge(if nodes > MOST_NODES { Part::Uses } else { Part::Tables }));
        }
        todo.extend(node.inputs().into_iter().map(|input| (input, depth + 1)));
    }
    Ok(())
}

/// What is inside a pair of parentheses, or the whole statement.
#[derive(Debug, Default)]
struct Frame {
    /// Operators in a row, by rank, in the expression that is being read; and the most so far.
    run: [usize; RANKS],
    longest: [usize; RANKS],
    /// The deepest expression in parentheses inside it.
    inner: usize,
    /// The deepest of the expressions that are behind.
    deepest: usize,
    /// Set operations and joins.
    tables: usize,
    /// The deepest tables in parentheses inside it, or under a name.
    inner_tables: usize,
    columns: usize,
    branches: usize,
    /// Functions of JSON that it is inside of.
    json: usize,
    /// Tables, joins and set operations in all, inside included.
    uses: usize,
    clause: Clause,
    /// The common table expression whose body it is.
    defines: Option<String>,
    /// The last name that was read.
    last_name: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Clause {
    Select,
    /// Where names of tables stand: after FROM, JOIN and the commas between them.
    From {
        expects: bool,
    },
    #[default]
    Other,
}

impl Frame {
    fn operators(&self) -> usize {
        self.deepest.max(self.longest.iter().sum::<usize>() + self.inner)
    }

    fn tables(&self) -> usize {
        self.tables + self.inner_tables
    }

    /// The next token begins an expression of its own.
    fn separate(&mut self) {
        self.deepest = self.operators();
        self.run = [0; RANKS];
        self.longest = [0; RANKS];
        self.inner = 0;
    }

    fn operator(&mut self, rank: usize) {
        self.run[rank] += 1;
        self.longest[rank] = self.longest[rank].max(self.run[rank]);
        self.run[rank + 1..].fill(0);
    }
}

#[derive(Debug, Default)]
struct Scan {
    frames: Vec<Frame>,
    /// Depth and number of the tables of common table expressions, by name.
    named: HashMap<String, (usize, usize)>,
    /// AS came last: an opening parenthesis begins the body of a common table expression.
    defining: bool,
    /// The name of a function of JSON came last.
    json: bool,
}

impl Scan {
    fn read(&mut self, token: &Token) -> Result<(), Part> {
        match token {
            Token::Whitespace(_) => return Ok(()),
            Token::LParen | Token::LBracket | Token::LBrace => self.open(token),
            Token::RParen | Token::RBracket | Token::RBrace => self.close(),
            Token::Comma | Token::SemiColon => self.comma(),
            Token::Word(word) => self.word(word),
            other => rank(other).into_iter().for_each(|rank| self.top().operator(rank)),
        }
        self.json = matches!(token, Token::Word(word) if word.value.to_lowercase().starts_with("json_"));
        let top = self.top();
        for (found, most, part) in [
            (top.longest[ARROW] + top.json, MOST_STEPS, Part::Steps),
            (top.operators(), MOST_OPERATORS, Part::Operators),
            (top.tables(), MOST_TABLES, Part::Tables),
            (top.uses, MOST_USES, Part::Uses),
            (top.columns, MOST_COLUMNS, Part::Columns),
            (top.branches, MOST_BRANCHES, Part::Branches),
        ] {
            if found > most {
                return Err(part);
            }
        }
        Ok(())
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        self.frames.last_mut().expect("a frame was pushed")
    }

    fn open(&mut self, token: &Token) {
        if *token == Token::LBracket {
            self.top().operator(RANKS - 1);
        }
        if let Clause::From { expects } = &mut self.top().clause {
            *expects = false;
        }
        let defines = if std::mem::take(&mut self.defining) { self.top().last_name.clone() } else { None };
        let json = usize::from(self.json) + self.top().json;
        self.frames.push(Frame { defines, json, ..Frame::default() });
    }

    fn close(&mut self) {
        let Some(closed) = self.frames.pop() else { return };
        let (operators, tables) = (closed.operators(), closed.tables());
        match closed.defines {
            Some(name) => drop(self.named.insert(name, (tables + 1, closed.uses))),
            None => {
                let top = self.top();
                top.uses = top.uses.saturating_add(closed.uses);
                top.inner_tables = top.inner_tables.max(tables + usize::from(closed.clause != Clause::Other));
            }
        }
        let top = self.top();
        top.inner = top.inner.max(operators + 1);
    }

    fn comma(&mut self) {
        let top = self.top();
        top.separate();
        match &mut top.clause {
            Clause::Select => top.columns += 1,
            Clause::From { expects } => {
                *expects = true;
                top.tables += 1;
            }
            Clause::Other => {}
        }
    }

    fn word(&mut self, word: &Word) {
        use Keyword as K;
        let keyword = if word.quote_style.is_some() { K::NoKeyword } else { word.keyword };
        match keyword {
            K::AS => self.defining = true,
            K::NOT | K::MATERIALIZED if self.defining => {}
            _ => self.defining = false,
        }
        let top = self.top();
        match keyword {
            K::OR | K::XOR => top.operator(0),
            K::AND => top.operator(1),
            K::NOT
            | K::IS
            | K::NOTNULL
            | K::LIKE
            | K::ILIKE
            | K::SIMILAR
            | K::RLIKE
            | K::REGEXP
            | K::BETWEEN
            | K::IN
            | K::OVERLAPS => top.operator(2),
            K::COLLATE | K::AT => top.operator(RANKS - 1),
            K::SELECT => {
                top.separate();
                (top.clause, top.columns) = (Clause::Select, 1);
            }
            K::FROM => {
                top.separate();
                top.clause = Clause::From { expects: true };
            }
            K::JOIN => {
                top.separate();
                top.tables += 1;
                top.clause = Clause::From { expects: true };
            }
            K::UNION | K::INTERSECT | K::EXCEPT | K::EXPLAIN => {
                top.separate();
                top.tables += 1;
                top.clause = Clause::Other;
            }
            K::WHERE | K::GROUP | K::HAVING | K::ORDER | K::LIMIT | K::WINDOW | K::QUALIFY => {
                top.separate();
                top.clause = Clause::Other;
            }
            K::ON | K::USING => {
                top.separate();
            }
            K::WHEN | K::THEN | K::ELSE => {
                top.branches += usize::from(keyword == K::WHEN);
                top.run = [0; RANKS];
            }
            K::CASE => top.branches = 0,
            K::AS => {}
            _ => self.name(word),
        }
    }

    /// A name: of a table, if one is expected, and then perhaps of a common table expression.
    fn name(&mut self, word: &Word) {
        let name = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
        let (depth, uses) = self.named.get(&name).copied().unwrap_or_default();
        let top = self.top();
        if let Clause::From { expects: expects @ true } = &mut top.clause {
            // LATERAL and ONLY come before the name.
            *expects = matches!(word.keyword, Keyword::LATERAL | Keyword::ONLY);
            top.inner_tables = top.inner_tables.max(depth);
            top.uses = top.uses.saturating_add(uses).saturating_add(1);
        }
        if word.keyword != Keyword::RECURSIVE {
            top.last_name = Some(name);
        }
    }
}

/// How tightly a sign binds; `None` if it joins nothing.
fn rank(token: &Token) -> Option<usize> {
    use Token as T;
    Some(match token {
        T::EOF
        | T::Number(..)
        | T::Char(_)
        | T::SingleQuotedString(_)
        | T::DoubleQuotedString(_)
        | T::DollarQuotedString(_)
        | T::NationalStringLiteral(_)
        | T::EscapedStringLiteral(_)
        | T::UnicodeStringLiteral(_)
        | T::HexStringLiteral(_)
        | T::Placeholder(_)
        | T::Backslash => return None,
        T::Eq | T::DoubleEq | T::Neq | T::Lt | T::Gt | T::LtEq | T::GtEq | T::Spaceship => 2,
        T::Plus | T::Minus => 3,
        T::Mul | T::Div | T::Mod | T::DuckIntDiv | T::Caret => 4,
        T::Arrow | T::LongArrow | T::HashArrow | T::HashLongArrow => ARROW,
        T::Period | T::DoubleColon | T::Colon => RANKS - 1,
        // All other operators bind alike: `||`, `->`, `~` and their kind.
        _ => 3,
    })
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn checked(sql: &str) -> Result<(), Part> {
        check(&Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap())
    }

    fn many(n: usize, separator: &str, term: impl Fn(usize) -> String) -> String {
        (0..n).map(term).collect::<Vec<_>>().join(separator)
    }

    #[test]
    fn what_is_deep_is_refused() {
        let deep = 300;
        for (sql, part) in [
            (format!("SELECT {}", many(deep, " + ", |i| i.to_string())), Part::Operators),
            (format!("SELECT {}", many(deep, " || ", |i| format!("'{i}'"))), Part::Operators),
            (format!("SELECT 1 WHERE {}", many(deep, " OR ", |i| format!("f({i}) = 1"))), Part::Operators),
            (format!("SELECT 1 WHERE {}", many(deep, " AND ", |i| format!("a <> {i}"))), Part::Operators),
            (format!("SELECT 1 {}", "IS NULL ".repeat(deep)), Part::Operators),
            (format!("SELECT a{}", "::text".repeat(deep)), Part::Operators),
            (format!("SELECT a{}", "[1]".repeat(deep)), Part::Operators),
            (format!("SELECT a{}", ".b".repeat(deep)), Part::Operators),
            (format!("SELECT raw{}", " -> 'a'".repeat(deep)), Part::Steps),
            (format!("SELECT {}x{}", "json_get(".repeat(20), ", 'a')".repeat(20)), Part::Steps),
            (
                format!("SELECT CASE {} END", many(MOST_BRANCHES + 1, " ", |i| format!("WHEN a = {i} THEN 1"))),
                Part::Branches,
            ),
            (
                format!(
                    "WITH t0 AS (SELECT * FROM x), {} SELECT 1 FROM t19",
                    many(20, ", ", |i| format!("t{} AS (SELECT * FROM t{i} UNION ALL SELECT * FROM t{i})", i + 1))
                ),
                Part::Uses,
            ),
            (format!("SELECT {}1{}", "(1 + ".repeat(deep), ")".repeat(deep)), Part::Operators),
            (format!("SELECT {}", "- ".repeat(deep)), Part::Operators),
            (many(deep, " UNION ALL ", |i| format!("SELECT {i}")), Part::Tables),
            (format!("SELECT 1 FROM {}", many(deep, ", ", |i| format!("t AS t{i}"))), Part::Tables),
            (format!("SELECT 1 FROM {}", many(deep, " JOIN ", |i| format!("t{i} ON a = b"))), Part::Tables),
            (format!("{}SELECT 1", "EXPLAIN ".repeat(deep)), Part::Tables),
            (
                format!("WITH {} SELECT 1", many(deep, ", ", |i| format!("t{} AS (SELECT * FROM t{i})", i + 1))),
                Part::Tables,
            ),
            (format!("SELECT {}", many(MOST_COLUMNS + 1, ", ", |i| i.to_string())), Part::Columns),
        ] {
            assert_eq!(checked(&sql), Err(part), "{}", &sql[..80.min(sql.len())]);
        }
    }

    #[test]
    fn what_is_long_but_shallow_is_not() {
        let long = 20_000;
        for sql in [
            format!("SELECT 1 WHERE a IN ({})", many(long, ", ", |i| i.to_string())),
            format!("SELECT * FROM (VALUES {}) t(a)", many(long, ", ", |i| format!("({i} + 1)"))),
            format!("SELECT CASE {} END", many(4_000, " ", |i| format!("WHEN a = {i} AND b THEN {i} + 1"))),
            format!("SELECT {}", many(1_000, ", ", |i| format!("a.b + {i}"))),
            format!("SELECT concat({})", many(long, ", ", |i| format!("'{i}'"))),
            format!("SELECT 1 WHERE {}", many(200, " OR ", |i| format!("(a.b = {i} AND c.d <> 'x')"))),
            format!("WITH {} SELECT 1", many(1_000, ", ", |i| format!("t{i} AS (SELECT * FROM x)"))),
            format!("SELECT '{}'", " OR ".repeat(long)),
            format!("SELECT 1 -- {}", " + ".repeat(long)),
        ] {
            assert_eq!(checked(&sql), Ok(()), "{}", &sql[..80.min(sql.len())]);
        }
    }

    #[test]
    fn parentheses_that_do_not_match_are_the_parsers_business() {
        assert_eq!(checked(")))) SELECT ((("), Ok(()));
    }
}
