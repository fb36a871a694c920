//! A script's steps, into what waits to be sent.

use std::collections::VecDeque;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use cassettes::model::Step;
use cassettes::wire::http2::{FRAME_HEADER_BYTES, Frame, FrameHeader, Kind, compose, flag, frames};

use super::stream::{Part, Piece, Stream};
use super::{Ending, Http2};
use crate::player::Action;
use crate::player::run::{Afterlife, Next};

impl Http2 {
    /// Goes on with a stream's script, as far as that goes now.
    pub(super) fn step(&mut self, id: u32) {
        let world = self.world();
        loop {
            let Some(stream) = self.streams.get_mut(&id) else { return };
            stream.reply();
            match stream.next(world) {
                Next::Act(step) => self.act(id, step),
                Next::Idle => {
                    self.keep_afterlife(id);
                    break;
                }
                Next::Blocked | Next::Done => {
                    stream.let_go();
                    break;
                }
            }
        }
        self.open_window(id);
        self.rest(id);
    }

    /// Lets the client send more, unless its stream is not to be read.
    fn open_window(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        if stream.reads()
            && let Some(increment) = stream.credit.refill()
        {
            self.outlet.reply(&compose::window_update(id, increment));
        }
    }

    /// A stream is left to itself until something happens.
    fn rest(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let wake = match &stream.part {
            Part::Playing(playing) if !playing.done => playing.run.wake(),
            _ => None,
        };
        if wake != stream.wake {
            if let Some(before) = stream.wake {
                self.wakes.remove(&(before, id));
            }
            self.wakes.extend(wake.map(|wake| (wake, id)));
            stream.wake = wake;
        }
        self.list(id);
        self.tidy(id);
        self.watch();
    }

