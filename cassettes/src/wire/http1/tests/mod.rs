//! Heads, framing, parsers and views, one concern a file.

mod against_httparse;
mod framings;
mod heads;
mod parsers;
mod views;
