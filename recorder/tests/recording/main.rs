//! The proxy between real sockets: what each peer sees, and what the cassette says of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests a panic is the failing verdict"
)]

mod bulk;
mod closes;
mod faults;
mod harness;
mod hostile;
mod hostile_streams;
mod http;
mod many;
mod proxies;
mod raw;
mod secure;
mod stop;
mod tls;
mod unreached;
