//! A function of a row's values, as it is declared, and how it is called.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, ListArray, ListBuilder, StringViewBuilder,
    StructBuilder,
};
use arrow::datatypes::{DataType, Field, Fields, Float64Type, Int64Type};
use datafusion::common::{exec_err, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::addresses::{ADDRESS, NETWORK};
use crate::address::Network;
use crate::engine::error::Error;

/// The type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Int,
    Float,
    Binary,
    /// A list of texts.
    Texts,
}

/// An argument: its name, its type, and what it is.
pub(super) type Argument = (&'static str, Type, &'static str);

/// An argument's value in a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arg<'a> {
    Text(&'a str),
    Int(i64),
    Float(f64),
    Binary(&'a [u8]),
    Texts(&'a [&'a str]),
}

/// How the value of a row comes about, by what it is. The arguments are as they are declared, and none is NULL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Text(fn(&[Arg<'_>]) -> Option<String>),
    Flag(fn(&[Arg<'_>]) -> Option<bool>),
    Int(fn(&[Arg<'_>]) -> Option<i64>),
    Float(fn(&[Arg<'_>]) -> Option<f64>),
    Texts(fn(&[Arg<'_>]) -> Option<Vec<Option<String>>>),
    /// A list of keys and values.
    Pairs(fn(&[Arg<'_>]) -> Option<Vec<(String, Option<String>)>>),
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) also: &'static [&'static str],
    pub(super) doc: &'static str,
    pub(super) args: &'static [Argument],
    pub(super) of: Of,
    /// A call, and what it gives as text; tried by a test.
    pub(super) examples: &'static [(&'static str, Option<&'static str>)],
}

impl<'a> Arg<'a> {
    /// The text of an argument that is declared as one.
    pub(super) fn text(self) -> &'a str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// The number of an argument that is declared as one.
    pub(super) fn int(self) -> i64 {
        if let Self::Int(number) = self { number } else { 0 }
    }

    /// The number of an argument that is declared as one with a fraction.
    pub(super) fn float(self) -> f64 {
        if let Self::Float(number) = self { number } else { f64::NAN }
    }

    /// The bytes of an argument that is declared as some.
    pub(super) fn binary(self) -> &'a [u8] {
        if let Self::Binary(bytes) = self { bytes } else { &[] }
    }

    /// The texts of an argument that is declared as a list.
    pub(super) fn texts(self) -> &'a [&'a str] {
        if let Self::Texts(texts) = self { texts } else { &[] }
    }
}

impl Type {
    fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Binary => DataType::Binary,
            Self::Texts => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8View, true))),
        }
    }
}

impl Function {
    /// `ip_in(address, network)`
    fn syntax(&self) -> String {
        let names: Vec<&str> = self.args.iter().map(|(name, ..)| *name).collect();
        format!("{}({})", self.name, names.join(", "))
    }
}

/// A function as the engine calls it.
#[derive(Debug)]
pub(super) struct Rowwise {
    function: &'static Function,
    aliases: Vec<String>,
    signature: Signature,
    documentation: Documentation,
}

impl Rowwise {
    pub(super) fn new(function: &'static Function) -> Self {
        let mut documentation = Documentation::builder(DOC_SECTION_OTHER, function.doc, function.syntax());
        for (name, _, doc) in function.args {
            documentation = documentation.with_argument(*name, *doc);
        }
        if let Some((call, _)) = function.examples.first() {
            documentation = documentation.with_sql_example(*call);
        }
        Self {
            function,
            aliases: function.also.iter().map(ToString::to_string).collect(),
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: documentation.build(),
        }
    }
}

impl Rowwise {
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.function.name == name
    }
}

impl PartialEq for Rowwise {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for Rowwise {}

impl Hash for Rowwise {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for Rowwise {
    fn name(&self) -> &str {
        self.function.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let args = self.function.args;
        if given.len() != args.len() {
            return plan_err!("{} takes {} argument(s), not {}", self.function.syntax(), args.len(), given.len());
        }
        for ((name, of, _), given) in args.iter().zip(given) {
            if !takes(*of, given) {
                return plan_err!("{}: {name} cannot be of type {given}", self.function.syntax());
            }
        }
        Ok(args.iter().map(|(_, of, _)| of.arrow()).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.function.of {
            Of::Text(_) => DataType::Utf8View,
            Of::Flag(_) => DataType::Boolean,
            Of::Int(_) => DataType::Int64,
            Of::Float(_) => DataType::Float64,
            Of::Texts(_) => Type::Texts.arrow(),
            Of::Pairs(_) => DataType::List(Arc::new(Field::new_list_field(DataType::Struct(pair()), true))),
        })
    }

    /// Nothing is made simpler. A network that is written out and is none would match nothing, and nobody would be told why.
    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        for (arg, (name, ..)) in args.iter().zip(self.function.args) {
            let written = if let Expr::Literal(value, _) = arg { value.try_as_str().flatten() } else { None };
            if let Some(text) = written.filter(|text| *name == NETWORK.0 && Network::read(text).is_none()) {
                return Err(self.no_network(text));
            }
            // The address of a network that stands first lies in no network, and nobody would be told why.
            let is_network = |text: &&str| text.contains('/') && Network::read(text).is_some();
            if let Some(text) = written.filter(|text| *name == ADDRESS.0 && is_network(text)) {
                let what = format!(
                    "{}: '{text}' is a network, and stands in the place of the address",
                    self.function.syntax()
                );
                let column =
                    args.iter().find_map(|arg| if let Expr::Column(column) = arg { Some(&*column.name) } else { None });
                let instead = format!("write ip_in({}, '{text}')", column.unwrap_or("ip_address"));
                return Err(Error::Dialect { what, instead }.into());
            }
        }
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_))) {
            self.written_out(&args.args)?;
        }
        let made = |arrays: &[ArrayRef]| {
            let columns = arrays.iter().zip(self.function.args).map(|(array, (_, of, _))| Column::new(*of, array));
            let columns: Vec<Column> = columns.collect::<Result<_>>()?;
            let rows = arrays.first().map_or(1, Array::len);
            Ok(self.function.of.all(&columns, rows))
        };
        make_scalar_function(made, Vec::new())(&args.args)
    }
}

impl Rowwise {
    fn no_network(&self, text: &str) -> DataFusionError {
        let what = format!("{}: '{text}' is no network and no address", self.function.syntax());
        let instead = "a network is written as '10.0.0.0/8' or '2001:db8::/32', with 32 or 128 bits at most".into();
        Error::Dialect { what, instead }.into()
    }

    /// Of constants alone the value is computed before anything is made simpler, where a network that is none is looked for.
    fn written_out(&self, args: &[ColumnarValue]) -> Result<()> {
        for (arg, (name, ..)) in args.iter().zip(self.function.args) {
            if let ColumnarValue::Scalar(value) = arg
                && let Some(Some(text)) = value.try_as_str()
                && *name == NETWORK.0
                && Network::read(text).is_none()
            {
                return Err(self.no_network(text));
            }
        }
        Ok(())
    }
}

/// The fields of a key and its value.
fn pair() -> Fields {
    Fields::from(vec![Field::new("key", DataType::Utf8View, true), Field::new("value", DataType::Utf8View, true)])
}

/// Whether a value of a type can be an argument of another.
fn takes(of: Type, given: &DataType) -> bool {
    let is_text = |given: &DataType| matches!(given, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    match (of, given) {
        (_, DataType::Null) => true,
        (Type::Text, given) => is_text(given),
        (Type::Int, given) => given.is_integer(),
        (Type::Float, given) => given.is_numeric(),
        (Type::Binary, given) => {
            is_text(given) || matches!(given, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
        }
        (Type::Texts, DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)) => {
            is_text(item.data_type()) || item.data_type().is_null()
        }
        (Type::Texts, _) => false,
    }
}

/// An argument of all rows.
struct Column<'a> {
    of: Type,
    array: &'a ArrayRef,
}

impl<'a> Column<'a> {
    fn new(of: Type, array: &'a ArrayRef) -> Result<Self> {
        match *array.data_type() == of.arrow() {
            true => Ok(Self { of, array }),
            false => exec_err!("an argument of type {} came as {}", of.arrow(), array.data_type()),
        }
    }

    /// The texts of a list in a row; those of its elements that are NULL are left out.
    fn list(&self, row: usize) -> Option<ArrayRef> {
        let list: &ListArray = self.array.as_list_opt()?;
        (self.of == Type::Texts && list.is_valid(row)).then(|| list.value(row))
    }

    fn at<'v>(&'v self, row: usize, texts: &'v [&'v str]) -> Option<Arg<'v>> {
        if self.array.is_null(row) {
            return None;
        }
        Some(match self.of {
            Type::Text => Arg::Text(self.array.as_string_view().value(row)),
            Type::Int => Arg::Int(self.array.as_primitive::<Int64Type>().value(row)),
            Type::Float => Arg::Float(self.array.as_primitive::<Float64Type>().value(row)),
            Type::Binary => Arg::Binary(self.array.as_binary::<i32>().value(row)),
            Type::Texts => Arg::Texts(texts),
        })
    }
}

