//! `retape.toml`: what counts as a difference.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cassettes::wire::protobuf::Descriptors;
use clap::Args;
use replayer::verify::Rules;
use serde::Deserialize;

use crate::exit::{Failure, Outcome};

/// What counts as a difference.
#[derive(Debug, Default, Args)]
pub(crate) struct RulesArgs {
    /// What counts as a difference [default: ./retape.toml if there is one]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Name the fields of gRPC messages by this compiled descriptor set (`protoc --descriptor_set_out`)
    #[arg(long, value_name = "FILE")]
    proto_descriptors: Option<PathBuf>,
}

impl RulesArgs {
    /// The rules, with the descriptors if there are any.
    pub(crate) fn load(&self) -> Outcome<Rules> {
        let rules = load(self.rules.as_ref())?;
        let descriptors = self.proto_descriptors.as_deref().map(descriptors).transpose()?;
        Ok(Rules { descriptors: descriptors.map(Arc::new), ..rules })
    }
}

/// The file that is read, if it is there, when no other is named.
const FILE: &str = "retape.toml";

/// The rules of the file named, or of `./retape.toml` if there is one, or the built-in ones.
fn load(named: Option<&PathBuf>) -> Outcome<Rules> {
    let path = named.map_or(Path::new(FILE), PathBuf::as_path);
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            Ok(Rules::default())
        }
        Err(error) => Err(Failure::input(format!("cannot read {}: {error}", path.display()))),
    }
}

/// A compiled descriptor set.
pub(crate) fn descriptors(path: &Path) -> Outcome<Descriptors> {
    let shown = path.display();
    let set =
        fs::read(path).map_err(|error| Failure::input(format!("cannot read {shown}: {error}")))?;
    Descriptors::read(&set).map_err(|error| Failure::input(format!("cannot use {shown}: {error}")))
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
