//! One exchange as text.

use super::super::message::{Method, Role};
use super::super::notation::{self, sender_name, show_read};
use super::super::quantity::show_duration;
use super::super::read::usual_stream;
use super::super::reads::{Conversation, Item, Read, reads_of};
use super::emitter::Emitter;
use super::frames::Frames;
use super::message::Form;
use super::stream::StreamPlan;
use crate::model::{Chunk, Direction, Exchange, Protocol};
use crate::wire::http::{Message, View};

/// What is written of an exchange, apart from its connection.
pub(super) enum Plan {
    /// HTTP/1, or raw bytes.
    Messages(Messages),
    /// A stream of HTTP/2 that messages say exactly.
    Stream(StreamPlan),
    /// HTTP/2, in frames: a stream, or all else of a connection.
    Frames(Protocol, Frames),
}

impl Plan {
    /// The most readable plan that loses nothing.
    pub(super) fn of(exchange: &Exchange) -> Self {
        match exchange.protocol {
            Protocol::Http2 | Protocol::Http2Control => {
                let stream = usual_stream(exchange.protocol);
                StreamPlan::of(exchange).map_or_else(
                    || Self::Frames(exchange.protocol, Frames::of(exchange, stream)),
                    Self::Stream,
                )
            }
            _ => Self::Messages(Messages::of(exchange)),
        }
    }

    /// The protocol, if it does not go without saying.
    pub(super) const fn protocol(&self) -> Option<&'static str> {
        match self {
            Self::Messages(_) => None,
            Self::Stream(_) => Some(Protocol::Http2.name()),
            Self::Frames(protocol, _) => Some(protocol.name()),
        }
    }

    /// The last response says that it ends with the connection, whose end then goes without saying.
    pub(super) const fn until_close(&self) -> bool {
        matches!(self, Self::Messages(Messages { until_close: true, .. }))
    }

    /// The exchange's keys between `protocol` and `end`.
    pub(super) fn write(&self, yaml: &mut Emitter, indent: usize) {
        match self {
            Self::Messages(messages) => messages.write(yaml, indent),
            Self::Stream(stream) => stream.write(yaml, indent),
            Self::Frames(protocol, frames) => frames.write(yaml, indent, usual_stream(*protocol)),
        }
    }
}

/// Messages, and what came with them.
pub(super) struct Messages {
    request: Option<Form>,
    responses: Vec<Form>,
    then: Vec<Item>,
    reads: Option<Vec<Read>>,
    until_close: bool,
}

impl Messages {
    fn of(exchange: &Exchange) -> Self {
        if exchange.protocol != Protocol::Http1 {
            return Self::build(exchange, None, Vec::new());
        }
        let view = View::of(exchange);
        let request = request_form(exchange, &view);
        let method = view.request().map_or(Method::Other, |request| Method::of(&request.head));
        let responses = response_forms(exchange, &view, Role::Response(method));
        let plan = Self::build(exchange, request, responses);
        if plan.gives(exchange) { plan } else { Self::raw(exchange) }
    }

    /// Nothing but bytes.
    fn raw(exchange: &Exchange) -> Self {
        let request = raw_form(exchange, Direction::ToServer);
        let responses = raw_form(exchange, Direction::ToClient);
        Self::build(exchange, request, responses.into_iter().collect())
    }

    /// The messages, if they are all that the exchange holds.
    pub(super) fn exactly(
        exchange: &Exchange,
        request: Option<Form>,
        responses: Vec<Form>,
    ) -> Option<Self> {
        let plan = Self::build(exchange, request, responses);
        (plan.then.is_empty() && plan.gives(exchange)).then_some(plan)
    }

    fn build(exchange: &Exchange, request: Option<Form>, responses: Vec<Form>) -> Self {
        let to_server = request.as_ref().map_or(0, Form::length);
        let to_client = responses.iter().map(Form::length).sum();
        let (read_by_message, then) = split(&exchange.chunks, to_server, to_client);
        let until_close = responses.last().is_some_and(|last| last.wire().until_close);
        let mut plan = Self { request, responses, then, reads: None, until_close };
        if !plan.gives(exchange) {
            plan.reads = Some(reads_of(&plan.conversation(), read_by_message));
        }
        plan
    }

    fn gives(&self, exchange: &Exchange) -> bool {
        let start = exchange.started().as_nanos();
        self.conversation().chunks(start).is_ok_and(|chunks| chunks == exchange.chunks)
    }

