//! What is known of an exchange, derived from its bytes alone.

use crate::model::{Direction, Exchange, ExchangeSummary, RequestKeys};

/// The summary that a recorder would have written.
pub(super) fn derive(exchange: &Exchange) -> ExchangeSummary {
    ExchangeSummary {
        protocol: exchange.protocol,
        keys: RequestKeys::default(),
        complete: false,
        request_first: request_first(exchange),
        degraded: None,
    }
}

fn request_first(exchange: &Exchange) -> bool {
    let mut chunks = exchange.chunks.iter().map(|chunk| chunk.direction);
    chunks.by_ref().find(|direction| *direction == Direction::ToClient);
    !chunks.any(|direction| direction == Direction::ToServer)
}
