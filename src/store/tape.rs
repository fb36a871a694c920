//! A cassette file that is being recorded to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cassettes::format::{self, Journal, Options, Reader};
use cassettes::model::Header;
use rustix::fs::{FlockOperation, flock};

use super::create::{self, Created, Rename, unwritten};
use super::{Encoding, map, open_whole, save, unreadable};
use crate::exit::{Failure, Outcome};
use crate::talk;

/// What to do with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Leave it, and fail.
    Keep,
    /// Put the new recording in its place.
    Overwrite,
    /// Record after what it holds.
    Append,
}

impl Existing {
    /// As two switches say it, of which at most one is on.
    pub(crate) const fn chosen(overwrite: bool, append: bool) -> Self {
        match (overwrite, append) {
            (true, _) => Self::Overwrite,
            (_, true) => Self::Append,
            _ => Self::Keep,
        }
    }
}

/// A file open for recording, and the journal whose bytes belong into it. Others that record to the
/// same file are kept out by a lock, which ends with the file's closing.
pub(crate) struct Tape {
    /// Hands out the bytes.
    pub(crate) journal: Journal,
    /// Where they belong.
    pub(crate) file: File,
    finish: Finish,
}

/// What remains to be done once everything is written.
pub(crate) struct Finish {
    /// The text file that this recording is for, and whether it may replace one.
    text: Option<TextTarget>,
}

struct TextTarget {
    staged: PathBuf,
    path: PathBuf,
    overwrite: bool,
}

impl Tape {
    /// Opens `path` for recording. A text cassette is recorded into a binary one beside it, and
    /// converted at the end: only so does a killed recorder lose nothing.
    pub(crate) fn open(
        path: &Path,
        existing: Existing,
        header: &Header,
        options: Options,
    ) -> Outcome<Self> {
        match Encoding::of(path) {
            Encoding::Binary => Self::open_binary(path, existing, header, options),
            Encoding::Text => Self::open_text(path, existing, header, options),
        }
    }

    /// A recording that nobody keeps.
    pub(crate) fn nowhere(header: &Header) -> Outcome<Self> {
        Self::open_binary(Path::new("/dev/null"), Existing::Keep, header, Options::default())
    }

    /// The parts: the writer takes the file, and gives it up when it is done.
    pub(crate) fn into_parts(self) -> (Journal, File, Finish) {
        (self.journal, self.file, self.finish)
    }

    fn open_binary(
        path: &Path,
        existing: Existing,
        header: &Header,
        options: Options,
    ) -> Outcome<Self> {
        let finish = Finish { text: None };
        if create::is_special(path) {
            let file = create::open_special(path).map_err(|error| unwritten(path, &error))?;
            let journal = Journal::create_with(header, options);
            return Ok(Self { journal, file, finish });
        }
        if existing == Existing::Append && path.exists() {
            let (journal, file) = append(path, header, options)?;
            return Ok(Self { journal, file, finish });
        }
        let (journal, file) = start(path, existing, header, options)?;
        Ok(Self { journal, file, finish })
    }

    fn open_text(
        path: &Path,
        existing: Existing,
        header: &Header,
        options: Options,
    ) -> Outcome<Self> {
        if existing == Existing::Keep && path.exists() {
            return Err(create::exists(path));
        }
        let staged = create::with_ending(path, ".unfinished.cassette");
        if staged.exists() {
            return Err(left_over(path, &staged));
        }
        if existing == Existing::Append && path.exists() {
            let so_far = format::encode(&open_whole(path)?).map_err(|e| unreadable(path, &e))?;
            save(&staged, false, &so_far)?;
        }
        let mut tape = Self::open_binary(&staged, Existing::Append, header, options)?;
        let overwrite = existing != Existing::Keep;
        tape.finish.text = Some(TextTarget { staged, path: path.to_owned(), overwrite });
        Ok(tape)
    }
}

