//! One stream of HTTP/2.

use bytes::{Bytes, BytesMut};

use super::steps::Steps;
use crate::model::{
    Chunk, Close, Connection, Direction, Exchange, How, Script, Side, Step, Timestamp, Until,
};
use crate::transcribe::http2::{Call, Followed};
use crate::wire::http1::{Event, RequestHead, ResponseHead};
use crate::wire::http2::{Kind, frames};
use crate::wire::messages::Counter;

/// See [`compile`](super::compile).
pub(super) fn compile(exchange: &Exchange, connection: &Connection) -> Script {
    let mut compiler = Compiler {
        steps: Steps::new(connection.tls.is_some(), exchange.started()),
        followed: Followed::before(exchange),
        messages: Messages::default(),
        client_closed: None,
    };
    let mut closes = connection.closes.iter().peekable();
    for chunk in &exchange.chunks {
        while let Some(close) = closes.next_if(|close| close.at < chunk.at) {
            compiler.close_amid(close);
        }
        compiler.chunk(chunk);
    }
    compiler.end(exchange, connection);
    compiler.steps.into_script()
}

/// Writes a script while it follows the recording.
struct Compiler {
    steps: Steps,
    followed: Followed,
    messages: Messages,
    client_closed: Option<Timestamp>,
}

impl Compiler {
    fn chunk(&mut self, chunk: &Chunk) {
        if chunk.direction == Direction::ToClient
            && let Some(bytes) = spoken(&chunk.bytes)
        {
            self.await_progress();
            self.steps.act(chunk.at, Step::Send(bytes));
        }
        let messages = &mut self.messages;
        self.followed.follow(chunk, |direction, event| messages.note(direction, event));
        self.steps.note(chunk.at);
    }

    /// A client that has closed can still be answered; a server cannot go on after its own end.
    fn close_amid(&mut self, close: &Close) {
        if close.by == Side::Client {
            self.client_closed.get_or_insert(close.at);
        }
    }

    fn end(&mut self, exchange: &Exchange, connection: &Connection) {
        let call = &self.followed.call;
        if call.is_complete() || call.is_refused() {
            return;
        }
        match call.reset_by() {
            Some(Side::Server) => {}
            Some(Side::Client) => self.steps.ask(Some(Until::ClientClose)),
            None => match connection.gap_after(exchange) {
                Some(gap) => {
                    self.await_progress();
                    self.steps.act(gap.at, Step::Reset);
                }
                None => self.end_with_connection(&connection.closes),
            },
        }
    }

    fn end_with_connection(&mut self, closes: &[Close]) {
        for close in closes {
            match close.by {
                Side::Server => {
                    self.await_progress();
                    return self.steps.end(close);
                }
                Side::Client => {
                    self.client_closed = Some(close.at);
                    if !matches!(close.how, How::Fin | How::CloseNotify) {
                        break;
                    }
                }
            }
        }
        self.await_progress();
        self.steps.act(self.steps.at(), Step::Close);
    }

    fn await_progress(&mut self) {
        let call = &self.followed.call;
        match self.client_closed {
            Some(at) if !call.is_asked() => self.steps.ask_close(Some(at)),
            _ => self.steps.ask(self.messages.progress(call)),
        }
    }
}

/// What the client sends in messages, if it does.
#[derive(Default)]
struct Messages {
    request: Option<Bytes>,
    counter: Option<Counter>,
}

impl Messages {
    /// What was read on a stream.
    fn note(&mut self, direction: Direction, event: &Event) {
        match (direction, event) {
            (Direction::ToServer, Event::Head(head)) => {
                self.request = Some(head.clone());
                self.counter = self.count(None);
            }
            (Direction::ToClient, Event::Head(head)) if self.counter.is_none() => {
                self.counter = self.count(ResponseHead::parse(head).ok());
            }
            (Direction::ToServer, Event::Body(piece)) => {
                if let Some(counter) = &mut self.counter {
                    counter.advance(piece);
                }
            }
            _ => {}
        }
    }

    fn count(&self, response: Option<ResponseHead<'_>>) -> Option<Counter> {
        let request = RequestHead::parse(self.request.as_ref()?).ok()?;
        Counter::for_exchange(&request, response.as_ref())
    }

    /// How far the client has got.
    fn progress(&self, call: &Call) -> Option<Until> {
        if call.is_asked() {
            return call.has_request_head().then_some(Until::RequestEnd);
        }
        if !call.has_request_head() {
            return None;
        }
        let counter = self.counter.as_ref().filter(|counter| !counter.is_broken());
        Some(match (counter, call.body_len()) {
            (_, 0) => Until::Head,
            (Some(counter), _) if counter.count() == 0 => Until::Head,
            (Some(counter), _) => Until::Messages(counter.count()),
            (None, len) => Until::Body(len),
        })
    }
}

/// What of a server's chunk is not about windows; none if that is nothing.
fn spoken(bytes: &Bytes) -> Option<Bytes> {
    let mut all = frames(bytes);
    let is_window = |kind: Kind| matches!(kind, Kind::WindowUpdate | Kind::Priority);
    let mut left = BytesMut::new();
    let mut without = false;
    for frame in all.by_ref().map_while(Result::ok) {
        if is_window(frame.kind()) {
            without = true;
        } else {
            frame.write(&mut left);
        }
    }
    if !without {
        return Some(bytes.clone());
    }
    left.extend_from_slice(&all.unread());
    (!left.is_empty()).then(|| left.freeze())
}
