//! What a forward proxy changes: absolute-form requests, for one server.

use bytes::{Bytes, BytesMut};

use crate::wire::http1::{Event, HeaderLine, RequestHead, RequestParser};

/// Requests that name their server, on their way to it: targets get the form that servers want (RFC 9112
/// §3.2.1), and fields that are meant for a proxy are taken out. Withholds an unfinished head.
#[derive(Debug)]
pub struct Forward {
    authority: String,
    parser: RequestParser,
    place: Place,
    /// Of a head that is not whole.
    held: BytesMut,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Head,
    Body,
    /// HTTP is over, or not understood.
    Raw,
}

/// Where bytes go: as the client said them, and as the server gets them.
pub type Said<'a> = &'a mut dyn FnMut(Bytes, Bytes);

impl Forward {
    /// For the server that targets call `authority`.
    pub fn to(authority: &str) -> Self {
        let (parser, place, held) = (RequestParser::new(), Place::Head, BytesMut::new());
        Self { authority: authority.to_owned(), parser, place, held }
    }

    /// Takes what the client sent. Gives back what it said to another server, if it turned to one: from
    /// there on this is of no more use.
    pub fn advance(&mut self, input: &Bytes, said: Said<'_>) -> Option<Bytes> {
        let mut rest = input.clone();
        while self.place != Place::Raw {
            let Ok(advance) = self.parser.advance(&rest) else {
                self.place = Place::Raw;
                break;
            };
            let taken = rest.split_to(advance.taken);
            match self.place {
                Place::Head => self.held.extend_from_slice(&taken),
                Place::Body | Place::Raw => verbatim(taken, said),
            }
            match advance.event? {
                Event::Head(head) if is_for_another(&head, &self.authority) => {
                    self.held.extend_from_slice(&rest);
                    return Some(self.held.split().freeze());
                }
                Event::Head(_) => self.pass_head(said),
                Event::End => self.place = Place::Head,
                Event::Switched => self.place = Place::Raw,
                Event::Body(_) | Event::Trailers(_) => {}
            }
        }
        verbatim(self.held.split().freeze(), said);
        verbatim(rest, said);
        None
    }

    /// The client has ended: gives back what is withheld.
    pub fn finish(&mut self) -> Bytes {
        self.held.split().freeze()
    }

    fn pass_head(&mut self, said: Said<'_>) {
        self.place = Place::Body;
        let head = self.held.split().freeze();
        said(head.clone(), for_server(&head));
    }
}

/// A target in absolute form (RFC 9112 §3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absolute<'a> {
    /// In the case it was sent in.
    pub scheme: &'a [u8],
    /// `host:port`, or `host`.
    pub authority: &'a [u8],
    /// Path and query; empty if there is neither.
    pub rest: &'a [u8],
}

impl<'a> Absolute<'a> {
    /// Takes a target apart, if it is of this form.
    pub fn of(target: &'a [u8]) -> Option<Self> {
        let colon = memchr::memmem::find(target, b"://")?;
        let (scheme, rest) = target.split_at_checked(colon)?;
        let rest = rest.get(3..)?;
        let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let named = !scheme.is_empty() && scheme.iter().all(u8::is_ascii_alphanumeric);
        (named && !authority.is_empty()).then_some(Self { scheme, authority, rest })
    }
}

fn verbatim(bytes: Bytes, said: Said<'_>) {
    if !bytes.is_empty() {
        said(bytes.clone(), bytes);
    }
}

/// Meant for a proxy, and for nobody behind it.
const FOR_PROXIES: [&str; 2] = ["proxy-connection", "proxy-authorization"];

/// The head as the server wants it; `None` of what is not in absolute form changes.
fn for_server(head: &Bytes) -> Bytes {
    changed(head).unwrap_or_else(|| head.clone())
}

/// Whether a request with this head is for another server than the one that targets call `authority`.
pub fn is_for_another(head: &[u8], authority: &str) -> bool {
    let Ok(head) = RequestHead::parse(head) else { return false };
    match Absolute::of(head.target()) {
        Some(target) => !target.authority.eq_ignore_ascii_case(authority.as_bytes()),
        None => head.method() == b"CONNECT",
    }
}

