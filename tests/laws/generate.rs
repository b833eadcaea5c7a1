//! Makes predicates: every rule of the grammar, with literals that the tenant's own rows hold, or nearly hold.

use serde_json::Value;

use super::dice::Dice;
use super::judge::{Flaw, Judge, at, texts, value};
use super::tables::Table;
use super::words::{Field, Has, Item, Literal, Op, Predicate, Term, Test, Type};

/// The rules of the grammar. Each predicate has one of them in turn, and others by chance.
pub(crate) const RULES: [&str; 42] = [
    "=",
    "= on the left",
    "<>",
    "= number",
    "= NULL",
    "number range",
    "double range",
    "text range",
    "IN",
    "IN, long",
    "IN, numbers",
    "IN with NULL",
    "NOT IN",
    "NOT IN with NULL",
    "BETWEEN",
    "NOT BETWEEN",
    "time range",
    "time equality",
    "time below a microsecond",
    "time cut to a unit",
    "LIKE prefix",
    "LIKE suffix",
    "LIKE infix",
    "LIKE whole",
    "LIKE _",
    "LIKE free",
    "NOT LIKE",
    "ILIKE",
    "starts_with",
    "lower()",
    "upper()",
    "length()",
    "column and column",
    "IS NULL",
    "IS TRUE",
    "bare Boolean",
    "array_has",
    "array_has_any",
    "array_has_all",
    "EXISTS",
    "EXISTS, two tests",
    "EXISTS, either test",
];

/// Rules of which the service can be asked, in general.
const ASKED: [&str; 12] = [
    "=",
    "= on the left",
    "= number",
    "IN",
    "IN, numbers",
    "time range",
    "BETWEEN",
    "LIKE prefix",
    "LIKE whole",
    "starts_with",
    "array_has",
    "EXISTS",
];

/// Deepest nesting of AND, OR and NOT.
const DEPTH: usize = 4;

/// The type of column without which a rule can say nothing.
fn needed(rule: &str) -> Option<Type> {
    match rule {
        "= number" | "number range" | "IN, numbers" => Some(Type::Int),
        "double range" => Some(Type::Double),
        "IS TRUE" | "bare Boolean" => Some(Type::Bool),
        "time range" | "time equality" | "time below a microsecond" | "time cut to a unit" => Some(Type::Time),
        "array_has" | "array_has_any" | "array_has_all" => Some(Type::Texts),
        rule if rule.starts_with("EXISTS") => Some(Type::Objects),
        _ => None,
    }
}

