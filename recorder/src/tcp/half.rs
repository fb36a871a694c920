//! One direction of a connection: segments in any order into bytes in one.

use cassettes::model::How;

use super::DirectionTally;
use super::held::{Held, Overlap, Piece};
use super::recent::Recent;
use super::report::Report;
use crate::capture::UnixNanos;
use crate::packet::Segment;

/// The largest window that TCP can announce (RFC 7323 §2.3): no acknowledgement is further ahead of the one before.
const MAX_WINDOW: u64 = 1 << 30;

/// How much may be on its way out of order. More than so many full packets, of 64 KiB each, as [`super::waiting`] has
/// patience for is no reordering: either bytes are missing for good, or the number is wrong.
const MAX_REORDERED: i64 = 64 * 64 * 1024;

/// How much of what one side sends is known. Places in it are offsets: bytes since its beginning, lost ones counted. They
/// do not wrap around as sequence numbers do.
#[derive(Debug, Default)]
pub(super) struct Half {
    /// The sequence number of offset 0; none before its first segment.
    base: Option<u32>,
    /// Its SYN's sequence number, as its own segments say, or the other side's acknowledgements.
    initial: Option<u32>,
    /// The furthest place that is known to be reached: sequence numbers wrap around, and mean the place nearest to it.
    front: u64,
    /// What comes next: everything before was told, or declared missing.
    next: u64,
    /// What the other side acknowledged, as far as that can be believed.
    acknowledged: u64,
    fin: Option<Fin>,
    is_finished: bool,
    is_reset: bool,
    /// Starts behind `next`.
    held: Held,
    /// Ends before `next`.
    recent: Recent,
    tally: DirectionTally,
}

/// Where and when the sender ended.
#[derive(Debug, Clone, Copy)]
struct Fin {
    offset: u64,
    at: UnixNanos,
}

/// A segment on its way in.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) segment: Segment,
    /// Where its data belongs, if that is known.
    pub(super) start: Option<i64>,
    /// How far its sender has the other side's bytes, if it says so, and that is known.
    pub(super) acknowledged: Option<i64>,
    /// Whether its payload was copied, and is no slice of a file's block.
    pub(super) is_copy: bool,
}

/// What an acknowledgement means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// All that it acknowledges was seen.
    No,
    /// Some of it was not, and may be on its way out of order.
    Some,
    /// More than may be on its way.
    TooFar,
}

impl Half {
    /// Where the data of a segment of this direction belongs. Offset 0 is at the first segment that says so. A bare reset
    /// does not: some carry any number.
    pub(super) fn locate(&mut self, segment: &Segment) -> Option<i64> {
        let data = data_seq(segment);
        self.initial.get_or_insert(data.wrapping_sub(1));
        let is_bare_reset = segment.flags.rst() && segment.payload.is_empty();
        let is_second_try = segment.flags.syn() && self.next == 0 && self.held.is_empty();
        if (self.base.is_none() && !is_bare_reset) || is_second_try {
            self.base = Some(data);
            self.initial = Some(data.wrapping_sub(1));
        }
        self.offset(data)
    }

    /// Where the other side stands that waits for `ack`.
    pub(super) fn locate_ack(&mut self, ack: u32) -> Option<i64> {
        let Some(offset) = self.offset(ack) else {
            self.initial.get_or_insert(ack.wrapping_sub(1));
            return None;
        };
        self.front = self.front.max(u64::try_from(offset).unwrap_or(0));
        Some(offset)
    }

    /// Takes in a segment of this direction.
    pub(super) fn receive(&mut self, arrival: Arrival, report: &mut Report<'_>) {
        self.tally.packets += 1;
        let (at, is_reset) = (arrival.segment.at, arrival.segment.flags.rst());
        if let Some(start) = arrival.start {
            self.place(start, arrival, report);
        }
        if is_reset && !self.is_reset {
            self.is_reset = true;
            report.closed(at, How::Reset);
        }
    }

    /// The other side has everything before `offset`: what is missing of it will not come again.
    pub(super) fn acknowledge(&mut self, offset: i64, report: &mut Report<'_>) {
        let Ok(offset) = u64::try_from(offset) else { return };
        if offset <= self.acknowledged.max(self.next) + MAX_WINDOW {
            self.acknowledged = self.acknowledged.max(offset);
        }
        self.lose_holes(offset, report);
    }

