//! A server's side of the SOCKS5 handshake (RFC 1928): bytes in, steps out.
//!
//! `CONNECT` only. Clients may come without authentication, or with any user and password (RFC 1929): some
//! cannot be told to leave them out, and there is nothing here to guard.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where one client's handshake stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Handshake {
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    #[default]
    Greeting,
    Password,
    Request,
}

/// What came of the bytes so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The message is not whole: none of it is taken. Hand it in again, with more.
    NeedMore,
    /// A message of this length is taken: send this, then go on.
    Send(usize, [u8; 2]),
    /// A message of this length is taken, the last one: connect there, then send [`reply`].
    Connect(usize, Target),
}

/// Where a client wants to be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A name, or an address as text; an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Longest message of a client: user and password, with a length byte each, and a version.
pub const MAX_MESSAGE_BYTES: usize = 3 + 2 * 255;

impl Handshake {
    /// Before the client's greeting.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next message, if `input` holds all of it; bytes after it are left alone.
    pub fn advance(&mut self, input: &[u8]) -> Result<Progress, Socks5Error> {
        let mut input = Input { rest: input, taken: 0 };
        let read = match self.stage {
            Stage::Greeting => self.greeting(&mut input),
            Stage::Password => self.password(&mut input),
            Stage::Request => request(&mut input),
        };
        match read {
            Err(Stop::Short) => Ok(Progress::NeedMore),
            Err(Stop::Refused(error)) => Err(error),
            Ok(progress) => Ok(progress),
        }
    }

    /// `VER NMETHODS METHODS`.
    fn greeting(&mut self, input: &mut Input<'_>) -> Read {
        check_version(input.byte()?, VERSION)?;
        let methods = input.counted()?;
        let choice = [NO_AUTHENTICATION, PASSWORD].into_iter().find(|way| methods.contains(way));
        self.stage = match choice {
            Some(NO_AUTHENTICATION) => Stage::Request,
            Some(_) => Stage::Password,
            None => return Err(Socks5Error::NoMethod.into()),
        };
        Ok(Progress::Send(input.taken, [VERSION, choice.unwrap_or(NO_METHOD)]))
    }

    /// `VER ULEN UNAME PLEN PASSWD` (RFC 1929).
    fn password(&mut self, input: &mut Input<'_>) -> Read {
        check_version(input.byte()?, PASSWORD_VERSION)?;
        input.counted()?;
        input.counted()?;
        self.stage = Stage::Request;
        Ok(Progress::Send(input.taken, [PASSWORD_VERSION, 0]))
    }
}

/// `VER CMD RSV ATYP DST.ADDR DST.PORT`.
fn request(input: &mut Input<'_>) -> Read {
    check_version(input.byte()?, VERSION)?;
    let command = input.byte()?;
    if command != CONNECT {
        return Err(Socks5Error::Command { command }.into());
    }
    input.byte()?;
    let host = match input.byte()? {
        IPV4 => Ipv4Addr::from(input.array::<4>()?).to_string(),
        IPV6 => Ipv6Addr::from(input.array::<16>()?).to_string(),
        NAME => name(input.counted()?)?,
        kind => return Err(Socks5Error::Address { kind }.into()),
    };
    let port = u16::from_be_bytes(input.array()?);
    Ok(Progress::Connect(input.taken, Target { host, port }))
}

fn name(bytes: &[u8]) -> Result<String, Stop> {
    let plain = |byte: &u8| byte.is_ascii_graphic();
    if bytes.is_empty() || !bytes.iter().all(plain) {
        return Err(Socks5Error::Name { name: bytes.escape_ascii().to_string() }.into());
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn check_version(found: u8, expected: u8) -> Result<(), Stop> {
    if found == expected { Ok(()) } else { Err(Socks5Error::Version { found, expected }.into()) }
}

/// The answer to a request: what became of it, and the address that the connection is made from.
pub fn reply(reply: Reply, bound: Option<SocketAddr>) -> Vec<u8> {
    let bound = bound.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
    let mut message = vec![VERSION, reply as u8, 0];
    match bound.ip() {
        IpAddr::V4(address) => {
            message.push(IPV4);
            message.extend(address.octets());
        }
        IpAddr::V6(address) => {
            message.push(IPV6);
            message.extend(address.octets());
        }
    }
    message.extend(bound.port().to_be_bytes());
    message
}

/// What becomes of a request (RFC 1928 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reply {
    /// Connected.
    Succeeded = 0,
    /// None of the other reasons.
    Failure = 1,
    /// The rules do not allow it.
    NotAllowed = 2,
    /// No route to the network.
    NetworkUnreachable = 3,
    /// No route to the host, or no such host.
    HostUnreachable = 4,
    /// The host refused.
    Refused = 5,
    /// It took too long.
    Expired = 6,
    /// Only CONNECT is supported.
    CommandUnsupported = 7,
    /// None of the known kinds of address.
    AddressUnsupported = 8,
}

/// Why a handshake cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Socks5Error {
    /// A message of another version.
    #[error("a message has version {found}, not {expected}")]
    Version {
        /// The version said.
        found: u8,
        /// The version of such messages.
        expected: u8,
    },
    /// No way to authenticate that is known here.
    #[error("the client offers neither no authentication nor user and password")]
    NoMethod,
    /// BIND, UDP ASSOCIATE, or an unknown one.
    #[error("command {command} is not supported: only CONNECT (1) is")]
    Command {
        /// Its number.
        command: u8,
    },
    /// An unknown kind of address.
    #[error(
        "addresses of type {kind} are not supported: only IPv4 (1), names (3) and IPv6 (4) are"
    )]
    Address {
        /// Its number.
        kind: u8,
    },
    /// A name that none can have.
    #[error("{name:?} is not a host name")]
    Name {
        /// What stood in its place, escaped.
        name: String,
    },
}

