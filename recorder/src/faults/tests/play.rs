//! One connection, with a clock turned by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cassettes::fault::{Fault, FaultSet, Kind};
use cassettes::model::{Direction, Timestamp};

use crate::faults::{Act, ConnectionFaults, FaultEvent, Faults, Link};
use crate::tap::Speech;

/// A connection on which these faults are in force.
pub(super) struct Play {
    link: Link,
    faults: ConnectionFaults,
    now: Timestamp,
    events: Arc<Mutex<Vec<FaultEvent>>>,
}

/// What a client got: bytes, and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Got {
    pub(super) bytes: Vec<u8>,
    pub(super) acts: Vec<Act>,
}

pub(super) fn set(sentences: &[&str]) -> FaultSet {
    FaultSet::new(sentences.iter().map(|sentence| sentence.parse().unwrap()).collect(), 1)
}

/// This kind, with these parameters, at a place where it can be.
pub(super) fn sentence_of(kind: &Kind, sample: &str, place: &str) -> String {
    let places = ["", place, "at json $.users[1]", "at event 1", "at message 1", "at frame 1"];
    let written = places.map(|place| format!("{} {sample} {place}", kind.name));
    written.into_iter().find(|sentence| sentence.parse::<Fault>().is_ok()).unwrap()
}

impl Play {
    pub(super) fn http(sentences: &[&str]) -> Self {
        Self::new(sentences, Speech::Http)
    }

    pub(super) fn raw(sentences: &[&str]) -> Self {
        Self::new(sentences, Speech::Raw)
    }

    fn new(sentences: &[&str], speech: Speech) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let into = events.clone();
        let tell = move |event: &FaultEvent| into.lock().unwrap().push(event.clone());
        let faults = Faults::new(set(sentences), tell);
        let peer = "http://origin.test".into();
        let link = Link { faults, connection: 1, tls: false, peer, authority: None };
        let faults = ConnectionFaults::new(link.clone(), speech);
        Self { link, faults, now: Timestamp::ZERO, events }
    }

    /// The next connection of HTTP to the same server.
    pub(super) fn another(&self) -> Self {
        let link = Link { connection: self.link.connection + 1, ..self.link.clone() };
        let faults = ConnectionFaults::new(link.clone(), Speech::Http);
        Self { link, faults, now: self.now, events: self.events.clone() }
    }

    pub(super) fn ask(&mut self, said: impl AsRef<[u8]>) -> Bytes {
        self.faults.ask(Bytes::copy_from_slice(said.as_ref()), self.now)
    }

    /// The server says this, in pieces of so many bytes.
    pub(super) fn say(&mut self, said: impl AsRef<[u8]>, size: usize) {
        for piece in said.as_ref().chunks(size) {
            self.faults.receive([Bytes::copy_from_slice(piece)].into_iter(), self.now);
        }
    }

    pub(super) fn end(&mut self) {
        self.faults.server_ended(self.now);
    }

    pub(super) fn client_ends(&mut self) {
        self.faults.client_ended();
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now = self.now.later(time);
        self.faults.pass_time(self.now);
    }

    /// How long until something is to be done.
    pub(super) fn due(&self) -> Option<Duration> {
        self.faults.poll_timeout(Direction::ToClient).map(|at| at.since(self.now))
    }

    /// Whether the client is read from.
    pub(super) fn hears(&self) -> bool {
        !self.faults.is_deaf()
    }

    pub(super) fn takes_more(&self) -> bool {
        self.faults.outlet(Direction::ToClient).has_room()
    }

    /// What the client gets by now.
    pub(super) fn got(&mut self) -> Got {
        let mut got = Got::default();
        let outlet = self.faults.outlet_mut(Direction::ToClient);
        loop {
            while let Some(bytes) = outlet.poll_send(self.now) {
                got.bytes.extend_from_slice(&bytes);
            }
            match outlet.poll_act(self.now) {
                Some(act) => got.acts.push(act),
                None => return got,
            }
        }
    }

    /// What the client gets, whenever that is.
    pub(super) fn gets(&mut self) -> Got {
        let mut all = self.got();
        while let Some(due) = self.due() {
            self.pass(due);
            let more = self.got();
            all.bytes.extend(more.bytes);
            all.acts.extend(more.acts);
        }
        all
    }

    /// What the server gets from us, besides what the client says.
    pub(super) fn server_gets(&mut self) -> Vec<u8> {
        let outlet = self.faults.outlet_mut(Direction::ToServer);
        std::iter::from_fn(|| outlet.poll_send(self.now)).flatten().collect()
    }

    /// What was said of faults, in lines.
    pub(super) fn told(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(ToString::to_string).collect()
    }
}
