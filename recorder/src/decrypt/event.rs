//! What comes out of a TLS connection.

use bytes::Bytes;
use cassettes::model::{Direction, How, Side, Tls};
use cassettes::wire::tls_names;

use crate::capture::UnixNanos;

/// One thing learned of a TLS connection, in the order in which it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decrypted {
    /// What the handshake settled. Once, and before all events but [`Decrypted::Lost`] and
    /// [`Decrypted::Refused`]. None if there was no `ClientHello`.
    Facts(Box<Tls>),
    /// What the application said: one record's content.
    Data {
        /// Which way it went.
        direction: Direction,
        /// When its record was whole.
        at: UnixNanos,
        /// Never empty.
        bytes: Bytes,
    },
    /// An alert that ends what this side sends.
    Close {
        /// Who sent it.
        by: Side,
        /// When.
        at: UnixNanos,
        /// [`How::CloseNotify`] or [`How::Alert`].
        how: How,
    },
    /// Bytes as they were on the wire, since they cannot be decrypted; [`Decrypted::Reason`] came before.
    Undecrypted {
        /// Which way they went.
        direction: Direction,
        /// When.
        at: UnixNanos,
        /// Never empty. Records, or parts of them.
        bytes: Bytes,
    },
    /// From here on nothing of this direction can be decrypted. At most once for each direction.
    Reason {
        /// Which way.
        direction: Direction,
        /// Why.
        why: Undecryptable,
    },
    /// A hole in the capture, of which [`Decryptor::lose`](super::Decryptor::lose) was told.
    Lost {
        /// Which way the missing bytes went.
        direction: Direction,
        /// When that was clear.
        at: UnixNanos,
        /// How many bytes of records are missing.
        length: u64,
    },
    /// Data that the client sent before the handshake was done (0-RTT, RFC 8446 §2.3) and that the server refused to
    /// read. It was never part of the conversation: the client says it again.
    Refused {
        /// When its record was whole.
        at: UnixNanos,
        /// What it held; empty if it could not be decrypted.
        bytes: Bytes,
    },
}

/// Why bytes cannot be decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Undecryptable {
    /// It does not begin as TLS does.
    #[error("it is not TLS")]
    NotTls,
    /// The records are those of a connection whose handshake was before the capture.
    #[error("the capture begins after the TLS handshake")]
    NoHandshake,
    /// The other side's part of the handshake is not there.
    #[error("the other side's part of the TLS handshake is not in the capture")]
    OneSided,
    /// No key log line has this client random, and no private key helps.
    #[error("there is no secret for client random {}", Hex(.0))]
    NoSecret([u8; 32]),
    /// The key log has lines for this connection, but not the one needed.
    #[error("the key log has lines for this connection, but no {label}")]
    MissingLine {
        /// The kind of line, as key logs call it.
        label: &'static str,
    },
    /// A version that is not known here.
    #[error("TLS version {} is not supported", version(*.0))]
    Version(u16),
    /// A cipher suite that is not known here.
    #[error("cipher suite {} is not supported", cipher(*.0))]
    Suite(u16),
    /// The content was compressed by TLS itself.
    #[error("compression in TLS is not supported")]
    Compressed,
    /// Bytes before are missing.
    #[error("bytes of the capture are missing before it")]
    Gap,
    /// A record's content is not what its sender wrote.
    #[error("record {0} of this direction fails authentication: another secret, or changed bytes")]
    BadRecord(u64),
    /// What cannot be a record where one must begin.
    #[error("what follows record {0} of this direction is no TLS record")]
    NotRecord(u64),
    /// A handshake message contradicts itself.
    #[error("a TLS handshake message contradicts itself")]
    Malformed,
    /// The handshake's messages are too long to be believed, or their end does not come.
    #[error("over {} bytes came before the TLS handshake was settled", super::MAX_HELD_BYTES)]
    TooLong,
    /// The last record has no end.
    #[error("the last record is cut short")]
    CutShort,
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

fn version(number: u16) -> String {
    named(tls_names::version(number), number)
}

fn cipher(number: u16) -> String {
    named(tls_names::cipher(number), number)
}

fn named(name: Option<&str>, number: u16) -> String {
    name.map_or_else(|| format!("{number:#06x}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Undecryptable;

    #[test]
    fn a_reason_says_what_to_look_for() {
        let text = Undecryptable::NoSecret([0xab; 32]).to_string();
        assert_eq!(text, format!("there is no secret for client random {}", "ab".repeat(32)));
        assert_eq!(
            Undecryptable::Suite(0x0005).to_string(),
            "cipher suite 0x0005 is not supported"
        );
        assert_eq!(Undecryptable::Version(0x0300).to_string(), "TLS version ssl3 is not supported");
    }
}
