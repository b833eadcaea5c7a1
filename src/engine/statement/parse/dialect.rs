//! What a statement says that the engine would ignore, or take for something else.
//!
//! DataFusion plans a part of the grammar and passes over the rest without a word: a sample that is no sample, a lock that
//! locks nothing, a filter on a function that is no aggregate. Other parts it refuses with the parser's own dump. So the
//! statement is walked before it is planned: what can be put into other words is, what cannot is refused with the way that
//! leads there. The lists name what is known to be planned; what is new in the grammar is refused until it is looked at.

use std::ops::ControlFlow;

use datafusion::sql::parser::{ExplainStatement, ResetStatement, Statement as Outer};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, DataType, DescribeAlias, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList,
    FunctionArguments, Ident, ObjectName, Query, Select, SelectFlavor, Set, SetExpr, Statement, Subscript, TableFactor,
    UnaryOperator, Value, ValueWithSpan, VisitMut as _, VisitorMut,
};

use super::names::Names;
use super::{elements, functions, json, lambdas, operators, spellings, tables, using, zone};
use crate::engine::error::Error;
use crate::engine::session::policy::READ_ONLY;

/// Characters of the statement that an error quotes.
const QUOTED: usize = 60;

/// Puts a statement into words that the planner understands, or says what is not understood. `is_scalar` tells functions
/// of single rows.
pub(super) fn settle(statement: &mut Outer, is_scalar: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    match statement {
        Outer::Statement(inner) => match inner.visit(&mut Dialect { is_scalar, names: Names::default() }) {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        },
        Outer::Explain(ExplainStatement { statement, .. }) => settle(statement, is_scalar),
        Outer::Reset(ResetStatement::Variable(name)) if zone::is_zone(name) => {
            *statement = Outer::Statement(Box::new(Statement::Set(zone::utc())));
            Ok(())
        }
        Outer::Reset(_) | Outer::CopyTo(_) | Outer::CreateExternalTable(_) => Ok(()),
    }
}

/// An error about the dialect.
pub(in crate::engine::statement) fn refused(what: impl Into<String>, instead: impl Into<String>) -> Error {
    Error::Dialect { what: what.into(), instead: instead.into() }
}

/// A part of the statement, short enough for one line.
pub(super) fn quoted(part: &impl ToString) -> String {
    let text = part.to_string();
    let text = text.trim();
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

struct Dialect<'a> {
    is_scalar: &'a dyn Fn(&str) -> bool,
    names: Names,
}

fn flow(result: Result<(), Error>) -> ControlFlow<Error> {
    result.map_or_else(ControlFlow::Break, ControlFlow::Continue)
}

