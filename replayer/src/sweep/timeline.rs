//! What was said between client and server in a run, for people.

use std::time::Duration;

use cassettes::model::{Cassette, Chunk, Close, Direction, How, Side, Timestamp};

use super::Moment;

/// Most moments told of one run. What is said in more is told by its beginning: that is where it went another way, as a rule.
const MAX_MOMENTS: usize = 100;

/// Most characters shown of what was said at once: a status line with the first headers.
const MAX_PREVIEW: usize = 120;

/// What is said within this of what went before is told with it.
const BREATH: Duration = Duration::from_millis(1);

/// Of a transcript, in the order in which it happened.
pub fn timeline(transcript: &Cassette) -> Vec<Moment> {
    let mut moments: Vec<(Timestamp, Moment)> = Vec::new();
    for exchange in transcript.exchanges().iter().filter(|it| it.protocol.is_conversation()) {
        let number = exchange.connection.0.saturating_add(1);
        // What comes at once in several chunks is told once.
        for breath in exchange.chunks.chunk_by(is_same_breath) {
            let Some(first) = breath.first() else { continue };
            let bytes = breath.iter().map(|chunk| chunk.bytes.len() as u64).sum();
            let event = match first.direction {
                Direction::ToServer => "request",
                Direction::ToClient => "answer",
            };
            let said = breath.iter().flat_map(|chunk| &chunk.bytes).copied();
            moments.push((first.at, moment(first.at, number, event, bytes, preview(said))));
        }
    }
    for (number, connection) in (1..).zip(transcript.connections()) {
        for fault in &connection.faults {
            moments.push((fault.at, moment(fault.at, number, "fault", 0, fault.id.clone())));
        }
        let ends = connection.closes.iter();
        moments.extend(ends.map(|close| (close.at, ending(number, close))));
    }
    // Stable: of what happened at once, what is said comes before what ends it.
    moments.sort_by_key(|(at, _)| *at);
    moments.truncate(MAX_MOMENTS);
    moments.into_iter().map(|(_, moment)| moment).collect()
}

fn is_same_breath(a: &Chunk, b: &Chunk) -> bool {
    a.direction == b.direction && b.at.since(a.at) < BREATH
}

fn ending(number: u32, close: &Close) -> Moment {
    let event = match close.how {
        How::Reset => "reset",
        _ => "close",
    };
    let by = match close.by {
        Side::Client => "by the client",
        Side::Server => "by the server",
    };
    moment(close.at, number, event, 0, by.to_owned())
}

fn moment(at: Timestamp, connection: u32, event: &str, bytes: u64, preview: String) -> Moment {
    let since = at.since(Timestamp::ZERO).as_micros();
    // Microseconds of a run fit a double exactly.
    let at_ms = u32::try_from(since).map_or(f64::from(u32::MAX), f64::from) / 1000.0;
    Moment { at_ms, connection, event: event.to_owned(), bytes, preview }
}

fn preview(said: impl Iterator<Item = u8>) -> String {
    let beginning: Vec<u8> = said.take(MAX_PREVIEW + 1).collect();
    let (beginning, more) = match beginning.split_at_checked(MAX_PREVIEW) {
        Some((beginning, rest)) => (beginning, !rest.is_empty()),
        None => (&beginning[..], false),
    };
    let text = String::from_utf8_lossy(beginning);
    let printable: String = text.chars().flat_map(shown).collect();
    printable + if more { "…" } else { "" }
}

fn shown(letter: char) -> Vec<char> {
    match letter {
        '\n' | '\r' | '\t' => letter.escape_default().collect(),
        letter if letter.is_control() => vec!['\u{fffd}'],
        letter => vec![letter],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_in_the_order_in_which_it_happened() {
        let yaml = "\
retape: 1
exchanges:
  - request: GET /a
    response: 404
  - request: GET /b
    response: 200
";
        let moments = timeline(&cassettes::text::read(yaml).unwrap());
        let told: Vec<_> = moments.iter().map(|it| it.event.as_str()).collect();
        assert_eq!(told.iter().filter(|it| **it == "request").count(), 2, "{told:?}");
        assert_eq!(told.iter().filter(|it| **it == "answer").count(), 2, "{told:?}");
        assert!(moments[0].preview.starts_with("GET /a HTTP/1.1\\r\\n"), "{moments:?}");
        assert!(moments.is_sorted_by(|a, b| a.at_ms <= b.at_ms));
    }

    #[test]
    fn what_is_not_printable_is_shown_as_such() {
        assert_eq!(preview(b"a\r\n\x00\xffb".iter().copied()), "a\\r\\n\u{fffd}\u{fffd}b");
        assert_eq!(preview(std::iter::repeat_n(b'a', 500)).chars().count(), MAX_PREVIEW + 1);
    }
}
