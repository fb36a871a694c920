//! TLS connections of a capture, decrypted. Sans-io: what both sides said goes in, what they meant comes out.
//!
//! Start here:
//! - [`Decryptor`]: one connection
//! - [`Decrypted`]: what comes out; what cannot be decrypted comes out as it is, and [`Undecryptable`] says why
//! - [`Secrets`]: key logs, for all connections
//!
//! Inside, from the outside in: `decryptor` is the connection, `lane` one of its directions, `handshake` what both sides said,
//! `keys` what follows from it, by `derive` and `suite`; `record`, `message` and `hello` read what is on the wire, by `input`,
//! and `cipher` opens it; `key_log` and `private_key` are where secrets come from.

mod cipher;
mod decryptor;
mod derive;
mod event;
mod handshake;
mod hello;
mod input;
mod key_log;
mod keys;
mod lane;
mod message;
mod private_key;
mod record;
mod secrets;
mod suite;
#[cfg(test)]
mod tests;

pub use decryptor::{Decryptor, MAX_HELD_BYTES};
pub use event::{Decrypted, Undecryptable};
pub use private_key::PrivateKeyError;
pub use secrets::{KeyLogCounts, MAX_PRIVATE_KEYS, MAX_SECRETS, Secrets};
