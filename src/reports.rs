//! Verdicts, in the format and at the place that was asked for.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use replayer::report::{Verdict, github, json, junit, text};

use crate::exit::Outcome;
use crate::{store, talk};

/// The formats of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs; docs/report.schema.json describes it
    Json,
    /// For CI: one test case an exchange
    Junit,
    /// For GitHub Actions: annotations
    Github,
}

impl Format {
    /// Writes a verdict in this format.
    pub(crate) fn write(self, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => text::write(verdict, out),
            Self::Json => json::write(verdict, out),
            Self::Junit => junit::write(verdict, out),
            Self::Github => github::write(verdict, out),
        }
    }

    /// Prints a verdict.
    pub(crate) fn print(self, verdict: &Verdict) -> Outcome<()> {
        match self {
            Self::Text => talk::result(|out| text::write(verdict, out)),
            _ => talk::data(|out| self.write(verdict, out)),
        }
    }

    /// What a file gets: no colours.
    fn plain(self, verdict: &Verdict) -> Vec<u8> {
        let mut content = Vec::new();
        // Writing to memory does not fail.
        let _ = match self {
            Self::Text => text::write(verdict, &mut anstream::StripStream::new(&mut content)),
            _ => self.write(verdict, &mut content),
        };
        content
    }
}

/// `FORMAT` or `FORMAT=PATH`, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    format: Format,
    path: Option<PathBuf>,
}

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = format_and_path(text)?;
        Ok(Self { format, path })
    }
}

/// Reads `FORMAT[=PATH]`.
pub(crate) fn format_and_path<F: ValueEnum>(text: &str) -> Result<(F, Option<PathBuf>), String> {
    let (format, path) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no path after '='".to_owned()),
        Some((format, path)) => (format, Some(path.into())),
        None => (text, None),
    };
    let format = F::from_str(format, false).map_err(|_| {
        let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = names.map(|value| value.get_name().to_owned()).collect();
        format!("{format:?} is none of {}", names.join(", "))
    })?;
    Ok((format, path))
}

/// Writes every report asked for, and one for people unless that was asked for itself or `--quiet`
/// was given. Beside a command, standard output is the command's: people read standard error.
pub(crate) fn write_all(reports: &[Report], beside: bool, verdict: &Verdict) -> Outcome<()> {
    let asked = reports.iter().any(|report| report.format == Format::Text);
    if !asked && !talk::is_quiet() {
        for_people(reports, beside, verdict)?;
    }
    reports.iter().try_for_each(|report| match (&report.path, report.format) {
        (Some(path), format) => store::save_report(path, &format.plain(verdict)),
        (None, Format::Text) => for_people(reports, beside, verdict),
        (None, format) => talk::data(|out| format.write(verdict, out)),
    })
}

/// Whether two reports would mix on standard output.
pub(crate) fn mix(reports: &[Report]) -> bool {
    reports.iter().filter(|report| report.on_stdout()).count() > 1
}

impl Report {
    fn on_stdout(&self) -> bool {
        self.path.is_none() && self.format != Format::Text
    }
}

fn for_people(reports: &[Report], beside: bool, verdict: &Verdict) -> Outcome<()> {
    if beside || reports.iter().any(Report::on_stdout) {
        talk::aside(|out| text::write(verdict, out));
        return Ok(());
    }
    talk::result(|out| text::write(verdict, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_format_and_perhaps_a_path() {
        let junit = Report { format: Format::Junit, path: Some("out=1.xml".into()) };
        assert_eq!("junit=out=1.xml".parse(), Ok(junit));
        assert_eq!("json".parse(), Ok(Report { format: Format::Json, path: None }));
        assert!("html".parse::<Report>().is_err());
        assert!("json=".parse::<Report>().is_err());
    }
}
