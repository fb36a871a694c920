//! One connection, between what the server says and what the client gets.

use bytes::{Bytes, BytesMut};
use cassettes::model::{Direction, Step, Timestamp};

use super::Faults;
use super::burst::Burst;
use super::deafness::Deafness;
use super::http1::Http1;
use super::http2::Http2;
use super::outlet::Outlet;
use super::raw::Raw;
use crate::tap::Speech;

/// What an exchange must know of its connection.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Those in force.
    pub(crate) faults: Faults,
    /// The connection's number, from 1.
    pub(crate) connection: u32,
    /// The client speaks TLS.
    pub(crate) tls: bool,
    /// The server's origin.
    pub(crate) peer: String,
    /// What the client calls it, if it names a server in each request: what it asks of another is not asked here.
    pub(crate) authority: Option<String>,
}

/// Faults on one connection.
#[derive(Debug)]
pub(crate) struct ConnectionFaults {
    link: Link,
    speaks: Speaks,
    deafness: Deafness,
    to_server: Outlet,
    to_client: Outlet,
}

#[derive(Debug)]
enum Speaks {
    /// HTTP, of a version that these first bytes leave open.
    Opening(BytesMut),
    Http1(Box<Http1>),
    Http2(Box<Http2>),
    Raw(Box<Raw>),
}

/// How the preface of HTTP/2 begins, and no request of HTTP/1.
const PREFACE: &[u8] = b"PRI ";

impl ConnectionFaults {
    /// At a connection's first byte.
    pub(crate) fn new(link: Link, speech: Speech) -> Self {
        let speaks = match speech {
            Speech::Http => Speaks::Opening(BytesMut::new()),
            Speech::Raw => Speaks::Raw(Box::new(Raw::new(link.clone(), (0, 0)))),
        };
        let deafness = Deafness::default();
        Self { link, speaks, deafness, to_server: Outlet::default(), to_client: Outlet::default() }
    }

    /// The client said this. What is to be passed on of it.
    pub(crate) fn ask(&mut self, bytes: Bytes, now: Timestamp) -> Bytes {
        let bytes = match &mut self.speaks {
            Speaks::Opening(first) => {
                first.extend_from_slice(&bytes);
                if first.len() < PREFACE.len() && PREFACE.starts_with(first) {
                    return Bytes::new();
                }
                let first = first.split().freeze();
                self.open(first.starts_with(PREFACE));
                first
            }
            _ => bytes,
        };
        let mut burst = Burst::new(now);
        let passed = match &mut self.speaks {
            Speaks::Http1(http1) => {
                self.to_client.client_spoke();
                let mut passed = http1.ask(&bytes, &mut burst);
                if http1.is_no_http() && !http1.is_cut() {
                    let mut raw = Raw::new(self.link.clone(), http1.before());
                    passed = raw.ask(&bytes, &mut burst);
                    self.speaks = Speaks::Raw(Box::new(raw));
                }
                bytes.slice(..passed)
            }
            Speaks::Http2(http2) => http2.ask(&bytes, &mut burst),
            Speaks::Raw(raw) => bytes.slice(..raw.ask(&bytes, &mut burst)),
            Speaks::Opening(_) => bytes,
        };
        self.give(burst);
        passed
    }

    /// The client says no more. What is to be passed on before that.
    pub(crate) fn client_ended(&mut self) -> Bytes {
        self.to_client.peer_closed();
        match &mut self.speaks {
            Speaks::Opening(first) => return first.split().freeze(),
            Speaks::Http1(http1) => http1.client_ended(),
            Speaks::Http2(http2) => http2.client_ended(),
            Speaks::Raw(raw) => raw.client_ended(),
        }
        Bytes::new()
    }

    /// A fault has ended what the client asks: what has passed of it is all that the server gets.
    pub(crate) const fn is_cut(&self) -> bool {
        match &self.speaks {
            Speaks::Http1(http1) => http1.is_cut(),
            Speaks::Http2(http2) => http2.is_cut(),
            Speaks::Raw(raw) => raw.is_cut(),
            Speaks::Opening(_) => false,
        }
    }

