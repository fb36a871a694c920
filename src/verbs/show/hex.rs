//! Bytes as a hexdump.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes shown in a line.
const WIDTH: usize = 16;

/// Sixteen bytes a line: offset, hexadecimal, and what is printable ASCII.
pub(super) fn write(bytes: &[u8], start: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut offset = start;
    for line in bytes.chunks(WIDTH) {
        let mut hex = String::with_capacity(3 * WIDTH + 1);
        for (n, byte) in line.iter().enumerate() {
            let gap = if n == WIDTH / 2 { "  " } else { " " };
            let _ = write!(hex, "{gap}{byte:02x}");
        }
        let text: String = line.iter().map(|byte| visible(*byte)).collect();
        writeln!(out, "    {offset:08x} {hex:<width$}  |{text}|", width = 3 * WIDTH + 1)?;
        offset += line.len() as u64;
    }
    Ok(())
}

fn visible(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_last_line_keeps_the_text_in_its_column() {
        let mut out = Vec::new();
        write(b"GET / HTTP/1.1\r\n\xff", 16, &mut out).unwrap();
        let lines = String::from_utf8(out).unwrap();
        let expected = "    \
00000010  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
    00000020  ff                                                |.|
";
        assert_eq!(lines, expected);
    }
}
