//! JSON: an array that shows by its last line that it is whole, or an object a line.

use arrow::datatypes::Schema;

use super::cell::{Column, json_object};
use super::names;

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
        Self { names: keys(schema), array: true, started: false }
    }

    /// One object a line.
    pub(super) fn lines(schema: &Schema) -> Self {
        Self { names: keys(schema), array: false, started: false }
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

/// The columns' names, told apart: of a key that comes twice in an object, readers drop one.
fn keys(schema: &Schema) -> Vec<String> {
    let names = names(schema);
    let mut keys: Vec<String> = Vec::with_capacity(names.len());
    for name in &names {
        let free = |key: &String| !keys.contains(key) && (key == name || !names.contains(key));
        let numbered = (2_u32..).map(|n| format!("{name}_{n}"));
        keys.extend(std::iter::once(name.clone()).chain(numbered).find(free));
    }
    keys
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::super::tests::write;
    use super::super::{Options, Writer, format};

    #[test]
    fn each_column_has_a_key_of_its_own() {
        let fields = ["id", "id", "id_2", "id"].map(|name| Field::new(name, DataType::Int64, true));
        let columns = (1..5).map(|n| Arc::new(Int64Array::from(vec![n])) as ArrayRef).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns).unwrap();
        let text = write("ndjson", &[batch], Options::default()).0;
        assert_eq!(text, "{\"id\":1,\"id_3\":2,\"id_2\":3,\"id_4\":4}\n");
    }

    #[test]
    fn a_part_of_a_result_is_no_whole_array() {
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, true)]);
        let mut bytes = Vec::new();
        let writer = Writer::new(format("json").unwrap(), &schema, Options::default(), &mut bytes);
        writer.finish(Some("a page")).unwrap();
        assert_eq!(bytes, b"[\n");
    }
}
