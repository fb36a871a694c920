//! What a TLS client says in the clear before anything is encrypted: its first message (RFC 8446 §4.1.2).

/// What a client asks for. Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientHello {
    /// The name of the server it wants (SNI, RFC 6066 §3), in lower case; none if it says none.
    pub server_name: Option<String>,
    /// The protocols it offers (ALPN, RFC 7301), in its order.
    pub alpn: Vec<Vec<u8>>,
}

/// Longest message read, and most bytes of records looked at for it. With post-quantum key shares it is some 2 KiB.
pub const MAX_CLIENT_HELLO_BYTES: usize = 64 * 1024;

/// Why there is no message to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientHelloError {
    /// Not a handshake of TLS.
    #[error("the first record is not a TLS handshake")]
    NotTls,
    /// Another message came first.
    #[error("the first message of the TLS handshake is not a ClientHello")]
    NotHello,
    /// It does not end where its parts say.
    #[error("the ClientHello contradicts itself")]
    Malformed,
    /// It is too long to be believed.
    #[error("the ClientHello is longer than {MAX_CLIENT_HELLO_BYTES} bytes")]
    TooLong,
}

impl ClientHello {
    /// Reads it from the first bytes of a connection; `None`: more is needed. Hand in the same bytes again, and more.
    pub fn parse(first: &[u8]) -> Result<Option<Self>, ClientHelloError> {
        let mut message = Vec::new();
        let mut records = Input(first);
        while let Some(fragment) = record(&mut records)? {
            message.extend_from_slice(fragment);
            if let Some(body) = whole(&message)? {
                return hello(body).ok_or(ClientHelloError::Malformed).map(Some);
            }
        }
        if first.len() > MAX_CLIENT_HELLO_BYTES {
            return Err(ClientHelloError::TooLong);
        }
        Ok(None)
    }

    /// Reads it from the body of its message, without type and length; `None`: it contradicts itself.
    pub fn parse_body(body: &[u8]) -> Option<Self> {
        hello(body)
    }
}

/// One record's content (RFC 8446 §5.1). Clients may cut the message into several.
fn record<'a>(input: &mut Input<'a>) -> Result<Option<&'a [u8]>, ClientHelloError> {
    match input.0 {
        [] | [HANDSHAKE] => return Ok(None),
        [HANDSHAKE, MAJOR_VERSION, ..] => {}
        _ => return Err(ClientHelloError::NotTls),
    }
    let mut ahead = Input(input.0);
    let content = ahead.take(3).and_then(|_| ahead.counted(2));
    if content.is_some_and(<[u8]>::is_empty) {
        // "Implementations MUST NOT send zero-length fragments of Handshake types" (RFC 8446 §5.1).
        return Err(ClientHelloError::Malformed);
    }
    if content.is_some() {
        *input = ahead;
    }
    Ok(content)
}

/// The message's body, once all of it is there.
fn whole(message: &[u8]) -> Result<Option<&[u8]>, ClientHelloError> {
    match message {
        [] | [CLIENT_HELLO] => Ok(None),
        [CLIENT_HELLO, length @ ..] => {
            let mut input = Input(length);
            let declared = Input(length).number(3).unwrap_or(0);
            if declared > MAX_CLIENT_HELLO_BYTES {
                return Err(ClientHelloError::TooLong);
            }
            Ok(input.counted(3))
        }
        _ => Err(ClientHelloError::NotHello),
    }
}

/// `legacy_version random legacy_session_id cipher_suites legacy_compression_methods extensions`.
fn hello(body: &[u8]) -> Option<ClientHello> {
    let mut input = Input(body);
    input.take(2 + 32)?;
    input.counted(1)?;
    input.counted(2)?;
    input.counted(1)?;
    let mut hello = ClientHello::default();
    if input.0.is_empty() {
        // TLS 1.2 and before: extensions may be missing.
        return Some(hello);
    }
    let mut extensions = Input(input.counted(2)?);
    while !extensions.0.is_empty() {
        let kind = extensions.number(2)?;
        let content = extensions.counted(2)?;
        match kind {
            SERVER_NAME => read_server_name(content, &mut hello)?,
            ALPN => hello.alpn = alpn(content)?,
            _ => {}
        }
    }
    Some(hello)
}

