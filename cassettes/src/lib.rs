//! What recorder and replayer agree on: the model of a recording, the wire protocols inside it,
//! and the file it is kept in. Sans-io: bytes and time come in as arguments; there is no socket,
//! no clock, no path and no environment here.
//!
//! Start here:
//! - [`model`]: what a recording *is*: [`Cassette`](model::Cassette), [`Connection`](model::Connection),
//!   [`Exchange`](model::Exchange), [`Chunk`](model::Chunk), and [`Script`](model::Script), what a replayer does with one
//! - [`meaning`]: what a request means, apart from its spelling: the keys it is looked up by
//! - [`format`](mod@format): the file it is kept in: [`Journal`](format::Journal) writes, [`Reader`](format::Reader) reads
//! - [`text`]: its text twin, for review and for writing by hand: [`text::write`], [`text::read`]
//! - [`wire`]: the protocols: bytes in, events out; [`wire::http1`] is HTTP/1.0 and HTTP/1.1
//! - [`fault`]: edits of what a server does: the catalogue, and the sentences that name them
//! - [`transcribe`]: a connection's bytes, as they come, into exchanges; and an exchange into a script

pub mod fault;
pub mod format;
pub mod meaning;
pub mod model;
mod nearest;
pub mod text;
pub mod transcribe;
pub mod wire;
