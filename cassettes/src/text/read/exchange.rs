//! One exchange: its messages, and how they were read from the socket.

use bytes::Bytes;

use super::super::error::{Place, Problem, TextError};
use super::super::fields::Fields;
use super::super::http2::Stream;
use super::super::message::{Method, Role, Wire};
use super::super::notation::{self, End};
use super::super::reads::{Conversation, Item, Read};
use super::super::tree::{Node, Value};
use super::super::{http2, quantity, spelling};
use super::{frames, message, number, staging};
use crate::model::{Chunk, Direction, Protocol, Staging};

const EXCHANGE: &[&str] = &[
    "connection",
    "at",
    "protocol",
    "stream",
    "scheme",
    "request",
    "response",
    "responses",
    "then",
    "raw",
    "frames",
    "reads",
    "end",
    "script",
    "repeats",
    "spare",
    "faults",
];
const ITEM: &[&str] = &["client", "server", "after"];

/// An exchange whose connection is not yet known.
pub(super) struct Draft {
    pub(super) connection: Option<(String, Place)>,
    pub(super) protocol: Protocol,
    pub(super) chunks: Vec<Chunk>,
    /// How it is played, if that is said.
    pub(super) staging: Option<Staging>,
    /// Given by hand, with its place.
    pub(super) ends: Option<(Vec<End>, Place)>,
    /// The answer ends with the connection.
    pub(super) until_close: bool,
}

impl Draft {
    pub(super) fn started(&self) -> u64 {
        self.chunks.first().map_or(0, |chunk| chunk.at.as_nanos())
    }

    pub(super) fn ended(&self) -> u64 {
        self.chunks.last().map_or(0, |chunk| chunk.at.as_nanos())
    }
}

/// All exchanges, in the order of the text. One without a time begins when the one before it ended.
pub(super) fn read_all(nodes: &[Node<'_>]) -> Result<Vec<Draft>, TextError> {
    let mut previous_end = 0;
    let mut drafts = Vec::with_capacity(nodes.len());
    for node in nodes {
        let draft = read(node, previous_end)?;
        previous_end = draft.ended();
        drafts.push(draft);
    }
    Ok(drafts)
}

fn read(node: &Node<'_>, previous_end: u64) -> Result<Draft, TextError> {
    let fields = Fields::of(node, "an exchange", EXCHANGE)?;
    let start = fields.get("at").map(|at| quantity::read_duration(at, "at")).transpose()?;
    let protocol = fields.get("protocol").map(protocol).transpose()?;
    let start = start.unwrap_or(previous_end);
    let (protocol, chunks, until_close) = match fields.get("frames") {
        Some(frames) => framed(&fields, frames, protocol, start)?,
        None => told(&fields, protocol, start)?,
    };
    if chunks.is_empty() {
        let key = "request: (or `response`, `raw`, or `frames`)";
        return Err(fields.place.error(Problem::MissingKey { place: "an exchange", key }));
    }
    Ok(Draft {
        connection: fields.get("connection").map(connection_name).transpose()?,
        protocol,
        staging: staging::staging(&fields, &chunks)?,
        chunks,
        ends: fields.get("end").map(ends).transpose()?,
        until_close,
    })
}

const PROTOCOLS: [Protocol; 4] =
    [Protocol::Http1, Protocol::Http2, Protocol::Http2Control, Protocol::Raw];

fn protocol(node: &Node<'_>) -> Result<Protocol, TextError> {
    const EXPECTED: &str = "`http/1`, `http/2`, `http/2-control` or `raw`";
    let text = node.text("protocol", EXPECTED)?;
    let found = PROTOCOLS.iter().find(|protocol| protocol.name() == text);
    found.copied().ok_or_else(|| node.place.invalid("the protocol", text, EXPECTED))
}

/// What an exchange's keys come to: its protocol, its chunks, and whether its answer ends with the connection.
type Content = (Protocol, Vec<Chunk>, bool);

/// HTTP/2, frame by frame.
fn framed(
    fields: &Fields<'_, '_>,
    list: &Node<'_>,
    protocol: Option<Protocol>,
    start: u64,
) -> Result<Content, TextError> {
    for other in ["request", "response", "responses", "then", "raw", "reads", "scheme"] {
        fields.exclude("frames", other, "frames are all that an exchange is")?;
    }
    let protocol = protocol.unwrap_or(Protocol::Http2);
    if !matches!(protocol, Protocol::Http2 | Protocol::Http2Control) {
        let expected = "`http/2` or `http/2-control`, which have frames";
        return Err(list.place.invalid("the protocol", protocol.name(), expected));
    }
    let pieces = frames::read(list, stream(fields, protocol)?)?;
    let chunks = http2::chunks(&pieces, start).map_err(|problem| list.place.error(problem))?;
    Ok((protocol, chunks, false))
}

/// The stream of frames that name none.
fn stream(fields: &Fields<'_, '_>, protocol: Protocol) -> Result<u32, TextError> {
    let told = number(fields, "stream", u64::from(u32::MAX >> 1))?;
    let told = told.and_then(|stream| u32::try_from(stream).ok());
    Ok(told.unwrap_or(usual_stream(protocol)))
}

/// The stream of frames that name none, where the exchange names none either.
pub(in crate::text) const fn usual_stream(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Http2 => 1,
        _ => 0,
    }
}