impl VisitorMut for Dialect<'_> {
    type Break = Error;

    fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<Error> {
        flow(of_statement(statement))
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Error> {
        self.names.enter_query(query);
        flow(tables::of_query(query))
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<Error> {
        self.names.leave_query();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Error> {
        let settled = tables::of_select(select);
        using::settle(select);
        self.names.enter_select(select);
        flow(settled)
    }

    fn post_visit_select(&mut self, _: &mut Select) -> ControlFlow<Error> {
        self.names.leave_select();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Error> {
        if let TableFactor::UNNEST { array_exprs, .. } = table {
            self.names.beside(array_exprs);
        }
        flow(tables::of_table(table))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Error> {
        flow(self.names.settle(expr).and_then(|()| self.of_expr(expr)))
    }

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<Error> {
        flow(of_value(&value.value))
    }
}

fn of_statement(statement: &mut Statement) -> Result<(), Error> {
    match statement {
        Statement::Set(set) => zone::of_set(set).and_then(|()| of_set(set)),
        Statement::StartTransaction { .. } | Statement::Commit { .. } | Statement::Rollback { .. } => {
            Err(refused("there are no transactions here", "remove it: a query changes nothing"))
        }
        // All tables of a session are its own, and go with it.
        Statement::CreateTable(table) => {
            table.temporary = false;
            Ok(())
        }
        Statement::CreateView(view) => {
            view.temporary = false;
            Ok(())
        }
        // Another word for it.
        Statement::ShowColumns { show_options, .. }
            if show_options.filter_position.is_none() && show_options.limit.is_none() =>
        {
            let table = show_options.show_in.as_mut().and_then(|of| of.parent_name.take());
            let Some(table_name) = table else {
                return Err(refused("SHOW COLUMNS names a table", "SHOW COLUMNS FROM sign_ins"));
            };
            let describe_alias = DescribeAlias::Describe;
            *statement =
                Statement::ExplainTable { describe_alias, hive_format: None, has_table_keyword: false, table_name };
            Ok(())
        }
        Statement::Query(query) if names_nothing(&query.body) => {
            Err(refused("SELECT names no columns", "name them, or write * for all: SELECT * FROM sign_ins"))
        }
        // The rows would be looked at before it is said that there is nowhere to put them.
        Statement::Insert(insert) if !insert.overwrite => Err(refused("INSERT is not supported", READ_ONLY)),
        Statement::CreateIndex(_) => {
            Err(refused("there are no indexes here", "CREATE TABLE … AS SELECT keeps the rows that are asked often"))
        }
        _ => Ok(()),
    }
}

/// `SELECT FROM t`, whose rows have no columns: only EXISTS can ask for that.
fn names_nothing(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => {
            // `SELECT FROM FROM` is a slip that the table's name shows, and its place.
            let is_doubled = select.from.first().is_some_and(|table| table.to_string().eq_ignore_ascii_case("from"));
            select.projection.is_empty() && !is_doubled && !matches!(select.flavor, SelectFlavor::FromFirstNoSelect)
        }
        SetExpr::Query(query) => names_nothing(&query.body),
        SetExpr::SetOperation { left, right, .. } => names_nothing(left) || names_nothing(right),
        _ => false,
    }
}

fn of_set(set: &Set) -> Result<(), Error> {
    let understood = match set {
        Set::SingleAssignment { values, .. } => {
            matches!(values.as_slice(), [Expr::Identifier(_) | Expr::Value(_) | Expr::UnaryOp { .. }])
        }
        _ => false,
    };
    if understood {
        return Ok(());
    }
    Err(refused(format!("{} is not supported", quoted(set)), "SET auditql.NAME = VALUE changes a setting"))
}

fn of_value(value: &Value) -> Result<(), Error> {
    match value {
        Value::Number(..)
        | Value::SingleQuotedString(_)
        | Value::DoubleQuotedString(_)
        | Value::DollarQuotedString(_)
        | Value::EscapedStringLiteral(_)
        | Value::HexStringLiteral(_)
        | Value::Boolean(_)
        | Value::Null
        | Value::Placeholder(_) => Ok(()),
        other => Err(refused(format!("{} is not a supported form of text", quoted(other)), "text is written '…'")),
    }
}

impl Dialect<'_> {
    fn of_expr(&self, expr: &mut Expr) -> Result<(), Error> {
        match expr {
            Expr::Function(Function { name, args: FunctionArguments::None, .. }) => {
                if let Some(function) = name.0.first().and_then(|part| part.as_ident()).and_then(present_time) {
                    *expr = function;
                }
                Ok(())
            }
            Expr::Function(function) if let Some(meant) = lambdas::of_call(function)? => {
                *expr = meant;
                Ok(())
            }
            Expr::Function(function) => match spellings::of_call(function, self.is_scalar)? {
                Some(meant) => {
                    *expr = meant;
                    self.of_expr(expr)
                }
                None => functions::of_function(function, self.is_scalar),
            },
            Expr::InSubquery { .. } => elements::of_in(expr),
            Expr::Subquery(_) => elements::of_value(expr),
            Expr::TypedString(typed) => {
                zone::of_time(&typed.data_type, &mut typed.value.value);
                Ok(())
            }
            Expr::Interval(interval) => {
                operators::of_interval(interval);
                Ok(())
            }
            Expr::BinaryOp { .. } => operators::of_binary(expr),
            Expr::UnaryOp { op: UnaryOperator::Not, expr: of } if json::is_step(of) => {
                *expr = json::compared(of.as_ref().clone(), false);
                Ok(())
            }
            Expr::IsDistinctFrom(_, right) | Expr::IsNotDistinctFrom(_, right) => operators::of_distinct(right),
            Expr::AnyOp { .. } | Expr::AllOp { .. } => operators::of_quantified(expr),
            Expr::Exists { subquery, .. } => {
                operators::of_exists(subquery, self.is_scalar)?;
                elements::of_exists(expr)
            }
            Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::Plus | UnaryOperator::Minus, .. } => Ok(()),
            Expr::Identifier(name) => {
                if let Some(function) = present_time(name) {
                    *expr = function;
                }
                Ok(())
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                if access_chain.first().is_some_and(is_zeroth) {
                    let instead = format!("the first element is {}", quoted(&format!("{root}[1]")));
                    return Err(refused("lists begin at 1 here, and have no element 0", instead));
                }
                access_chain.iter_mut().for_each(field_by_name);
                Ok(())
            }
            Expr::AtTimeZone { time_zone, .. } => zone::of_literal(time_zone),
            Expr::Cast { data_type, expr, .. } => {
                if let Expr::Value(said) = expr.as_mut() {
                    zone::of_time(data_type, &mut said.value);
                    of_list(data_type, &said.value)?;
                    of_bytes(data_type, &mut said.value)?;
                }
                of_type(data_type)
            }
            other if is_planned(other) => Ok(()),
            // `x =~ 'text'`
            Expr::UnaryOp { op: UnaryOperator::BitwiseNot, expr } if matches!(&**expr, Expr::Value(said) if matches!(said.value, Value::SingleQuotedString(_))) =>
            {
                let text = quoted(expr).to_lowercase();
                let instead = format!("to compare in any case: lower(x) = {text}, or x ILIKE {text}");
                Err(refused(format!("{} is not understood here", quoted(&format!("~{expr}"))), instead))
            }
            other => Err(refused(format!("{} is not understood here", quoted(other)), instead_of(other))),
        }
    }
}

/// Expressions that the planner knows, besides those above.
fn is_planned(expr: &Expr) -> bool {
    use Expr as E;
    matches!(
        expr,
        E::CompoundIdentifier(_)
            | E::Value(_)
            | E::TypedString(_)
            | E::Extract { .. }
            | E::Array(_)
            | E::Interval(_)
            | E::Case { .. }
            | E::IsNull(_)
            | E::IsNotNull(_)
            | E::IsDistinctFrom(..)
            | E::IsNotDistinctFrom(..)
            | E::IsTrue(_)
            | E::IsFalse(_)
            | E::IsNotTrue(_)
            | E::IsNotFalse(_)
            | E::IsUnknown(_)
            | E::IsNotUnknown(_)
            | E::Between { .. }
            | E::InList { .. }
            | E::InSubquery { .. }
            | E::Like { .. }
            | E::ILike { .. }
            | E::Substring { .. }
            | E::Trim { .. }
            | E::Position { .. }
            | E::Overlay { .. }
            | E::Ceil { .. }
            | E::Floor { .. }
            | E::Rollup(_)
            | E::Cube(_)
            | E::GroupingSets(_)
            | E::Nested(_)
            | E::Subquery(_)
            | E::Struct { .. }
            | E::Named { .. }
            | E::Tuple(_)
            | E::Dictionary(_)
            | E::Map(_)
            | E::JsonAccess { .. }
            | E::Wildcard(_)
            | E::QualifiedWildcard(..)
            | E::Lambda(_)
    )
}

/// What to write for an expression that is not known.
fn instead_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::SimilarTo { .. } | Expr::RLike { .. } => {
            "x ~ '^a.*z$' takes a regular expression, x LIKE 'a%z' a simple pattern"
        }
        Expr::Collate { .. } => "remove it: text is compared character by character; lower(x) ignores case",
        Expr::Convert { .. } => "CAST(x AS type) converts",
        Expr::UnaryOp { .. } => "abs(x), sqrt(x), factorial(x) and their like are functions; \\df lists them",
        _ => "the dialect is PostgreSQL's, as far as DataFusion supports it",
    }
}

