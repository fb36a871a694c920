//! HTTP/2: each stream is an exchange, and broken by itself.
//!
//! Frames of the client's pass as they came, whole, as far as to a point at which its request is cut. Those of the server's pass with their header blocks coded anew, since a
//! block that does not reach the client, or reaches it later, would put all that follow out of step.
//!
//! - `stream`: one request and its answer; `requests`: points of what the client says on it
//! - `scribe`: header blocks
//! - `windows`: flow control

mod requests;
mod scribe;
mod stream;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use cassettes::model::{Direction, Step, Timestamp};
use cassettes::transcribe::MAX_STREAMS;
use cassettes::wire::http2::{Frame, Kind, Piece, Standalone, compose, frames, setting};

use super::burst::Burst;
use super::connection::Link;
use super::outlet::{Act, Ending};
use requests::Cut;
use scribe::Scribe;
use stream::{Ahead, Ready, Stream, cancel};
use windows::{INITIAL_WINDOW, Window};

/// Both directions of a connection.
#[derive(Debug)]
pub(super) struct Http2 {
    link: Link,
    client: Side,
    server: Side,
    streams: BTreeMap<u32, Stream>,
    /// Streams that are over for the client, on which the server may have said more before it learned that.
    gone: BTreeSet<u32>,
    scribe: Scribe,
    /// What the client takes on all streams together.
    window: Window,
    /// What it takes on each, at its beginning.
    initial_window: i64,
    /// With the request, the client's connection was cut.
    is_cut: bool,
    /// For the server, from us.
    to_server: BytesMut,
    /// For the client, from us.
    to_client: BytesMut,
}

/// Most streams remembered that are over for the client alone: what the server says on them is already on its way.
const MAX_GONE: usize = 1024;

/// What one side says.
#[derive(Debug)]
struct Side {
    pieces: Standalone,
    /// As on the wire, from the next piece on.
    wire: BytesMut,
    /// It is not HTTP/2, or not any more.
    is_lost: bool,
}

impl Side {
    fn new(direction: Direction) -> Self {
        Self { pieces: Standalone::new(direction), wire: BytesMut::new(), is_lost: false }
    }

    fn receive(&mut self, bytes: &Bytes) {
        self.wire.extend_from_slice(bytes);
        if !self.is_lost {
            self.pieces.receive(bytes);
        }
    }

    /// The next piece, and how it was on the wire.
    fn poll(&mut self) -> Option<(Piece, Bytes)> {
        if self.is_lost {
            return None;
        }
        let piece = self.pieces.poll()?;
        self.is_lost = piece.is_err();
        let piece = piece.ok()?;
        let len = piece.wire_len().min(self.wire.len());
        Some((piece, self.wire.split_to(len).freeze()))
    }
}

