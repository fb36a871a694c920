//! One frame as its readable parts, and the frame that those stand for.

use bytes::{BufMut, Bytes, BytesMut};

use crate::wire::http2::hpack::{Field, decode_standalone, encode_standalone};
use crate::wire::http2::{ErrorCode, Frame, GoAway, Kind, Priority, compose, flag};

/// A frame, readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::text) struct Line {
    pub(in crate::text) kind: Kind,
    pub(in crate::text) stream: u32,
    /// Without those that the other parts say: `END_HEADERS`, `PADDED`, `PRIORITY`.
    pub(in crate::text) flags: u8,
    /// So many bytes of padding, all of them 0.
    pub(in crate::text) padding: Option<u8>,
    pub(in crate::text) priority: Option<Priority>,
    pub(in crate::text) says: Says,
}

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::text) enum Says {
    /// HEADERS: a whole block.
    Fields(Vec<Field>),
    /// `PUSH_PROMISE`: the stream promised, and a whole block.
    Promise(u32, Vec<Field>),
    /// DATA.
    Data(Bytes),
    /// PRIORITY: nothing but that.
    Priority,
    /// `RST_STREAM`.
    Reset(ErrorCode),
    /// SETTINGS, each setting once.
    Settings(Vec<(u16, u32)>),
    /// PING.
    Ping([u8; 8]),
    /// GOAWAY.
    GoAway(GoAway),
    /// `WINDOW_UPDATE`.
    Increment(u32),
    /// Whatever it is, as it was; then the flags are all there are.
    Payload(Bytes),
}

impl Line {
    /// The most readable line that stands for exactly this frame.
    pub(in crate::text) fn of(frame: &Frame) -> Self {
        let verbatim = Self {
            kind: frame.kind(),
            stream: frame.stream(),
            flags: frame.header.flags,
            padding: None,
            priority: None,
            says: Says::Payload(frame.payload.clone()),
        };
        readable(frame).filter(|line| line.frame() == *frame).unwrap_or(verbatim)
    }

    /// The frame, with all that was left out.
    pub(in crate::text) fn frame(&self) -> Frame {
        let (payload, implied) = self.payload();
        Frame::new(self.kind, self.flags | implied, self.stream, payload)
    }

    /// The payload, and the flags that go without saying.
    fn payload(&self) -> (Bytes, u8) {
        let padded = |flags| flags | if self.padding.is_some() { flag::PADDED } else { 0 };
        match &self.says {
            Says::Fields(fields) => {
                let flags = if self.priority.is_some() { flag::PRIORITY } else { 0 };
                let payload = self.pad(&encode_standalone(fields));
                (payload, padded(flag::END_HEADERS | flags))
            }
            Says::Promise(stream, fields) => {
                let said = [&stream.to_be_bytes()[..], &encode_standalone(fields)].concat();
                (self.pad(&said), padded(flag::END_HEADERS))
            }
            Says::Data(data) if self.padding.is_none() => (data.clone(), 0),
            Says::Data(data) => (self.pad(data), flag::PADDED),
            Says::Priority => (self.pad(&[]), 0),
            Says::Reset(code) => (compose::rst_stream(0, *code).payload, 0),
            Says::Settings(settings) => (compose::settings(settings).payload, 0),
            Says::Ping(data) => (compose::ping(*data).payload, 0),
            Says::GoAway(GoAway { last_stream, code, debug }) => {
                (compose::goaway(*last_stream, *code, debug).payload, 0)
            }
            Says::Increment(increment) => (compose::window_update(0, *increment).payload, 0),
            Says::Payload(payload) => (payload.clone(), 0),
        }
    }

    /// What is said, with the padding and the priority around it.
    fn pad(&self, said: &[u8]) -> Bytes {
        let mut payload = BytesMut::with_capacity(said.len() + 6);
        if let Some(padding) = self.padding {
            payload.put_u8(padding);
        }
        if let Some(Priority { exclusive, depends_on, weight }) = self.priority {
            payload.put_u32(depends_on | if exclusive { 1 << 31 } else { 0 });
            payload.put_u8(weight);
        }
        payload.put_slice(said);
        payload.put_bytes(0, self.padding.unwrap_or(0).into());
        payload.freeze()
    }
}

/// What the frame seems to say; it may say it in another way than a line would.
fn readable(frame: &Frame) -> Option<Line> {
    let says = says(frame)?;
    let implied = match frame.kind() {
        Kind::Headers => flag::END_HEADERS | flag::PADDED | flag::PRIORITY,
        Kind::PushPromise => flag::END_HEADERS | flag::PADDED,
        Kind::Data => flag::PADDED,
        _ => 0,
    };
    let is_padded = implied & frame.header.flags & flag::PADDED != 0;
    Some(Line {
        kind: frame.kind(),
        stream: frame.stream(),
        flags: frame.header.flags & !implied,
        padding: frame.payload.first().copied().filter(|_| is_padded),
        priority: frame.priority(),
        says,
    })
}

fn says(frame: &Frame) -> Option<Says> {
    match frame.kind() {
        Kind::Headers => fields(frame).map(Says::Fields),
        Kind::PushPromise => Some(Says::Promise(frame.push_promise()?, fields(frame)?)),
        Kind::Data => frame.data().map(Says::Data),
        Kind::Priority => Some(Says::Priority),
        Kind::RstStream => frame.rst().map(Says::Reset),
        Kind::Settings => {
            let settings = frame.settings()?;
            let is_twice = |n: usize| {
                let before = settings.get(..n).unwrap_or_default();
                settings.get(n).is_some_and(|(id, _)| before.iter().any(|(known, _)| known == id))
            };
            // A key stands once in YAML. Bounded, since the search is quadratic.
            let fits = settings.len() <= MAX_SETTINGS && !(0..settings.len()).any(is_twice);
            fits.then_some(Says::Settings(settings))
        }
        Kind::Ping => frame.ping().map(Says::Ping),
        Kind::GoAway => frame.goaway().map(Says::GoAway),
        Kind::WindowUpdate => frame.window_update().map(Says::Increment),
        Kind::Continuation | Kind::Other(_) => None,
    }
}

/// Most settings that are written by name. The standards know some ten.
const MAX_SETTINGS: usize = 100;

fn fields(frame: &Frame) -> Option<Vec<Field>> {
    decode_standalone(&frame.block()?).ok()
}

/// As the standards spell it, or its number.
pub(in crate::text) fn show_kind(kind: Kind) -> String {
    kind.name().map_or_else(|| format!("0x{:02x}", kind.number()), str::to_owned)
}

/// The inverse of [`show_kind`].
pub(in crate::text) fn kind_from_name(name: &str) -> Option<Kind> {
    if let Some(digits) = name.strip_prefix("0x") {
        return u8::from_str_radix(digits, 16).ok().map(Kind::from);
    }
    (0..=u8::MAX).map(Kind::from).find(|kind| kind.name() == Some(name))
}