    /// Whether the other side, which has everything before `offset`, has more than was seen here. One more may be a FIN
    /// that was not captured.
    pub(super) fn ahead(&self, offset: i64) -> Ahead {
        match offset.saturating_sub(signed(self.next)) {
            ..=1 => Ahead::No,
            2..=MAX_REORDERED => Ahead::Some,
            _ => Ahead::TooFar,
        }
    }

    /// Whether a SYN with this sequence number opens another connection.
    pub(super) fn is_other(&self, seq: u32) -> bool {
        self.initial.is_some_and(|initial| initial != seq)
    }

    /// The sequence number of its SYN, if that can be told.
    pub(super) const fn initial(&self) -> Option<u32> {
        self.initial
    }

    /// Nothing more is expected in this direction.
    pub(super) const fn is_finished(&self) -> bool {
        self.is_finished
    }

    pub(super) const fn is_reset(&self) -> bool {
        self.is_reset
    }

    pub(super) const fn has_told(&self) -> bool {
        self.next > 0
    }

    /// How much memory its held bytes take.
    pub(super) const fn charge(&self) -> usize {
        self.held.charge()
    }

    /// Gives up the bytes before the first held ones.
    pub(super) fn give_up(&mut self, report: &mut Report<'_>) {
        if let Some((end, at)) = self.hole() {
            self.tally.given_up += 1;
            self.lose(end, at, report);
            self.drain(report);
        }
    }

    /// There will be no more segments.
    pub(super) fn end(&mut self, report: &mut Report<'_>) {
        if self.acknowledged == 0 {
            self.lose_holes(u64::MAX, report);
        }
        self.tally.unacknowledged += self.held.clear();
        self.end_with_fin(report);
        let unseen_fin = 1;
        if self.fin.is_none() && self.acknowledged > self.next + unseen_fin {
            self.lose(self.acknowledged, *report.told, report);
        }
    }

    pub(super) fn forget_oldest(&mut self) {
        self.recent.forget_oldest();
    }

    pub(super) const fn tally(&self) -> &DirectionTally {
        &self.tally
    }

