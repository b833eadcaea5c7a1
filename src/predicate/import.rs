//! Reads DataFusion's physical expressions: the only place that knows them.
//!
//! Physical rather than logical ones, because these are what the scan holds and evaluates, and because scalar subqueries
//! get their values only when the query runs: the same function is asked once for EXPLAIN and once more then.
//! What is not recognised becomes [`Predicate::Opaque`] and stays on this side, so nothing here can lose a row.

use core::net::IpAddr;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Schema, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{ColumnarValue, Operator, Volatility};
use datafusion::physical_expr::expressions::{
    BinaryExpr, CastExpr, Column, InListExpr, IsNotNullExpr, IsNullExpr, LambdaExpr, LambdaVariable, LikeExpr, Literal,
    NotExpr,
};
use datafusion::physical_expr::scalar_subquery::ScalarSubqueryExpr;
use datafusion::physical_expr::{HigherOrderFunctionExpr, PhysicalExpr, ScalarFunctionExpr};

use super::expression::{
    ANY_ELEMENT, ANY_OF, AS_WRITTEN, Comparison, ELEMENT, Local, NO_MICROSECOND, Octets, Pattern, Predicate, Scalar,
    Test, Truth,
};
use super::like::{LikeText, like_text};
use crate::address::Network;

mod keys;

pub use keys::{Keys, keys, property_of};

mod times;
mod words;

type Expr = Arc<dyn PhysicalExpr>;

/// The predicate that an expression over the schema states.
pub fn import(expr: &Expr, schema: &Schema) -> Predicate {
    Importer { schema, elements: Vec::new() }.import(expr)
}

struct Importer<'a> {
    schema: &'a Schema,
    /// The variables that stand for elements of lists, outermost first.
    elements: Vec<Variable>,
}

/// A name for the elements of a list.
#[derive(Clone)]
struct Variable {
    name: String,
    /// The path to them.
    path: Vec<String>,
}

