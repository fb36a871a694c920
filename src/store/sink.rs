//! A file that is written piece by piece, and is there once it is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::create::{Created, Rename, create, is_special, open_special, unwritten};
use crate::exit::Outcome;

/// What is not [`Sink::finish`]ed leaves nothing behind.
pub(crate) struct Sink {
    path: PathBuf,
    file: File,
    rename: Option<Rename>,
    /// To be removed, unless it is finished.
    unfinished: Option<PathBuf>,
}

impl Sink {
    /// A new file, private to the user. Without `overwrite` an existing one is left alone; with it, the old content is
    /// there until the new one is complete.
    pub(crate) fn create(path: &Path, overwrite: bool) -> Outcome<Self> {
        let path = path.to_owned();
        if is_special(&path) {
            let file = open_special(&path).map_err(|error| unwritten(&path, &error))?;
            return Ok(Self { path, file, rename: None, unfinished: None });
        }
        let Created { file, rename } = create(&path, overwrite)?;
        let unfinished = rename.as_ref().map_or(&path, |rename| &rename.from).clone();
        Ok(Self { path, file, rename, unfinished: Some(unfinished) })
    }

    /// What comes next.
    pub(crate) fn write(&mut self, piece: &[u8]) -> Outcome<()> {
        self.file.write_all(piece).map_err(|error| unwritten(&self.path, &error))
    }

    /// That was all.
    pub(crate) fn finish(mut self) -> Outcome<()> {
        let put = |rename: &Rename| -> io::Result<()> { fs::rename(&rename.from, &rename.to) };
        let done = self.rename.as_ref().map_or(Ok(()), put);
        done.map_err(|error| unwritten(&self.path, &error))?;
        self.unfinished = None;
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(path) = &self.unfinished {
            // What is left of it would be taken for a whole one. If it cannot be removed, the failure that led here is told anyway.
            let _ = fs::remove_file(path);
        }
    }
}
