//! From a script to the answer that it gives.

use std::ops::Range;

use bytes::Bytes;

use super::{Answer, Bodies, Head, HeadLine, Piece, Recorded};
use crate::fault::{Layout, Misfit, Scene, edit};
use crate::model::Step;
use crate::wire::http1::Framing;
use crate::wire::http2::{Frame, frames};

/// Takes a script apart.
pub(super) fn read(scene: &Scene<'_>) -> Result<Answer, Misfit> {
    let layout = scene.layout();
    let sends = scene.sends();
    let Some(range) = layout.head.clone() else {
        return Err(Misfit::new("it needs an answer of HTTP, and there is none"));
    };
    let wire = slice(&sends, &range);
    let http2 = scene.is_http2();
    let head = if http2 { head_of_frame(&wire) } else { Head::of_http1(&wire) };
    let head = head.ok_or_else(|| Misfit::new("the head of its answer cannot be read"))?;
    let recorded = recorded(scene, &layout, &wire, &sends);
    let parts = Parts::of(scene, &layout, range);
    Ok(Answer {
        bodies: if scene.asks_head() { Bodies::Never } else { Bodies::ByStatus },
        head,
        framing: recorded.framing,
        keep_framing: false,
        trailers: recorded.trailers.clone(),
        complete: recorded.complete,
        protocol: scene.exchange.protocol,
        before: parts.before,
        body: parts.body,
        after: parts.after,
        recorded,
    })
}

/// What follows the head, as it is.
fn recorded(scene: &Scene<'_>, layout: &Layout, head: &Bytes, sends: &Bytes) -> Recorded {
    let http2 = scene.is_http2();
    let end = layout.head.as_ref().map_or(0, |head| head.end);
    let (_, mut rest) = edit::cut(scene, end);
    let ends_a_send = layout.chunks.contains(&end);
    let with_head = match rest.first() {
        Some(Step::Send(bytes)) if !ends_a_send => bytes.clone(),
        _ => Bytes::new(),
    };
    if !with_head.is_empty() {
        rest.remove(0);
    }
    Recorded {
        with_head,
        rest,
        head_ends: http2
            && frames(head).next().is_some_and(|it| it.is_ok_and(|it| it.ends_stream())),
        framing: layout.framing.unwrap_or(Framing::None),
        trailers: trailers(layout, sends, http2),
        complete: layout.end.is_some() || layout.framing == Some(Framing::UntilClose),
        body_len: layout.content_len(),
        touched: false,
    }
}

fn head_of_frame(wire: &Bytes) -> Option<Head> {
    Head::of_fields(&fields_of(wire)?)
}

fn fields_of(wire: &Bytes) -> Option<Vec<crate::wire::http2::hpack::Field>> {
    let frame: Frame = frames(wire).next()?.ok()?;
    frame.fields()?.ok()
}

fn trailers(layout: &Layout, sends: &Bytes, http2: bool) -> Vec<HeadLine> {
    let Some(range) = &layout.trailers else { return Vec::new() };
    let wire = slice(sends, range);
    if http2 {
        let fields = fields_of(&wire).unwrap_or_default().into_iter();
        return fields.map(|field| HeadLine::new(field.name, field.value)).collect();
    }
    let lines = wire.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| HeadLine::of_line(&wire.slice_ref(line))).collect()
}

fn slice(sends: &Bytes, range: &Range<u64>) -> Bytes {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(sends.len());
    sends.slice(place(range.start)..place(range.end))
}

/// A script's steps, dealt out.
#[derive(Default)]
struct Parts {
    before: Vec<Step>,
    body: Vec<Piece>,
    after: Vec<Step>,
    /// Done before the next piece of the body, if there is one.
    pending: Vec<Step>,
}

impl Parts {
    fn of(scene: &Scene<'_>, layout: &Layout, head: Range<u64>) -> Self {
        let mut parts = Self::default();
        let end = layout.end.unwrap_or(layout.len);
        let mut at = 0;
        for step in &scene.script.steps {
            match step {
                Step::Send(bytes) => {
                    parts.send(bytes, at, layout, &head, end);
                    at += bytes.len() as u64;
                }
                other if at <= head.start => parts.before.push(other.clone()),
                other if at < end => parts.pending.push(other.clone()),
                other => parts.after.push(other.clone()),
            }
        }
        parts.after.splice(..0, std::mem::take(&mut parts.pending));
        parts
    }

    /// Bytes that begin at `at`.
    fn send(&mut self, bytes: &Bytes, at: u64, layout: &Layout, head: &Range<u64>, end: u64) {
        let within = |range: Range<u64>| {
            let local =
                |place: u64| usize::try_from(place.saturating_sub(at)).unwrap_or(usize::MAX);
            let (start, end) = (local(range.start).min(bytes.len()), local(range.end));
            Some(bytes.slice(start..end.min(bytes.len()).max(start))).filter(|it| !it.is_empty())
        };
        self.before.extend(within(0..head.start).map(Step::Send));
        let mut apart = at >= head.end;
        let done = layout.segments.partition_point(|segment| segment.wire + segment.len <= at);
        for segment in layout.segments.iter().skip(done) {
            let Some(bytes) = within(segment.wire..segment.wire + segment.len) else { break };
            let before = std::mem::take(&mut self.pending);
            let continues = segment.wire < at;
            self.body.push(Piece { before, apart, continues, bytes });
            apart = false;
        }
        let last = layout.segments.last().map_or(0, |last| last.wire + last.len);
        self.after.extend(within(end.max(last)..u64::MAX).map(Step::Send));
    }
}
