//! The one-line notations, each with its inverse: reads (`server head +1.2ms`), ends
//! (`server resets +3ms`), gaps (`server 1460 bytes after 2920 at 12ms`), chunk sizes (`4096`, `rest`).

use super::error::TextError;
use super::message::Size;
use super::quantity::{duration, show_duration};
use super::reads::{Amount, Read};
use super::tree::Node;
use crate::model::{Direction, Gap, How, Side, Timestamp};
use crate::wire::tls_names;

const READ: &str = "who sent, how much (`head`, a number of bytes, or nothing for the rest), and the wait, as in `server head +1.2ms`";
const END: &str = "who and how, as in `server closes`, `client resets +2ms`, `server times out at 30s`, or `client alerts unknown_ca`";
const GAP: &str = "whose bytes are missing, how many, after how many that it had sent, and when, as in `server 1460 bytes after 2920 at 12ms`";
const SIZE: &str = "a number of bytes, `rest`, or `hex` and the size line as it was";

/// When a close was, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Nanoseconds after what came before it.
    After(u64),
    /// Nanoseconds after the cassette's start.
    At(u64),
}

/// A close, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) by: Side,
    pub(super) how: How,
    pub(super) when: When,
}

/// The first that a text begins with is meant.
const WAYS: [(How, &str); 7] = [
    (How::CloseNotify, "closes with close_notify"),
    (How::Fin, "closes"),
    (How::Reset, "resets"),
    (How::Refused, "refuses"),
    (How::Timeout, "times out"),
    (How::Unreachable, "is unreachable"),
    (How::Untrusted, "is untrusted"),
];

/// Before the name of a TLS alert, or its number.
const ALERTS: &str = "alerts ";

/// `client` or `server`.
pub(super) const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// The rest of `text` after the side that it begins with.
fn strip_side(text: &str) -> Option<(Side, &str)> {
    [Side::Client, Side::Server].into_iter().find_map(|side| {
        let rest = text.strip_prefix(side_name(side))?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (side, rest.trim()))
    })
}

/// The read that `node` says.
pub(super) fn read_of(node: &Node<'_>) -> Result<Read, TextError> {
    let text = node.text("a read", READ)?;
    let invalid = || node.place.invalid("the read", text, READ);
    let (side, rest) = strip_side(text).ok_or_else(invalid)?;
    let (amount, wait) = match rest.split_once('+') {
        Some((amount, wait)) => (amount.trim(), duration(wait, "the wait", node.place)?),
        None => (rest, 0),
    };
    let amount = match amount {
        "" | "rest" => Amount::Rest,
        "head" => Amount::Head,
        number => Amount::Bytes(number.parse().map_err(|_| invalid())?),
    };
    Ok(Read { direction: side.sends(), amount, wait })
}

/// The inverse of [`read_of`].
pub(super) fn show_read(read: Read) -> String {
    let side = side_name(read.direction.sender());
    let amount = match read.amount {
        Amount::Rest => String::new(),
        Amount::Head => " head".to_owned(),
        Amount::Bytes(bytes) => format!(" {bytes}"),
    };
    format!("{side}{amount}{}", show_wait(read.wait))
}

/// ` +1.2ms`; nothing for no wait.
fn show_wait(nanos: u64) -> String {
    if nanos == 0 { String::new() } else { format!(" +{}", show_duration(nanos)) }
}

/// The end that `node` says.
pub(super) fn end_of(node: &Node<'_>) -> Result<End, TextError> {
    let text = node.text("an end", END)?;
    let invalid = || node.place.invalid("the end", text, END);
    let (by, rest) = strip_side(text).ok_or_else(invalid)?;
    let (how, when) = way(rest).ok_or_else(invalid)?;
    let when = match when.trim_start() {
        "" => When::After(0),
        when => match (when.strip_prefix('+'), when.strip_prefix("at ")) {
            (Some(wait), _) => When::After(duration(wait, "the wait", node.place)?),
            (_, Some(at)) => When::At(duration(at.trim(), "the time", node.place)?),
            _ => return Err(invalid()),
        },
    };
    Ok(End { by, how, when })
}

/// The way of closing that `text` begins with, and the rest.
fn way(text: &str) -> Option<(How, &str)> {
    if let Some(alert) = text.strip_prefix(ALERTS).map(str::trim_start) {
        let (name, when) = alert.split_once(' ').unwrap_or((alert, ""));
        let number = tls_names::alert_from_name(name).or_else(|| name.parse().ok())?;
        return Some((How::Alert(number), when));
    }
    WAYS.iter().find_map(|(how, name)| Some((*how, text.strip_prefix(name)?)))
}

