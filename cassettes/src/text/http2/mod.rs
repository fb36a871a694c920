//! HTTP/2 as text: frames, one by one ([`Line`]), cut into the reads in which they came ([`Piece`]); or
//! messages as HTTP/1's ([`Stream`]).
//!
//! As with messages, what is left out is derived in one place, [`Line::frame`], and the writer asks it
//! before it leaves anything out: what a line cannot say exactly is told by its payload, or as bytes.

mod line;
mod message;
mod piece;

pub(super) use line::{Line, Says, kind_from_name, show_kind};
pub(super) use message::Stream;
pub(super) use piece::{Piece, Unit, chunks, pieces};

#[cfg(test)]
mod tests;
