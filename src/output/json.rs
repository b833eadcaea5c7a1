//! JSON: an array that shows by its last line that it is whole, or an object a line.

use arrow::datatypes::Schema;

use super::cell::{Column, json_object};
use super::names_apart;

/// Writer of both shapes.
#[derive(Debug)]
pub(super) struct Json {
    names: Vec<String>,
    array: bool,
    started: bool,
    /// Infinities and what is no number, which became null.
    unspelt: u64,
}

impl Json {
    /// One array of objects.
    pub(super) fn array(schema: &Schema) -> Self {
        Self { names: names_apart(schema), array: true, started: false, unspelt: 0 }
    }

    /// One object a line.
    pub(super) fn lines(schema: &Schema) -> Self {
        Self { names: names_apart(schema), array: false, started: false, unspelt: 0 }
    }

    /// Appends rows.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
        let in_row = |row: usize| columns.iter().map(move |column| column.unspelt(row));
        self.unspelt += (0..rows).flat_map(in_row).sum::<u64>();
        for row in 0..rows {
            if self.array {
                out.push_str(if self.started { ",\n" } else { "[\n" });
            }
            self.started = true;
            json_object(self.names.iter().map(String::as_str).zip(columns), row, out);
            if !self.array {
                out.push('\n');
            }
        }
    }

    /// Closes the array, if it is whole; how many numbers became null.
    pub(super) fn finish(&mut self, whole: bool, out: &mut String) -> u64 {
        if self.array {
            out.push_str(if self.started { "\n" } else { "[\n" });
            out.push_str(if whole { "]\n" } else { "" });
        }
        self.unspelt
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, ListArray, StructArray};
    use arrow::datatypes::{DataType, Field, Float64Type};

    use super::*;

    #[test]
    fn numbers_that_become_null_are_counted_wherever_they_stand() {
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.5), Some(f64::NAN), None]));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>([
            Some(vec![Some(f64::INFINITY), Some(2.0), None]),
            None,
            Some(vec![Some(f64::NEG_INFINITY)]),
        ]));
        let field = Field::new("x", DataType::Float64, true);
        let structs: ArrayRef = Arc::new(StructArray::from(vec![(Arc::new(field), Arc::clone(&numbers))]));
        let columns = [numbers, lists, structs].map(|array| Column::new(&array).unwrap());
        let (mut json, mut text) = (Json::lines(&Schema::empty()), String::new());
        json.names = ["a", "b", "c"].map(str::to_owned).to_vec();
        json.rows(&columns, 3, &mut text);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                r#"{"a":1.5,"b":[null,2.0,null],"c":{"x":1.5}}"#,
                r#"{"a":null,"b":null,"c":{"x":null}}"#,
                r#"{"a":null,"b":[null],"c":{"x":null}}"#,
            ]
        );
        assert_eq!(json.finish(true, &mut text), 4);
    }
}
