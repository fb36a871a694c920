//! Where things are in what a script sends.
//!
//! Two ways to count: *wire* bytes, all that is sent (in HTTP/2: the stream's frames as recorded), and *content* bytes, of
//! the body without its transfer framing, of what follows a switch of protocols, or of a connection of plain TCP.

mod http1;
mod http2;
mod messages;
mod web_socket;

pub use http2::is_final;
pub(super) use messages::grpc_messages;
pub use web_socket::WebSocketFrame;

use std::ops::Range;

use bytes::Bytes;

use super::scene::joined;
use super::{Misfit, Point};
use crate::model::{Exchange, Protocol, Script, Step};
use crate::wire::dialects::Dialect;
use crate::wire::http1::Framing;
use crate::wire::messages::StreamKind;

/// Most boundaries of one sort that [`Layout::points`] tells of: a sweep tries each.
const MAX_POINTS: usize = 10_000;

/// Where things are in what a script sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// How many bytes are sent.
    pub len: u64,
    /// Where each thing that was sent at once ends.
    pub chunks: Vec<u64>,
    /// The final answer's head, empty line included; in HTTP/2 its HEADERS frame.
    pub head: Option<Range<u64>>,
    /// Its header lines; in HTTP/2: none, since a frame is sent whole.
    pub headers: Vec<Range<u64>>,
    /// What ends the body; none where there is no HTTP, or none any more.
    pub framing: Option<Framing>,
    /// The pieces of the content, in order.
    pub segments: Vec<Segment>,
    /// HTTP/1's chunks, size line and line end included, the last one among them.
    pub parts: Vec<Range<u64>>,
    /// The trailer section's lines, or frame.
    pub trailers: Option<Range<u64>>,
    /// Where the answer ends, if all of it is there.
    pub end: Option<u64>,
    /// HTTP/2's frames; of a WebSocket over HTTP/1, its own.
    pub frames: Vec<Range<u64>>,
    /// What the content is a stream of, if it is one.
    pub stream: Option<StreamKind>,
    /// What is spoken on a connection of plain TCP, if that is known.
    pub dialect: Option<Dialect>,
    /// Where each server-sent event ends, in bytes of content.
    pub events: Vec<u64>,
    /// Where each message ends, in bytes of content. A WebSocket's pings, pongs and close count, but for those that came
    /// between the fragments of a message: they belong to it.
    pub messages: Vec<u64>,
    /// A WebSocket's frames.
    pub web_socket: Vec<WebSocketFrame>,
}

/// A piece of content, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Content bytes before it.
    pub content: u64,
    /// Wire bytes before it.
    pub wire: u64,
    /// How many bytes it has.
    pub len: u64,
}

/// A thing that can be counted: an event, a message, a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// So many bytes of the wire.
    Wire(Range<u64>),
    /// So many bytes of the content.
    Content(Range<u64>),
}

impl Layout {
    /// Of what this script sends for this exchange.
    pub fn of(exchange: &Exchange, script: &Script) -> Self {
        let sends = joined(script);
        let mut layout = Self { len: sends.len() as u64, ..Self::default() };
        layout.chunks = chunk_ends(script);
        match exchange.protocol {
            Protocol::Http1 => http1::read(exchange, &sends, &mut layout),
            Protocol::Http2 => http2::read(exchange, &sends, &mut layout),
            _ => layout.add_segment(0, layout.len),
        }
        messages::read(exchange, &layout.content(&sends), &mut layout);
        if layout.frames.is_empty() {
            layout.frames = layout.web_socket_on_wire();
        }
        layout
    }

    /// How many bytes of content there are.
    pub fn content_len(&self) -> u64 {
        self.segments.last().map_or(0, |last| last.content + last.len)
    }

    /// All of the content, of all that is sent.
    pub fn content(&self, sends: &Bytes) -> Bytes {
        let slice = |segment: &Segment| {
            let start = usize::try_from(segment.wire).ok()?;
            let end = start.checked_add(usize::try_from(segment.len).ok()?)?;
            (end <= sends.len()).then(|| sends.slice(start..end))
        };
        match &self.segments[..] {
            [only] => slice(only).unwrap_or_default(),
            several => several.iter().filter_map(slice).flatten().collect(),
        }
    }

