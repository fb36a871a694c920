//! For other programs, and for `retape report`: one JSON document, specified in
//! `docs/sweep-report.md`.

use std::io::{self, Write};

use serde::Deserialize;
use thiserror::Error;

use crate::sweep::{FORMAT, SweepReport};

/// Why a report cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Not JSON, or not a sweep's report.
    #[error("this is no sweep report: {0}")]
    Shape(#[from] serde_json::Error),
    /// Of a version that this program does not know.
    #[error("this sweep report has format {found}, and format {FORMAT} is expected: {remedy}")]
    Format {
        /// What it says.
        found: u32,
        /// What to do about it.
        remedy: &'static str,
    },
}

/// Writes the document. Members come in the order of [`SweepReport`]'s fields.
pub fn write(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// Reads a document back.
pub fn read(json: &[u8]) -> Result<SweepReport, ReadError> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    let Versioned { format: found } = serde_json::from_slice(json)?;
    match found {
        FORMAT => Ok(serde_json::from_slice(json)?),
        newer if newer > FORMAT => {
            Err(ReadError::Format { found, remedy: "use the retape that wrote it, or a later one" })
        }
        _ => Err(ReadError::Format { found, remedy: "run the sweep again" }),
    }
}
