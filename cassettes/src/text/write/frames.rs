//! HTTP/2, frame by frame.

use super::super::http2::{Line, Piece, Says, Unit, pieces, show_kind};
use super::super::notation::sender_name;
use super::super::quantity::show_duration;
use super::super::read::is_of_connection;
use super::emitter::Emitter;
use super::message::write_body;
use crate::model::Exchange;
use crate::wire::http2::hpack::Field;
use crate::wire::http2::{GoAway, Kind, Priority, flag, setting};

/// All that is written of an exchange of HTTP/2.
pub(super) struct Frames {
    /// Of most of its frames.
    stream: u32,
    pieces: Vec<Piece>,
}

impl Frames {
    pub(super) fn of(exchange: &Exchange, usual_stream: u32) -> Self {
        let pieces = pieces(&exchange.chunks);
        let stream = pieces.iter().find_map(|piece| match &piece.unit {
            Unit::Frame(line) if !is_of_connection(line.kind) => Some(line.stream),
            _ => None,
        });
        Self { stream: stream.unwrap_or(usual_stream), pieces }
    }

    pub(super) fn write(&self, yaml: &mut Emitter, indent: usize, usual_stream: u32) {
        if self.stream != usual_stream {
            yaml.key(indent, "stream", &self.stream.to_string());
        }
        yaml.key(indent, "frames", "");
        for piece in &self.pieces {
            yaml.begin_item();
            self.write_piece(yaml, indent + 4, piece);
        }
    }

    fn write_piece(&self, yaml: &mut Emitter, indent: usize, piece: &Piece) {
        let sender = sender_name(piece.direction);
        let name = match &piece.unit {
            Unit::Preface => "preface".to_owned(),
            Unit::Bytes(_) => "bytes".to_owned(),
            Unit::Frame(line) => show_name(line),
        };
        yaml.key(indent, sender, &name);
        if let Some(after) = piece.after {
            yaml.key(indent, "after", &show_duration(after));
        }
        match &piece.unit {
            Unit::Preface => {}
            Unit::Bytes(bytes) => yaml.bytes(indent, "bytes", bytes),
            Unit::Frame(line) => self.write_line(yaml, indent, line),
        }
    }

    fn write_line(&self, yaml: &mut Emitter, indent: usize, line: &Line) {
        let usual = if is_of_connection(line.kind) { 0 } else { self.stream };
        if line.stream != usual {
            yaml.key(indent, "stream", &line.stream.to_string());
        }
        let odd = line.flags & !named_flag(line);
        if odd != 0 {
            yaml.key(indent, "flags", &format!("0x{odd:02x}"));
        }
        if let Some(padding) = line.padding {
            yaml.key(indent, "padding", &padding.to_string());
        }
        if let Some(priority) = line.priority {
            yaml.key(indent, "priority", &show_priority(priority));
        }
        write_says(yaml, indent, &line.says);
    }
}

/// The kind, the flag that has a name, and why a stream ends.
fn show_name(line: &Line) -> String {
    let kind = show_kind(line.kind);
    let flag = line.flags & named_flag(line) != 0;
    match (&line.says, line.kind) {
        (Says::Reset(code) | Says::GoAway(GoAway { code, .. }), _) => {
            format!("{kind} {code}")
        }
        (_, Kind::Data | Kind::Headers) if flag => format!("{kind} END_STREAM"),
        (_, Kind::Settings | Kind::Ping) if flag => format!("{kind} ACK"),
        _ => kind,
    }
}

/// The flag that is told by its name. With a payload as it was, all are told by their number.
const fn named_flag(line: &Line) -> u8 {
    match (&line.says, line.kind) {
        (Says::Payload(_), _) => 0,
        (_, Kind::Data | Kind::Headers) => flag::END_STREAM,
        (_, Kind::Settings | Kind::Ping) => flag::ACK,
        _ => 0,
    }
}

fn show_priority(priority: Priority) -> String {
    let Priority { exclusive, depends_on, weight } = priority;
    let exclusive = if exclusive { ", exclusive: true" } else { "" };
    format!("{{depends_on: {depends_on}, weight: {}{exclusive}}}", u16::from(weight) + 1)
}

fn write_says(yaml: &mut Emitter, indent: usize, says: &Says) {
    match says {
        Says::Fields(fields) => write_fields(yaml, indent, fields),
        Says::Promise(stream, fields) => {
            yaml.key(indent, "promises", &stream.to_string());
            write_fields(yaml, indent, fields);
        }
        Says::Data(data) if data.is_empty() => {}
        Says::Data(data) => write_body(yaml, indent, data),
        Says::Priority | Says::Reset(_) => {}
        Says::Settings(settings) => write_settings(yaml, indent, settings),
        Says::Ping(data) if *data == [0; 8] => {}
        Says::Ping(data) => yaml.bytes(indent, "ping", data),
        Says::GoAway(GoAway { last_stream, debug, .. }) => {
            yaml.key(indent, "last_stream", &last_stream.to_string());
            if !debug.is_empty() {
                yaml.bytes(indent, "debug", debug);
            }
        }
        Says::Increment(increment) => yaml.key(indent, "increment", &increment.to_string()),
        Says::Payload(payload) => yaml.bytes(indent, "payload", payload),
    }
}

fn write_settings(yaml: &mut Emitter, indent: usize, settings: &[(u16, u32)]) {
    let show = |(id, value): &(u16, u32)| {
        let name = setting::name(*id).map_or_else(|| format!("0x{id:04x}"), str::to_owned);
        format!("{name}: {value}")
    };
    let settings: Vec<_> = settings.iter().map(show).collect();
    if !settings.is_empty() {
        yaml.key(indent, "settings", &format!("{{{}}}", settings.join(", ")));
    }
}

/// As lines, where those lose nothing.
fn write_fields(yaml: &mut Emitter, indent: usize, fields: &[Field]) {
    if fields.iter().all(fits_line) {
        let mut lines = Vec::new();
        for Field { name, value, sensitive } in fields {
            let mark: &[u8] = if *sensitive { b"!" } else { b"" };
            let separator: &[u8] = if value.is_empty() { b":" } else { b": " };
            for part in [mark, name, separator, value, b"\n"] {
                lines.extend_from_slice(part);
            }
        }
        return yaml.bytes(indent, "fields", &lines);
    }
    yaml.key(indent, "fields", "");
    for field in fields {
        yaml.begin_item();
        yaml.bytes(indent + 4, "name", &field.name);
        yaml.bytes(indent + 4, "value", &field.value);
        if field.sensitive {
            yaml.key(indent + 4, "never_indexed", "true");
        }
    }
}

fn fits_line(field: &Field) -> bool {
    let name_fits = match &field.name[..] {
        [] | [b'!', ..] => false,
        [_, rest @ ..] => !rest.iter().any(|byte| matches!(byte, b':' | b'\n' | b'\r')),
    };
    let starts_line = field.name.first().is_some_and(|byte| !byte.is_ascii_whitespace());
    name_fits && starts_line && !field.value.contains(&b'\n') && !field.value.ends_with(b"\r")
}
