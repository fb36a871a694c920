//! Edits of a script by place: the tools that kinds are made of.

use bytes::{Bytes, BytesMut};

use super::layout::is_final;
use super::{Break, End, Item, Misfit, Point, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{FRAME_HEADER_BYTES, Frame, Kind, compose, frames, stream_of};

/// What happens at a point, done to a script.
pub(super) fn break_at(scene: &Scene<'_>, point: &Point, broken: Break) -> Result<Script, Misfit> {
    let (before, rest) = cut(scene, scene.offset(point)?);
    broken_at(scene, before, rest, broken)
}

/// The same, once the script is cut in two.
pub(super) fn broken_at(
    scene: &Scene<'_>,
    before: Vec<Step>,
    rest: Vec<Step>,
    broken: Break,
) -> Result<Script, Misfit> {
    let mut steps = before;
    if broken.drops {
        drop_unsent(&mut steps);
    }
    if !broken.insert.is_empty() {
        let ended = scene.is_http2() && told(&steps, stream_of(scene.exchange)).1;
        if ended {
            return Err(Misfit::new("the stream has ended there, and nothing may follow on it"));
        }
        steps.push(Step::Send(scene.as_sent(broken.insert)));
    }
    steps.extend(broken.steps);
    match broken.end {
        None => steps.extend(rest),
        Some(end) => {
            let ending = scene.ending(end, broken.connection, &steps);
            steps.extend(ending);
        }
    }
    Ok(Script { steps })
}

/// A script's steps up to, and from, the place before which so many bytes are sent. What a server waits for before its first
/// byte is waited for in any case. In HTTP/2, DATA is cut in two; a frame of another kind is not cut: it comes after.
pub(super) fn cut(scene: &Scene<'_>, offset: u64) -> (Vec<Step>, Vec<Step>) {
    let mut before = Vec::new();
    let mut steps = scene.script.steps.iter().cloned();
    let mut sent = 0;
    while sent < offset || offset == 0 {
        let Some(step) = steps.next() else { break };
        let Step::Send(bytes) = &step else {
            before.push(step);
            continue;
        };
        let len = bytes.len() as u64;
        if sent + len > offset {
            let at = usize::try_from(offset - sent).unwrap_or(0);
            let (first, second) = scene.cut_send(bytes, at);
            before.extend(Some(first).filter(|bytes| !bytes.is_empty()).map(Step::Send));
            let rest = Some(second).filter(|bytes| !bytes.is_empty()).map(Step::Send);
            return (before, rest.into_iter().chain(steps).collect());
        }
        sent += len;
        before.push(step);
    }
    (before, steps.collect())
}

/// Leaves out what was sent since the client was last waited for.
fn drop_unsent(steps: &mut Vec<Step>) {
    let waits = |step: &Step| matches!(step, Step::Receive(_));
    let from = steps.iter().rposition(waits).map_or(0, |at| at + 1);
    let mut at = 0;
    steps.retain(|step| {
        at += 1;
        at <= from || !matches!(step, Step::Send(_))
    });
}

impl Scene<'_> {
    /// These bytes as the server would send them in the middle of its answer: in HTTP/2, as DATA of the stream.
    pub fn as_sent(&self, bytes: Bytes) -> Bytes {
        if !self.is_http2() {
            return bytes;
        }
        compose::data(stream_of(self.exchange), bytes, false).encode()
    }

    /// The steps of an end after `before`; of the whole `connection`, or in HTTP/2 of the stream.
    pub fn ending(&self, end: End, connection: bool, before: &[Step]) -> Vec<Step> {
        if self.is_http2() && !connection {
            let stream = stream_of(self.exchange);
            let (headed, ended) = told(before, stream);
            return end.of_stream(stream, headed, ended);
        }
        end.of_connection()
    }

    /// What is sent up to the point, and all that follows.
    pub fn cut(&self, point: &Point) -> Result<(Vec<Step>, Vec<Step>), Misfit> {
        Ok(cut(self, self.offset(point)?))
    }

    /// The script with other bytes in the place of those. Content is put into the framing anew by
    /// [`Answer`](super::Answer) where there is any; what is sent and when stays otherwise.
    pub fn replace(&self, item: Item, with: Bytes) -> Result<Script, Misfit> {
        match item {
            Item::Content(range) if self.layout().framing.is_some() => {
                let mut answer = super::Answer::of(self)?;
                answer.splice(range, with);
                Ok(answer.into_script(self))
            }
            Item::Content(range) => {
                let layout = self.layout();
                let wire = |content| layout.to_wire(content);
                let start = wire(range.start).ok_or_else(|| Misfit::new("it is not sent"))?;
                Ok(replace_wire(self, start, range.end - range.start, with))
            }
            Item::Wire(range) => Ok(replace_wire(self, range.start, range.end - range.start, with)),
        }
    }

    fn cut_send(&self, bytes: &Bytes, at: usize) -> (Bytes, Bytes) {
        if self.is_http2() {
            return cut_frames(bytes, at);
        }
        (bytes.slice(..at), bytes.slice(at..))
    }
}

