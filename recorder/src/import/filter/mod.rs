//! Which of a capture's streams are meant.
//!
//! ```text
//! server port 443 and not host *.internal.example
//! (host 10.0.0.0/8 or host api.example.com) and protocol http
//! stream 0-9,17 and after 2026-11-21T08:00:00Z and before +90
//! ```
//!
//! - [`Filter`]: an expression; [`Filter::judge`] asks it about a stream as far as that is [`Known`]
//! - [`FilterError`]: where a text is no expression, and what was expected there
//!
//! Whole streams are meant or not: one that began in time is imported to its end.

mod error;
mod host;
mod instant;
mod numbers;
mod parse;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

pub use error::FilterError;
use host::Host;
use instant::Instant;
use numbers::Numbers;

use super::Speech;
use crate::capture::UnixNanos;

/// An expression over streams.
///
/// | term | means streams |
/// |---|---|
/// | `host H` | with this address, network (`10.0.0.0/8`) or server name (`*` stands for anything) |
/// | `port N` | with this port; lists and ranges: `80,8000-8999` |
/// | `client host`, `server port`, … | of which this side has it |
/// | `stream N` | of this number, from 0 in the order of their first packets; lists and ranges |
/// | `protocol P` | that speak it: `tls`, `http`, `http/1`, `http/2`, `raw` |
/// | `after T`, `before T` | whose first packet came then: `2026-11-21`, `2026-11-21T08:00:00.5+01:00`, Unix seconds, or `+SECONDS` from the capture's first packet |
///
/// Joined by `and`, `or`, `not` and parentheses; `and` binds closer than `or`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    expression: Expression,
}

/// What is known of a stream; it becomes more while it is read.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its number.
    pub stream: u32,
    /// Who connected.
    pub client: SocketAddr,
    /// To whom.
    pub server: SocketAddr,
    /// When its first packet came.
    pub opened: UnixNanos,
    /// When the capture's first packet came.
    pub start: UnixNanos,
    /// What it speaks and what its server is called; None: that has not shown yet.
    pub spoken: Option<Spoken<'a>>,
}

/// What a stream speaks.
#[derive(Debug, Clone, Copy)]
pub struct Spoken<'a> {
    /// In TLS.
    pub secure: bool,
    /// Inside of that.
    pub speech: Speech,
    /// What the client calls its server, by SNI or `Host`; empty if it does not.
    pub name: &'a str,
}

/// The expression's tree. Its depth is bounded by the parser.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Term(Term),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Host(Whose, Host),
    Port(Whose, Numbers),
    Stream(Numbers),
    Protocol(Asked),
    After(Instant),
    Before(Instant),
}

/// Of which side something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Either,
    Client,
    Server,
}

/// A protocol as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Tls,
    /// Of any version.
    Http,
    Speech(Speech),
}

impl Filter {
    /// Whether this stream is meant; None: that depends on what is not known yet.
    pub fn judge(&self, stream: &Known<'_>) -> Option<bool> {
        self.expression.judge(stream)
    }
}

impl Expression {
    /// Kleene's logic: what is not known matters only where it decides.
    fn judge(&self, stream: &Known<'_>) -> Option<bool> {
        match self {
            Self::Any(parts) => first(parts, true, stream),
            Self::All(parts) => first(parts, false, stream),
            Self::Not(part) => part.judge(stream).map(|judged| !judged),
            Self::Term(term) => term.judge(stream),
        }
    }
}

/// `decisive` if one part is that; the opposite if all are that; else unknown.
fn first(parts: &[Expression], decisive: bool, stream: &Known<'_>) -> Option<bool> {
    let mut judged = Some(!decisive);
    for part in parts {
        match part.judge(stream) {
            Some(found) if found == decisive => return Some(decisive),
            Some(_) => {}
            None => judged = None,
        }
    }
    judged
}

impl Term {
    fn judge(&self, stream: &Known<'_>) -> Option<bool> {
        let (client, server) = (stream.client, stream.server);
        match self {
            Self::Port(whose, ports) => {
                Some(whose.is(ports.has(client.port().into()), ports.has(server.port().into())))
            }
            Self::Host(whose, host) => {
                let by_address = whose.is(host.is_at(client.ip()), host.is_at(server.ip()));
                if by_address || *whose == Whose::Client || !host.is_name() {
                    return Some(by_address);
                }
                stream.spoken.map(|spoken| host.is_called(spoken.name))
            }
            Self::Stream(numbers) => Some(numbers.has(stream.stream)),
            Self::Protocol(asked) => stream.spoken.map(|spoken| asked.is_met_by(spoken)),
            Self::After(instant) => Some(stream.opened >= instant.from(stream.start)),
            Self::Before(instant) => Some(stream.opened < instant.from(stream.start)),
        }
    }
}

impl Whose {
    const fn is(self, client: bool, server: bool) -> bool {
        match self {
            Self::Either => client || server,
            Self::Client => client,
            Self::Server => server,
        }
    }
}

impl Asked {
    fn is_met_by(self, spoken: Spoken<'_>) -> bool {
        match self {
            Self::Tls => spoken.secure,
            Self::Http => matches!(spoken.speech, Speech::Http1 | Speech::Http2),
            Self::Speech(speech) => spoken.speech == speech,
        }
    }
}
