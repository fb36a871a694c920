//! Places in content, for kinds that put something in, or leave out what follows.

use std::ops::Range;

use bytes::Bytes;

use crate::fault::{Answer, Item, Layout, Misfit, Point, Scene};
use crate::model::{Script, Step};

/// What a server sends, and the content in it.
pub(super) struct Content {
    pub(super) layout: Layout,
    pub(super) bytes: Bytes,
}

impl Content {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let layout = scene.layout();
        let bytes = layout.content(&scene.sends());
        Self { layout, bytes }
    }

    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(super) fn slice(&self, range: &Range<u64>) -> Bytes {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.slice(place(range.start)..place(range.end))
    }

    /// How many bytes of content are sent before the point: none of those before the content.
    pub(super) fn place(&self, point: &Point) -> Result<u64, Misfit> {
        let wire = self.layout.offset(point)?;
        let before = self.layout.segments.iter().rfind(|segment| segment.wire < wire);
        Ok(before.map_or(0, |it| it.content + (wire - it.wire).min(it.len)))
    }

    /// The bytes of content of the event or message that the point names.
    pub(super) fn thing(&self, point: &Point, what: &str) -> Result<Range<u64>, Misfit> {
        match (point, self.layout.item(point)?) {
            (Point::Event(_) | Point::Message(_), Item::Content(range)) => Ok(range),
            _ => Err(Misfit::new(format!("it takes the place `at {what} K`"))),
        }
    }
}

/// Where each thing is, of those that follow one another and end there.
pub(super) fn ranges(ends: &[u64]) -> Vec<Range<u64>> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied()).map(|(start, end)| start..end).collect()
}

/// Half of what is not empty: at least one byte of it, and not all.
pub(super) const fn middle(range: &Range<u64>) -> u64 {
    let half = (range.end - range.start) / 2;
    range.start + if half == 0 { 1 } else { half }
}

/// The script with these bytes in the middle of the content.
pub(super) fn put_in(scene: &Scene<'_>, place: u64, bytes: Bytes) -> Result<Script, Misfit> {
    scene.replace(Item::Content(place..place), bytes)
}

/// The script without what follows in the content, the framing in order.
pub(super) fn end_early(scene: &Scene<'_>, place: u64, len: u64) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.splice(place..len, Bytes::new());
    answer.complete = true;
    Ok(answer.into_script(scene))
}

/// The steps joined to a script.
pub(super) fn script(parts: impl IntoIterator<Item = Vec<Step>>) -> Script {
    Script { steps: parts.into_iter().flatten().collect() }
}
