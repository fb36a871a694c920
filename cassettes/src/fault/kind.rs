//! What can be done to an answer: the shape that every kind of fault has.

use std::fmt;

use bytes::Bytes;
use thiserror::Error;

use super::{Args, Param, Point, Random, Scene, Shaper};
use crate::model::{Reception, Script, Step};
use crate::wire::http2::{ErrorCode, compose};

/// A kind of fault. One file each beneath [`kinds`](super::kinds).
#[derive(Debug)]
pub struct Kind {
    /// Its public name: what a sentence begins with.
    pub name: &'static str,
    /// What it belongs to.
    pub family: Family,
    /// Exactly what happens, in one or two sentences.
    pub meaning: &'static str,
    /// A standard sweep tries it.
    pub standard: bool,
    /// Those by place first, in their order.
    pub params: &'static [Param],
    /// Whether it takes a point.
    pub point: PointUse,
    /// The client has not got the answer that was recorded: it may ask again, and gets it once the fault is over. Mere
    /// timing does not break an answer.
    pub breaks: bool,
    /// Parameters that a sweep tries, as in a sentence; one empty text where there is nothing to choose.
    pub samples: &'static [&'static str],
    /// What it does.
    pub action: Action,
}

/// What a kind belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// What the network does: any protocol.
    Tcp,
    /// What TLS does.
    Tls,
    /// HTTP's heads, status and framing.
    Http,
    /// What HTTP carries.
    Body,
    /// Server-sent events.
    Events,
    /// HTTP/2's streams and connections.
    Http2,
    /// gRPC.
    Grpc,
    /// WebSocket.
    WebSocket,
    /// Dialects of plain TCP.
    Raw,
}

/// Whether a kind takes a point.
#[derive(Debug, Clone, PartialEq)]
pub enum PointUse {
    /// It has its own place.
    None,
    /// It may; without one, this.
    Default(Point),
    /// It must.
    Required,
    /// It may, and that is a point of the request; without one, this.
    Request(Point),
    /// It must, and that is a value in a JSON body: one of [`Scene::json_points`].
    Json,
}

/// What a kind does.
#[derive(Clone, Copy)]
pub enum Action {
    /// At the point, and at once: these steps. Can be done while the answer still comes.
    Break(fn(&Args, &mut Random) -> Break),
    /// Changes when, and in which pieces, bytes go out. Can be done while the answer still comes.
    Shape(fn(&Args, Random) -> Box<dyn Shaper>),
    /// Edits the whole script.
    Edit(fn(&mut Scene<'_>, &Args, Option<&Point>) -> Result<Script, Misfit>),
    /// Meets a client that connects. It hits connections, and no exchange.
    Reception(fn(&Args) -> Reception),
}

/// What happens at a point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Break {
    /// What was sent before the point and since the client was last waited for is lost.
    pub drops: bool,
    /// Sent at the point. Over HTTP/2, as DATA of the stream.
    pub insert: Bytes,
    /// After that.
    pub steps: Vec<Step>,
    /// What follows; none: the rest of the script.
    pub end: Option<End>,
    /// It ends the connection, not the stream, in HTTP/2.
    pub connection: bool,
}

/// How an answer ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// FIN (in TLS after `close_notify`); of a stream, `END_STREAM`.
    Close,
    /// FIN without `close_notify`; of a stream, as [`End::Close`].
    Cut,
    /// FIN, and the server keeps reading until the client ends; of a stream, as [`End::Close`].
    HalfClose,
    /// RST; of a stream, `RST_STREAM` with `INTERNAL_ERROR`.
    Reset,
    /// Silence for ever, the socket open.
    Stall,
}

/// Why a fault does not fit an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Misfit(pub String);

impl Misfit {
    /// In one phrase: what it would need, and what there is.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Kind {
    /// Its point may be one of the request: it ends the answer, or holds it up, wherever it is.
    pub const fn takes_points_of_requests(&self) -> bool {
        match self.point {
            PointUse::Request(_) => true,
            PointUse::Required => matches!(self.action, Action::Break(_)),
            PointUse::None | PointUse::Default(_) | PointUse::Json => false,
        }
    }
}

impl End {
    /// What is done to a connection.
    pub fn of_connection(self) -> Vec<Step> {
        match self {
            Self::Close => vec![Step::Close],
            Self::Cut => vec![Step::Cut],
            Self::HalfClose => vec![Step::HalfClose, Step::Stall(None), Step::Close],
            Self::Reset => vec![Step::Reset],
            Self::Stall => vec![Step::Stall(None), Step::Close],
        }
    }

    /// What is done to a stream of HTTP/2, of which the final head, or the end, may have been sent.
    pub fn of_stream(self, stream: u32, headed: bool, ended: bool) -> Vec<Step> {
        let last = match self {
            Self::Stall => return vec![Step::Stall(None)],
            Self::Reset => compose::rst_stream(stream, ErrorCode::INTERNAL_ERROR),
            Self::Close | Self::Cut | Self::HalfClose if ended => return Vec::new(),
            Self::Close | Self::Cut | Self::HalfClose if headed => {
                compose::data(stream, Bytes::new(), true)
            }
            Self::Close | Self::Cut | Self::HalfClose => {
                compose::rst_stream(stream, ErrorCode::CANCEL)
            }
        };
        vec![Step::Send(last.encode())]
    }
}

impl Family {
    /// All of them, in the catalogue's order.
    pub const ALL: [Self; 9] = [
        Self::Tcp,
        Self::Tls,
        Self::Http,
        Self::Body,
        Self::Events,
        Self::Http2,
        Self::Grpc,
        Self::WebSocket,
        Self::Raw,
    ];

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Body => "Body",
            Self::Events => "Server-sent events",
            Self::Http2 => "HTTP/2",
            Self::Grpc => "gRPC",
            Self::WebSocket => "WebSocket",
            Self::Raw => "Plain TCP",
        }
    }
}

impl Action {
    /// It hits connections, not exchanges.
    pub const fn hits_connections(self) -> bool {
        matches!(self, Self::Reception(_))
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Break(_) => "Break",
            Self::Shape(_) => "Shape",
            Self::Edit(_) => "Edit",
            Self::Reception(_) => "Reception",
        })
    }
}
