//! Functions of name/value lists, as records of Microsoft 365 and the directory have them: `parameters`, `extended_properties`,
//! `modified_properties`, `additional_details`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{ArrowNativeType, DataType};
use datafusion::common::{exec_err, plan_err};
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// What the name of an element is called.
const NAMES: &[&str] = &["name", "key", "display_name"];

/// A function that finds an element by its name.
#[derive(Debug)]
struct Kv {
    name: &'static str,
    /// The fields of which the first that the list has is the value.
    values: &'static [&'static str],
    signature: Signature,
    documentation: Documentation,
}

impl PartialEq for Kv {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kv {}

impl Hash for Kv {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// The functions.
pub(super) fn functions() -> impl Iterator<Item = ScalarUDF> {
    const FUNCTIONS: &[(&str, &[&str], &str)] = &[
        (
            "kv",
            &["value", "new_value"],
            "The value of the first element with that name, in any case, of a list of names and values.",
        ),
        (
            "kv_new",
            &["new_value", "value"],
            "The new value of the first element with that name, in any case, of a list of changes.",
        ),
        (
            "kv_old",
            &["old_value"],
            "The old value of the first element with that name, in any case, of a list of changes.",
        ),
    ];
    FUNCTIONS.iter().map(|(name, values, doc)| {
        let doc = format!(
            "{doc} NULL, if there is none. Of a value that is JSON text, once quoted or in an array with one element, it is the text within."
        );
        let documentation = Documentation::builder(DOC_SECTION_OTHER, doc, format!("{name}(list, name)"))
            .with_argument("list", "A list whose elements have a name and a value.")
            .with_argument("name", "The name.")
            .with_sql_example(format!("SELECT {name}(modified_properties, 'Role.DisplayName') FROM m365.azure_active_directory"))
            .build();
        let signature = Signature::user_defined(Volatility::Immutable);
        ScalarUDF::from(Kv { name, values, signature, documentation })
    })
}

impl ScalarUDFImpl for Kv {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [list, name] = given else {
            return plan_err!("{}(list, name) takes 2 arguments, not {}", self.name, given.len());
        };
        if list.is_null() {
            return Ok(vec![DataType::Null, DataType::Utf8View]);
        }
        let DataType::List(item) = list else {
            return plan_err!("{}(list, name): list is a {list}, and no list", self.name);
        };
        if !name.is_string() && !name.is_null() {
            return plan_err!("{}(list, name): name is no text", self.name);
        }
        let field = |names: &[&str]| match item.data_type() {
            DataType::Struct(fields) => names.iter().any(|name| fields.iter().any(|field| field.name() == name)),
            _ => false,
        };
        if !field(NAMES) || !field(self.values) {
            let (names, values) = (NAMES.join(" or "), self.values.join(" or "));
            return plan_err!(
                "{}(list, name): the elements of the list have no field {names} with a {values}",
                self.name
            );
        }
        Ok(vec![list.clone(), DataType::Utf8View])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|given| self.found(given), Vec::new())(&args.args)
    }
}

impl Kv {
    fn found(&self, given: &[ArrayRef]) -> Result<ArrayRef> {
        let [list, name] = given else { return exec_err!("{} takes 2 arguments", self.name) };
        let rows = list.len();
        let mut made = StringViewBuilder::with_capacity(rows);
        if let Some(lists) = list.as_list_opt::<i32>() {
            let elements = Elements::of(lists.values(), self.values)?;
            let names = name.as_string_view();
            for row in 0..rows {
                let valid = lists.is_valid(row) && names.is_valid(row);
                let [from, to] = [row, row + 1].map(|at| lists.offsets()[at].as_usize());
                let found = valid.then(|| elements.find(from..to, names.value(row))).flatten();
                made.append_option(found.map(inner));
            }
        } else {
            (0..rows).for_each(|_| made.append_null());
        }
        Ok(Arc::new(made.finish()))
    }
}

/// Names and values of the elements of all lists.
struct Elements {
    names: ArrayRef,
    values: ArrayRef,
}

impl Elements {
    fn of(elements: &ArrayRef, values: &[&str]) -> Result<Self> {
        let Some(elements) = elements.as_struct_opt() else { return exec_err!("a list of no objects") };
        let field = |names: &[&str]| -> Result<ArrayRef> {
            let found = names.iter().find_map(|name| StructArray::column_by_name(elements, name));
            found.map_or_else(
                || exec_err!("a list without {}", names.join(" or ")),
                |column| Ok(cast(column, &DataType::Utf8View)?),
            )
        };
        Ok(Self { names: field(NAMES)?, values: field(values)? })
    }

    fn find(&self, mut range: std::ops::Range<usize>, name: &str) -> Option<&str> {
        let names = self.names.as_string_view();
        let at = range.find(|at| names.is_valid(*at) && names.value(*at).eq_ignore_ascii_case(name))?;
        let values = self.values.as_string_view();
        values.is_valid(at).then(|| values.value(at))
    }
}

/// What a value says: `"x"`, `["x"]` and `"\"x\""` are x, and so is x.
pub(super) fn inner(value: &str) -> String {
    /// The directory quotes twice at most, within an array.
    const DEEPEST: usize = 4;
    let mut text = value.trim().to_owned();
    for _ in 0..DEEPEST {
        let within = match text.as_bytes() {
            [b'"', .., b'"'] => serde_json::from_str::<String>(&text).ok(),
            [b'[', .., b']'] => serde_json::from_str::<Vec<String>>(&text)
                .ok()
                .and_then(|list| <[String; 1]>::try_from(list).ok())
                .map(|[one]| one),
            _ => None,
        };
        match within {
            Some(within) => text = within,
            None => break,
        }
    }
    if text == value.trim() { value.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_stands_within_its_quotes() {
        for (value, text) in [
            ("Global Administrator", "Global Administrator"),
            ("\"Global Administrator\"", "Global Administrator"),
            (r#""\"Global Administrator\"""#, "Global Administrator"),
            (r#"["Enabled"]"#, "Enabled"),
            (r#"["a","b"]"#, r#"["a","b"]"#),
            (r#"[{"a":1}]"#, r#"[{"a":1}]"#),
            ("\"", "\""),
            ("", ""),
            (" x ", " x "),
            ("\"\"", ""),
        ] {
            assert_eq!(inner(value), text, "{value}");
        }
    }
}