    /// A fault has the client not be read from, now.
    pub(crate) fn is_deaf(&self) -> bool {
        self.deafness != Deafness::None
    }

    /// The server said these.
    pub(crate) fn receive(&mut self, pieces: impl Iterator<Item = Bytes>, now: Timestamp) {
        for bytes in pieces {
            if matches!(self.speaks, Speaks::Opening(_)) {
                self.open(begins_with_settings(&bytes));
            }
            let mut burst = Burst::new(now);
            match &mut self.speaks {
                Speaks::Http1(http1) => http1.receive(bytes, &mut burst),
                Speaks::Http2(http2) => http2.receive(&bytes, &mut burst),
                Speaks::Raw(raw) => raw.receive(bytes, &mut burst),
                Speaks::Opening(_) => burst.send(bytes),
            }
            self.give(burst);
        }
    }

    /// The server says no more.
    pub(crate) fn server_ended(&mut self, now: Timestamp) {
        let mut burst = Burst::new(now);
        match &mut self.speaks {
            Speaks::Http1(http1) => http1.end(&mut burst),
            Speaks::Raw(raw) => raw.end(&mut burst),
            // What is under way on its streams goes out; nothing ends but the connection.
            Speaks::Http2(_) | Speaks::Opening(_) => {}
        }
        self.give(burst);
    }

    /// Whether a server whose client was cut off is to be heard to the end of what it was saying.
    pub(crate) const fn hears_out(&self) -> bool {
        self.link.faults.hears_out() && !self.is_cut()
    }

    /// So late it is. Call it before the outlets are asked.
    pub(crate) fn pass_time(&mut self, now: Timestamp) {
        self.deafness.pass_time(now);
        let mut burst = Burst::new(now);
        match &mut self.speaks {
            Speaks::Http1(http1) => http1.timeout(&mut burst),
            Speaks::Http2(http2) => http2.pass_time(&mut burst),
            Speaks::Raw(_) | Speaks::Opening(_) => {}
        }
        self.give(burst);
    }

    /// When to look again at what goes in this direction.
    pub(crate) fn poll_timeout(&self, direction: Direction) -> Option<Timestamp> {
        let held = match (&self.speaks, direction) {
            (Speaks::Http1(http1), Direction::ToClient) => http1.deadline(),
            (Speaks::Http2(http2), Direction::ToClient) => http2.poll_timeout(),
            (_, Direction::ToServer) => self.deafness.poll_timeout(),
            _ => None,
        };
        held.into_iter().chain(self.outlet(direction).poll_timeout()).min()
    }

    /// Something is to be done yet, now or later, in this direction.
    pub(crate) fn is_waiting(&self, direction: Direction) -> bool {
        let streams = match (&self.speaks, direction) {
            (Speaks::Http2(http2), Direction::ToClient) => http2.is_waiting(),
            _ => false,
        };
        streams || !self.outlet(direction).is_idle() || self.poll_timeout(direction).is_some()
    }

    /// What one side is to get.
    pub(crate) const fn outlet(&self, direction: Direction) -> &Outlet {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// What one side is to get.
    pub(crate) const fn outlet_mut(&mut self, direction: Direction) -> &mut Outlet {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn open(&mut self, is_http2: bool) {
        self.speaks = if is_http2 {
            Speaks::Http2(Box::new(Http2::new(self.link.clone())))
        } else {
            Speaks::Http1(Box::new(Http1::new(self.link.clone())))
        };
    }

    fn give(&mut self, burst: Burst) {
        self.deafness.follow(&burst);
        for step in burst.steps {
            self.to_client.push(step, burst.now);
        }
        if let Speaks::Http2(http2) = &mut self.speaks {
            let ours = http2.take_to_server();
            if !ours.is_empty() {
                self.to_server.push(Step::Send(ours), burst.now);
            }
        }
    }
}

/// A server of HTTP/2 need not wait for its client's preface: its first frame is SETTINGS.
fn begins_with_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, _, 4, _, 0, 0, 0, 0, ..])
}
