//! Points of a request, as far as its head tells where they are.

use cassettes::fault::{Layout, Misfit, Point};
use cassettes::wire::grpc::is_grpc;
use cassettes::wire::http1::{Framing, RequestContext, RequestHead};

use super::asking::Begun;
use super::finder::share;
use super::voice::Voice;

/// What is known of a request once its head has come.
#[derive(Debug)]
pub(super) struct Known {
    /// Bytes of the head on the wire; none: there is no head of HTTP.
    head: Option<u64>,
    /// Bytes of the body.
    body: Option<u64>,
    /// Each piece is a frame of HTTP/2.
    frames: bool,
    /// Reads that ended before the head did.
    reads: u64,
    pub(super) messages: Messages,
}

/// What a client says in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Messages {
    None,
    /// gRPC's, in the body.
    Grpc,
    /// A WebSocket's, after the request.
    AfterSwitch,
}

impl Known {
    pub(super) fn of(head: Option<&RequestHead<'_>>, begun: &Begun) -> Self {
        Self {
            head: begun.framing.map(|_| begun.head as u64),
            body: begun.framing.and_then(|framing| body(framing, head)),
            frames: begun.voice != Voice::Bytes,
            reads: begun.reads,
            messages: head.map_or(Messages::None, Messages::of),
        }
    }

    /// The same point, as one that can be found while the request comes.
    pub(super) fn sought(&self, point: &Point) -> Result<Point, Misfit> {
        let Some(head) = self.head else { return in_plain_tcp(point) };
        match point {
            Point::Body(_) | Point::BodyPercent(_) => self.in_body(point),
            Point::Byte(_) | Point::Percent(_) | Point::Chunk(_) if self.frames => {
                Err(Misfit::new(
                    "in HTTP/2 a client cuts what it sends as it likes: say `body N` or `body P%`",
                ))
            }
            Point::Byte(count) => self.on_wire(head, *count),
            Point::Percent(percent) => self.on_wire(head, share(head + self.length()?, *percent)),
            Point::Chunk(number) if *number <= self.reads => Err(in_head(head)),
            Point::Message(number) if self.messages == Messages::None || *number == 0 => {
                Err(Misfit::new("the client sends 0 messages"))
            }
            Point::AfterHeaders | Point::Chunk(_) | Point::Message(_) | Point::End => {
                Ok(point.clone())
            }
            other => Err(Misfit::new(format!("`{other}` is no point of a request"))),
        }
    }

    fn in_body(&self, point: &Point) -> Result<Point, Misfit> {
        let count = match (point, self.body) {
            (Point::Body(count), None) => *count,
            _ => Layout::in_body(point, self.length()?)?,
        };
        Ok(if count == 0 { Point::AfterHeaders } else { Point::Body(count) })
    }

    fn on_wire(&self, head: u64, count: u64) -> Result<Point, Misfit> {
        match self.body {
            Some(body) if count > head + body => {
                Err(Misfit::new(format!("the request has {} bytes", head + body)))
            }
            _ if count < head => Err(in_head(head)),
            _ if count == head => Ok(Point::AfterHeaders),
            _ => Ok(Point::Byte(count)),
        }
    }

    fn length(&self) -> Result<u64, Misfit> {
        self.body
            .ok_or_else(|| Misfit::new("the request's head does not tell how long its body is"))
    }
}

fn in_head(head: u64) -> Misfit {
    Misfit::new(format!(
        "an exchange is chosen by its request's head: the first place is `after-headers`, byte {head}"
    ))
}

fn in_plain_tcp(point: &Point) -> Result<Point, Misfit> {
    let why = match point {
        Point::Byte(0) => "the first place in what a client says is `byte 1`",
        Point::Chunk(0) => "the first of what a client says at once is `chunk 1`",
        Point::Byte(_) | Point::Chunk(_) => return Ok(point.clone()),
        Point::Percent(_) | Point::End => "plain TCP does not say how much a client will send",
        Point::Message(_) => {
            "what a client of plain TCP speaks shows only as it goes on: say `byte N` or `chunk K`"
        }
        _ => "the request has no head of HTTP",
    };
    Err(Misfit::new(why))
}

/// How long the body is, if its head tells.
fn body(framing: Framing, head: Option<&RequestHead<'_>>) -> Option<u64> {
    match framing {
        Framing::None => Some(0),
        Framing::Length(length) => Some(length),
        Framing::EndStream => {
            let length = head.and_then(|head| head.header("content-length"))?;
            std::str::from_utf8(length).ok()?.trim().parse().ok()
        }
        Framing::Chunked | Framing::UntilClose => None,
    }
}

impl Messages {
    fn of(head: &RequestHead<'_>) -> Self {
        if head.header("content-type").is_some_and(is_grpc) {
            return Self::Grpc;
        }
        if RequestContext::of(head).asks_switch { Self::AfterSwitch } else { Self::None }
    }
}