    fn conversation(&self) -> Conversation {
        Conversation {
            request: self.request.as_ref().map(Form::wire),
            responses: self.responses.iter().map(Form::wire).collect(),
            then: self.then.clone(),
            reads: self.reads.clone(),
        }
    }

    pub(super) fn write(&self, yaml: &mut Emitter, indent: usize) {
        if let Some(request) = &self.request {
            request.write(yaml, indent, "request");
        }
        match self.responses.as_slice() {
            [] => {}
            [response] => response.write(yaml, indent, "response"),
            several => write_list(yaml, indent, several),
        }
        if !self.then.is_empty() {
            let is_raw = self.request.is_none() && self.responses.is_empty();
            write_items(yaml, indent, if is_raw { "raw" } else { "then" }, &self.then);
        }
        if let Some(reads) = &self.reads {
            let reads: Vec<_> = reads.iter().map(|read| show_read(*read)).collect();
            yaml.list(indent, "reads", &reads);
        }
    }
}

fn write_list(yaml: &mut Emitter, indent: usize, responses: &[Form]) {
    yaml.key(indent, "responses", "");
    for response in responses {
        yaml.begin_item();
        response.write_fields(yaml, indent + 4);
    }
}

fn write_items(yaml: &mut Emitter, indent: usize, key: &str, items: &[Item]) {
    yaml.key(indent, key, "");
    for item in items {
        yaml.begin_item();
        yaml.bytes(indent + 4, sender_name(item.direction), &item.bytes);
        if item.wait > 0 {
            yaml.key(indent + 4, "after", &show_duration(item.wait));
        }
    }
}

fn request_form(exchange: &Exchange, view: &View) -> Option<Form> {
    let Some(request) = view.request() else { return raw_form(exchange, Direction::ToServer) };
    let length = request.head.len() + request.raw_body.len() + view.tail(Direction::ToServer).len();
    if length as u64 == exchange.byte_count(Direction::ToServer) {
        return Some(Form::of(request, Role::Request));
    }
    raw_form(exchange, Direction::ToServer)
}

fn response_forms(exchange: &Exchange, view: &View, role: Role) -> Vec<Form> {
    let length = |message: &Message| message.head.len() + message.raw_body.len();
    let responses = view.responses();
    let total = responses.iter().map(length).sum::<usize>() + view.tail(Direction::ToClient).len();
    if !responses.is_empty() && total as u64 == exchange.byte_count(Direction::ToClient) {
        return responses.iter().map(|response| Form::of(response, role)).collect();
    }
    raw_form(exchange, Direction::ToClient).into_iter().collect()
}

fn raw_form(exchange: &Exchange, direction: Direction) -> Option<Form> {
    let bytes = exchange.bytes(direction);
    (!bytes.is_empty()).then_some(Form::Raw(bytes))
}

/// The chunks up to the last that holds bytes of a message, and all bytes beyond the messages:
/// an item for each chunk, or for the end of one.
fn split(chunks: &[Chunk], to_server: usize, to_client: usize) -> (&[Chunk], Vec<Item>) {
    let mut left = Left { to_server, to_client };
    let mut items = Vec::new();
    let mut by_message = 0;
    let mut last = None;
    for (index, chunk) in chunks.iter().enumerate() {
        let left = left.of(chunk.direction);
        let of_message = chunk.bytes.len().min(*left);
        *left -= of_message;
        if of_message > 0 {
            by_message = index + 1;
        }
        let wait = last.map_or(0, |last| chunk.at.since(last).as_nanos());
        last = Some(chunk.at);
        if of_message < chunk.bytes.len() {
            let bytes = chunk.bytes.slice(of_message..);
            let wait = u64::try_from(wait).unwrap_or(u64::MAX);
            items.push((index, Item { direction: chunk.direction, bytes, wait }));
        }
    }
    let items = items.into_iter().map(|(index, mut item)| {
        if index < by_message {
            item.wait = 0; // the read tells
        }
        item
    });
    (chunks.get(..by_message).unwrap_or_default(), items.collect())
}

/// Bytes of messages not yet seen.
struct Left {
    to_server: usize,
    to_client: usize,
}

impl Left {
    fn of(&mut self, direction: Direction) -> &mut usize {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

/// The one-line form of how a connection ended: one end, or a list.
pub(super) fn show_ends(ends: &[notation::End]) -> String {
    let mut shown = ends.iter().map(|end| notation::show_end(*end));
    match (shown.next(), shown.next()) {
        (Some(one), None) => one,
        (first, second) => {
            let all: Vec<_> = first.into_iter().chain(second).chain(shown).collect();
            format!("[{}]", all.join(", "))
        }
    }
}
