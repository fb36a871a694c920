//! The frame around every record: what it is, how long, and its checksums.
//!
//! ```text
//! 0   kind       u8
//! 1   flags      u8    bit 0: the body is one zstd frame
//! 2   reserved   u16   0
//! 4   meta_len   u32
//! 8   body_len   u64   as stored
//! 16  body_crc   u32   of the body as stored
//! 20  head_crc   u32   of bytes 0..20, then the meta
//! 24  meta, then body
//! ```

use bytes::BufMut;

use super::damage::{Damage, What};
use super::number::{narrow, take_u8, take_u16, take_u32, take_u64, wide};

/// How many bytes come before a record's meta.
pub(super) const FRAME_BYTES: usize = 24;

/// Longest meta accepted. The largest one written (a full chunk table) stays under a fifth of it.
pub const MAX_META_BYTES: usize = 1024 * 1024;

/// Kinds from here on may be skipped by a reader that does not know them.
pub(super) const FIRST_SKIPPABLE_KIND: u8 = 128;

const HEAD_CRC_AT: usize = 20;
const ZSTD: u8 = 1;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Header = 1,
    ConnectionOpened = 2,
    Part = 3,
    Exchange = 4,
    ConnectionDone = 5,
    ExchangeSegment = 6,
    ConnectionSegment = 7,
    Index = 8,
    Footer = 9,
    FullConnectionOpened = 10,
    FullConnectionDone = 11,
    GappedConnectionDone = 12,
    StagedConnectionDone = 13,
    StagedExchange = 14,
}

impl Kind {
    /// The kind of this number, if this version knows it.
    pub(super) const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Header,
            2 => Self::ConnectionOpened,
            3 => Self::Part,
            4 => Self::Exchange,
            5 => Self::ConnectionDone,
            6 => Self::ExchangeSegment,
            7 => Self::ConnectionSegment,
            8 => Self::Index,
            9 => Self::Footer,
            10 => Self::FullConnectionOpened,
            11 => Self::FullConnectionDone,
            12 => Self::GappedConnectionDone,
            13 => Self::StagedConnectionDone,
            14 => Self::StagedExchange,
            _ => return None,
        })
    }

    /// As messages name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::ConnectionOpened | Self::FullConnectionOpened => "connection-opened",
            Self::Part => "part",
            Self::Exchange | Self::StagedExchange => "exchange",
            Self::ConnectionDone
            | Self::FullConnectionDone
            | Self::GappedConnectionDone
            | Self::StagedConnectionDone => "connection-done",
            Self::ExchangeSegment => "exchange index segment",
            Self::ConnectionSegment => "connection index segment",
            Self::Index => "index",
            Self::Footer => "footer",
        }
    }
}

/// A record in the file whose head and meta have been checked; its body only by [`Frame::check_body`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Where it begins.
    pub(super) offset: u64,
    /// As stored; see [`Frame::kind`].
    pub(super) number: u8,
    /// The body is one zstd frame.
    pub(super) zstd: bool,
    pub(super) meta: &'a [u8],
    /// As stored.
    pub(super) body: &'a [u8],
    body_crc: u32,
}

impl<'a> Frame<'a> {
    /// The record at `offset`; checks all but the body's checksum.
    pub(super) fn head(file: &'a [u8], offset: u64) -> Result<Self, Damage> {
        Self::parse(file, offset).map_err(|what| Damage { offset, what })
    }

    /// The record at `offset`, wholly checked.
    pub(super) fn whole(file: &'a [u8], offset: u64) -> Result<Self, Damage> {
        let frame = Self::head(file, offset)?;
        frame.check_body()?;
        Ok(frame)
    }

    /// The record at `offset`, wholly checked, if it is of this kind.
    pub(super) fn expect(file: &'a [u8], offset: u64, kind: Kind) -> Result<Self, Damage> {
        let frame = Self::whole(file, offset)?;
        if frame.kind() == Some(kind) {
            return frame.check_shape().map(|()| frame);
        }
        Err(frame.damage(What::WrongKind { expected: kind.name(), found: frame.number }))
    }

    /// What it is; `None` where this version does not know it.
    pub(super) const fn kind(&self) -> Option<Kind> {
        Kind::from_number(self.number)
    }

    /// Where the next record begins.
    pub(super) const fn end(&self) -> u64 {
        self.body_at() + wide(self.body.len())
    }

    /// Where the body begins.
    pub(super) const fn body_at(&self) -> u64 {
        self.offset + wide(FRAME_BYTES + self.meta.len())
    }

    /// Something is wrong with this record.
    pub(super) const fn damage(&self, what: What) -> Damage {
        Damage { offset: self.offset, what }
    }

    /// Checks the body's checksum.
    pub(super) fn check_body(&self) -> Result<(), Damage> {
        let computed = crc32fast::hash(self.body);
        if computed == self.body_crc {
            return Ok(());
        }
        Err(self.damage(What::BodyChecksum { stored: self.body_crc, computed }))
    }

