//! Untrusted bytes, numbers and times, as a person reads them.

use std::fmt::{self, Display, Formatter, Write};
use std::time::Duration;

/// Bytes as text that a terminal can be given: what is not printable is escaped.
pub(crate) struct Printable<'a>(pub(crate) &'a [u8]);

impl Display for Printable<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for part in self.0.utf8_chunks() {
            part.valid().chars().try_for_each(|c| write_char(c, out))?;
            part.invalid().iter().try_for_each(|byte| write!(out, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}

/// Whether a person would call it text.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(odd))
}

/// A number of bytes: `812 B`, `1.2 KiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, in whole numbers.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10 * 1024 {
        let Some(larger) = units.next() else { break };
        unit = Some(larger);
        tenths /= 1024;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, unit.unwrap_or(&"B"))
}

/// A duration in the unit that suits it: `85 µs`, `3.1 ms`, `12.0 s`.
pub(crate) fn duration(span: Duration) -> String {
    let nanos = span.as_nanos();
    let (unit, name) = match nanos {
        0..1_000 => return format!("{nanos} ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let tenths = nanos * 10 / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

fn write_char(c: char, out: &mut Formatter<'_>) -> fmt::Result {
    if c.is_control() || is_invisible(c) {
        write!(out, "{}", c.escape_default())
    } else {
        out.write_char(c)
    }
}

/// Characters that change how others look: a recording must not lie about itself.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_never_reaches_the_terminal() {
        assert_eq!(Printable(b"a\x1b[31m\xff\xc3\xa9").to_string(), "a\\u{1b}[31m\\xffé");
        assert_eq!(Printable("\u{202e}".as_bytes()).to_string(), "\\u{202e}");
    }

    #[test]
    fn sizes_and_durations_choose_their_unit() {
        let sizes = [0, 1023, 1024, 1536, 1024 * 1024 - 1, 5 << 30].map(size);
        assert_eq!(sizes, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "5.0 GiB"]);
        let spans = [7, 85_000, 3_149_999, 12_000_000_000].map(Duration::from_nanos).map(duration);
        assert_eq!(spans, ["7 ns", "85.0 µs", "3.1 ms", "12.0 s"]);
    }
}
