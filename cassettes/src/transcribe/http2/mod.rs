//! HTTP/2: which frames belong to which stream.

mod call;
mod follow;

use std::collections::{BTreeMap, HashMap};
use std::mem;

use bytes::{Bytes, BytesMut};

use super::raw;
use super::tape::Tape;
use crate::model::{
    Chunk, Degraded, Direction, ExchangeId, ExchangeSummary, Gap, Protocol, Timestamp,
};
use crate::wire::http2::{Frame, FrameHeader, Http2Error, Kind, PREFACE, Piece, Standalone};

pub(super) use self::call::Call;
pub(super) use self::follow::Followed;

/// Most streams that are followed on one connection at once: what is known of each is held. Servers allow a hundred
/// or so, some do not say. The frames of what comes after this many are kept with the connection's.
pub const MAX_STREAMS: usize = 8192;

/// Most GOAWAYs that are told to every open stream. An orderly end has two.
const MAX_GOAWAYS: u8 = 4;

/// Longest such GOAWAY: there may be thousands of streams. Debug data are a sentence where there are any.
const MAX_GOAWAY_BYTES: usize = 1024;

const TOO_MANY: &str = "more than 8192 streams are open at once";

/// Of what belongs to a connection as a whole. It has no end of its own, so none is missing.
pub(super) const CONTROL: ExchangeSummary =
    ExchangeSummary { protocol: Protocol::Http2Control, complete: true, ..raw::SUMMARY };

/// Reads HTTP/2, passively: nothing is answered, no window is counted.
#[derive(Debug)]
pub(super) struct Http2 {
    tape: Tape,
    client: Standalone,
    server: Standalone,
    control: Control,
    /// By the ordinals of their exchanges.
    calls: BTreeMap<u32, Call>,
    /// By the numbers of streams that are not over: the ordinals of their exchanges.
    streams: HashMap<u32, u32>,
    /// The last stream that the client has opened.
    last_opened: u32,
    /// The first stream is one that the client has asked for in HTTP/1.
    upgraded: bool,
    /// How many GOAWAYs the streams were told of.
    goaways: u8,
    /// The exchanges with frames of the current read, in the order of their first ones.
    touched: Vec<ExchangeId>,
    failed: Option<(Direction, Http2Error)>,
}

/// What belongs to no stream, or to one that is over.
#[derive(Debug, Default)]
struct Control {
    id: Option<ExchangeId>,
    pending: BytesMut,
    /// Bytes so far.
    from_client: u64,
    from_server: u64,
    degraded: Option<Degraded>,
}

impl Http2 {
    pub(super) fn new(tape: Tape) -> Self {
        Self {
            tape,
            client: Standalone::new(Direction::ToServer),
            server: Standalone::new(Direction::ToClient),
            control: Control::default(),
            calls: BTreeMap::new(),
            streams: HashMap::new(),
            last_opened: 0,
            upgraded: false,
            goaways: 0,
            touched: Vec::new(),
            failed: None,
        }
    }

    /// After a request in HTTP/1 that asked for HTTP/2: its answer comes on stream 1 (RFC 7540 §3.2).
    pub(super) fn after_upgrade(tape: Tape) -> Self {
        Self { upgraded: true, last_opened: 1, ..Self::new(tape) }
    }

    pub(super) const fn tape(&self) -> &Tape {
        &self.tape
    }

    pub(super) const fn tape_mut(&mut self) -> &mut Tape {
        &mut self.tape
    }

    pub(super) fn receive(&mut self, chunk: Chunk) {
        let Chunk { direction, at, bytes } = chunk;
        self.lane(direction).receive(&bytes);
        while let Some(piece) = self.lane(direction).poll() {
            match piece {
                Ok(Piece::Preface) => self.control_bytes(direction, PREFACE),
                Ok(Piece::Frame { frame, .. }) => self.frame(direction, &frame),
                Err(error) => {
                    self.failed = Some((direction, error));
                    break;
                }
            }
        }
        self.write_down(direction, at);
    }

    /// What comes is not HTTP/2, or no longer.
    pub(super) const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Bytes are missing. Header blocks refer to those before them, so nothing that follows can be read.
    pub(super) fn lose(&mut self, gap: &Gap) {
        self.cut_off_all(gap.at);
        for call in self.calls.values_mut() {
            call.lose(gap);
        }
        self.finish_all();
    }

    /// Whatever is open is done, complete or not. A frame that was cut off is kept where it belongs.
    pub(super) fn finish(&mut self, at: Timestamp) {
        self.cut_off_all(at);
        self.finish_all();
    }

    /// What cannot be read, and why; all that was read is done.
    pub(super) fn into_parts(mut self, at: Timestamp) -> (Tape, Vec<Chunk>, Degraded) {
        self.finish_all();
        let (direction, reason) = match self.failed {
            Some((direction, error)) => (direction, error.problem.reason()),
            None => (Direction::ToServer, ""),
        };
        let rest = |direction, lane: &Standalone| Chunk { direction, at, bytes: lane.unread() };
        let rests =
            [rest(Direction::ToServer, &self.client), rest(Direction::ToClient, &self.server)];
        let held = rests.into_iter().filter(|chunk| !chunk.bytes.is_empty()).collect();
        (self.tape, held, Degraded { direction, offset: 0, reason })
    }

    const fn lane(&mut self, direction: Direction) -> &mut Standalone {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }

