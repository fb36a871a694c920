//! Any recording, written in any way, is read back as it is.

use std::collections::{HashMap, VecDeque};

use ::bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{COMPRESSED, at, drain, events, open, problems};
use crate::format::{Journal, Options, encode};
use crate::model::{
    Cassette, Chunk, Close, Connection, ConnectionId, Direction, Exchange, Gap, Header, How,
    Protocol, Rewrite, Side, Staging, TapeEvent, Tls, Transport, Trust, Way, arbitrary,
};

proptest! {
    #[test]
    fn any_cassette_is_read_back_as_it_was(cassette in cassettes()) {
        let reader = open(&encode(&cassette).unwrap());
        prop_assert_eq!(problems(&reader), []);
        prop_assert_eq!(reader.to_cassette().unwrap(), cassette);
    }

    #[test]
    fn the_order_of_writing_does_not_matter(
        cassette in cassettes(),
        picks in vec(any::<u8>(), 1..40),
        compress in any::<bool>(),
    ) {
        let options = if compress { COMPRESSED } else { Options::default() };
        let file = interleaved(&cassette, options, &picks);
        let reader = open(&file);
        prop_assert_eq!(problems(&reader), []);
        prop_assert_eq!(&reader.to_cassette().unwrap(), &cassette);
        let scanned = open(&file[..file.len() - 1]);
        prop_assert_eq!(scanned.to_cassette().unwrap(), cassette);
    }
}

/// Written connection by connection in an order that `picks` choose, exchanges of one connection overlapping.
fn interleaved(cassette: &Cassette, options: Options, picks: &[u8]) -> Bytes {
    let journal = Journal::create_with(&cassette.header, options);
    let mut connections: Vec<_> =
        cassette.connections().iter().map(|facts| journal.connection(facts.clone())).collect();
    let mut queues = queues(cassette);
    let mut stagings = stagings(cassette);
    let mut picks = picks.iter().map(|pick| usize::from(*pick)).cycle();
    loop {
        let open: Vec<_> = (0..queues.len()).filter(|n| !queues[*n].is_empty()).collect();
        if open.is_empty() {
            break;
        }
        let pick = picks.next().unwrap();
        let connection = open[pick % open.len()];
        let event = next_event(&mut queues[connection], pick / 16);
        if let TapeEvent::Done { exchange, .. } = &event
            && let Some(staging) = stagings.remove(&(connection, exchange.ordinal))
        {
            connections[connection].stage(*exchange, staging);
        }
        connections[connection].record(event);
    }
    for (mut journal, facts) in connections.into_iter().zip(cassette.connections()) {
        facts.gaps.iter().for_each(|gap| journal.lose(*gap));
        facts.faults.iter().for_each(|fault| journal.hit(fault.clone()));
        journal.end(facts.closes.clone());
    }
    journal.finish();
    drain(&journal)
}

/// By connection, then by exchange: the events to come.
fn queues(cassette: &Cassette) -> Vec<VecDeque<VecDeque<TapeEvent>>> {
    let mut queues = vec![VecDeque::new(); cassette.connections().len()];
    for exchange in cassette.exchanges() {
        let queue = &mut queues[exchange.connection.index()];
        let ordinal = u32::try_from(queue.len()).unwrap();
        queue.push_back(events(exchange, cassette.connection_of(exchange), ordinal).into());
    }
    queues
}

/// By connection and ordinal.
fn stagings(cassette: &Cassette) -> HashMap<(usize, u32), Staging> {
    let mut ordinals = vec![0; cassette.connections().len()];
    let mut stagings = HashMap::new();
    for (index, exchange) in cassette.exchanges().iter().enumerate() {
        let connection = exchange.connection.index();
        let staging = cassette.staging(index).cloned();
        stagings.extend(staging.map(|staging| ((connection, ordinals[connection]), staging)));
        ordinals[connection] += 1;
    }
    stagings
}

/// An event of one of the connection's first exchanges; they finish in any order.
fn next_event(queue: &mut VecDeque<VecDeque<TapeEvent>>, pick: usize) -> TapeEvent {
    let position = pick % queue.len().min(3);
    let event = queue[position].pop_front().unwrap();
    if queue[position].is_empty() {
        queue.remove(position);
    }
    event
}