impl Importer<'_> {
    fn import(&self, expr: &Expr) -> Predicate {
        if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
            return match binary.op() {
                Operator::And => Predicate::And(self.each(operands(expr, Operator::And))),
                Operator::Or => Predicate::Or(self.each(operands(expr, Operator::Or))),
                op => self.comparison(binary, *op).unwrap_or_else(|| opaque(expr)),
            };
        }
        if let Some(not) = expr.downcast_ref::<NotExpr>() {
            return Predicate::Not(Box::new(self.import(not.arg())));
        }
        if let Some(function) = expr.downcast_ref::<ScalarFunctionExpr>()
            && let (AS_WRITTEN, [test]) = (function.name(), function.args())
        {
            return self.import(test);
        }
        constant(expr)
            .or_else(|| self.null_test(expr))
            .or_else(|| self.in_list(expr))
            .or_else(|| self.like(expr))
            .or_else(|| self.function(expr))
            .or_else(|| self.any_element(expr))
            .or_else(|| self.flag(expr))
            .unwrap_or_else(|| opaque(expr))
    }

    fn each(&self, exprs: Vec<&Expr>) -> Vec<Predicate> {
        exprs.into_iter().map(|expr| self.import(expr)).collect()
    }

    fn comparison(&self, binary: &BinaryExpr, op: Operator) -> Option<Predicate> {
        let comparison = match op {
            Operator::Eq | Operator::IsNotDistinctFrom => Comparison::Eq,
            Operator::NotEq => Comparison::NotEq,
            Operator::Lt => Comparison::Lt,
            Operator::LtEq => Comparison::LtEq,
            Operator::Gt => Comparison::Gt,
            Operator::GtEq => Comparison::GtEq,
            _ => return None,
        };
        let (left, right) = (binary.left(), binary.right());
        if op != Operator::IsNotDistinctFrom
            && let Some(range) = self.of_period(left, comparison, right)
        {
            return Some(range);
        }
        if op == Operator::IsNotDistinctFrom && scalar(right) == Some(Scalar::Bool(true)) {
            // `IS TRUE` of a list that is NULL, or of tests that are, is false, as EXISTS is.
            if let Some(any) = self.any_element(left) {
                return Some(any);
            }
        }
        let (subject, comparison, value) = match self.subject(left).zip(scalar(right)) {
            Some((subject, value)) => (subject, comparison, value),
            None => self.subject(right).zip(scalar(left)).map(|(s, v)| (s, comparison.swapped(), v))?,
        };
        if op != Operator::IsNotDistinctFrom {
            return Some(subject.compares(comparison, value));
        }
        // `IS TRUE` and its like are never unknown: equal, and not NULL. Against NULL itself it is a test for NULL.
        let is_null = subject.clone().test(Test::IsNull { negated: false }, "IS NULL");
        if value == Scalar::Null {
            return Some(is_null);
        }
        Some(Predicate::And(vec![subject.compares(comparison, value), Predicate::Not(Box::new(is_null))]))
    }

    fn null_test(&self, expr: &Expr) -> Option<Predicate> {
        let (arg, negated) = match (expr.downcast_ref::<IsNullExpr>(), expr.downcast_ref::<IsNotNullExpr>()) {
            (Some(is_null), _) => (is_null.arg(), false),
            (_, Some(is_not_null)) => (is_not_null.arg(), true),
            _ => return None,
        };
        let words = if negated { "IS NOT NULL" } else { "IS NULL" };
        self.subject(arg).map(|s| s.test(Test::IsNull { negated }, words))
    }

    fn in_list(&self, expr: &Expr) -> Option<Predicate> {
        let list = expr.downcast_ref::<InListExpr>()?;
        let periods = || list.list().iter().map(|value| self.of_period(list.expr(), Comparison::Eq, value)).collect();
        if let Some(periods) = periods() {
            let any = Predicate::Or(periods);
            return Some(if list.negated() { Predicate::Not(Box::new(any)) } else { any });
        }
        let values = list.list().iter().map(scalar).collect::<Option<Vec<_>>>()?;
        let subject = self.subject(list.expr())?;
        Some(subject.among(values, list.negated()))
    }

    fn like(&self, expr: &Expr) -> Option<Predicate> {
        let like = expr.downcast_ref::<LikeExpr>()?;
        let Scalar::Text(pattern) = scalar(like.pattern())? else { return None };
        let mut subject = self.subject(like.expr())?;
        subject.folded |= like.case_insensitive();
        let word = match (like.negated(), like.case_insensitive()) {
            (false, false) => "LIKE",
            (false, true) => "ILIKE",
            (true, false) => "NOT LIKE",
            (true, true) => "NOT ILIKE",
        };
        let words = format!("{word} {}", quoted(&pattern));
        Some(match like_text(&pattern) {
            LikeText::Pattern(pattern) => subject.test(Test::Like { pattern, negated: like.negated() }, &words),
            LikeText::Whole(text) => {
                let comparison = if like.negated() { Comparison::NotEq } else { Comparison::Eq };
                subject.test(Test::Compare(comparison, Scalar::Text(text)), &words)
            }
        })
    }

    fn function(&self, expr: &Expr) -> Option<Predicate> {
        let function = expr.downcast_ref::<ScalarFunctionExpr>()?;
        let [first, second] = function.args() else { return None };
        let subject = self.subject(first)?;
        let each =
            |subject: Subject, values: Vec<Scalar>| values.into_iter().map(move |v| subject.clone().has(v)).collect();
        match function.name() {
            "starts_with" => {
                let Scalar::Text(prefix) = scalar(second)? else { return None };
                let words = format!("begins with {}", quoted(&prefix));
                let pattern = if prefix.is_empty() { Pattern::Free } else { Pattern::Prefix(prefix) };
                Some(subject.test(Test::Like { pattern, negated: false }, &words))
            }
            "ip_in" => {
                let Scalar::Text(network) = scalar(second)? else { return None };
                let sql = format!("ip_in({}, {})", subject.name, quoted(&network));
                if Network::read(&network).is_none() {
                    return Some(Predicate::Constant(Truth::Unknown));
                }
                let Some(octets) = octets(&network).filter(|_| !subject.folded) else {
                    return Some(Predicate::Opaque { sql, why: Local::NoOctet });
                };
                Some(Predicate::Test { path: subject.path, folded: false, test: Test::InNetwork(octets), sql })
            }
            // Where the one is false and the other unknown, neither keeps a row; nor does its contrary, where it is unknown.
            "array_has" | ANY_OF => Some(subject.has(scalar(second)?)),
            "array_has_any" => list_elements(second).map(|values| Predicate::Or(each(subject, values))),
            "array_has_all" => list_elements(second).map(|values| Predicate::And(each(subject, values))),
            _ => None,
        }
    }

    /// A test of the elements of a list.
    fn any_element(&self, expr: &Expr) -> Option<Predicate> {
        let function = expr.downcast_ref::<HigherOrderFunctionExpr>()?;
        let (ANY_ELEMENT, [list, lambda]) = (function.name(), function.args()) else { return None };
        let lambda = lambda.downcast_ref::<LambdaExpr>()?;
        let [name] = lambda.params() else { return None };
        let list = self.subject(list).filter(|list| !list.folded)?;
        let variable = Variable { name: name.clone(), path: [list.path, vec![ELEMENT.into()]].concat() };
        let inside = Importer { schema: self.schema, elements: [&self.elements[..], &[variable]].concat() };
        let test = inside.import(lambda.body());
        let sql = format!("EXISTS (unnest({}) AS {name} WHERE {test})", list.name);
        Some(Predicate::Any { test: Box::new(test), sql })
    }

    /// A Boolean column standing alone.
    fn flag(&self, expr: &Expr) -> Option<Predicate> {
        let boolean = expr.data_type(self.schema).is_ok_and(|t| t == DataType::Boolean);
        let subject = self.subject(expr).filter(|_| boolean)?;
        Some(subject.compares(Comparison::Eq, Scalar::Bool(true)))
    }

    /// The column or field that an expression is, seen through what leaves a comparison unchanged.
    fn subject(&self, expr: &Expr) -> Option<Subject> {
        if let Some(column) = expr.downcast_ref::<Column>() {
            return Some(Subject { path: vec![column.name().into()], name: column.name().into(), folded: false });
        }
        if let Some(variable) = expr.downcast_ref::<LambdaVariable>() {
            let Variable { name, path } = self.elements.iter().rev().find(|one| one.name == variable.name())?.clone();
            return Some(Subject { path, name, folded: false });
        }
        if let Some(cast) = expr.downcast_ref::<CastExpr>() {
            let from = cast.expr().data_type(self.schema).ok()?;
            return keeps_value(&from, cast.cast_type()).then(|| self.subject(cast.expr())).flatten();
        }
        let function = expr.downcast_ref::<ScalarFunctionExpr>()?;
        match (function.name(), function.args()) {
            ("lower", [arg]) => self.subject(arg).map(|s| Subject { folded: true, ..s }),
            ("get_field", [base, names @ ..]) => {
                let mut subject = self.subject(base).filter(|s| !s.folded)?;
                for name in names {
                    let Scalar::Text(name) = scalar(name)? else { return None };
                    subject.name = format!("{}.{name}", subject.name);
                    subject.path.push(name);
                }
                Some(subject)
            }
            _ => None,
        }
    }
}