    /// Checks that it has the pieces that its kind has, and no other.
    pub(super) fn check_shape(&self) -> Result<(), Damage> {
        let (meta, body, zstd) = match self.kind() {
            Some(
                Kind::Header
                | Kind::ConnectionOpened
                | Kind::ConnectionDone
                | Kind::FullConnectionOpened
                | Kind::FullConnectionDone
                | Kind::GappedConnectionDone
                | Kind::StagedConnectionDone,
            ) => (true, false, false),
            Some(Kind::Part | Kind::Exchange | Kind::StagedExchange) => (true, true, true),
            Some(Kind::ExchangeSegment | Kind::ConnectionSegment) => (true, true, false),
            Some(Kind::Index | Kind::Footer) => (false, true, false),
            None => return Ok(()),
        };
        let unexpected = |what| Err(self.damage(What::Unexpected { what }));
        if self.zstd && !zstd {
            return unexpected("compressed");
        }
        if !meta && !self.meta.is_empty() {
            return unexpected("with metadata");
        }
        if !body && !self.body.is_empty() {
            return unexpected("with a body");
        }
        Ok(())
    }

    fn parse(file: &'a [u8], offset: u64) -> Result<Self, What> {
        let rest = file.get(narrow(offset)..).unwrap_or_default();
        let (head, rest) = split(rest, FRAME_BYTES)?;
        let fields = Fields::read(head).ok_or(What::Reserved)?;
        if fields.meta_len > MAX_META_BYTES {
            return Err(What::MetaTooLong { len: fields.meta_len });
        }
        let (meta, rest) = split(rest, fields.meta_len)?;
        check_head(head, meta, fields.head_crc)?;
        if fields.reserved != 0 || fields.flags & !ZSTD != 0 {
            return Err(What::Reserved);
        }
        let (body, _) = split(rest, narrow(fields.body_len))?;
        let zstd = fields.flags & ZSTD != 0;
        Ok(Self { offset, number: fields.kind, zstd, meta, body, body_crc: fields.body_crc })
    }
}

/// A record's frame and meta, ready to be written before its body.
pub(super) struct FrameHead {
    pub(super) kind: Kind,
    pub(super) zstd: bool,
    pub(super) body_len: u64,
    pub(super) body_crc: u32,
}

impl FrameHead {
    /// A record that is all meta.
    pub(super) const fn without_body(kind: Kind) -> Self {
        Self { kind, zstd: false, body_len: 0, body_crc: 0 }
    }

    /// A record with this body, as it is.
    pub(super) fn with_body(kind: Kind, body: &[u8]) -> Self {
        Self { kind, zstd: false, body_len: wide(body.len()), body_crc: crc32fast::hash(body) }
    }

    /// Fills in the frame of a record in `out`, which holds [`FRAME_BYTES`] of room, then the meta.
    pub(super) fn seal(&self, out: &mut [u8]) {
        let Some((head, meta)) = out.split_first_chunk_mut::<FRAME_BYTES>() else { return };
        let mut rest = &mut head[..];
        rest.put_u8(self.kind as u8);
        rest.put_u8(if self.zstd { ZSTD } else { 0 });
        rest.put_u16_le(0);
        rest.put_u32_le(u32::try_from(meta.len()).unwrap_or(u32::MAX));
        rest.put_u64_le(self.body_len);
        rest.put_u32_le(self.body_crc);
        let (fields, crc) = head.split_at_mut(HEAD_CRC_AT);
        crc.copy_from_slice(&head_crc(fields, meta).to_le_bytes());
    }
}

struct Fields {
    kind: u8,
    flags: u8,
    reserved: u16,
    meta_len: usize,
    body_len: u64,
    body_crc: u32,
    head_crc: u32,
}

impl Fields {
    fn read(mut head: &[u8]) -> Option<Self> {
        let head = &mut head;
        Some(Self {
            kind: take_u8(head)?,
            flags: take_u8(head)?,
            reserved: take_u16(head)?,
            meta_len: usize::try_from(take_u32(head)?).ok()?,
            body_len: take_u64(head)?,
            body_crc: take_u32(head)?,
            head_crc: take_u32(head)?,
        })
    }
}

fn split(bytes: &[u8], len: usize) -> Result<(&[u8], &[u8]), What> {
    bytes
        .split_at_checked(len)
        .ok_or(What::CutShort { needed: wide(len), available: wide(bytes.len()) })
}

fn check_head(head: &[u8], meta: &[u8], stored: u32) -> Result<(), What> {
    let computed = head_crc(head.get(..HEAD_CRC_AT).unwrap_or_default(), meta);
    if computed == stored { Ok(()) } else { Err(What::HeadChecksum { stored, computed }) }
}

fn head_crc(fields: &[u8], meta: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fields);
    hasher.update(meta);
    hasher.finalize()
}
