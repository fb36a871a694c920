//! Which exchange of one cassette is which of the other.

use std::collections::{HashMap, VecDeque};

use cassettes::format::Entry;
use cassettes::meaning::request_key_ignoring;
use cassettes::model::{Direction, Exchange, Protocol};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::RequestHead;

use super::{Cassettes, DiffError};
use crate::verify::{Neighbours, RawRequest, Rules};

/// Every exchange of both, paired or alone.
pub(super) struct Pairs {
    /// The partner of each exchange of the first.
    pub(super) of_a: Vec<Option<usize>>,
    /// Those of the second that have none, in order.
    pub(super) extra: Vec<usize>,
}

/// By request and body, in order; then by request; then the nearest of what is left.
pub(super) fn pair(cassettes: Cassettes<'_>, rules: &Rules) -> Result<Pairs, DiffError> {
    let keys_a = keys(cassettes.a.entries(), rules, |index| cassettes.exchange_of_a(index))?;
    let keys_b = keys(cassettes.b.entries(), rules, |index| cassettes.exchange_of_b(index))?;
    let extra = keys_b.iter().enumerate().filter(|(_, key)| key.protocol.is_conversation());
    let extra = extra.map(|(index, _)| index).collect();
    let mut pairs = Pairs { of_a: vec![None; keys_a.len()], extra };
    pairs.pair_equal(&keys_a, &keys_b);
    pairs.pair_equal(&without_bodies(keys_a), &without_bodies(keys_b));
    pairs.pair_nearest(cassettes)?;
    Ok(pairs)
}

/// What is equal of two exchanges that are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    protocol: Protocol,
    request: u64,
    body: u64,
}

/// From the index; but where parts of the query do not count, from the requests themselves.
fn keys(
    entries: impl Iterator<Item = Entry>,
    rules: &Rules,
    read: impl Fn(usize) -> Result<Exchange, DiffError>,
) -> Result<Vec<Key>, DiffError> {
    let of_entry = |entry: &Entry| Key {
        protocol: entry.protocol,
        request: entry.keys.request,
        body: entry.keys.body,
    };
    let keys = entries.enumerate().map(|(index, entry)| {
        let mut key = of_entry(&entry);
        let is_http = matches!(entry.protocol, Protocol::Http1 | Protocol::Http2);
        if !rules.ignore_query.is_empty() && is_http {
            key.request = key_by_rules(&read(index)?, rules).unwrap_or(key.request);
        }
        Ok(key)
    });
    keys.collect()
}

fn key_by_rules(exchange: &Exchange, rules: &Rules) -> Option<u64> {
    let mut ignores = |name: &[u8]| rules.ignores_query(name);
    let mut key = None;
    with_head(exchange, |head| {
        key = Some(request_key_ignoring(head.method(), head.target(), &mut ignores));
    });
    key
}

fn without_bodies(mut keys: Vec<Key>) -> Vec<Key> {
    for key in &mut keys {
        key.body = 0;
    }
    keys
}

impl Pairs {
    /// Pairs those that are alone and have equal keys, in order.
    fn pair_equal(&mut self, keys_a: &[Key], keys_b: &[Key]) {
        let mut waiting: HashMap<Key, VecDeque<usize>> = HashMap::new();
        for (index, key) in keys_a.iter().enumerate() {
            if self.is_free(index) && key.protocol.is_conversation() {
                waiting.entry(*key).or_default().push_back(index);
            }
        }
        let of_a = &mut self.of_a;
        self.extra.retain(|&index| {
            let queue = keys_b.get(index).and_then(|key| waiting.get_mut(key));
            let partner = queue.and_then(VecDeque::pop_front);
            let slot = partner.and_then(|partner| of_a.get_mut(partner));
            slot.map(|slot| *slot = Some(index)).is_none()
        });
    }

    /// Pairs those that are alone with the most similar that is.
    fn pair_nearest(&mut self, cassettes: Cassettes<'_>) -> Result<(), DiffError> {
        if self.extra.is_empty() || !self.of_a.contains(&None) {
            return Ok(());
        }
        let mut neighbours = Neighbours::default();
        for index in (0..self.of_a.len()).filter(|&index| self.is_free(index)) {
            with_head(&cassettes.exchange_of_a(index)?, |head| neighbours.insert(index, head));
        }
        for index in std::mem::take(&mut self.extra) {
            let mut partner = None;
            with_head(&cassettes.exchange_of_b(index)?, |head| {
                partner = neighbours.same_but_changed(head, |other| self.is_free(other));
            });
            match partner.and_then(|partner| self.of_a.get_mut(partner)) {
                Some(slot) => *slot = Some(index),
                None => self.extra.push(index),
            }
        }
        Ok(())
    }

    fn is_free(&self, index: usize) -> bool {
        self.of_a.get(index) == Some(&None)
    }
}

/// Reads the request's head, if there is one.
pub(super) fn with_head(exchange: &Exchange, mut read: impl FnMut(&RequestHead<'_>)) {
    match exchange.protocol {
        Protocol::Http1 => {
            let request = exchange.bytes(Direction::ToServer);
            if let Ok(head) = RequestHead::parse(RawRequest::split(&request).head) {
                read(&head);
            }
        }
        Protocol::Http2 => {
            let view = View::of(exchange);
            if let Some(head) = view.request().and_then(Message::request_head) {
                read(&head);
            }
        }
        _ => {}
    }
}