    fn offset(&self, seq: u32) -> Option<i64> {
        let near = self.front.max(self.next);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "sequence numbers are offsets modulo 2³²"
        )]
        let expected = self.base?.wrapping_add(near as u32);
        Some(signed(near).saturating_add(seq.wrapping_sub(expected).cast_signed().into()))
    }

    /// RFC 9293 §3.8.4: no data, or a byte of garbage, just before what comes next.
    fn is_keep_alive(&self, start: i64, segment: &Segment) -> bool {
        let flags = segment.flags;
        let length = segment.payload.len() as u64 + u64::from(segment.cut);
        let is_plain = !flags.syn() && !flags.fin() && !flags.rst();
        is_plain
            && length <= 1
            && u64::try_from(start.saturating_add(1)) == Ok(self.next)
            && self.next > 0
    }

    fn place(&mut self, start: i64, arrival: Arrival, report: &mut Report<'_>) {
        if self.is_keep_alive(start, &arrival.segment) {
            self.tally.keep_alives += 1;
            return;
        }
        self.note_fin(start, &arrival.segment);
        if let Some(piece) = self.piece_of(start, arrival) {
            self.take_in(piece, report);
        }
        self.finish_at_fin(report);
    }

    fn note_fin(&mut self, start: i64, segment: &Segment) {
        let length = segment.payload.len() as u64 + u64::from(segment.cut);
        let offset = u64::try_from(start).ok().map(|start| start + length);
        if let Some(offset) = offset.filter(|_| segment.flags.fin()) {
            self.fin.get_or_insert(Fin { offset, at: segment.at });
        }
    }

    /// The data of `segment`, without what lies before offset 0; none, if there is none.
    fn piece_of(&mut self, start: i64, arrival: Arrival) -> Option<Piece> {
        let Arrival { segment: Segment { at, payload: bytes, cut, .. }, is_copy, .. } = arrival;
        let early = if start < 0 { start.unsigned_abs() } else { 0 };
        let mut piece = Piece { start: 0, at, bytes, cut: cut.into(), is_copy };
        self.tally.early += early.min(piece.bytes.len() as u64);
        if early >= piece.cut_end() {
            return None;
        }
        piece.skip(early);
        piece.start = u64::try_from(start).unwrap_or(0);
        Some(piece)
    }

    fn take_in(&mut self, mut piece: Piece, report: &mut Report<'_>) {
        if piece.start < self.next {
            self.check_repeated(&piece, report);
            if piece.cut_end() <= self.next {
                return;
            }
            piece.skip(self.next - piece.start);
        }
        let room = self.held.first().map_or(u64::MAX, |held| held.start);
        if piece.start == self.next && piece.end() <= room {
            self.tell(piece, report);
        } else {
            self.hold(piece, report);
        }
        self.drain(report);
    }

    fn check_repeated(&mut self, piece: &Piece, report: &mut Report<'_>) {
        let old = usize::try_from(self.next - piece.start).unwrap_or(usize::MAX);
        let bytes = piece.bytes.slice(..old.min(piece.bytes.len()));
        let repeat = self.recent.compare(&Piece { bytes, ..*piece });
        self.tally.repeated += repeat.unchecked;
        self.tally.unchecked += repeat.unchecked;
        self.tally.late += repeat.late;
        self.note(&repeat.overlap, report);
    }

    fn hold(&mut self, piece: Piece, report: &mut Report<'_>) {
        self.tally.reordered += 1;
        let overlap = self.held.insert(piece);
        self.note(&overlap, report);
    }

    fn note(&mut self, overlap: &Overlap, report: &mut Report<'_>) {
        self.tally.repeated += overlap.repeated;
        if let Some(differing) = &overlap.differing {
            self.tally.contested += 1;
            report.contested(differing.start, differing.end - differing.start);
        }
    }

    /// Tells all that has no hole before it.
    fn drain(&mut self, report: &mut Report<'_>) {
        while let Some(piece) = self.held.take(self.next) {
            self.tell(piece, report);
        }
        self.finish_at_fin(report);
    }

    /// Tells `piece`, which comes next, and what was cut off of it.
    fn tell(&mut self, piece: Piece, report: &mut Report<'_>) {
        let (at, cut) = (piece.at, piece.cut);
        if !piece.bytes.is_empty() {
            self.tell_bytes(piece, report);
        }
        if cut > 0 {
            let room = self.held.first().map_or(u64::MAX, |held| held.start);
            self.lose((self.next + cut).min(room), at, report);
        }
    }

    fn tell_bytes(&mut self, piece: Piece, report: &mut Report<'_>) {
        let Piece { at, bytes, is_copy, .. } = piece;
        self.recent.push(self.next, bytes.clone());
        self.next += bytes.len() as u64;
        self.tally.bytes += bytes.len() as u64;
        report.data(at, bytes, is_copy);
    }

    /// The end of what is missing, and when what follows it came.
    fn hole(&self) -> Option<(u64, UnixNanos)> {
        let held = self.held.first().map(|piece| (piece.start, piece.at));
        held.or_else(|| self.fin.map(|fin| (fin.offset, fin.at)))
            .filter(|(end, _)| *end > self.next)
    }

    /// Declares missing all that ends at `limit` or before.
    fn lose_holes(&mut self, limit: u64, report: &mut Report<'_>) {
        while let Some((end, at)) = self.hole().filter(|(end, _)| *end <= limit) {
            self.lose(end, at, report);
            self.drain(report);
        }
    }

    fn lose(&mut self, end: u64, at: UnixNanos, report: &mut Report<'_>) {
        let length = end.saturating_sub(self.next);
        if length > 0 {
            self.tally.gaps += 1;
            self.tally.lost += length;
            report.gap(at, self.next, length);
            self.next = end;
        }
    }

    /// At the end, a FIN counts wherever it is: its sender did say it.
    fn end_with_fin(&mut self, report: &mut Report<'_>) {
        if let Some(fin) = self.fin.filter(|fin| fin.offset > self.next) {
            let missing = self.acknowledged.min(fin.offset);
            self.lose(missing, fin.at, report);
            self.fin = Some(Fin { offset: self.next, ..fin });
        }
        self.finish_at_fin(report);
    }

    fn finish_at_fin(&mut self, report: &mut Report<'_>) {
        if let Some(fin) = self.fin.filter(|fin| !self.is_finished && fin.offset <= self.next) {
            self.is_finished = true;
            report.closed(fin.at, How::Fin);
        }
    }
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

/// The sequence number of the first byte of data. A SYN takes one of its own.
fn data_seq(segment: &Segment) -> u32 {
    segment.seq.wrapping_add(segment.flags.syn().into())
}
