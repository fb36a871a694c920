//! What a reverse proxy must change on the way, without holding anything up: bytes in, bytes out.
//!
//! `Host` in requests always; with [`Rewriter::origin`] also URLs in header fields, so that a client
//! that follows them stays with the proxy. Bodies are never changed. What cannot be parsed passes as
//! it is, from there to the connection's end.
//!
//! A replayer that answers in the place of a recorded server uses [`answer_head`].

mod fields;
mod flow;
mod plain;

use bytes::Bytes;

use super::{MethodKind, RequestContext, RequestHead, RequestParser, ResponseParser};
use crate::model::Direction;
use fields::Fields;
use flow::Flow;

pub use fields::{answer_head, replace_authority};

/// Where changed bytes go: pieces, in order, most of them slices of what came in.
pub type Out<'a> = &'a mut dyn FnMut(Bytes);

/// Changes one connection's bytes, both directions.
#[derive(Debug)]
pub struct Rewriter {
    fields: Fields,
    requests: RequestParser,
    to_server: Flow,
    /// There only where answers are changed.
    responses: Option<ResponseParser>,
    to_client: Flow,
    /// A request of this kind asked to leave HTTP, and nobody parses the answers: their first bytes are looked at.
    watching: Option<MethodKind>,
}

impl Rewriter {
    /// Puts `upstream` (`host:port`) into each request's `Host`.
    pub fn host(upstream: &str) -> Self {
        Self::new(Fields::host(upstream), Flow::new(fields::HOST_ONLY), None)
    }

    /// Also puts the proxy's own origin in place of `http://upstream` in answers' fields that hold
    /// URLs, and the other way round in requests. The proxy's own is what the client last gave as
    /// `Host`; before that, `own`.
    pub fn origin(upstream: &str, own: &str) -> Self {
        let requests = Flow::new(fields::REQUEST);
        Self::new(Fields::origin(upstream, own), requests, Some(ResponseParser::new()))
    }

    fn new(fields: Fields, to_server: Flow, responses: Option<ResponseParser>) -> Self {
        let (requests, to_client) = (RequestParser::new(), Flow::new(fields::ANSWER));
        Self { fields, requests, to_server, responses, to_client, watching: None }
    }

    /// Takes bytes that one side sent; gives `out` what the other is to get. Withholds at most one
    /// unfinished line of a head, and that only if it may be one to change.
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
            Direction::ToClient => self.to_client.finish(out),
        }
    }

    fn pass_request(&mut self, input: &Bytes, out: Out<'_>) {
        let Self { fields, requests, to_server, responses, watching, .. } = self;
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
                match responses {
                    Some(responses) => responses.expect(context),
                    None if context.asks_switch => *watching = Some(context.method),
                    None => {}
                }
            },
        );
    }

    fn pass_answer(&mut self, input: &Bytes, out: Out<'_>) {
        if let Some(responses) = &mut self.responses {
            let (fields, advance) = (&self.fields, |input: &_| responses.advance(input));
            self.to_client.advance(input, out, advance, |line| fields.response_line(line), |_| {});
            if self.to_client.switched() {
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
mod tests;
