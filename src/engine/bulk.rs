//! How much rows are once each of their values is written out, and rows in pieces of that.
//!
//! In memory, rows can share a text: a view says where it lies, and behind a window or a join thousands say the same. Little as they take
//! there, in a file each of them is a text of its own, and so it is for a function that makes another text of it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait, RecordBatch};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{ArrowNativeType, DataType};

/// Bytes of the values of each row, written out.
pub(crate) fn bulk(columns: &[ArrayRef], rows: usize) -> Vec<usize> {
    let mut sizes = vec![0; rows];
    columns.iter().for_each(|column| add(column, &mut sizes));
    sizes
}

/// Rows in pieces of at most so many bytes; a row that has more is a piece of its own.
#[derive(Debug)]
pub(crate) struct Pieces {
    rows: RecordBatch,
    sizes: Vec<usize>,
    most: usize,
    from: usize,
}

impl Pieces {
    /// By the sizes of the rows.
    pub(crate) fn of(rows: RecordBatch, sizes: Vec<usize>, most: usize) -> Self {
        Self { rows, sizes, most, from: 0 }
    }
}

impl Iterator for Pieces {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        let mut bytes = *self.sizes.get(self.from)?;
        let fits = |size: &&usize| {
            bytes = bytes.saturating_add(**size);
            bytes <= self.most
        };
        let rows = 1 + self.sizes[self.from + 1..].iter().take_while(fits).count();
        let piece = self.rows.slice(self.from, rows);
        self.from += rows;
        Some(piece)
    }
}

/// The rows in pieces of at most so many bytes, written out.
pub(crate) fn in_pieces(rows: &RecordBatch, most: usize) -> Pieces {
    Pieces::of(rows.clone(), bulk(rows.columns(), rows.num_rows()), most)
}

fn add(column: &ArrayRef, sizes: &mut [usize]) {
    match column.data_type() {
        DataType::Null => {}
        DataType::Utf8View => add_each(sizes, column.as_string_view().lengths().map(ArrowNativeType::as_usize)),
        DataType::BinaryView => add_each(sizes, column.as_binary_view().lengths().map(ArrowNativeType::as_usize)),
        DataType::Utf8 => add_each(sizes, column.as_string::<i32>().offsets().lengths()),
        DataType::LargeUtf8 => add_each(sizes, column.as_string::<i64>().offsets().lengths()),
        DataType::Binary => add_each(sizes, column.as_binary::<i32>().offsets().lengths()),
        DataType::LargeBinary => add_each(sizes, column.as_binary::<i64>().offsets().lengths()),
        DataType::List(_) => {
            let lists = column.as_list::<i32>();
            add_items(sizes, lists.values(), lists.offsets());
        }
        DataType::LargeList(_) => {
            let lists = column.as_list::<i64>();
            add_items(sizes, lists.values(), lists.offsets());
        }
        DataType::Map(..) => {
            let maps = column.as_map();
            let entries: ArrayRef = Arc::new(maps.entries().clone());
            add_items(sizes, &entries, maps.offsets());
        }
        DataType::Struct(_) => column.as_struct().columns().iter().for_each(|field| add(field, sizes)),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            if !dictionary.values().is_empty() {
                let own = bulk(&[Arc::clone(dictionary.values())], dictionary.values().len());
                let is_there = |row: usize| usize::from(column.is_valid(row));
                let keys = dictionary.normalized_keys().into_iter().enumerate();
                add_each(sizes, keys.map(|(row, key)| own[key] * is_there(row)));
            }
        }
        kind => {
            let average = || column.get_array_memory_size() / column.len().max(1);
            let one = kind.primitive_width().unwrap_or_else(average);
            sizes.iter_mut().for_each(|size| *size += one);
        }
    }
}

fn add_each(sizes: &mut [usize], own: impl Iterator<Item = usize>) {
    sizes.iter_mut().zip(own).for_each(|(size, own)| *size += own);
}

