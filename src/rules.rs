//! `retape.toml`: what counts as a difference.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use replayer::verify::Rules;
use serde::Deserialize;

use crate::exit::{Failure, Outcome};

/// The file that is read, if it is there, when no other is named.
pub(crate) const FILE: &str = "retape.toml";

/// The rules of the file named, or of `./retape.toml` if there is one, or the built-in ones.
pub(crate) fn load(named: Option<&PathBuf>) -> Outcome<Rules> {
    let path = named.map_or(Path::new(FILE), PathBuf::as_path);
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            Ok(Rules::default())
        }
        Err(error) => Err(Failure::input(format!("cannot read {}: {error}", path.display()))),
    }
}

/// The whole file. Other verbs will have tables of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    verify: Rules,
}

fn parse(path: &Path, text: &str) -> Outcome<Rules> {
    toml::from_str::<File>(text).map(|file| file.verify).map_err(|error| {
        Failure::input(format!("cannot read {}: {}", path.display(), error.to_string().trim_end()))
            .hint("docs/retape-toml.md lists all that may be set")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_leaves_every_rule_at_its_default() {
        assert_eq!(parse(Path::new(FILE), "").unwrap(), Rules::default());
    }

    #[test]
    fn a_misspelt_rule_is_refused_with_its_line() {
        let failure = parse(Path::new(FILE), "[verify]\n\nheader-ordr = \"fail\"\n").unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("line 3") && text.contains("header-ordr"), "{text}");
    }
}
