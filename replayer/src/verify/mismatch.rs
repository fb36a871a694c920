//! Evidence of one difference.

use std::fmt;

use serde::Serialize;

/// One difference between what was recorded and what came now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where.
    pub place: Place,
    /// How grave.
    pub gravity: Gravity,
    /// What was recorded, elided to a readable length; none where there was nothing.
    pub expected: Option<String>,
    /// What came now; none where nothing came.
    pub actual: Option<String>,
    /// More, of several lines: a diff, or why.
    pub detail: Option<String>,
}

/// Whether a difference fails a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gravity {
    /// Worth a look; the client is still the same.
    Note,
    /// The client differs.
    Failure,
}

/// Where a difference is. Names of headers are lower-case; `nth` counts those of one name, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Place {
    /// The method.
    Method,
    /// The form of the target: absolute, or only a path; and the origin that it names.
    Target,
    /// The path, up to the `?`.
    Path,
    /// One parameter of the query.
    Query {
        /// As sent.
        name: String,
    },
    /// The order or the spelling of the query's parameters, which are the same.
    QuerySpelling,
    /// The HTTP version.
    Version,
    /// The status code.
    Status,
    /// The reason phrase.
    Reason,
    /// One header.
    Header {
        /// Lower-case.
        name: String,
        /// Which of that name, from 1.
        nth: usize,
    },
    /// The order of the headers.
    HeaderOrder,
    /// The case of a header's name, or the white space around its value.
    HeaderSpelling {
        /// Lower-case.
        name: String,
    },
    /// One trailer.
    Trailer {
        /// Lower-case.
        name: String,
        /// Which of that name, from 1.
        nth: usize,
    },
    /// The whole body: there, or not; or read differently.
    Body,
    /// The body's bytes, which mean the same.
    BodySpelling,
    /// A value inside a JSON body.
    Json {
        /// As `$.a[2].b`.
        path: String,
    },
    /// A field of a form.
    Field {
        /// Decoded.
        name: String,
    },
    /// A part of a multipart body.
    Part {
        /// From 1.
        number: usize,
        /// Its field name.
        name: Option<String>,
        /// Where inside it; none: the part as a whole.
        inside: Option<Box<Place>>,
    },
    /// A line of a text body.
    Line {
        /// From 1, as recorded.
        number: usize,
    },
    /// A place in a binary body.
    Byte {
        /// From 0.
        offset: u64,
    },
    /// A place in all that the client sent, where nothing is known of its protocol.
    Sent {
        /// From 0, as recorded.
        offset: u64,
    },
    /// How the body's end is told: length, chunks, the connection's end.
    Framing,
    /// The message stopped before its end, or did not.
    Completeness,
    /// How the server ended the connection.
    End,
    /// Bytes that follow the message in the same exchange: after an upgrade, or of no known form.
    Tail,
    /// A message of a stream: of WebSocket, after the switch; of gRPC, in the body; of a dialect of plain TCP.
    Message {
        /// From 1; pings and pongs do not count.
        nth: u64,
        /// Where inside it; none: the message as a whole.
        inside: Option<Box<Place>>,
    },
    /// How many pings and pongs came, which are sent on a clock.
    SignsOfLife,
    /// On which connection it came, and whether that was used before.
    ConnectionReuse,
    /// The protocol.
    Protocol,
    /// Before or after which other exchange it came.
    Order,
    /// An interim response (1xx).
    Interim {
        /// From 1.
        nth: usize,
        /// Where inside it; none: the response as a whole.
        inside: Option<Box<Place>>,
    },
    /// In the answer, not in the request.
    Answer {
        /// Where inside it.
        inside: Box<Place>,
    },
}

impl Mismatch {
    /// Both sides are there, and differ.
    pub fn changed(
        place: Place,
        gravity: Gravity,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        let (expected, actual) = (Some(expected.into()), Some(actual.into()));
        Self { place, gravity, expected, actual, detail: None }
    }

    /// Recorded, and not there now.
    pub fn missing(place: Place, gravity: Gravity, expected: impl Into<String>) -> Self {
        Self { place, gravity, expected: Some(expected.into()), actual: None, detail: None }
    }

    /// There now, and not recorded.
    pub fn extra(place: Place, gravity: Gravity, actual: impl Into<String>) -> Self {
        Self { place, gravity, expected: None, actual: Some(actual.into()), detail: None }
    }

    /// With more to read.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// It fails a replay.
    pub fn is_failure(&self) -> bool {
        self.gravity == Gravity::Failure
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query { name } => write!(f, "query {name}"),
            Self::Header { name, nth } => write!(f, "header {}", Counted(name, *nth)),
            Self::HeaderSpelling { name } => write!(f, "spelling of header {name}"),
            Self::Trailer { name, nth } => write!(f, "trailer {}", Counted(name, *nth)),
            Self::Json { path } => write!(f, "body {path}"),
            Self::Field { name } => write!(f, "field {name}"),
            Self::Part { number, name, inside } => {
                write!(f, "part {number}")?;
                name.iter().try_for_each(|name| write!(f, " ({name})"))?;
                inside.iter().try_for_each(|inside| write!(f, " {inside}"))
            }
            Self::Line { number } => write!(f, "body line {number}"),
            Self::Byte { offset } => write!(f, "body byte {offset}"),
            Self::Sent { offset } => write!(f, "byte {offset} of what the client sent"),
            Self::Interim { nth, inside } => {
                write!(f, "interim response {nth}")?;
                inside.iter().try_for_each(|inside| write!(f, " {inside}"))
            }
            Self::Message { nth, inside } => {
                write!(f, "message {nth}")?;
                inside.iter().try_for_each(|inside| write!(f, " {inside}"))
            }
            Self::Answer { inside } => write!(f, "answer {inside}"),
            plain => f.write_str(plain.plain_name()),
        }
    }
}

impl Place {
    /// Of the places that need no more than their name.
    const fn plain_name(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Target => "target",
            Self::Path => "path",
            Self::QuerySpelling => "spelling of the query",
            Self::Version => "version",
            Self::Status => "status",
            Self::Reason => "reason",
            Self::HeaderOrder => "header order",
            Self::BodySpelling => "spelling of the body",
            Self::Framing => "framing",
            Self::Completeness => "completeness",
            Self::End => "end of the connection",
            Self::Tail => "bytes after the message",
            Self::SignsOfLife => "pings and pongs",
            Self::ConnectionReuse => "connection reuse",
            Self::Protocol => "protocol",
            Self::Order => "order",
            _ => "body",
        }
    }
}

/// A name, and which of that name if it is not the first.
struct Counted<'a>(&'a str, usize);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            0 | 1 => f.write_str(self.0),
            nth => write!(f, "{} (number {nth})", self.0),
        }
    }
}
