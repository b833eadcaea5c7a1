//! Text columns, whose memory stays in proportion to their text.
//!
//! Arrow's builder doubles its blocks from batch to batch, up to 2 MiB: after a few pages every column would be accounted
//! with 2 MiB for a few kilobytes. So each batch gets a new builder, with blocks of the size that the batch before needed.

use arrow::array::{Array, StringViewArray, StringViewBuilder};

/// A builder for a first batch, of which nothing is known.
pub(in crate::decode) fn string_views() -> StringViewBuilder {
    StringViewBuilder::with_capacity(0)
}

/// The texts so far; the builder is empty afterwards.
pub(in crate::decode) fn finish_string_views(builder: &mut StringViewBuilder) -> StringViewArray {
    const BLOCKS: std::ops::RangeInclusive<u32> = 4 << 10..=2 << 20;
    let array = builder.finish();
    let used: usize = array.data_buffers().iter().map(arrow::buffer::Buffer::len).sum();
    let block = u32::try_from(used + used / 8).unwrap_or(u32::MAX).clamp(*BLOCKS.start(), *BLOCKS.end());
    *builder = StringViewBuilder::with_capacity(array.len()).with_fixed_block_size(block);
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_stays_in_proportion_however_many_batches_there_were() {
        let text = "f05079ed-f820-4531-ab26-498b53af3800";
        let mut builder = string_views();
        for batch in 0..20 {
            (0..1_000).for_each(|_| builder.append_value(text));
            let array = finish_string_views(&mut builder);
            assert_eq!(array.len(), 1_000);
            assert!(array.get_buffer_memory_size() < 3 * 1_000 * (text.len() + 16), "batch {batch}");
        }
        builder.append_value(text);
        assert_eq!(finish_string_views(&mut builder).value(0), text);
        assert!(finish_string_views(&mut builder).is_empty());
    }
}
