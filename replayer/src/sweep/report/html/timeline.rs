//! What was said between client and server: a picture over the time, and a table.

use std::io::{self, Write};

use super::escape::Escaped;
use crate::sweep::Moment;

/// Most rows of the table; the JSON report has all that was kept.
const MAX_ROWS: usize = 60;

/// Most lanes of the picture, one a connection: more would be a wall.
const MAX_LANES: usize = 8;

/// The picture's width in its own units: it is stretched to the page's.
const WIDTH: f64 = 1000.0;

/// The shortest time shown: the clock of a busy machine is not finer.
const SHORTEST_MS: f64 = 1.0;

/// The height of a lane.
const LANE: usize = 26;

/// Whose doing it was, by which it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actor {
    Client,
    Server,
    Fault,
    /// The connection opened or ended.
    Connection,
}

/// Writes both, if there is anything.
pub(super) fn write(moments: &[Moment], out: &mut dyn Write) -> io::Result<()> {
    if moments.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h4>What was sent</h4>")?;
    write_picture(moments, out)?;
    write_table(moments, out)
}

impl Actor {
    /// By the first word of the event. A word that is not known is something of the connection's.
    fn of(event: &str) -> Self {
        match event.split([' ', ':']).next().unwrap_or_default() {
            "request" | "client" | "sent" => Self::Client,
            "answer" | "response" | "server" => Self::Server,
            "fault" | "stall" => Self::Fault,
            _ => Self::Connection,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Client => "tc",
            Self::Server => "ts",
            Self::Fault => "tf",
            Self::Connection => "tx",
        }
    }

    const fn arrow(self) -> &'static str {
        match self {
            Self::Client => "→",
            Self::Server => "←",
            Self::Fault => "⚡",
            Self::Connection => "·",
        }
    }

    /// From the top of its lane, and how high: the client's above the line, the server's below.
    const fn span(self) -> (usize, usize) {
        match self {
            Self::Client => (3, 10),
            Self::Server => (13, 10),
            Self::Fault => (0, 26),
            Self::Connection => (8, 10),
        }
    }
}

fn write_picture(moments: &[Moment], out: &mut dyn Write) -> io::Result<()> {
    let mut connections: Vec<_> = moments.iter().map(|moment| moment.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    connections.truncate(MAX_LANES);
    let times = || moments.iter().map(|moment| moment.at_ms);
    // A program's start takes longer than all that it says, and is of no interest.
    let first = times().fold(f64::INFINITY, f64::min);
    let span = (first, times().fold(first + SHORTEST_MS, f64::max));
    let height = connections.len() * LANE;
    let label = format!("from {:.1} to {:.1} ms, {} lanes", span.0, span.1, connections.len());
    write!(
        out,
        "<svg class=\"tl\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {WIDTH} {height}\" \
         height=\"{height}\" preserveAspectRatio=\"none\">"
    )?;
    for (lane, connection) in connections.iter().enumerate() {
        let top = lane * LANE;
        write!(out, "<path class=\"axis\" d=\"M0 {0}H{WIDTH}\"/>", top + LANE / 2)?;
        let here = moments.iter().filter(|moment| moment.connection == *connection);
        here.take(MAX_ROWS).try_for_each(|moment| write_tick(moment, top, span, out))?;
    }
    let (first, last) = span;
    let scale = format!("<span>{first:.1} ms</span><span>{last:.1} ms</span>");
    writeln!(out, "</svg><p class=\"scale\">{scale}</p>")
}

fn write_tick(
    moment: &Moment,
    top: usize,
    (first, last): (f64, f64),
    out: &mut dyn Write,
) -> io::Result<()> {
    let actor = Actor::of(&moment.event);
    let (y, height) = actor.span();
    // Inside the picture at both ends.
    let x = ((moment.at_ms - first) / (last - first)).clamp(0.0, 1.0) * (WIDTH - 8.0);
    write!(out, "<rect class=\"{}\" x=\"{x:.0}\" y=\"{}\" ", actor.class(), top + y)?;
    let title = Escaped(&moment.event);
    write!(
        out,
        "width=\"6\" height=\"{height}\"><title>{title} at {:.1} ms</title></rect>",
        moment.at_ms
    )
}

fn write_table(moments: &[Moment], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Timeline\">")?;
    write!(out, "<table class=\"times\"><thead><tr><th scope=\"col\">ms</th>")?;
    write!(out, "<th scope=\"col\" title=\"connection\">conn.</th><th scope=\"col\">event</th>")?;
    writeln!(out, "<th scope=\"col\">bytes</th><th scope=\"col\">begins</th></tr></thead><tbody>")?;
    moments.iter().take(MAX_ROWS).try_for_each(|moment| write_row(moment, out))?;
    writeln!(out, "</tbody></table></div>")?;
    match moments.len().saturating_sub(MAX_ROWS) {
        0 => Ok(()),
        more => writeln!(out, "<p class=\"none\">… and {more} more</p>"),
    }
}

fn write_row(moment: &Moment, out: &mut dyn Write) -> io::Result<()> {
    let actor = Actor::of(&moment.event);
    let Moment { at_ms, connection, event, bytes, preview } = moment;
    write!(out, "<tr class=\"{}\"><td>{at_ms:.1}</td><td>{connection}</td>", actor.class())?;
    let (event, preview) = (Escaped(event), Escaped(preview));
    write!(out, "<td><span aria-hidden=\"true\">{}</span> {event}</td>", actor.arrow())?;
    // What ends a connection has no size.
    let bytes = if *bytes > 0 { bytes.to_string() } else { String::new() };
    writeln!(out, "<td>{bytes}</td><td><code>{preview}</code></td></tr>")
}
