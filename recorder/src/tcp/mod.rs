//! TCP segments into the two byte streams of each connection. Sans-io, bounded, and without a copy of data that comes in order.
//!
//! Start here:
//! - [`TcpEvent`]: what comes of it: connections, their bytes in order, and what is missing of them
//! - [`Limits`]: how much of a capture is kept in mind at once
//! - [`StreamTally`], [`Tally`]: what was seen, and what was lost

mod event;
mod limits;
mod tally;

pub use event::{Ending, Start, StreamId, TcpEvent};
pub use limits::Limits;
pub use tally::{DirectionTally, StreamTally, Tally};
