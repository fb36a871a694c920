//! A WebSocket's handshake, answered for the key that the client chose now.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange, Step};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::RequestHead;
use cassettes::wire::websocket::accept_key;

/// Puts the answer to the key in `request` in the place of the recorded one, which is as long. An answer that was
/// wrong when it was recorded stays as it is.
pub(super) fn renew(steps: &mut VecDeque<Step>, exchange: &Exchange, request: &[u8]) {
    let Ok(head) = RequestHead::parse(request) else { return };
    let Some(key) = head.header("sec-websocket-key") else { return };
    if let Some((at, recorded)) = recorded_accept(exchange) {
        let accept = accept_key(key);
        if recorded != accept {
            patch(steps, at, accept.as_bytes());
        }
    }
}

/// Where in the server's bytes the right answer to the recorded key is, and which.
fn recorded_accept(exchange: &Exchange) -> Option<(usize, String)> {
    let view = View::of(exchange);
    let request = view.request().and_then(Message::request_head)?;
    let response = view.final_response().and_then(Message::response_head)?;
    let right = accept_key(request.header("sec-websocket-key")?);
    if response.header("sec-websocket-accept") != Some(right.as_bytes()) {
        return None;
    }
    let at = memchr::memmem::find(&exchange.bytes(Direction::ToClient), right.as_bytes())?;
    Some((at, right))
}

/// Overwrites what is sent from byte `at` on.
fn patch(steps: &mut VecDeque<Step>, mut at: usize, mut with: &[u8]) {
    for step in steps {
        let Step::Send(bytes) = step else { continue };
        if at >= bytes.len() {
            at -= bytes.len();
            continue;
        }
        let (now, later) = with.split_at_checked(bytes.len() - at).unwrap_or((with, &[]));
        let mut patched = bytes.to_vec();
        if let Some(place) = patched.get_mut(at..at + now.len()) {
            place.copy_from_slice(now);
        }
        *bytes = Bytes::from(patched);
        if later.is_empty() {
            return;
        }
        (at, with) = (0, later);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_overwritten_across_sends() {
        let sends =
            ["abc", "def", "ghi"].map(|text| Step::Send(Bytes::from_static(text.as_bytes())));
        for at in 0..=5 {
            let mut steps: VecDeque<Step> = sends.clone().into_iter().collect();
            steps.insert(1, Step::HalfClose);
            patch(&mut steps, at, b"1234");
            let sent = steps.iter().filter_map(|step| match step {
                Step::Send(bytes) => Some(bytes.to_vec()),
                _ => None,
            });
            let mut expected = b"abcdefghi".to_vec();
            expected[at..at + 4].copy_from_slice(b"1234");
            assert_eq!(sent.flatten().collect::<Vec<_>>(), expected, "{at}");
        }
    }
}
