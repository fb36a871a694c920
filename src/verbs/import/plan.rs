//! What is meant by what was typed.

use std::fmt::Display;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cassettes::format::Options;
use recorder::decrypt::Secrets;
use recorder::import::{Filter, FilterError, ImportPlan};

use super::{Format, ImportArgs};
use crate::exit::{Failure, Outcome};
use crate::store::Existing;
use crate::talk;

/// Longest key log read: some two million connections.
const MAX_KEY_LOG_BYTES: u64 = 1024 * 1024 * 1024;

/// Longest private key read: those in use are a few kilobytes.
const MAX_KEY_BYTES: u64 = 1024 * 1024;

pub(super) struct Plan {
    pub(super) input: PathBuf,
    pub(super) import: ImportPlan,
    pub(super) key_logs: Vec<PathBuf>,
    pub(super) private_keys: Vec<PathBuf>,
    pub(super) format: Format,
    pub(super) strict: bool,
    /// None: only list.
    pub(super) output: Option<Output>,
}

pub(super) struct Output {
    pub(super) path: PathBuf,
    pub(super) existing: Existing,
    pub(super) options: Options,
}

impl TryFrom<ImportArgs> for Plan {
    type Error = Failure;

    fn try_from(args: ImportArgs) -> Outcome<Self> {
        let filter = args.filter.as_deref().map(filter).transpose()?;
        let existing = if args.overwrite { Existing::Overwrite } else { Existing::Keep };
        let options = Options { compress: args.compress };
        Ok(Self {
            input: args.file,
            import: ImportPlan {
                filter,
                servers: args.server,
                outer: args.outer,
                reports: args.list,
                digests: args.digest,
                ..ImportPlan::default()
            },
            key_logs: args.keylog,
            private_keys: args.private_key,
            format: args.format,
            strict: args.strict,
            output: args.output.map(|path| Output { path, existing, options }),
        })
    }
}

impl Plan {
    /// Those of the key logs, and from private keys.
    pub(super) fn secrets(&self) -> Outcome<Secrets> {
        let mut secrets = Secrets::new();
        for path in &self.private_keys {
            let key = read(path, MAX_KEY_BYTES)?;
            secrets.add_private_key(&key).map_err(|error| {
                Failure::input(format!("cannot use {}: {error}", path.display()))
            })?;
        }
        for path in &self.key_logs {
            let found = secrets.add_key_log(&read(path, MAX_KEY_LOG_BYTES)?);
            if found.secrets == 0 {
                talk::warn(&format!("{} holds no secrets of TLS connections", path.display()));
            }
            if found.refused > 0 {
                let refused = talk::count(found.refused, "secret");
                talk::warn(&format!(
                    "{refused} of {} not used: there are too many",
                    path.display()
                ));
            }
        }
        Ok(secrets)
    }
}

fn filter(text: &str) -> Outcome<Filter> {
    text.parse().map_err(|error: FilterError| {
        let marks = "^".repeat(error.span.len().max(1));
        let indent = " ".repeat(error.span.start);
        Failure::usage(format!("--filter: {error}\n  {text}\n  {indent}{marks}"))
    })
}

/// The content of a file of at most so many bytes.
fn read(path: &Path, most: u64) -> Outcome<Vec<u8>> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut content));
    let failed =
        |why: &dyn Display| Failure::input(format!("cannot read {}: {why}", path.display()));
    match read {
        Ok(read) if read as u64 > most => {
            Err(failed(&format_args!("it is longer than {most} bytes")))
        }
        Ok(_) => Ok(content),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_shown_where_it_is_wrong() {
        let said = filter("port 80 and hots a").unwrap_err().to_string();
        assert!(said.contains("  port 80 and hots a\n              ^^^^"), "{said}");
    }
}