/// The first host name, if there is one; there may be only names of other kinds.
fn read_server_name(extension: &[u8], hello: &mut ClientHello) -> Option<()> {
    let mut names = Input(Input(extension).counted(2)?);
    while !names.0.is_empty() {
        let kind = names.number(1)?;
        let name = names.counted(2)?;
        if kind == HOST_NAME && hello.server_name.is_none() {
            let name = str::from_utf8(name).ok().filter(|name| is_plain(name))?;
            hello.server_name = Some(name.to_ascii_lowercase());
        }
    }
    Some(())
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn alpn(extension: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut names = Input(Input(extension).counted(2)?);
    let mut found = Vec::new();
    while !names.0.is_empty() {
        found.push(names.counted(1)?.to_vec());
    }
    Some(found)
}

const HANDSHAKE: u8 = 22;
const MAJOR_VERSION: u8 = 3;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: usize = 0;
const ALPN: usize = 16;
const HOST_NAME: usize = 0;

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of this many bytes, at most 3.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }

    /// As many bytes as the number before them says, which has this many bytes.
    fn counted(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let count = self.number(bytes)?;
        self.take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(bytes: usize, content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        [&length[length.len() - bytes..], content].concat()
    }

    fn extension(kind: u8, content: &[u8]) -> Vec<u8> {
        [vec![0, kind], counted(2, content)].concat()
    }

    fn message(extensions: &[Vec<u8>]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend(counted(1, &[1; 32]));
        body.extend(counted(2, &[0x13, 0x01]));
        body.extend(counted(1, &[0]));
        body.extend(counted(2, &extensions.concat()));
        [vec![1], counted(3, &body)].concat()
    }

    fn records(message: &[u8], size: usize) -> Vec<u8> {
        let record = |part: &[u8]| [vec![22, 3, 1], counted(2, part)].concat();
        message.chunks(size).flat_map(record).collect()
    }

    fn usual() -> Vec<u8> {
        let sni = extension(0, &counted(2, &[vec![0], counted(2, b"A.Example")].concat()));
        let names = [counted(1, b"h2"), counted(1, b"http/1.1")].concat();
        message(&[extension(43, &[2, 3, 4]), sni, extension(16, &counted(2, &names))])
    }

    #[test]
    fn name_and_protocols_are_read_however_the_message_is_cut() {
        let expected = ClientHello {
            server_name: Some("a.example".into()),
            alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        for size in [1, 3, 4, 5, 100, 16_384] {
            let mut bytes = records(&usual(), size);
            for cut in 0..bytes.len() {
                assert_eq!(ClientHello::parse(&bytes[..cut]), Ok(None), "cut at byte {cut}");
            }
            bytes.extend(b"more");
            assert_eq!(ClientHello::parse(&bytes), Ok(Some(expected.clone())));
        }
    }

    #[test]
    fn one_without_extensions_asks_for_nothing() {
        let bare = records(&message(&[]), 100);
        assert_eq!(ClientHello::parse(&bare), Ok(Some(ClientHello::default())));
    }

    #[test]
    fn what_is_none_is_told_from_what_is_not_all() {
        use ClientHelloError::{Malformed, NotHello, NotTls, TooLong};
        let parse = |bytes: &[u8]| ClientHello::parse(bytes);
        assert_eq!(parse(b"GET / HTTP/1.1\r\n"), Err(NotTls));
        assert_eq!(parse(b"\x16\x03\x01\x00\x04\x02\0\0\0"), Err(NotHello));
        assert_eq!(parse(b"\x16\x03\x01\x00\x04\x01\xff\xff\xff"), Err(TooLong));
        assert_eq!(parse(b"\x16\x03\x01\x00\x00"), Err(Malformed));
        assert_eq!(parse(b"\x16\x03\x01\x00\x05\x01\0\0\x01\x03"), Err(Malformed));
    }

    #[test]
    fn no_byte_changed_makes_it_panic() {
        let bytes = records(&usual(), 50);
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                drop(ClientHello::parse(&changed));
            }
        }
    }
}
