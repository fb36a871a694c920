//! Finds a point in an answer, or in a request, while it still comes: the same place that a recording of it would have.

use cassettes::fault::Point;
use cassettes::wire::http1::Framing;

use super::items::Items;
use super::voice::Voice;

/// A piece of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// As it goes to the client.
    pub(super) wire: &'a [u8],
    /// What it is.
    pub(super) part: Part,
    /// It is the last of what was read at once.
    pub(super) ends_read: bool,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Framing, or a part of a head.
    Around,
    /// The whole head of an interim answer, or the end of one.
    Interim,
    /// The whole head of the final answer.
    Head,
    /// So many bytes of content at its end; before them framing.
    Content(usize),
    /// It ends the answer.
    End,
}

/// Looks for one point.
#[derive(Debug)]
pub(super) struct Finder {
    point: Point,
    /// Wire bytes, and bytes of content, that have come.
    wire: u64,
    content: u64,
    /// Reads, and pieces, that have come.
    reads: u64,
    pieces: u64,
    /// Each piece is a frame of HTTP/2.
    frames: bool,
    /// HTTP's chunks that are whole.
    parts: Parts,
    /// What events or messages are counted in, once that is known.
    items: Option<Items>,
    /// The head has come, and says that the body is in HTTP's chunks.
    chunked: bool,
    found: bool,
}

/// Counts HTTP's chunks, each through the line end after its data.
#[derive(Debug, Default)]
struct Parts {
    whole: u64,
    /// The bytes since the last data, at most as many as a size line may have.
    line: Vec<u8>,
    /// Data of the chunk that is yet to come.
    left: u64,
    /// The data has come, its line end has not.
    ends: bool,
}

impl Finder {
    pub(super) fn new(point: Point, voice: Voice) -> Self {
        Self {
            point,
            wire: 0,
            content: 0,
            reads: 0,
            pieces: 0,
            frames: voice != Voice::Bytes,
            parts: Parts::default(),
            items: None,
            chunked: false,
            found: false,
        }
    }

    /// So many bytes had come before the first piece, in so many reads.
    pub(super) const fn skip(&mut self, bytes: usize, reads: u64) {
        self.wire = bytes as u64;
        self.reads = reads;
    }

    /// What the content consists of.
    pub(super) fn count(&mut self, items: Option<Items>) {
        self.items = items;
    }

    /// Whether the point lies in a head, or depends on what that says: then it must be whole before any of it is sent.
    pub(super) const fn wants_head(&self) -> bool {
        let in_head = matches!(self.point, Point::Head | Point::StatusLine | Point::Header(_));
        in_head || matches!(self.point, Point::Percent(_) | Point::BodyPercent(_))
    }

    /// The answer's head says how its body is framed, and how long it is: shares of it become places. Whether the point can be found while
    /// the answer comes.
    pub(super) fn learn(&mut self, head: usize, framing: Framing) -> bool {
        self.chunked = framing == Framing::Chunked;
        let body = match framing {
            // Frames are part of what is counted: no header tells how much that is.
            _ if self.frames => None,
            Framing::Length(length) => Some(length),
            Framing::None => Some(0),
            _ => None,
        };
        match (&self.point, body) {
            (Point::Percent(percent), Some(body)) => {
                self.point = Point::Byte(share(self.wire + head as u64 + body, *percent));
            }
            (Point::BodyPercent(percent), Some(body)) => {
                self.point = Point::Body(share(body, *percent));
            }
            (Point::Percent(_) | Point::BodyPercent(_), None) | (Point::Json(_), _) => {
                return false;
            }
            _ => {}
        }
        true
    }

    /// Whether nothing but the whole answer tells where the point is, whatever its head says.
    pub(super) const fn needs_whole(&self) -> bool {
        matches!(self.point, Point::Json(_))
    }

    /// How many bytes of the piece are before the point, if it is there. Said once.
    pub(super) fn find(&mut self, piece: &Piece<'_>) -> Option<usize> {
        if self.found {
            return None;
        }
        let found = self.look(piece);
        self.found = found.is_some();
        self.wire += piece.wire.len() as u64;
        self.reads += u64::from(piece.ends_read);
        self.pieces += u64::from(!piece.wire.is_empty());
        if let Part::Content(len) = piece.part {
            self.content += len as u64;
        }
        found
    }

    /// Wire bytes that have come.
    pub(super) const fn wire(&self) -> u64 {
        self.wire
    }

