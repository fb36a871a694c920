//! One exchange, for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use cassettes::model::{Direction, Gap, Protocol, Timestamp};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::Framing;

use super::facts::{how, side};
use super::messages::Stream;
use super::{One, frames, staging, tls};
use crate::printable::{Printable, duration, is_text, size};

/// Longest text body shown whole; a longer one shows its start.
const MAX_BODY_BYTES: usize = 64 * 1024;

pub(super) const TO_SERVER: Style = AnsiColor::Cyan.on_default();
pub(super) const TO_CLIENT: Style = AnsiColor::Green.on_default();
pub(super) const ASIDE: Style = Style::new().dimmed();

pub(super) fn write_title(one: &One, out: &mut dyn Write) -> io::Result<()> {
    let exchange = &one.exchange;
    let at = duration(exchange.started().since(Timestamp::ZERO));
    let took = duration(exchange.ended().since(exchange.started()));
    let (protocol, connection) = (exchange.protocol.name(), exchange.connection.0);
    let stream = frames::stream(exchange);
    let stream = stream.map_or_else(String::new, |stream| format!(" stream {stream}"));
    let number = one.number;
    writeln!(
        out,
        "exchange {number}: {protocol}{stream}, on connection {connection}, at {at}, took {took}"
    )
}

/// How the client came, TLS, and what is staged.
pub(super) fn write_connection(one: &One, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = tls::lines(&one.connection);
    lines.extend(staging::connection_lines(&one.connection));
    lines.extend(one.staging.iter().flat_map(staging::lines));
    lines.iter().try_for_each(|line| aside(line, out))
}

/// Its messages, and how it ended.
pub(super) fn write(one: &One, out: &mut dyn Write) -> io::Result<()> {
    if one.exchange.protocol == Protocol::Http2Control {
        return write_frames(one, out);
    }
    if follows_gap(one) {
        aside("it follows bytes that the capture lacks", out)?;
    }
    let view = View::of(&one.exchange);
    if let Some(request) = view.request() {
        write_message(request, Direction::ToServer, true, out)?;
    }
    let stream = Stream::of(&one.exchange, one.descriptors.as_ref());
    let is_plain = stream.is_none();
    if is_plain {
        write_tail(&view, Direction::ToServer, out)?;
    }
    for response in view.responses() {
        write_message(response, Direction::ToClient, is_plain, out)?;
    }
    match stream {
        Some(stream) => stream.write(out)?,
        None => write_tail(&view, Direction::ToClient, out)?,
    }
    if let Some(degraded) = view.degraded() {
        let (from, reason) = (degraded.offset, degraded.reason);
        aside(
            &format!("raw from byte {from} of the {}: {reason}", sender(degraded.direction)),
            out,
        )?;
    }
    if let Some(gap) = &one.gap {
        aside(&missing(gap), out)?;
    }
    let endings = frames::endings(&one.exchange);
    for ending in &endings {
        aside(ending, out)?;
    }
    // A stream that was not over ended with its connection, even if it was not the last to begin.
    let cut = one.exchange.protocol == Protocol::Http2 && endings.is_empty() && !view.complete();
    if one.is_last || cut {
        write_closes(one, out)?;
    }
    Ok(())
}

/// What belongs to no stream, a frame a line.
fn write_frames(one: &One, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    for chunk in &one.exchange.chunks {
        let (mark, style) = mark(chunk.direction);
        for frame in frames::of(chunk) {
            writeln!(out, "{style}{mark}{style:#} {}", frames::line(&frame))?;
        }
    }
    Ok(())
}

/// A remark of ours, told apart from what was on the wire.
pub(super) fn aside(text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{ASIDE}({text}){ASIDE:#}")
}

/// The arrow and colour of a direction.
pub(super) const fn mark(direction: Direction) -> (&'static str, Style) {
    match direction {
        Direction::ToServer => (">", TO_SERVER),
        Direction::ToClient => ("<", TO_CLIENT),
    }
}

fn sender(direction: Direction) -> &'static str {
    side(direction.sender())
}

/// A gap in words.
pub(super) fn missing(gap: &Gap) -> String {
    let (length, by) = (gap.length, sender(gap.direction));
    format!("{length} bytes of the {by}'s are missing here: the capture lacks them")
}

fn follows_gap(one: &One) -> bool {
    let gap = one.connection.gap_before(one.exchange.started());
    gap.is_some() && one.exchange.protocol == Protocol::Raw
}

fn write_closes(one: &One, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    if one.connection.closes.is_empty() {
        return aside("the connection was still open when the recording stopped", out);
    }
    one.connection.closes.iter().try_for_each(|close| {
        let after = duration(close.at.since(one.exchange.ended()));
        aside(&format!("the {} ended it: {}, {after} later", side(close.by), how(close.how)), out)
    })
}

/// `whole`: its body is not shown in another form.
fn write_message(
    message: &Message,
    direction: Direction,
    whole: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mark, style) = mark(direction);
    writeln!(out)?;
    write_lines(&message.head, mark, style, out)?;
    if whole {
        write_body(message, mark, style, out)?;
    }
    write_lines(&message.trailers, mark, style, out)?;
    if !message.complete {
        aside("it stops here, before its end", out)?;
    }
    Ok(())
}

fn write_body(message: &Message, mark: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let body = &message.body;
    if message.framing == Framing::Chunked {
        aside(&format!("chunked; {} in all", size(body.len() as u64)), out)?;
    }
    if body.is_empty() {
        return Ok(());
    }
    if !is_text(body) {
        return aside(
            &format!("{} that are not text: --hex shows them", size(body.len() as u64)),
            out,
        );
    }
    let shown = body.get(..MAX_BODY_BYTES).unwrap_or(body);
    write_lines(shown, mark, style, out)?;
    match body.len() - shown.len() {
        0 => Ok(()),
        more => aside(&format!("{} more: --hex shows them", size(more as u64)), out),
    }
}

fn write_tail(view: &View, direction: Direction, out: &mut dyn Write) -> io::Result<()> {
    let tail = view.tail(direction);
    if tail.is_empty() {
        return Ok(());
    }
    let (mark, style) = mark(direction);
    writeln!(out)?;
    aside(&format!("{} from the {}, kept raw", size(tail.len() as u64), sender(direction)), out)?;
    if is_text(&tail) { write_lines(&tail, mark, style, out) } else { Ok(()) }
}

fn write_lines(text: &[u8], mark: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    text.split_inclusive(|byte| *byte == b'\n').try_for_each(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = Printable(line.strip_suffix(b"\r").unwrap_or(line)).to_string();
        writeln!(out, "{}", format!("{style}{mark}{style:#} {line}").trim_end())
    })
}
