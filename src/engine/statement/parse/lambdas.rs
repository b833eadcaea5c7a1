//! `any_match(list, x -> x.name = '…')`: functions of lists that are given what to do with an element.
//!
//! In PostgreSQL's grammar `x -> …` goes into JSON. Where it stands in the place that such a function has for it, it cannot
//! mean that, so there it becomes a form that the grammar knows otherwise: `LAMBDA x : …`. Everywhere else `->` stays as it is.
//!
//! A test is met or not met: of a list that is NULL no element is one that passes, and where a test is unknown of an element,
//! it does not pass. That is what `EXISTS (SELECT 1 FROM unnest(list) AS x WHERE …)` says, and both are sent alike.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LambdaFunction, LambdaFunctionParameter,
    LambdaSyntax, OneOrManyWithParens, UnaryOperator,
};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::{function_call, quoted, refused};
use super::elements;
use super::names::spelt;
use crate::engine::error::Error;
use crate::predicate::ANY_ELEMENT;

/// What is made of a list and of what is given for its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Whether an element passes.
    Any,
    /// Whether each does.
    All,
    /// Whether none does.
    None,
    /// What a function of the engine makes of them.
    Made(&'static str),
}

/// A function of a list and of what is given for its elements.
#[derive(Debug)]
pub(crate) struct OfElements {
    /// All its names, the shortest first.
    pub(crate) names: &'static [&'static str],
    /// How it is called.
    pub(crate) syntax: &'static str,
    /// What it gives.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the manual is the program's"))]
    pub(crate) doc: &'static str,
    meaning: Meaning,
}

/// All of them.
pub(crate) static ALL: &[OfElements] = &[
    OfElements {
        names: &["any_match", "array_any_match", "list_any_match", "list_any", "array_exists", "list_exists", "exists"],
        syntax: "any_match(list, x -> x.name = '…')",
        doc: "Whether an element of the list passes the test: true or false, never NULL.",
        meaning: Meaning::Any,
    },
    OfElements {
        names: &["all_match", "array_all_match", "list_all_match", "forall"],
        syntax: "all_match(list, x -> x.name LIKE '…')",
        doc: "Whether every element of the list passes the test; true of a list without elements.",
        meaning: Meaning::All,
    },
    OfElements {
        names: &["none_match", "array_none_match", "list_none_match"],
        syntax: "none_match(list, x -> x.name = '…')",
        doc: "Whether no element of the list passes the test; true of a list without elements.",
        meaning: Meaning::None,
    },
    OfElements {
        names: &["list_filter", "array_filter", "filter"],
        syntax: "list_filter(list, x -> x.name = '…')",
        doc: "The elements of the list that pass the test.",
        meaning: Meaning::Made("array_filter"),
    },
    OfElements {
        names: &["list_transform", "array_transform", "list_apply", "array_apply", "transform"],
        syntax: "list_transform(list, x -> x.name)",
        doc: "What each element of the list has.",
        meaning: Meaning::Made("array_transform"),
    },
    OfElements {
        names: &["list_first", "array_first"],
        syntax: "list_first(list, x -> x.name = '…')",
        doc: "The first element of the list that passes the test.",
        meaning: Meaning::Made("array_first"),
    },
];

fn known(name: &str) -> Option<(&'static str, Meaning)> {
    ALL.iter().find(|function| function.names.contains(&name)).map(|function| (function.syntax, function.meaning))
}

/// Puts `, x ->` within a call of such a function into the form that the grammar reads.
pub(super) fn worded(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, Error> {
    let solid: Vec<usize> = (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).collect();
    let token = |at: usize| solid.get(at).map_or(&Token::EOF, |at| &tokens[*at].token);
    // For each parenthesis that is open, the name of the function that is called with it.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut edits: Vec<(usize, Edit)> = Vec::new();
    for at in 0..solid.len() {
        match token(at) {
            Token::LParen => open.push(at.checked_sub(1).filter(|name| called(token(*name), token(at + 1)))),
            Token::RParen => drop(open.pop()),
            Token::Comma => {
                let Some(Some(name)) = open.last() else { continue };
                let (begin, end) = match (token(at + 1), token(at + 2), token(at + 3)) {
                    (Token::Word(_), Token::Arrow | Token::RArrow, _) => (at + 1, at + 2),
                    (Token::LParen, Token::Word(_), Token::RParen | Token::Comma) => (at + 2, at + 4),
                    _ => continue,
                };
                let arrow = match token(end) {
                    // `(x, i) -> …`
                    Token::Word(_) if *token(end - 1) == Token::Comma => token(end + 2),
                    other => other,
                };
                match (arrow, *token(end) == *arrow) {
                    (Token::Arrow, true) => {}
                    (Token::Arrow, false) => {
                        return Err(refused(
                            "only the element itself is given here",
                            "write x -> …; unnest(list) WITH ORDINALITY numbers elements",
                        ));
                    }
                    (Token::RArrow, _) => {
                        let name = token(begin);
                        return Err(refused(
                            format!("{name} => would be the name of an argument"),
                            format!("write {name} -> …"),
                        ));
                    }
                    _ => continue,
                }
                edits.push((solid[*name], Edit::Name));
                edits.extend((at + 1..begin).map(|at| (solid[at], Edit::Drop)));
                edits.push((solid[begin], Edit::Begin));
                edits.extend((begin + 1..end).map(|at| (solid[at], Edit::Drop)));
                edits.push((solid[end], Edit::Colon));
            }
            _ => {}
        }
    }
    Ok(if edits.is_empty() { tokens } else { edited(tokens, edits) })
}

/// What becomes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edit {
    /// The name of the function, which may be a word of the grammar.
    Name,
    Drop,
    Begin,
    Colon,
}