/// Messages or raw bytes.
fn told(
    fields: &Fields<'_, '_>,
    protocol: Option<Protocol>,
    start: u64,
) -> Result<Content, TextError> {
    let told = protocol.filter(|protocol| *protocol == Protocol::Http2);
    let (found, conversation) = match told {
        Some(protocol) => (protocol, streamed(fields)?),
        None => conversation(fields)?,
    };
    check_protocol(fields, protocol, found)?;
    let until_close = conversation.responses.last().is_some_and(|last| last.until_close);
    let chunks = conversation
        .chunks(start)
        .map_err(|(index, problem)| read_place(fields, index).error(problem))?;
    Ok((found, chunks, until_close))
}

/// Refuses what another protocol has, whatever this one is said to be.
fn check_protocol(
    fields: &Fields<'_, '_>,
    told: Option<Protocol>,
    found: Protocol,
) -> Result<(), TextError> {
    if let Some(told) = told.filter(|told| *told != found) {
        let key = match told {
            Protocol::Raw => "raw:",
            Protocol::Http2Control => "frames:",
            _ => "request: (or `response`)",
        };
        let place = "an exchange of this protocol";
        return Err(fields.place.error(Problem::MissingKey { place, key }));
    }
    for key in ["stream", "scheme"] {
        if let Some(node) = fields.get(key).filter(|_| found != Protocol::Http2) {
            let remedy = "only `protocol: http/2` has it";
            let other = if found == Protocol::Raw { "raw" } else { "request" };
            return Err(node.place.error(Problem::Conflict { key, other, remedy }));
        }
    }
    Ok(())
}

/// The how-manieth read; where none are given, the whole exchange.
fn read_place(fields: &Fields<'_, '_>, index: usize) -> Place {
    let Some(reads) = fields.get("reads") else { return fields.place };
    match &reads.value {
        Value::List(items) => items.get(index).map_or(reads.place, |item| item.place),
        _ => reads.place,
    }
}

fn connection_name(node: &Node<'_>) -> Result<(String, Place), TextError> {
    let name = node.text("connection", "the name of a connection, as in `1`")?;
    Ok((name.to_owned(), node.place))
}

/// One end, or a list of them.
pub(super) fn ends(node: &Node<'_>) -> Result<(Vec<End>, Place), TextError> {
    let ends = match &node.value {
        Value::List(items) => items.iter().map(notation::end_of).collect(),
        _ => notation::end_of(node).map(|end| vec![end]),
    };
    Ok((ends?, node.place))
}