/// What a test is about.
#[derive(Clone)]
struct Subject {
    path: Vec<String>,
    /// As it is written.
    name: String,
    folded: bool,
}

impl Subject {
    /// It is one of these; negated: none of them.
    fn among(self, values: Vec<Scalar>, negated: bool) -> Predicate {
        let first: Vec<String> = values.iter().take(4).map(shown).collect();
        let more = if values.len() > 4 { format!(", … {} values", values.len()) } else { String::new() };
        let words = format!("{}IN ({}{more})", if negated { "NOT " } else { "" }, first.join(", "));
        self.test(Test::In { values, negated }, &words)
    }

    fn compares(self, comparison: Comparison, value: Scalar) -> Predicate {
        let words = format!("{} {}", comparison.sql(), shown(&value));
        self.test(Test::Compare(comparison, value), &words)
    }

    fn has(self, value: Scalar) -> Predicate {
        let sql = format!("array_has({}, {})", self.name, shown(&value));
        Predicate::Test { path: self.path, folded: self.folded, test: Test::Has { value, negated: false }, sql }
    }

    fn test(self, test: Test, words: &str) -> Predicate {
        let name = self.name;
        // ILIKE says itself that case is ignored.
        let name = if self.folded && !words.contains("ILIKE") { format!("lower({name})") } else { name };
        Predicate::Test { path: self.path, folded: self.folded, test, sql: format!("{name} {words}") }
    }
}