    fn frame(&mut self, direction: Direction, frame: &Frame) {
        let call = match frame.stream() {
            0 => None,
            stream => self.streams.get(&stream).copied().or_else(|| self.open(direction, frame)),
        };
        match call {
            Some(ordinal) => self.follow(ordinal, direction, frame),
            None => self.control_bytes(direction, &frame.encode()),
        }
        if frame.kind() == Kind::GoAway && direction == Direction::ToClient {
            self.spread(frame);
        }
    }

    /// The exchange that this frame begins, if it does.
    fn open(&mut self, direction: Direction, frame: &Frame) -> Option<u32> {
        let stream = frame.stream();
        let asked = direction == Direction::ToServer;
        let opens = match direction {
            // RFC 9113 §5.1.1: clients use odd numbers, each greater than those before it.
            Direction::ToServer => {
                frame.kind() == Kind::Headers && stream % 2 == 1 && stream > self.last_opened
            }
            Direction::ToClient => self.upgraded && stream == 1,
        };
        if !opens {
            return None;
        }
        self.last_opened = self.last_opened.max(stream);
        if self.streams.len() >= MAX_STREAMS {
            self.control.degrade(direction, TOO_MANY);
            return None;
        }
        self.upgraded &= asked;
        let id = self.tape.begin();
        self.calls.insert(id.ordinal, Call::new(id, stream, asked));
        self.streams.insert(stream, id.ordinal);
        Some(id.ordinal)
    }

    fn follow(&mut self, ordinal: u32, direction: Direction, frame: &Frame) {
        let Some(call) = self.calls.get_mut(&ordinal) else { return };
        if call.pending.is_empty() {
            self.touched.push(call.id);
        }
        frame.write(&mut call.pending);
        call.follow(direction, frame);
        if let Some(promised) = frame.push_promise() {
            let is_new = promised % 2 == 0 && !self.streams.contains_key(&promised);
            if is_new && self.streams.len() < MAX_STREAMS {
                self.streams.insert(promised, ordinal);
            } else {
                call.forget(promised);
            }
        }
        if call.is_over() {
            self.streams.remove(&call.stream());
        }
        if !call.follows(frame.stream()) {
            self.streams.remove(&frame.stream());
        }
    }

    /// A server's GOAWAY concerns every stream that is open.
    fn spread(&mut self, frame: &Frame) {
        if self.goaways >= MAX_GOAWAYS || frame.header.wire_len() > MAX_GOAWAY_BYTES {
            return;
        }
        self.goaways += 1;
        for call in self.calls.values_mut().filter(|call| !call.is_over()) {
            if call.pending.is_empty() {
                self.touched.push(call.id);
            }
            frame.write(&mut call.pending);
            call.follow(Direction::ToClient, frame);
        }
    }

    fn control_bytes(&mut self, direction: Direction, bytes: &[u8]) {
        let id = *self.control.id.get_or_insert_with(|| self.tape.begin());
        if self.control.pending.is_empty() {
            self.touched.push(id);
        }
        self.control.take(direction, bytes);
    }

    fn cut_off_all(&mut self, at: Timestamp) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let rest = mem::replace(self.lane(direction), Standalone::new(direction)).unread();
            if !rest.is_empty() {
                self.cut_off(direction, &rest);
                self.write_down(direction, at);
            }
        }
    }

    /// The beginning of a frame, or of a header block, that never came to its end: of DATA, it stays with its stream.
    fn cut_off(&mut self, direction: Direction, rest: &Bytes) {
        let header = rest.first_chunk().map(FrameHeader::read);
        let stream = header.filter(|header| header.kind == Kind::Data).map(|header| header.stream);
        let ordinal = stream.and_then(|stream| self.streams.get(&stream));
        let Some(call) = ordinal.and_then(|ordinal| self.calls.get_mut(ordinal)) else {
            return self.control_bytes(direction, rest);
        };
        self.touched.push(call.id);
        call.cut_off(direction, rest);
    }

    /// A read is over: each exchange gets a chunk of what it brought.
    fn write_down(&mut self, direction: Direction, at: Timestamp) {
        for id in mem::take(&mut self.touched) {
            if self.control.id == Some(id) {
                let bytes = self.control.pending.split().freeze();
                self.tape.chunk(id, Chunk { direction, at, bytes });
                continue;
            }
            let Some(call) = self.calls.get_mut(&id.ordinal) else { continue };
            let bytes = call.pending.split().freeze();
            self.tape.chunk(id, Chunk { direction, at, bytes });
            if call.is_over()
                && let Some(call) = self.calls.remove(&id.ordinal)
            {
                self.tape.done(id, call.summary());
            }
        }
    }

    fn finish_all(&mut self) {
        self.streams.clear();
        for (_, call) in mem::take(&mut self.calls) {
            self.tape.done(call.id, call.summary());
        }
        let control = mem::take(&mut self.control);
        if let Some(id) = control.id {
            self.tape.done(id, ExchangeSummary { degraded: control.degraded, ..CONTROL });
        }
    }
}

impl Control {
    fn take(&mut self, direction: Direction, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        *self.len(direction) += bytes.len() as u64;
    }

    const fn len(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::ToServer => &mut self.from_client,
            Direction::ToClient => &mut self.from_server,
        }
    }

    fn degrade(&mut self, direction: Direction, reason: &'static str) {
        let offset = *self.len(direction);
        self.degraded.get_or_insert(Degraded { direction, offset, reason });
    }
}