    /// How many wire bytes are sent before the byte of content that has so many before it: right after the one before.
    pub fn to_wire(&self, content: u64) -> Option<u64> {
        let within = |segment: &&Segment| content <= segment.content + segment.len;
        let segment = self.segments.iter().find(within)?;
        Some(segment.wire + content.saturating_sub(segment.content))
    }

    /// How many wire bytes are sent before the point.
    pub fn offset(&self, point: &Point) -> Result<u64, Misfit> {
        match point {
            Point::Byte(count) if *count <= self.len => Ok(*count),
            Point::Byte(_) => Err(Misfit::new(format!("the answer has {} bytes", self.len))),
            Point::Percent(percent) => Ok(share(self.len, *percent)),
            Point::End => Ok(self.len),
            Point::Head => self.in_head(|head| head.start),
            Point::AfterHeaders => self.in_head(|head| head.end),
            Point::StatusLine => {
                let first = self.headers.first().ok_or_else(|| none("header lines"))?;
                Ok(first.start)
            }
            Point::Header(number) => ends(&self.headers, *number, "header lines"),
            Point::Part(number) => ends(&self.parts, *number, "HTTP chunks"),
            Point::Frame(number) => ends(&self.frames, *number, "frames"),
            Point::Chunk(number) => nth(&self.chunks, *number, 0, "chunks"),
            Point::Body(count) => self.at_content(*count),
            Point::BodyPercent(percent) => self.at_content(share(self.content_len(), *percent)),
            Point::Event(number) => self.at_content(nth(&self.events, *number, 0, "events")?),
            Point::Message(number) => self.at_content(nth(&self.messages, *number, 0, "messages")?),
            Point::Json(_) => Err(Misfit::new("a value in JSON is no place on the wire")),
        }
    }

    /// How many bytes of a body of so many come before the point, `body N` or `body P%`.
    pub fn in_body(point: &Point, len: u64) -> Result<u64, Misfit> {
        match point {
            Point::Body(count) if *count <= len => Ok(*count),
            Point::Body(_) => Err(Misfit::new(format!("the body has {len} bytes"))),
            Point::BodyPercent(percent) => Ok(share(len, *percent)),
            other => Err(Misfit::new(format!("it takes `body N` or `body P%`, not `{other}`"))),
        }
    }

    /// The thing that a counting point names: the event `event 2` is the second one.
    pub fn item(&self, point: &Point) -> Result<Item, Misfit> {
        let range = |ends: &[u64], number: u64, what| {
            let end = nth(ends, number, u64::MAX, what)?;
            let start = nth(ends, number - 1, 0, what)?;
            Ok(start..end)
        };
        let of = |ranges: &[Range<u64>], number: u64, what: &str| {
            let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let found = index.and_then(|index| ranges.get(index)).cloned();
            found.map(Item::Wire).ok_or_else(|| few(ranges.len(), what))
        };
        match point {
            Point::Chunk(number) => range(&self.chunks, *number, "chunks").map(Item::Wire),
            Point::Event(number) => range(&self.events, *number, "events").map(Item::Content),
            Point::Message(number) => range(&self.messages, *number, "messages").map(Item::Content),
            Point::Header(number) => of(&self.headers, *number, "header lines"),
            Point::Part(number) => of(&self.parts, *number, "HTTP chunks"),
            Point::Frame(number) => of(&self.frames, *number, "frames"),
            other => {
                Err(Misfit::new(format!("`{other}` is a place, not a thing that can be taken")))
            }
        }
    }

