//! What a client speaks, told by its first bytes.

/// What stands at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// Too little has come to tell.
    NeedMore,
    /// A TLS handshake: its first record (RFC 8446 §5.1).
    Tls,
    /// A greeting of SOCKS version 5 (RFC 1928 §3).
    Socks5,
    /// What may be a request of HTTP/1: a method, then a space.
    Http,
    /// The preface of HTTP/2 (RFC 9113 §3.4), without TLS.
    Http2,
    /// None of these.
    Other,
}

/// Longest word taken for a method. The longest registered one has 17 letters (`UPDATEREDIRECTREF`).
pub const MAX_METHOD_BYTES: usize = 32;

/// Most bytes of empty lines before a request that are waited through: clients that send any send one.
const MAX_EMPTY_BYTES: usize = 8;

/// Tells by what has come so far. Feed the same bytes again, and more, after [`Door::NeedMore`]: at
/// most 41 bytes are waited for.
pub fn sniff(first: &[u8]) -> Door {
    match first {
        [] | [0x16] => Door::NeedMore,
        [0x16, 0x03, ..] => Door::Tls,
        [0x05, ..] => Door::Socks5,
        _ => sniff_http(first),
    }
}

/// What a client of HTTP/2 says first. The method in it is reserved: no request of HTTP/1 begins like this.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn sniff_http(first: &[u8]) -> Door {
    if first.starts_with(PREFACE) {
        return Door::Http2;
    }
    if PREFACE.starts_with(first) {
        return Door::NeedMore;
    }
    // "A server that is expecting to receive and parse a request-line SHOULD ignore at least one
    // empty line (CRLF) received prior to the request-line" (RFC 9112 §2.2).
    let empty = first.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let line = first.get(empty..).unwrap_or_default();
    let letters = line.iter().take_while(|byte| is_of_method(**byte)).count();
    match line.get(letters) {
        _ if empty > MAX_EMPTY_BYTES || letters > MAX_METHOD_BYTES => Door::Other,
        None => Door::NeedMore,
        Some(b' ') if letters > 0 => Door::Http,
        Some(_) => Door::Other,
    }
}

/// Methods may be any token, but none in use has more than letters and hyphens, and other protocols begin
/// with words that have.
const fn is_of_method(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_is_told_by_its_first_bytes() {
        assert_eq!(sniff(b"\x16\x03\x01\x02\x00\x01"), Door::Tls);
        assert_eq!(sniff(b"\x05\x01\x00"), Door::Socks5);
        assert_eq!(sniff(b"GET / HTTP/1.1\r\n"), Door::Http);
        assert_eq!(sniff(b"\r\nGET / HTTP/1.1\r\n"), Door::Http);
        assert_eq!(sniff(b"CONNECT a.example:443 HTTP/1.1\r\n"), Door::Http);
        assert_eq!(sniff(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00"), Door::Http2);
    }

    #[test]
    fn what_is_none_of_them_is_other() {
        let others: [&[u8]; 8] = [
            b"*1\r\n$4\r\nPING\r\n",
            b"PING\r\n",
            b"0032git-upload-pack /project",
            b"\x16\x04",
            b"\x04\x01\x00\x50",
            b"\x00",
            b"{\"json\": 1}",
            b"ThisWordIsFarTooLongToBeAnyMethodOfHttp /",
        ];
        for other in others {
            assert_eq!(sniff(other), Door::Other, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn a_start_that_fits_several_waits_for_more() {
        let undecided: [&[u8]; 7] =
            [b"", b"\x16", b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", b"GET", b"\r\n", b"PATCH"];
        for start in undecided {
            assert_eq!(sniff(start), Door::NeedMore, "{}", start.escape_ascii());
        }
    }

    #[test]
    fn waiting_for_more_ends() {
        for byte in 0..=u8::MAX {
            assert_ne!(sniff(&[byte; 42]), Door::NeedMore, "byte {byte}");
        }
    }
}