/// The script with `with` in the place of `len` bytes from `start` on. In HTTP/2 bytes are replaced as they are: frames may break.
fn replace_wire(scene: &Scene<'_>, start: u64, len: u64, with: Bytes) -> Script {
    let mut steps = Vec::new();
    let mut with = Some(with);
    let (mut sent, end) = (0, start.saturating_add(len));
    for step in &scene.script.steps {
        let Step::Send(bytes) = step else {
            steps.push(step.clone());
            continue;
        };
        let (own_start, own_end) = (sent, sent + bytes.len() as u64);
        sent = own_end;
        let local =
            |at: u64| usize::try_from(at.clamp(own_start, own_end) - own_start).unwrap_or(0);
        let (first, last) = (local(start), local(end));
        // What replaces something comes with it; what is put in comes with what is before it.
        let is_here = start < own_end || len == 0 && start == own_end;
        let put = with.take_if(|_| is_here).unwrap_or_default();
        if put.is_empty() && first == last {
            steps.push(step.clone());
            continue;
        }
        let kept = [&bytes.slice(..first)[..], &put, &bytes.slice(last..)].concat();
        steps.extend(Some(Bytes::from(kept)).filter(|kept| !kept.is_empty()).map(Step::Send));
    }
    steps.extend(with.filter(|with| !with.is_empty()).map(Step::Send));
    Script { steps }
}

/// Frames before and after byte `at`.
fn cut_frames(bytes: &Bytes, at: usize) -> (Bytes, Bytes) {
    let (mut first, mut second) = (BytesMut::new(), BytesMut::new());
    let mut seen = 0;
    let mut all = frames(bytes);
    for frame in all.by_ref().map_while(Result::ok) {
        let (start, end) = (seen, seen + frame.header.wire_len());
        seen = end;
        if end <= at {
            frame.write(&mut first);
        } else if start >= at {
            frame.write(&mut second);
        } else {
            let (head, tail) = cut_frame(frame, at - start);
            if let Some(head) = head {
                head.write(&mut first);
            }
            tail.write(&mut second);
        }
    }
    second.extend_from_slice(&all.unread());
    (first.freeze(), second.freeze())
}

/// DATA in two, the padding left out; any other frame stays whole, and comes after.
pub(super) fn cut_frame(frame: Frame, at: usize) -> (Option<Frame>, Frame) {
    let skipped = FRAME_HEADER_BYTES + usize::from(frame.padding() > 0);
    let Some(data) = frame.data().filter(|_| at > skipped) else { return (None, frame) };
    let at = (at - skipped).min(data.len());
    let head = compose::data(frame.stream(), data.slice(..at), false);
    (Some(head), compose::data(frame.stream(), data.slice(at..), frame.ends_stream()))
}

/// Whether these steps send the stream's head, and whether they end it.
fn told(steps: &[Step], stream: u32) -> (bool, bool) {
    let sends = steps.iter().filter_map(|step| match step {
        Step::Send(bytes) => Some(bytes),
        _ => None,
    });
    let (mut headed, mut ended) = (false, false);
    for frame in sends.flat_map(frames).map_while(Result::ok) {
        let own = frame.stream() == stream;
        headed |= own && frame.kind() == Kind::Headers && is_final(&frame);
        ended |= own && (frame.ends_stream() || frame.kind() == Kind::RstStream);
    }
    (headed, ended)
}
