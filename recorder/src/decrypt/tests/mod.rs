//! Whole connections.
//!
//! - `outcome`: what came of one
//! - `openssl`: what OpenSSL says, with all ciphers, from files

mod openssl;
mod outcome;
