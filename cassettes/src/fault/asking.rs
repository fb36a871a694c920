//! Where things are in what a client sends: how much of it a server waits for before it breaks.
//!
//! An exchange is chosen by its request's head, so that of HTTP the first place is right after that.

use super::edit::broken_at;
use super::layout::{counted, grpc_messages};
use super::{Break, Layout, Misfit, Point, Scene};
use crate::model::{Direction, Exchange, Protocol, Script, Step, Until};
use crate::wire::dialects::{Dialect, message_ends};
use crate::wire::http::{Message, View};
use crate::wire::messages::{Counter, StreamKind};

/// Most messages of one client that [`Asking::points`] tells of.
const MAX_MESSAGES: u64 = 1000;

/// The client's part of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    protocol: Protocol,
    /// Bytes of the head on the wire; without HTTP, 0.
    head: u64,
    /// Bytes of the body, transfer framing taken off.
    body: u64,
    /// Bytes on the wire: of HTTP the request's, else all.
    len: u64,
    /// Where each thing that was sent at once ends, in bytes of the wire.
    chunks: Vec<u64>,
    messages: Messages,
}

/// What the client says in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Messages {
    /// Where each of gRPC's ends in the body; of a dialect of plain TCP, on the wire.
    Ends(Vec<u64>),
    /// So many after the request, of a WebSocket: data and the close.
    After(u64),
}

/// How far a client has got: of two, the later one is greater. Bytes are counted from the head on, and those of chunked framing as if they
/// were of the body, which puts a place too early by a few bytes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    Head,
    Within(u64),
    Whole,
    Beyond(u64),
    Gone,
}

impl Asking {
    /// Of an exchange.
    pub fn of(exchange: &Exchange) -> Self {
        let mut at = 0;
        let ends = exchange.sent(Direction::ToServer).map(|chunk| {
            at += chunk.bytes.len() as u64;
            at
        });
        let chunks: Vec<_> = ends.collect();
        let view = View::of(exchange);
        let (head, raw, body) = view.request().map_or((0, at, 0), |it| {
            (it.head.len() as u64, it.raw_body.len() as u64, it.body.len() as u64)
        });
        let messages = messages(exchange, &view);
        Self { protocol: exchange.protocol, head, body, len: head + raw, chunks, messages }
    }

    /// What is to be waited for, for the client to have got to the point.
    pub fn until(&self, point: &Point) -> Result<Until, Misfit> {
        match point {
            Point::AfterHeaders => self.after(0),
            Point::Body(_) | Point::BodyPercent(_) => {
                self.after(Layout::in_body(point, self.body)?)
            }
            Point::Byte(count) => self.on_wire(*count),
            Point::Percent(percent) => self.on_wire(super::layout::share(self.len, *percent)),
            Point::Chunk(number) => {
                let chunks = counted(self.chunks.len() as u64, "chunks");
                let few = || Misfit::new(format!("the request has {chunks}"));
                self.on_wire(nth(&self.chunks, *number).ok_or_else(few)?)
            }
            Point::Message(number) => self.message(*number),
            Point::End if self.is_http() => Ok(Until::RequestEnd),
            Point::End => self.on_wire(self.len),
            other => Err(Misfit::new(format!("`{other}` is no point of a request"))),
        }
    }

