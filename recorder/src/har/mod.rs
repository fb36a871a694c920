//! HAR 1.2 ("HTTP Archive"), as browsers' developer tools save it: in and out.
//!
//! - [`Har`]: a file that was read, to be recorded; [`import`] does both
//! - [`Export`]: a cassette in, a file out
//! - [`Imported`], [`Exported`]: what came of it, and what the other format cannot say
//!
//! A HAR file tells what was meant, not what was on the wire: no framing, no chunks, no times inside a body, fields of which no one
//! knows how they were spelled, bodies without their codings. So what is imported is spelled anew, in HTTP/1.1 whatever it was: every
//! client speaks that, and a browser is offered nothing else.
//!
//! Inside: `shape` is the file's form, `date` its times; `url`, `head` and `body` spell messages, `entry` an exchange; `lanes` are the
//! connections that they are put on.

mod body;
mod date;
mod entry;
mod export;
mod head;
mod lanes;
mod read;
mod shape;
mod url;

#[cfg(test)]
mod tests;

pub use export::{Export, Exported};
pub use read::{Har, HarError, Imported, import};
