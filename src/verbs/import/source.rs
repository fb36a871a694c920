//! Where a capture comes from.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use recorder::capture::{CaptureFile, Captured, ReadError};
use recorder::decrypt::Secrets;

use crate::exit::{Failure, Outcome};
use crate::store;

/// Enough of a file to see what it is.
const HEAD_BYTES: u64 = 4;

/// What is to be imported.
pub(super) struct Source {
    pub(super) capture: CaptureFile,
    /// How long it is, if it has an end.
    pub(super) length: Option<u64>,
}

impl Source {
    /// Opens a file, or standard input. Secrets in a file are read before all else: they may come after what they decrypt.
    pub(super) fn open(path: &Path, secrets: &mut Secrets) -> Outcome<Self> {
        if path == Path::new("-") {
            return Self::read(path, io::stdin(), None, secrets);
        }
        let mut file = File::open(path).map_err(|error| unopened(path, &error))?;
        let facts = file.metadata().map_err(|error| unopened(path, &error))?;
        if facts.is_dir() {
            return Err(unopened(path, &io::ErrorKind::IsADirectory.into()));
        }
        if !facts.is_file() {
            return Self::read(path, file, None, secrets);
        }
        if kind(&head(&mut file).map_err(|error| unopened(path, &error))?) == Kind::WithSecrets {
            let again = File::open(path).map_err(|error| unopened(path, &error))?;
            add_secrets(again, secrets);
            secrets.complete();
        }
        file.rewind().map_err(|error| unopened(path, &error))?;
        Self::read(path, file, Some(facts.len()), secrets)
    }

    fn read(
        path: &Path,
        mut reader: impl Read + Send + 'static,
        length: Option<u64>,
        secrets: &mut Secrets,
    ) -> Outcome<Self> {
        let head = head(&mut reader).map_err(|error| unopened(path, &error))?;
        if kind(&head) == Kind::WithoutSecrets {
            secrets.complete();
        }
        let capture = CaptureFile::new(Cursor::new(head).chain(reader));
        let capture = capture.map_err(|error| unreadable(path, &error))?;
        Ok(Self { capture, length })
    }
}

/// The failure of a file that is no capture.
pub(super) fn unreadable(path: &Path, error: &ReadError) -> Failure {
    Failure::input(format!("cannot read {}: {}", path.display(), store::chain(error)))
}

/// What a file is, as far as its secrets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// pcapng: it may hold some.
    WithSecrets,
    /// Compressed: nobody knows, and looking takes as long as reading.
    Compressed,
    /// Anything else: it has no place for any.
    WithoutSecrets,
}

fn kind(head: &[u8]) -> Kind {
    match head {
        b"\x0a\x0d\x0d\x0a" => Kind::WithSecrets,
        [0x1f, 0x8b, ..] | b"\x28\xb5\x2f\xfd" => Kind::Compressed,
        _ => Kind::WithoutSecrets,
    }
}

fn head(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// What is wrong with the file, the import itself tells.
fn add_secrets(file: File, secrets: &mut Secrets) {
    for captured in CaptureFile::new(file).into_iter().flatten() {
        if let Ok(Captured::Secrets(key_log)) = captured {
            secrets.add_key_log(&key_log);
        }
    }
}

/// The failure of a file that cannot be opened.
pub(super) fn unopened(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::input(format!("cannot open {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => failure.hint("check the path"),
        io::ErrorKind::PermissionDenied => {
            failure.hint("captures of tcpdump belong to root, or to its own user")
        }
        _ => failure,
    }
}
