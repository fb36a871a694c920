//! Compares two exchanges that were paired.

use cassettes::format::{Entry, Reader};
use cassettes::model::{ConnectionId, Direction, Exchange, How, Protocol};
use cassettes::wire::http::View;

use super::pairing::with_head;
use super::{Cassettes, DiffError, Judged, Sides};
use crate::verify::{
    CompareContext, Gravity, Mismatch, Own, Place, Quick, RawRequest, Rules, compare_bytes,
    compare_requests, compare_responses, connection_reuse, label, label_of,
};

/// What is needed to compare any pair.
pub(super) struct Judge<'c> {
    cassettes: Cassettes<'c>,
    rules: &'c Rules,
    sides: Sides,
    addresses: &'c Addresses,
}

impl<'c> Judge<'c> {
    pub(super) fn new(
        cassettes: Cassettes<'c>,
        rules: &'c Rules,
        sides: Sides,
        addresses: &'c Addresses,
    ) -> Self {
        Self { cassettes, rules, sides, addresses }
    }

    pub(super) fn judge(&self, a: usize, partner: Option<usize>) -> Result<Judged, DiffError> {
        let was = self.cassettes.exchange_of_a(a)?;
        let Some(b) = partner else {
            return Ok(Judged { label: label_of_exchange(&was), mismatches: None });
        };
        let is = self.cassettes.exchange_of_b(b)?;
        let entries = (self.cassettes.a.entry(a), self.cassettes.b.entry(b));
        let mismatches = self.compare(&was, &is, entries);
        Ok(Judged { label: label_of_exchange(&was), mismatches: Some(mismatches) })
    }

    fn compare(&self, was: &Exchange, is: &Exchange, entries: (Entry, Entry)) -> Vec<Mismatch> {
        let context = self.addresses.context(was.connection, is.connection);
        let client = self.sides != Sides::Server && !same_request(was, is, context, self.rules);
        let server = self.sides != Sides::Client && !same_answer(was, is);
        let mut found = Vec::new();
        if client || server {
            let views = (View::of(was), View::of(is));
            if client {
                found.extend(compare_requests(&views.0, &views.1, &context, self.rules));
            }
            if server {
                let answers = compare_responses(&views.0, &views.1, &context, self.rules);
                found.extend(answers.into_iter().map(in_answer));
            }
        }
        self.compare_connections(was, is, entries, &mut found);
        found
    }

    fn compare_connections(
        &self,
        was: &Exchange,
        is: &Exchange,
        entries: (Entry, Entry),
        found: &mut Vec<Mismatch>,
    ) {
        if self.sides != Sides::Server {
            found.extend(connection_reuse(entries.0.ordinal, entries.1.ordinal, self.rules));
        }
        if self.sides != Sides::Client {
            let before = failure(self.cassettes.a, was.connection, &entries.0);
            let now = failure(self.cassettes.b, is.connection, &entries.1);
            if before != now {
                let name = |how: Option<How>| how.map(|how| failure_name(how).to_owned());
                found.push(in_answer(Mismatch {
                    place: Place::End,
                    gravity: Gravity::Failure,
                    expected: name(before),
                    actual: name(now),
                    detail: None,
                }));
            }
        }
    }
}

/// The address that each connection's client connected to.
pub(super) struct Addresses {
    a: Vec<Own>,
    b: Vec<Own>,
}

impl Addresses {
    pub(super) fn of(cassettes: Cassettes<'_>) -> Self {
        Self { a: own_addresses(cassettes.a), b: own_addresses(cassettes.b) }
    }

    /// For comparing exchanges on these connections.
    pub(super) fn context(&self, was: ConnectionId, is: ConnectionId) -> CompareContext {
        let own = |list: &[Own], id: ConnectionId| list.get(id.index()).copied();
        CompareContext {
            recorded: own(&self.a, was).unwrap_or_default(),
            live: own(&self.b, is).unwrap_or_default(),
        }
    }
}

/// What a person calls an exchange.
pub(super) fn label_of_exchange(exchange: &Exchange) -> String {
    let mut found = None;
    with_head(exchange, |head| found = Some(label_of(head)));
    found.unwrap_or_else(|| label(&View::of(exchange)))
}

fn own_addresses(reader: &Reader) -> Vec<Own> {
    let ids = (0..).map(ConnectionId).take(reader.connections());
    ids.map(|id| reader.connection(id).map_or(Own::Unknown, |found| Own::of(&found.server)))
        .collect()
}

/// A glance, which settles nearly every pair.
fn same_request(was: &Exchange, is: &Exchange, context: CompareContext, rules: &Rules) -> bool {
    let (was_sent, is_sent) = (was.bytes(Direction::ToServer), is.bytes(Direction::ToServer));
    if was.protocol != Protocol::Http1 || is.protocol != Protocol::Http1 {
        return was_sent == is_sent;
    }
    let (expected, actual) = (RawRequest::split(&was_sent), RawRequest::split(&is_sent));
    compare_bytes(expected, actual, &context, rules) == Quick::Same
}

fn same_answer(was: &Exchange, is: &Exchange) -> bool {
    was.bytes(Direction::ToClient) == is.bytes(Direction::ToClient)
}

fn in_answer(mut mismatch: Mismatch) -> Mismatch {
    mismatch.place = Place::Answer { inside: Box::new(mismatch.place) };
    mismatch
}

/// How the server ended the connection with this exchange, if that was not orderly.
fn failure(reader: &Reader, id: ConnectionId, entry: &Entry) -> Option<How> {
    if entry.complete() && !entry.last_on_connection {
        return None;
    }
    let connection = reader.connection(id).ok()?;
    connection.server_close().map(|close| close.how).filter(|how| *how != How::Fin)
}

const fn failure_name(how: How) -> &'static str {
    match how {
        How::Fin => "closed (FIN)",
        How::Reset => "reset (RST)",
        How::Refused => "refused",
        How::Timeout => "timed out",
        How::Unreachable => "unreachable",
        How::CloseNotify => "closed (close_notify)",
        How::Alert(_) => "ended by a TLS alert",
        How::Untrusted => "refused (certificate)",
    }
}
