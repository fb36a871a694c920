//! A script that is about to be edited, with all that an edit may want to know.

use bytes::{Bytes, BytesMut};

use super::{Item, Layout, Misfit, Point, Random};
use crate::model::{Exchange, Protocol, Script};
use crate::wire::http::{Message, View};
use crate::wire::http1::Version;

/// A script to be edited.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What was recorded.
    pub exchange: &'a Exchange,
    /// What would be played.
    pub script: Script,
    /// The client spoke TLS, and does so again.
    pub tls: bool,
    /// Chance, the same each time.
    pub random: Random,
    /// The other exchanges of the cassette.
    pub others: &'a dyn Others,
}

/// The other exchanges of a cassette, for answers in the wrong place.
pub trait Others: std::fmt::Debug {
    /// The exchange of this number, from 1, and the script that is played for it.
    fn exchange(&self, number: u64) -> Option<(Exchange, Script)>;

    /// How many there are.
    fn count(&self) -> u64;
}

/// There are none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoExchanges;

impl Others for NoExchanges {
    fn exchange(&self, _number: u64) -> Option<(Exchange, Script)> {
        None
    }

    fn count(&self) -> u64 {
        0
    }
}

impl<'a> Scene<'a> {
    /// Of an exchange and its script.
    pub fn new(
        exchange: &'a Exchange,
        script: Script,
        tls: bool,
        random: Random,
        others: &'a dyn Others,
    ) -> Self {
        Self { exchange, script, tls, random, others }
    }

    /// It is one stream of HTTP/2.
    pub fn is_http2(&self) -> bool {
        self.exchange.protocol == Protocol::Http2
    }

    /// It is of HTTP/1; else why that is needed.
    pub fn need_http1(&self) -> Result<(), Misfit> {
        match self.exchange.protocol {
            Protocol::Http1 => Ok(()),
            _ => Err(Misfit::new("it needs HTTP/1")),
        }
    }

    /// The client speaks HTTP/1.1, and so understands chunks; else why that is needed.
    pub fn need_http11(&self) -> Result<(), Misfit> {
        self.need_http1()?;
        let request = self.request();
        let version = request.as_ref().and_then(Message::request_head).map(|head| head.version());
        match version {
            Some(Version::Http10) => {
                Err(Misfit::new("it needs HTTP/1.1, and the client asks in 1.0"))
            }
            _ => Ok(()),
        }
    }

    /// What is asked, if that is HTTP.
    pub fn request(&self) -> Option<Message> {
        View::of(self.exchange).request().cloned()
    }

    /// The request's header of this name.
    pub fn request_header(&self, name: &str) -> Option<Vec<u8>> {
        let request = self.request()?;
        request.request_head()?.header(name).map(<[u8]>::to_vec)
    }

    /// Only the head is asked for.
    pub fn asks_head(&self) -> bool {
        let request = self.request();
        request
            .as_ref()
            .and_then(Message::request_head)
            .is_some_and(|head| head.method() == b"HEAD")
    }

    /// It switches to another protocol, or opens a tunnel.
    pub fn switches(&self) -> bool {
        View::of(self.exchange).switched()
    }

    /// The same, with another script.
    #[must_use]
    pub fn with_script(&self, script: Script) -> Self {
        let random = self.random.clone();
        Self { exchange: self.exchange, script, tls: self.tls, random, others: self.others }
    }

    /// Where things are in what it sends.
    pub fn layout(&self) -> Layout {
        Layout::of(self.exchange, &self.script)
    }

    /// All that it sends, joined.
    pub fn sends(&self) -> Bytes {
        joined(&self.script)
    }

    /// How many bytes are sent before the point.
    pub fn offset(&self, point: &Point) -> Result<u64, Misfit> {
        self.layout().offset(point)
    }

    /// The thing that a counting point names.
    pub fn item(&self, point: &Point) -> Result<Item, Misfit> {
        self.layout().item(point)
    }
}

/// All that a script sends.
pub(super) fn joined(script: &Script) -> Bytes {
    let mut sends = script.sends();
    let with = |mut all: BytesMut, bytes: &Bytes| {
        all.extend_from_slice(bytes);
        all
    };
    match (sends.next(), sends.next()) {
        (None, _) => Bytes::new(),
        (Some(only), None) => only.clone(),
        _ => script.sends().fold(BytesMut::new(), with).freeze(),
    }
}