pub(crate) struct Generator<'a> {
    dice: Dice,
    fields: &'static [Field],
    rows: &'a [Value],
    /// The rules for which the table has columns.
    pub(crate) rules: Vec<&'static str>,
    /// The rules that the present predicate followed.
    pub(crate) followed: Vec<&'static str>,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(seed: u64, table: &'static Table, rows: &'a [Value]) -> Self {
        let types = table.types();
        let rules = RULES.into_iter().filter(|rule| needed(rule).is_none_or(|of| types.contains(&of))).collect();
        Self { dice: Dice::new(seed), fields: &table.fields, rows, rules, followed: Vec::new() }
    }

    /// The `n`th predicate. Most are about one row of the tenant, and true of it: empty answers agree too easily.
    pub(crate) fn predicate(&mut self, n: usize) -> Predicate {
        self.followed.clear();
        let row = self.dice.one_of(self.rows);
        let rule = self.rules[n % self.rules.len()];
        let due = self.test(rule, row);
        // Where NULL makes the difference, each second one stands alone: another condition might hide the rows that tell.
        let alone = n / self.rules.len() % 2 == 1;
        match rule {
            "array_has" | "array_has_any" | "array_has_all" if alone => {
                let mut due = due;
                // Of some tables every row has every list.
                for _ in 0..50 {
                    if self.is_absent_somewhere(&due) {
                        break;
                    }
                    due = self.test(rule, row);
                }
                return Predicate::Not(Box::new(due));
            }
            "EXISTS" if alone => {
                let mut due = due;
                for _ in 0..50 {
                    if self.is_null_in_an_element(&due) {
                        break;
                    }
                    due = self.test(rule, row);
                }
                return Predicate::Not(Box::new(due));
            }
            "<>" | "NOT IN with NULL" | "EXISTS, two tests" if alone => return due,
            _ => {}
        }
        if n % 25 == 24 {
            return self.contradiction(row);
        }
        let mut parts = vec![self.turned(due, row, 60)];
        if self.dice.chance(80) {
            let of_elements = self.fields.iter().any(|field| field.items.iter().any(|item| item.asked));
            let asked = |rule: &&str| self.rules.contains(rule) && (*rule != "EXISTS" || of_elements);
            let rules: Vec<&str> = ASKED.into_iter().filter(asked).collect();
            let rule = *self.dice.one_of(&rules);
            let asked = self.test(rule, row);
            parts.push(self.turned(asked, row, 0));
        }
        if self.dice.chance(45) {
            let tree = self.tree(DEPTH - 1, row);
            parts.push(self.turned(tree, row, 80));
        }
        if parts.len() == 1 {
            return parts.remove(0);
        }
        self.followed.push("AND");
        Predicate::And(parts)
    }

    /// Negated in so many of a hundred cases in which it is not true of the row.
    fn turned(&mut self, predicate: Predicate, row: &Value, percent: usize) -> Predicate {
        if Judge::default().says(&predicate, row) == Some(true) || !self.dice.chance(percent) {
            return predicate;
        }
        self.followed.push("NOT");
        Predicate::Not(Box::new(predicate))
    }

    fn tree(&mut self, depth: usize, row: &Value) -> Predicate {
        if depth == 0 || self.dice.chance(30) {
            let rule = self.rules[self.dice.below(self.rules.len())];
            return self.test(rule, row);
        }
        let count = 2 + self.dice.below(2);
        match self.dice.below(5) {
            0 => {
                self.followed.push("NOT");
                Predicate::Not(Box::new(self.tree(depth - 1, row)))
            }
            1 | 2 => {
                self.followed.push("AND");
                Predicate::And((0..count).map(|_| self.tree(depth - 1, row)).collect())
            }
            _ => {
                self.followed.push("OR");
                // An alternative that another row satisfies.
                let other = self.dice.one_of(self.rows);
                Predicate::Or((0..count).map(|n| self.tree(depth - 1, if n == 1 { other } else { row })).collect())
            }
        }
    }

    fn contradiction(&mut self, row: &Value) -> Predicate {
        self.followed.push("contradiction");
        let field = self.field(&[Type::Asked], row);
        let term = Term::Plain(field);
        let text = self.text(field, row);
        let compare = |op, text: String| {
            Predicate::Test(Test::Compare { left: term, op, right: Literal::Text(text), turned: false })
        };
        let same = compare(Op::Eq, text.clone());
        match self.dice.below(4) {
            0 => Predicate::And(vec![same, compare(Op::Eq, format!("{text}x"))]),
            1 => Predicate::And(vec![same, compare(Op::Ne, text)]),
            2 => Predicate::And(vec![same, Predicate::Test(Test::Constant(false))]),
            _ => {
                let values = vec![Literal::Text("x".into()), Literal::Text("y".into())];
                Predicate::And(vec![Predicate::Test(Test::In { term, values, negated: false }), same])
            }
        }
    }

    fn test(&mut self, rule: &'static str, row: &Value) -> Predicate {
        self.followed.push(rule);
        let negated = self.dice.chance(30);
        Predicate::Test(match rule {
            "=" | "= on the left" => self.compare(&[Type::Asked], Op::Eq, rule == "= on the left", row),
            "<>" => self.compare(&[Type::Asked, Type::Text, Type::Int], Op::Ne, false, row),
            "= number" => self.compare(&[Type::Int], Op::Eq, false, row),
            "= NULL" => {
                let left = Term::Plain(self.field(&[Type::Asked, Type::Int], row));
                Test::Compare { left, op: Op::Eq, right: Literal::Null, turned: false }
            }
            "number range" => self.range(&[Type::Int], row),
            "double range" => self.range(&[Type::Double], row),
            "text range" => self.range(&[Type::Asked, Type::Text], row),
            "time range" => self.range(&[Type::Time], row),
            "time equality" => {
                let op = *self.dice.one_of(&[Op::Eq, Op::Eq, Op::Ne]);
                self.compare(&[Type::Time], op, false, row)
            }
            "time below a microsecond" => self.finer(row),
            "time cut to a unit" => self.cut(row),
            "IN" => self.list(&[Type::Asked], (1, 6), false, false, row),
            "IN, long" => self.list(&[Type::Asked], (16, 40), false, false, row),
            "IN, numbers" => self.list(&[Type::Int], (1, 6), false, false, row),
            "IN with NULL" => self.list(&[Type::Asked], (1, 6), false, true, row),
            "NOT IN" => self.list(&[Type::Asked, Type::Text, Type::Int], (2, 20), true, false, row),
            "NOT IN with NULL" => self.list(&[Type::Asked], (2, 5), true, true, row),
            "BETWEEN" | "NOT BETWEEN" => self.between(rule == "NOT BETWEEN", row),
            "ILIKE" => self.like("", true, negated, row),
            "NOT LIKE" => self.like("", false, true, row),
            "LIKE prefix" | "LIKE suffix" | "LIKE infix" | "LIKE whole" | "LIKE _" | "LIKE free" => {
                self.like(rule, false, false, row)
            }
            "starts_with" => {
                let field = self.field(&[Type::Asked, Type::Text], row);
                let text = self.text(field, row);
                let length = self.dice.below(text.chars().count() + 1);
                Test::StartsWith { term: Term::Plain(field), prefix: text.chars().take(length).collect() }
            }
            "lower()" | "upper()" => self.cased(rule == "lower()", row),
            "length()" => {
                let field = self.field(&[Type::Asked, Type::Text], row);
                let length = i64::try_from(self.text(field, row).chars().count()).unwrap();
                let op = *self.dice.one_of(&Op::ALL);
                Test::Compare { left: Term::Length(field), op, right: Literal::Int(length), turned: false }
            }
            "column and column" => {
                let (left, right) =
                    (self.any_field(&[Type::Asked, Type::Text]), self.any_field(&[Type::Asked, Type::Text]));
                Test::Columns { left, op: *self.dice.one_of(&Op::ALL), right }
            }
            "IS NULL" => Test::Null { field: self.dice.one_of(self.fields), negated },
            "IS TRUE" => {
                let is = *self.dice.one_of(&[Some(true), Some(true), Some(false), None]);
                Test::Truth { field: self.any_field(&[Type::Bool]), is, negated }
            }
            "bare Boolean" => Test::Flag(self.any_field(&[Type::Bool])),
            "array_has" => self.has(Has::It, row),
            "array_has_any" => self.has(Has::Any, row),
            "array_has_all" => self.has(Has::All, row),
            "EXISTS" => self.element(1, true, row),
            "EXISTS, two tests" => {
                let row = self.of_several_elements().unwrap_or(row);
                self.element(2, true, row)
            }
            "EXISTS, either test" => self.element(2, false, row),
            other => panic!("no rule {other}"),
        })
    }

    fn compare(&mut self, of: &[Type], op: Op, turned: bool, row: &Value) -> Test {
        let field = self.field(of, row);
        Test::Compare { left: Term::Plain(field), op, right: self.literal(field, row), turned }
    }

    fn range(&mut self, of: &[Type], row: &Value) -> Test {
        let op = *self.dice.one_of(&[Op::Lt, Op::Le, Op::Gt, Op::Ge]);
        let turned = self.dice.chance(25);
        self.compare(of, op, turned, row)
    }

    /// A time between two microseconds, near a row's own.
    fn finer(&mut self, row: &Value) -> Test {
        let field = self.any_field(&[Type::Time]);
        let Literal::Time(nanos) = self.literal(field, row) else { panic!("no time: {}", field.sql) };
        let whole = if self.dice.chance(50) { nanos } else { nanos.div_euclid(1_000_000_000) * 1_000_000_000 };
        let right = Literal::Time(whole + 100 * (1 + i64::try_from(self.dice.below(9)).unwrap()));
        let op = *self.dice.one_of(&[Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne]);
        Test::Compare { left: Term::Plain(field), op, right, turned: self.dice.chance(25) }
    }

    /// A time's day, hour or minute, compared with one that begins there or lies within.
    fn cut(&mut self, row: &Value) -> Test {
        const SECOND: i64 = 1_000_000_000;
        const UNITS: [(&str, i64); 5] = [
            ("date", 86_400 * SECOND),
            ("day", 86_400 * SECOND),
            ("hour", 3_600 * SECOND),
            ("minute", 60 * SECOND),
            ("second", SECOND),
        ];
        let field = self.any_field(&[Type::Time]);
        let Literal::Time(nanos) = self.literal(field, row) else { panic!("no time: {}", field.sql) };
        let unit = *self.dice.one_of(&UNITS);
        let begins = self.dice.chance(75);
        let right = Literal::Time(if begins { nanos.div_euclid(unit.1) * unit.1 } else { nanos });
        let op = *self.dice.one_of(&[Op::Eq, Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge]);
        Test::Compare { left: Term::Cut(field, unit), op, right, turned: self.dice.chance(25) }
    }

    fn list(&mut self, of: &[Type], size: (usize, usize), negated: bool, null: bool, row: &Value) -> Test {
        let field = self.field(of, row);
        let size = size.0 + self.dice.below(size.1 - size.0 + 1);
        let mut values = vec![self.literal(field, row)];
        // A column can have fewer values than a long list wants.
        for n in 0..size * 3 {
            if values.len() == size {
                break;
            }
            let other = self.dice.one_of(self.rows);
            let literal = match self.literal(field, other) {
                Literal::Text(text) if n >= size => Literal::Text(format!("{text}{n}")),
                literal => literal,
            };
            if !values.contains(&literal) {
                values.push(literal);
            }
        }
        if null {
            values.insert(self.dice.below(values.len() + 1), Literal::Null);
        }
        Test::In { term: Term::Plain(field), values, negated }
    }

    fn between(&mut self, negated: bool, row: &Value) -> Test {
        let field = self.field(&[Type::Time, Type::Time, Type::Int, Type::Text], row);
        let another = self.dice.one_of(self.rows);
        let (one, other) = (self.literal(field, row), self.literal(field, another));
        let ordered = match (&one, &other) {
            (Literal::Time(a), Literal::Time(b)) | (Literal::Int(a), Literal::Int(b)) => a <= b,
            (Literal::Text(a), Literal::Text(b)) => a <= b,
            _ => true,
        };
        // One in ten is the wrong way round, and empty.
        let (low, high) = if ordered != self.dice.chance(10) { (one, other) } else { (other, one) };
        Test::Between { term: Term::Plain(field), low, high, negated }
    }

    fn like(&mut self, rule: &str, blind: bool, negated: bool, row: &Value) -> Test {
        let field = self.field(&[Type::Asked, Type::Asked, Type::Text], row);
        let text = self.text(field, row);
        let text = if blind { self.other_case(&text) } else { text };
        let shape = match rule {
            "LIKE prefix" => 0,
            "LIKE suffix" => 1,
            "LIKE infix" => 2,
            "LIKE whole" => 3,
            "LIKE _" => 4,
            "LIKE free" => 5,
            _ => self.dice.below(6),
        };
        let pattern = self.pattern(shape, &text.chars().collect::<Vec<_>>());
        Test::Like { term: Term::Plain(field), pattern, blind, negated }
    }

    fn pattern(&mut self, shape: usize, text: &[char]) -> String {
        let escaped = |part: &[char]| -> String {
            part.iter().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([*c])).collect()
        };
        let at = self.dice.below(text.len() + 1);
        match shape {
            0 => format!("{}%", escaped(&text[..at])),
            1 => format!("%{}", escaped(&text[at..])),
            2 => format!("%{}%", escaped(&text[at..text.len().min(at + 4)])),
            3 => escaped(text),
            4 if at < text.len() => {
                let end = if self.dice.chance(50) { "%".into() } else { escaped(&text[at + 1..]) };
                format!("{}_{end}", escaped(&text[..at]))
            }
            4 => "_%".into(),
            _ => match self.dice.below(4) {
                0 => "%".into(),
                1 => format!("{}%{}", escaped(&text[..at.min(3)]), escaped(&text[at..])),
                2 => format!("%{}%{}%", escaped(&text[..at.min(2)]), escaped(&text[at..text.len().min(at + 2)])),
                _ => "__%".into(),
            },
        }
    }

    fn cased(&mut self, lower: bool, row: &Value) -> Test {
        // The name that the service compares as it keeps it.
        let name = self.fields.iter().find(|f| f.exact && value(f, row) != Literal::Null);
        let other = self.field(&[Type::Asked, Type::Text], row);
        let field = name.filter(|_| lower && self.dice.chance(50)).unwrap_or(other);
        let text = self.text(field, row);
        let text = if lower { text.to_lowercase() } else { text.to_uppercase() };
        let left = if lower { Term::Lower(field) } else { Term::Upper(field) };
        match self.dice.below(3) {
            0 => {
                let values = vec![Literal::Text(text), Literal::Text(self.other_case("Nobody@x"))];
                Test::In { term: left, values, negated: false }
            }
            1 => {
                let letters: Vec<char> = text.chars().collect();
                Test::Like { term: left, pattern: self.pattern(0, &letters), blind: false, negated: false }
            }
            _ => Test::Compare { left, op: Op::Eq, right: Literal::Text(text), turned: false },
        }
    }

    /// Whether some row lacks the list that a test is about: of one that all have, NOT tells nothing.
    fn is_absent_somewhere(&self, predicate: &Predicate) -> bool {
        let Predicate::Test(Test::Has { field, .. }) = predicate else { return true };
        self.rows.iter().any(|row| texts(field, row).is_none())
    }

    /// Whether for some row it matters that a test of an element can be unknown: of others NOT tells nothing.
    fn is_null_in_an_element(&self, predicate: &Predicate) -> bool {
        let flawed = Judge { flaw: Some(Flaw::UnknownElement) };
        self.rows.iter().any(|row| Judge::default().says(predicate, row) != flawed.says(predicate, row))
    }

    fn has(&mut self, how: Has, row: &Value) -> Test {
        let lists: Vec<&'static Field> = self.fields.iter().filter(|f| f.of == Type::Texts).collect();
        // Half of the time a list that has something in it.
        let full: Vec<_> = lists.iter().copied().filter(|f| texts(f, row).is_some_and(|l| !l.is_empty())).collect();
        let field =
            if full.is_empty() || self.dice.chance(40) { *self.dice.one_of(&lists) } else { *self.dice.one_of(&full) };
        let mut values: Vec<String> = texts(field, row).into_iter().flatten().map(str::to_owned).collect();
        let others = ["servicePrincipal", "nonInteractiveUser", "unfamiliarFeatures", "o'clock", "", "Password"];
        values.push((*self.dice.one_of(&others)).to_owned());
        values.truncate(if how == Has::It { 1 } else { 1 + self.dice.below(3) });
        if self.dice.chance(10) {
            values[0] = self.other_case(&values[0]);
        }
        Test::Has { field, values, how }
    }

    /// A row that has a list of several objects.
    fn of_several_elements(&mut self) -> Option<&'a Value> {
        let lists: Vec<&'static Field> = self.fields.iter().filter(|f| f.of == Type::Objects).collect();
        let several = |row: &&Value| {
            lists.iter().any(|list| at(list, row).and_then(Value::as_array).is_some_and(|items| items.len() > 1))
        };
        let rows: Vec<&'a Value> = self.rows.iter().filter(several).collect();
        (!rows.is_empty()).then(|| *self.dice.one_of(&rows))
    }

    /// Tests of an element, each true of one that the row has, if it has any.
    fn element(&mut self, count: usize, all: bool, row: &Value) -> Test {
        let lists: Vec<&'static Field> = self.fields.iter().filter(|f| !f.items.is_empty()).collect();
        let items = |list: &Field| at(list, row).and_then(Value::as_array).map_or(0, Vec::len);
        let most = lists.iter().copied().max_by_key(|list| items(list)).expect("a list of objects");
        let asked: Vec<&'static Field> =
            lists.iter().copied().filter(|list| list.items.iter().any(|item| item.asked)).collect();
        let list = match self.dice.below(10) {
            0..=2 => *self.dice.one_of(&lists),
            3..=6 if !asked.is_empty() => *self.dice.one_of(&asked),
            _ => most,
        };
        let held = at(list, row).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let first = self.dice.below(held.len().max(1));
        let tests = (0..count).map(|n| {
            // Several tests are of several elements more often than not: one that passes all of them is found by chance.
            let at = if self.dice.chance(70) { first + n } else { first };
            let item = if held.is_empty() { &Value::Null } else { &held[at % held.len()] };
            let asked: Vec<&'static Field> = list.items.iter().filter(|field| field.asked).collect();
            let every: Vec<&'static Field> = list.items.iter().collect();
            let of = if asked.is_empty() || self.dice.chance(30) { &every } else { &asked };
            let field = *self.dice.one_of(of);
            let text = self.text(field, item);
            let test = match self.dice.below(10) {
                0 => Item::Null,
                1..=3 => {
                    let length = self.dice.below(text.chars().count() + 1);
                    Item::Begins(text.chars().take(length).collect())
                }
                _ => Item::Is(text),
            };
            (field, test)
        });
        Test::Element { list, tests: tests.collect(), all }
    }

    /// A field of one of the types, of which the row has a value if possible.
    fn field(&mut self, of: &[Type], row: &Value) -> &'static Field {
        let has = |of: &Type| self.fields.iter().any(|field| field.of == *of);
        let mut of: Vec<Type> = of.iter().copied().filter(has).collect();
        if of.is_empty() {
            // A set whose service documents no operator for a text.
            of.push(Type::Text);
        }
        let of = *self.dice.one_of(&of);
        (0..4)
            .map(|_| self.any_field(&[of]))
            .find(|f| value(f, row) != Literal::Null)
            .unwrap_or_else(|| self.any_field(&[of]))
    }

    fn any_field(&mut self, of: &[Type]) -> &'static Field {
        let fields: Vec<&'static Field> = self.fields.iter().filter(|f| of.contains(&f.of)).collect();
        let asked: Vec<&'static Field> = fields.iter().copied().filter(|f| f.asked).collect();
        // Most columns stay here. More often than not one that travels, or laws would be held over what is never sent.
        if asked.is_empty() || self.dice.chance(40) { *self.dice.one_of(&fields) } else { *self.dice.one_of(&asked) }
    }

    /// The row's own value, or something near it.
    fn literal(&mut self, field: &Field, row: &Value) -> Literal {
        match value(field, row) {
            Literal::Text(text) => Literal::Text(self.mutated(text)),
            Literal::Time(nanos) => Literal::Time(nanos + self.near()),
            Literal::Null => match field.of {
                Type::Int => Literal::Int(50126),
                Type::Double => Literal::Double(-38.5),
                Type::Bool => Literal::Bool(true),
                Type::Time => Literal::Time(1_776_000_000_000_000_000 + self.near()),
                _ => Literal::Text(self.mutated("none".into())),
            },
            other => other,
        }
    }

    /// A distance between times: none, less than a microsecond, one, to the second, a day.
    fn near(&mut self) -> i64 {
        *self.dice.one_of(&[
            0,
            0,
            0,
            1_000,
            -1_000,
            100,
            -200,
            700,
            1_000_000,
            500_000_000,
            1_000_000_000,
            86_400_000_000_000,
        ])
    }

    /// The row's own text, unharmed in most cases.
    fn text(&mut self, field: &Field, row: &Value) -> String {
        match value(field, row) {
            Literal::Text(text) => self.mutated(text),
            _ => "none".into(),
        }
    }

    fn mutated(&mut self, text: String) -> String {
        if self.dice.chance(80) {
            return text;
        }
        match self.dice.below(10) {
            0 | 1 => self.other_case(&text),
            2 => String::new(),
            3 => format!("{text}\n"),
            _ => format!(
                "{text}{}",
                self.dice.one_of(&["'", "''", "%", "+", "&", "#", "\u{1f980}", "%27", "\\", "_", "é"])
            ),
        }
    }

    fn other_case(&mut self, text: &str) -> String {
        match self.dice.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text
                .chars()
                .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect(),
        }
    }
}
