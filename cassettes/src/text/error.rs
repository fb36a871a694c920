//! Why a text is not a cassette, and where.

use std::ops::Range;

use crate::model::CassetteError;

/// Where something stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Counted from 1.
    pub(super) line: u32,
    /// Counted from 1, in characters.
    pub(super) column: u32,
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
}

impl Place {
    /// Of which only line and column are known; [`TextError::locate`] finds the bytes.
    pub(super) const fn at(line: u32, column: u32) -> Self {
        Self { line, column, start: u32::MAX, end: u32::MAX }
    }

    /// The error that `problem` is, here.
    pub(super) fn error(self, problem: Problem) -> TextError {
        TextError { place: self, problem: Box::new(problem) }
    }

    /// An error about a value that could not be understood.
    pub(super) fn invalid(
        self,
        what: &'static str,
        text: &str,
        expected: &'static str,
    ) -> TextError {
        self.error(Problem::Invalid { what, text: shorten(text), expected })
    }
}

/// A text is not a cassette: where, what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {problem}", place.line, place.column)]
pub struct TextError {
    place: Place,
    problem: Box<Problem>,
}

impl TextError {
    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.place.line as usize
    }

    /// The column, counted from 1, in characters.
    pub fn column(&self) -> usize {
        self.place.column as usize
    }

    /// The bytes of the text that the error is about; to underline them.
    pub fn span(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// Finds the bytes of a place of which only line and column are known.
    pub(super) fn locate(mut self, yaml: &str) -> Self {
        if self.place.start == u32::MAX {
            let lines = yaml.split_inclusive('\n').take(self.line().saturating_sub(1));
            let line_start: usize = lines.map(str::len).sum();
            let line = yaml.get(line_start..).unwrap_or_default().split('\n').next();
            let before = line.unwrap_or_default().chars().take(self.column().saturating_sub(1));
            let start = line_start + before.map(char::len_utf8).sum::<usize>();
            self.place.start = u32::try_from(start).unwrap_or(u32::MAX);
            self.place.end = self.place.start;
        }
        self
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Over [`MAX_DOCUMENT_BYTES`](super::MAX_DOCUMENT_BYTES).
    #[error(
        "the text has {bytes} bytes, at most {} are read: keep this recording as a binary `.cassette`",
        super::MAX_DOCUMENT_BYTES
    )]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Over [`MAX_NODES`](super::MAX_NODES).
    #[error(
        "more than {} YAML values: keep this recording as a binary `.cassette`",
        super::MAX_NODES
    )]
    TooManyNodes,
    /// Not YAML.
    #[error("not valid YAML: {detail}")]
    Syntax {
        /// What the YAML parser says.
        detail: String,
    },
    /// Anchors and aliases could blow a small file up without bound.
    #[error(
        "anchors (`&name`) and aliases (`*name`) are not read in cassettes: write the value out"
    )]
    Alias,
    /// No document, or an empty one.
    #[error("the text holds no cassette: begin with `retape: 1` and `exchanges:`")]
    Nothing,
    /// More than one `---` document.
    #[error("a second YAML document begins here: a cassette is one document, remove the `---`")]
    SecondDocument,
    /// A `!tag` that means nothing here.
    #[error("unknown tag `{tag}`: use `!!binary` (base64), `!crlf`, `!latin1`, or none")]
    UnknownTag {
        /// As written.
        tag: String,
    },
    /// A key is not one of those that can stand here.
    #[error("unknown key `{key}` in {place}{}", suggestion(*nearest, known))]
    UnknownKey {
        /// As written.
        key: String,
        /// What the key stands in.
        place: &'static str,
        /// The known key that it is most like.
        nearest: Option<&'static str>,
        /// Every key that can stand here.
        known: &'static [&'static str],
    },
    /// A key stands twice in the same mapping.
    #[error("`{key}` was already given in line {first_line}: keep one of the two")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stood first.
        first_line: usize,
    },
    /// A key must be there and is not.
    #[error("{place} needs `{key}`")]
    MissingKey {
        /// What lacks it.
        place: &'static str,
        /// The key, and how it is written.
        key: &'static str,
    },
    /// Two keys exclude each other.
    #[error("`{key}` cannot stand beside `{other}`: {remedy}")]
    Conflict {
        /// The one that the error points at.
        key: &'static str,
        /// The other.
        other: &'static str,
        /// Which to keep when.
        remedy: &'static str,
    },
    /// A list where text belongs, and the like.
    #[error("{what} must be {expected}, this is {found}")]
    WrongType {
        /// Whose value it is.
        what: &'static str,
        /// What can stand here.
        expected: &'static str,
        /// What does.
        found: &'static str,
    },
    /// Text in no known notation.
    #[error("{what} `{text}` is not understood: write {expected}")]
    Invalid {
        /// Whose value it is.
        what: &'static str,
        /// As written, shortened.
        text: String,
        /// The notation.
        expected: &'static str,
    },
    /// A version that this program does not read.
    #[error(
        "text form {version} is newer than this program, which reads form {}: update retape",
        super::VERSION
    )]
    NewerVersion {
        /// The version that the text names.
        version: u64,
    },
    /// Not base64.
    #[error(
        "not base64: {detail}; expected A–Z a–z 0–9 + / with = at the end, line breaks anywhere"
    )]
    Base64 {
        /// What the decoder says.
        detail: String,
    },
    /// A character over U+00FF under `!latin1`.
    #[error("{character:?} is not in Latin-1: remove the tag `!latin1` if the bytes are UTF-8")]
    NotLatin1 {
        /// The first such character.
        character: char,
    },
    /// Not JSON.
    #[error("not valid JSON: {detail}; put text that is no JSON under `body`")]
    Json {
        /// What the JSON parser says.
        detail: String,
    },
    /// `Content-Length` and body disagree.
    #[error(
        "`Content-Length` says {header} bytes, the body has {body}: correct it, or leave the header out to have it derived, or say `incomplete: true` if the message breaks off here"
    )]
    LengthDiffers {
        /// What the header says.
        header: u64,
        /// What the body has.
        body: u64,
    },
    /// The sizes under `chunked` and the body disagree.
    #[error(
        "the chunk sizes add up to {sizes} bytes, the body has {body}: write `rest` for the last size"
    )]
    ChunksDiffer {
        /// The sum of the sizes.
        sizes: u64,
        /// What the body has.
        body: u64,
    },
    /// A head that HTTP/2 cannot say.
    #[error(
        "this is no head or trailers of HTTP/2: write `GET /path` or a status as in `200`, then `name: value` on each line"
    )]
    Http2Head,
    /// A read takes more than there is.
    #[error(
        "this read takes {wanted} bytes, only {left} are left: leave the number out to take them all"
    )]
    ReadTooLong {
        /// What it asks for.
        wanted: u64,
        /// What there is.
        left: u64,
    },
    /// A read takes nothing.
    #[error("nothing is left for this read to take: remove it")]
    ReadNothing,
    /// A `head` read, and no head begins any more.
    #[error("no message head is left for this read: write a number of bytes, or leave `head` out")]
    ReadNoHead,
    /// Bytes that no read takes.
    #[error(
        "the reads leave {left} bytes of the {sender}'s messages over: end with `{sender}`, which takes the rest"
    )]
    ReadsLeave {
        /// How many.
        left: u64,
        /// Whose.
        sender: &'static str,
    },
    /// A connection that is not listed.
    #[error(
        "no connection `{name}` under `connections`: add it there, or leave `connection` out for a connection of its own"
    )]
    NoSuchConnection {
        /// As written.
        name: String,
    },
    /// An `end` in the middle of a connection.
    #[error("only the last exchange of a connection can end it: move `end` there")]
    EndBeforeLast,
    /// Times over what 64 bits of nanoseconds hold.
    #[error("this is over 584 years after the start, more than a time can hold")]
    TimeOverflow,
    /// A script does not send what the server said.
    #[error(
        "the script sends {sends} bytes, the server's are {said}: write `send rest` for the last of them"
    )]
    SendsDiffer {
        /// The sum of its sends.
        sends: u64,
        /// What there is to send.
        said: u64,
    },
    /// The pieces do not make a cassette.
    #[error("{0}")]
    Model(CassetteError),
}

fn suggestion(nearest: Option<&str>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => format!(": expected one of {}", known.join(", ")),
    }
}

/// Long enough to recognise the value, short enough for one line.
const SHOWN_CHARACTERS: usize = 40;

fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.escape_debug().collect()
}