fn edited(tokens: Vec<TokenWithSpan>, mut edits: Vec<(usize, Edit)>) -> Vec<TokenWithSpan> {
    edits.sort_unstable();
    edits.dedup();
    let mut edits = edits.into_iter().peekable();
    let mut made = Vec::with_capacity(tokens.len() + 4);
    for (at, mut token) in tokens.into_iter().enumerate() {
        match edits.next_if(|(place, _)| *place == at).map(|(_, edit)| edit) {
            None => {}
            Some(Edit::Drop) => continue,
            Some(Edit::Name) => {
                if let Token::Word(word) = &mut token.token
                    && word.keyword == Keyword::EXISTS
                {
                    token.token = Token::make_word("any_match", None);
                }
            }
            Some(Edit::Begin) => {
                made.push(TokenWithSpan { token: Token::make_keyword("LAMBDA"), span: token.span });
            }
            Some(Edit::Colon) => token.token = Token::Colon,
        }
        made.push(token);
    }
    made
}

/// Whether a parenthesis behind a word, and before another token, begins the arguments of such a function.
fn called(name: &Token, first: &Token) -> bool {
    use Keyword as K;
    let Token::Word(name) = name else { return false };
    let queries = [K::SELECT, K::WITH, K::FROM, K::VALUES, K::TABLE, K::WHERE];
    let of_query = matches!(first, Token::Word(word) if word.quote_style.is_none() && queries.contains(&word.keyword));
    !of_query && known(&name.value.to_lowercase()).is_some()
}

/// Reads `LAMBDA x : …` where an expression begins.
pub(super) fn parse(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    let word = |token: &Token| matches!(token, Token::Word(_));
    let keyword =
        |token: &Token| matches!(token, Token::Word(w) if w.keyword == Keyword::LAMBDA && w.quote_style.is_none());
    let begins = keyword(&parser.peek_nth_token_ref(0).token)
        && word(&parser.peek_nth_token_ref(1).token)
        && parser.peek_nth_token_ref(2).token == Token::Colon;
    begins.then(|| {
        parser.next_token();
        let name = parser.parse_identifier()?;
        parser.expect_token(&Token::Colon)?;
        Ok(lambda(name, parser.parse_expr()?, LambdaSyntax::LambdaKeyword))
    })
}

/// A lambda. What a statement says has the keyword, what is put to the planner an arrow.
pub(super) fn lambda(name: Ident, body: Expr, syntax: LambdaSyntax) -> Expr {
    Expr::Lambda(LambdaFunction {
        params: OneOrManyWithParens::One(LambdaFunctionParameter { name, data_type: None }),
        body: Box::new(body),
        syntax,
    })
}

