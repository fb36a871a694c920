//! What a cassette holds, for programs. Names and units are stable: times are nanoseconds since the
//! cassette's start, sizes are bytes.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cassettes::format::{Entry, Reader};
use cassettes::model::{
    Applied, Chunk, Close, Connection, ConnectionId, Exchange, Gap, Header, How, Transport,
};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::{HeaderLine, ResponseHead};
use cassettes::wire::http2::Frame;
use cassettes::wire::tls_names;
use serde::Serialize;
use serde_json::{Value, json};

use super::facts::{Facts, kind_of_end, side};
use super::messages::Stream;
use super::{One, frames, staging, tls};

pub(super) fn write_list(reader: &Reader, rows: &[Facts], out: &mut dyn Write) -> io::Result<()> {
    let ids = (0..).map(ConnectionId).take(reader.connections());
    let connections =
        ids.map(|id| reader.connection(id).ok()).map(|found| found.as_ref().map(connection));
    let exchanges = rows.iter().enumerate().map(|(n, facts)| row(n + 1, facts));
    print(
        &json!({
            "header": header(reader.header()),
            "recovered": reader.recovery().map(ToString::to_string),
            "connections": connections.collect::<Vec<_>>(),
            "exchanges": exchanges.collect::<Vec<_>>(),
        }),
        out,
    )
}

pub(super) fn write_one(one: &One, out: &mut dyn Write) -> io::Result<()> {
    let view = View::of(&one.exchange);
    print(
        &json!({
            "number": one.number,
            "protocol": one.exchange.protocol.name(),
            "stream": frames::stream(&one.exchange),
            "connection": connection(&one.connection),
            "last_on_connection": one.is_last,
            "complete": view.complete(),
            "degraded": view.degraded().map(|degraded| json!({
                "by": side(degraded.direction.sender()),
                "offset": degraded.offset,
                "reason": degraded.reason,
            })),
            "request": view.request().map(request),
            "responses": view.responses().iter().map(response).collect::<Vec<_>>(),
            "frames": frames::has_frames(&one.exchange).then(|| all_frames(&one.exchange)),
            "messages": Stream::of(&one.exchange, one.descriptors.as_ref()).map(|it| it.json()),
            "staging": one.staging.as_ref().map(staging::json),
            "chunks": chunks(&one.exchange),
        }),
        out,
    )
}

fn print(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn header(header: &Header) -> Value {
    json!({
        "writer": header.writer,
        "created_unix_nanos": header.created_unix_nanos,
        "rewritten_host": header.rewrite.host,
        "rewritten_origin": header.rewrite.origin,
    })
}

fn row(number: usize, facts: &Facts) -> Value {
    let Facts { entry, method, target, status, reason, stream, .. } = facts;
    json!({
        "number": number,
        "connection": entry.connection.0,
        "protocol": entry.protocol.name(),
        "stream": stream,
        "method": method,
        "target": target,
        "status": status,
        "reason": reason,
        "first_at": entry.first_at.as_nanos(),
        "last_at": entry.last_at.as_nanos(),
        "to_server": entry.to_server,
        "to_client": entry.to_client,
        "state": state(entry),
    })
}

fn state(entry: &Entry) -> Value {
    json!({
        "complete": entry.complete(),
        "degraded": entry.degraded(),
        "interrupted": entry.interrupted(),
        "last_on_connection": entry.last_on_connection,
        "staged": entry.staged(),
    })
}

fn connection(connection: &Connection) -> Value {
    json!({
        "opened": connection.opened.as_nanos(),
        "transport": match connection.transport {
            Transport::Tcp => "tcp",
            Transport::Unix => "unix",
        },
        "way": tls::way(connection.way),
        "client": connection.client,
        "server": connection.server,
        "upstream": connection.upstream,
        "tls": connection.tls.as_deref().map(tls::json),
        "upstream_tls": connection.upstream_tls.as_deref().map(tls::json),
        "closes": connection.closes.iter().map(close).collect::<Vec<_>>(),
        "gaps": connection.gaps.iter().map(gap).collect::<Vec<_>>(),
        "reception": connection.reception.as_deref().map(staging::reception_json),
        "faults": connection.faults.iter().map(applied).collect::<Vec<_>>(),
    })
}

fn applied(fault: &Applied) -> Value {
    json!({ "at": fault.at.as_nanos(), "fault": fault.id })
}

fn gap(gap: &Gap) -> Value {
    json!({
        "at": gap.at.as_nanos(),
        "by": side(gap.direction.sender()),
        "offset": gap.offset,
        "length": gap.length,
    })
}

fn close(close: &Close) -> Value {
    let alert = match close.how {
        How::Alert(number) => json!({ "number": number, "name": tls_names::alert(number) }),
        _ => Value::Null,
    };
    json!({
        "at": close.at.as_nanos(),
        "by": side(close.by),
        "how": kind_of_end(close.how),
        "alert": alert,
    })
}

/// HTTP/2's, in order.
fn all_frames(exchange: &Exchange) -> Vec<Value> {
    let frames = exchange.chunks.iter().flat_map(|chunk| {
        frames::of(chunk).map(|frame| {
            json!({
                "at": chunk.at.as_nanos(),
                "by": side(chunk.direction.sender()),
                "kind": frames::kind(&frame),
                "flags": frame.header.flags,
                "stream": frame.stream(),
                "length": frame.header.length,
                "code": code(&frame),
            })
        })
    });
    frames.collect()
}

/// Why a stream or connection ended.
fn code(frame: &Frame) -> Option<String> {
    let code = frame.rst().or_else(|| frame.goaway().map(|goaway| goaway.code))?;
    Some(code.to_string())
}

fn request(message: &Message) -> Value {
    let head = message.request_head();
    json!({
        "method": head.as_ref().map(|head| content(head.method())),
        "target": head.as_ref().map(|head| content(head.target())),
        "headers": head.map(|head| head.headers().map(field).collect::<Vec<_>>()),
        "body": content(&message.body),
        "complete": message.complete,
    })
}

fn response(message: &Message) -> Value {
    let head = message.response_head();
    json!({
        "status": head.as_ref().map(ResponseHead::status),
        "reason": head.as_ref().map(|head| content(head.reason())),
        "headers": head.map(|head| head.headers().map(field).collect::<Vec<_>>()),
        "body": content(&message.body),
        "trailers": content(&message.trailers),
        "complete": message.complete,
    })
}

fn field(line: HeaderLine<'_>) -> Value {
    json!([content(line.name), content(line.value)])
}

fn chunks(exchange: &Exchange) -> Vec<Value> {
    let chunk = |chunk: &Chunk| {
        json!({
            "at": chunk.at.as_nanos(),
            "by": side(chunk.direction.sender()),
            "bytes": content(&chunk.bytes),
        })
    };
    exchange.chunks.iter().map(chunk).collect()
}

/// UTF-8 as a string; other bytes as `{"base64": …}`.
fn content(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}
