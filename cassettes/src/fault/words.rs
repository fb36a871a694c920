//! A sentence's words: split at blanks, or quoted as JSON strings.

use super::FaultError;

/// One word, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// In quotes: never a keyword.
    pub(super) quoted: bool,
    /// Where it begins in the sentence.
    pub(super) at: usize,
}

/// Longest sentence. Ids go into file names, reports and command lines.
const MAX_SENTENCE_BYTES: usize = 4096;

/// Splits a sentence.
pub(super) fn split(sentence: &str) -> Result<Vec<Word>, FaultError> {
    if sentence.len() > MAX_SENTENCE_BYTES {
        let problem = format!("a fault of over {MAX_SENTENCE_BYTES} bytes");
        return Err(FaultError::new(MAX_SENTENCE_BYTES, problem));
    }
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(rest) = sentence.get(at..) {
        let blanks = rest.len() - rest.trim_start().len();
        at += blanks;
        let rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let len = if rest.starts_with('"') { quoted_len(rest, at)? } else { plain_len(rest) };
        let text = rest.get(..len).unwrap_or(rest);
        words.push(word(text, at)?);
        at += len;
    }
    Ok(words)
}

fn plain_len(rest: &str) -> usize {
    rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// Through the closing quote.
fn quoted_len(rest: &str, at: usize) -> Result<usize, FaultError> {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Ok(index + 1),
            _ => {}
        }
    }
    Err(FaultError::new(at, "a quote that is not closed"))
}

fn word(text: &str, at: usize) -> Result<Word, FaultError> {
    if !text.starts_with('"') {
        return Ok(Word { text: text.to_owned(), quoted: false, at });
    }
    let text = serde_json::from_str(text)
        .map_err(|_| FaultError::new(at, "a quoted word is written as a JSON string"))?;
    Ok(Word { text, quoted: true, at })
}

/// As a word, in quotes where it would be read as something else.
pub(super) fn quote(text: &str, is_keyword: impl Fn(&str) -> bool) -> String {
    let plain = |character: char| character.is_ascii_graphic() && character != '"';
    let is_plain = !text.is_empty() && text.chars().all(plain) && !text.contains('=');
    if is_plain && !is_keyword(text) {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}