    fn look(&mut self, piece: &Piece<'_>) -> Option<usize> {
        let len = piece.wire.len();
        match self.point {
            Point::Byte(count) => within(count, self.wire, len),
            Point::Head => (piece.part == Part::Head).then_some(0),
            Point::AfterHeaders => (piece.part == Part::Head).then_some(len),
            // A frame is sent whole.
            Point::StatusLine | Point::Header(_) if self.frames => None,
            Point::StatusLine => header_ends(piece).next(),
            Point::Header(number) => {
                let index = usize::try_from(number).ok()?;
                header_ends(piece).nth(index)
            }
            Point::Chunk(0) => Some(0),
            Point::Chunk(number) => (piece.ends_read && self.reads + 1 == number).then_some(len),
            Point::Part(number) => self.part(piece, number),
            Point::Body(0) | Point::Event(0) | Point::Message(0) => self.before_content(piece),
            Point::Body(count) => self.in_content(piece, count),
            Point::Event(number) | Point::Message(number) => self.item(piece, number),
            Point::End => (piece.part == Part::End).then_some(len),
            Point::Frame(0) => self.frames.then_some(0),
            Point::Frame(number) => {
                let is_it = self.frames && len > 0 && self.pieces + 1 == number;
                is_it.then_some(len)
            }
            // They need the whole answer.
            Point::Percent(_) | Point::BodyPercent(_) | Point::Json(_) => None,
        }
    }

    /// After a size line, where there is one.
    fn before_content(&self, piece: &Piece<'_>) -> Option<usize> {
        match piece.part {
            Part::Head if !self.chunked => Some(piece.wire.len()),
            Part::Content(content) => Some(piece.wire.len() - content),
            _ => None,
        }
    }

    fn in_content(&self, piece: &Piece<'_>, count: u64) -> Option<usize> {
        let Part::Content(content) = piece.part else { return None };
        let at = within(count, self.content, content)?;
        Some(piece.wire.len() - content + at)
    }

    fn item(&mut self, piece: &Piece<'_>, number: u64) -> Option<usize> {
        let Part::Content(content) = piece.part else { return None };
        let around = piece.wire.len() - content;
        let end = self.items.as_mut()?.end_of(piece.wire.get(around..)?, number)?;
        // What ends with CR is known to end only by the byte after it.
        Some(around + usize::try_from(end.saturating_sub(self.content)).ok()?.min(content))
    }

    fn part(&mut self, piece: &Piece<'_>, number: u64) -> Option<usize> {
        if !self.chunked {
            return None;
        }
        if piece.part == Part::Head {
            return (number == 0).then_some(piece.wire.len());
        }
        let content = if let Part::Content(len) = piece.part { len } else { 0 };
        let around = piece.wire.len() - content;
        let line_end = self.parts.around(piece.wire.get(..around)?);
        if let Some(at) = line_end.filter(|_| self.parts.whole == number) {
            return Some(at);
        }
        self.parts.data(content as u64);
        let last = piece.part == Part::End && self.parts.whole + 1 == number;
        last.then_some(piece.wire.len())
    }
}

impl Parts {
    /// Bytes that are no data; where among them a chunk's line end is over.
    fn around(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut ended = None;
        for (at, byte) in bytes.iter().enumerate() {
            if self.ends {
                if *byte == b'\n' {
                    self.ends = false;
                    self.whole += 1;
                    self.line.clear();
                    ended = Some(at + 1);
                }
            } else if self.line.len() < MAX_SIZE_DIGITS {
                self.line.push(*byte);
            }
        }
        ended
    }

    fn data(&mut self, len: u64) {
        if len == 0 {
            return;
        }
        if self.left == 0 {
            self.left = self.size();
        }
        self.left = self.left.saturating_sub(len);
        self.ends = self.left == 0;
    }

    fn size(&self) -> u64 {
        let text = std::str::from_utf8(&self.line).unwrap_or_default().trim_start();
        let digits = text.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or_default();
        u64::from_str_radix(digits, 16).unwrap_or(0)
    }
}

/// Longest size that is read: 16 digits are all that 64 bits have, and servers put zeros and blanks before them.
const MAX_SIZE_DIGITS: usize = 64;

/// Where the lines of a head end: the status line, and each header.
fn header_ends<'a>(piece: &Piece<'a>) -> impl Iterator<Item = usize> + use<'a> {
    let head = if piece.part == Part::Head { piece.wire } else { &[] };
    let mut at = 0;
    head.split_inclusive(|byte| *byte == b'\n').filter_map(move |line| {
        at += line.len();
        (!line.trim_ascii().is_empty()).then_some(at)
    })
}

/// How many bytes of a piece of this length are before `count`, if `before` bytes came before it.
fn within(count: u64, before: u64, len: usize) -> Option<usize> {
    usize::try_from(count.checked_sub(before)?).ok().filter(|at| *at <= len)
}

/// A share, rounded down.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "answers are far shorter than 2^53 bytes, and percentages are from 0 to 100"
)]
pub(super) fn share(len: u64, percent: f64) -> u64 {
    ((len as f64 * percent / 100.0) as u64).min(len)
}
