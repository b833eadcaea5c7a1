//! What the parser accepts, what it makes of it, and where it says no.

use super::*;

fn path(text: &str) -> Box<Node> {
    Box::new(Node::Path(text.split('/').map(str::to_owned).collect()))
}

fn text(value: &str) -> Box<Node> {
    Box::new(Node::Literal(Literal::Text(value.into())))
}

fn eq(left: &str, right: i64) -> Node {
    Node::Compare(path(left), Comparison::Eq, Box::new(Node::Literal(Literal::Integer(right))))
}

fn problem(filter: &str) -> (usize, Problem) {
    let error = parse(filter).expect_err(filter);
    (error.at, error.problem)
}

#[test]
fn and_binds_tighter_than_or() {
    let expected = Node::Or(vec![eq("a", 1), Node::And(vec![eq("b", 2), eq("c", 3)]), eq("d", 4)]);
    assert_eq!(parse("a eq 1 or b eq 2 and c eq 3 or d eq 4").unwrap(), expected);
}

#[test]
fn parentheses_win_over_precedence() {
    let expected = Node::And(vec![Node::Or(vec![eq("a", 1), eq("b", 2)]), eq("c", 3)]);
    assert_eq!(parse("( a eq 1 or b eq 2 ) and (c eq 3)").unwrap(), expected);
}

#[test]
fn not_binds_tighter_than_a_comparison() {
    let bare =
        Node::Compare(Box::new(Node::Not(path("a"))), Comparison::Eq, Box::new(Node::Literal(Literal::Integer(1))));
    assert_eq!(parse("not a eq 1").unwrap(), bare);
    let grouped = Node::Not(Box::new(eq("a", 1)));
    assert_eq!(parse("not(a eq 1)").unwrap(), grouped);
    assert_eq!(parse("not (a eq 1)").unwrap(), grouped);
    assert_eq!(parse("nota eq 1").unwrap(), eq("nota", 1));
}

#[test]
fn not_reaches_over_in() {
    let list = Node::In(path("a"), vec![Literal::Text("x".into()), Literal::Null]);
    assert_eq!(parse("not a in ('x', null)").unwrap(), Node::Not(Box::new(list)));
}

#[test]
fn relations_bind_tighter_than_equality() {
    let relation = Node::Compare(path("b"), Comparison::Gt, path("c"));
    assert_eq!(parse("a eq b gt c").unwrap(), Node::Compare(path("a"), Comparison::Eq, Box::new(relation)));
}

#[test]
fn quotes_are_doubled_and_nothing_else_is_special() {
    for (written, meant) in [
        ("''", ""),
        ("''''", "'"),
        ("'O''Neil'", "O'Neil"),
        ("'a''''b'", "a''b"),
        (r"'back\slash'", r"back\slash"),
        ("'x eq 1 or (y)'", "x eq 1 or (y)"),
        ("'100 % & # + 🦀 \u{202e}'", "100 % & # + 🦀 \u{202e}"),
    ] {
        let expected = Node::Compare(path("a"), Comparison::Eq, text(meant));
        assert_eq!(parse(&format!("a eq {written}")).unwrap(), expected, "{written}");
    }
}

