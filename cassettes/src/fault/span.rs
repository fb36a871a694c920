//! A stretch of an answer: a thing that can be counted, or so many bytes after a place.

use std::ops::Range;

use bytes::Bytes;

use super::{Answer, Item, Misfit, Point, Scene};
use crate::model::{Script, Step};

/// A stretch of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    item: Item,
    /// The framing is not put right when it is edited.
    keep_framing: bool,
}

impl Scene<'_> {
    /// What a counting point names; after another point, or where `count` is given, so many bytes after it (one). Fewer, if fewer
    /// are left. In HTTP/2, bytes are those of DATA.
    pub fn span(&self, point: &Point, count: Option<u64>) -> Result<Span, Misfit> {
        if count.is_none() && point.is_thing() {
            return Ok(Span { item: self.item(point)?, keep_framing: false });
        }
        let start = self.offset(point)?;
        self.bytes_from(start, count.unwrap_or(1))
    }

    /// What follows a stretch, of the same kind and length.
    pub fn span_after(
        &self,
        point: &Point,
        count: Option<u64>,
        first: &Span,
    ) -> Result<Span, Misfit> {
        match point.next() {
            Some(next) if count.is_none() => self.span(&next, None),
            _ => self.bytes_from(self.wire_end(first)?, count.unwrap_or(1)),
        }
    }

    /// Its bytes.
    pub fn bytes_of(&self, span: &Span) -> Bytes {
        let sends = self.sends();
        match &span.item {
            Item::Wire(range) => slice(&sends, range),
            Item::Content(range) => slice(&self.layout().content(&sends), range),
        }
    }

    /// The script with other bytes in its place. The framing follows a thing that is replaced; bytes are replaced without a word.
    pub fn replace_span(&self, span: Span, with: Bytes) -> Result<Script, Misfit> {
        match span.item {
            Item::Content(range) if span.keep_framing => {
                let mut answer = Answer::of(self)?;
                answer.keep_framing = true;
                answer.splice(range, with);
                Ok(answer.into_script(self))
            }
            item => self.replace(item, with),
        }
    }

    /// The script with these steps after each of the places, which are in order.
    pub fn interrupted(&mut self, offsets: &[u64], steps: &[Step]) -> Script {
        for offset in offsets.iter().rev() {
            let (mut before, after) = super::edit::cut(self, *offset);
            before.extend(steps.iter().cloned().chain(after));
            self.script.steps = before;
        }
        std::mem::take(&mut self.script)
    }

    fn bytes_from(&self, start: u64, count: u64) -> Result<Span, Misfit> {
        let layout = self.layout();
        if self.is_http2() {
            let content = self.data_from(start)?;
            let end = content.saturating_add(count).min(layout.content_len());
            return Ok(Span { item: Item::Content(content..end), keep_framing: true });
        }
        let end = start.saturating_add(count).min(layout.len);
        if start >= end {
            return Err(Misfit::new("nothing is sent after that"));
        }
        Ok(Span { item: Item::Wire(start..end), keep_framing: true })
    }

    /// How many bytes of DATA are sent before this byte of a stream's frames.
    fn data_from(&self, wire: u64) -> Result<u64, Misfit> {
        let layout = self.layout();
        let head = layout.head.as_ref().map_or(0, |head| head.end);
        if wire < head {
            return Err(Misfit::new(format!(
                "over HTTP/2 only DATA is edited, from byte {head} on"
            )));
        }
        let segment = layout.segments.iter().find(|segment| segment.wire + segment.len > wire);
        let segment = segment.ok_or_else(|| Misfit::new("no DATA is sent after that"))?;
        Ok(segment.content + wire.saturating_sub(segment.wire))
    }

    fn wire_end(&self, span: &Span) -> Result<u64, Misfit> {
        match &span.item {
            Item::Wire(range) => Ok(range.end),
            Item::Content(range) => {
                let end = self.layout().to_wire(range.end);
                end.ok_or_else(|| Misfit::new("nothing is sent after that"))
            }
        }
    }
}

impl Point {
    /// It counts things, of which each can be taken by itself.
    pub fn is_thing(&self) -> bool {
        self.next().is_some()
    }

    /// The thing after it.
    fn next(&self) -> Option<Self> {
        Some(match self {
            Self::Header(number) => Self::Header(number.saturating_add(1)),
            Self::Chunk(number) => Self::Chunk(number.saturating_add(1)),
            Self::Part(number) => Self::Part(number.saturating_add(1)),
            Self::Event(number) => Self::Event(number.saturating_add(1)),
            Self::Message(number) => Self::Message(number.saturating_add(1)),
            Self::Frame(number) => Self::Frame(number.saturating_add(1)),
            _ => return None,
        })
    }
}

fn slice(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(place(range.start)..place(range.end))
}
