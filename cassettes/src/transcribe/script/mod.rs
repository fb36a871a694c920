//! An exchange into what a replayer does to play its server, and back.

mod enact;
mod http1;
mod http2;
mod steps;

use std::time::Duration;

use crate::model::{Connection, Exchange, Protocol, Script};
pub use enact::enact;

/// A server that closes this long after its answer, without having announced it, did so because the
/// connection was idle. Servers that end an answer by closing do so at once.
pub const IDLE_CLOSE: Duration = Duration::from_secs(1);

/// The server's part of `exchange`: receive, wait, send, and how it ended.
///
/// - Before each chunk it waits until the client has sent as much as it had in the recording:
///   nothing, [`Until::Bytes`](crate::model::Until::Bytes), [`Until::Head`](crate::model::Until::Head),
///   [`Until::RequestEnd`](crate::model::Until::RequestEnd), or, beyond the request's end,
///   [`Until::Tail`](crate::model::Until::Tail) (which includes the request's end); in `WebSocket`,
///   [`Until::Messages`](crate::model::Until::Messages). In a raw exchange always `Bytes`; where the client had
///   closed before the server went on, and its request was not whole or not HTTP,
///   [`Until::ClientClose`](crate::model::Until::ClientClose).
/// - [`Step::Wait`](crate::model::Step::Wait) is the time between what the server did and what came last before it: a chunk, its own
///   half-close, or the client's end where that is waited for.
/// - The connection's end belongs to the script if the exchange is incomplete or the last on its connection.
///   FIN is `Close` (in TLS, where `close_notify` is missing before it, `Cut`), or `HalfClose` where the client went on after it; `Refused` and `Unreachable` are
///   `Reset`, as a proxy's client sees them; `Timeout` is `Stall(None)`, since the server was silent.
/// - An end that only answers the client's is left out while the framing keeps the connection alive.
///   Without a recorded end, an answer that ends with the connection, and one that is cut short, are closed.
/// - An incomplete exchange that is followed by a gap is played up to it, then `Reset`: what is missing must not look like an end.
/// - A server that closed an idle connection (see [`IDLE_CLOSE`]) gives `Stall(Some(time))` and the end: to
///   be played only at recorded pace, and only if the client sends nothing meanwhile.
///
/// Of an HTTP/2 stream:
/// - the client's progress is [`Until::Head`](crate::model::Until::Head), [`Until::Body`](crate::model::Until::Body), for gRPC and `WebSocket`
///   [`Until::Messages`](crate::model::Until::Messages), and [`Until::RequestEnd`](crate::model::Until::RequestEnd);
/// - what is sent is whole frames, `RST_STREAM` and GOAWAY among them; `WINDOW_UPDATE` and PRIORITY are left out, since the
///   windows are the player's own. A frame that was cut off by the connection's end is sent as far as it came;
/// - the client's `RST_STREAM`, before the answer's end, is [`Until::ClientClose`](crate::model::Until::ClientClose), and the script's end;
/// - the connection's end belongs to the script only if the exchange is incomplete and neither `RST_STREAM` nor a
///   GOAWAY that leaves the stream out ended it, even where it is the last on its connection.
///
/// An exchange of a connection's own frames has no script.
pub fn compile(exchange: &Exchange, connection: &Connection, last_on_connection: bool) -> Script {
    match exchange.protocol {
        Protocol::Http1 | Protocol::Raw => http1::compile(exchange, connection, last_on_connection),
        Protocol::Http2 => http2::compile(exchange, connection),
        Protocol::Http2Control => Script::default(),
    }
}