impl Socks5Error {
    /// What to tell the client before closing.
    pub fn answer(&self) -> Vec<u8> {
        match self {
            Self::Version { .. } => reply(Reply::Failure, None),
            Self::NoMethod => vec![VERSION, NO_METHOD],
            Self::Command { .. } => reply(Reply::CommandUnsupported, None),
            Self::Address { .. } => reply(Reply::AddressUnsupported, None),
            Self::Name { .. } => reply(Reply::HostUnreachable, None),
        }
    }
}

const VERSION: u8 = 5;
const PASSWORD_VERSION: u8 = 1;
const NO_AUTHENTICATION: u8 = 0;
const PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

type Read = Result<Progress, Stop>;

/// Why a message is not read to its end.
enum Stop {
    /// The rest has not come.
    Short,
    Refused(Socks5Error),
}

impl From<Socks5Error> for Stop {
    fn from(error: Socks5Error) -> Self {
        Self::Refused(error)
    }
}

struct Input<'a> {
    rest: &'a [u8],
    taken: usize,
}

impl<'a> Input<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(Stop::Short)?;
        self.rest = rest;
        self.taken += count;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.bytes(N)?.try_into().map_err(|_| Stop::Short)
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        self.array().map(|[byte]| byte)
    }

    /// As many bytes as the one before them says.
    fn counted(&mut self) -> Result<&'a [u8], Stop> {
        let count = self.byte()?;
        self.bytes(usize::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands a client's bytes in, cut everywhere into two: what is sent, and the target.
    fn shake(client: &[u8]) -> Result<(Vec<u8>, Target, usize), Socks5Error> {
        let whole = shake_cut(client, client.len());
        for cut in 0..client.len() {
            assert_eq!(shake_cut(client, cut), whole, "cut at byte {cut}");
        }
        whole
    }

    fn shake_cut(client: &[u8], cut: usize) -> Result<(Vec<u8>, Target, usize), Socks5Error> {
        let (mut handshake, mut sent, mut at, mut end) = (Handshake::new(), Vec::new(), 0, cut);
        loop {
            match handshake.advance(&client[at..end])? {
                Progress::NeedMore => {
                    assert!(end < client.len(), "the message is whole");
                    end = client.len();
                }
                Progress::Send(taken, answer) => {
                    at += taken;
                    sent.extend(answer);
                }
                Progress::Connect(taken, target) => return Ok((sent, target, at + taken)),
            }
        }
    }

    fn target(host: &str, port: u16) -> Target {
        Target { host: host.to_owned(), port }
    }

    #[test]
    fn a_name_is_connected_to_without_authentication() {
        let (sent, to, taken) =
            shake(b"\x05\x02\x00\x02\x05\x01\x00\x03\x09a.example\x01\xbbrest").unwrap();
        assert_eq!((sent.as_slice(), to), (&b"\x05\x00"[..], target("a.example", 443)));
        assert_eq!(taken, 20, "what follows is the tunnel's");
    }

    #[test]
    fn any_user_and_password_are_taken() {
        let client = b"\x05\x01\x02\x01\x02me\x06secret\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50";
        let (sent, to, _) = shake(client).unwrap();
        assert_eq!((sent.as_slice(), to), (&b"\x05\x02\x01\x00"[..], target("127.0.0.1", 80)));
    }

    #[test]
    fn an_ipv6_address_is_written_without_brackets() {
        let mut client = b"\x05\x01\x00\x05\x01\x00\x04".to_vec();
        client.extend(Ipv6Addr::LOCALHOST.octets());
        client.extend([0x1f, 0x90]);
        assert_eq!(shake(&client).unwrap().1, target("::1", 8080));
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_its_code() {
        let refused: [(&[u8], &[u8]); 6] = [
            (b"\x04\x01", b"\x05\x01"),
            (b"\x05\x01\x01", b"\x05\xff"),
            (b"\x05\x01\x00\x05\x02\x00\x01", b"\x05\x07"),
            (b"\x05\x01\x00\x05\x03\x00\x01", b"\x05\x07"),
            (b"\x05\x01\x00\x05\x01\x00\x02", b"\x05\x08"),
            (b"\x05\x01\x00\x05\x01\x00\x03\x01 \x00\x50", b"\x05\x04"),
        ];
        for (client, answer) in refused {
            let error = shake(client).unwrap_err();
            assert!(error.answer().starts_with(answer), "{error}");
        }
    }

    #[test]
    fn a_reply_names_the_address_it_is_bound_to() {
        assert_eq!(reply(Reply::Succeeded, None), b"\x05\x00\x00\x01\0\0\0\0\0\0");
        let bound = "[::1]:443".parse().unwrap();
        let message = reply(Reply::Refused, Some(bound));
        assert_eq!((message.len(), &message[..4]), (22, &b"\x05\x05\x00\x04"[..]));
    }

    #[test]
    fn no_message_is_longer_than_said() {
        let mut longest = vec![1, 255];
        longest.extend([b'u'; 255]);
        longest.push(255);
        longest.extend([b'p'; 255]);
        assert_eq!(longest.len(), MAX_MESSAGE_BYTES);
        let mut handshake = Handshake { stage: Stage::Password };
        let progress = handshake.advance(&longest);
        assert_eq!(progress, Ok(Progress::Send(MAX_MESSAGE_BYTES, [1, 0])));
    }
}
