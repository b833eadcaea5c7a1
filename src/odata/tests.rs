//! What is printed is what was meant: clauses about any text survive printing, encoding, a URL parser and the grammar.

use super::filter::filter;
use super::parse::{Comparison, Lambda, Literal, Node, Quantifier, parse};
use super::url::with_options;
use crate::predicate::{Clause, Value};
use crate::table::Op;

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

    /// Text of what could split, fold, end or escape a literal, and of anything else.
    fn text(&mut self) -> String {
        const NASTY: [&str; 32] = [
            "'",
            "''",
            "%",
            "%27",
            "%2B",
            "+",
            "&",
            "#",
            "=",
            "?",
            "/",
            "\\",
            "\"",
            " ",
            "  ",
            "\t",
            "\r\n",
            "\0",
            "\u{1b}[2J",
            "\u{7f}",
            "\u{202e}",
            "\u{feff}",
            "😀",
            "e\u{301}",
            "é",
            "ß",
            "İ",
            "$filter",
            " or ",
            " eq ",
            ")",
            "any(t:",
        ];
        let length = self.below(6);
        (0..length)
            .map(|_| match self.below(4) {
                0 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).unwrap_or('x').to_string(),
                1 => char::from(b'a' + u8::try_from(self.below(26)).unwrap()).to_string(),
                _ => NASTY[self.below(NASTY.len())].to_owned(),
            })
            .collect()
    }

    fn value(&mut self) -> Value {
        let integer = |dice: &mut Self| i64::try_from(dice.below(usize::MAX)).unwrap_or(i64::MIN);
        match self.below(10) {
            0 => Value::Bool(self.below(2) == 0),
            1 => Value::Int(if self.below(2) == 0 { integer(self) } else { -(integer(self) % 1000) }),
            2 => Value::Double([0.5, -0.0, 1e300, -38.7223, 5e-324, 2.0][self.below(6)]),
            // From the year 1 to 9999.
            3 => Value::Second(integer(self).rem_euclid(315_537_897_599) - 62_135_596_800),
            4 => Value::Null,
            5 => Value::Guid("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46".into()),
            _ => Value::Text(self.text()),
        }
    }

    fn test(&mut self) -> Clause {
        const PATHS: [&str; 4] = ["id", "status/errorCode", "location/geoCoordinates/latitude", "riskEventTypes_v2"];
        let path = PATHS[self.below(PATHS.len())].into();
        // `null` is a value on the wire, and no operator.
        let op = Op::ALL[self.below(Op::ALL.len() - 1)];
        let called = matches!(op, Op::StartsWith | Op::EndsWith | Op::Contains);
        let value = if called { Value::Text(self.text()) } else { self.value() };
        match self.below(8) {
            0 => Clause::Element { path, below: String::new(), op, value },
            1 => Clause::Element { path, below: "deviceDetail/id".into(), op, value },
            _ => Clause::Property { path, op, value },
        }
    }

    fn clause(&mut self, depth: usize) -> Clause {
        let count = 2 + self.below(3);
        match self.below(3) {
            0 if depth > 0 => Clause::And((0..count).map(|_| self.clause(depth - 1)).collect()),
            1 if depth > 0 => Clause::Or((0..count).map(|_| self.clause(depth - 1)).collect()),
            _ => self.test(),
        }
    }
}

/// The tree that a reader should see.
fn meant(clause: &Clause) -> Node {
    match clause {
        Clause::And(all) => Node::And(all.iter().map(meant).collect()),
        Clause::Or(all) => Node::Or(all.iter().map(meant).collect()),
        Clause::Property { path, op, value } => {
            test(Node::Path(path.split('/').map(String::from).collect()), *op, value)
        }
        Clause::Element { path, below, op, value } => {
            let steps = below.split('/').filter(|step| !step.is_empty());
            let element = ["t"].into_iter().chain(steps).map(String::from).collect();
            let body = Box::new(test(Node::Path(element), *op, value));
            let path = path.split('/').map(String::from).collect();
            Node::Lambda(Quantifier::Any, path, Some(Lambda { variable: "t".into(), body }))
        }
    }
}

fn test(subject: Node, op: Op, value: &Value) -> Node {
    let literal = Node::Literal(match value {
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Bool(b) => Literal::Bool(*b),
        Value::Int(n) => Literal::Integer(*n),
        Value::Double(d) => Literal::Decimal(*d),
        Value::Second(s) => Literal::Instant(chrono::DateTime::from_timestamp(*s, 0).unwrap()),
        Value::Guid(guid) => Literal::Guid(guid.clone()),
        Value::Null => Literal::Null,
    });
    let op = match op {
        Op::Eq => Comparison::Eq,
        Op::Ne => Comparison::Ne,
        Op::Ge => Comparison::Ge,
        Op::Le => Comparison::Le,
        Op::Gt => Comparison::Gt,
        Op::Lt => Comparison::Lt,
        Op::Null => panic!("no operator on the wire"),
        Op::StartsWith | Op::EndsWith | Op::Contains => return Node::Call(op.wire().into(), vec![subject, literal]),
    };
    Node::Compare(Box::new(subject), op, Box::new(literal))
}

#[test]
fn any_clause_arrives_as_it_was_meant() {
    for seed in 0..5_000 {
        let mut dice = Dice(seed);
        let count = 1 + dice.below(3);
        let clauses: Vec<Clause> = (0..count).map(|_| dice.clause(3)).collect();
        let url =
            with_options("http://h/beta/auditLogs/signIns", &[("$filter", filter(&clauses)), ("$top", "5".into())]);
        assert!(url.bytes().all(|b| b.is_ascii_graphic()), "seed {seed}: {url}");
        let parsed = ::url::Url::parse(&url).unwrap();
        let options: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
        assert_eq!(options.len(), 2, "seed {seed}: {url}");
        assert_eq!((options[0].0.as_str(), &options[1]), ("$filter", &("$top".into(), "5".into())), "seed {seed}");
        let expected = match &clauses[..] {
            // One clause stands without a word that joins it, several are joined by `and`.
            [one] => meant(one),
            all => Node::And(all.iter().map(meant).collect()),
        };
        assert_eq!(parse(&options[0].1).as_ref(), Ok(&expected), "seed {seed}: {}", options[0].1);
    }
}