impl Of {
    /// The values of all rows.
    fn all(self, columns: &[Column<'_>], rows: usize) -> ArrayRef {
        match self {
            Self::Text(of) => {
                let mut made = StringViewBuilder::with_capacity(rows);
                (0..rows).for_each(|row| made.append_option(value(columns, row, of)));
                Arc::new(made.finish())
            }
            Self::Flag(of) => Arc::new((0..rows).map(|row| value(columns, row, of)).collect::<BooleanArray>()),
            Self::Int(of) => Arc::new((0..rows).map(|row| value(columns, row, of)).collect::<Int64Array>()),
            Self::Float(of) => Arc::new((0..rows).map(|row| value(columns, row, of)).collect::<Float64Array>()),
            Self::Texts(of) => {
                let mut made = ListBuilder::new(StringViewBuilder::new());
                (0..rows).for_each(|row| made.append_option(value(columns, row, of)));
                Arc::new(made.finish())
            }
            Self::Pairs(of) => {
                let mut made = ListBuilder::new(StructBuilder::from_fields(pair(), 0));
                for row in 0..rows {
                    let pairs = value(columns, row, of);
                    for (key, value) in pairs.iter().flatten() {
                        let each = made.values();
                        for (at, text) in [Some(key), value.as_ref()].into_iter().enumerate() {
                            if let Some(field) = each.field_builder::<StringViewBuilder>(at) {
                                field.append_option(text);
                            }
                        }
                        each.append(true);
                    }
                    made.append(pairs.is_some());
                }
                Arc::new(made.finish())
            }
        }
    }
}

fn value<T>(columns: &[Column<'_>], row: usize, of: fn(&[Arg<'_>]) -> Option<T>) -> Option<T> {
    let lists: Vec<Option<ArrayRef>> = columns.iter().map(|column| column.list(row)).collect();
    let texts: Vec<Vec<&str>> = lists
        .iter()
        .map(|list| list.as_ref().map_or_else(Vec::new, |list| list.as_string_view().iter().flatten().collect()))
        .collect();
    let args: Option<Vec<Arg<'_>>> = columns.iter().zip(&texts).map(|(column, texts)| column.at(row, texts)).collect();
    of(&args?)
}