fn conversation(fields: &Fields<'_, '_>) -> Result<(Protocol, Conversation), TextError> {
    if let Some(raw) = fields.get("raw") {
        const REMEDY: &str = "an exchange is either HTTP or raw bytes";
        for other in ["request", "response", "responses", "then", "reads"] {
            fields.exclude("raw", other, REMEDY)?;
        }
        let conversation = Conversation { then: items(raw, "raw")?, ..Conversation::default() };
        return Ok((Protocol::Raw, conversation));
    }
    let request = fields.get("request");
    let request = request.map(|node| message::read(node, "request", Role::Request)).transpose()?;
    let method = request.as_ref().map_or(Method::Other, |request| Method::of(&request.bytes));
    let role = Role::Response(method);
    let conversation = Conversation {
        responses: responses(fields, |node| message::read(node, "response", role))?,
        request,
        then: fields.get("then").map(|node| items(node, "then")).transpose()?.unwrap_or_default(),
        reads: reads(fields)?,
    };
    Ok((Protocol::Http1, conversation))
}

/// A stream of HTTP/2, as messages.
fn streamed(fields: &Fields<'_, '_>) -> Result<Conversation, TextError> {
    for other in ["then", "raw"] {
        fields.exclude(
            other,
            "protocol",
            "write what else a stream of HTTP/2 holds as `frames`",
        )?;
    }
    let scheme = match fields.get("scheme") {
        Some(node) => node.text("scheme", "`https` or `http`")?,
        None => USUAL_SCHEME,
    };
    let stream = Stream { number: stream(fields, Protocol::Http2)?, scheme };
    let read = |node, what, role| message::read_http2(node, what, role, stream);
    let request = fields.get("request").map(|node| read(node, "request", Role::Request));
    let role = Role::Response(Method::Other);
    Ok(Conversation {
        request: request.transpose()?,
        responses: responses(fields, |node| read(node, "response", role))?,
        then: Vec::new(),
        reads: reads(fields)?,
    })
}

/// What requests of HTTP/2 say for `:scheme` where nothing is said.
pub(in crate::text) const USUAL_SCHEME: &str = "https";

fn reads(fields: &Fields<'_, '_>) -> Result<Option<Vec<Read>>, TextError> {
    let Some(node) = fields.get("reads") else { return Ok(None) };
    let reads = node.list("reads", "a list, as in `[client, server +1.2ms]`")?;
    reads.iter().map(notation::read_of).collect::<Result<_, _>>().map(Some)
}

fn responses<'t, 'a>(
    fields: &Fields<'t, 'a>,
    read: impl Fn(&'t Node<'a>) -> Result<Wire, TextError>,
) -> Result<Vec<Wire>, TextError> {
    fields.exclude("response", "responses", "list all under `responses`")?;
    if let Some(one) = fields.get("response") {
        return Ok(vec![read(one)?]);
    }
    let Some(all) = fields.get("responses") else { return Ok(Vec::new()) };
    let all = all.list("responses", "a list of responses, interim ones first")?;
    all.iter().map(read).collect()
}

fn items(node: &Node<'_>, what: &'static str) -> Result<Vec<Item>, TextError> {
    let list = node.list(what, "a list, as in `- client: hello`")?;
    list.iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Result<Item, TextError> {
    const SENDER: &str = "client: (or `server`)";
    let fields = Fields::of(node, "bytes that one side sent", ITEM)?;
    fields.exclude("server", "client", "write each side's bytes as a list item of its own")?;
    let (direction, key) = match fields.get("server") {
        Some(_) => (Direction::ToClient, "server"),
        None => (Direction::ToServer, "client"),
    };
    let sent = fields.require(key, SENDER)?;
    let bytes: Bytes = spelling::read(sent, key)?.into();
    if bytes.is_empty() {
        return Err(sent.place.invalid("what was sent", "", "at least one byte"));
    }
    let wait = fields.get("after").map(|after| quantity::read_duration(after, "after"));
    Ok(Item { direction, bytes, wait: wait.transpose()?.unwrap_or_default() })
}
