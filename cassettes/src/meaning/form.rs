//! `application/x-www-form-urlencoded`: pairs of names and values.

use std::borrow::Cow;

/// One decoded pair of a form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field<'a> {
    /// Decoded.
    pub name: Cow<'a, [u8]>,
    /// Decoded; empty where the pair had no `=`.
    pub value: Cow<'a, [u8]>,
}

/// The pairs of a form or a query, decoded, in the order sent; empty pieces are left out.
pub fn fields(text: &[u8]) -> Vec<Field<'_>> {
    text.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty()).map(field).collect()
}

/// Appends the canonical form: sorted pairs, each with lengths.
pub(super) fn write_canonical(mut fields: Vec<Field<'_>>, out: &mut Vec<u8>) {
    fields.sort_unstable();
    for field in &fields {
        write_prefixed(&field.name, out);
        write_prefixed(&field.value, out);
    }
}

/// Appends the length, as 32 bits little-endian, then the bytes.
pub(super) fn write_prefixed(bytes: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

fn field(piece: &[u8]) -> Field<'_> {
    let equals = memchr::memchr(b'=', piece).unwrap_or(piece.len());
    let (name, value) = piece.split_at_checked(equals).unwrap_or((piece, b""));
    Field { name: decode(name), value: decode(value.get(1..).unwrap_or_default()) }
}

fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, escape(after)) {
            (b'%', Some((decoded, after))) => {
                plain.push(decoded);
                rest = after;
            }
            (b'+', _) => plain.push(b' '),
            _ => plain.push(byte),
        }
    }
    Cow::Owned(plain)
}

/// The byte that the two hexadecimal digits at the start stand for, and what follows them.
pub(super) fn escape(after_percent: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = after_percent.split_first_chunk::<2>()?;
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    Some((u8::try_from(high? * 16 + low?).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        fields(text.as_bytes()).iter().map(|f| (show(&f.name), show(&f.value))).collect()
    }

    #[test]
    fn pairs_are_decoded_and_empty_pieces_left_out() {
        let expected = [("a b", "c&d"), ("e", ""), ("", "=x")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs("a+b=c%26d&&e&==x&"), expected);
    }

    #[test]
    fn a_percent_without_two_digits_stays() {
        assert_eq!(pairs("a%4=%zz%"), [("a%4".to_owned(), "%zz%".to_owned())]);
    }
}
