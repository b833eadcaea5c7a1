//! The superset law, without SQL or network: a record of which a predicate is true is asked for by some stream.
//!
//! Predicates are made by chance in the importer's own words, records too. Records are judged twice: by SQL's logic, and
//! by the printed filter in a service that compares as strictly as any could.

use std::cmp::Ordering;

use super::{PageQuery, Scan, ScanPlan};
use crate::apis;
use crate::odata::parse::{self, Literal, Node, parse};
use crate::odata::url::encoded_len;
use crate::predicate::{Comparison, Conjunct, Pattern, Predicate, Scalar, Test, Truth, bind, normal};
use crate::table::{ApiVersion, EntitySet};

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// What a record holds at a path.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
    /// Units of 100 ns since 1970, as the service keeps time.
    Ticks(i64),
    Texts(Vec<&'static str>),
}

#[derive(Debug)]
struct Record(Vec<(&'static str, Held)>);

/// Few values, so that predicates and records meet.
const TEXTS: [&str; 12] = ["", "a", "A", "ab", "o'neil", "É", "é", "ΑΣ", "ας", "ασ", "a%&+#😀", "kσ@x"];
const KINDS: [&str; 4] = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
const RISKS: [&str; 3] = ["unfamiliarFeatures", "generic", "a"];
/// Paths in SQL and on the wire.
const TEXT_PATHS: [(&str, &str); 5] = [
    ("id", "id"),
    ("user_principal_name", "userPrincipalName"),
    ("app_display_name", "appDisplayName"),
    ("location.city", "location/city"),
    ("user_type", "userType"),
];
const CODE: (&str, &str) = ("status.error_code", "status/errorCode");
const TIME: (&str, &str) = ("created_date_time", "createdDateTime");
const TICKS: [i64; 7] = [0, 1, 9_999_999, 10_000_000, 10_000_003, 15_000_000, 30_000_000];

impl Record {
    fn random(dice: &mut Dice) -> Self {
        let mut kinds = vec![dice.one_of(&KINDS)];
        // A record of two kinds, which agree about the factor.
        if kinds[0] != KINDS[0] && dice.below(4) == 0 {
            kinds.push(dice.one_of(&KINDS[1..]));
        }
        let interactive = kinds[0] == KINDS[0];
        let mut held: Vec<(&'static str, Held)> = Vec::new();
        for (_, wire) in TEXT_PATHS {
            let text = dice.one_of(&TEXTS);
            // Names too come in any spelling, whatever is documented of them.
            held.push((wire, if dice.below(5) == 0 { Held::Null } else { Held::Text(text.to_owned()) }));
        }
        held.push((CODE.1, if dice.below(5) == 0 { Held::Null } else { Held::Int(dice.one_of(&[0, 1, 50126])) }));
        held.push((TIME.1, Held::Ticks(dice.one_of(&TICKS))));
        held.push(("signInEventTypes", Held::Texts(kinds)));
        held.push(("isInteractive", Held::Bool(interactive)));
        let count = dice.below(3);
        let risks = (0..count).map(|_| dice.one_of(&RISKS)).collect();
        held.push(("riskEventTypes_v2", if dice.below(5) == 0 { Held::Null } else { Held::Texts(risks) }));
        Self(held)
    }

    fn at(&self, wire: &str) -> &Held {
        &self.0.iter().find(|(path, _)| *path == wire).unwrap().1
    }
}

impl Dice {
    fn predicate(&mut self, depth: usize) -> Predicate {
        let count = 1 + self.below(4);
        match self.below(8) {
            0 | 1 if depth > 0 => Predicate::And((0..count).map(|_| self.predicate(depth - 1)).collect()),
            2 | 3 if depth > 0 => Predicate::Or((0..count).map(|_| self.predicate(depth - 1)).collect()),
            4 if depth > 0 => Predicate::Not(Box::new(self.predicate(depth - 1))),
            5 if self.below(4) == 0 => Predicate::Constant(self.one_of(&[Truth::True, Truth::False, Truth::Unknown])),
            _ => self.test(),
        }
    }

    fn test(&mut self) -> Predicate {
        let negated = self.below(4) == 0;
        let (path, folded, test) = match self.below(9) {
            0 => (CODE.0, false, Test::Compare(self.comparison(), Scalar::Int(self.one_of(&[0, 1, 50126])))),
            1 | 2 => {
                let micros = self.one_of(&TICKS).div_euclid(10) + self.one_of(&[0, 0, 1, -1]);
                let time = if self.below(3) == 0 { Scalar::Finer(micros) } else { Scalar::Instant(micros) };
                let list = Test::In { values: vec![time.clone(), Scalar::Finer(micros + 1)], negated };
                (TIME.0, false, if self.below(8) == 0 { list } else { Test::Compare(self.comparison(), time) })
            }
            3 => {
                let test = Test::Compare(self.one_of(&[Comparison::Eq, Comparison::NotEq]), Scalar::Bool(negated));
                ("is_interactive", false, test)
            }
            4 => ("sign_in_event_types", false, Test::Has { value: Scalar::Text(self.one_of(&KINDS).into()), negated }),
            5 => ("risk_event_types_v2", false, Test::Has { value: Scalar::Text(self.one_of(&RISKS).into()), negated }),
            n => (self.one_of(&TEXT_PATHS).0, self.below(4) == 0, self.text_test(n, negated)),
        };
        let path: Vec<String> = path.split('.').map(String::from).collect();
        let sql = format!("{} {test:?}", path.join("."));
        Predicate::Test { path, folded, test, sql }
    }

    fn text_test(&mut self, n: usize, negated: bool) -> Test {
        let text = |dice: &mut Self| dice.one_of(&TEXTS).to_owned();
        match (n, self.below(5)) {
            (6, 0) => Test::IsNull { negated },
            (6, _) => {
                let pattern = text(self);
                let pattern = self.one_of(&[
                    Pattern::Prefix(pattern.clone()),
                    Pattern::Suffix(pattern.clone()),
                    Pattern::Infix(pattern),
                ]);
                Test::Like { pattern, negated }
            }
            (7, n) => {
                let count = 1 + self.below(if n < 2 { 60 } else { 4 });
                let mut values: Vec<Scalar> =
                    (0..count).map(|n| Scalar::Text(if n < 6 { text(self) } else { format!("x{n}") })).collect();
                if n == 1 {
                    values.push(Scalar::Null);
                }
                Test::In { values, negated }
            }
            (_, 0) => Test::Compare(self.comparison(), Scalar::Null),
            _ => Test::Compare(self.comparison(), Scalar::Text(text(self))),
        }
    }

    fn comparison(&mut self) -> Comparison {
        use Comparison::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
        self.one_of(&[Eq, Eq, Eq, NotEq, Lt, LtEq, Gt, GtEq])
    }
}

/// SQL's truth of a predicate.
fn truth(predicate: &Predicate, record: &Record, set: &EntitySet) -> Option<bool> {
    let not = |t: Option<bool>| t.map(|t| !t);
    let and = |a: Option<bool>, b: Option<bool>| match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    };
    match predicate {
        Predicate::And(all) => all.iter().map(|p| truth(p, record, set)).fold(Some(true), and),
        Predicate::Or(all) => not(all.iter().map(|p| not(truth(p, record, set))).fold(Some(true), and)),
        Predicate::Not(inner) => not(truth(inner, record, set)),
        Predicate::Constant(constant) => match constant {
            Truth::True => Some(true),
            Truth::False => Some(false),
            Truth::Unknown => None,
        },
        Predicate::Any { .. } | Predicate::Opaque { .. } => None,
        Predicate::Test { path, folded, test, .. } => {
            let wire = wire_of(path, set);
            tested(record.at(&wire), *folded, test)
        }
    }
}

fn wire_of(path: &[String], set: &EntitySet) -> String {
    let mut columns = set.columns;
    let wires = path.iter().map(|name| {
        let column = columns.iter().find(|c| c.name == name).unwrap();
        columns = column.fields();
        column.wire
    });
    wires.collect::<Vec<_>>().join("/")
}

fn tested(held: &Held, folded: bool, test: &Test) -> Option<bool> {
    let equal = |value: &Scalar| order(held, folded, value).map(Ordering::is_eq);
    match test {
        Test::IsNull { negated } => Some((*held == Held::Null) != *negated),
        Test::Compare(comparison, value) => order(held, folded, value).map(|order| match comparison {
            Comparison::Eq => order.is_eq(),
            Comparison::NotEq => order.is_ne(),
            Comparison::Lt => order.is_lt(),
            Comparison::LtEq => order.is_le(),
            Comparison::Gt => order.is_gt(),
            Comparison::GtEq => order.is_ge(),
        }),
        Test::In { values, negated } => {
            let found = match values.iter().map(equal).collect::<Vec<_>>() {
                all if all.contains(&Some(true)) => Some(true),
                all if all.contains(&None) => None,
                _ => Some(false),
            };
            found.map(|f| f != *negated)
        }
        Test::Like { pattern, negated } => {
            let Held::Text(text) = held else { return None };
            let of = |text: &str| if folded { alike(text) } else { text.to_owned() };
            Some(match pattern {
                Pattern::Prefix(part) => of(text).starts_with(&of(part)) != *negated,
                Pattern::Suffix(part) => of(text).ends_with(&of(part)) != *negated,
                Pattern::Infix(part) => of(text).contains(&of(part)) != *negated,
                Pattern::Free => true,
            })
        }
        Test::Has { value: Scalar::Text(value), negated } => match held {
            Held::Texts(list) => Some(list.contains(&value.as_str()) != *negated),
            _ => None,
        },
        Test::Has { .. } => None,
    }
}

fn order(held: &Held, folded: bool, value: &Scalar) -> Option<Ordering> {
    match (held, value) {
        (Held::Text(a), Scalar::Text(b)) if folded => Some(alike(a).cmp(&alike(b))),
        (Held::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
        (Held::Int(a), Scalar::Int(b)) => Some(a.cmp(b)),
        (Held::Bool(a), Scalar::Bool(b)) => Some(a.cmp(b)),
        // A column holds microseconds.
        (Held::Ticks(a), Scalar::Instant(b)) => Some(a.div_euclid(10).cmp(b)),
        (Held::Ticks(a), Scalar::Finer(b)) => Some(a.div_euclid(10).cmp(b).then(Ordering::Less)),
        _ => None,
    }
}

/// Text as ILIKE sees it, which is blinder than `lower()`.
fn alike(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// Whether a service that minds case everywhere has the record in its answer.
fn served(query: &PageQuery, record: &Record) -> bool {
    let filter = query.filter();
    assert!(encoded_len(&filter) <= query.pages.limits.bytes, "{filter}");
    let node = parse(&filter).unwrap_or_else(|e| panic!("{filter}\n{e}"));
    assert!(or_tests(&node) <= query.pages.limits.tests.unwrap(), "{filter}");
    satisfies(&node, record)
}

fn or_tests(node: &Node) -> usize {
    fn tests(node: &Node) -> usize {
        match node {
            Node::And(all) | Node::Or(all) => all.iter().map(tests).sum(),
            _ => 1,
        }
    }
    match node {
        Node::Or(_) => tests(node),
        Node::And(all) => all.iter().map(or_tests).sum(),
        _ => 0,
    }
}

fn satisfies(node: &Node, record: &Record) -> bool {
    match node {
        Node::And(all) => all.iter().all(|n| satisfies(n, record)),
        Node::Or(all) => all.iter().any(|n| satisfies(n, record)),
        Node::Compare(left, op, right) => {
            let (Node::Path(path), Node::Literal(literal)) = (&**left, &**right) else { panic!("{node:?}") };
            let order = match (record.at(&path.join("/")), literal) {
                (Held::Text(a), Literal::Text(b)) => a.cmp(b),
                (Held::Int(a), Literal::Integer(b)) => a.cmp(b),
                (Held::Ticks(a), Literal::Instant(b)) => a.cmp(&(b.timestamp() * 10_000_000)),
                (Held::Null, _) => return false,
                other => panic!("{other:?}"),
            };
            match op {
                parse::Comparison::Eq => order.is_eq(),
                parse::Comparison::Ge => order.is_ge(),
                parse::Comparison::Le => order.is_le(),
                other => panic!("{other:?} is not documented"),
            }
        }
        Node::Call(name, args) => {
            let [Node::Path(path), Node::Literal(Literal::Text(prefix))] = &args[..] else { panic!("{node:?}") };
            assert_eq!(name, "startswith");
            matches!(record.at(&path.join("/")), Held::Text(text) if text.starts_with(prefix))
        }
        Node::Lambda(_, path, Some(lambda)) => {
            let Node::Compare(_, parse::Comparison::Eq, value) = &*lambda.body else { panic!("{node:?}") };
            let Node::Literal(Literal::Text(value)) = &**value else { panic!("{node:?}") };
            matches!(record.at(&path.join("/")), Held::Texts(list) if list.contains(&value.as_str()))
        }
        other => panic!("{other:?}"),
    }
}

fn sign_ins() -> &'static EntitySet {
    apis::ALL.iter().find(|s| s.name == "sign_ins").unwrap()
}

fn scan(conjuncts: &[Predicate], pushdown: bool) -> Scan {
    let set = sign_ins();
    let bound = conjuncts.iter().map(|p| {
        let predicate = normal(p.clone());
        Conjunct { sql: predicate.to_string(), bound: bind(&predicate, set) }
    });
    let pages = set.pages().expect("sign-ins come in pages");
    Scan {
        set,
        pages,
        version: ApiVersion::Beta,
        tenant: "".into(),
        record_cap: None,
        columns: Vec::new(),
        conjuncts: bound.collect(),
        keys: Vec::new(),
        order: None,
        limit: None,
        pushdown,
    }
}

fn conjuncts(dice: &mut Dice) -> Vec<Predicate> {
    let count = 1 + dice.below(3);
    (0..count).map(|_| dice.predicate(3)).collect()
}

/// How often the law was put to the test, and by what.
#[derive(Debug, Default)]
struct Tried {
    held: usize,
    narrowed: usize,
    in_parts: usize,
}

/// Holds plans to the law after something was done to them; the first record that nothing asks for is an error.
fn law(seeds: u64, spoil: impl Fn(&mut ScanPlan)) -> Result<Tried, String> {
    let mut tried = Tried::default();
    for seed in 0..seeds {
        let mut dice = Dice(seed);
        let conjuncts = conjuncts(&mut dice);
        let mut plan = scan(&conjuncts, true).plan();
        tried.narrowed += usize::from(plan.streams.iter().any(|s| !s.query.clauses.is_empty()));
        tried.in_parts += usize::from(plan.streams.iter().any(|s| !s.parts.is_empty()));
        spoil(&mut plan);
        for _ in 0..20 {
            let record = Record::random(&mut dice);
            let predicate = Predicate::And(conjuncts.clone());
            if truth(&predicate, &record, sign_ins()) != Some(true) {
                continue;
            }
            tried.held += 1;
            let asked = plan.streams.iter().any(|stream| {
                let parts = stream.part_queries(stream.query.interval);
                served(&stream.query, &record) && (parts.is_empty() || parts.iter().any(|q| served(q, &record)))
            });
            let sent: Vec<String> = plan.streams.iter().map(|s| s.query.filter()).collect();
            if !asked {
                return Err(format!("seed {seed}: {predicate}\n{record:?}\n{}", sent.join("\n")));
            }
        }
    }
    Ok(tried)
}

#[test]
fn a_record_of_which_the_predicate_is_true_is_asked_for() {
    let tried = law(2_500, |_| {}).unwrap_or_else(|lost| panic!("{lost}"));
    // The law would hold of predicates that are never true, or that send nothing.
    assert!(tried.held > 5_000 && tried.narrowed > 500 && tried.in_parts > 20, "{tried:?}");
}

#[test]
fn the_law_finds_a_plan_that_asks_for_too_little() {
    let faults: [(&str, fn(&mut ScanPlan)); 4] = [
        ("a contradiction that is none", |plan| plan.streams.clear()),
        ("a kind of record too few", |plan| drop(plan.streams.pop())),
        ("an end a second too early", |plan| {
            plan.streams.iter_mut().for_each(|s| s.query.interval.to = s.query.interval.to.map(|to| to - 1_000_000));
        }),
        ("a list without its first part", |plan| {
            plan.streams.iter_mut().for_each(|s| drop(s.parts.drain(..s.parts.len().min(1))));
        }),
    ];
    for (fault, spoil) in faults {
        assert!(law(2_500, spoil).is_err(), "{fault} is not found");
    }
}

#[test]
fn without_pushdown_nothing_of_a_predicate_reaches_the_plan() {
    let sent = |plan: &ScanPlan| -> Vec<String> {
        plan.streams.iter().map(|s| format!("{} {:?} {}", s.query.url(), s.query.interval, s.parts.len())).collect()
    };
    let all = sent(&scan(&[], true).plan());
    assert_eq!(all.len(), KINDS.len());
    let (mut impossible, mut narrowed) = (0, 0);
    for seed in 0..1_000 {
        let conjuncts = conjuncts(&mut Dice(seed));
        assert_eq!(sent(&scan(&conjuncts, false).plan()), all, "seed {seed}");
        let on = scan(&conjuncts, true).plan();
        impossible += usize::from(on.streams.is_empty());
        narrowed += usize::from(!on.streams.is_empty() && on.streams.len() < KINDS.len());
    }
    // Of these the predicate would have said more than what filters say.
    assert!(impossible > 50 && narrowed > 50, "{impossible} {narrowed}");
}
