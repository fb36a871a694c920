//! `Upgrade: h2c`: from HTTP/1 to HTTP/2 on one connection, as HTTP/2 was first specified (RFC 7540 §3.2). Clients still ask for
//! it where they do not know that a server without TLS takes HTTP/2.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Frame, Kind};
use crate::wire::http1::RequestHead;

/// Longest `HTTP2-Settings` read. There are six settings, of 8 characters each.
const MAX_SETTINGS_BYTES: usize = 4096;

/// The SETTINGS that a request for the upgrade brings, not to be acknowledged; none if it asks for no upgrade. Settings that
/// cannot be read are as good as none: those after the preface count.
pub fn settings(head: &RequestHead<'_>) -> Option<Vec<(u16, u32)>> {
    let asks = list(head.header("upgrade")?).any(|name| name.eq_ignore_ascii_case(b"h2c"));
    asks.then(|| head.header("http2-settings").and_then(decode).unwrap_or_default())
}

fn decode(text: &[u8]) -> Option<Vec<(u16, u32)>> {
    let text = text.trim_ascii_end();
    let bare = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let text = text.get(..bare).filter(|text| text.len() <= MAX_SETTINGS_BYTES)?;
    let payload = URL_SAFE_NO_PAD.decode(text).ok()?;
    Frame::new(Kind::Settings, 0, 0, payload.into()).settings()
}

fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::super::setting::{ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS};
    use super::*;

    fn asked(fields: &str) -> Option<Vec<(u16, u32)>> {
        let head = format!("GET / HTTP/1.1\r\n{fields}\r\n");
        settings(&RequestHead::parse(head.as_bytes()).unwrap())
    }

    #[test]
    fn settings_are_read_as_curl_sends_them_padded_or_not() {
        let curl =
            [(MAX_CONCURRENT_STREAMS, 100), (INITIAL_WINDOW_SIZE, 32 << 20), (ENABLE_PUSH, 0)];
        for padding in ["", "=", "=="] {
            let fields = format!(
                "Upgrade: websocket, H2C\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA{padding}\r\n"
            );
            assert_eq!(asked(&fields).as_deref(), Some(&curl[..]), "{padding}");
        }
    }

    #[test]
    fn a_request_for_something_else_asks_for_no_upgrade_and_bad_settings_are_none() {
        assert_eq!(asked("Upgrade: websocket\r\n"), None);
        assert_eq!(asked("HTTP2-Settings: AAMAAABk\r\n"), None);
        for bad in ["", "HTTP2-Settings: !\r\n", "HTTP2-Settings: AAMA\r\n"] {
            assert_eq!(asked(&format!("Upgrade: h2c\r\n{bad}")), Some(Vec::new()), "{bad}");
        }
    }
}
