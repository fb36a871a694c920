//! Who speaks when.

use crate::model::Direction;

/// Who spoke so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Turns {
    /// Only the client.
    #[default]
    Client,
    /// First the client, all of its request; then the server.
    Server,
    /// In another order.
    Mixed,
}

impl Turns {
    /// One side speaks, after or before the request was whole.
    pub(super) fn note(&mut self, direction: Direction, request_is_whole: bool) {
        *self = match (direction, *self) {
            (Direction::ToServer, Self::Client) => Self::Client,
            (Direction::ToClient, Self::Client | Self::Server) if request_is_whole => Self::Server,
            _ => Self::Mixed,
        };
    }

    /// A replayer may receive the request, then send everything.
    pub(super) fn are_in_order(self) -> bool {
        self != Self::Mixed
    }
}
