//! Dialects: protocols of plain TCP of which it is known where a message ends, and little else.
//!
//! What a dialect knows serves replay, which goes on message by message instead of byte by byte, and people, who read
//! messages. A new one is a [`Cutter`], and a line in [`Dialect::of`].
//!
//! - [`Dialect`]: which one two sides speak
//! - [`Cutter`]: one direction of it
//! - [`mod@line`]: text in lines
//! - [`resp`]: values of Redis
//! - [`postgres`]: messages of PostgreSQL

mod line;
pub(crate) mod postgres;
mod resp;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Debug;

use thiserror::Error;

use crate::model::{Direction, Exchange, Protocol};
use line::Line;
use postgres::Postgres;
use resp::Resp;

/// Longest line of text, in any dialect. Those of SMTP, FTP or Redis' own are below 1 KiB; a stream without line ends
/// is no dialect of lines.
pub const MAX_LINE_BYTES: u64 = 64 * 1024;

/// How much of what a server said must be in a dialect for it to be that. Of what the client said, all.
const MAX_SERVER_BYTES_SEEN: usize = 64 * 1024;

/// A protocol whose messages are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Lines of text, as of SMTP, FTP, IRC or memcached.
    Line,
    /// RESP2 and RESP3, which Redis speaks.
    Resp,
    /// Version 3 of PostgreSQL's protocol.
    Postgres,
}

/// Cuts what one side says into messages. It holds no bytes, only where in a message it is.
pub trait Cutter: Debug + Send {
    /// Takes the next bytes up to the end of a message: how many these are. None: all of them, and the message goes
    /// on. After an error it is of no more use.
    fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, Foreign>;
}

/// What came is not in the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Foreign {
    /// Text has no such bytes.
    #[error("byte 0x{0:02x} is a control character, which lines of text do not hold")]
    Control(u8),
    /// No line is as long.
    #[error("a line is longer than {MAX_LINE_BYTES} bytes")]
    LongLine,
    /// No value begins like this.
    #[error("0x{0:02x} begins no value; those of RESP begin with one of +-:$*_#,(!=%~>|")]
    Kind(u8),
    /// A length is no number, or too large.
    #[error("a length is no decimal number of 64 bits")]
    Length,
    /// CR LF is missing.
    #[error("0x{0:02x} came where CR LF was expected")]
    End(u8),
    /// Values within values.
    #[error("values are nested deeper than {} levels", resp::MAX_DEPTH)]
    Depth,
    /// No message begins like this.
    #[error("0x{0:02x} begins no message of PostgreSQL")]
    Type(u8),
    /// A message that cannot be as long.
    #[error("no message of PostgreSQL has a length of {0}")]
    Size(u32),
    /// Something else, or another version.
    #[error("0x{0:08x} opens no connection to PostgreSQL, whose protocol is of version 3")]
    Version(u32),
}

impl Dialect {
    /// What both sides of a raw exchange speak: all that the client said are whole messages, and what the server said
    /// looks like them.
    pub fn of(exchange: &Exchange) -> Option<Self> {
        let speaks = |dialect: &Self| {
            dialect.spoken_by_client(exchange) && dialect.may_be_spoken_by_server(exchange)
        };
        // RESP is made of lines, too.
        let all = [Self::Resp, Self::Postgres, Self::Line];
        all.into_iter().find(|it| exchange.protocol == Protocol::Raw && speaks(it))
    }

    /// The name shown: `lines`, `resp`, `postgres`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "lines",
            Self::Resp => "resp",
            Self::Postgres => "postgres",
        }
    }

    /// For one direction of a connection, from its first byte on.
    pub fn cutter(self, direction: Direction) -> Box<dyn Cutter> {
        match self {
            Self::Line => Box::new(Line::default()),
            Self::Resp => Box::new(Resp::new(direction)),
            Self::Postgres => Box::new(Postgres::new(direction)),
        }
    }

    /// A message as people read it: without what only frames it.
    pub fn readable(self, direction: Direction, message: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Line => message.trim_ascii_end().into(),
            Self::Resp => resp::readable(message).into(),
            Self::Postgres => postgres::readable(direction, message).into(),
        }
    }

    /// Whether a client says a password in this message, or what proves that it knows one.
    pub fn tells_password(self, direction: Direction, message: &[u8]) -> bool {
        let said = || self.readable(direction, message).to_ascii_uppercase();
        direction == Direction::ToServer
            && match self {
                // SMTP, POP3 and IMAP; FTP, POP3 and IRC.
                Self::Line => {
                    let said = said();
                    let words: Vec<_> = said.split(u8::is_ascii_whitespace).take(2).collect();
                    words.iter().any(|word| [&b"AUTH"[..], b"PASS", b"LOGIN"].contains(word))
                }
                Self::Resp => {
                    let said = said();
                    let greets = said.starts_with(b"HELLO ");
                    let asks = memchr::memmem::find(&said, b" AUTH ").is_some();
                    said.starts_with(b"AUTH ") || greets && asks
                }
                Self::Postgres => message.first() == Some(&b'p'),
            }
    }

    fn spoken_by_client(self, exchange: &Exchange) -> bool {
        let mut cutter = self.cutter(Direction::ToServer);
        // Nothing at all is in no dialect.
        let mut whole = false;
        let mut said = exchange.sent(Direction::ToServer);
        said.all(|chunk| is_spoken(&mut *cutter, &chunk.bytes, &mut whole)) && whole
    }

    fn may_be_spoken_by_server(self, exchange: &Exchange) -> bool {
        let mut cutter = self.cutter(Direction::ToClient);
        let mut left = MAX_SERVER_BYTES_SEEN;
        exchange.sent(Direction::ToClient).all(|chunk| {
            let seen = chunk.bytes.get(..left).unwrap_or(&chunk.bytes);
            left -= seen.len();
            is_spoken(&mut *cutter, seen, &mut true)
        })
    }
}

/// The ends of the messages in these bytes, as far as they are in the dialect.
pub fn message_ends(cutter: &mut dyn Cutter, bytes: &[u8]) -> Vec<u64> {
    let (mut ends, mut at) = (Vec::new(), 0);
    while let Some(Ok(Some(len))) = bytes.get(at..).map(|rest| cutter.advance(rest)) {
        at += len;
        ends.push(at as u64);
    }
    ends
}

/// Whether all of it is in the dialect; and whether the last message that it came to is `whole`.
fn is_spoken(cutter: &mut dyn Cutter, mut bytes: &[u8], whole: &mut bool) -> bool {
    while !bytes.is_empty() {
        let Ok(end) = cutter.advance(bytes) else { return false };
        *whole = end.is_some();
        bytes = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    }
    true
}
