//! The list of a cassette's exchanges, for people.

use std::io::{self, Write};

use cassettes::format::{ReadError, Reader};
use cassettes::model::Timestamp;

use super::facts::Facts;
use crate::printable::{Printable, duration, size};
use crate::table::Table;
use crate::talk::count;

/// Longest request shown whole; a longer one shows its start.
const REQUEST_WIDTH: usize = 60;

/// Reads every exchange once.
pub(super) fn rows(reader: &Reader) -> Result<Vec<Facts>, ReadError> {
    let row = |(n, entry)| reader.exchange(n).map(|exchange| Facts::of(&exchange, entry));
    reader.entries().enumerate().map(row).collect()
}

pub(super) fn write(reader: &Reader, rows: &[Facts], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<[String; COLUMNS]> = rows.iter().enumerate().map(cells).collect();
    let table = Table::fitting(TITLES, RIGHT, &cells);
    write_summary(reader, out)?;
    if !cells.is_empty() {
        table.write_titles(out)?;
    }
    cells.iter().try_for_each(|row| table.write_row(row, out))
}

const COLUMNS: usize = 10;
const TITLES: [&str; COLUMNS] =
    ["#", "at", "conn", "protocol", "request", "answer", "sent", "got", "took", ""];
const RIGHT: [bool; COLUMNS] = [true, true, true, false, false, false, true, true, true, false];

fn cells((n, facts): (usize, &Facts)) -> [String; COLUMNS] {
    let entry = &facts.entry;
    [
        (n + 1).to_string(),
        duration(entry.first_at.since(Timestamp::ZERO)),
        entry.connection.0.to_string(),
        facts.protocol(),
        cut(facts.request()),
        cut(facts.answer()),
        size(entry.to_server),
        size(entry.to_client),
        duration(entry.last_at.since(entry.first_at)),
        facts.notes(),
    ]
}

fn write_summary(reader: &Reader, out: &mut dyn Write) -> io::Result<()> {
    let exchanges = reader.entries().filter(|entry| entry.protocol.is_conversation()).count();
    let connections = reader.connections();
    let (exchanges, connections) = (count(exchanges, "exchange"), count(connections, "connection"));
    write!(out, "{exchanges} on {connections}")?;
    let header = reader.header();
    if !header.writer.is_empty() {
        write!(out, ", written by {}", Printable(header.writer.as_bytes()))?;
    }
    if !header.rewrite.origin.is_empty() {
        write!(out, ", from {}", Printable(header.rewrite.origin.as_bytes()))?;
    } else if !header.rewrite.host.is_empty() {
        write!(out, ", from {}", Printable(header.rewrite.host.as_bytes()))?;
    }
    writeln!(out)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(REQUEST_WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