/// What the addresses of an IPv4 network have in common; `None`, if that is not one whole octet, or it is none.
fn octets(network: &str) -> Option<Octets> {
    let network = Network::read(network)?;
    let IpAddr::V4(first) = network.ends().0 else { return None };
    let [a, b, c, _] = first.octets();
    match network.bits() / 8 {
        0 => None,
        1 => Some(Octets::First(format!("{a}."))),
        2 => Some(Octets::First(format!("{a}.{b}."))),
        3 => Some(Octets::First(format!("{a}.{b}.{c}."))),
        _ => Some(Octets::All(first.to_string())),
    }
}

/// The operands of a chain of one connective, left to right. Iterative: chains can be hundreds long.
fn operands(expr: &Expr, connective: Operator) -> Vec<&Expr> {
    let (mut stack, mut found) = (vec![expr], Vec::new());
    while let Some(expr) = stack.pop() {
        match expr.downcast_ref::<BinaryExpr>().filter(|b| *b.op() == connective) {
            Some(binary) => stack.extend([binary.right(), binary.left()]),
            None => found.push(expr),
        }
    }
    found
}

fn constant(expr: &Expr) -> Option<Predicate> {
    match expr.downcast_ref::<Literal>()?.value() {
        ScalarValue::Boolean(Some(true)) => Some(Predicate::Constant(Truth::True)),
        ScalarValue::Boolean(Some(false)) => Some(Predicate::Constant(Truth::False)),
        value if value.is_null() => Some(Predicate::Constant(Truth::Unknown)),
        _ => None,
    }
}

fn opaque(expr: &Expr) -> Predicate {
    let why = if holds_pending(expr) { Local::Pending } else { Local::Computed };
    Predicate::Opaque { sql: words::words(expr), why }
}

fn holds_pending(expr: &Expr) -> bool {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        if expr.is::<ScalarSubqueryExpr>() && evaluated(expr).is_none() {
            return true;
        }
        stack.extend(expr.children());
    }
    false
}

/// Whether a comparison of the cast value is a comparison of the value itself. A coarser unit of time would cut digits
/// off; zones do not matter, since all of them are the same instant and the columns are UTC.
fn keeps_value(from: &DataType, to: &DataType) -> bool {
    use DataType::{Float64, Int8, Int16, Int32, Int64, LargeUtf8, Timestamp, Utf8, Utf8View};
    match (from, to) {
        (Utf8 | LargeUtf8 | Utf8View, Utf8 | LargeUtf8 | Utf8View) | (Int8 | Int16 | Int32, Int64 | Float64) => true,
        (Timestamp(TimeUnit::Microsecond, Some(zone)), Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, _)) => {
            &**zone == "UTC"
        }
        _ => false,
    }
}

