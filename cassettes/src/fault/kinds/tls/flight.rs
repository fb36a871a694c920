//! How far a handshake gets.

use crate::fault::{Args, Param, ParamType};
use crate::model::Flight;

/// Which flight the connection gets to.
pub(super) const FLIGHT: Param = Param::keyed(
    "flight",
    ParamType::Number(1, 2),
    "1: the client has said hello, the default; 2: it has finished the handshake",
);

pub(super) fn flight(args: &Args) -> Flight {
    match args.number("flight") {
        Some(2) => Flight::Finished,
        _ => Flight::ServerHello,
    }
}
