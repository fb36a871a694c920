//! What is known of an exchange, derived from its bytes alone.

use super::record::flags;
use crate::model::{Connection, Exchange, ExchangeSummary};
use crate::transcribe::summarize;

/// The summary that a recorder would have written; `connection` says how the connection ended.
pub(super) fn derive(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    ExchangeSummary { protocol: exchange.protocol, ..summarize(exchange, connection) }
}

/// The bits that a summary comes to.
pub(super) const fn flags_of(summary: &ExchangeSummary) -> u8 {
    let complete = if summary.complete { flags::COMPLETE } else { 0 };
    let request_first = if summary.request_first { flags::REQUEST_FIRST } else { 0 };
    let degraded = if summary.degraded.is_some() { flags::DEGRADED } else { 0 };
    complete | request_first | degraded
}
