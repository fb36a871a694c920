//! HTTP/1, and what no parser understood.

use std::iter::Peekable;
use std::slice;

use super::IDLE_CLOSE;
use super::steps::Steps;
use crate::model::{
    Chunk, Close, Connection, Direction, Exchange, How, Script, Side, Step, Timestamp, Until,
};
use crate::transcribe::http1::{Open, Request};
use crate::wire::http::View;
use crate::wire::messages::Counter;
use crate::wire::websocket::Agreement;

/// See [`compile`](super::compile).
pub(super) fn compile(
    exchange: &Exchange,
    connection: &Connection,
    last_on_connection: bool,
) -> Script {
    let tls = connection.tls.is_some();
    if !last_on_connection {
        let compiler = Compiler::play(exchange, tls, &mut [].iter().peekable());
        if compiler.open.is_complete() {
            return compiler.steps.into_script();
        }
    }
    let mut closes = connection.closes.iter().peekable();
    let mut compiler = Compiler::play(exchange, tls, &mut closes);
    match connection.gap_after(exchange) {
        Some(gap) if compiler.breaks_off(exchange, last_on_connection) => {
            compiler.act(gap.at, Step::Reset);
        }
        _ => compiler.end(closes),
    }
    compiler.steps.into_script()
}

type Closes<'a> = Peekable<slice::Iter<'a, Close>>;

/// Writes a script while it follows the recording.
struct Compiler<'a> {
    steps: Steps,
    open: Open,
    /// Bytes the client has sent.
    sent: u64,
    client_closed: Option<Timestamp>,
    /// The server has sent FIN, and the client went on.
    half_closed: bool,
    /// The server's end, where chunks are said to have come after it.
    early_end: Option<&'a Close>,
    /// What the client sent beyond its request.
    tail: Tail,
}

/// What a client sent beyond its request.
enum Tail {
    /// Nothing so far.
    None,
    /// Bytes of no known form.
    Bytes,
    /// WebSocket messages, counted.
    Messages(Counter),
}

impl<'a> Compiler<'a> {
    /// Follows the chunks, and those closes that happened between them.
    fn play(exchange: &'a Exchange, tls: bool, closes: &mut Closes<'a>) -> Self {
        let mut compiler = Self {
            steps: Steps::new(tls, exchange.started()),
            open: Open::before(exchange),
            sent: 0,
            client_closed: None,
            half_closed: false,
            early_end: None,
            tail: Tail::None,
        };
        for (index, chunk) in exchange.chunks.iter().enumerate() {
            while let Some(close) = closes.next_if(|close| close.at < chunk.at) {
                compiler.close_amid(close, exchange.chunks.iter().skip(index));
            }
            compiler.chunk(chunk);
            compiler.count_messages(exchange, chunk);
        }
        compiler
    }

    fn chunk(&mut self, chunk: &Chunk) {
        match chunk.direction {
            Direction::ToServer => self.sent += chunk.bytes.len() as u64,
            Direction::ToClient => self.act(chunk.at, Step::Send(chunk.bytes.clone())),
        }
        self.open.follow(chunk);
        self.steps.note(chunk.at);
    }

    /// Counts what of the chunk came after the request's end, if that is WebSocket.
    fn count_messages(&mut self, exchange: &Exchange, chunk: &Chunk) {
        let beyond = self.sent.saturating_sub(self.open.request_len());
        if chunk.direction == Direction::ToClient || beyond == 0 {
            return;
        }
        if matches!(self.tail, Tail::None) {
            self.tail = web_socket(exchange).map_or(Tail::Bytes, Tail::Messages);
        }
        let len = usize::try_from(beyond).unwrap_or(usize::MAX).min(chunk.bytes.len());
        if let (Tail::Messages(messages), Some(tail)) =
            (&mut self.tail, chunk.bytes.get(chunk.bytes.len() - len..))
        {
            messages.advance(tail);
        }
    }

    /// Whether it ends where bytes are missing. What a server said unasked may have been all before that.
    fn breaks_off(&self, exchange: &Exchange, last_on_connection: bool) -> bool {
        let asked = exchange.sent(Direction::ToServer).next().is_some();
        !self.open.is_complete() && (asked || last_on_connection)
    }

