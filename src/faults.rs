//! Faults as they are typed, and as files hold them.

use std::fs;
use std::path::{Path, PathBuf};

use cassettes::fault::{FaultSet, Overlay, Sentence};
use clap::Args;
use serde::Deserialize;

use crate::exit::{Failure, Outcome};
use crate::store::Encoding;

/// What is to be broken.
#[derive(Debug, Default, Args)]
pub(crate) struct FaultArgs {
    /// Break answers: `KIND [PARAMETERS] [at POINT [of request]] [on SELECTOR] [ATTEMPTS]`, such as `close at byte 812 on 3`.
    /// May be repeated; `retape faults` lists all kinds
    #[arg(long = "fault", value_name = "FAULT")]
    fault_sentences: Vec<String>,

    /// A file of faults in TOML or YAML: `faults`, a list of them, and perhaps `seed`. May be repeated
    #[arg(long = "faults", value_name = "FILE")]
    fault_files: Vec<PathBuf>,

    /// Where chance begins, for faults without a `seed=` of their own [default: 0]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// A fault that hits nothing is no error
    #[arg(long)]
    pub(crate) allow_unused: bool,
}

impl FaultArgs {
    /// Those of the files first, then those that were typed.
    pub(crate) fn load(&self) -> Outcome<FaultSet> {
        let typed =
            self.fault_sentences.iter().map(|text| Sentence { text: text.clone(), line: 0 });
        let typed = Overlay { seed: None, sentences: typed.collect() };
        let mut faults = Vec::new();
        let mut seed = self.seed;
        for path in &self.fault_files {
            let overlay = read(path)?;
            seed = seed.or(overlay.seed);
            faults.extend(parse(overlay, &path.display().to_string())?.faults().iter().cloned());
        }
        faults.extend(parse(typed, "--fault")?.faults().iter().cloned());
        Ok(FaultSet::new(faults, seed.unwrap_or_default()))
    }
}

/// The faults of what a file, or the command line, says.
fn parse(overlay: Overlay, from: &str) -> Outcome<FaultSet> {
    overlay.into_faults().map_err(|error| {
        let line = if error.line > 0 { format!(", line {}", error.line) } else { String::new() };
        Failure::usage(format!("cannot read the fault in {from}{line}: {error}"))
            .hint("`retape faults` lists all kinds; `retape faults KIND` tells how one is written")
    })
}

/// The faults of a file.
pub(crate) fn load(path: &Path) -> Outcome<FaultSet> {
    parse(read(path)?, &path.display().to_string())
}

/// A file of faults.
pub(crate) fn read(path: &Path) -> Outcome<Overlay> {
    let shown = path.display();
    let unread = |error: &dyn std::fmt::Display| {
        let error = error.to_string();
        Failure::input(format!("cannot read {shown}: {}", error.trim_end()))
    };
    let text = fs::read_to_string(path).map_err(|error| unread(&error))?;
    match Encoding::of(path) {
        Encoding::Text => Overlay::from_yaml(&text).map_err(|error| unread(&error)),
        Encoding::Binary => {
            let file = toml::from_str::<File>(&text).map_err(|error| unread(&error))?;
            Ok(file.into_overlay(&text))
        }
    }
}

/// A file in TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    seed: Option<u64>,
    faults: Vec<toml::Spanned<String>>,
}

impl File {
    fn into_overlay(self, text: &str) -> Overlay {
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let sentence = |fault: toml::Spanned<String>| Sentence {
            line: line(fault.span().start),
            text: fault.into_inner(),
        };
        Overlay { seed: self.seed, sentences: self.faults.into_iter().map(sentence).collect() }
    }
}

/// A fault that hit nothing, and why, if there is a reason.
pub(crate) type Unused = (String, Option<String>);

/// What is said of faults that hit nothing, with what they would have needed; none if there are none.
pub(crate) fn tell_unused(unused: &[Unused]) -> Option<String> {
    let why = |(id, reason): &Unused| {
        let reason = reason.as_deref().unwrap_or("nothing that it selects was there");
        format!("\n    {id}: {reason}")
    };
    let list: String = unused.iter().map(why).collect();
    (!unused.is_empty()).then(|| format!("faults that hit nothing:{list}"))
}

/// What to do about them.
pub(crate) const UNUSED_HINT: &str =
    "`retape faults FILE` lists the points that a cassette offers; --allow-unused lets it pass";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_toml_keeps_its_lines() {
        let text = "seed = 7\nfaults = [\n  \"close at end\",\n  \"reset at noon\",\n]\n";
        let overlay = toml::from_str::<File>(text).unwrap().into_overlay(text);
        assert_eq!(overlay.seed, Some(7));
        assert_eq!(overlay.sentences[1].line, 4);
        let told = parse(overlay, "faults.toml").unwrap_err().to_string();
        assert!(told.contains("faults.toml, line 4: at character 10"), "{told}");
    }
}
