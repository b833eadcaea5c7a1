//! What values of window functions take, counted in the session's memory pool while the operator holds them.
//!
//! DataFusion makes accumulators and evaluators in the middle of an operator's work, and tells them nothing of where they are. So the
//! room of an operator is that of the work that is done in it ([`Room::within`]), and what is made there asks for it.

use std::mem::size_of;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayData};
use arrow::buffer::Buffer;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use datafusion::scalar::ScalarValue;

use crate::engine::error::Error;

/// A value is held twice: as what was evaluated, and in the column that is made of all of them.
const HELD: usize = 2;

tokio::task_local! {
    /// The room of the operator that is at work.
    static ROOM: Arc<Room>;
}

/// The room of one operator that evaluates window functions.
#[derive(Debug)]
pub(super) struct Room {
    taken: MemoryReservation,
    held: Mutex<Values>,
    /// All that the pool has, if that is known.
    limit: Option<usize>,
}

/// Values that an operator holds.
#[derive(Debug, Default)]
struct Values {
    count: usize,
    bytes: usize,
}

impl Room {
    /// Room in a pool.
    pub(super) fn of(pool: &Arc<dyn MemoryPool>) -> Arc<Self> {
        let limit = match pool.memory_limit() {
            MemoryLimit::Finite(limit) => Some(limit),
            MemoryLimit::Infinite | MemoryLimit::Unknown => None,
        };
        let taken = MemoryConsumer::new("values of window functions").register(pool);
        Arc::new(Self { taken, held: Mutex::default(), limit })
    }

    /// Does work of its operator.
    pub(super) fn within<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        ROOM.sync_scope(Arc::clone(self), work)
    }

    /// The room of the work that is done here, if it is an operator's that counts.
    pub(super) fn here() -> Option<Arc<Self>> {
        ROOM.try_with(Arc::clone).ok()
    }

    /// Takes room for the value of a row.
    pub(super) fn take(&self, function: &str, value: &ScalarValue) -> Result<(), Error> {
        let bytes = HELD * size(value);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.count += 1;
        held.bytes += bytes;
        self.taken.try_grow(bytes).map_err(|_| {
            // It was not taken, so it is not to be given back.
            held.bytes -= bytes;
            Error::LongValues {
                function: function.to_owned(),
                rows: held.count,
                taken: (held.bytes + bytes) >> 20,
                limit: self.limit.unwrap_or_default() >> 20,
            }
        })
    }

    /// Gives back the room of so many values, those of rows that were given out. Of which rows they are is not known, so each
    /// counts as much as the others.
    pub(super) fn give_back(&self, values: usize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = if values < held.count { held.bytes / held.count * values } else { held.bytes };
        held.count = held.count.saturating_sub(values);
        held.bytes -= bytes;
        self.taken.shrink(bytes);
    }
}

/// Bytes of a value, without those of texts that it only points to.
fn size(value: &ScalarValue) -> usize {
    let pointers = size_of::<ScalarValue>();
    if let Some(text) = value.try_as_str() {
        return pointers + text.map_or(0, str::len);
    }
    let of = |array: &dyn Array| {
        let data = array.to_data();
        data.get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size())
            + size_of::<Buffer>() * buffers(&data)
    };
    pointers
        + match value {
            ScalarValue::Binary(bytes) | ScalarValue::LargeBinary(bytes) | ScalarValue::BinaryView(bytes) => {
                bytes.as_ref().map_or(0, Vec::len)
            }
            ScalarValue::List(list) => of(list.as_ref()),
            ScalarValue::LargeList(list) => of(list.as_ref()),
            ScalarValue::FixedSizeList(list) => of(list.as_ref()),
            ScalarValue::Struct(fields) => of(fields.as_ref()),
            ScalarValue::Map(map) => of(map.as_ref()),
            other => other.size(),
        }
}

/// How many buffers hold an array. A list of views that came one by one has many.
fn buffers(data: &ArrayData) -> usize {
    data.buffers().len() + data.child_data().iter().map(buffers).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use arrow::array::{ListArray, StringViewArray};
    use arrow::datatypes::Int64Type;
    use datafusion::execution::memory_pool::GreedyMemoryPool;

    use super::*;

    #[test]
    fn values_count_until_their_rows_were_given_out() {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(100_000));
        let room = Room::of(&pool);
        let text = ScalarValue::from("x".repeat(10_000));
        (0..4).for_each(|_| room.take("f", &text).unwrap());
        let four = pool.reserved();
        assert!((80_000..82_000).contains(&four), "{four}");
        let refused = room.take("f", &text).unwrap_err();
        assert!(matches!(refused, Error::LongValues { rows: 5, .. }), "{refused:?}");
        assert_eq!(pool.reserved(), four);
        room.give_back(1);
        assert!((64_000..66_000).contains(&pool.reserved()), "{}", pool.reserved());
        room.take("f", &text).unwrap();
        room.give_back(9);
        assert_eq!(pool.reserved(), 0);
        room.give_back(9);
    }

    #[test]
    fn a_list_counts_what_it_holds_and_not_what_it_points_to() {
        let list = |items| ScalarValue::List(ScalarValue::new_list(items, &arrow::datatypes::DataType::Utf8View, true));
        let texts: Vec<ScalarValue> =
            (0..100).map(|n| ScalarValue::from(format!("{n} {}", "x".repeat(1_000)))).collect();
        let bytes = size(&list(&texts));
        assert!((1_600..4_000).contains(&bytes), "{bytes}");
        let numbers = ListArray::from_iter_primitive::<Int64Type, _, _>([Some((0..1_000).map(Some))]);
        let bytes = size(&ScalarValue::List(Arc::new(numbers)));
        assert!((8_000..9_000).contains(&bytes), "{bytes}");
        assert!(size(&ScalarValue::from("abc")) < 200);
        let page = StringViewArray::from_iter_values((0..9).map(|n| format!("{n} {}", "x".repeat(100_000))));
        assert!(buffers(&page.to_data()) >= 1);
    }

    #[test]
    fn the_room_is_that_of_the_work() {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(100));
        let (outer, inner) = (Room::of(&pool), Room::of(&pool));
        assert!(Room::here().is_none());
        outer.within(|| {
            inner.within(|| assert!(Arc::ptr_eq(&Room::here().unwrap(), &inner)));
            assert!(Arc::ptr_eq(&Room::here().unwrap(), &outer));
        });
        assert!(Room::here().is_none());
    }
}
