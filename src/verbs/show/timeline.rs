//! One exchange in time: each chunk, the wait before it, and how the connection ended.

use std::io::{self, Write};

use cassettes::model::{Chunk, Direction, Timestamp};

use super::facts::{how, side};
use super::one::{aside, mark, missing};
use super::{One, frames, hex};
use crate::printable::{duration, size};

/// With `hex`, all bytes as well.
pub(super) fn write(one: &One, hex: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut clock = Clock { start: one.exchange.started(), last: one.exchange.started() };
    let mut offsets = Offsets::default();
    writeln!(out, "{:>12}  {:>10}", "at", "wait")?;
    for chunk in &one.exchange.chunks {
        clock.write(chunk.at, out)?;
        write_chunk(chunk, out)?;
        if frames::has_frames(&one.exchange) {
            write_frames(chunk, out)?;
        }
        let offset = offsets.advance(chunk);
        if hex {
            hex::write(&chunk.bytes, offset, out)?;
        }
    }
    if let Some(gap) = &one.gap {
        clock.write(gap.at, out)?;
        writeln!(out, "  {}", missing(gap))?;
    }
    if !one.is_last {
        return Ok(());
    }
    for close in &one.connection.closes {
        clock.write(close.at, out)?;
        writeln!(out, "  {} {}", side(close.by), how(close.how))?;
    }
    if one.connection.closes.is_empty() {
        aside("the connection was still open when the recording stopped", out)?;
    }
    Ok(())
}

/// Tells moments from the exchange's start, and the time since the last one.
struct Clock {
    start: Timestamp,
    last: Timestamp,
}

impl Clock {
    fn write(&mut self, at: Timestamp, out: &mut dyn Write) -> io::Result<()> {
        let (since, wait) = (at.since(self.start), at.since(self.last));
        self.last = at;
        let wait = if wait.is_zero() { String::new() } else { format!("+{}", duration(wait)) };
        write!(out, "{:>12}  {wait:>10}", duration(since))
    }
}

/// How far each direction is.
#[derive(Default)]
struct Offsets {
    to_server: u64,
    to_client: u64,
}

impl Offsets {
    /// Where this chunk starts in its direction.
    fn advance(&mut self, chunk: &Chunk) -> u64 {
        let offset = match chunk.direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let start = *offset;
        *offset += chunk.bytes.len() as u64;
        start
    }
}

fn write_frames(chunk: &Chunk, out: &mut dyn Write) -> io::Result<()> {
    frames::of(chunk).try_for_each(|frame| {
        let stream = frame.stream();
        writeln!(out, "{:>26}[{stream}] {}", "", frames::line(&frame))
    })
}

fn write_chunk(chunk: &Chunk, out: &mut dyn Write) -> io::Result<()> {
    let (mark, style) = mark(chunk.direction);
    let sender = side(chunk.direction.sender());
    let len = chunk.bytes.len() as u64;
    let exact = if len < 1024 { String::new() } else { format!(" ({len} B)") };
    writeln!(out, "  {style}{mark}{style:#} {sender} {}{exact}", size(len))
}
