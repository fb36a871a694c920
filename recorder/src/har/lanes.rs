//! The connections that entries are put on.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use bytes::Bytes;
use cassettes::format::{ConnectionJournal, Journal};
use cassettes::model::{Connection, Direction, Timestamp, Tls, Way};
use cassettes::transcribe::Transcriber;

use super::entry::Told;
use super::shape;
use crate::upstream::{Scheme, Upstream};

/// Most connections that wait for another entry. A browser has six to a server, and a page a few dozen servers.
const MAX_OPEN: usize = 1024;

/// Connections, for exchanges one after another: what shared one in HTTP/2 is spread over several.
pub(super) struct Lanes<'a> {
    journal: &'a Journal,
    open: HashMap<Key, Vec<Lane>>,
    /// How many lanes that is.
    count: usize,
    /// How many there were.
    pub(super) opened: u64,
}

/// The file's name for a connection, and the server.
type Key = (shape::Connection, Upstream);

struct Lane {
    transcriber: Transcriber,
    journal: ConnectionJournal,
    /// Of its last exchange.
    end: Timestamp,
}

impl<'a> Lanes<'a> {
    pub(super) fn new(journal: &'a Journal) -> Self {
        Self { journal, open: HashMap::new(), count: 0, opened: 0 }
    }

    /// Puts an exchange on a connection that is free then. `name` is the file's for it; without one it has one of its own.
    pub(super) fn put(
        &mut self,
        start: Timestamp,
        told: Told,
        name: Option<shape::Connection>,
        server: String,
    ) {
        let key = name.map(|name| (name, told.server.clone()));
        let free = key.as_ref().and_then(|key| self.take(key, start));
        let mut lane = free.unwrap_or_else(|| self.open(start, &told.server, server));
        lane.say(start, told);
        match key {
            Some(key) => self.keep(key, lane),
            None => lane.end(),
        }
    }

    /// There are no more entries.
    pub(super) fn finish(&mut self) {
        self.count = 0;
        self.open.drain().flat_map(|(_, lanes)| lanes).for_each(Lane::end);
    }

    fn take(&mut self, key: &Key, start: Timestamp) -> Option<Lane> {
        let lanes = self.open.get_mut(key)?;
        let free = lanes.iter().position(|lane| lane.end <= start)?;
        self.count -= 1;
        Some(lanes.swap_remove(free))
    }

    fn keep(&mut self, key: Key, lane: Lane) {
        if self.count >= MAX_OPEN {
            self.finish();
        }
        self.count += 1;
        match self.open.entry(key) {
            Place::Occupied(mut lanes) => lanes.get_mut().push(lane),
            Place::Vacant(place) => drop(place.insert(vec![lane])),
        }
    }

    fn open(&mut self, start: Timestamp, upstream: &Upstream, server: String) -> Lane {
        self.opened += 1;
        let tls = Tls {
            sni: upstream.host.clone(),
            offered: vec!["http/1.1".to_owned()],
            alpn: "http/1.1".to_owned(),
            ..Tls::default()
        };
        let facts = Connection {
            // The browser meant the server itself, and no proxy.
            way: Way::Transparent,
            server,
            upstream: upstream.origin(),
            tls: (upstream.scheme == Scheme::Https).then(|| Box::new(tls)),
            ..Connection::opened_at(start)
        };
        let journal = self.journal.connection(facts);
        Lane { transcriber: Transcriber::http(journal.id()), journal, end: start }
    }
}

impl Lane {
    fn say(&mut self, start: Timestamp, told: Told) {
        let asked = start.later(told.waits.ask);
        let answered = asked.later(told.waits.answer);
        self.end = answered.later(told.waits.receive);
        self.hear(Direction::ToServer, asked, told.request);
        if let Some(answer) = told.answer {
            self.hear(Direction::ToClient, answered, answer.head);
            self.hear(Direction::ToClient, self.end, answer.body);
            if let Some(gap) = self.transcriber.lose(Direction::ToClient, self.end, answer.missing)
            {
                self.journal.lose(gap);
                // What follows a gap is later than it.
                self.end = gap.at.later(std::time::Duration::from_nanos(1));
            }
        }
        self.record();
    }

    fn hear(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.transcriber.receive(direction, at, bytes);
    }

    fn record(&mut self) {
        while let Some(event) = self.transcriber.poll_event() {
            self.journal.record(event);
        }
    }

    fn end(mut self) {
        self.transcriber.finish();
        self.record();
        self.journal.end(Vec::new());
    }
}
