//! New files: private to the user, never over an old one unless told.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::exit::{Failure, Outcome};

/// Cassettes may hold credentials: nobody but their owner reads them.
const PRIVATE: u32 = 0o600;

/// Writes a whole file. Without `overwrite` an existing one is left alone; with it, the old
/// content is there until the new one is complete.
pub(crate) fn save(path: &Path, overwrite: bool, content: &[u8]) -> Outcome<()> {
    if is_special(path) {
        return write_through(path, content).map_err(|error| unwritten(path, &error));
    }
    let Created { mut file, rename } = create(path, overwrite)?;
    let written = file.write_all(content).and_then(|()| match &rename {
        Some(Rename { from, to }) => fs::rename(from, to),
        None => Ok(()),
    });
    written.map_err(|error| {
        // What is left of it would be taken for a cassette.
        let _ = fs::remove_file(rename.as_ref().map_or(path, |rename| &rename.from));
        unwritten(path, &error)
    })
}

/// Writes a report. CI runs write the same one again and again, and others read it.
pub(crate) fn save_report(path: &Path, content: &[u8]) -> Outcome<()> {
    fs::write(path, content).map_err(|error| unwritten(path, &error))
}

/// The same for one that may be long: written as it is made.
pub(crate) fn stream_report(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Outcome<()> {
    let written = File::create(path).and_then(|file| {
        let mut out = io::BufWriter::new(file);
        write(&mut out).and_then(|()| out.flush())
    });
    written.map_err(|error| unwritten(path, &error))
}

/// A new, empty file, to be written to.
pub(super) struct Created {
    pub(super) file: File,
    /// Present if it replaces another: do this once it may.
    pub(super) rename: Option<Rename>,
}

/// A file that stands beside the one it will replace.
pub(super) struct Rename {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
}

/// Creates `path`, or with `overwrite` a file beside it that is to be renamed to it: whoever reads
/// the old file keeps it, and a kill in between leaves one of the two whole.
pub(super) fn create(path: &Path, overwrite: bool) -> Outcome<Created> {
    if path.is_dir() {
        return Err(unwritten(path, &io::ErrorKind::IsADirectory.into()));
    }
    match create_new(path) {
        Ok(file) => Ok(Created { file, rename: None }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !overwrite {
                return Err(exists(path));
            }
            replace(path).map_err(|error| unwritten(path, &error))
        }
        Err(error) => Err(unwritten(path, &error)),
    }
}

/// Whether this is something like `/dev/null` or a pipe, which is written to as it is.
pub(super) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|facts| !facts.is_file() && !facts.is_dir())
}

/// Opens something that [`is_special`].
pub(super) fn open_special(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// The path with more at its end.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut longer = OsString::from(path);
    longer.push(ending);
    longer.into()
}

/// The failure of a file that cannot be written.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::output(format!("cannot write {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => failure.hint("create its directory first"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            failure.hint("choose a directory that you may write to")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.hint("make room on the disk, or choose another")
        }
        io::ErrorKind::IsADirectory => failure.hint("give the name of a file in it"),
        _ => failure,
    }
}

fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create_new(true).mode(PRIVATE).open(path)
}

fn replace(path: &Path) -> io::Result<Created> {
    // A link stays a link: what it points to is replaced.
    let to = path.canonicalize()?;
    let from = with_ending(&to, &format!(".{}.new", std::process::id()));
    let file = create_new(&from)?;
    Ok(Created { file, rename: Some(Rename { from, to }) })
}

fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    open_special(path)?.write_all(content)
}

/// The failure of a file that must not be replaced.
pub(super) fn exists(path: &Path) -> Failure {
    Failure::usage(format!("{} exists already", path.display()))
        .hint("give another name, or --overwrite to replace it")
}
