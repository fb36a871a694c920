//! What a caller knows to be of another kind from some point on.

use super::*;
use crate::model::Degraded;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01234";
const WHY: &str = "the rest is encrypted";

fn given_up(mut transcriber: Transcriber) -> Vec<TapeEvent> {
    let (client, server) = (Direction::ToServer, Direction::ToClient);
    transcriber.receive(client, milliseconds(1), Bytes::from_static(GET));
    transcriber.receive(server, milliseconds(2), Bytes::from_static(HALF));
    transcriber.give_up(server, WHY);
    transcriber.give_up(client, WHY);
    transcriber.receive(server, milliseconds(3), Bytes::from_static(b"56789"));
    transcriber.finish();
    std::iter::from_fn(|| transcriber.poll_event()).collect()
}

fn summaries(events: &[TapeEvent]) -> Vec<ExchangeSummary> {
    let summary = |event: &TapeEvent| match event {
        TapeEvent::Done { summary, .. } => Some(*summary),
        TapeEvent::Chunk { .. } => None,
    };
    events.iter().filter_map(summary).collect()
}

#[test]
fn what_follows_is_not_taken_for_the_rest_of_a_body() {
    let events = given_up(Transcriber::http(ConnectionId(0)));
    let [first, second] = summaries(&events)[..] else { panic!("{events:?}") };
    assert_eq!((first.protocol, first.complete), (Protocol::Http1, false));
    let place = Degraded { direction: Direction::ToClient, offset: 0, reason: WHY };
    assert_eq!((second.protocol, second.degraded), (Protocol::Raw, Some(place)));
}

#[test]
fn a_raw_exchange_goes_on_and_says_from_where_it_is_not_what_it_was() {
    let events = given_up(Transcriber::raw(ConnectionId(0)));
    let [only] = summaries(&events)[..] else { panic!("{events:?}") };
    let offset = HALF.len() as u64;
    assert_eq!(
        only.degraded,
        Some(Degraded { direction: Direction::ToClient, offset, reason: WHY })
    );
}
