//! A stream of HTTP/2 as messages, if those say all of it.

use super::super::http2::Stream;
use super::super::message::{Method, Role};
use super::super::read::{USUAL_SCHEME, usual_stream};
use super::emitter::{Emitter, inline};
use super::exchange::Messages;
use super::message::Form;
use crate::model::{Direction, Exchange, Protocol};
use crate::wire::http::View;
use crate::wire::http2::{Frame, frames};

/// What is written of a stream.
pub(super) struct StreamPlan {
    number: u32,
    scheme: String,
    messages: Messages,
}

impl StreamPlan {
    /// `None` where frames must be told one by one.
    pub(super) fn of(exchange: &Exchange) -> Option<Self> {
        if exchange.protocol != Protocol::Http2 {
            return None;
        }
        let first = frames_sent(exchange, Direction::ToServer).next()?;
        let scheme = scheme(&first)?;
        let stream = Stream { number: first.stream(), scheme: &scheme };
        let view = View::of(exchange);
        let asked = data_sizes(exchange, Direction::ToServer);
        let answered = data_sizes(exchange, Direction::ToClient);
        let request = Form::of_http2(view.request()?, &asked, Role::Request, stream)?;
        let (last, interim) = view.responses().split_last()?;
        let role = Role::Response(Method::Other);
        let interim = interim.iter().map(|response| Form::of_http2(response, &[], role, stream));
        let last = Form::of_http2(last, &answered, role, stream);
        let responses = interim.chain([last]).collect::<Option<_>>()?;
        let messages = Messages::exactly(exchange, Some(request), responses)?;
        Some(Self { number: stream.number, scheme, messages })
    }

    pub(super) fn write(&self, yaml: &mut Emitter, indent: usize) {
        if self.number != usual_stream(Protocol::Http2) {
            yaml.key(indent, "stream", &self.number.to_string());
        }
        if self.scheme != USUAL_SCHEME {
            yaml.key(indent, "scheme", &inline(&self.scheme));
        }
        self.messages.write(yaml, indent);
    }
}

fn frames_sent(exchange: &Exchange, direction: Direction) -> impl Iterator<Item = Frame> {
    exchange.sent(direction).flat_map(|chunk| frames(&chunk.bytes).map_while(Result::ok))
}

fn data_sizes(exchange: &Exchange, direction: Direction) -> Vec<u64> {
    let data = frames_sent(exchange, direction).filter_map(|frame| frame.data());
    data.map(|data| data.len() as u64).collect()
}

fn scheme(request: &Frame) -> Option<String> {
    let fields = request.fields()?.ok()?;
    let scheme = fields.iter().find(|field| field.name == b":scheme"[..])?;
    String::from_utf8(scheme.value.to_vec()).ok()
}