/// A call in the words of the planner; `None`, if it is none of such a function, or is in them already.
pub(super) fn of_call(function: &Function) -> Result<Option<Expr>, Error> {
    let [part] = function.name.0.as_slice() else { return Ok(None) };
    let Some(name) = part.as_ident().map(spelt) else { return Ok(None) };
    let FunctionArguments::List(list) = &function.args else { return Ok(None) };
    let args: Vec<&Expr> = list.args.iter().filter_map(plain).collect();
    let said = args.iter().any(|arg| said(arg).is_some());
    let Some((syntax, meaning)) = known(&name) else {
        let instead = "any_match, all_match, none_match, list_filter, list_transform and list_first take one: \
                       any_match(list, x -> x.name = '…')";
        return if said { Err(refused(format!("{name} takes no x -> …"), instead)) } else { Ok(None) };
    };
    let (items, name, body) = match args.as_slice() {
        [items, given] => match (said_parts(given), given) {
            (Some((name, body)), _) => (*items, name, body),
            (None, Expr::Lambda(_)) => return Ok(None),
            (None, given) if meaning != Meaning::Made("array_first") => {
                let what = format!("{name} is to be told what each element is called, and {} does not", quoted(given));
                return Err(refused(what, format!("write {syntax}")));
            }
            (None, _) => return Ok(None),
        },
        _ => {
            return Err(refused(
                format!("{name} takes a list and what to do with an element"),
                format!("write {syntax}"),
            ));
        }
    };
    let call = |function: &str, body: Expr| -> Result<Expr, Error> {
        let each = elements::lambda_of(name.clone(), body)?;
        Ok(function_call(function, vec![items.clone(), each]))
    };
    let any = |body: Expr| Ok(Expr::IsTrue(Box::new(call(ANY_ELEMENT, body)?)));
    let not = |expr: Expr| Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) };
    Ok(Some(match meaning {
        Meaning::Any => any(body.clone())?,
        Meaning::None => not(any(body.clone())?),
        Meaning::All => not(any(Expr::IsNotTrue(Box::new(Expr::Nested(Box::new(body.clone())))))?),
        Meaning::Made(function) => call(function, body.clone())?,
    }))
}

fn plain(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// A lambda that the statement says.
fn said(expr: &Expr) -> Option<&LambdaFunction> {
    match expr {
        Expr::Lambda(lambda) if lambda.syntax == LambdaSyntax::LambdaKeyword => Some(lambda),
        _ => None,
    }
}

fn said_parts(expr: &Expr) -> Option<(&Ident, &Expr)> {
    let lambda = said(expr)?;
    match &lambda.params {
        OneOrManyWithParens::One(parameter) => Some((&parameter.name, &lambda.body)),
        OneOrManyWithParens::Many(_) => None,
    }
}

/// A call as it was written, for the name of its column; `None`, if it is none of such a function.
pub(super) fn written(expr: &Expr) -> Option<String> {
    let Expr::Function(function) = expr else { return None };
    let mut function = function.clone();
    let FunctionArguments::List(list) = &mut function.args else { return None };
    let mut any = false;
    for arg in &mut list.args {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Lambda(lambda))) = arg {
            lambda.syntax = LambdaSyntax::Arrow;
            any = true;
        }
    }
    any.then(|| function.to_string())
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn said(sql: &str) -> Result<String, Error> {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap();
        let all = worded(tokens)?.into_iter().map(|token| token.token.to_string()).collect::<String>();
        Ok(all.split_whitespace().collect())
    }

    #[test]
    fn an_arrow_is_a_lambda_in_its_place_alone() {
        for (sql, expected) in [
            ("any_match(l, x -> x.a)", "any_match(l,LAMBDAx:x.a)"),
            ("List_Filter(l, (x) -> x)", "List_Filter(l,LAMBDAx:x)"),
            ("exists(l, value -> value)", "any_match(l,LAMBDAvalue:value)"),
            ("any_match(f(a, b -> 'c'), x -> x)", "any_match(f(a,b->'c'),LAMBDAx:x)"),
            ("any_match(raw -> 'a', x -> x -> 'b')", "any_match(raw->'a',LAMBDAx:x->'b')"),
            ("any_match(l, x -> all_match(x.m, y -> y = 1))", "any_match(l,LAMBDAx:all_match(x.m,LAMBDAy:y=1))"),
            ("any_match(l, /* c */ x -> x)", "any_match(l,/*c*/LAMBDAx:x)"),
            ("coalesce(a, raw -> 'b')", "coalesce(a,raw->'b')"),
            ("EXISTS (SELECT a, raw -> 'b' FROM t)", "EXISTS(SELECTa,raw->'b'FROMt)"),
            ("count(*) FILTER (WHERE f(a, raw -> 'b'))", "count(*)FILTER(WHEREf(a,raw->'b'))"),
            ("any_match(x -> x, l)", "any_match(x->x,l)"),
            ("any_match(l, x", "any_match(l,x"),
            ("any_match)(, x -> y", "any_match)(,x->y"),
        ] {
            assert_eq!(said(sql).unwrap(), expected, "{sql}");
        }
        for sql in ["any_match(l, x => x)", "list_transform(l, (x, i) -> i)"] {
            assert!(matches!(said(sql), Err(Error::Dialect { .. })), "{sql}");
        }
    }

    #[test]
    fn no_name_is_of_two_functions() {
        let mut seen = std::collections::HashSet::new();
        for function in ALL {
            assert!(function.names.iter().all(|name| seen.insert(*name)), "{:?}", function.names);
            assert!(function.syntax.starts_with(&format!("{}(list, x -> ", function.names[0])), "{}", function.syntax);
        }
    }
}