impl Finish {
    /// Does it. Everything must be written by now.
    pub(crate) fn run(self) -> Outcome<()> {
        let Some(TextTarget { staged, path, overwrite }) = self.text else { return Ok(()) };
        let yaml = cassettes::text::write(&open_whole(&staged)?);
        save(&path, overwrite, yaml.as_bytes())?;
        fs::remove_file(&staged).map_err(|error| unwritten(&staged, &error))
    }
}

/// A new recording. Its first bytes are written before it takes an old one's place, so that there is
/// a readable cassette under this name at any moment.
fn start(
    path: &Path,
    existing: Existing,
    header: &Header,
    options: Options,
) -> Outcome<(Journal, File)> {
    let journal = Journal::create_with(header, options);
    if existing == Existing::Overwrite && path.is_file() {
        let old = File::open(path).map_err(|error| unwritten(path, &error))?;
        lock(&old, path)?;
    }
    let overwrite = existing == Existing::Overwrite;
    let Created { mut file, rename } = create::create(path, overwrite)?;
    lock(&file, path)?;
    let begun = write_pending(&journal, &mut file).and_then(|()| match &rename {
        Some(Rename { from, to }) => fs::rename(from, to),
        None => Ok(()),
    });
    match begun {
        Ok(()) => Ok((journal, file)),
        Err(error) => {
            let _ = fs::remove_file(rename.as_ref().map_or(path, |rename| &rename.from));
            Err(unwritten(path, &error))
        }
    }
}

fn append(path: &Path, header: &Header, options: Options) -> Outcome<(Journal, File)> {
    let file = File::options()
        .read(true)
        .append(true)
        .open(path)
        .map_err(|error| unwritten(path, &error))?;
    lock(&file, path)?;
    let reader = map::map(&file)
        .map_err(|error| unreadable(path, &error))
        .and_then(|bytes| Reader::open(bytes).map_err(|error| unreadable(path, &error)))?;
    check_same_origin(path, reader.header(), header)?;
    let sound = reader.sound_len();
    if let Some(recovery) = reader.recovery() {
        talk::warn(&format!("{}: {recovery}", path.display()));
    }
    let journal =
        Journal::resume_with(&reader, sound, options).map_err(|error| unreadable(path, &error))?;
    // The reader maps what follows the sound part as well: it must be gone before that is cut off.
    drop(reader);
    file.set_len(sound).map_err(|error| unwritten(path, &error))?;
    Ok((journal, file))
}

/// A cassette's header speaks for all of it.
fn check_same_origin(path: &Path, was: &Header, now: &Header) -> Outcome<()> {
    if was.rewrite == now.rewrite {
        return Ok(());
    }
    let origin = |header: &Header| match header.rewrite.host.as_str() {
        "" => "no proxied server".to_owned(),
        host => host.to_owned(),
    };
    Err(Failure::usage(format!(
        "{} records {}, and can only be continued in the same way, not with {}",
        path.display(),
        origin(was),
        origin(now)
    ))
    .hint("record to a file of its own (check --to and --rewrite-origin); replay takes several"))
}

fn lock(file: &File, path: &Path) -> Outcome<()> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK) => {
            Err(Failure::usage(format!("{} is being recorded to", path.display()))
                .hint("end the other recording first, or record to another file"))
        }
        // Not every file system has locks.
        _ => Ok(()),
    }
}

fn write_pending(journal: &Journal, file: &mut File) -> io::Result<()> {
    let mut pending: Vec<Bytes> = Vec::new();
    journal.take_pending(&mut pending);
    pending.iter().try_for_each(|bytes| file.write_all(bytes))
}

fn left_over(path: &Path, staged: &Path) -> Failure {
    let (path, staged) = (path.display(), staged.display());
    Failure::usage(format!("{staged} is there: a recording of {path} was killed, or still runs"))
        .hint(format!("keep it: retape convert {staged} FILE.yaml; then delete it"))
}
