//! Files that appear whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::create::{unwritten, with_ending};
use crate::exit::Outcome;

/// What a new file may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing.
    Free,
    /// Whatever is there.
    Any,
}

/// Writes a file that holds no secret, in place of the one that was there, if any.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Outcome<()> {
    let put = put(path, content, PUBLIC, Place::Any);
    put.map(drop).map_err(|error| unwritten(path, &error))
}

/// Everybody may read it.
const PUBLIC: u32 = 0o644;

/// Whether it was put there: not if another is in the way that must stay.
pub(super) fn put(path: &Path, content: &[u8], mode: u32, place: Place) -> io::Result<bool> {
    let beside = with_ending(path, &unique_ending());
    let written = write_new(&beside, content, mode).and_then(|()| match place {
        Place::Any => fs::rename(&beside, path).map(|()| true),
        Place::Free => link(&beside, path),
    });
    // Renamed, it is not there any more.
    let _ = fs::remove_file(&beside);
    written
}

/// Not a process's number: in containers all have the same, also the one that was killed before.
fn unique_ending() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!(".{:x}-{}.new", now.as_nanos(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(content)
}

/// Unlike a renaming, this fails if the name is taken.
fn link(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
