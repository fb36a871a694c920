//! Connections that came to nothing: no exchange tells of them.

use std::io::{self, Write};

use cassettes::format::{ReadError, Reader};
use cassettes::model::{Close, Connection, ConnectionId, How};

use super::facts::{how, side};
use crate::printable::Printable;

/// Most that are told one by one: where a server is gone, a client may try for ever.
const MAX_TOLD: usize = 100;

/// A connection without exchanges, and how it ended.
#[derive(Debug)]
pub(super) struct Failed {
    number: u32,
    to: String,
    /// None: it was open to the end.
    close: Option<Close>,
}

/// Every connection on which nothing was said.
pub(super) fn find(reader: &Reader) -> Result<Vec<Failed>, ReadError> {
    let mut silent = vec![true; reader.connections()];
    for entry in reader.entries() {
        if let Some(place) = silent.get_mut(entry.connection.index()) {
            *place = false;
        }
    }
    let mut found = Vec::new();
    for (number, _) in (0..).zip(silent).filter(|(_, silent)| *silent) {
        found.push(Failed::of(number, &reader.connection(ConnectionId(number))?));
    }
    Ok(found)
}

impl Failed {
    fn of(number: u32, connection: &Connection) -> Self {
        let fails = |close: &&Close| !matches!(close.how, How::Fin | How::CloseNotify);
        let close = connection.closes.iter().find(fails).or(connection.closes.first());
        Self { number, to: meant(connection), close: close.cloned() }
    }
}

/// The server that was meant, as far as that is known.
fn meant(connection: &Connection) -> String {
    let named = connection.tls.as_ref().map_or("", |tls| tls.sni.as_str());
    let to = if connection.upstream.is_empty() { named } else { &connection.upstream };
    let to = if to.is_empty() { "somewhere" } else { to };
    Printable(to.as_bytes()).to_string()
}

pub(super) fn write(found: &[Failed], out: &mut dyn Write) -> io::Result<()> {
    for Failed { number, to, close } in found.iter().take(MAX_TOLD) {
        write!(out, "connection {number} to {to} came to nothing: ")?;
        match close {
            Some(close) => writeln!(out, "{}, by the {}", how(close.how), side(close.by))?,
            None => writeln!(out, "it was still open when the recording stopped")?,
        }
    }
    match found.len().saturating_sub(MAX_TOLD) {
        0 => Ok(()),
        more => writeln!(out, "… and {more} more that came to nothing"),
    }
}
