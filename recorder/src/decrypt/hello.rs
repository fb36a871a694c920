//! What both sides say of themselves at first.

use cassettes::wire::tls;
use ring::digest;

use super::input::Input;
use super::secrets::Secret;

/// What a client asks for (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
#[derive(Debug, Clone)]
pub(super) struct ClientHello {
    pub(super) random: [u8; 32],
    /// Of the session that it wants to resume, if any; in TLS 1.3 it means nothing.
    pub(super) session: Session,
    /// Of the session that it has a ticket for.
    pub(super) ticket: Option<Session>,
    /// Whether it sends data at once (RFC 8446 §4.2.10).
    pub(super) offers_early_data: bool,
    /// Its version, in the field of old.
    pub(super) legacy_version: u16,
    /// Name and protocols.
    pub(super) asked: tls::ClientHello,
}

/// What a server settles (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).
#[derive(Debug, Clone)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    pub(super) version: u16,
    pub(super) suite: u16,
    pub(super) session: Session,
    pub(super) is_compressed: bool,
    /// RFC 7627.
    pub(super) has_extended_master_secret: bool,
    /// RFC 7366.
    pub(super) encrypts_then_macs: bool,
    /// The protocol chosen (ALPN); empty if none, or not yet.
    pub(super) alpn: Vec<u8>,
}

/// What a TLS 1.3 server says once it is encrypted (RFC 8446 §4.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EncryptedExtensions {
    pub(super) alpn: Vec<u8>,
    pub(super) accepts_early_data: bool,
}

/// What a session is known by: its identifier, or a hash of its ticket. Empty: there is none.
pub(super) type Session = Secret;

impl ClientHello {
    /// Of a message's body.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut input = Input(body);
        let legacy_version = input.short()?;
        let random = input.array()?;
        let session = session(input.counted(1)?)?;
        input.counted(2)?;
        input.counted(1)?;
        let mut hello = Self {
            random,
            session,
            ticket: None,
            offers_early_data: false,
            legacy_version,
            asked: tls::ClientHello::parse_body(body).unwrap_or_default(),
        };
        for (kind, content) in input.extensions() {
            match kind {
                SESSION_TICKET if !content.is_empty() => hello.ticket = Some(of_ticket(content)),
                EARLY_DATA => hello.offers_early_data = true,
                _ => {}
            }
        }
        Some(hello)
    }
}

impl ServerHello {
    /// Of a message's body.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut input = Input(body);
        let mut hello = Self {
            version: input.short()?,
            random: input.array()?,
            session: session(input.counted(1)?)?,
            suite: input.short()?,
            is_compressed: input.byte()? != 0,
            has_extended_master_secret: false,
            encrypts_then_macs: false,
            alpn: Vec::new(),
        };
        for (kind, content) in input.extensions() {
            match kind {
                ALPN => hello.alpn = alpn(content)?,
                ENCRYPT_THEN_MAC => hello.encrypts_then_macs = true,
                EXTENDED_MASTER_SECRET => hello.has_extended_master_secret = true,
                SUPPORTED_VERSIONS => hello.version = Input(content).short()?,
                _ => {}
            }
        }
        Some(hello)
    }

    /// Whether it asks for another `ClientHello` (RFC 8446 §4.1.4).
    pub(super) const fn is_retry(&self) -> bool {
        matches!(self.random, RETRY)
    }
}

impl EncryptedExtensions {
    /// Of a message's body.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut extensions = Self { alpn: Vec::new(), accepts_early_data: false };
        for (kind, content) in Input(body).extensions() {
            match kind {
                ALPN => extensions.alpn = alpn(content)?,
                EARLY_DATA => extensions.accepts_early_data = true,
                _ => {}
            }
        }
        Some(extensions)
    }
}

/// What a session is known by whose ticket is this `NewSessionTicket` message's, of TLS 1.2 (RFC 5077 §3.3).
pub(super) fn new_ticket(body: &[u8]) -> Option<Session> {
    let mut input = Input(body);
    input.take(4)?;
    let ticket = input.counted(2)?;
    (!ticket.is_empty()).then(|| of_ticket(ticket))
}

const ALPN: u16 = 16;
const ENCRYPT_THEN_MAC: u16 = 22;
const EXTENDED_MASTER_SECRET: u16 = 23;
const SESSION_TICKET: u16 = 35;
const EARLY_DATA: u16 = 42;
const SUPPORTED_VERSIONS: u16 = 43;

/// The random by which a server asks for another hello: the SHA-256 of the message's name (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// At most 32 bytes long.
fn session(id: &[u8]) -> Option<Session> {
    if id.len() > 32 { None } else { Secret::new(id) }
}

fn of_ticket(ticket: &[u8]) -> Session {
    let hash = digest::digest(&digest::SHA256, ticket);
    Secret::new(hash.as_ref()).unwrap_or_default()
}

/// The one protocol that a server answers with.
fn alpn(content: &[u8]) -> Option<Vec<u8>> {
    let mut names = Input(Input(content).counted(2)?);
    Some(names.counted(1)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 0xaa, 0xbb]);
        body.extend([0x13, 0x01, 0]);
        body.extend([0, u8::try_from(extensions.len()).unwrap()]);
        body.extend(extensions);
        body
    }

    #[test]
    fn a_server_s_choices_are_read() {
        let hello =
            ServerHello::parse(&server(b"\0\x2b\0\x02\x03\x04\0\x10\0\x05\0\x03\x02h2")).unwrap();
        assert_eq!((hello.version, hello.suite), (0x0304, 0x1301));
        assert_eq!(hello.alpn, b"h2");
        assert_eq!(hello.session.as_bytes(), [0xaa, 0xbb]);
        assert!(!hello.is_retry() && !hello.is_compressed);
        let hello = ServerHello::parse(&server(b"\0\x16\0\0\0\x17\0\0")).unwrap();
        assert!(hello.encrypts_then_macs && hello.has_extended_master_secret);
        assert_eq!(hello.version, 0x0303);
    }

    #[test]
    fn no_hello_that_is_cut_makes_it_panic() {
        let body = server(b"\0\x2b\0\x02\x03\x04");
        for cut in 0..40 {
            assert!(ServerHello::parse(&body[..cut]).is_none(), "cut at byte {cut}");
            assert!(ClientHello::parse(&body[..cut]).is_none(), "cut at byte {cut}");
        }
    }

    #[test]
    fn the_random_of_a_retry_is_the_hash_of_its_name() {
        let hash = digest::digest(&digest::SHA256, b"HelloRetryRequest");
        assert_eq!(hash.as_ref(), RETRY);
    }
}
