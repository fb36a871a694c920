//! JSON numbers by their exact decimal value: no digit is lost to a float.

/// The same exact decimal value: `1`, `1.0` and `10e-1` are; `0.1` and `0.10000000000000001` are not.
pub fn same_number(a: &[u8], b: &[u8]) -> bool {
    let canonical = |text| {
        let mut out = Vec::new();
        write_number(text, &mut out);
        out
    };
    a == b || canonical(a) == canonical(b)
}

/// Appends a number as it is hashed: sign, digits without leading and trailing zeros, and `e` with
/// the exponent of ten unless that is 0.
pub fn write_number(text: &[u8], out: &mut Vec<u8>) {
    if is_plain(text) {
        return out.extend_from_slice(text);
    }
    let parts = Parts::of(text);
    let Some(exponent) = parts.exponent() else {
        return out.extend(text.iter().map(u8::to_ascii_lowercase));
    };
    let digits: Vec<u8> = parts.whole.iter().chain(parts.fraction).copied().collect();
    let leading = digits.iter().take_while(|&&digit| digit == b'0').count();
    let trailing = digits.iter().rev().take_while(|&&digit| digit == b'0').count();
    let Some(significant) =
        digits.get(leading..digits.len() - trailing.min(digits.len() - leading))
    else {
        return;
    };
    if significant.is_empty() {
        return out.push(b'0');
    }
    if parts.negative {
        out.push(b'-');
    }
    out.extend_from_slice(significant);
    let exponent = exponent + i128::try_from(trailing).unwrap_or_default();
    if exponent != 0 {
        out.extend_from_slice(format!("e{exponent}").as_bytes());
    }
}

/// An integer that is already as it is hashed.
fn is_plain(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let ends_in_zero = digits.last() == Some(&b'0');
    digits.iter().all(u8::is_ascii_digit) && (!ends_in_zero || text == b"0")
}

struct Parts<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    /// With its sign; empty if there is none.
    power: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(text: &'a [u8]) -> Self {
        let unsigned = text.strip_prefix(b"-").unwrap_or(text);
        let (mantissa, power) = cut(unsigned, |byte| matches!(byte, b'e' | b'E'));
        let (whole, fraction) = cut(mantissa, |byte| byte == b'.');
        Self { negative: unsigned.len() < text.len(), whole, fraction, power }
    }

    /// Of the last digit. None if the written exponent does not fit 63 bits.
    fn exponent(&self) -> Option<i128> {
        let power = if self.power.is_empty() {
            0
        } else {
            std::str::from_utf8(self.power).ok()?.parse::<i64>().ok()?
        };
        Some(i128::from(power) - i128::try_from(self.fraction.len()).ok()?)
    }
}

/// What is before and after the first byte that is `at`.
fn cut(text: &[u8], at: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| at(byte)).unwrap_or(text.len());
    let (before, after) = text.split_at_checked(end).unwrap_or((text, b""));
    (before, after.get(1..).unwrap_or_default())
}
