//! Chance that can be repeated: numbers and GUIDs that follow from a record's own seed.
//!
//! A generated record is a few numbers; its text is made when a page is served. What the text shows by chance must be the
//! same each time, whichever property is asked for first, so it is no sequence but a function of seed and purpose.

/// A well-mixed number from a seed and a purpose (`SplitMix64`'s finisher).
pub(in crate::demo) fn mix(seed: u64, purpose: u64) -> u64 {
    let mut z = seed.wrapping_add(purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A version 4 GUID from a seed and a purpose.
pub(in crate::demo) fn guid(seed: u64, purpose: u64) -> String {
    let (high, low) = (mix(seed, purpose), mix(seed, purpose ^ 0xa5a5));
    let bits = (u128::from(high) << 64 | u128::from(low)) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let mut text = String::with_capacity(36);
    for (n, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        push_hex(byte, &mut text);
    }
    text
}

/// All 32 hexadecimal digits of a number.
pub(in crate::demo) fn hex(bits: u128) -> String {
    let mut text = String::with_capacity(32);
    bits.to_be_bytes().into_iter().for_each(|byte| push_hex(byte, &mut text));
    text
}

fn push_hex(byte: u8, text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    text.push(char::from(DIGITS[usize::from(byte >> 4)]));
    text.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_looks_like_one_and_follows_from_its_seed() {
        let one = guid(1, 2);
        assert_eq!(one, guid(1, 2));
        assert_ne!(one, guid(1, 3));
        assert_ne!(one, guid(2, 2));
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]), "{one}");
    }
}
