//! The interim answer `100 Continue`, where one was recorded.

use std::ops::Range;

use crate::fault::{Misfit, Scene};
use crate::wire::http1::ResponseHead;
use crate::wire::http2::{frames, stream_of};

/// Where it is on the wire.
pub(super) fn continue_on_wire(scene: &Scene<'_>) -> Result<Range<u64>, Misfit> {
    let sends = scene.sends();
    // What broke off has interim answers at most.
    let head = scene.layout().head.and_then(|head| usize::try_from(head.start).ok());
    let before = sends.slice(..head.unwrap_or(sends.len()).min(sends.len()));
    let found = if scene.is_http2() { in_frames(scene, &before) } else { in_heads(&before) };
    found.ok_or_else(|| Misfit::new("it needs an answer `100 Continue` before the answer"))
}

fn in_heads(before: &[u8]) -> Option<Range<u64>> {
    let mut start = 0;
    for empty in memchr::memmem::find_iter(before, b"\r\n\r\n") {
        let end = empty + 4;
        let head = before.get(start..end).unwrap_or_default();
        if ResponseHead::parse(head).is_ok_and(|head| head.status() == 100) {
            return Some(start as u64..end as u64);
        }
        start = end;
    }
    None
}

fn in_frames(scene: &Scene<'_>, before: &bytes::Bytes) -> Option<Range<u64>> {
    let stream = stream_of(scene.exchange);
    let mut start = 0;
    for frame in frames(before).map_while(Result::ok) {
        let end = start + frame.header.wire_len() as u64;
        let fields = frame.fields().and_then(Result::ok).unwrap_or_default();
        let says =
            fields.iter().any(|field| field.name == b":status"[..] && field.value == b"100"[..]);
        if frame.stream() == stream && says {
            return Some(start..end);
        }
        start = end;
    }
    None
}