fn changed(head: &[u8]) -> Option<Bytes> {
    let parsed = RequestHead::parse(head).ok()?;
    let target = parsed.target();
    let path = path(&parsed, Absolute::of(target)?);
    let line = parsed.request_line();
    let start = memchr::memmem::find(line, target)?;
    let mut out = BytesMut::with_capacity(head.len());
    for part in [line.get(..start)?, &path, line.get(start + target.len()..)?, b"\r\n"] {
        out.extend_from_slice(part);
    }
    let for_proxies = |line: &HeaderLine<'_>| FOR_PROXIES.iter().any(|name| line.is(name));
    for line in parsed.headers().filter(|line| !for_proxies(line)) {
        out.extend_from_slice(line.raw);
    }
    out.extend_from_slice(b"\r\n");
    Some(out.freeze())
}

/// "the last proxy on the request chain MUST send a request-target of \"*\"" for OPTIONS without a path
/// (RFC 9112 §3.2.4).
fn path(head: &RequestHead<'_>, target: Absolute<'_>) -> Vec<u8> {
    match target.rest {
        b"" if head.method() == b"OPTIONS" => b"*".to_vec(),
        rest if rest.starts_with(b"/") => rest.to_vec(),
        rest => [b"/", rest].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server gets of these bytes, in pieces of this size, and what is said to another.
    fn pass(said: &str, size: usize) -> (String, Option<String>) {
        let mut forward = Forward::to("a.example");
        let (mut sent, mut heard) = (Vec::new(), Vec::new());
        for (number, piece) in said.as_bytes().chunks(size).enumerate() {
            let mut sink = |as_said: Bytes, as_sent: Bytes| {
                heard.extend_from_slice(&as_said);
                sent.extend_from_slice(&as_sent);
            };
            if let Some(mut turned) =
                forward.advance(&Bytes::copy_from_slice(piece), &mut sink).map(Vec::from)
            {
                turned.extend_from_slice(&said.as_bytes()[((number + 1) * size).min(said.len())..]);
                let turned = String::from_utf8(turned).unwrap();
                assert_eq!(String::from_utf8(heard).unwrap() + &turned, said);
                return (String::from_utf8(sent).unwrap(), Some(turned));
            }
        }
        let withheld = forward.finish();
        heard.extend_from_slice(&withheld);
        sent.extend_from_slice(&withheld);
        assert_eq!(String::from_utf8(heard).unwrap(), said);
        (String::from_utf8(sent).unwrap(), None)
    }

    #[test]
    fn servers_get_paths_and_nothing_that_is_meant_for_a_proxy() {
        let said = "POST http://A.example/x?y HTTP/1.1\r\nHost: a.example\r\nProxy-Connection: keep-alive\r\nContent-Length: 4\r\n\r\nbodyGET http://a.example HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n";
        let sent = "POST /x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\n\r\nbodyGET / HTTP/1.1\r\n\r\n";
        for size in 1..=said.len() {
            assert_eq!(pass(said, size), (sent.to_owned(), None), "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_said_to_another_server_is_given_back_whole() {
        let first = "GET http://a.example/ HTTP/1.1\r\n\r\n";
        let others = [
            "GET http://b.example/ HTTP/1.1\r\n\r\nmore",
            "CONNECT a.example:443 HTTP/1.1\r\n\r\n\u{16}",
        ];
        for other in others {
            let said = [first, other].concat();
            for size in 1..=said.len() {
                let (sent, turned) = pass(&said, size);
                assert_eq!(sent, "GET / HTTP/1.1\r\n\r\n");
                assert_eq!(turned.as_deref(), Some(other), "in pieces of {size}");
            }
        }
    }

    #[test]
    fn what_is_not_http_passes_from_there_on() {
        let said = "GET http://a.example/ HTTP/1.1\r\n\r\n\0GET http://b.example/ HTTP/1.1\r\n\r\n";
        let (sent, turned) = pass(said, 7);
        assert_eq!(turned, None);
        assert!(sent.ends_with("\0GET http://b.example/ HTTP/1.1\r\n\r\n"));
    }

    #[test]
    fn an_unfinished_head_comes_out_at_the_end() {
        assert_eq!(pass("GET http://a.exam", 3), ("GET http://a.exam".to_owned(), None));
    }

    #[test]
    fn a_server_is_asked_about_itself_with_a_star() {
        let (sent, _) = pass("OPTIONS http://a.example HTTP/1.1\r\n\r\n", 99);
        assert_eq!(sent, "OPTIONS * HTTP/1.1\r\n\r\n");
    }
}