#[test]
fn literals_have_their_types() {
    let instant = |s: &str| Literal::Instant(s.parse().unwrap());
    for (written, meant) in [
        ("-17", Literal::Integer(-17)),
        ("9223372036854775807", Literal::Integer(i64::MAX)),
        ("9223372036854775808", Literal::Decimal(9_223_372_036_854_775_808.0)),
        ("3.5", Literal::Decimal(3.5)),
        ("1e10", Literal::Decimal(1e10)),
        ("-INF", Literal::Decimal(f64::NEG_INFINITY)),
        ("true", Literal::Bool(true)),
        ("null", Literal::Null),
        ("2024-05-01", Literal::Date(NaiveDate::from_ymd_opt(2024, 5, 1).unwrap())),
        ("2024-05-01T00:00:00Z", instant("2024-05-01T00:00:00Z")),
        ("2024-05-01T02:00:00.1234567+02:00", instant("2024-05-01T00:00:00.1234567Z")),
        ("CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46", Literal::Guid("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into())),
        ("1bdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", Literal::Guid("1bdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into())),
        ("microsoft.graph.riskLevel'medium'", Literal::Typed("microsoft.graph.riskLevel".into(), "medium".into())),
    ] {
        let expected = Node::Compare(path("a"), Comparison::Eq, Box::new(Node::Literal(meant)));
        assert_eq!(parse(&format!("a eq {written}")).unwrap(), expected, "{written}");
    }
}

#[test]
fn functions_are_known_in_any_case() {
    let expected = Node::Call("startswith".into(), vec![*path("a/b"), *text("x,y)")]);
    assert_eq!(parse("startsWith( a/b , 'x,y)' )").unwrap(), expected);
}

#[test]
fn a_lambda_names_its_variable_and_its_list() {
    let body = Node::Or(vec![
        Node::Compare(path("t"), Comparison::Eq, text("x")),
        Node::Compare(path("t/p"), Comparison::Ne, text("y")),
    ]);
    let lambda = |q, l| Node::Lambda(q, vec!["a".into(), "b".into()], l);
    let full = Some(Lambda { variable: "t".into(), body: Box::new(body) });
    assert_eq!(parse("a/b/any(t: t eq 'x' or t/p ne 'y')").unwrap(), lambda(Quantifier::Any, full.clone()));
    assert_eq!(parse("a/b/all( t :t eq 'x' or t/p ne 'y' )").unwrap(), lambda(Quantifier::All, full));
    assert_eq!(parse("a/b/any()").unwrap(), lambda(Quantifier::Any, None));
}

#[test]
fn a_refusal_says_where_and_why() {
    let between = Problem::Expected("an operator between blanks, or the end");
    for (filter, at, why) in [
        ("", 0, Problem::Expected("an expression")),
        ("a eq", 2, between.clone()),
        ("a eq 'x", 5, Problem::Unterminated),
        ("a eq 'it's'", 9, between.clone()),
        ("a eq 1 and", 7, between.clone()),
        ("a eq 1and b eq 2", 5, Problem::BadLiteral("1and".into())),
        ("a eq 1 and(b eq 2)", 7, between.clone()),
        ("a EQ 1", 2, between.clone()),
        ("(a eq 1", 7, between.clone()),
        ("a eq 1)", 6, between.clone()),
        ("a in ()", 6, Problem::BadLiteral(String::new())),
        ("a in ('x',)", 10, Problem::BadLiteral(String::new())),
        ("a/any(t t eq 1)", 8, Problem::Expected("':'")),
        ("a/all()", 6, Problem::Expected("a name")),
        ("a eq 2024-13-01T00:00:00Z", 5, Problem::BadLiteral("2024-13-01T00:00:00Z".into())),
        ("a eq 2024-05-01T00:00:00", 5, Problem::BadLiteral("2024-05-01T00:00:00".into())),
        ("a add 1 eq 2", 2, Problem::Unsupported("add".into())),
        ("a eq \u{1}", 5, Problem::Expected("an expression")),
    ] {
        assert_eq!(problem(filter), (at, why), "{filter}");
    }
}

#[test]
fn depth_is_bounded_and_length_is_not() {
    let nested = |n: usize| format!("{}a eq 1{}", "(".repeat(n), ")".repeat(n));
    parse(&nested(MAX_DEPTH - 1)).unwrap();
    assert_eq!(problem(&nested(100_000)).1, Problem::TooDeep);
    assert_eq!(problem(&"not ".repeat(100_000)).1, Problem::TooDeep);
    let Node::Or(all) = parse(&vec!["a eq 1"; 20_000].join(" or ")).unwrap() else { panic!("no or") };
    assert_eq!(all.len(), 20_000);
}

#[test]
fn no_text_makes_the_parser_panic() {
    let seed = "not(startswith(a/b,'O''é🦀') and c/any(t: t eq -1.5e3 or t in (null,2024-05-01T00:00:00Z)))";
    for (cut, _) in seed.char_indices() {
        drop(parse(&seed[..cut]));
        drop(parse(&seed[cut..]));
        drop(parse(&format!("{}\u{fffd}{}", &seed[..cut], &seed[cut..])));
    }
}
