//! What waits to be sent, in turns, as far as the windows are open.

use bytes::Bytes;
use cassettes::wire::http2::{Frame, flag};

use super::outlet::Outlet;
use super::stream::{Piece, Stream};
use super::{Ending, Http2};
use crate::player::Action;

/// How much is made ready before the driver is given it.
const MAX_READY_BYTES: usize = 64 * 1024;

/// What a stream's turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It has more to send, and may.
    Again,
    /// It has nothing more, or its own window is closed.
    Over,
    /// The connection's window is closed.
    Blocked,
}

impl Http2 {
    /// Streams send in turn, until there is enough to write, or nothing more that may be sent.
    pub(super) fn send(&mut self) {
        while self.outlet.ready_len() < MAX_READY_BYTES && self.ending != Ending::Over {
            let Some(id) = self.ready.pop_front() else { return self.end_if_due() };
            let turn = self.take_turn(id);
            let listed = turn != Turn::Over;
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.listed = listed;
            }
            match turn {
                Turn::Again => self.ready.push_back(id),
                Turn::Blocked => self.blocked.push(id),
                Turn::Over => self.tidy(id),
            }
        }
    }

    fn take_turn(&mut self, id: u32) -> Turn {
        let paced = self.is_paced();
        loop {
            let Some(stream) = self.streams.get_mut(&id) else { return Turn::Over };
            if let Some(Piece::Data { .. }) = stream.queue.front() {
                if !stream.send_data(id, paced, &mut self.outlet) {
                    let own = stream.window.open() == 0;
                    return if own { Turn::Over } else { Turn::Blocked };
                }
                stream.heard_at = self.now;
                if paced {
                    continue;
                }
                return Turn::Again;
            }
            let Some(piece) = stream.queue.pop_front() else { return Turn::Over };
            match piece {
                Piece::Headers(frame) => stream.send_headers(&frame, paced, &mut self.outlet),
                Piece::Other(frame) => self.outlet.frame(&frame),
                Piece::Torn(header, part) => self.outlet.torn(header, part),
                Piece::Cut => self.outlet.cut(),
                Piece::Flush => self.outlet.act(Action::Flush),
                Piece::Beneath(bytes) => self.outlet.act(Action::Beneath(bytes)),
                Piece::Reset(frame) => {
                    self.outlet.frame(&frame);
                    stream.said_last = true;
                    stream.heard_last = true;
                    stream.queue.clear();
                }
                Piece::GoAway(frame) => self.go_away(id, &frame),
                Piece::End(action) => self.ending = Ending::Due(action),
                Piece::Data { .. } => {}
            }
        }
    }

    fn end_if_due(&mut self) {
        let action = match &self.ending {
            Ending::Due(action) => action.clone(),
            Ending::GoingAway(last)
                if *last < super::play::MAX_STREAM && self.streams.is_empty() =>
            {
                Action::Close
            }
            Ending::Open if self.client_closed && self.streams.is_empty() => Action::Close,
            _ => return,
        };
        self.outlet.act(action.clone());
        if action == Action::HalfClose {
            self.ending = Ending::Open;
        } else {
            self.ending = Ending::Over;
            self.settle_all();
        }
    }
}

impl Stream {
    fn send_headers(&mut self, frame: &Frame, paced: bool, outlet: &mut Outlet) {
        match frame.fields() {
            Some(Ok(fields)) if paced => outlet.block(frame, &fields),
            Some(Ok(fields)) => outlet.headers(frame.stream(), &fields, frame.ends_stream()),
            // What nobody can read was not said by a recorded server: a fault means it to go out as it is.
            _ => outlet.frame(frame),
        }
        self.said_last |= frame.ends_stream();
    }

    /// Sends one frame of DATA; whether the windows let it.
    fn send_data(&mut self, id: u32, paced: bool, outlet: &mut Outlet) -> bool {
        let room = outlet.room().min(self.window.open());
        let measured = if paced { self.first_data(room) } else { self.joined_data(room) };
        let Some(Measured { length, end, padding }) = measured else { return false };
        let padded = padding.map_or(0, |padding| 1 + usize::from(padding));
        let mut flags = if end { flag::END_STREAM } else { 0 };
        if padding.is_some() {
            flags |= flag::PADDED;
        }
        self.window.take(length + padded);
        outlet.data(id, length + padded, flags);
        if let Some(padding) = padding {
            outlet.payload(Bytes::copy_from_slice(&[padding]));
        }
        self.send_bytes(length, end, outlet);
        if let Some(padding) = padding {
            outlet.payload(Bytes::from_static(&PADDING).slice(..usize::from(padding)));
        }
        self.said_last |= end;
        true
    }

    /// The first piece as it was recorded; as much of it as there is room for.
    fn first_data(&self, room: usize) -> Option<Measured> {
        let Some(Piece::Data { bytes, padding, end }) = self.queue.front() else { return None };
        let length = bytes.len().min(room);
        if length == 0 && !bytes.is_empty() {
            return None;
        }
        let whole = length == bytes.len();
        let fits = |padding: &u8| whole && length + 1 + usize::from(*padding) <= room;
        Some(Measured { length, end: *end && whole, padding: padding.filter(fits) })
    }

    /// All pieces that are next to each other; as much of them as there is room for.
    fn joined_data(&self, room: usize) -> Option<Measured> {
        let mut joined = Measured { length: 0, end: false, padding: None };
        for piece in &self.queue {
            let Piece::Data { bytes, end, .. } = piece else { break };
            let part = bytes.len().min(room - joined.length);
            joined.length += part;
            joined.end = *end && part == bytes.len();
            if joined.end || part < bytes.len() {
                break;
            }
        }
        (joined.length > 0 || joined.end).then_some(joined)
    }

    fn send_bytes(&mut self, length: usize, through_end: bool, outlet: &mut Outlet) {
        let mut left = length;
        while let Some(Piece::Data { bytes, end, .. }) = self.queue.front_mut() {
            let part = bytes.split_to(left.min(bytes.len()));
            left -= part.len();
            let is_last = if through_end { *end } else { left == 0 };
            if bytes.is_empty() {
                self.queue.pop_front();
            }
            if !part.is_empty() {
                outlet.payload(part);
            }
            if is_last {
                return;
            }
        }
    }
}

/// What goes into one frame of DATA.
#[derive(Debug, Clone, Copy)]
struct Measured {
    length: usize,
    end: bool,
    padding: Option<u8>,
}

/// Padding is zeros (RFC 9113 §6.1).
static PADDING: [u8; 255] = [0; 255];
