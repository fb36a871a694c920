//! One stream: its request, and what the client gets of its answer.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::fault::End;
use cassettes::model::{Direction, Step, Timestamp};
use cassettes::wire::http::StreamReader;
use cassettes::wire::http1::{Event, Framing, ResponseKind};
use cassettes::wire::http2::{ErrorCode, Frame, Kind, compose, frames};

use super::windows::Window;
use crate::faults::answer::Answer;
use crate::faults::asked::Asked;
use crate::faults::asking::Asking;
use crate::faults::burst::Burst;
use crate::faults::connection::Link;
use crate::faults::finder::Part;
use crate::faults::held::Whole;
use crate::faults::outlet::Outlet;
use crate::faults::voice::Voice;

/// A request stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) number: u32,
    /// Until the server answers.
    pub(super) asked: Option<Asked>,
    pub(super) answer: Option<Answer>,
    /// What comes of the request, if faults may hit that yet.
    pub(super) asking: Option<Asking>,
    pub(super) request: StreamReader,
    response: StreamReader,
    /// What the client is to get, and when.
    pub(super) outlet: Outlet,
    /// What it is to get as soon as it takes it.
    pub(super) ready: VecDeque<Ready>,
    pub(super) window: Window,
    /// Credit that the server was given for bytes which are yet to go to the client.
    pub(super) ahead: Ahead,
    /// Nothing that the server says on it reaches the client any more.
    pub(super) is_deaf: bool,
    pub(super) client_done: bool,
    pub(super) server_done: bool,
}

/// What may go out.
#[derive(Debug)]
pub(super) enum Ready {
    Frame(Frame),
    /// Bytes that are no frame, on purpose.
    Torn(Bytes),
}

/// For how many bytes the server was given credit before the client had them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    So(usize),
    /// For all there are: the server has ended.
    All,
}

impl Ahead {
    /// Takes off what goes to the client now; how much of it that is.
    pub(super) fn take(&mut self, len: usize) -> usize {
        match self {
            Self::All => len,
            Self::So(left) => {
                let own = len.min(*left);
                *left -= own;
                own
            }
        }
    }
}

/// What a frame of the server's comes to, for the server.
#[derive(Debug, Default)]
pub(super) struct Echo {
    /// Credit on the connection, and on the stream.
    pub(super) connection: usize,
    pub(super) stream: usize,
    /// It is to be told that nobody listens any more.
    pub(super) reset: bool,
}

impl Stream {
    pub(super) fn new(number: u32, link: &Link, window: i64) -> Self {
        Self {
            number,
            asked: Some(Asked::new(&link.faults, link.connection, Bytes::new())),
            answer: None,
            asking: None,
            request: StreamReader::new(Direction::ToServer),
            response: StreamReader::new(Direction::ToClient),
            outlet: Outlet::default(),
            ready: VecDeque::new(),
            window: Window::new(window),
            ahead: Ahead::So(0),
            is_deaf: false,
            client_done: false,
            server_done: false,
        }
    }

    /// The server has said this on it.
    pub(super) fn receive(
        &mut self,
        frame: Frame,
        ends_read: bool,
        link: &Link,
        now: Timestamp,
    ) -> Echo {
        let len = if frame.kind() == Kind::Data { frame.payload.len() } else { 0 };
        let brought = self.response.advance(&frame).unwrap_or_default();
        let is_reset = frame.kind() == Kind::RstStream;
        self.server_done |= frame.ends_stream() || is_reset;
        if self.is_deaf {
            return Echo { connection: len, ..Echo::default() };
        }
        let mut echo = Echo::default();
        let frame = self.without_padding(frame, &mut echo);
        let mut burst = Burst::new(now);
        self.begin(link, now);
        if let Some(answer) = &mut self.answer {
            let part = part_of(brought.event, self.response.kind(), answer, now);
            answer.take(frame.encode(), part, ends_read, &mut burst);
            if part == Part::Interim && !self.request.is_over() {
                answer.waits(&mut burst);
            }
            if answer.is_held() {
                let data = frame.data().map_or(0, |data| data.len());
                echo.connection += data;
                echo.stream += data;
                self.add_ahead(data);
            }
        }
        if self.server_done {
            self.end(is_reset, &mut burst);
        }
        self.check_ended(&mut echo);
        if burst.drops {
            echo.connection += self.drop_sends();
        }
        self.push(burst);
        echo
    }

