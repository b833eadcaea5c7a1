//! Paths into JSON, as other dialects write them.
//!
//! `->` takes one name or position. A path in its place would be looked for as a name, and nothing would be found.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, Value, ValueWithSpan};

use super::dialect::{function_call, quoted, refused};
use crate::engine::error::Error;

/// A name, or a position in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Place(String),
}

impl Step {
    /// A number is a position, as PostgreSQL takes it.
    fn of(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_place = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|b| b.is_ascii_digit());
        if is_place { Self::Place(text.into()) } else { Self::Name(text.into()) }
    }

    fn literal(&self) -> Expr {
        Expr::Value(match self {
            Self::Name(name) => Value::SingleQuotedString(name.clone()).into(),
            Self::Place(place) => Value::Number(place.clone(), false).into(),
        })
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "'{}'", name.replace('\'', "''")),
            Self::Place(place) => f.write_str(place),
        }
    }
}

/// The right side of `->` and `->>`.
pub(super) fn of_step(op: &BinaryOperator, step: &Expr) -> Result<(), Error> {
    match text(step).filter(|text| is_path(text)) {
        Some(path) => Err(refused(
            format!("{op} takes one name or position, and {} is a path", quoted(step)),
            steps_of_path(path).map_or_else(
                || "write raw -> 'a' -> 0 ->> 'b'".to_owned(),
                |steps| format!("write {}", chain(*op == BinaryOperator::LongArrow, &steps)),
            ),
        )),
        None => Ok(()),
    }
}

/// The arguments of a function that goes into JSON.
pub(super) fn of_arguments(function: &str, args: &[FunctionArg]) -> Result<(), Error> {
    let mut steps = args.iter().skip(1).filter_map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(step)) => text(step).filter(|text| is_path(text)),
        _ => None,
    });
    let Some(path) = steps.next() else { return Ok(()) };
    let steps = steps_of_path(path).unwrap_or_else(|| vec![Step::Name("a".into()), Step::Place("0".into())]);
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    Err(refused(
        format!("{function} takes names and positions one by one, and {} is a path", quoted(&Step::Name(path.into()))),
        format!("write {function}(…, {})", steps.join(", ")),
    ))
}

/// A step that stands for a condition, as in `WHERE raw -> 'isInteractive'`: the planner would take it for a text.
pub(super) fn is_step(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_step(inner),
        Expr::BinaryOp { op, .. } => matches!(op, BinaryOperator::Arrow | BinaryOperator::HashArrow),
        Expr::Function(function) => function.name.to_string().eq_ignore_ascii_case("json_get"),
        _ => false,
    }
}

/// The comparison that it is then.
pub(super) fn compared(step: Expr, truth: bool) -> Expr {
    let truth = Box::new(Expr::Value(Value::Boolean(truth).into()));
    Expr::BinaryOp { left: Box::new(step), op: BinaryOperator::Eq, right: truth }
}

/// The path of `#>` and `#>>`, if it is written out: `'{a,0,b}'` or `ARRAY['a', '0', 'b']`.
pub(super) fn steps_of_array(path: &Expr) -> Option<Vec<Step>> {
    if let Expr::Array(array) = path {
        return array.elem.iter().map(|step| text(step).map(Step::of)).collect();
    }
    let inner = text(path)?.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    inner.split(',').map(element).collect()
}

/// An element of an array as text. What is quoted is a name.
fn element(text: &str) -> Option<Step> {
    let text = text.trim();
    match text.strip_prefix('"') {
        Some(rest) => {
            let name = rest.strip_suffix('"')?;
            (!name.contains(['"', '\\'])).then(|| Step::Name(name.into()))
        }
        None => (!text.is_empty() && !text.contains(['"', '\\', '{', '}'])).then(|| Step::of(text)),
    }
}

/// A call of a function on JSON.
pub(super) fn call(name: &str, json: Expr, steps: &[Step]) -> Expr {
    function_call(name, std::iter::once(json).chain(steps.iter().map(Step::literal)).collect())
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some(text),
        _ => None,
    }
}

/// `$`, `$.a`, `$[0]`: as other dialects write paths.
fn is_path(text: &str) -> bool {
    text == "$" || text.starts_with("$.") || text.starts_with("$[")
}

/// The steps of a simple path.
fn steps_of_path(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$')?;
    while !rest.is_empty() {
        let step;
        (step, rest) = if let Some(inner) = rest.strip_prefix('[') {
            let (inner, rest) = inner.split_once(']')?;
            (inner.trim_matches(['\'', '"']), rest)
        } else {
            let inner = rest.strip_prefix('.')?;
            match inner.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len())),
            }
        };
        if step.is_empty() || step == "*" {
            return None;
        }
        steps.push(Step::of(step));
    }
    (!steps.is_empty()).then_some(steps)
}

/// The steps as operators.
fn chain(as_text: bool, steps: &[Step]) -> String {
    let last = steps.len() - 1;
    let arrow = |at| if at == last && as_text { "->>" } else { "->" };
    steps.iter().enumerate().fold("raw".to_owned(), |text, (at, step)| format!("{text} {} {step}", arrow(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        for (path, written) in [
            ("$.status.errorCode", Some("raw -> 'status' ->> 'errorCode'")),
            ("$[0].a", Some("raw -> 0 ->> 'a'")),
            ("$.\"a.b\"['c d'][-1]", Some("raw -> 'a.b' -> 'c d' ->> -1")),
            ("$.it's", Some("raw ->> 'it''s'")),
            ("$", None),
            ("$.*", None),
            ("$.a[", None),
            ("$..a", None),
        ] {
            assert_eq!(steps_of_path(path).map(|steps| chain(true, &steps)).as_deref(), written, "{path}");
        }
    }

    #[test]
    fn an_array_as_text_is_taken_apart() {
        let literal = |text: &str| Expr::Value(Value::SingleQuotedString(text.into()).into());
        let shown = |text: &str| {
            let steps = steps_of_array(&literal(text))?;
            Some(steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(shown("{a, 0 ,b}").as_deref(), Some("'a' 0 'b'"));
        assert_eq!(shown("{\"a b\",\"0\"}").as_deref(), Some("'a b' '0'"));
        assert_eq!(shown("{}").as_deref(), Some(""));
        for odd in ["a", "{a,}", "{a", "{\"a}", "{{a}}"] {
            assert_eq!(shown(odd), None, "{odd}");
        }
    }
}
