//! An origin replaced in text that comes in pieces.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::Out;
use super::origin::Origin;

/// What to put in place of what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Swap<'a> {
    /// The scheme is looked for as servers write it; the host after it is compared in any case.
    pub(super) from: &'a Origin,
    pub(super) to: &'a Origin,
}

/// A text on its way. Withholds only what may yet become the origin: less than its length, and the
/// few bytes after it that tell whether it ends there.
#[derive(Debug, Default)]
pub(super) struct Text {
    held: BytesMut,
}

impl Text {
    /// Takes a piece; gives away what is decided, without copying what stays.
    pub(super) fn advance(&mut self, piece: &Bytes, swap: Swap<'_>, out: Out<'_>) {
        let text = self.with_held(piece);
        let done = swap.pass(&text, false, out);
        self.held.extend_from_slice(text.get(done..).unwrap_or_default());
    }

    /// The text is over: gives away what is withheld.
    pub(super) fn finish(&mut self, swap: Swap<'_>, out: Out<'_>) {
        let text = self.held.split().freeze();
        swap.pass(&text, true, out);
    }

    fn with_held(&mut self, piece: &Bytes) -> Bytes {
        if self.held.is_empty() {
            return piece.clone();
        }
        self.held.extend_from_slice(piece);
        self.held.split().freeze()
    }
}

/// What something is that begins with the scheme.
enum Found {
    Other,
    /// That shows only in what is yet to come.
    Open,
    /// The origin, with its authority here.
    Origin(Range<usize>),
}

impl Swap<'_> {
    /// Gives away `text` with the origin replaced; tells how much of it is done. `last`: nothing follows it.
    fn pass(self, text: &Bytes, last: bool, out: Out<'_>) -> usize {
        let mut done = 0;
        for start in memchr::memmem::find_iter(text, self.from.scheme) {
            match self.judge(text.get(start..).unwrap_or_default(), last) {
                // Inside an origin that was just replaced: its host is called like the scheme.
                _ if start < done => {}
                Found::Other => {}
                Found::Open => {
                    give(text, done..start, out);
                    return start;
                }
                Found::Origin(authority) => {
                    let slashes = start + self.from.scheme.len()..start + authority.start;
                    if self.from.scheme == self.to.scheme {
                        give(text, done..slashes.end, out);
                    } else {
                        give(text, done..start, out);
                        out(Bytes::from_static(self.to.scheme));
                        give(text, slashes, out);
                    }
                    out(self.to.authority.clone());
                    done = start + authority.end;
                }
            }
        }
        let rest = text.get(done..).unwrap_or_default();
        let open = if last { 0 } else { scheme_begun(rest, self.from.scheme) };
        give(text, done..text.len() - open, out);
        text.len() - open
    }

    /// What `text` begins with, after the scheme: the origin, plain or as JSON may escape it, `http:\/\/host`.
    fn judge(self, text: &[u8], last: bool) -> Found {
        let Origin { scheme, authority } = self.from;
        let after = text.get(scheme.len()..).unwrap_or_default();
        let slashes: &[u8] = if after.starts_with(b"\\") { br"\/\/" } else { b"//" };
        let mut pairs = after.iter().zip(slashes.iter().chain(authority));
        if !pairs.all(|(is, wanted)| is.eq_ignore_ascii_case(wanted)) {
            return Found::Other;
        }
        let start = scheme.len() + slashes.len();
        let rest = text.get(start + authority.len()..);
        match rest.map(|rest| authority_tail(rest, self.unsaid_port(), last)) {
            Some(Tail::Ends(port)) => Found::Origin(start..start + authority.len() + port),
            Some(Tail::Open) => Found::Open,
            None if !last => Found::Open,
            Some(Tail::GoesOn) | None => Found::Other,
        }
    }

    /// The port that may also be written out: the scheme's own, where it is not in the authority. Otherwise empty.
    fn unsaid_port(self) -> &'static [u8] {
        let authority = &self.from.authority;
        let host_end = authority.iter().rposition(|byte| !byte.is_ascii_digit());
        let said = host_end.and_then(|at| authority.get(at)) == Some(&b':');
        if said { b"" } else { self.from.default_port() }
    }
}

/// What follows something that may be a whole authority.
enum Tail {
    /// It is, with so many bytes more of its default port.
    Ends(usize),
    /// A longer host, or another port.
    GoesOn,
    Open,
}

/// `port`: one that may follow, with its colon.
fn authority_tail(rest: &[u8], port: &[u8], last: bool) -> Tail {
    let ends = |rest: &[u8]| !rest.first().is_some_and(|&byte| is_in_authority(byte));
    let after_port = rest.strip_prefix(port).filter(|_| !port.is_empty());
    match rest {
        rest if port.starts_with(rest) && !last => Tail::Open,
        _ if after_port.is_some_and(ends) => Tail::Ends(port.len()),
        rest if rest.is_empty() && !last => Tail::Open,
        rest if ends(rest) => Tail::Ends(0),
        _ => Tail::GoesOn,
    }
}

/// Whether a host and port may go on with this byte. What they may but hardly ever do, such as
/// `)` and `'`, more often ends a URL in a text.
const fn is_in_authority(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b':' | b'@')
        || !byte.is_ascii()
}

/// How many of the last bytes may be the start of the scheme.
fn scheme_begun(text: &[u8], scheme: &[u8]) -> usize {
    let begun = |len: &usize| scheme.get(..*len).is_some_and(|start| text.ends_with(start));
    (1..scheme.len()).rev().find(begun).unwrap_or(0)
}

fn give(text: &Bytes, range: Range<usize>, out: Out<'_>) {
    if !range.is_empty() {
        out(text.slice(range));
    }
}
