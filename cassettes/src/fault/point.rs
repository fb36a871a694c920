//! Where in what one side sends.

use std::fmt;

use super::FaultError;
use super::words::{Word, quote};

/// A place in what a server sends. Those that count say how many have been sent before it.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// After so many bytes, all of them counted: in HTTP/2 those of the stream's frames as recorded.
    Byte(u64),
    /// After this share of all bytes, rounded down. 0 to 100.
    Percent(f64),
    /// Before the head of the answer; interim ones have been sent.
    Head,
    /// After the status line.
    StatusLine,
    /// After so many header lines.
    Header(u64),
    /// After the head's empty line.
    AfterHeaders,
    /// After so many recorded chunks: what the server had sent at once.
    Chunk(u64),
    /// After so many chunks of HTTP's chunked coding.
    Part(u64),
    /// After so many bytes of the body, transfer framing not counted.
    Body(u64),
    /// After this share of the body, rounded down.
    BodyPercent(f64),
    /// After so many server-sent events.
    Event(u64),
    /// After so many messages: of WebSocket, gRPC, or a dialect of plain TCP.
    Message(u64),
    /// After so many frames of HTTP/2; without it, of WebSocket.
    Frame(u64),
    /// At a value in a JSON body: `$.items[0].id`.
    Json(String),
    /// After all.
    End,
}

impl Point {
    /// Reads the words after `at`. How many there were.
    pub(super) fn read(words: &[Word], at: usize) -> Result<(Self, usize), FaultError> {
        let Some(first) = words.first() else {
            return Err(FaultError::new(
                at,
                "a point after `at`, such as `at byte 812` or `at end`",
            ));
        };
        if let Some(percent) = first.text.strip_suffix('%') {
            return Ok((Self::Percent(percent_of(percent, first)?), 1));
        }
        let alone = match first.text.as_str() {
            "head" => Self::Head,
            "status-line" => Self::StatusLine,
            "after-headers" => Self::AfterHeaders,
            "end" => Self::End,
            _ => return Self::read_counted(first, words.get(1)).map(|point| (point, 2)),
        };
        Ok((alone, 1))
    }

    fn read_counted(name: &Word, value: Option<&Word>) -> Result<Self, FaultError> {
        let Some(make) = counted(&name.text) else {
            let problem = format!(
                "no point is called {:?}; points are: byte N, P%, head, status-line, header K, after-headers, \
                 chunk K, part K, body N, body P%, event K, message K, frame K, json PATH, end",
                name.text
            );
            return Err(FaultError::new(name.at, problem));
        };
        let missing = || FaultError::new(name.at, format!("a number after `{}`", name.text));
        let value = value.ok_or_else(missing)?;
        make(value)
    }

    /// A request has such points, too.
    pub(super) const fn is_of_requests(&self) -> bool {
        matches!(
            self,
            Self::AfterHeaders
                | Self::Byte(_)
                | Self::Percent(_)
                | Self::Chunk(_)
                | Self::Body(_)
                | Self::BodyPercent(_)
                | Self::Message(_)
                | Self::End
        )
    }

    /// It needs to know all that will be sent.
    pub const fn needs_whole(&self) -> bool {
        matches!(self, Self::Percent(_) | Self::BodyPercent(_) | Self::Json(_) | Self::End)
    }

    /// The word before its number.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Byte(_) => "byte",
            Self::Percent(_) => "percent",
            Self::Head => "head",
            Self::StatusLine => "status-line",
            Self::Header(_) => "header",
            Self::AfterHeaders => "after-headers",
            Self::Chunk(_) => "chunk",
            Self::Part(_) => "part",
            Self::Body(_) | Self::BodyPercent(_) => "body",
            Self::Event(_) => "event",
            Self::Message(_) => "message",
            Self::Frame(_) => "frame",
            Self::Json(_) => "json",
            Self::End => "end",
        }
    }
}

type Make = fn(&Word) -> Result<Point, FaultError>;

fn counted(name: &str) -> Option<Make> {
    Some(match name {
        "byte" => |word| Ok(Point::Byte(number(word)?)),
        "header" => |word| Ok(Point::Header(number(word)?)),
        "chunk" => |word| Ok(Point::Chunk(number(word)?)),
        "part" => |word| Ok(Point::Part(number(word)?)),
        "event" => |word| Ok(Point::Event(number(word)?)),
        "message" => |word| Ok(Point::Message(number(word)?)),
        "frame" => |word| Ok(Point::Frame(number(word)?)),
        "json" => |word| Ok(Point::Json(word.text.clone())),
        "body" => |word| match word.text.strip_suffix('%') {
            Some(percent) => Ok(Point::BodyPercent(percent_of(percent, word)?)),
            None => Ok(Point::Body(number(word)?)),
        },
        _ => return None,
    })
}

fn number(word: &Word) -> Result<u64, FaultError> {
    let wrong = || FaultError::new(word.at, format!("a whole number, not {:?}", word.text));
    super::value::read_bytes(&word.text).ok_or_else(wrong)
}

fn percent_of(text: &str, word: &Word) -> Result<f64, FaultError> {
    let percent = text.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| FaultError::new(word.at, "a percentage from 0% to 100%"))
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::BodyPercent(percent) => write!(f, "{name} {percent}%"),
            Self::Head | Self::StatusLine | Self::AfterHeaders | Self::End => f.write_str(name),
            Self::Json(path) => write!(f, "{name} {}", quote(path, |_| false)),
            Self::Byte(n) | Self::Header(n) | Self::Chunk(n) | Self::Part(n) | Self::Body(n) => {
                write!(f, "{name} {n}")
            }
            Self::Event(n) | Self::Message(n) | Self::Frame(n) => write!(f, "{name} {n}"),
        }
    }
}