/// The constant that an expression is; [`Scalar::Pending`] for a subquery that has not run.
fn scalar(expr: &Expr) -> Option<Scalar> {
    if let Some(literal) = expr.downcast_ref::<Literal>() {
        return Some(scalar_of(literal.value()));
    }
    if expr.is::<ScalarSubqueryExpr>() {
        return Some(evaluated(expr).map_or(Scalar::Pending, |v| scalar_of(&v)));
    }
    // What is made of a subquery is computed once its value is there.
    made_of_constants(expr)
        .then(|| if holds_pending(expr) { Some(Scalar::Pending) } else { evaluated(expr).map(|v| scalar_of(&v)) })?
}

/// Whether an expression is a cast or a function of constants, whatever row it is evaluated for.
fn made_of_constants(expr: &Expr) -> bool {
    let immutable = |f: &ScalarFunctionExpr| f.fun().signature().volatility == Volatility::Immutable;
    let of_values = expr.is::<CastExpr>() || expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(immutable);
    let constant = |e: &Expr| e.is::<Literal>() || e.is::<ScalarSubqueryExpr>() || made_of_constants(e);
    of_values && expr.children().into_iter().all(constant)
}

/// The value of a constant; of a subquery, once it ran.
fn evaluated(expr: &Expr) -> Option<ScalarValue> {
    match expr.evaluate(&RecordBatch::new_empty(Arc::new(Schema::empty()))).ok()? {
        ColumnarValue::Scalar(value) => Some(value),
        ColumnarValue::Array(_) => None,
    }
}

fn scalar_of(value: &ScalarValue) -> Scalar {
    if value.is_null() {
        return Scalar::Null;
    }
    match value {
        ScalarValue::Utf8(Some(s)) | ScalarValue::LargeUtf8(Some(s)) | ScalarValue::Utf8View(Some(s)) => {
            Scalar::Text(s.clone())
        }
        ScalarValue::Boolean(Some(b)) => Scalar::Bool(*b),
        ScalarValue::TimestampSecond(Some(t), _) => Scalar::Instant(t.saturating_mul(1_000_000)),
        ScalarValue::TimestampMillisecond(Some(t), _) => Scalar::Instant(t.saturating_mul(1_000)),
        ScalarValue::TimestampMicrosecond(Some(NO_MICROSECOND), _) => Scalar::Finer(NO_MICROSECOND),
        ScalarValue::TimestampMicrosecond(Some(t), _) => Scalar::Instant(*t),
        ScalarValue::TimestampNanosecond(Some(t), _) => match (t.div_euclid(1_000), t.rem_euclid(1_000)) {
            (micros, 0) => Scalar::Instant(micros),
            (micros, _) => Scalar::Finer(micros),
        },
        ScalarValue::Float64(Some(d)) => Scalar::Double(*d),
        ScalarValue::Float32(Some(d)) => Scalar::Double(f64::from(*d)),
        other => match other.cast_to(&DataType::Int64) {
            Ok(ScalarValue::Int64(Some(n))) if other.data_type().is_integer() => Scalar::Int(n),
            _ => Scalar::Other,
        },
    }
}

/// The elements of a constant list.
fn list_elements(expr: &Expr) -> Option<Vec<Scalar>> {
    let ScalarValue::List(list) = expr.downcast_ref::<Literal>()?.value() else { return None };
    if list.len() != 1 || list.is_null(0) {
        return None;
    }
    let elements = list.value(0);
    (0..elements.len()).map(|at| ScalarValue::try_from_array(&elements, at).ok().map(|v| scalar_of(&v))).collect()
}

/// A constant as SQL, for people.
fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => quoted(text),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(n) => n.to_string(),
        Scalar::Double(d) => d.to_string(),
        Scalar::Instant(micros) => quoted(&crate::time::instant_text(*micros)),
        Scalar::Finer(_) => "a time finer than a microsecond".into(),
        Scalar::Null => "NULL".into(),
        Scalar::Pending => "<known at run time>".into(),
        Scalar::Other => "…".into(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