fn show_way(how: How) -> String {
    if let How::Alert(number) = how {
        let name = tls_names::alert(number).map_or_else(|| number.to_string(), str::to_owned);
        return format!("{ALERTS}{name}");
    }
    WAYS.iter().find(|(known, _)| *known == how).map_or("closes", |(_, name)| name).to_owned()
}

/// The inverse of [`end_of`].
pub(super) fn show_end(end: End) -> String {
    let way = show_way(end.how);
    let when = match end.when {
        When::After(wait) => show_wait(wait),
        When::At(at) => format!(" at {}", show_duration(at)),
    };
    format!("{} {way}{when}", side_name(end.by))
}

/// The gap that `node` says.
pub(super) fn gap_of(node: &Node<'_>) -> Result<Gap, TextError> {
    let text = node.text("a gap", GAP)?;
    let parts = || {
        let (side, rest) = strip_side(text)?;
        let (length, rest) = rest.split_once(" bytes after ")?;
        let (offset, at) = rest.split_once(" at ")?;
        Some((side, length.parse().ok()?, offset.trim().parse().ok()?, at.trim()))
    };
    let (side, length, offset, at) =
        parts().ok_or_else(|| node.place.invalid("the gap", text, GAP))?;
    let at = Timestamp::from_nanos(duration(at, "the time", node.place)?);
    Ok(Gap { direction: side.sends(), at, offset, length })
}

/// The inverse of [`gap_of`].
pub(super) fn show_gap(Gap { direction, at, offset, length }: Gap) -> String {
    let (side, at) = (sender_name(direction), show_duration(at.as_nanos()));
    format!("{side} {length} bytes after {offset} at {at}")
}

/// The chunk size that `node` says.
pub(super) fn size_of(node: &Node<'_>) -> Result<Size, TextError> {
    let text = node.text("a chunk size", SIZE)?;
    let invalid = || node.place.invalid("the chunk size", text, SIZE);
    match text.strip_prefix("hex ") {
        _ if text == "rest" => Ok(Size::Rest),
        Some(line) if Size::of_line(line.as_bytes()).is_none() => Err(invalid()),
        Some(line) => Ok(Size::Line(line.to_owned())),
        None => Ok(Size::Bytes(text.parse().map_err(|_| invalid())?)),
    }
}

/// The inverse of [`size_of`].
pub(super) fn show_size(size: &Size) -> String {
    match size {
        Size::Bytes(size) => size.to_string(),
        Size::Rest => "rest".to_owned(),
        Size::Line(line) => format!("hex {line}"),
    }
}

/// `client` for what goes to the server, and the other way round.
pub(super) const fn sender_name(direction: Direction) -> &'static str {
    side_name(direction.sender())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tree;

    #[test]
    fn reads_are_shown_as_they_are_read() {
        for text in ["client", "server", "server head", "client 12 +1.5ms", "server +3ns"] {
            assert_eq!(show_read(read_of(&tree::parse(text).unwrap()).unwrap()), text);
        }
        for text in
            ["", "nobody", "servers", "server tail", "server -1", "server + 1", "server 1ms"]
        {
            let quoted = format!("{text:?}");
            assert!(read_of(&tree::parse(&quoted).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn ends_are_shown_as_they_are_read() {
        let texts = ["server closes", "client resets +2ms", "server times out at 30s"];
        let of_tls = [
            "server closes with close_notify +1ms",
            "client alerts unknown_ca +2ms",
            "client alerts 200",
            "server is untrusted",
        ];
        let others = ["server refuses", "server is unreachable at 0ms"];
        for text in texts.iter().chain(&others).chain(&of_tls) {
            assert_eq!(show_end(end_of(&tree::parse(text).unwrap()).unwrap()), *text);
        }
        let wrong = ["server", "server close", "closes", "server closes soon", "server closes at"];
        for text in wrong.iter().chain(&["server alerts", "server alerts loudly"]) {
            assert!(end_of(&tree::parse(text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn gaps_are_shown_as_they_are_read() {
        for text in ["server 1460 bytes after 2920 at 12ms", "client 1 bytes after 0 at 0ms"] {
            assert_eq!(show_gap(gap_of(&tree::parse(text).unwrap()).unwrap()), text);
        }
        for text in
            ["server 1460 bytes", "1 bytes after 2 at 3ms", "server -1 bytes after 0 at 0ms"]
        {
            assert!(gap_of(&tree::parse(text).unwrap()).is_err(), "{text}");
        }
    }
}