impl Http2 {
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            client: Side::new(Direction::ToServer),
            server: Side::new(Direction::ToClient),
            streams: BTreeMap::new(),
            gone: BTreeSet::new(),
            scribe: Scribe::new(),
            window: Window::new(INITIAL_WINDOW),
            initial_window: INITIAL_WINDOW,
            is_cut: false,
            to_server: BytesMut::new(),
            to_client: BytesMut::new(),
        }
    }

    /// The client said this. What goes on to the server.
    pub(super) fn ask(&mut self, bytes: &Bytes, burst: &mut Burst) -> Bytes {
        self.client.receive(bytes);
        let mut passed = self.to_server.split();
        while let Some((piece, wire)) = self.client.poll() {
            match piece {
                Piece::Preface => passed.extend_from_slice(&wire),
                Piece::Frame { frame, .. } => {
                    let wire = self.client_frame(&frame, wire, burst.now);
                    passed.extend_from_slice(&wire);
                }
            }
        }
        if self.client.is_lost {
            passed.extend_from_slice(&self.client.wire.split());
        }
        self.drain(burst);
        passed.freeze()
    }

    /// The client says no more.
    pub(super) fn client_ended(&mut self) {
        self.streams.values_mut().for_each(Stream::client_ended);
    }

    /// A point of a request has come at which the client's connection ends.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The server said this.
    pub(super) fn receive(&mut self, bytes: &Bytes, burst: &mut Burst) {
        self.server.receive(bytes);
        while let Some((piece, _)) = self.server.poll() {
            if let Piece::Frame { frame, .. } = piece {
                let ends_read = self.server.wire.is_empty();
                self.server_frame(frame, ends_read, burst);
            }
        }
        self.drain(burst);
        if self.server.is_lost {
            // What cannot be read cannot be passed on among blocks that were coded anew.
            burst.steps.push(Step::Reset);
        }
    }

    /// So late it is.
    pub(super) fn pass_time(&mut self, burst: &mut Burst) {
        self.streams.values_mut().for_each(|stream| stream.pass_time(burst.now));
        self.drain(burst);
    }

    /// When to look again.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.streams.values().filter_map(Stream::poll_timeout).min()
    }

    /// Something waits for time, or for room.
    pub(super) fn is_waiting(&self) -> bool {
        self.streams.values().any(Stream::is_waiting)
    }

    /// What the server is to get from us.
    pub(super) fn take_to_server(&mut self) -> Bytes {
        self.to_server.split().freeze()
    }

    /// What goes on to the server of a frame of the client's.
    fn client_frame(&mut self, frame: &Frame, wire: Bytes, now: Timestamp) -> Bytes {
        if frame.stream() == 0 {
            return self.client_control(frame, wire);
        }
        let id = frame.stream();
        if self.gone.contains(&id) {
            return self.late_frame(frame, wire);
        }
        if frame.kind() == Kind::Headers && self.streams.len() < MAX_STREAMS {
            let begin = || Stream::new(id, &self.link, self.initial_window);
            self.streams.entry(id).or_insert_with(begin);
        }
        let Some(stream) = self.streams.get_mut(&id) else { return wire };
        let was_deaf = stream.is_deaf;
        if let Some(cut) = stream.ask(frame, &wire, &self.link, now) {
            return self.cut(id, cut);
        }
        match frame.kind() {
            Kind::WindowUpdate => {
                let granted = stream.window.grant(frame.window_update().unwrap_or_default());
                let is_own = was_deaf || stream.ahead == Ahead::All;
                if is_own { Bytes::new() } else { window_update(id, granted, frame, wire) }
            }
            Kind::RstStream => {
                // It may be stalled: of that, the server does not know.
                let is_known = was_deaf && stream.server_done;
                stream.abandon();
                if is_known { Bytes::new() } else { wire }
            }
            // Trailers would end the request.
            Kind::Headers if was_deaf && !stream.server_done => {
                stream.server_done = true;
                [cancel(id), wire].concat().into()
            }
            Kind::Data | Kind::Headers if was_deaf => self.late_frame(frame, wire),
            _ => wire,
        }
    }

    /// What passes of a frame on a stream of which the server is to hear no more. A header block does, or all that follow could not be read.
    fn late_frame(&mut self, frame: &Frame, wire: Bytes) -> Bytes {
        match frame.kind() {
            Kind::Headers => wire,
            Kind::Data => {
                grant(&mut self.to_client, 0, frame.payload.len());
                Bytes::new()
            }
            _ => Bytes::new(),
        }
    }

    fn cut(&mut self, id: u32, cut: Cut) -> Bytes {
        grant(&mut self.to_client, 0, cut.credit);
        self.is_cut |= cut.connection;
        if cut.reset { [cut.passed, cancel(id)].concat().into() } else { cut.passed }
    }

    fn client_control(&mut self, frame: &Frame, wire: Bytes) -> Bytes {
        if let Some(increment) = frame.window_update() {
            let granted = self.window.grant(increment);
            return window_update(0, granted, frame, wire);
        }
        if let Some(settings) = frame.settings().filter(|_| !frame.is_ack()) {
            let last =
                settings.iter().rev().find(|(name, _)| *name == setting::INITIAL_WINDOW_SIZE);
            if let Some((_, size)) = last {
                let by = i64::from(*size) - self.initial_window;
                self.initial_window += by;
                self.streams.values_mut().for_each(|stream| stream.window.adjust(by));
            }
            self.scribe.expect(settings);
        }
        wire
    }

    fn server_frame(&mut self, frame: Frame, ends_read: bool, burst: &mut Burst) {
        let id = frame.stream();
        let Some(stream) = self.streams.get_mut(&id) else {
            if frame.is_ack() && frame.kind() == Kind::Settings {
                self.scribe.obey();
            }
            let len = if frame.kind() == Kind::Data { frame.payload.len() } else { 0 };
            if self.gone.contains(&id) {
                return grant(&mut self.to_server, 0, len);
            }
            self.window.send(len, 0);
            return burst.send(self.scribe.write(&frame));
        };
        let echo = stream.receive(frame, ends_read, &self.link, burst.now);
        grant(&mut self.to_server, 0, echo.connection);
        grant(&mut self.to_server, id, echo.stream);
        if echo.reset {
            self.to_server.extend_from_slice(&cancel(id));
        }
    }

    /// Gives the client what it may get by now.
    fn drain(&mut self, burst: &mut Burst) {
        burst.send(self.to_client.split().freeze());
        let Self { streams, scribe, window, .. } = self;
        for stream in streams.values_mut() {
            drain(stream, scribe, window, burst);
        }
        let over = streams.iter().filter(|(_, stream)| stream.is_over());
        self.gone.extend(over.filter(|(_, stream)| stream.is_deaf).map(|(id, _)| *id));
        while self.gone.len() > MAX_GONE {
            self.gone.pop_first();
        }
        streams.retain(|_, stream| !stream.is_over());
    }
}

