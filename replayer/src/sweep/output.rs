//! What a command wrote, in bounded memory.

use std::collections::VecDeque;

use super::{Clip, Names, Normalizer};

/// Most bytes kept of the beginning of one output, for comparing. What follows is compared by length and hash.
const MAX_KEPT_BYTES: usize = 1024 * 1024;

/// Most bytes kept of the end of a longer one, for showing: the last words say why it failed.
const MAX_TAIL_BYTES: usize = 16 * 1024;

/// An output as it comes.
#[derive(Debug)]
pub struct Written {
    /// The beginning.
    kept: Vec<u8>,
    /// Most bytes kept of the beginning.
    most: usize,
    /// The end of what follows it.
    tail: VecDeque<u8>,
    total: u64,
    /// Of what follows the beginning; none: there is no more.
    rest: Option<Box<blake3::Hasher>>,
}

/// An output to be compared: what differs from run to run taken out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The beginning.
    text: Vec<u8>,
    /// How much follows it, and its hash.
    rest: Option<(u64, [u8; 32])>,
}

impl Default for Written {
    fn default() -> Self {
        Self::keeping(MAX_KEPT_BYTES)
    }
}

impl Written {
    /// Of one of many: keeps fewer bytes for comparing, and compares what follows by its hash.
    pub fn keeping(most: usize) -> Self {
        Self { kept: Vec::new(), most, tail: VecDeque::new(), total: 0, rest: None }
    }

    /// It goes on with these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.most.saturating_sub(self.kept.len()).min(bytes.len());
        let (kept, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.kept.extend_from_slice(kept);
        if rest.is_empty() {
            return;
        }
        self.rest.get_or_insert_default().update(rest);
        let last = rest.get(rest.len().saturating_sub(MAX_TAIL_BYTES)..).unwrap_or_default();
        self.tail.extend(last);
        let excess = self.tail.len().saturating_sub(MAX_TAIL_BYTES);
        self.tail.drain(..excess);
    }

    /// The beginning, and the end.
    pub fn shown(&self) -> Vec<u8> {
        self.kept.iter().chain(&self.tail).copied().collect()
    }

    /// For a report.
    pub fn clip(&self) -> Clip {
        Clip { total_bytes: self.total, ..Clip::of(&self.shown()) }
    }

    /// For comparing.
    pub fn content(&self, normalizer: &Normalizer, names: &Names) -> Content {
        let after = self.total.saturating_sub(self.kept.len() as u64);
        let rest = self.rest.as_ref().map(|rest| (after, *rest.finalize().as_bytes()));
        Content { text: normalizer.apply(&self.kept, names).into_owned(), rest }
    }
}

impl Content {
    /// Where two differ: the first line that is not the same, with its number from 1, as each has it. None: they do not.
    pub fn first_difference(&self, other: &Self) -> Option<(usize, String, String)> {
        if self == other {
            return None;
        }
        let mut own = self.text.split(|byte| *byte == b'\n');
        let mut others = other.text.split(|byte| *byte == b'\n');
        for number in 1.. {
            let (mine, theirs) = (own.next(), others.next());
            if mine != theirs {
                return Some((number, shown(mine), shown(theirs)));
            }
            if mine.is_none() {
                break;
            }
        }
        Some((0, self.rest_shown(), other.rest_shown()))
    }

    fn rest_shown(&self) -> String {
        let Some((length, [a, b, c, d, ..])) = self.rest else {
            return "no more than that".to_owned();
        };
        format!("{length} more bytes (blake3 {a:02x}{b:02x}{c:02x}{d:02x}…)")
    }

    /// A hash of all of it, stable over versions.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.text);
        if let Some((_, rest)) = &self.rest {
            hasher.update(rest);
        }
        *hasher.finalize().as_bytes()
    }
}

/// Most characters shown of a line.
const MAX_SHOWN: usize = 200;

fn shown(line: Option<&[u8]>) -> String {
    let Some(line) = line else { return "nothing".to_owned() };
    let line = String::from_utf8_lossy(line);
    match line.char_indices().nth(MAX_SHOWN) {
        None => format!("{line:?}"),
        Some((at, _)) => format!("{:?}…", line.get(..at).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(bytes: &[u8]) -> Content {
        let mut written = Written::default();
        // In pieces, as a pipe gives them.
        bytes.chunks(60_000).for_each(|piece| written.push(piece));
        written.content(&Normalizer::default(), &Names::default())
    }

    #[test]
    fn a_difference_is_told_by_its_first_line() {
        let difference = content(b"a\nb\nc").first_difference(&content(b"a\nx\nc"));
        assert_eq!(difference, Some((2, r#""b""#.to_owned(), r#""x""#.to_owned())));
        let shorter = content(b"a\nb").first_difference(&content(b"a"));
        assert_eq!(shorter, Some((2, r#""b""#.to_owned(), "nothing".to_owned())));
        assert_eq!(content(b"a").first_difference(&content(b"a")), None);
    }

    #[test]
    fn a_difference_beyond_what_is_kept_is_seen() {
        let long = vec![b'a'; MAX_KEPT_BYTES + 70_000];
        let mut other = long.clone();
        assert_eq!(content(&long), content(&other));
        *other.last_mut().unwrap() = b'b';
        let (line, mine, theirs) = content(&long).first_difference(&content(&other)).unwrap();
        assert_eq!(line, 0);
        assert!(mine.starts_with("70000 more bytes") && mine != theirs, "{mine} {theirs}");
    }

    #[test]
    fn of_a_long_output_beginning_and_end_are_shown_and_its_length_is_known() {
        let mut written = Written::default();
        written.push(&vec![b'a'; MAX_KEPT_BYTES]);
        (0..100).for_each(|_| written.push(&[b'b'; 1000]));
        written.push(b"panicked at the end");
        assert!(written.shown().ends_with(b"panicked at the end"));
        assert_eq!(written.shown().len(), MAX_KEPT_BYTES + MAX_TAIL_BYTES);
        assert_eq!(written.clip().total_bytes, (MAX_KEPT_BYTES + 100_000 + 19) as u64);
    }
}