    /// So late it is.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        let mut burst = Burst::new(now);
        if let Some(answer) = &mut self.answer {
            answer.timeout(&mut burst);
        }
        self.push(burst);
    }

    /// When to look at it again.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let held = self.answer.as_ref().and_then(Answer::deadline);
        held.into_iter().chain(self.outlet.poll_timeout()).min()
    }

    /// The client has broken it off.
    pub(super) fn abandon(&mut self) {
        self.client_done = true;
        self.server_done = true;
        self.is_deaf = true;
        self.answer = None;
        self.outlet = Outlet::default();
        self.ready.clear();
    }

    /// Nothing is to come, in either direction.
    pub(super) fn is_over(&self) -> bool {
        let gone = self.outlet.is_idle() && self.ready.is_empty();
        self.client_done && self.server_done && gone
    }

    /// The server has said all, or need not.
    pub(super) const fn is_answered(&self) -> bool {
        self.server_done && self.answer.is_none()
    }

    /// Something is to go out yet.
    pub(super) fn is_waiting(&self) -> bool {
        !self.ready.is_empty() || !self.outlet.is_idle() && !self.outlet.is_stalled()
    }

    fn begin(&mut self, link: &Link, now: Timestamp) {
        let Some(asked) = self.asked.take() else { return };
        let voice = Voice::Frames { stream: self.number, headed: false, ended: false };
        self.answer = Some(Answer::new(link.clone(), asked, voice, now));
    }

    /// Padding would be in the way of cutting DATA. Its credit is given back at once.
    fn without_padding(&self, frame: Frame, echo: &mut Echo) -> Frame {
        let padding = frame.padding();
        let Some(data) = frame.data().filter(|_| padding > 0) else { return frame };
        echo.connection += padding;
        echo.stream += padding;
        compose::data(self.number, data, frame.ends_stream())
    }

    fn add_ahead(&mut self, data: usize) {
        if let Ahead::So(ahead) = &mut self.ahead {
            *ahead += data;
        }
    }

    fn end(&mut self, is_reset: bool, burst: &mut Burst) {
        let Some(mut answer) = self.answer.take() else { return };
        if answer.is_held() {
            // What is made of it may be longer than what the server had credit for.
            self.ahead = Ahead::All;
        }
        if is_reset {
            return answer.break_off(burst);
        }
        answer.take(Bytes::new(), Part::End, false, burst);
        answer.end(Whole::Yes, burst);
    }

    /// Once a fault has ended it, the server need not go on.
    fn check_ended(&mut self, echo: &mut Echo) {
        let Some((end, connection)) = self.answer.as_ref().and_then(Answer::ended) else { return };
        self.is_deaf = true;
        echo.reset = end != End::Stall && !connection && !self.server_done;
        // It hears nothing any more, and says nothing that counts.
        self.server_done |= echo.reset;
    }

    /// What waits to be sent is not. How much credit it took.
    fn drop_sends(&mut self) -> usize {
        let dropped = self.outlet.drop_sends();
        let frames = dropped.iter().flat_map(frames).map_while(Result::ok);
        frames.filter_map(|frame| frame.data()).map(|data| data.len()).sum()
    }

    pub(super) fn push(&mut self, burst: Burst) {
        for step in burst.steps {
            match step {
                Step::Send(bytes) => self.push_frames(&bytes, burst.now),
                step => self.outlet.push(step, burst.now),
            }
        }
    }

    /// One step for each frame, so that each can wait for room.
    fn push_frames(&mut self, bytes: &Bytes, now: Timestamp) {
        let mut all = frames(bytes);
        for frame in all.by_ref().map_while(Result::ok) {
            // After that, the client has nothing to say on it.
            self.client_done |= frame.kind() == Kind::RstStream;
            self.outlet.push(Step::Send(frame.encode()), now);
        }
        let torn = all.unread();
        if !torn.is_empty() {
            self.outlet.push(Step::Send(torn), now);
        }
    }
}

/// The end of a stream of which the server need say no more.
pub(super) fn cancel(stream: u32) -> Bytes {
    compose::rst_stream(stream, ErrorCode::CANCEL).encode()
}

fn part_of(event: Option<Event>, kind: ResponseKind, answer: &mut Answer, now: Timestamp) -> Part {
    match event {
        Some(Event::Head(head)) if kind != ResponseKind::Interim => {
            answer.learn(&head, Framing::EndStream, now);
            Part::Head
        }
        Some(Event::Head(_)) => Part::Interim,
        Some(Event::Body(data)) => Part::Content(data.len()),
        _ => Part::Around,
    }
}
