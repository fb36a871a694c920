//! What a reverse proxy must change on the way: bytes in, bytes out.
//!
//! `Host` in requests always, without holding anything up; with [`Rewriter::origin`] also URLs in header
//! fields, and in answers whose body is text, so that a client that follows them stays with the
//! proxy. What cannot be parsed passes as it is, from there to the connection's end.
//!
//! A replayer that answers in the place of a recorded server does the same with its own origin.
//!
//! [`Forward`] is what a forward proxy changes; [`is_for_another`]: a client of one turns to another server.
//!
//! Inside: `flow` cuts requests into lines, `fields` says what a line becomes, `plain` does both at once
//! for nearly all; `answers` goes through the other direction, `body` frames what `text` replaced.

mod answers;
mod body;
mod fields;
mod flow;
mod forward;
mod origin;
mod plain;
mod text;

use bytes::Bytes;

use super::{MethodKind, RequestContext, RequestHead, RequestParser};
use crate::model::Direction;
use answers::Answers;
use fields::Fields;
use flow::Flow;

pub use body::MAX_REPLACED_BYTES;
pub use forward::{Absolute, Forward, Said, is_for_another};

/// Where changed bytes go: pieces, in order, most of them slices of what came in.
pub type Out<'a> = &'a mut dyn FnMut(Bytes);

/// Changes one connection's bytes, both directions.
#[derive(Debug)]
pub struct Rewriter {
    fields: Fields,
    requests: RequestParser,
    to_server: Flow,
    /// There only where answers are changed.
    answers: Option<Answers>,
    /// A request of this kind asked to leave HTTP, and nobody parses the answers: their first bytes are looked at.
    watching: Option<MethodKind>,
}

impl Rewriter {
    /// Puts the host of `upstream` (`https://host:port`; without a scheme it is `http`) into each request's `Host`.
    pub fn host(upstream: &str) -> Self {
        Self::new(Fields::host(upstream), Flow::new(fields::HOST_ONLY), None)
    }

    /// Also puts the proxy's own origin in place of the upstream's in answers: in fields that hold
    /// URLs, and in bodies of text that are not compressed, nor longer than [`MAX_REPLACED_BYTES`] where their
    /// length is said. And the other way round in requests' fields. The proxy's own host is what the client
    /// last gave as `Host`; before that, the one in `own`.
    ///
    /// Both are given as `https://host:port`, without the port where it is the scheme's own; without a
    /// scheme it is `http`.
    pub fn origin(upstream: &str, own: &str) -> Self {
        let requests = Flow::new(fields::REQUEST);
        Self::new(Fields::origin(upstream, own), requests, Some(Answers::new()))
    }

    fn new(fields: Fields, to_server: Flow, answers: Option<Answers>) -> Self {
        Self { fields, requests: RequestParser::new(), to_server, answers, watching: None }
    }

    /// Takes bytes that one side sent; gives `out` what the other is to get. Withholds at most one
    /// unfinished line of a head, and that only if it may be one to change. Where origins are replaced in
    /// answers: an unfinished head, a body whose length may change, the start of what may be an origin.
    pub fn advance(&mut self, direction: Direction, input: &Bytes, out: Out<'_>) {
        match direction {
            Direction::ToServer => self.pass_request(input, out),
            Direction::ToClient => self.pass_answer(input, out),
        }
    }

    /// One side has ended: gives `out` what was withheld.
    pub fn finish(&mut self, direction: Direction, out: Out<'_>) {
        match direction {
            Direction::ToServer => self.to_server.finish(out),
            Direction::ToClient => {
                if let (Some(answers), Some(swap)) = (&mut self.answers, self.fields.swap()) {
                    answers.finish(swap, out);
                }
            }
        }
    }

    /// How many answers of text passed with the origin in their body as it may be: compressed, too long,
    /// a part, or with a digest. 0 where origins are not replaced.
    pub fn left(&self) -> u64 {
        self.answers.as_ref().map_or(0, Answers::left)
    }

    fn pass_request(&mut self, input: &Bytes, out: Out<'_>) {
        let Self { fields, requests, to_server, answers, watching } = self;
        if let Some(upstream) = fields.host_only()
            && to_server.between_messages()
            && let Some(changed) = plain::request(input, upstream)
        {
            return out(changed);
        }
        to_server.advance(
            input,
            out,
            |input| requests.advance(input),
            |line| fields.request_line(line),
            |head| {
                let context = RequestHead::parse(head).map(|head| RequestContext::of(&head));
                let context = context.unwrap_or_default();
                match answers {
                    Some(answers) => answers.expect(context),
                    None if context.asks_switch => *watching = Some(context.method),
                    None => {}
                }
            },
        );
    }

    fn pass_answer(&mut self, input: &Bytes, out: Out<'_>) {
        if let (Some(answers), Some(swap)) = (&mut self.answers, self.fields.swap()) {
            answers.advance(input, swap, out);
            if answers.switched() {
                self.to_server.stop();
            }
        } else {
            if let Some(method) = self.watching {
                self.watch(method, input);
            }
            out(input.clone());
        }
    }

    /// Requests are over once an answer says that what follows is not HTTP.
    fn watch(&mut self, method: MethodKind, answer: &[u8]) {
        let status = answer.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5));
        match (status, method) {
            (Some(b"101"), _) | (Some([b'2', ..]), MethodKind::Connect) => self.to_server.stop(),
            // Not the start of an answer, or of one before the final one.
            (None | Some([b'1', ..]), _) => {}
            (Some(_), _) => self.watching = None,
        }
    }
}

#[cfg(test)]
mod body_tests;
#[cfg(test)]
mod tests;