    /// Gives a stream a turn, if it has something to send.
    pub(super) fn list(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id)
            && !stream.listed
            && !stream.queue.is_empty()
        {
            stream.listed = true;
            self.ready.push_back(id);
        }
    }

    /// There is a stream that a client may take too long for.
    pub(super) fn watch(&mut self) {
        if self.sweep.is_none() && !self.streams.is_empty() {
            self.sweep = Some(self.now.later(self.stage.options().limits.step));
        }
    }

    fn act(&mut self, id: u32, step: Step) {
        let end = match step {
            Step::Send(bytes) => return self.say(id, &bytes),
            Step::Flush => return self.queue(id, Piece::Flush),
            Step::Beneath(bytes) => return self.queue(id, Piece::Beneath(bytes)),
            Step::Mute => return self.mute(id),
            Step::HalfClose => Action::HalfClose,
            Step::Close => Action::Close,
            Step::Cut => Action::Cut,
            Step::Alert(number) => Action::Alert(number),
            Step::Reset => Action::Reset,
            Step::Receive(_)
            | Step::Wait(_)
            | Step::Delay(_)
            | Step::Stall(_)
            | Step::StopReading => return,
        };
        self.queue(id, Piece::End(end));
    }

    fn queue(&mut self, id: u32, piece: Piece) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.queue.push_back(piece);
        }
    }

    /// A WebSocket by itself; of any other stream, its connection.
    fn mute(&mut self, id: u32) {
        let Some(Part::Playing(playing)) = self.streams.get_mut(&id).map(|it| &mut it.part) else {
            return;
        };
        match &mut playing.tail {
            Some(tail) => tail.mute(),
            None => self.outlet.mute(),
        }
    }

    /// What the server said at once.
    fn say(&mut self, id: u32, bytes: &Bytes) {
        let mut frames = frames(bytes);
        for frame in frames.by_ref().map_while(Result::ok) {
            self.say_frame(id, frame);
        }
        self.say_torn(id, frames.unread());
        if self.is_paced()
            && let Some(stream) = self.streams.get_mut(&id)
        {
            stream.queue.push_back(Piece::Cut);
        }
    }

    fn say_frame(&mut self, id: u32, frame: Frame) {
        match frame.kind() {
            // The live connection has its own. Those that are no answers are never recorded of a stream: faults send them.
            Kind::Settings | Kind::Ping if frame.is_ack() => return,
            Kind::PushPromise => return self.promise(id, &frame),
            _ => {}
        }
        let paced = self.is_paced();
        let Some(live) = self.live_number(id, frame.stream()) else { return };
        if let Some(stream) = self.streams.get_mut(&live) {
            stream.told(&frame);
            stream.queue.extend(piece_of(frame.on_stream(live), paced));
        }
        if live != id {
            self.list(live);
        }
    }

    /// What came of a frame that the connection's end cut off.
    fn say_torn(&mut self, id: u32, mut torn: Bytes) {
        let Some(header) = torn.first_chunk().map(FrameHeader::read) else { return };
        if let (Some(live), Some(stream)) =
            (self.live_number(id, header.stream), self.streams.get_mut(&id))
        {
            torn.advance(FRAME_HEADER_BYTES);
            stream.queue.push_back(Piece::Torn(FrameHeader { stream: live, ..header }, torn));
        }
    }

    /// What a recorded stream is here: the one that is played, or one that was pushed for it.
    fn live_number(&self, id: u32, recorded: u32) -> Option<u32> {
        let Part::Playing(playing) = &self.streams.get(&id)?.part else { return None };
        match playing.pushed.get(&recorded) {
            Some(pushed) => *pushed,
            None => (recorded == 0 || recorded == playing.recorded).then_some(id),
        }
    }

    /// A promise goes out at once, so that it comes before what is promised.
    fn promise(&mut self, id: u32, frame: &Frame) {
        let takes = self.theirs.takes_pushes && self.next_push <= MAX_STREAM;
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let (Some(promised), Some(block)) = (frame.push_promise(), frame.block()) else { return };
        let Part::Playing(playing) = &mut stream.part else { return };
        let live = takes.then_some(self.next_push);
        playing.pushed.insert(promised, live);
        let (Some(live), Some(Ok(fields))) = (live, frame.fields()) else { return };
        self.next_push += 2;
        let mut payload = BytesMut::with_capacity(4 + block.len());
        payload.put_u32(live);
        payload.put_slice(&block);
        let frame = Frame::new(Kind::PushPromise, flag::END_HEADERS, id, payload.freeze());
        self.outlet.block(&frame, &fields);
        let mut pushed = Stream::new(Part::Told, self.theirs.window, 0, self.now);
        pushed.heard_last = true;
        self.streams.insert(live, pushed);
    }

    /// What is left of a script happens only if no request comes, and only if time passes.
    fn keep_afterlife(&mut self, id: u32) {
        let pace = self.stage.options().pace;
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let Part::Playing(playing) = &mut stream.part else { return };
        let left = playing.run.take_afterlife(pace).filter(|it| it.happens_at(pace));
        if let Some(Afterlife { at: Some(at), steps, .. }) = left {
            self.afterlife = Some((at, id, steps));
        }
    }

    pub(super) fn play_afterlife(&mut self, id: u32, steps: VecDeque<Step>) {
        for step in steps {
            match step {
                Step::Send(bytes) => {
                    for frame in frames(&bytes).map_while(Result::ok) {
                        if frame.kind() == Kind::GoAway {
                            self.go_away(id, &frame);
                        }
                    }
                }
                Step::Close => self.ending = Ending::Due(Action::Close),
                Step::Cut => self.ending = Ending::Due(Action::Cut),
                Step::Reset => self.ending = Ending::Due(Action::Reset),
                Step::Alert(number) => self.ending = Ending::Due(Action::Alert(number)),
                Step::HalfClose
                | Step::Receive(_)
                | Step::Wait(_)
                | Step::Delay(_)
                | Step::Flush
                | Step::Beneath(_)
                | Step::Mute
                | Step::StopReading
                | Step::Stall(_) => {}
            }
        }
    }
}

/// Stream numbers have 31 bits.
pub(super) const MAX_STREAM: u32 = (1 << 31) - 1;

/// What a frame is to be sent as. Where time does not pass as recorded, empty pieces of a body are left out.
fn piece_of(frame: Frame, paced: bool) -> Option<Piece> {
    Some(match frame.kind() {
        Kind::Headers => Piece::Headers(frame),
        Kind::Data => {
            let (bytes, end) = (frame.data()?, frame.ends_stream());
            if bytes.is_empty() && !end && !paced {
                return None;
            }
            let padded = paced && frame.header.has(flag::PADDED);
            Piece::Data { bytes, padding: frame.payload.first().copied().filter(|_| padded), end }
        }
        Kind::RstStream => Piece::Reset(frame),
        // They are the connection's, and keep their stream's place only in the order.
        Kind::GoAway => Piece::GoAway(frame.on_stream(0)),
        Kind::Settings | Kind::Ping => Piece::Other(frame.on_stream(0)),
        _ => Piece::Other(frame),
    })
}
