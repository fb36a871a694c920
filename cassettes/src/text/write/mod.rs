//! From a cassette to text.

mod connections;
mod decoded;
mod emitter;
mod exchange;
mod frames;
mod message;
mod staging;
mod stream;

use super::VERSION;
use super::notation::{End, When};
use super::quantity::{show_date, show_duration};
use crate::model::{Cassette, Close, Connection, Exchange, Header, Rewrite, Side, Timestamp};
use connections::is_bare;
use emitter::{Emitter, inline};
use exchange::{Plan, show_ends};

/// The text that [`read`](super::read) gives back as `cassette`.
pub(super) fn write(cassette: &Cassette) -> String {
    let mut yaml = Emitter::default();
    write_header(&mut yaml, &cassette.header);
    let uses = Uses::of(cassette);
    connections::write(&mut yaml, cassette, &uses);
    if cassette.exchanges().is_empty() {
        yaml.key(0, "exchanges", "[]");
        return yaml.finish();
    }
    yaml.key(0, "exchanges", "");
    let mut previous_end = 0;
    for (index, exchange) in cassette.exchanges().iter().enumerate() {
        if index > 0 {
            yaml.blank_line();
        }
        write_exchange(&mut yaml, cassette, &uses, index, exchange, previous_end);
        previous_end = exchange.ended().as_nanos();
    }
    yaml.finish()
}

fn write_header(yaml: &mut Emitter, header: &Header) {
    yaml.key(0, "retape", &VERSION.to_string());
    if header.created_unix_nanos != 0 {
        yaml.key(0, "recorded", &show_date(header.created_unix_nanos));
    }
    if !header.writer.is_empty() {
        yaml.key(0, "writer", &inline(&header.writer));
    }
    if header.rewrite != Rewrite::default() {
        yaml.key(0, "rewrite", "");
        for (key, value) in [("host", &header.rewrite.host), ("origin", &header.rewrite.origin)] {
            if !value.is_empty() {
                yaml.key(2, key, &inline(value));
            }
        }
    }
}

/// Which exchanges use each connection, and which connections go without saying.
struct Uses {
    first: Vec<Option<usize>>,
    last: Vec<Option<usize>>,
    /// The connections from here on are each of one exchange alone, in the same order, with
    /// nothing to tell: they are not listed.
    listed: usize,
}

impl Uses {
    fn of(cassette: &Cassette) -> Self {
        let connections = cassette.connections();
        let mut first = vec![None; connections.len()];
        let mut last = vec![None; connections.len()];
        for (index, exchange) in cassette.exchanges().iter().enumerate() {
            let at = exchange.connection.index();
            if let (Some(first), Some(last)) = (first.get_mut(at), last.get_mut(at)) {
                first.get_or_insert(index);
                *last = Some(index);
            }
        }
        let mut uses = Self { first, last, listed: connections.len() };
        uses.drop_unremarkable(cassette);
        uses
    }

    fn drop_unremarkable(&mut self, cassette: &Cassette) {
        let mut next = usize::MAX;
        for (at, connection) in cassette.connections().iter().enumerate().rev() {
            let Some(only) = self.only_exchange(at).filter(|only| *only < next) else { return };
            if !is_bare(connection, self.first_start(cassette, at)) {
                return;
            }
            next = only;
            self.listed = at;
        }
    }

    fn only_exchange(&self, connection: usize) -> Option<usize> {
        let (first, last) = (*self.first.get(connection)?, *self.last.get(connection)?);
        first.filter(|_| first == last)
    }

    fn is_last(&self, connection: usize, exchange: usize) -> bool {
        self.last.get(connection) == Some(&Some(exchange))
    }

    fn first_start(&self, cassette: &Cassette, connection: usize) -> Timestamp {
        let first = self.first.get(connection).copied().flatten();
        let first = first.and_then(|first| cassette.exchanges().get(first));
        first.map_or(Timestamp::ZERO, Exchange::started)
    }
}

fn write_exchange(
    yaml: &mut Emitter,
    cassette: &Cassette,
    uses: &Uses,
    index: usize,
    exchange: &Exchange,
    previous_end: u64,
) {
    const INDENT: usize = 4;
    let plan = Plan::of(exchange);
    let at = exchange.connection.index();
    yaml.begin_item();
    if at < uses.listed {
        yaml.key(INDENT, "connection", &(at + 1).to_string());
    }
    let start = exchange.started().as_nanos();
    if start != previous_end {
        yaml.key(INDENT, "at", &show_duration(start));
    }
    if let Some(protocol) = plan.protocol() {
        yaml.key(INDENT, "protocol", protocol);
    }
    plan.write(yaml, INDENT);
    if let Some(staging) = cassette.staging(index) {
        staging::write(yaml, INDENT, staging);
    }
    if uses.is_last(at, index) {
        let connection = cassette.connection_of(exchange);
        if !goes_without_saying(connection, &plan, exchange.ended()) {
            yaml.key(INDENT, "end", &show_ends(&ends(&connection.closes, exchange.ended())));
        }
    }
}

/// No end, or for an answer that goes on until the connection closes, the server's close.
fn goes_without_saying(connection: &Connection, plan: &Plan, ended: Timestamp) -> bool {
    if plan.until_close() {
        let close = Close { at: ended, by: Side::Server, how: connection.orderly_end() };
        return connection.closes == [close];
    }
    connection.closes.is_empty()
}

/// Closes as waits since what came before them; those that came before that, by their time.
fn ends(closes: &[Close], mut before: Timestamp) -> Vec<End> {
    let end = |close: &Close| {
        let (at, now) = (close.at.as_nanos(), before.as_nanos());
        before = close.at;
        let when = at.checked_sub(now).map_or(When::At(at), When::After);
        End { by: close.by, how: close.how, when }
    };
    closes.iter().map(end).collect()
}
