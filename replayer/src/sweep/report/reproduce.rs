//! The command that runs one point again.

use std::fmt::Write;

use super::words;
use crate::sweep::{PointResult, SweepReport};

/// `retape sweep api.cassette --only 'close at byte 812 on 3' -- ./client --fast`, for a POSIX
/// shell.
pub fn reproduce(report: &SweepReport, result: &PointResult) -> String {
    let start = ["retape", "sweep", &report.cassette].into_iter();
    let only = ["--only", &result.id, "--"].into_iter();
    let options = report.options.iter().map(String::as_str);
    let command = report.command.iter().map(String::as_str);
    quoted(start.chain(options).chain(only).chain(command))
}

/// Words as a shell takes them, divided by blanks.
pub fn quoted<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<_> = words.into_iter().map(quote).collect();
    words.join(" ")
}

/// What is not seen is spelled out (`$'…'`), so that it is copied with the rest, and a terminal that
/// shows the command does not obey it.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(words::is_unseen) {
        return format!("$'{}'", word.chars().fold(String::new(), escaped));
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn escaped(mut text: String, c: char) -> String {
    // Writing to a string does not fail.
    let _ = match c {
        '\\' | '\'' => write!(text, "\\{c}"),
        '\n' => write!(text, "\\n"),
        '\t' => write!(text, "\\t"),
        c if words::is_unseen(c) => {
            c.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(text, "\\{byte:03o}"))
        }
        c => write!(text, "{c}"),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::{quoted, words};

    #[test]
    fn words_reach_the_command_through_a_shell_as_they_are() {
        let words =
            ["a b", "", "it's", "$HOME `id` \\", "e\u{1b}[31m\n\t'\\x", "ü→\u{9b}\u{202e}", "-x=1"];
        let line = quoted(["printf", "%s\\0"].into_iter().chain(words));
        let ran = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
        assert_eq!(String::from_utf8(ran.stdout).unwrap(), format!("{}\0", words.join("\0")));
        assert!(!line.chars().any(words::is_unseen), "{line}");
    }

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(
            quoted(["curl", "-sS", "http://127.0.0.1:1/a"]),
            "curl -sS http://127.0.0.1:1/a"
        );
    }
}
