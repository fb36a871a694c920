//! HTTP/1: heads, bodies, chunks.

use std::ops::Range;

use bytes::Bytes;

use super::Layout;
use crate::model::Exchange;
use crate::wire::http::{Message, View};
use crate::wire::http1::{Event, Framing, RequestContext, ResponseHead, ResponseParser};

/// Reads what a server sends for this exchange.
pub(super) fn read(exchange: &Exchange, sends: &Bytes, layout: &mut Layout) {
    let mut parser = ResponseParser::new();
    let view = View::of(exchange);
    match view.request().and_then(Message::request_head) {
        Some(request) => parser.expect(RequestContext::of(&request)),
        // A raw part of a connection, or a server that spoke unasked.
        None if view.responses().is_empty() => return layout.add_segment(0, layout.len),
        None => {}
    }
    let mut at = 0;
    while let Some(rest) = sends.get(at..) {
        let Ok(advance) = parser.advance(&sends.slice_ref(rest)) else { break };
        at += advance.taken;
        match advance.event {
            None => break,
            Some(event) => {
                layout.framing = layout.head.is_some().then(|| parser.framing());
                if note(event, at, sends.len(), layout) {
                    break;
                }
                if layout.framing.is_none() && layout.head.is_some() {
                    layout.framing = Some(parser.framing());
                }
            }
        }
    }
    add_parts(sends, layout);
}

/// An event that ends before byte `at`. Whether the answer is over.
fn note(event: Event, at: usize, len: usize, layout: &mut Layout) -> bool {
    match event {
        Event::Head(head) => {
            let is_final = ResponseHead::parse(&head).is_ok_and(|head| !head.is_interim());
            if is_final {
                let start = at.saturating_sub(head.len());
                layout.headers = header_lines(&head, start as u64);
                layout.head = Some(start as u64..at as u64);
            }
            false
        }
        Event::Body(bytes) => {
            layout.add_segment(at.saturating_sub(bytes.len()) as u64, bytes.len() as u64);
            false
        }
        Event::Trailers(lines) => {
            layout.trailers = Some(trailers(&lines, at));
            false
        }
        Event::End => {
            layout.end = Some(at as u64);
            layout.head.is_some()
        }
        Event::Switched => {
            layout.framing = None;
            layout.add_segment(at as u64, len.saturating_sub(at) as u64);
            true
        }
    }
}

/// The lines, without the empty one that follows them.
fn trailers(lines: &Bytes, at: usize) -> Range<u64> {
    let end = at.saturating_sub(2);
    end.saturating_sub(lines.len()) as u64..end as u64
}

/// Each line after the status line, through its end.
fn header_lines(head: &[u8], start: u64) -> Vec<Range<u64>> {
    let mut lines = Vec::new();
    let mut at = start;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len() as u64;
        if !line.trim_ascii().is_empty() {
            lines.push(at..end);
        }
        at = end;
    }
    if !lines.is_empty() {
        lines.remove(0);
    }
    lines
}

/// HTTP's chunks: each from where the one before ends.
fn add_parts(sends: &Bytes, layout: &mut Layout) {
    let Some(body) = layout.head.as_ref().map(|head| head.end) else { return };
    if layout.framing != Some(Framing::Chunked) {
        return;
    }
    let mut at = body;
    for segment in &layout.segments {
        let data_end = segment.wire + segment.len;
        let line_end = usize::try_from(data_end).ok().and_then(|at| sends.get(at..));
        let skipped = match line_end {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => 0,
        };
        layout.parts.push(at..data_end + skipped);
        at = data_end + skipped;
    }
    if let Some(end) = layout.end.filter(|end| *end > at) {
        layout.parts.push(at..end);
    }
}
