//! Tape events into a cassette in memory.

use std::collections::HashMap;

use crate::model::{
    Cassette, CassetteError, Chunk, Connection, Exchange, ExchangeId, Header, Protocol, TapeEvent,
};

/// Gathers the events of all connections. An exchange without `Done` is kept, as raw.
pub fn collect(
    header: Header,
    connections: Vec<Connection>,
    events: impl IntoIterator<Item = TapeEvent>,
) -> Result<Cassette, CassetteError> {
    let mut gathered = Gathered::default();
    for event in events {
        match event {
            TapeEvent::Chunk { exchange, chunk } => gathered.exchange(exchange).chunks.push(chunk),
            TapeEvent::Done { exchange, summary } => {
                gathered.exchange(exchange).protocol = summary.protocol;
            }
        }
    }
    Cassette::new(header, connections, gathered.exchanges)
}

#[derive(Default)]
struct Gathered {
    /// In the order of their first events.
    exchanges: Vec<Exchange>,
    places: HashMap<ExchangeId, usize>,
}

impl Gathered {
    #[expect(
        clippy::indexing_slicing,
        reason = "`places` holds indices of `exchanges`, which only grows"
    )]
    fn exchange(&mut self, id: ExchangeId) -> &mut Exchange {
        let place = *self.places.entry(id).or_insert_with(|| {
            let chunks: Vec<Chunk> = Vec::new();
            self.exchanges.push(Exchange {
                connection: id.connection,
                protocol: Protocol::Raw,
                chunks,
            });
            self.exchanges.len() - 1
        });
        &mut self.exchanges[place]
    }
}
