//! The proxy between real sockets: what each peer sees, and what the cassette says of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests a panic is the failing verdict"
)]

mod bulk;
mod closes;
mod harness;
mod hostile;
mod http;
mod stop;
mod unreached;
