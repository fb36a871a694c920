//! What came of an import, and all that was lost on the way.

use std::collections::BTreeMap;
use std::fmt;

use super::Secrecy;
use super::stream::Ended;
use crate::capture::{Cut, Problem, UnixNanos};
use crate::decrypt::{KeyLogCounts, Undecryptable};
use crate::packet;
use crate::tcp::{self, DirectionTally, StreamTally};

/// What came of an import.
#[derive(Debug, Clone, Default)]
pub struct ImportSummary {
    /// Packets in the file.
    pub packets: u64,
    /// When the first one came whose time is known.
    pub first: Option<UnixNanos>,
    /// When the last one came.
    pub last: UnixNanos,
    /// Those that were not followed, by the reason.
    pub skipped: packet::Tally,
    /// Of all connections in the file, whether meant or not.
    pub reassembly: tcp::Tally,
    /// Connections that the filter does not mean.
    pub filtered: u64,
    /// Connections that it means; what follows is of these.
    pub streams: u64,
    /// Those on which nothing was said.
    pub silent: u64,
    /// Both directions of them together.
    pub tcp: DirectionTally,
    /// Those in TLS that was taken off.
    pub decrypted: u64,
    /// Those in TLS that was not, or not to the end, by the reason.
    pub undecrypted: BTreeMap<&'static str, u64>,
    /// Those of clients that a proxy led on. How it was asked is not in the cassette.
    pub tunnelled: u64,
    /// Those of which data was left out that the client had said too early, and said again.
    pub refused_early_data: u64,
    /// Exchanges found.
    pub exchanges: u64,
    /// Those that did not come to the end that their framing announced.
    pub incomplete: u64,
    /// Those that are raw, in whole or in part, because bytes are missing or no parser understood them.
    pub degraded: u64,
    /// Secrets found in the file.
    pub secrets: KeyLogCounts,
    /// Where the file ends before its time.
    pub cut: Option<Cut>,
    /// Why it was not read to its end.
    pub damage: Option<String>,
    /// What was passed over in it, by the reason.
    pub passed_over: BTreeMap<Problem, u64>,
}

/// One kind of what was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Its name, for programs.
    pub kind: &'static str,
    /// How many there are.
    pub count: u64,
    /// What there is to say of it, for people.
    pub text: String,
}

impl ImportSummary {
    /// All that was lost, one kind each; empty if nothing was. What the filter does not mean is no loss.
    pub fn losses(&self) -> Vec<Loss> {
        let mut losses = Vec::new();
        self.losses_of_file(&mut losses);
        self.losses_of_tcp(&mut losses);
        for (reason, count) in &self.undecrypted {
            lose(
                &mut losses,
                "undecrypted",
                *count,
                "connection",
                format_args!("kept encrypted, in whole or in part: {reason}"),
            );
        }
        lose(
            &mut losses,
            "degraded",
            self.degraded,
            "exchange",
            format_args!(
                "kept raw, in whole or in part: bytes are missing, or no parser understands them"
            ),
        );
        lose(
            &mut losses,
            "early data",
            self.refused_early_data,
            "connection",
            format_args!(
                "of which data was left out that the server refused as too early, and was sent again"
            ),
        );
        losses
    }

    /// From the first packet to the last, in nanoseconds.
    pub fn duration(&self) -> u64 {
        self.first.map_or(0, |first| self.last.since(first))
    }

    pub(super) fn count_packet(&mut self, at: UnixNanos) {
        self.packets += 1;
        if at.is_known() {
            self.first.get_or_insert(at);
            self.last = self.last.max(at);
        }
    }

    pub(super) fn add_secrets(&mut self, found: KeyLogCounts) {
        self.secrets.secrets += found.secrets;
        self.secrets.unused += found.unused;
        self.secrets.malformed += found.malformed;
        self.secrets.refused += found.refused;
    }

    pub(super) fn add(&mut self, ended: &Ended, tally: &StreamTally) {
        self.streams += 1;
        self.silent += u64::from(ended.speech.is_none());
        self.tunnelled += u64::from(ended.tunnelled);
        self.refused_early_data += u64::from(ended.refused_early_data);
        self.tcp += tally.both();
        self.exchanges += ended.counts.exchanges;
        self.incomplete += ended.counts.incomplete;
        self.degraded += ended.counts.degraded;
        match ended.secrecy {
            Secrecy::Plain => {}
            Secrecy::Decrypted => self.decrypted += 1,
            Secrecy::Undecrypted(why) => *self.undecrypted.entry(kind_of(&why)).or_default() += 1,
        }
    }

