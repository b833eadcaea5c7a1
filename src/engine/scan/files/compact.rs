//! Rows that are kept for long, without the memory of those they were picked from.
//!
//! A view of a string keeps the page of texts alive that it points into, and a filter picks views.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Field};

/// The same rows, with texts of their own.
pub(super) fn compact(rows: &RecordBatch) -> RecordBatch {
    let columns = rows.columns().iter().map(own).collect();
    RecordBatch::try_new(rows.schema(), columns).unwrap_or_else(|_| rows.clone())
}

fn own(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Utf8View => Arc::new(array.as_string_view().gc()),
        DataType::Struct(fields) if !fields.is_empty() => {
            let array = array.as_struct();
            let columns = array.columns().iter().map(own).collect();
            Arc::new(StructArray::new(fields.clone(), columns, array.nulls().cloned()))
        }
        DataType::List(field) if is_of_texts(field) => {
            let array = array.as_list::<i32>();
            let (offsets, nulls) = (array.offsets().clone(), array.nulls().cloned());
            Arc::new(ListArray::new(Arc::clone(field), offsets, own(array.values()), nulls))
        }
        _ => Arc::clone(array),
    }
}

/// Whether there are views in the elements.
fn is_of_texts(field: &Field) -> bool {
    matches!(field.data_type(), DataType::Utf8View | DataType::Struct(_) | DataType::List(_))
}

#[cfg(test)]
mod tests {
    use arrow::array::{StringViewArray, UInt32Array};
    use arrow::buffer::OffsetBuffer;
    use arrow::compute::take_record_batch;
    use arrow::datatypes::Schema;

    use super::*;

    /// Texts, texts in an object, and lists of those.
    fn rows(count: usize) -> RecordBatch {
        let texts = |n: usize| -> ArrayRef {
            Arc::new(
                (0..n).map(|n| (n % 3 > 0).then(|| format!("{n} {}", "x".repeat(200)))).collect::<StringViewArray>(),
            )
        };
        let text = Arc::new(Field::new("t", DataType::Utf8View, true));
        let object: ArrayRef = Arc::new(StructArray::new(vec![text].into(), vec![texts(count)], None));
        let item = Arc::new(Field::new("item", object.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths(vec![1; count]);
        let list: ArrayRef = Arc::new(ListArray::new(item, offsets, Arc::clone(&object), None));
        let columns = [("a", texts(count)), ("b", object), ("c", list)];
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let columns = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    }

    #[test]
    fn few_rows_of_many_take_little() {
        let all = rows(3_000);
        let few = take_record_batch(&all, &UInt32Array::from(vec![1, 3, 2_000])).unwrap();
        let compacted = compact(&few);
        assert_eq!(compacted, few);
        let [before, after] = [&few, &compacted].map(RecordBatch::get_array_memory_size);
        assert!(before > 1_000_000 && after < 20_000, "{before} {after}");
    }
}
