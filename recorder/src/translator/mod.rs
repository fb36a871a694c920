//! What the other side gets for what one side said.

mod reverse;

use bytes::{Bytes, BytesMut};
use cassettes::model::Direction;
use cassettes::wire::http1::rewrite::Forward;

use crate::outbox::Outbox;

pub(crate) use reverse::Reverse;

/// One connection's changes, both directions.
#[derive(Debug)]
pub(crate) enum Translator {
    /// Bytes pass as they are.
    Verbatim,
    /// As a reverse proxy changes them.
    Reverse(Box<Reverse>),
    /// As a forward proxy changes them, for one server.
    Forward(Box<Forwarding>),
}

/// A client that names a server in each request.
#[derive(Debug)]
pub(crate) struct Forwarding {
    /// What it calls this one.
    authority: String,
    requests: Forward,
    /// What the client said to another server than this.
    turned: Option<Bytes>,
}

impl Translator {
    /// For the server that is called so in absolute-form requests.
    pub(crate) fn forward(authority: &str) -> Self {
        let requests = Forward::to(authority);
        let authority = authority.to_owned();
        Self::Forward(Box::new(Forwarding { authority, requests, turned: None }))
    }

    /// What the client calls the server in its requests, if it names one in each.
    pub(crate) fn authority(&self) -> Option<&str> {
        match self {
            Self::Forward(forwarding) => Some(&forwarding.authority),
            Self::Verbatim | Self::Reverse(_) => None,
        }
    }

    /// Puts what the receiver is to get for `bytes` into `out`; gives back those that are said to it, or will be.
    pub(crate) fn advance(
        &mut self,
        direction: Direction,
        bytes: Bytes,
        out: &mut Outbox,
    ) -> Bytes {
        match (self, direction) {
            (Self::Reverse(reverse), _) => {
                reverse.advance(direction, &bytes, out);
                bytes
            }
            (Self::Forward(forwarding), Direction::ToServer) => forwarding.advance(&bytes, out),
            (Self::Verbatim | Self::Forward(_), _) => {
                out.push(bytes.clone());
                bytes
            }
        }
    }

    /// One side has ended: puts what is withheld into `out`, and gives it back if [`Self::advance`] did not.
    pub(crate) fn finish(&mut self, direction: Direction, out: &mut Outbox) -> Bytes {
        match (self, direction) {
            (Self::Reverse(reverse), _) => reverse.finish(direction, out),
            (Self::Forward(forwarding), Direction::ToServer) => {
                let withheld = forwarding.requests.finish();
                out.push(withheld.clone());
                return withheld;
            }
            (Self::Verbatim | Self::Forward(_), _) => {}
        }
        Bytes::new()
    }

    /// Whether the client has turned to another server.
    pub(crate) const fn has_turned(&self) -> bool {
        matches!(self, Self::Forward(forwarding) if forwarding.turned.is_some())
    }

    /// What it said to that one.
    pub(crate) fn take_turned(&mut self) -> Option<Bytes> {
        match self {
            Self::Forward(forwarding) => forwarding.turned.take(),
            Self::Verbatim | Self::Reverse(_) => None,
        }
    }

    /// Whether so much was changed of what proved to be something else that the rest cannot be passed on.
    pub(crate) const fn is_garbled(&self) -> bool {
        matches!(self, Self::Reverse(reverse) if reverse.is_garbled())
    }

    /// How many answers may still name the upstream's origin, which was to be replaced.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Self::Reverse(reverse) => reverse.left(),
            Self::Verbatim | Self::Forward(_) => 0,
        }
    }
}

impl Forwarding {
    fn advance(&mut self, bytes: &Bytes, out: &mut Outbox) -> Bytes {
        if let Some(turned) = &mut self.turned {
            *turned = [&turned[..], bytes].concat().into();
            return Bytes::new();
        }
        let mut said = BytesMut::new();
        let mut sink = |as_said: Bytes, as_sent: Bytes| {
            said.extend_from_slice(&as_said);
            out.push(as_sent);
        };
        self.turned = self.requests.advance(bytes, &mut sink);
        said.freeze()
    }
}