    fn losses_of_file(&self, losses: &mut Vec<Loss>) {
        if let Some(cut) = &self.cut {
            let (offset, present) = (cut.offset, cut.present);
            let text = format!(
                "the file is cut short: what begins at byte {offset} has {present} bytes and no end"
            );
            losses.push(Loss { kind: "cut", count: 1, text });
        }
        if let Some(damage) = &self.damage {
            losses.push(Loss { kind: "damaged", count: 1, text: damage.clone() });
        }
        for (problem, count) in &self.passed_over {
            lose(
                losses,
                "passed over",
                *count,
                "part",
                format_args!("of the file passed over: {problem}"),
            );
        }
        for (reason, count) in self.skipped.skipped.iter().filter(|(reason, _)| reason.is_loss()) {
            lose(losses, "skipped", *count, "packet", format_args!("not followed: {reason}"));
        }
        let refused = self.secrets.refused;
        lose(
            losses,
            "secrets",
            refused,
            "secret",
            format_args!("of the capture not kept: there are too many"),
        );
    }

    fn losses_of_tcp(&self, losses: &mut Vec<Loss>) {
        let (tcp, all) = (&self.tcp, &self.reassembly);
        let bytes = tcp.lost;
        lose(losses, "gaps", tcp.gaps, "gap", format_args!("in which {bytes} bytes are missing"));
        let held = tcp.given_up;
        lose(
            losses,
            "given up",
            held,
            "gap",
            format_args!("of these given up because too much waited for it"),
        );
        lose(
            losses,
            "late",
            tcp.late + tcp.early,
            "byte",
            format_args!("came too late to be put in its place"),
        );
        lose(
            losses,
            "contested",
            tcp.contested,
            "segment",
            format_args!("repeated bytes, and differed: the first ones count"),
        );
        lose(
            losses,
            "evicted",
            all.evicted,
            "connection",
            format_args!("given up, since too many were open at once"),
        );
        let stragglers = all.straggling_bytes;
        lose(
            losses,
            "straggling",
            stragglers,
            "byte",
            format_args!("of connections that had ended"),
        );
    }
}

fn lose(
    losses: &mut Vec<Loss>,
    kind: &'static str,
    count: u64,
    what: &str,
    of_it: fmt::Arguments<'_>,
) {
    if count > 0 {
        let s = if count == 1 { "" } else { "s" };
        losses.push(Loss { kind, count, text: format!("{count} {what}{s} {of_it}") });
    }
}

/// Without what differs from connection to connection.
const fn kind_of(why: &Undecryptable) -> &'static str {
    match why {
        Undecryptable::NotTls => "it is not TLS",
        Undecryptable::NoHandshake => "the capture begins after the TLS handshake",
        Undecryptable::OneSided => "only one side of the TLS handshake is in the capture",
        Undecryptable::NoSecret(_) => "there is no secret for it (--keylog)",
        Undecryptable::MissingLine { .. } => "the key log lacks one of its secrets",
        Undecryptable::Version(_) => "its TLS version is not supported",
        Undecryptable::Suite(_) => "its cipher suite is not supported",
        Undecryptable::Compressed => "compression in TLS is not supported",
        Undecryptable::Gap => "bytes are missing before it",
        Undecryptable::BadRecord(_) => "a record fails authentication",
        Undecryptable::NotRecord(_) => "something is no TLS record",
        Undecryptable::Malformed => "its TLS handshake contradicts itself",
        Undecryptable::TooLong => "its TLS handshake is too long",
        Undecryptable::CutShort => "its last record is cut short",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_is_told_with_its_number_and_nothing_else() {
        let mut summary = ImportSummary::default();
        assert_eq!(summary.losses(), []);
        summary.filtered = 7;
        summary.cut = Some(Cut { offset: 99, present: 1 });
        summary.tcp = DirectionTally { gaps: 1, lost: 300, ..DirectionTally::default() };
        summary.undecrypted.insert(kind_of(&Undecryptable::NoSecret([0; 32])), 2);
        let texts: Vec<_> = summary.losses().into_iter().map(|loss| loss.text).collect();
        assert_eq!(
            texts,
            [
                "the file is cut short: what begins at byte 99 has 1 bytes and no end",
                "1 gap in which 300 bytes are missing",
                "2 connections kept encrypted, in whole or in part: there is no secret for it (--keylog)",
            ]
        );
    }
}
