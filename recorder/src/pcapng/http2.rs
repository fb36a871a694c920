//! The streams of an HTTP/2 connection and what belongs to none of them, put together again.
//!
//! Each read was parted by stream, so that the parts of one moment and direction are one read. Their order inside
//! it is not recorded: a valid one is chosen.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use cassettes::model::{Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http2::{DEFAULT_FRAME_BYTES, Frame, Kind, PREFACE, compose, frames};

use super::acts::Said;

/// Everything that the exchanges of one connection hold, by ordinal, each with its number.
pub(super) fn join(
    exchanges: &[&(usize, Exchange)],
    comment: fn(usize, &Exchange) -> String,
) -> Vec<Said> {
    let mut reads: BTreeMap<(Timestamp, Direction), Read> = BTreeMap::new();
    for (number, exchange) in exchanges {
        let mut comment = Some(comment(*number, exchange));
        for chunk in &exchange.chunks {
            let read = reads.entry((chunk.at, chunk.direction)).or_default();
            read.comments.extend(comment.take());
            match exchange.protocol {
                Protocol::Http2Control => read.control(&chunk.bytes),
                _ => read.stream(&chunk.bytes),
            }
        }
    }
    if !exchanges.iter().any(|(_, exchange)| exchange.protocol == Protocol::Http2Control) {
        greet(&mut reads);
    }
    let said = reads.into_iter().map(|((at, direction), mut read)| {
        let comments = std::mem::take(&mut read.comments);
        Said { at, direction, bytes: read.into_bytes(), comments }
    });
    // Of a stream that a GOAWAY alone had touched, nothing is left.
    said.filter(|said| !said.bytes.is_empty()).collect()
}

/// Streams written by hand stand alone. Without the beginning of a connection, nobody takes them for HTTP/2.
fn greet(reads: &mut BTreeMap<(Timestamp, Direction), Read>) {
    for direction in [Direction::ToServer, Direction::ToClient] {
        let first = reads.iter_mut().find(|((_, its), _)| *its == direction);
        if let Some((_, read)) = first {
            read.preface = direction == Direction::ToServer;
            read.settings.push(compose::settings(&[]));
        }
    }
}

/// What one read brought.
#[derive(Default)]
struct Read {
    comments: Vec<String>,
    preface: bool,
    /// Of the connection: SETTINGS, PING, `WINDOW_UPDATE`.
    settings: Vec<Frame>,
    /// Of the streams: what came before the first GOAWAY, then between that and the next, and so on.
    streams: Vec<Vec<Frame>>,
    goaways: Vec<Frame>,
    /// GOAWAYs as a stream was told of them, if the connection's are not there.
    heard: Vec<Frame>,
    /// Of streams that were over. Behind what ended them.
    over: Vec<Frame>,
    /// The beginning of a frame whose end never came.
    torn: Bytes,
}

impl Read {
    fn control(&mut self, bytes: &Bytes) {
        let mut bytes = bytes.clone();
        if bytes.starts_with(PREFACE) {
            self.preface = true;
            bytes = bytes.slice(PREFACE.len()..);
        }
        let mut all = frames(&bytes);
        for frame in all.by_ref().map_while(Result::ok) {
            let place = match (frame.kind(), frame.stream()) {
                (Kind::GoAway, _) => &mut self.goaways,
                (_, 0) => &mut self.settings,
                _ => &mut self.over,
            };
            place.push(frame);
        }
        self.tear(&all.unread());
    }

    fn stream(&mut self, bytes: &Bytes) {
        let mut all = frames(bytes);
        let mut heard = Vec::new();
        for frame in all.by_ref().map_while(Result::ok) {
            if frame.kind() == Kind::GoAway {
                heard.push(frame);
                continue;
            }
            if self.streams.len() <= heard.len() {
                self.streams.resize_with(heard.len() + 1, Vec::new);
            }
            if let Some(part) = self.streams.get_mut(heard.len()) {
                part.push(frame);
            }
        }
        if heard.len() > self.heard.len() {
            self.heard = heard;
        }
        self.tear(&all.unread());
    }

    fn tear(&mut self, rest: &Bytes) {
        if !rest.is_empty() {
            self.torn = rest.clone();
        }
    }

    fn into_bytes(self) -> Bytes {
        let mut out = BytesMut::new();
        if self.preface {
            out.extend_from_slice(PREFACE);
        }
        write(self.settings, &mut out);
        let goaways = if self.goaways.is_empty() { self.heard } else { self.goaways };
        let mut goaways = goaways.into_iter();
        for part in self.streams {
            write(part, &mut out);
            write(goaways.next(), &mut out);
        }
        write(goaways, &mut out);
        write(self.over, &mut out);
        out.extend_from_slice(&self.torn);
        out.freeze()
    }
}

/// Header blocks are recorded in one frame, however long.
fn write(frames: impl IntoIterator<Item = Frame>, out: &mut BytesMut) {
    for frame in frames {
        for part in compose::split(frame, DEFAULT_FRAME_BYTES) {
            part.write(out);
        }
    }
}
