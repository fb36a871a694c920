//! Answers in chunks, to be broken there.

use std::ops::Range;

use bytes::Bytes;

use crate::fault::{Answer, Item, Misfit, Point, Scene};
use crate::model::{Script, Step};
use crate::wire::http1::Framing;

/// The scene, its answer sent in chunks: as it was, or, where something else ended its body, each piece that was sent at
/// once as one.
pub(super) fn chunked<'a>(scene: &Scene<'a>) -> Result<Scene<'a>, Misfit> {
    scene.need_http11()?;
    let mut answer = Answer::of(scene)?;
    if answer.framing == Framing::Chunked {
        return Ok(scene.with_script(scene.script.clone()));
    }
    answer.need_body()?;
    put_in_chunks(&mut answer);
    Ok(scene.with_script(answer.into_script(scene)))
}

/// From now on, in HTTP/1.1.
pub(super) fn put_in_chunks(answer: &mut Answer) {
    if let Some(rest) = answer.head.start().strip_prefix(b"HTTP/1.0") {
        let line = [b"HTTP/1.1", rest].concat();
        answer.head.set_start(line);
    }
    answer.set_chunked();
}

/// A chunk on the wire, size line and line end included.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where it begins.
    pub(super) start: u64,
    pub(super) bytes: Bytes,
    /// The length of its size, without what follows on that line.
    pub(super) size_len: u64,
}

impl Chunk {
    /// The one at the point `part K`.
    pub(super) fn at(scene: &Scene<'_>, point: Option<&Point>) -> Result<Self, Misfit> {
        let point = point.filter(|point| matches!(point, Point::Part(_)));
        let point = point.ok_or_else(|| Misfit::new("it needs `at part K`: a chunk"))?;
        let Item::Wire(range) = scene.item(point)? else {
            return Err(Misfit::new("it needs `at part K`: a chunk"));
        };
        let sends = scene.sends();
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(sends.len());
        let bytes = sends.slice(place(range.start)..place(range.end));
        let size_len = bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() as u64;
        Ok(Self { start: range.start, bytes, size_len })
    }

    /// Its size, on the wire.
    pub(super) fn size(&self) -> Range<u64> {
        self.start..self.start + self.size_len
    }

    /// The line end after its data, on the wire.
    pub(super) fn line_end(&self) -> Range<u64> {
        let end = self.start + self.bytes.len() as u64;
        let len = if self.bytes.ends_with(b"\r\n") { 2 } else { 1 };
        end.saturating_sub(len)..end
    }
}

/// What is sent up to this byte, then FIN.
pub(super) fn closed_at(scene: &Scene<'_>, byte: u64) -> Result<Script, Misfit> {
    let (mut steps, _) = scene.cut(&Point::Byte(byte))?;
    steps.push(Step::Close);
    Ok(Script { steps })
}
