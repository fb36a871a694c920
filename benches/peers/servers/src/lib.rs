//! What every server here agrees on: exchange `n` is `GET /n`, answered by a body of its own.

pub mod capture;

use anyhow::{Context, Result};
use bytes::Bytes;
use tokio::net::TcpListener;

/// The head of every answer, as hyper writes it without a date.
pub fn head(body: usize) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {body}\r\n\r\n")
}

/// The body of exchange `n`: its number, over and over, cut to `size` bytes.
pub fn body(n: usize, size: usize) -> Bytes {
    let word = format!("{n} ");
    let mut text = word.repeat(size / word.len() + 1);
    text.truncate(size);
    Bytes::from(text)
}

/// The argument at `place` on the command line, as a number.
pub fn number(place: usize, what: &str) -> Result<usize> {
    let text = std::env::args().nth(place).with_context(|| format!("argument {place}: {what}"))?;
    text.parse().with_context(|| format!("argument {place}: {what}, not {text}"))
}

/// Listens on a free loopback port, and says which on the first line.
pub async fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&listener.local_addr()?.port().to_string())?;
    Ok(listener)
}

fn say(line: &str) -> Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}").context("standard output")
}
