//! HTTP/2: recorded from one implementation that is not ours, replayed to another.
//!
//! - `answers`: what comes back: heads, bodies, trailers, redirects, in TLS and without
//! - `ends`: streams and connections that end early
//! - `hostile`: clients that flood, and what becomes of them
//! - `siblings`: live streams beside one that a fault hits
//! - `web_sockets`: WebSocket on a stream

mod answers;
mod ends;
mod hostile;
mod siblings;
mod web_sockets;

use std::future::Future;

use crate::support::{Ended, Http2Origin, Retape};

/// Records what `client` does with the origin into `a.cassette`; the origin is gone afterwards.
fn record<T, F: Future<Output = T>>(
    retape: &Retape,
    origin: Http2Origin,
    more: &[&str],
    client: impl FnOnce(String) -> F,
) -> T {
    let to = origin.url();
    let running = retape.serve([&["record", "--to", &to, "-o", "a.cassette"], more].concat());
    let got = crate::support::converse(client(running.url.clone()));
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    drop(origin);
    got
}

/// Replays it to what `client` does.
fn replay<T, F: Future<Output = T>>(
    retape: &Retape,
    more: &[&str],
    client: impl FnOnce(String) -> F,
) -> (T, Ended) {
    let running = retape.serve([&["replay", "a.cassette"], more].concat());
    let got = crate::support::converse(client(running.url.clone()));
    (got, running.stop())
}
