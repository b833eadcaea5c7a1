//! Numbers out of their decimal digits, exactly or not at all.

/// The integer that a decimal number is, if it is one and fits: `12`, `12.0`, `1.2e1`, and with leading zeros.
///
/// Never by way of a double, which would round 2^53 + 1.
pub(in crate::decode) fn exact_integer(text: &[u8]) -> Option<i64> {
    plain_integer(text).or_else(|| scaled_integer(text))
}

/// The double nearest to a decimal number. `None` if it is none, or beyond the range of doubles.
pub(in crate::decode) fn double(text: &str) -> Option<f64> {
    // The standard parser also takes "inf", "nan" and "+1".
    let begins_as_number = text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    begins_as_number.then(|| text.parse().ok()).flatten().filter(|n: &f64| n.is_finite())
}

fn plain_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = signed(text);
    // Eighteen digits cannot overflow.
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// As [`plain_integer`], with a fraction, an exponent and up to nineteen digits.
fn scaled_integer(text: &[u8]) -> Option<i64> {
    let (negative, text) = signed(text);
    let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(e) => (&text[..e], std::str::from_utf8(&text[e + 1..]).ok()?.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|b| *b == b'.') {
        Some(dot) => (&mantissa[..dot], &mantissa[dot + 1..]),
        None => (mantissa, &[][..]),
    };
    if whole.is_empty() || (fraction.is_empty() && whole.len() < mantissa.len()) {
        return None;
    }
    let digits = || whole.iter().chain(fraction);
    if !digits().all(u8::is_ascii_digit) {
        return None;
    }
    if digits().all(|d| *d == b'0') {
        return Some(0);
    }
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let before = usize::try_from(point).ok()?;
    let leading = digits().take_while(|d| **d == b'0').count();
    if before > leading + 19 || digits().skip(before).any(|d| *d != b'0') {
        return None;
    }
    let magnitude = digits()
        .chain(std::iter::repeat(&b'0'))
        .take(before)
        .try_fold(0_i128, |n, d| n.checked_mul(10)?.checked_add(i128::from(d - b'0')))?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_or_absent() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("50126", Some(50126)),
            ("-7", Some(-7)),
            ("0050126", Some(50126)),
            ("1.0", Some(1)),
            ("1e3", Some(1000)),
            ("1.50e1", Some(15)),
            ("1500e-2", Some(15)),
            ("0e999999999999", Some(0)),
            ("0.000", Some(0)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("000000000000000000000000012", Some(12)),
            ("99999999999999999999", None),
            ("1.5", None),
            ("1e-1", None),
            ("1e400", None),
            ("1e99999999999999999999", None),
            ("", None),
            ("-", None),
            ("--1", None),
            ("+1", None),
            (" 1", None),
            ("1 ", None),
            ("1.", None),
            (".5", None),
            ("1.0.0", None),
            ("0x10", None),
            ("1_000", None),
            ("1e", None),
            ("success", None),
            ("\u{661}", None),
        ] {
            assert_eq!(exact_integer(text.as_bytes()), value, "{text}");
        }
    }

    #[test]
    fn doubles_are_the_nearest_or_absent() {
        for (text, value) in [
            ("0", Some(0.0)),
            ("-87.8483123779", Some(-87.848_312_377_9)),
            ("7", Some(7.0)),
            ("1e3", Some(1000.0)),
            ("0.1", Some(0.1)),
            ("1e-400", Some(0.0)),
            ("1e400", None),
            ("inf", None),
            ("-inf", None),
            ("NaN", None),
            ("--1", None),
            ("+1", None),
            ("", None),
            (" 1", None),
            ("1 ", None),
            ("1,5", None),
        ] {
            assert_eq!(double(text), value, "{text}");
        }
    }
}
