//! TCP segments into the two byte streams of each connection. Sans-io, bounded, and without a copy of data that comes in order.
//!
//! Start here:
//! - [`Reassembler`]: segments in, events out
//! - [`TcpEvent`]: what comes of it: connections, their bytes in order, and what is missing of them
//! - [`Limits`]: how much of a capture is kept in mind at once
//! - [`StreamTally`], [`Tally`]: what was seen, and what was lost
//!
//! Inside, from the outside in: `reassembler` finds a segment's connection in the `table` by its `flow`, `stream` is one
//! connection, `role` says who is who in it, `waiting` keeps what came before its cause, `half` is one direction, `held` what
//! came before its place, `recent` what came last, and `report` where all of it is told.

mod event;
mod flow;
mod half;
mod held;
mod limits;
mod reassembler;
mod recent;
mod report;
mod role;
mod stream;
mod table;
mod tally;
mod waiting;

#[cfg(test)]
mod tests;

pub use event::{Ending, Start, StreamId, TcpEvent};
pub use limits::Limits;
pub use reassembler::Reassembler;
pub use tally::{DirectionTally, StreamTally, Tally};
