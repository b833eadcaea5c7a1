//! Lists under construction.

use arrow::array::{ListArray, NullBufferBuilder};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, FieldRef};

use super::builder::{Builder, Values};
use super::conflict::Conflicts;
use crate::decode::json::{Broken, Cursor};
use crate::decode::record::Strictness;
use crate::table::Edm;

/// A list column under construction.
#[derive(Debug)]
pub(in crate::decode) struct List {
    item: FieldRef,
    items: Builder,
    /// Where each list ends among the items; the first entry is where the first begins.
    ends: Vec<i32>,
    validity: NullBufferBuilder,
}

impl List {
    pub(in crate::decode) fn new(
        list: &Edm,
        item: &Edm,
        path: &str,
        strictness: Strictness,
        conflicts: &mut Conflicts,
    ) -> Self {
        let DataType::List(field) = list.data_type() else { unreachable!("a collection is a list in Arrow") };
        Self {
            item: field,
            items: Builder::new(item, &format!("{path}[]"), strictness, conflicts),
            ends: vec![0],
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Reads the list at whose opening bracket the cursor stands.
    pub(in crate::decode) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let mut end = self.end();
        let mut more = cursor.enter(b']')?;
        while more {
            self.items.read(cursor, conflicts)?;
            end += 1;
            more = cursor.more(b']')?;
        }
        self.ends.push(end);
        self.validity.append_non_null();
        Ok(())
    }

    /// Reads the value at which the cursor stands as the only item of a list.
    pub(in crate::decode) fn read_one(
        &mut self,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<(), Broken> {
        self.items.read(cursor, conflicts)?;
        self.ends.push(self.end() + 1);
        self.validity.append_non_null();
        Ok(())
    }

    /// Appends a list of this text alone.
    pub(in crate::decode) fn append_one(&mut self, text: &str, conflicts: &mut Conflicts) {
        self.items.append(Some(text), conflicts);
        self.ends.push(self.end() + 1);
        self.validity.append_non_null();
    }

    pub(in crate::decode) fn append_null(&mut self) {
        self.ends.push(self.end());
        self.validity.append_null();
    }

    /// What the items are made of.
    pub(in crate::decode) fn item(&self) -> &Values {
        &self.items.values
    }

    /// Items so far. They fit, because a batch is made of less than `i32::MAX` bytes (see `row`).
    fn end(&self) -> i32 {
        self.ends.last().copied().unwrap_or_default()
    }

    pub(in crate::decode) fn finish(&mut self) -> ListArray {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        ListArray::try_new(self.item.clone(), offsets, self.items.values.finish(), self.validity.finish())
            .expect("the ends of lists ascend and the last is the number of items")
    }
}
