//! What a transcriber would say of an exchange that exists already.

use super::gap;
use super::http1::Open;
use super::http2::{self, Followed};
use crate::model::{Close, Connection, Exchange, ExchangeSummary, How, Protocol, Side};

/// What a transcriber says of this exchange once it is over. `connection` tells how it ended, which decides
/// whether a body that ends with the connection is whole, and what is missing of it.
pub fn summarize(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    match exchange.protocol {
        Protocol::Http1 | Protocol::Raw => summarize_http1(exchange, connection),
        Protocol::Http2 => summarize_http2(exchange, connection),
        Protocol::Http2Control => http2::CONTROL,
    }
}

fn summarize_http1(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    let mut open = Open::before(exchange);
    for chunk in &exchange.chunks {
        open.follow(chunk);
    }
    if ends_orderly(exchange, connection) {
        open.end_answer();
    }
    let mut summary = ExchangeSummary { protocol: exchange.protocol, ..open.summary() };
    gap::degrade(&mut summary, exchange, connection);
    summary
}

fn summarize_http2(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    let mut followed = Followed::before(exchange);
    exchange.chunks.iter().for_each(|chunk| followed.follow(chunk, |_, _| {}));
    let is_over = followed.call.reset_by().is_some();
    let mut summary = followed.call.summary();
    if !is_over {
        gap::degrade(&mut summary, exchange, connection);
    }
    summary
}

/// Whether the server came to the end of what it had to say before anything broke off, or was missed.
fn ends_orderly(exchange: &Exchange, connection: &Connection) -> bool {
    let orderly = |close: &Close| matches!(close.how, How::Fin | How::CloseNotify);
    let decides = |close: &&Close| close.by == Side::Server || !orderly(close);
    let missed = connection.gap_after(exchange);
    let heard = |close: &Close| missed.is_none_or(|gap| gap.at > close.at);
    let end = connection.closes.iter().find(decides);
    end.is_some_and(|close| orderly(close) && heard(close))
}
