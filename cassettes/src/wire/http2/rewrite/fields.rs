//! What changes in a header list.

use super::super::hpack::Field;
use super::origin::Origin;
use crate::model::Direction;

/// Request fields that hold URLs of the server's.
const REQUEST: [&[u8]; 3] = [b"origin", b"referer", b"destination"];

/// Answer fields that hold URLs which a client acts on.
const ANSWER: [&[u8]; 5] =
    [b"location", b"content-location", b"link", b"refresh", b"access-control-allow-origin"];

/// What to put in place of what.
#[derive(Debug)]
pub(super) struct Change {
    upstream: Origin,
    /// What the client calls the proxy; none where only requests' authorities change.
    own: Option<Origin>,
    /// Answers of text with a body.
    left: u64,
}

impl Change {
    pub(super) fn host(upstream: Origin) -> Self {
        Self { upstream, own: None, left: 0 }
    }

    pub(super) fn origin(upstream: Origin, own: Origin) -> Self {
        Self { upstream, own: Some(own), left: 0 }
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Changes a head; trailers, too, though nothing in them ever matches.
    pub(super) fn apply(&mut self, direction: Direction, fields: &mut [Field]) {
        match direction {
            Direction::ToServer => self.request(fields),
            Direction::ToClient => self.answer(fields),
        }
    }

    fn request(&mut self, fields: &mut [Field]) {
        // Its authority is the place that a tunnel is asked to, not the proxy's.
        let tunnel = value(fields, b":method").is_some_and(|method| method == b"CONNECT")
            && value(fields, b":protocol").is_none();
        if tunnel || value(fields, b":method").is_none() {
            return;
        }
        if let Some(own) = &mut self.own {
            own.learn(fields);
            replace(fields, &REQUEST, own, &self.upstream);
        }
        self.upstream.put(fields);
    }

    fn answer(&mut self, fields: &mut [Field]) {
        let Some(own) = &self.own else { return };
        let pushed = value(fields, b":method").is_some();
        if pushed && value(fields, b":authority") == Some(&self.upstream.authority[..]) {
            own.put(fields);
        }
        replace(fields, &ANSWER, &self.upstream, own);
        self.left += u64::from(value(fields, b"content-type").is_some_and(is_text));
    }
}

impl Origin {
    /// Takes over what the client calls the server.
    fn learn(&mut self, fields: &[Field]) {
        let authority = value(fields, b":authority").or_else(|| value(fields, b"host"));
        let scheme = value(fields, b":scheme");
        for (known, new) in [(&mut self.authority, authority), (&mut self.scheme, scheme)] {
            if let Some(new) = new.filter(|new| !new.is_empty() && *new != &known[..]) {
                *known = new.to_vec().into();
            }
        }
    }

    /// Says this origin in a request, wherever it says one.
    fn put(&self, fields: &mut [Field]) {
        for field in fields.iter_mut().filter(|field| !field.value.is_empty()) {
            match &field.name[..] {
                b":authority" | b"host" => field.value = self.authority.clone(),
                b":scheme" => field.value = self.scheme.clone(),
                _ => {}
            }
        }
    }
}

fn replace(fields: &mut [Field], names: &[&[u8]], from: &Origin, to: &Origin) {
    for field in fields.iter_mut().filter(|field| names.contains(&&field.name[..])) {
        if let Some(new) = from.replace(&field.value, to) {
            field.value = new;
        }
    }
}

fn value<'a>(fields: &'a [Field], name: &[u8]) -> Option<&'a [u8]> {
    fields.iter().find(|field| field.name == name).map(|field| &field.value[..])
}

/// Types whose bodies HTTP/1's rewriter would look into.
fn is_text(content_type: &[u8]) -> bool {
    let kinds: [&[u8]; 4] = [b"text/", b"json", b"xml", b"javascript"];
    kinds.iter().any(|kind| memchr::memmem::find(content_type, kind).is_some())
}
