//! The list of a capture's connections, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use recorder::import::{ImportSummary, Secrecy, Speech, StreamReport};
use recorder::tcp::{Ending, Start};

use super::{Format, json};
use crate::exit::Outcome;
use crate::printable::{Printable, duration, size};
use crate::table::Table;
use crate::talk;

/// Most connections held to be told in the order of their numbers. Past it, those that ended are told first.
const MAX_ROWS: usize = 100_000;

/// Writes connections as they are found.
pub(super) struct Listing {
    format: Format,
    held: BTreeMap<u32, StreamReport>,
    /// Once something was written.
    table: Option<Table<COLUMNS>>,
    start: Option<u64>,
    written: bool,
}

impl Listing {
    pub(super) const fn new(format: Format) -> Self {
        Self { format, held: BTreeMap::new(), table: None, start: None, written: false }
    }

    /// One connection more.
    pub(super) fn push(&mut self, report: StreamReport) -> Outcome<()> {
        self.held.insert(report.stream, report);
        if self.held.len() < MAX_ROWS {
            return Ok(());
        }
        let middle = self.held.keys().nth(MAX_ROWS / 2).copied().unwrap_or_default();
        let later = self.held.split_off(&middle);
        let first = std::mem::replace(&mut self.held, later);
        self.write(&first)
    }

    /// There are no more.
    pub(super) fn finish(mut self, summary: &ImportSummary) -> Outcome<()> {
        let held = std::mem::take(&mut self.held);
        self.write(&held)?;
        match self.format {
            Format::Text => Ok(()),
            Format::Json => talk::data(|out| json::end_list(summary, out)),
        }
    }

    fn write(&mut self, reports: &BTreeMap<u32, StreamReport>) -> Outcome<()> {
        let begun = std::mem::replace(&mut self.written, true);
        match self.format {
            Format::Json => talk::data(|out| json::write_rows(reports.values(), begun, out)),
            Format::Text => talk::result(|out| self.write_rows(reports, begun, out)),
        }
    }

    fn write_rows(
        &mut self,
        reports: &BTreeMap<u32, StreamReport>,
        begun: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let first = reports.values().map(|report| report.opened.0).min().unwrap_or_default();
        let start = *self.start.get_or_insert(first);
        let rows: Vec<_> = reports.values().map(|report| cells(report, start)).collect();
        let table = *self.table.get_or_insert_with(|| Table::fitting(TITLES, RIGHT, &rows));
        if !begun {
            table.write_titles(out)?;
        }
        for (row, report) in rows.iter().zip(reports.values()) {
            table.write_row(row, out)?;
            write_digests(report, out)?;
        }
        Ok(())
    }
}

const COLUMNS: usize = 9;
const TITLES: [&str; COLUMNS] =
    ["#", "at", "client", "server", "protocol", "packets", "sent", "got", ""];
const RIGHT: [bool; COLUMNS] = [true, true, false, false, false, true, true, true, false];

fn cells(report: &StreamReport, start: u64) -> [String; COLUMNS] {
    let (sent, got) = (&report.to_server.tally, &report.to_client.tally);
    [
        report.stream.to_string(),
        duration(Duration::from_nanos(report.opened.0.saturating_sub(start))),
        report.client.to_string(),
        report.server.to_string(),
        protocol(report),
        (sent.packets + got.packets).to_string(),
        size(sent.bytes),
        size(got.bytes),
        notes(report),
    ]
}

fn protocol(report: &StreamReport) -> String {
    let speech = report.speech.map_or("-", Speech::name);
    match report.tls {
        Secrecy::Plain => speech.to_owned(),
        Secrecy::Undecrypted(_) if report.to_client.decrypted.is_none() => "tls".to_owned(),
        Secrecy::Decrypted | Secrecy::Undecrypted(_) => format!("{speech} in tls"),
    }
}

fn notes(report: &StreamReport) -> String {
    let mut notes = Vec::new();
    if !report.name.is_empty() {
        notes.push(Printable(report.name.as_bytes()).to_string());
    }
    if let Secrecy::Undecrypted(why) = report.tls {
        notes.push(format!("not decrypted: {why}"));
    }
    if report.start == Start::Middle {
        notes.push("from its middle".to_owned());
    }
    let tally = |of: fn(&recorder::tcp::DirectionTally) -> u64| {
        of(&report.to_server.tally) + of(&report.to_client.tally)
    };
    let (gaps, lost, contested) = (tally(|t| t.gaps), tally(|t| t.lost), tally(|t| t.contested));
    if gaps > 0 {
        notes.push(format!("{} ({})", talk::count(gaps, "gap"), size(lost)));
    }
    if contested > 0 {
        notes.push(format!("{contested} contested"));
    }
    if report.ending == Ending::Evicted {
        notes.push("given up: too many at once".to_owned());
    }
    notes.join(", ")
}

fn write_digests(report: &StreamReport, out: &mut dyn Write) -> io::Result<()> {
    for (way, direction) in [(">", &report.to_server), ("<", &report.to_client)] {
        if let Some(digest) = direction.digest {
            writeln!(out, "    {way} {digest}")?;
        }
        if let Some((bytes, Some(digest))) = direction.decrypted {
            writeln!(out, "    {way} {digest} decrypted, {bytes} B")?;
        }
    }
    Ok(())
}
