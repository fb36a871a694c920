//! Sweep reports: read, and written in the format and at the place that was asked for; and what
//! fails a sweep.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use replayer::sweep::baseline::{Accepted, Comparison, Encoding, Finding};
use replayer::sweep::report::{html, json, junit, text};
use replayer::sweep::{Outcome as Class, SweepReport};

use crate::exit::{Exit, Failure, Outcome};
use crate::{store, talk};

/// The formats of a sweep's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: a table, and every finding
    Text,
    /// For programs; docs/sweep-report.schema.json describes it
    Json,
    /// For CI: one test case a point
    Junit,
    /// For browsers: one page that needs nothing else
    Html,
}

/// What fails a sweep.
#[derive(Debug, Clone, Args)]
pub(crate) struct FailArgs {
    /// Outcomes that fail, unless they are in the baseline: fooled, hung, crashed, reported, tolerated, unreached; or none
    #[arg(long, value_name = "OUTCOMES", default_value = "fooled,hung,crashed")]
    fail_on: FailOn,

    /// Accepted findings, which fail nothing; `retape report baseline` writes them
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

/// Outcomes, as typed with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FailOn(Vec<Class>);

/// `FORMAT` or `FORMAT=PATH`, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    format: Format,
    path: Option<PathBuf>,
}

/// Reads a report in JSON.
pub(crate) fn read(path: &Path) -> Outcome<SweepReport> {
    let content = store::content(path)?;
    json::read(&content).map_err(|error| {
        Failure::input(format!("cannot read {}: {error}", path.display()))
            .hint("give a report that `retape sweep --report json=FILE` wrote")
    })
}

/// Reads accepted findings: JSON if the file is named so, else TOML.
pub(crate) fn read_accepted(path: &Path) -> Outcome<Accepted> {
    let cannot = |why: String| Failure::input(format!("cannot read {}: {why}", path.display()));
    let content = store::content(path)?;
    let content = str::from_utf8(&content).map_err(|error| cannot(error.to_string()))?;
    Accepted::parse(content, encoding_of(path)).map_err(|error| cannot(error.to_string()))
}

/// How accepted findings are written in a file of this name.
pub(crate) fn encoding_of(path: &Path) -> Encoding {
    let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if json { Encoding::Json } else { Encoding::Toml }
}

/// Says what of the accepted findings is not as it was.
pub(crate) fn tell(comparison: &Comparison, path: &Path) {
    let path = path.display();
    for Finding { id, outcome, .. } in &comparison.gone {
        talk::warn(&format!("{path}: {outcome} {id:?}: no longer found: remove it"));
    }
    for (Finding { id, outcome, .. }, now) in &comparison.changed {
        talk::warn(&format!(
            "{path}: {id:?} is accepted as {outcome}, and is now {now}: it is new"
        ));
    }
    if !comparison.untried.is_empty() {
        let untried = talk::count(comparison.untried.len(), "accepted finding");
        talk::note(&format!("{path}: {untried} not tried in this sweep"));
    }
}

impl FailArgs {
    /// The outcomes that fail.
    pub(crate) fn outcomes(&self) -> &[Class] {
        let FailOn(outcomes) = &self.fail_on;
        outcomes
    }

    /// Reads the accepted findings: before a sweep, since it is long.
    pub(crate) fn accepted(&self) -> Outcome<Option<(&Path, Accepted)>> {
        let Some(path) = self.baseline.as_deref() else { return Ok(None) };
        Ok(Some((path, read_accepted(path)?)))
    }

    /// Marks what is accepted as known, and says what of it has changed.
    pub(crate) fn mark_known(&self, report: &mut SweepReport) -> Outcome<()> {
        if let Some((path, accepted)) = self.accepted()? {
            tell(&accepted.apply(report), path);
        }
        Ok(())
    }

    /// How the command ends.
    pub(crate) fn conclude(&self, report: &SweepReport) -> Exit {
        let fails = report.failures(self.outcomes()).next().is_some();
        if fails { Exit::Differs } else { Exit::Same }
    }
}

impl Format {
    /// Writes a report in this format.
    pub(crate) fn write(
        self,
        report: &SweepReport,
        fail_on: &[Class],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Text => text::write(report, out),
            Self::Json => json::write(report, out),
            Self::Junit => junit::write(report, fail_on, out),
            Self::Html => html::write(report, out),
        }
    }

    /// Writes a report to a file, or to standard output.
    pub(crate) fn write_to(
        self,
        path: Option<&Path>,
        report: &SweepReport,
        fail_on: &[Class],
    ) -> Outcome<()> {
        let Some(path) = path else {
            return match self {
                Self::Text => talk::result(|out| self.write(report, fail_on, out)),
                _ => talk::data(|out| self.write(report, fail_on, out)),
            };
        };
        if self == Self::Text {
            let mut content = Vec::new();
            // Writing to memory does not fail. Other formats have no colours, and may be long.
            let _ = self.write(report, fail_on, &mut anstream::StripStream::new(&mut content));
            return store::save_report(path, &content);
        }
        store::stream_report(path, |out| self.write(report, fail_on, out))
    }
}

impl Sheet {
    /// Writes a report as it was asked for.
    pub(crate) fn write(&self, report: &SweepReport, fail_on: &[Class]) -> Outcome<()> {
        self.format.write_to(self.path.as_deref(), report, fail_on)
    }

    /// It goes to standard output, where no two may.
    pub(crate) fn on_stdout(&self) -> bool {
        self.path.is_none()
    }
}

impl FromStr for Sheet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = crate::reports::format_and_path(text)?;
        Ok(Self { format, path })
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        text.split(',').map(class).collect::<Result<_, _>>().map(Self)
    }
}

fn class(text: &str) -> Result<Class, String> {
    let found = Class::ALL.into_iter().find(|class| class.name() == text);
    found.ok_or_else(|| {
        let names = Class::ALL.map(Class::name).join(", ");
        format!("{text:?} is none of {names}; or write none")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_format_and_perhaps_a_path() {
        let html = Sheet { format: Format::Html, path: Some("a=b.html".into()) };
        assert_eq!("html=a=b.html".parse(), Ok(html));
        assert!("json".parse::<Sheet>().unwrap().on_stdout());
        assert!("github".parse::<Sheet>().is_err());
        assert!("json=".parse::<Sheet>().is_err());
    }

    #[test]
    fn outcomes_are_typed_by_their_names() {
        assert_eq!("hung,fooled".parse(), Ok(FailOn(vec![Class::Hung, Class::Fooled])));
        assert_eq!("none".parse(), Ok(FailOn(Vec::new())));
        assert!("hung,bad".parse::<FailOn>().unwrap_err().contains("tolerated, reported, hung"));
    }
}