    /// The places worth trying, in order: those at which a client is still sending.
    pub fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        if self.body > 0 {
            points.push(Point::AfterHeaders);
        }
        match &self.messages {
            Messages::Ends(ends) if ends.is_empty() && self.body > 1 => {
                points.push(Point::BodyPercent(50.0));
            }
            Messages::Ends(_) if !self.is_http() => {}
            // With the last of gRPC's messages, the request is as good as whole.
            Messages::Ends(ends) => {
                let last = (ends.len() as u64).saturating_sub(1).min(MAX_MESSAGES);
                points.extend((1..=last).map(Point::Message));
            }
            Messages::After(count) => {
                points.extend((1..=*count.min(&MAX_MESSAGES)).map(Point::Message));
            }
        }
        points
    }

    fn is_http(&self) -> bool {
        self.head > 0
    }

    /// So many bytes of the body.
    fn after(&self, body: u64) -> Result<Until, Misfit> {
        match body {
            _ if !self.is_http() => Err(Misfit::new("the request has no head of HTTP")),
            0 => Ok(Until::Head),
            _ => Ok(Until::Body(body)),
        }
    }

    fn on_wire(&self, count: u64) -> Result<Until, Misfit> {
        let Self { head, len, .. } = self;
        match count {
            _ if self.protocol == Protocol::Http2 => Err(Misfit::new(
                "in HTTP/2 a client cuts what it sends as it likes: say `body N` or `body P%`",
            )),
            _ if count > *len => Err(Misfit::new(format!("the request has {len} bytes"))),
            _ if count < *head => Err(Misfit::new(format!(
                "an exchange is chosen by its request's head: the first place is `after-headers`, byte {head}"
            ))),
            0 => Err(Misfit::new("the first place in what a client says is `byte 1`")),
            _ if count == *head => Ok(Until::Head),
            _ => Ok(Until::Bytes(count)),
        }
    }

    fn message(&self, number: u64) -> Result<Until, Misfit> {
        let few = |count| Misfit::new(format!("the client sends {}", counted(count, "messages")));
        match &self.messages {
            Messages::Ends(ends) => {
                let end = nth(ends, number).ok_or_else(|| few(ends.len() as u64))?;
                if self.is_http() { Ok(Until::Messages(number)) } else { self.on_wire(end) }
            }
            Messages::After(count) if (1..=*count).contains(&number) => Ok(Until::Messages(number)),
            Messages::After(count) => Err(few(*count)),
        }
    }

    fn progress(&self, until: Until) -> Progress {
        match until {
            Until::Head => Progress::Head,
            Until::Bytes(count) if count <= self.head => Progress::Head,
            Until::Bytes(count) => Progress::Within(count - self.head),
            Until::Body(count) => Progress::Within(count),
            Until::RequestEnd => Progress::Whole,
            Until::Tail(count) => Progress::Beyond(count),
            Until::Messages(count) => match &self.messages {
                Messages::Ends(ends) => nth(ends, count).map_or(Progress::Whole, Progress::Within),
                Messages::After(_) => Progress::Beyond(count),
            },
            Until::ClientClose => Progress::Gone,
        }
    }
}

/// What happens at a point of the request, done to a script.
pub(super) fn break_at(scene: &Scene<'_>, point: &Point, broken: Break) -> Result<Script, Misfit> {
    let (before, rest) = split(scene, point)?;
    broken_at(scene, before, rest, broken)
}

/// The script, with the answer given at this point of the request, whatever of it is still to come.
pub(super) fn answer_at(scene: &Scene<'_>, point: &Point) -> Result<Script, Misfit> {
    let asking = Asking::of(scene.exchange);
    let (mut steps, rest) = split(scene, point)?;
    let of_request = |step: &Step| match step {
        Step::Receive(until) => asking.progress(*until) <= Progress::Whole,
        _ => false,
    };
    steps.extend(rest.into_iter().filter(|step| !of_request(step)));
    Ok(Script { steps })
}

/// A script's steps until the client has got to the point, and what follows.
fn split(scene: &Scene<'_>, point: &Point) -> Result<(Vec<Step>, Vec<Step>), Misfit> {
    let asking = Asking::of(scene.exchange);
    let until = asking.until(point)?;
    let own = asking.progress(until);
    let waits = |step: &Step| match step {
        Step::Receive(until) => asking.progress(*until) >= own,
        _ => false,
    };
    let at = scene.script.steps.iter().position(waits).ok_or_else(|| {
        Misfit::new(format!("the server has said all before it has got to `{point} of request`"))
    })?;
    let mut steps = scene.script.steps.clone();
    let rest = steps.split_off(at);
    steps.push(Step::Receive(until));
    Ok((steps, rest))
}

fn messages(exchange: &Exchange, view: &View) -> Messages {
    if let Some(dialect) = Dialect::of(exchange) {
        let said = exchange.bytes(Direction::ToServer);
        return Messages::Ends(message_ends(&mut *dialect.cutter(Direction::ToServer), &said));
    }
    let none = Messages::Ends(Vec::new());
    let Some(message) = view.request() else { return none };
    let Some(request) = message.request_head() else { return none };
    let response = view.final_response().and_then(Message::response_head);
    match StreamKind::of(&request, response.as_ref()) {
        Some(StreamKind::Grpc) => Messages::Ends(grpc_messages(&message.body)),
        Some(StreamKind::WebSocket(_)) => {
            let mut counter = Counter::web_socket();
            counter.advance(&view.tail(Direction::ToServer));
            Messages::After(counter.count())
        }
        _ => none,
    }
}

/// The end of the thing of this number, from 1.
fn nth(ends: &[u64], number: u64) -> Option<u64> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    ends.get(index).copied()
}
