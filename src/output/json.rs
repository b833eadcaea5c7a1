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
}

impl Json {
    /// One array of objects.
    pub(super) fn array(schema: &Schema) -> Self {
        Self { names: names_apart(schema), array: true, started: false }
    }

    /// One object a line.
    pub(super) fn lines(schema: &Schema) -> Self {
        Self { names: names_apart(schema), array: false, started: false }
    }

    /// Appends rows.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
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

    /// Closes the array, if it is whole.
    pub(super) fn finish(&mut self, whole: bool, out: &mut String) {
        if self.array {
            out.push_str(if self.started { "\n" } else { "[\n" });
            out.push_str(if whole { "]\n" } else { "" });
        }
    }
}