/// A length would be passed over: `'abc'::varchar(2)` is `'ab'` elsewhere.
fn of_type(data_type: &DataType) -> Result<(), Error> {
    match data_type {
        DataType::Varchar(Some(_)) | DataType::Char(Some(_)) => Err(refused(
            format!("{data_type} would not be cut to its length"),
            "left(x, n) cuts; CAST(x AS TEXT) makes a text of any length",
        )),
        _ => Ok(()),
    }
}

/// `'{a,b}'::text[]` would become a list of one text.
fn of_list(data_type: &DataType, value: &Value) -> Result<(), Error> {
    match (data_type, value) {
        (DataType::Array(_), Value::SingleQuotedString(text)) => Err(refused(
            format!("the text {} is not read as a list", quoted(&format!("'{text}'"))),
            "ARRAY['a', 'b'] writes a list, string_to_array(x, ',') cuts a text into one",
        )),
        _ => Ok(()),
    }
}

/// `'\x6162'::bytea` are the bytes that the digits say, as PostgreSQL writes them, and not the characters of the text.
fn of_bytes(data_type: &DataType, value: &mut Value) -> Result<(), Error> {
    let (DataType::Bytea, Value::SingleQuotedString(text)) = (data_type, &mut *value) else { return Ok(()) };
    let Some(digits) = text.strip_prefix("\\x") else { return Ok(()) };
    if digits.len() % 2 == 1 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(refused(
            format!("{} are no bytes", quoted(&format!("'{text}'"))),
            "behind \\x stand two hexadecimal digits for each: '\\x6162'::bytea",
        ));
    }
    *value = Value::HexStringLiteral(digits.to_owned());
    Ok(())
}

/// `x[0]`, which would be NULL of every list.
fn is_zeroth(access: &AccessExpr) -> bool {
    let AccessExpr::Subscript(Subscript::Index { index: Expr::Value(said) }) = access else { return false };
    matches!(&said.value, Value::Number(digits, _) if digits == "0")
}

/// `(x).name` and `x[1].name` reach into a struct by its name, as `x.name` does.
fn field_by_name(access: &mut AccessExpr) {
    if let AccessExpr::Dot(field @ Expr::Identifier(_)) = access
        && let Expr::Identifier(name) = field
    {
        let plain = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() };
        *field = Expr::Value(Value::SingleQuotedString(plain).into());
    }
}

/// Words of PostgreSQL that stand for the present time without parentheses. All times are UTC, the local ones too.
fn present_time(name: &Ident) -> Option<Expr> {
    let word = name.value.to_lowercase();
    let function = match word.as_str() {
        "localtimestamp" => "now",
        "localtime" => "current_time",
        _ => return None,
    };
    name.quote_style.is_none().then(|| function_call(function, Vec::new()))
}

/// A call of a function of the engine.
pub(super) fn function_call(name: &str, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    let args = FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() };
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(args),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}
