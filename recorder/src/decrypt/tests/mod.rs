//! Whole connections.
//!
//! - `outcome`: what came of one
//! - `openssl`: what OpenSSL says, with all ciphers, from files
//! - `pair`: two peers of rustls in memory
//! - `failures`: what cannot be decrypted

mod failures;
mod openssl;
mod outcome;
mod pair;