/// Gives the client what it may get of one stream.
fn drain(stream: &mut Stream, scribe: &mut Scribe, window: &mut Window, burst: &mut Burst) {
    loop {
        while let Some(bytes) = stream.outlet.poll_send(burst.now) {
            let first = frames(&bytes).next().and_then(Result::ok);
            stream.ready.push_back(first.map_or(Ready::Torn(bytes), Ready::Frame));
        }
        send_ready(stream, scribe, window, burst);
        if !stream.ready.is_empty() {
            return;
        }
        match stream.outlet.poll_act(burst.now) {
            Some(act) => burst.steps.push(step_of(act)),
            None => return,
        }
    }
}

/// DATA that the client does not take yet waits, and all that follows it.
fn send_ready(stream: &mut Stream, scribe: &mut Scribe, window: &mut Window, burst: &mut Burst) {
    while let Some(ready) = stream.ready.pop_front() {
        let frame = match ready {
            Ready::Torn(bytes) => {
                burst.send(bytes);
                continue;
            }
            Ready::Frame(frame) => frame,
        };
        let data = frame.data().filter(|data| !data.is_empty());
        let Some(data) = data else {
            burst.send(scribe.write(&frame));
            continue;
        };
        let room = window.room().min(stream.window.room()).min(data.len());
        let own = stream.ahead.take(room);
        window.send(room, own);
        stream.window.send(room, own);
        let (id, ends) = (frame.stream(), frame.ends_stream());
        if room == data.len() {
            burst.send(frame.encode());
            continue;
        }
        if room > 0 {
            burst.send(compose::data(id, data.slice(..room), false).encode());
        }
        stream.ready.push_front(Ready::Frame(compose::data(id, data.slice(room..), ends)));
        return;
    }
}

/// The client's credit, as far as it is the server's.
fn window_update(stream: u32, granted: u32, frame: &Frame, wire: Bytes) -> Bytes {
    match frame.window_update() {
        Some(increment) if increment == granted => wire,
        _ if granted == 0 => Bytes::new(),
        _ => compose::window_update(stream, granted).encode(),
    }
}

/// Gives credit.
fn grant(out: &mut BytesMut, stream: u32, len: usize) {
    if let Some(len) = u32::try_from(len).ok().filter(|len| *len > 0) {
        compose::window_update(stream, len).write(out);
    }
}

fn step_of(act: Act) -> Step {
    match act {
        Act::Flush => Step::Flush,
        Act::Beneath(bytes) => Step::Beneath(bytes),
        Act::HalfClose => Step::HalfClose,
        Act::End(Ending::Close) => Step::Close,
        Act::End(Ending::Cut) => Step::Cut,
        Act::End(Ending::Alert(number)) => Step::Alert(number),
        Act::End(Ending::Reset) => Step::Reset,
    }
}
