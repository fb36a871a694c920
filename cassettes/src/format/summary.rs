//! What is known of an exchange, derived from its bytes alone.

use super::record::flags;
use crate::model::{Connection, Direction, Exchange, ExchangeSummary, RequestKeys};

/// The summary that a recorder would have written; `connection` says how the connection ended.
pub(super) fn derive(exchange: &Exchange, _connection: &Connection) -> ExchangeSummary {
    ExchangeSummary {
        protocol: exchange.protocol,
        keys: RequestKeys::default(),
        complete: false,
        request_first: request_first(exchange),
        degraded: None,
    }
}

/// The bits that a summary comes to.
pub(super) const fn flags_of(summary: &ExchangeSummary) -> u8 {
    let complete = if summary.complete { flags::COMPLETE } else { 0 };
    let request_first = if summary.request_first { flags::REQUEST_FIRST } else { 0 };
    let degraded = if summary.degraded.is_some() { flags::DEGRADED } else { 0 };
    complete | request_first | degraded
}

fn request_first(exchange: &Exchange) -> bool {
    let mut chunks = exchange.chunks.iter().map(|chunk| chunk.direction);
    chunks.by_ref().find(|direction| *direction == Direction::ToClient);
    !chunks.any(|direction| direction == Direction::ToServer)
}
