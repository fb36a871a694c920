//! Captures into cassettes.
//!
//! Start here:
//! - [`Importer`]: what a capture file holds goes in; exchanges go into a journal
//! - [`ImportPlan`]: what to import, and how; [`Filter`] says which streams
//! - [`ImportSummary`]: what came of it, and all that was lost; [`StreamReport`]: what was found on one stream
//!
//! Sans-io: who reads the file, and writes the cassette, is elsewhere.
//!
//! Inside: a `stream` takes what reassembly gives of one connection. Its `opening` tells what it is; a `tunnel` leads through a
//! proxy; what is spoken in the end goes down a `track`, which an `introduction` follows to learn whom the client speaks to. `origin` and
//! `ends` are what a replay needs to know besides bytes.

mod both;
mod digest;
mod ends;
mod filter;
mod importer;
mod introduction;
mod opening;
mod origin;
mod piece;
mod plan;
mod report;
mod speech;
mod stream;
mod summary;
mod track;
mod tunnel;

pub use filter::{Filter, FilterError, Known, Spoken};
pub use importer::Importer;
pub use plan::ImportPlan;
pub use report::{DirectionReport, MAX_GAPS, Secrecy, Sha256, StreamReport};
pub use speech::Speech;
pub use summary::{ImportSummary, Loss};