fn cassettes() -> impl Strategy<Value = Cassette> {
    (headers(), vec(connections(), 1..4)).prop_flat_map(|(header, connections)| {
        let exchanges = vec(exchanges(connections.len()).prop_flat_map(arbitrary::played), 0..8);
        (Just(header), Just(connections), exchanges).prop_map(|(header, connections, exchanges)| {
            Cassette::staged(header, connections, exchanges).unwrap()
        })
    })
}

fn headers() -> impl Strategy<Value = Header> {
    (any::<u64>(), ".{0,12}", ".{0,12}", ".{0,12}").prop_map(|(created, writer, host, origin)| {
        Header { created_unix_nanos: created, writer, rewrite: Rewrite { host, origin } }
    })
}

fn connections() -> impl Strategy<Value = Connection> {
    let transport = prop_oneof![Just(Transport::Tcp), Just(Transport::Unix)];
    let texts = (".{0,20}", ".{0,20}", ".{0,20}");
    let tls = || option::weighted(0.3, tls().prop_map(Box::new));
    let way = prop_oneof![4 => Just(Way::Direct), 6 => ways()];
    let ends = (vec(closes(), 0..3), vec(gaps(), 0..3));
    let reception = option::weighted(0.3, arbitrary::reception().prop_map(Box::new));
    let staged = (reception, vec(arbitrary::applied(), 0..2));
    (times(), transport, way, texts, (tls(), tls()), ends, staged).prop_map(
        |(
            opened,
            transport,
            way,
            (client, server, upstream),
            (tls, upstream_tls),
            (closes, gaps),
            (reception, faults),
        )| {
            Connection {
                opened: at(opened),
                transport,
                way,
                client,
                server,
                upstream,
                tls,
                upstream_tls,
                closes,
                gaps,
                reception,
                faults,
            }
        },
    )
}

fn ways() -> impl Strategy<Value = Way> {
    prop_oneof![Just(Way::Forward), Just(Way::Connect), Just(Way::Socks5), Just(Way::Transparent),]
}

fn tls() -> impl Strategy<Value = Tls> {
    let trust = prop_oneof![Just(Trust::Unknown), Just(Trust::Verified), Just(Trust::Unverified)];
    (".{0,12}", vec(".{0,6}", 0..4), ".{0,6}", any::<u16>(), any::<u16>(), trust).prop_map(
        |(sni, offered, alpn, version, cipher, trust)| Tls {
            sni,
            offered,
            alpn,
            version,
            cipher,
            trust,
        },
    )
}

fn closes() -> impl Strategy<Value = Close> {
    let by = prop_oneof![Just(Side::Client), Just(Side::Server)];
    let how = prop_oneof![
        Just(How::Fin),
        Just(How::Reset),
        Just(How::Refused),
        Just(How::Timeout),
        Just(How::Unreachable),
        Just(How::CloseNotify),
        Just(How::Untrusted),
        any::<u8>().prop_map(How::Alert),
    ];
    (times(), by, how).prop_map(|(nanos, by, how)| Close { at: at(nanos), by, how })
}

fn gaps() -> impl Strategy<Value = Gap> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    (direction, times(), any::<u64>(), any::<u64>()).prop_map(
        |(direction, nanos, offset, length)| Gap { direction, at: at(nanos), offset, length },
    )
}

fn exchanges(connections: usize) -> impl Strategy<Value = Exchange> {
    let connection = 0..u32::try_from(connections).unwrap();
    let protocol = prop_oneof![Just(Protocol::Http1), Just(Protocol::Raw)];
    (connection, protocol, vec(chunks(), 1..6)).prop_map(|(connection, protocol, mut chunks)| {
        chunks.sort_by_key(|chunk| chunk.at);
        Exchange { connection: ConnectionId(connection), protocol, chunks }
    })
}

fn chunks() -> impl Strategy<Value = Chunk> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    (direction, times(), bodies()).prop_map(|(direction, nanos, bytes)| Chunk {
        direction,
        at: at(nanos),
        bytes,
    })
}

/// Few different ones, so that some are the same.
fn times() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_u64, any::<u64>()]
}

fn bodies() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        8 => vec(any::<u8>(), 1..40).prop_map(Bytes::from),
        4 => Just(Bytes::from_static(super::REQUEST)),
        4 => Just(Bytes::from_static(super::ANSWER)),
        1 => (any::<u8>(), 10_000..100_000_usize).prop_map(|(byte, len)| vec![byte; len].into()),
    ]
}
