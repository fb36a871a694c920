//! A whole recording in memory.

use std::collections::BTreeMap;

use super::{Connection, ConnectionId, Direction, Exchange, Staging, Step, Timestamp};

/// A recording: where it came from, its connections, its exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cassette {
    /// Where it came from.
    pub header: Header,
    /// In the order of opening; [`ConnectionId`] is the index.
    connections: Vec<Connection>,
    /// In the order of their first bytes; each names an existing connection.
    exchanges: Vec<Exchange>,
    /// By place in `exchanges`; each fits its exchange. Of most there is none.
    stagings: BTreeMap<usize, Staging>,
}

/// An exchange, and how it is played, if its bytes and times do not say it.
pub type Played = (Exchange, Option<Staging>);

impl Cassette {
    /// Most connections a cassette may hold: ids are 32 bits wide.
    pub const MAX_CONNECTIONS: usize = u32::MAX as usize;

    /// Of exchanges that are all played as their bytes and times say: see [`Cassette::staged`].
    pub fn new(
        header: Header,
        connections: Vec<Connection>,
        exchanges: Vec<Exchange>,
    ) -> Result<Self, CassetteError> {
        let plain = exchanges.into_iter().map(|exchange| (exchange, None));
        Self::staged(header, connections, plain.collect())
    }

    /// The one door: checks what the private fields promise. Exchanges are put in the order of
    /// their first bytes; those of the same moment, in the order of their connections, then as given.
    pub fn staged(
        header: Header,
        connections: Vec<Connection>,
        mut played: Vec<Played>,
    ) -> Result<Self, CassetteError> {
        for (index, (exchange, staging)) in played.iter().enumerate() {
            check_exchange(index, exchange, connections.len())?;
            staging.iter().try_for_each(|staging| check_staging(index, exchange, staging))?;
        }
        played.sort_by_key(|(exchange, _)| (exchange.started(), exchange.connection));
        let (exchanges, stagings): (Vec<_>, Vec<_>) = played.into_iter().unzip();
        let stagings = stagings.into_iter().enumerate();
        let stagings = stagings.filter_map(|(at, staging)| Some((at, staging?))).collect();
        Ok(Self { header, connections, exchanges, stagings })
    }

    /// In the order of opening.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// In the order of their first bytes.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// How the exchange at this place is played, if its bytes and times do not say it.
    pub fn staging(&self, index: usize) -> Option<&Staging> {
        self.stagings.get(&index)
    }

    /// The connection that this exchange was on.
    #[expect(
        clippy::indexing_slicing,
        reason = "`new` checked that each exchange names an existing connection"
    )]
    pub fn connection_of(&self, exchange: &Exchange) -> &Connection {
        &self.connections[exchange.connection.index()]
    }

    /// The pieces, to build another from with [`Cassette::staged`].
    pub fn into_parts(self) -> (Header, Vec<Connection>, Vec<Played>) {
        let Self { header, connections, exchanges, mut stagings } = self;
        let exchanges = exchanges.into_iter().enumerate();
        let played = exchanges.map(|(at, exchange)| (exchange, stagings.remove(&at))).collect();
        (header, connections, played)
    }
}

fn check_exchange(
    index: usize,
    exchange: &Exchange,
    connections: usize,
) -> Result<(), CassetteError> {
    let number = index + 1;
    if exchange.connection.index() >= connections {
        return Err(CassetteError::NoSuchConnection { number, connection: exchange.connection });
    }
    let mut last = Timestamp::ZERO;
    for chunk in &exchange.chunks {
        if chunk.bytes.is_empty() {
            return Err(CassetteError::EmptyChunk { number });
        }
        if chunk.at < last {
            return Err(CassetteError::BackInTime { number });
        }
        last = chunk.at;
    }
    if exchange.chunks.is_empty() {
        return Err(CassetteError::EmptyExchange { number });
    }
    Ok(())
}

fn check_staging(
    index: usize,
    exchange: &Exchange,
    staging: &Staging,
) -> Result<(), CassetteError> {
    let number = index + 1;
    let steps = staging.script.as_deref().unwrap_or_default();
    if steps.contains(&Step::Send(0)) {
        return Err(CassetteError::EmptySend { number });
    }
    let said = exchange.byte_count(Direction::ToClient);
    match staging.sent_bytes() {
        Some(sent) if sent != said => Err(CassetteError::SendsDiffer { number, sent, said }),
        _ => Ok(()),
    }
}

/// Where a recording came from, and what the recorder changed on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// Wall-clock time of the cassette's start, nanoseconds since the Unix epoch; 0 where unknown.
    pub created_unix_nanos: u64,
    /// What wrote it, as `name version`.
    pub writer: String,
    /// What a proxy had to change between client and server. The recording holds what the client
    /// sent and what the server said, before the change.
    pub rewrite: Rewrite,
}

/// What a reverse proxy changed on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewrite {
    /// The server was sent this `Host` in place of the proxy's own; empty: not rewritten.
    pub host: String,
    /// The server's origin (`http://host:port`) was replaced by the proxy's own in answers; empty: not rewritten.
    pub origin: String,
}

/// Why pieces do not make a cassette.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CassetteError {
    /// An exchange names a connection that is not there.
    #[error("exchange {number} is on connection {}, which does not exist", connection.0)]
    NoSuchConnection {
        /// Counted from 1, in the order given.
        number: usize,
        /// The name it gives.
        connection: ConnectionId,
    },
    /// A chunk holds no bytes.
    #[error("exchange {number} has a chunk without bytes")]
    EmptyChunk {
        /// Counted from 1, in the order given.
        number: usize,
    },
    /// An exchange holds no chunk.
    #[error("exchange {number} has no bytes at all")]
    EmptyExchange {
        /// Counted from 1, in the order given.
        number: usize,
    },
    /// A chunk is earlier than the one before it.
    #[error("exchange {number} has a chunk that is earlier than the one before it")]
    BackInTime {
        /// Counted from 1, in the order given.
        number: usize,
    },
    /// A script sends nothing, where it is said to send.
    #[error("exchange {number} has a script with a send of no bytes: leave that step out")]
    EmptySend {
        /// Counted from 1, in the order given.
        number: usize,
    },
    /// A script does not send what the exchange holds.
    #[error(
        "exchange {number} has a script that sends {sent} bytes, and {said} of the server's: make the sends add up to these"
    )]
    SendsDiffer {
        /// Counted from 1, in the order given.
        number: usize,
        /// By the script.
        sent: u64,
        /// How many there are.
        said: u64,
    },
}
