//! A directory for the time being.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::create::unwritten;
use crate::exit::Outcome;

/// A directory of the user's own, removed with all it holds when this is dropped.
pub(crate) struct Scratch {
    path: PathBuf,
    kept: bool,
}

impl Scratch {
    /// Makes one where temporary files belong.
    pub(crate) fn new(name: &str) -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| unwritten(&path, &error))?;
        Ok(Self { path, kept: false })
    }

    /// Makes one that no process before this left behind, or has made already.
    pub(crate) fn unique(name: &str) -> Outcome<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::new(&format!("{name}-{:x}", now.as_nanos()))
    }

    /// Uses, or makes, this one, and does not remove it.
    pub(crate) fn keep(path: &Path) -> Outcome<Self> {
        fs::create_dir_all(path).map_err(|error| unwritten(path, &error))?;
        Ok(Self { path: path.to_owned(), kept: true })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now, the system will.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
