//! What of a run is compared: outputs, and files in the run's directory.

use std::collections::BTreeMap;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use replayer::sweep::{Content, Names, Normalizer, Written};

use super::process::Ended;

/// Most files compared of one directory: a checked-out repository has fewer, and a runaway command does not fill memory.
const MAX_FILES: usize = 10_000;

/// Kept of each of them for telling a difference; what follows is compared by its hash.
const KEPT_OF_FILE: usize = 4 * 1024;

/// Read at once of a file.
const READ_BYTES: usize = 64 * 1024;

/// One thing to compare, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Watch {
    Stdout,
    Stderr,
    /// A file or a directory in the run's own directory.
    Path(PathBuf),
}

/// All that is compared.
#[derive(Debug)]
pub(super) struct Watched {
    watches: Vec<Watch>,
    normalizer: Normalizer,
}

impl FromStr for Watch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "stdout" => return Ok(Self::Stdout),
            "stderr" => return Ok(Self::Stderr),
            _ => {}
        }
        let path = Path::new(text);
        let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
        if text.is_empty() || !path.components().all(inside) {
            return Err("write stdout, stderr, or a path within the run's own directory, which the command finds in \
                        RETAPE_RUN_DIR, or in place of {out}"
                .to_owned());
        }
        Ok(Self::Path(path.to_owned()))
    }
}

impl Watched {
    /// These; standard output if there are none.
    pub(super) fn new(mut watches: Vec<Watch>, normalizer: Normalizer) -> Self {
        if watches.is_empty() {
            watches.push(Watch::Stdout);
        }
        Self { watches, normalizer }
    }

    /// What they are after a run in this directory.
    pub(super) fn contents(
        &self,
        ended: &Ended,
        directory: &Path,
        names: &Names,
    ) -> BTreeMap<String, Content> {
        let mut contents = BTreeMap::new();
        let of = |written: &Written| written.content(&self.normalizer, names);
        for watch in &self.watches {
            match watch {
                Watch::Stdout => drop(contents.insert("stdout".to_owned(), of(&ended.stdout))),
                Watch::Stderr => drop(contents.insert("stderr".to_owned(), of(&ended.stderr))),
                Watch::Path(path) => contents.extend(
                    files(directory, path).into_iter().map(|(name, written)| (name, of(&written))),
                ),
            }
        }
        contents
    }
}

/// The file of this name, or all beneath the directory of this name, in order. What is not there is not in it.
fn files(directory: &Path, path: &Path) -> Vec<(String, Written)> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        let whole = directory.join(&path);
        let Ok(facts) = fs::symlink_metadata(&whole) else { continue };
        if found.len() >= MAX_FILES {
            break;
        }
        if facts.is_dir() {
            let mut names: Vec<_> = entries(&whole).map(|name| path.join(name)).collect();
            names.sort_unstable();
            // The first one is taken next.
            open.extend(names.into_iter().rev());
        } else {
            let mut written = Written::keeping(KEPT_OF_FILE);
            read(&whole, facts.file_type(), &mut written);
            found.push((path.display().to_string(), written));
        }
    }
    found
}

fn entries(directory: &Path) -> impl Iterator<Item = std::ffi::OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name())
}

/// A file's content, or where a link leads. What cannot be read is compared by the reason why not.
fn read(path: &Path, kind: FileType, written: &mut Written) {
    let result = if kind.is_symlink() {
        fs::read_link(path).map(|to| written.push(to.as_os_str().as_encoded_bytes()))
    } else if kind.is_file() {
        read_file(path, written)
    } else {
        Ok(())
    };
    if let Err(error) = result {
        written.push(error.to_string().as_bytes());
    }
}

fn read_file(path: &Path, written: &mut Written) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => written.push(buffer.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_runs_directory_is_compared() {
        assert_eq!("stderr".parse(), Ok(Watch::Stderr));
        assert_eq!("out/a.json".parse(), Ok(Watch::Path("out/a.json".into())));
        for outside in ["/etc/passwd", "../a", "a/../../b", ""] {
            assert!(outside.parse::<Watch>().is_err(), "{outside}");
        }
    }

    #[test]
    fn a_directory_is_all_the_files_beneath_it() {
        let directory = tempfile::TempDir::new().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir_all(at("tree/sub")).unwrap();
        fs::write(at("tree/sub/b"), "b").unwrap();
        fs::write(at("tree/a"), "a").unwrap();
        std::os::unix::fs::symlink("a", at("tree/link")).unwrap();
        let found = files(directory.path(), Path::new("tree"));
        let shown: Vec<_> = found.iter().map(|(name, it)| (name.as_str(), it.shown())).collect();
        let expected = [("tree/a", "a"), ("tree/link", "a"), ("tree/sub/b", "b")];
        assert_eq!(shown, expected.map(|(name, content)| (name, content.as_bytes().to_vec())));
        assert!(files(directory.path(), Path::new("missing")).is_empty());
    }
}
