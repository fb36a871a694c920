//! The types of a recording. Bytes are the truth; everything parsed is a view on them.
//!
//! Read in this order: [`Chunk`] (bytes, once, in one direction), [`Exchange`] (one conversation),
//! [`Connection`] (what it travelled on, and how that ended), [`Cassette`] (all of it).
//! [`TapeEvent`] is the same content as a stream, for those who must not hold it all;
//! [`Script`] is what a replayer does, step by step; [`Staging`] and [`Reception`] say it where bytes and times do not.

#[cfg(test)]
pub(crate) mod arbitrary;
mod cassette;
mod chunk;
mod connection;
mod exchange;
mod script;
mod staging;
mod tape;
mod time;

pub use cassette::{Cassette, CassetteError, Header, Played, Rewrite};
pub use chunk::{Chunk, Direction, Side};
pub use connection::{Close, Connection, ConnectionId, Gap, How, Tls, Transport, Trust, Way};
pub use exchange::{Exchange, Protocol};
pub use script::{Script, Step, Until};
pub use staging::{Applied, CertificateFault, Flight, Reception, Staging, Stop};
pub use tape::{Degraded, ExchangeId, ExchangeSummary, RequestKeys, TapeEvent};
pub use time::Timestamp;
