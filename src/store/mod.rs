//! The only place with paths: opens, creates and extends cassette files.
//!
//! - [`open`]: a file's cassette, whichever of the two encodings it is in
//! - [`Tape`]: a file that is being recorded to
//! - [`Scratch`]: a directory for the time being
//! - [`save`]: a file written at once; [`Sink`]: one written piece by piece
//! - [`AuthorityHome`]: where the user's certificate authority is kept

mod authority;
mod create;
mod map;
mod place;
mod scratch;
mod sink;
mod tape;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;
use cassettes::format::{self, Reader};
use cassettes::model::Cassette;
use cassettes::text;

pub(crate) use authority::AuthorityHome;
pub(crate) use create::{save, save_report, stream_report};
pub(crate) use place::replace;
pub(crate) use scratch::Scratch;
pub(crate) use sink::Sink;
pub(crate) use tape::{Existing, Finish, Tape};

use crate::exit::{Failure, Outcome};
use crate::talk;

/// Longest text cassette read. A person does not write, and git does not like, more.
const MAX_TEXT_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Most bytes read of certificates: those of all public authorities are a quarter of this.
const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// The two encodings of a cassette, told apart by the file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `.yaml`, `.yml`.
    Text,
    /// Everything else; `.cassette` by custom.
    Binary,
}

impl Encoding {
    /// As the file's ending says.
    pub(crate) fn of(path: &Path) -> Self {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        if ending == "yaml" || ending == "yml" { Self::Text } else { Self::Binary }
    }
}

/// Opens a cassette. Says so if it was left unfinished by its recorder.
pub(crate) fn open(path: &Path) -> Outcome<Reader> {
    let reader = match Encoding::of(path) {
        Encoding::Binary => open_binary(path)?,
        Encoding::Text => open_encoded(path, &open_text(path)?)?,
    };
    if let Some(recovery) = reader.recovery() {
        talk::warn(&format!("{}: {recovery}", path.display()));
    }
    Ok(reader)
}

/// Opens a cassette and reads all of it.
pub(crate) fn open_whole(path: &Path) -> Outcome<Cassette> {
    match Encoding::of(path) {
        Encoding::Binary => open(path)?.to_cassette().map_err(|error| unreadable(path, &error)),
        Encoding::Text => open_text(path),
    }
}

/// Reads certificates or keys.
pub(crate) fn read_pem(path: &Path) -> Outcome<String> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_PEM_BYTES).read_to_string(&mut text));
    read.map_err(|error| Failure::input(format!("cannot read {}: {error}", path.display())))?;
    Ok(text)
}

/// All of a file, whatever it is.
pub(crate) fn content(path: &Path) -> Outcome<Bytes> {
    contents(path)
        .map_err(|error| Failure::input(format!("cannot read {}: {error}", path.display())))
}

/// The failure of a file that holds no readable cassette.
pub(crate) fn unreadable(path: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::input(format!("cannot read {}: {}", path.display(), chain(error)))
}

/// An error with its causes, as one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(line, ": {cause}");
        source = cause.source();
    }
    line
}

fn open_binary(path: &Path) -> Outcome<Reader> {
    let bytes = contents(path).map_err(|error| unopened(path, &error))?;
    Reader::open(bytes).map_err(|error| unreadable(path, &error))
}

/// A text cassette takes the same way as any other from here on: there is one reader.
fn open_encoded(path: &Path, cassette: &Cassette) -> Outcome<Reader> {
    let bytes = format::encode(cassette).map_err(|error| unreadable(path, &error))?;
    Reader::open(bytes).map_err(|error| unreadable(path, &error))
}

fn open_text(path: &Path) -> Outcome<Cassette> {
    let yaml = read_text(path).map_err(|error| unopened(path, &error))?;
    text::read(&yaml).map_err(|error| unreadable(path, &error))
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut yaml = String::new();
    let read = File::open(path)?.take(MAX_TEXT_FILE_BYTES + 1).read_to_string(&mut yaml)?;
    if read as u64 > MAX_TEXT_FILE_BYTES {
        let message = format!("a text cassette is at most {MAX_TEXT_FILE_BYTES} bytes long");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(yaml)
}

/// A regular file is mapped, so that opening costs nothing; a pipe has to be read.
fn contents(path: &Path) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    let facts = file.metadata()?;
    if facts.is_file() {
        return map::map(&file);
    }
    if facts.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

fn unopened(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::input(format!("cannot open {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure.hint("check the path, or record it first: retape record --to URL -o FILE")
        }
        io::ErrorKind::PermissionDenied => {
            failure.hint("cassettes are private to the user who recorded them (mode 0600)")
        }
        io::ErrorKind::InvalidData => {
            failure.hint("a .yaml file must be UTF-8; a binary cassette ends in .cassette")
        }
        _ => failure,
    }
}
