//! What differs from run to run without meaning anything: taken out of outputs before they are compared.

use std::borrow::Cow;

use regex::bytes::{NoExpand, Regex};

/// What stands in the place of what was taken out.
const TAKEN_OUT: &[u8] = b"\xe2\x80\xa6";

/// Patterns, the same for all runs, and names, other ones for each run.
#[derive(Debug, Clone, Default)]
pub struct Normalizer {
    patterns: Vec<Regex>,
}

/// Names that one run has for what all runs have: its address, its directory.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// What is found, and what stands for it. In this order.
    names: Vec<(Vec<u8>, &'static str)>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no regular expression: {why}")]
pub struct PatternError {
    text: String,
    why: String,
}

impl Normalizer {
    /// Of regular expressions in the syntax of Rust's `regex`.
    pub fn new(patterns: &[String]) -> Result<Self, PatternError> {
        let compile = |text: &String| {
            let why = |error: regex::Error| PatternError {
                text: text.clone(),
                why: error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
            };
            Regex::new(text).map_err(why)
        };
        Ok(Self { patterns: patterns.iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// The text, without what differs from run to run.
    pub fn apply<'t>(&self, text: &'t [u8], names: &Names) -> Cow<'t, [u8]> {
        let mut text = names.replace(text);
        for pattern in &self.patterns {
            if let Cow::Owned(replaced) = pattern.replace_all(&text, NoExpand(TAKEN_OUT)) {
                text = Cow::Owned(replaced);
            }
        }
        text
    }
}

impl Names {
    /// Of a run with this port on loopback, and this directory.
    pub fn of(port: u16, directory: &str) -> Self {
        // The number alone may well stand for something else.
        let places = ["127.0.0.1:", "localhost:", "[::1]:", "127.0.0.1%3A", "port "];
        let mut names: Vec<_> = places
            .iter()
            .map(|place| (format!("{place}{port}").into_bytes(), "RETAPE_URL"))
            .collect();
        if !directory.is_empty() {
            names.push((directory.as_bytes().to_vec(), "RETAPE_RUN_DIR"));
        }
        Self { names }
    }

    fn replace<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut text = Cow::Borrowed(text);
        for (name, stands_for) in &self.names {
            if let Some(replaced) = replace(&text, name, stands_for.as_bytes()) {
                text = Cow::Owned(replaced);
            }
        }
        text
    }
}

/// None: it is not in there.
fn replace(text: &[u8], name: &[u8], by: &[u8]) -> Option<Vec<u8>> {
    let mut found = memchr::memmem::find_iter(text, name).peekable();
    found.peek()?;
    let mut replaced = Vec::with_capacity(text.len());
    let mut done = 0;
    for at in found {
        replaced.extend_from_slice(text.get(done..at).unwrap_or_default());
        replaced.extend_from_slice(by);
        done = at + name.len();
    }
    replaced.extend_from_slice(text.get(done..).unwrap_or_default());
    Some(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(patterns: &[&str], names: &Names, text: &str) -> String {
        let patterns: Vec<_> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let normalizer = Normalizer::new(&patterns).unwrap();
        String::from_utf8(normalizer.apply(text.as_bytes(), names).into_owned()).unwrap()
    }

    #[test]
    fn what_a_pattern_matches_is_taken_out_everywhere() {
        let text =
            normalized(&[r"\d+ms", "id=[0-9a-f]+"], &Names::default(), "id=ab 3ms id=c 40ms");
        assert_eq!(text, "… … … …");
    }

    #[test]
    fn a_run_s_own_address_and_directory_are_the_same_in_all_runs() {
        let first = normalized(
            &[],
            &Names::of(40001, "/tmp/a1"),
            "http://127.0.0.1:40001/x /tmp/a1/f 40001",
        );
        assert_eq!(first, "http://RETAPE_URL/x RETAPE_RUN_DIR/f 40001", "a mere number stays");
        let failed = normalized(&[], &Names::of(7, ""), "Failed to connect to localhost port 7");
        assert_eq!(failed, "Failed to connect to localhost RETAPE_URL");
    }

    #[test]
    fn a_wrong_pattern_is_refused_with_the_reason() {
        let error = Normalizer::new(&["a(".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, r#""a(" is no regular expression: error: unclosed group"#);
    }
}