    /// Every boundary that is there, in order, each place once, by its most telling name.
    pub fn points(&self) -> Vec<Point> {
        let mut found: Vec<(u64, Point)> = Vec::new();
        let mut add = |point: Point| {
            if let Ok(at) = self.offset(&point) {
                found.push((at, point));
            }
        };
        add(Point::Head);
        add(Point::StatusLine);
        numbers(&self.headers).for_each(|number| add(Point::Header(number)));
        add(Point::AfterHeaders);
        numbers(&self.events).for_each(|number| add(Point::Event(number)));
        numbers(&self.messages).for_each(|number| add(Point::Message(number)));
        numbers(&self.parts).for_each(|number| add(Point::Part(number)));
        numbers(&self.frames).for_each(|number| add(Point::Frame(number)));
        numbers(&self.chunks).for_each(|number| add(Point::Chunk(number)));
        if self.content_len() > 1 {
            add(Point::Body(1));
            add(Point::BodyPercent(50.0));
            add(Point::Body(self.content_len() - 1));
        }
        add(Point::Byte(0));
        add(Point::End);
        // Stable: of one place, the name that was added first stays.
        found.sort_by_key(|(at, _)| *at);
        found.dedup_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, point)| point).collect()
    }

    /// Over HTTP/1, what follows the switch is one piece.
    fn web_socket_on_wire(&self) -> Vec<Range<u64>> {
        let before = self.segments.first().map_or(0, |first| first.wire);
        let wire =
            |frame: &WebSocketFrame| before + frame.content.start..before + frame.content.end;
        self.web_socket.iter().map(wire).collect()
    }

    pub(super) fn add_segment(&mut self, wire: u64, len: u64) {
        if len > 0 {
            let content = self.content_len();
            self.segments.push(Segment { content, wire, len });
        }
    }

    fn in_head(&self, place: impl Fn(&Range<u64>) -> u64) -> Result<u64, Misfit> {
        self.head.as_ref().map(place).ok_or_else(|| none("head of HTTP"))
    }

    fn at_content(&self, content: u64) -> Result<u64, Misfit> {
        if content > self.content_len() {
            return Err(Misfit::new(format!("the body has {} bytes", self.content_len())));
        }
        let start = self.head.as_ref().map(|head| head.end);
        self.to_wire(content).or(start).ok_or_else(|| none("body"))
    }
}

fn numbers<T>(of: &[T]) -> impl Iterator<Item = u64> {
    1..=(of.len().min(MAX_POINTS) as u64)
}

fn none(what: &str) -> Misfit {
    Misfit::new(format!("the answer has no {what}"))
}

fn few(count: usize, what: &str) -> Misfit {
    Misfit::new(format!("the answer has {}", counted(count as u64, what)))
}

/// `1 chunk`, `3 chunks`.
pub(super) fn counted(count: u64, several: &str) -> String {
    let one = several.strip_suffix('s').filter(|_| count == 1);
    format!("{count} {}", one.unwrap_or(several))
}

/// The end of the thing of this number, from 1; of number 0: `before`.
fn nth(ends: &[u64], number: u64, before: u64, what: &str) -> Result<u64, Misfit> {
    if number == 0 && before == 0 {
        return Ok(0);
    }
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    index.and_then(|index| ends.get(index)).copied().ok_or_else(|| few(ends.len(), what))
}

fn ends(ranges: &[Range<u64>], number: u64, what: &str) -> Result<u64, Misfit> {
    if let (0, Some(first)) = (number, ranges.first()) {
        return Ok(first.start);
    }
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let found = index.and_then(|index| ranges.get(index));
    found.map(|range| range.end).ok_or_else(|| few(ranges.len(), what))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a length, of which the bounds are checked: 0 to 100 percent"
)]
pub(super) fn share(len: u64, percent: f64) -> u64 {
    ((len as f64 * percent / 100.0) as u64).min(len)
}

fn chunk_ends(script: &Script) -> Vec<u64> {
    let mut at = 0;
    let sends = script.steps.iter().filter_map(|step| match step {
        Step::Send(bytes) if !bytes.is_empty() => Some(bytes.len() as u64),
        _ => None,
    });
    sends
        .map(|len| {
            at += len;
            at
        })
        .collect()
}