fn add_items<O: OffsetSizeTrait>(sizes: &mut [usize], items: &ArrayRef, offsets: &OffsetBuffer<O>) {
    if let Some(width) = items.data_type().primitive_width() {
        return add_each(sizes, offsets.lengths().map(|count| count * width));
    }
    let (first, last) = (offsets[0].as_usize(), offsets[offsets.len() - 1].as_usize());
    let own = bulk(&[items.slice(first, last - first)], last - first);
    let mut from = 0;
    let in_list = offsets.lengths().map(|count| {
        from += count;
        own[from - count..from].iter().sum::<usize>()
    });
    add_each(sizes, in_list);
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        DictionaryArray, Int32Array, Int64Array, LargeStringArray, ListArray, StringArray, StringViewArray,
        StringViewBuilder, StructArray,
    };
    use arrow::datatypes::{Field, Int32Type};

    use super::*;

    fn of(column: ArrayRef) -> Vec<usize> {
        let rows = column.len();
        bulk(&[column], rows)
    }

    #[test]
    fn a_value_is_as_long_as_it_is_written_whoever_shares_it() {
        let texts = ["a", "", "ccc"];
        assert_eq!(of(Arc::new(StringArray::from(texts.to_vec()))), [1, 0, 3]);
        assert_eq!(of(Arc::new(LargeStringArray::from(texts.to_vec()).slice(1, 2))), [0, 3]);
        let views: ArrayRef = Arc::new(StringViewArray::from(texts.to_vec()));
        assert_eq!(of(Arc::clone(&views)), [1, 0, 3]);
        let mut shared = StringViewBuilder::new();
        shared.try_append_value_n("x".repeat(100_000), 3).unwrap();
        let shared: ArrayRef = Arc::new(shared.finish());
        assert!(shared.get_array_memory_size() < 200_000);
        assert_eq!(of(Arc::clone(&shared)), [100_000; 3]);
        let item = Arc::new(Field::new_list_field(DataType::Utf8View, true));
        let lists = ListArray::new(item, OffsetBuffer::from_lengths([1, 2, 0]), Arc::clone(&shared), None);
        assert_eq!(of(Arc::new(lists.slice(1, 2))), [200_000, 0]);
        let keys = Int32Array::from(vec![Some(0), None, Some(1), Some(0)]);
        let packed = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(lists)).unwrap();
        assert_eq!(of(Arc::new(packed)), [100_000, 0, 200_000, 100_000]);
        let fields = [("a", views), ("b", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef)];
        let fields =
            fields.map(|(name, column)| (Arc::new(Field::new(name, column.data_type().clone(), true)), column));
        assert_eq!(of(Arc::new(StructArray::from(fields.to_vec()))), [9, 8, 11]);
        let numbers = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None]);
        assert_eq!(of(Arc::new(numbers)), [8, 0]);
    }

    #[test]
    fn pieces_are_all_rows_and_none_is_empty() {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..6));
        let rows = RecordBatch::try_from_iter([("n", column)]).unwrap();
        let cut = |sizes: [usize; 6]| {
            Pieces::of(rows.clone(), sizes.to_vec(), 6).map(|piece| piece.num_rows()).collect::<Vec<_>>()
        };
        assert_eq!(cut([1; 6]), [6]);
        assert_eq!(cut([3, 3, 3, 5, 0, 9]), [2, 1, 2, 1]);
        assert_eq!(cut([9, 9, 0, 0, usize::MAX, usize::MAX]), [1, 1, 2, 1, 1]);
        let values: Vec<RecordBatch> = Pieces::of(rows.clone(), vec![4; 6], 6).collect();
        assert_eq!(arrow::compute::concat_batches(&rows.schema(), &values).unwrap(), rows);
        assert_eq!(in_pieces(&rows.slice(0, 0), 6).count(), 0);
    }
}