    /// A close with chunks after it. Of the server it is a half-close, or else was seen too early:
    /// then it is kept for the end.
    fn close_amid(&mut self, close: &'a Close, mut later: impl Iterator<Item = &'a Chunk>) {
        let is_half =
            is_orderly(close) && later.all(|chunk| chunk.direction == Direction::ToServer);
        match close.by {
            Side::Client => self.client_closed = Some(close.at),
            Side::Server if self.half_closed => {}
            Side::Server if is_half => {
                self.half_closed = true;
                self.act(close.at, Step::HalfClose);
            }
            Side::Server => self.early_end = self.early_end.or(Some(close)),
        }
    }

    /// The closes after the last chunk.
    fn end(&mut self, mut closes: Closes<'_>) {
        if let Some(close) = self.early_end {
            return self.end_with_server(close, false);
        }
        for close in closes.by_ref() {
            match close.by {
                Side::Client => {
                    self.client_closed = Some(close.at);
                    if !is_orderly(close) {
                        return self.end_with_client();
                    }
                }
                Side::Server => {
                    let reset =
                        closes.any(|later| later.by == Side::Server && later.how == How::Reset);
                    return self.end_with_server(close, reset);
                }
            }
        }
        if self.client_closed.is_some() { self.end_with_client() } else { self.end_unrecorded() }
    }

    fn end_with_server(&mut self, close: &Close, then_reset: bool) {
        let gap = close.at.since(self.steps.at());
        let idle = self.open.keeps_alive();
        if self.client_closed.is_some() {
            if idle {
                return;
            }
            self.await_client_close();
        }
        if idle && gap > IDLE_CLOSE {
            self.steps.push(Step::Stall(Some(gap)));
            self.steps.note(close.at);
        }
        if is_orderly(close) && then_reset {
            self.act(close.at, Step::HalfClose);
            self.steps.push(Step::Reset);
        } else {
            self.await_progress();
            self.steps.end(close);
        }
    }

    /// The client ended the connection; the server did not, or nobody saw it.
    fn end_with_client(&mut self) {
        if !self.open.keeps_alive() {
            self.await_client_close();
            self.act(self.steps.at(), Step::Close);
        }
    }

    /// The recording ends before the connection does.
    fn end_unrecorded(&mut self) {
        if self.half_closed {
            self.steps.ask_close(self.client_closed);
        }
        if !self.open.keeps_alive() {
            self.act(self.steps.at(), Step::Close);
        }
    }

    /// The client's end made the server's, unless the answer's framing did.
    fn await_client_close(&mut self) {
        if !self.open.closes_by_framing() {
            self.steps.ask_close(self.client_closed);
        }
    }

    /// What the server did at this time, once the client had got as far as it has by now.
    fn act(&mut self, at: Timestamp, step: Step) {
        self.await_progress();
        self.steps.act(at, step);
    }

    fn await_progress(&mut self) {
        match self.progress() {
            Some(Until::ClientClose) => self.steps.ask_close(self.client_closed),
            progress => self.steps.ask(progress),
        }
    }

    /// How far the client has got.
    fn progress(&self) -> Option<Until> {
        let beyond = self.sent.saturating_sub(self.open.request_len());
        let is_whole = self.open.request == Request::Whole || self.open.went_on;
        match self.open.request {
            _ if self.client_closed.is_some() && !self.open.is_in_http() => {
                Some(Until::ClientClose)
            }
            _ if is_whole && beyond == 0 => Some(Until::RequestEnd),
            _ if is_whole => match &self.tail {
                Tail::Messages(messages) => Some(Until::Messages(messages.count())),
                _ => Some(Until::Tail(beyond)),
            },
            _ if self.sent == 0 => None,
            Request::Partial if self.sent == self.open.head_len() => Some(Until::Head),
            _ => Some(Until::Bytes(self.sent)),
        }
    }
}

/// An end of what one side sends, after which the other may go on.
const fn is_orderly(close: &Close) -> bool {
    matches!(close.how, How::Fin | How::CloseNotify)
}

/// A counter of the client's messages, if the exchange was switched to WebSocket and what the client sent is that.
fn web_socket(exchange: &Exchange) -> Option<Counter> {
    let view = View::of(exchange);
    let request = view.request()?.request_head()?;
    let response = view.final_response()?.response_head()?;
    Agreement::of(&request, &response)?;
    let mut messages = Counter::web_socket();
    messages.advance(&view.tail(Direction::ToServer));
    (!messages.is_broken()).then(Counter::web_socket)
}
