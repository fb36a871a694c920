//! What a transcriber would say of an exchange that exists already.

use super::http1::Open;
use super::http2::{self, Followed};
use crate::model::{Close, Connection, Exchange, ExchangeSummary, How, Protocol, Side};

/// What a transcriber says of this exchange once it is over. `connection` tells how it ended, which decides
/// whether a body that ends with the connection is whole.
pub fn summarize(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    match exchange.protocol {
        Protocol::Http1 | Protocol::Raw => summarize_http1(exchange, connection),
        Protocol::Http2 => {
            let mut followed = Followed::before(exchange);
            exchange.chunks.iter().for_each(|chunk| followed.follow(chunk, |_, _| {}));
            followed.call.summary()
        }
        Protocol::Http2Control => http2::CONTROL,
    }
}

fn summarize_http1(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    let mut open = Open::before(exchange);
    for chunk in &exchange.chunks {
        open.follow(chunk);
    }
    if ends_orderly(&connection.closes) {
        open.end_answer();
    }
    ExchangeSummary { protocol: exchange.protocol, ..open.summary() }
}

/// Whether the server came to the end of what it had to say before anything broke off.
fn ends_orderly(closes: &[Close]) -> bool {
    let orderly = |close: &Close| matches!(close.how, How::Fin | How::CloseNotify);
    let decides = |close: &&Close| close.by == Side::Server || !orderly(close);
    closes.iter().find(decides).is_some_and(orderly)
}
