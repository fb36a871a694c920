//! The file that a sweep can be taken up from: a line for what is swept, then one for each result, as they come.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use replayer::sweep::{PointResult, Shard};
use serde::{Deserialize, Serialize};

use crate::exit::{Failure, Outcome};
use crate::talk;

/// The first line. Results of one sweep do not belong to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heading {
    /// The file's format: 1.
    pub(super) retape_sweep: u32,
    /// A hash of the cassette.
    pub(super) cassette: String,
    pub(super) command: Vec<String>,
    pub(super) plan: String,
    /// How many results it has in all.
    pub(super) planned: u64,
    pub(super) seed: u64,
    pub(super) shard: Option<Shard>,
    /// What else decides how a run is judged.
    pub(super) options: Vec<String>,
    /// A hash of the unbroken run.
    pub(super) baseline: String,
}

/// The file, open for more.
#[derive(Debug)]
pub(super) struct State {
    file: File,
}

/// Results by their numbers.
pub(super) type Results = BTreeMap<u64, PointResult>;

impl State {
    /// Opens it, or makes it; gives the results that it holds. One of another sweep is refused.
    pub(super) fn open(path: &Path, heading: &Heading) -> Outcome<(Self, Results)> {
        let failed = |error: std::io::Error| {
            Failure::output(format!("cannot keep results in {}: {error}", path.display()))
        };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let mut file = options.open(path).map_err(failed)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(failed)?;
        let whole = whole_lines(&content);
        if whole.len() < content.len() {
            talk::warn(&format!("{}: the last line is torn: it is done again", path.display()));
            file.set_len(whole.len() as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
        }
        let mut state = Self { file };
        if whole.is_empty() {
            state.append(heading).map_err(failed)?;
            return Ok((state, Results::new()));
        }
        let results = read(whole, heading)
            .map_err(|why| Failure::input(format!("cannot take up {}: {why}", path.display())).hint(
                "take it up with the cassette, command, plan and options that it was begun with, or name another file",
            ))?;
        Ok((state, results))
    }

    /// Adds results, which are kept whatever happens next.
    pub(super) fn add(&mut self, results: &[PointResult]) -> std::io::Result<()> {
        results.iter().try_for_each(|result| self.append(result))
    }

    fn append(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

fn read(content: &[u8], heading: &Heading) -> Result<Results, String> {
    let mut lines = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let found: Heading =
        serde_json::from_slice(first).map_err(|error| format!("line 1: {error}"))?;
    if let Some(what) = other(&found, heading) {
        return Err(format!("it is of another {what}"));
    }
    let mut results = Results::new();
    for (number, line) in (2..).zip(lines) {
        let result: PointResult =
            serde_json::from_slice(line).map_err(|error| format!("line {number}: {error}"))?;
        results.insert(result.number, result);
    }
    Ok(results)
}

/// In what two sweeps are not the same.
fn other(found: &Heading, heading: &Heading) -> Option<&'static str> {
    let same = [
        ("format", found.retape_sweep == heading.retape_sweep),
        ("cassette", found.cassette == heading.cassette),
        ("command", found.command == heading.command),
        ("plan", (&found.plan, found.planned) == (&heading.plan, heading.planned)),
        ("seed", found.seed == heading.seed),
        ("shard", found.shard == heading.shard),
        ("way of judging", found.options == heading.options),
        ("unbroken run: the command does something else now", found.baseline == heading.baseline),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

/// A process that was killed may have left half a line.
fn whole_lines(content: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'\n', content).map_or(0, |at| at + 1);
    content.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use replayer::sweep::{Clip, Exit, Outcome as Class};

    use super::*;

    fn heading() -> Heading {
        Heading {
            retape_sweep: 1,
            cassette: "c".to_owned(),
            command: vec!["true".to_owned()],
            plan: "quick".to_owned(),
            planned: 10,
            seed: 0,
            shard: None,
            options: Vec::new(),
            baseline: "b".to_owned(),
        }
    }

    fn result(number: u64) -> PointResult {
        PointResult {
            number,
            id: format!("close at byte {number} on 1"),
            exchange: Some(1),
            connection: None,
            kind: "close".to_owned(),
            point: None,
            attempts: "sticky".to_owned(),
            outcome: Class::Tolerated,
            exit: Exit::Code(0),
            duration_ms: 1,
            applied: 1,
            stdout: Clip::default(),
            stderr: Clip::default(),
            differs: Vec::new(),
            timeline: Vec::new(),
            known: false,
        }
    }

    #[test]
    fn results_are_found_again_and_a_torn_line_is_left_out() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("state");
        let (mut state, none) = State::open(&path, &heading()).unwrap();
        assert!(none.is_empty());
        state.add(&[result(1), result(2)]).unwrap();
        drop(state);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"number\":3,\"id\":\"clo").unwrap();
        let (mut state, found) = State::open(&path, &heading()).unwrap();
        assert_eq!(found.into_values().collect::<Vec<_>>(), [result(1), result(2)]);
        state.add(&[result(3)]).unwrap();
        let (_, found) = State::open(&path, &heading()).unwrap();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn the_file_of_another_sweep_is_refused_with_what_is_different() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("state");
        State::open(&path, &heading()).unwrap();
        let other = Heading { command: vec!["false".to_owned()], ..heading() };
        let refused = State::open(&path, &other).unwrap_err().to_string();
        assert!(refused.contains("it is of another command"), "{refused}");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(State::open(&path, &heading()).unwrap_err().to_string().contains("line 1"));
    }
}
