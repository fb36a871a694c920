//! Recording as the traffic flows, and going on later.

use ::bytes::Bytes;

use super::{COMPRESSED, at, chunk, close, drain, events, get, open, play, problems, sample};
use crate::format::number::narrow;
use crate::format::{Journal, MAX_OFFERED, MAX_TEXT_BYTES, Options, Reader, ResumeError, encode};
use crate::model::{
    Connection, ConnectionId, Direction, Exchange, ExchangeId, Header, How, Protocol, Side,
    TapeEvent, Timestamp, Tls, Way,
};
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{PREFACE, compose};

/// An exchange of `chunks` reads of `len` bytes, all from the server.
fn download(chunks: u64, len: usize) -> Exchange {
    let chunk = |n: u64| {
        let bytes: Vec<u8> = (0..len).map(|at| (at as u64 * 7 + n).to_le_bytes()[0]).collect();
        chunk(Direction::ToClient, 100 + n, &bytes)
    };
    let chunks = (0..chunks).map(chunk).collect();
    Exchange { connection: ConnectionId(0), protocol: Protocol::Raw, chunks }
}

fn record(options: Options, exchanges: &[Exchange]) -> Bytes {
    let journal = Journal::create_with(&Header::default(), options);
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    for (ordinal, exchange) in (0..).zip(exchanges) {
        play(&mut connection, events(exchange, &facts, ordinal));
    }
    connection.end(Vec::new());
    journal.finish();
    drain(&journal)
}

#[test]
fn an_exchange_too_large_for_memory_is_written_in_parts_and_read_whole() {
    for exchange in [download(100, 20_000), download(300, 5000), download(20_000, 1)] {
        for options in [Options::default(), COMPRESSED] {
            let reader = open(&record(options, &[get(0, 10), exchange.clone()]));
            assert_eq!(reader.exchange(1).unwrap(), exchange);
            assert_eq!(problems(&reader), []);
        }
    }
}

#[test]
fn compressing_makes_a_file_smaller_and_small_bodies_stay_as_they_are() {
    let large = [download(30, 20_000)];
    let plain = record(Options::default(), &large).len();
    assert!(record(COMPRESSED, &large).len() < plain / 2);
    let small = [get(0, 10)];
    assert_eq!(record(COMPRESSED, &small), record(Options::default(), &small));
}

#[test]
fn a_large_read_is_queued_without_copying_it() {
    let journal = Journal::create(&Header::default());
    let mut connection = journal.connection(Connection::opened_at(at(1)));
    let exchange = ExchangeId { connection: connection.id(), ordinal: 0 };
    let chunk = chunk(Direction::ToClient, 5, &vec![1; 300_000]);
    connection.record(TapeEvent::Chunk { exchange, chunk: chunk.clone() });
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    assert!(pending.iter().any(|bytes| bytes.as_ptr() == chunk.bytes.as_ptr()));
}

#[test]
fn many_exchanges_at_once_on_a_connection_do_not_pile_up_in_memory() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let exchanges: Vec<_> = (0..200).map(|n| download(1, 12_000 + n)).collect();
    for (ordinal, exchange) in (0..).zip(&exchanges) {
        let mut events = events(exchange, &facts, ordinal);
        events.pop();
        play(&mut connection, events);
        assert!(connection.buffered() < 1024 * 1024);
    }
    connection.end(Vec::new());
    journal.finish();
    let reader = open(&drain(&journal));
    assert_eq!(reader.to_cassette().unwrap().exchanges(), exchanges);
}

#[test]
fn what_is_flushed_is_written_at_once_and_read_whole() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let exchange = download(3, 100);
    for event in events(&exchange, &facts, 0) {
        connection.record(event);
        connection.flush();
        assert_eq!((connection.buffered(), connection.reserved()), (0, 0));
    }
    connection.end(Vec::new());
    journal.finish();
    let reader = open(&drain(&journal));
    assert_eq!((reader.exchange(0).unwrap(), problems(&reader)), (exchange, Vec::new()));
}

#[test]
fn exchanges_finish_in_any_order() {
    let exchanges: Vec<_> = (0..50).map(|n| download(3, 100 + n)).collect();
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let mut queues: Vec<_> = (0..)
        .zip(&exchanges)
        .map(|(ordinal, exchange)| events(exchange, &facts, ordinal).into_iter())
        .collect();
    for _ in 0..3 {
        for queue in &mut queues {
            connection.record(queue.next().unwrap());
        }
    }
    for queue in queues.iter_mut().rev() {
        connection.record(queue.next().unwrap());
    }
    assert_eq!(connection.buffered(), 0);
    connection.end(Vec::new());
    journal.finish();
    let file = drain(&journal);
    for file in [&file[..], &file[..file.len() - 1]] {
        let reader = open(file);
        assert_eq!(reader.to_cassette().unwrap().exchanges(), exchanges);
        assert!(reader.entry(49).last_on_connection && !reader.entry(0).last_on_connection);
    }
    assert_eq!(problems(&open(&file)), []);
}

#[test]
fn a_thousand_streams_at_once_take_a_bounded_piece_of_memory() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let exchanges: Vec<_> = (0..1000).map(|n| download(10, 3000 + n)).collect();
    let mut queues: Vec<_> = (0..)
        .zip(&exchanges)
        .map(|(ordinal, exchange)| events(exchange, &facts, ordinal).into_iter())
        .collect();
    for _ in 0..11 {
        for queue in &mut queues {
            connection.record(queue.next().unwrap());
            assert!(connection.buffered() < 1024 * 1024);
        }
        assert!(connection.reserved() < 4 * 1024 * 1024, "{}", connection.reserved());
    }
    connection.end(Vec::new());
    journal.finish();
    let reader = open(&drain(&journal));
    assert_eq!(reader.to_cassette().unwrap().exchanges(), exchanges);
}

#[test]
fn what_a_handshake_settles_after_the_connection_was_opened_is_kept() {
    let journal = Journal::create(&Header::default());
    let mut connection = journal.connection(Connection::opened_at(at(1)));
    let tls = Some(Box::new(Tls { sni: "a.test".into(), version: 0x0304, ..Tls::default() }));
    let way = Way::Connect;
    let facts = Connection { way, tls, ..Connection::opened_at(at(99)) };
    connection.describe(facts.clone());
    connection.end(vec![close(50, Side::Server, How::CloseNotify)]);
    journal.finish();
    let found = open(&drain(&journal)).connection(ConnectionId(0)).unwrap();
    let closes = vec![close(50, Side::Server, How::CloseNotify)];
    assert_eq!(found, Connection { opened: at(1), closes, ..facts });
}

#[test]
fn what_a_client_says_without_end_is_cut_so_that_its_record_can_be_read() {
    let journal = Journal::create(&Header::default());
    let offered = vec!["é".repeat(40_000); 300];
    let tls = Some(Box::new(Tls { sni: "x".repeat(1 << 20), offered, ..Tls::default() }));
    journal.connection(Connection { tls, ..Connection::opened_at(at(1)) }).end(Vec::new());
    journal.finish();
    let found = open(&drain(&journal)).connection(ConnectionId(0)).unwrap().tls.unwrap();
    assert_eq!((found.sni.len(), found.offered.len()), (MAX_TEXT_BYTES, MAX_OFFERED));
    assert_eq!(found.offered.concat().len(), MAX_TEXT_BYTES);
}

#[test]
fn what_belongs_to_an_http2_connection_as_a_whole_is_not_counted_as_an_exchange() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let control = Exchange { protocol: Protocol::Http2Control, ..download(1, 24) };
    play(&mut connection, events(&control, &facts, 0));
    assert_eq!((journal.counts().exchanges, journal.counts().to_client), (0, 24));
}

#[test]
fn a_killed_recorder_leaves_the_parts_of_what_it_was_recording() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let unfinished = download(20, 20_000);
    play(&mut connection, events(&get(0, 10), &facts, 0));
    let mut rest = events(&unfinished, &facts, 1);
    rest.pop();
    play(&mut connection, rest);
    let reader = open(&drain(&journal));
    let recovery = reader.recovery().unwrap();
    assert_eq!((recovery.interrupted, recovery.dropped_bytes), (1, 0));
    assert_eq!(reader.len(), 2);
    assert!(reader.entry(1).interrupted() && !reader.entry(1).complete());
    let read = reader.exchange(1).unwrap().chunks;
    assert_eq!(read.len(), 14, "256 KiB are written at once");
    assert_eq!(read, unfinished.chunks[..14]);
}

#[test]
fn what_is_left_of_a_stream_of_http2_is_known_for_one() {
    let fields = [Field::new(":method", "GET"), Field::new(":path", "/"), Field::new("x", "y")];
    let request = compose::headers(1, encode_standalone(&fields), true).encode();
    let control = [&PREFACE[..], &compose::settings(&[]).encode()].concat();
    for (first, protocol) in
        [(request.to_vec(), Protocol::Http2), (control, Protocol::Http2Control)]
    {
        let journal = Journal::create(&Header::default());
        let mut connection = journal.connection(Connection::opened_at(at(1)));
        let exchange = ExchangeId { connection: connection.id(), ordinal: 0 };
        let data = compose::data(1, vec![0; 300_000].into(), false).encode();
        let chunks = [chunk(Direction::ToServer, 5, &first), chunk(Direction::ToClient, 6, &data)];
        for chunk in chunks {
            connection.record(TapeEvent::Chunk { exchange, chunk });
        }
        let reader = open(&drain(&journal));
        assert_eq!(reader.entry(0).protocol, protocol);
    }
}

#[test]
fn exchanges_that_nobody_said_the_end_of_are_kept() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    let mut events = events(&get(0, 10), &facts, 0);
    events.pop();
    play(&mut connection, events);
    drop(connection);
    journal.finish();
    let reader = open(&drain(&journal));
    assert_eq!(reader.exchange(0).unwrap(), Exchange { protocol: Protocol::Raw, ..get(0, 10) });
    assert_eq!(journal.counts().incomplete, 1);
}

#[test]
fn a_connection_that_is_still_open_at_the_end_is_in_the_index() {
    let journal = Journal::create(&Header::default());
    let facts = Connection::opened_at(at(1));
    let mut connection = journal.connection(facts.clone());
    play(&mut connection, events(&get(0, 10), &facts, 0));
    journal.finish();
    let first = drain(&journal);
    let reader = open(&first);
    assert_eq!((reader.connections(), reader.recovery()), (1, None));
    assert!(reader.entry(0).last_on_connection);
    assert_eq!(problems(&reader), []);
    connection.end(vec![close(50, Side::Server, How::Fin)]);
    journal.finish();
    let reader = open(&[first, drain(&journal)].concat());
    assert_eq!(reader.connection(ConnectionId(0)).unwrap().closes.len(), 1);
    assert_eq!(problems(&reader), []);
}

#[test]
fn finishing_twice_writes_one_footer() {
    let journal = Journal::create(&Header::default());
    journal.finish();
    assert!(journal.pending_bytes() > 0);
    let file = drain(&journal);
    journal.finish();
    assert_eq!(journal.pending_bytes(), 0);
    assert_eq!(open(&file).len(), 0);
}

#[test]
fn times_that_go_back_are_taken_for_the_last_one() {
    let mut exchange = get(0, 100);
    exchange.chunks[1].at = at(50);
    let reader = open(&record(Options::default(), &[exchange]));
    let times: Vec<Timestamp> =
        reader.exchange(0).unwrap().chunks.iter().map(|chunk| chunk.at).collect();
    assert_eq!(times, [at(100), at(100)]);
}

#[test]
fn a_long_recording_has_its_index_in_segments() {
    let exchanges: Vec<_> = (0..10_000).map(|n| get(0, n * 10)).collect();
    let reader = open(&record(Options::default(), &exchanges));
    assert_eq!(reader.len(), 10_000);
    assert_eq!(reader.index().segments().len(), 4);
    assert_eq!(reader.exchange(9_999).unwrap(), exchanges[9_999]);
    assert_eq!(problems(&reader), []);
}

#[test]
fn a_finished_file_is_continued_without_changing_it() {
    let file = encode(&sample()).unwrap();
    let whole = continued(&file);
    assert_eq!(whole[..file.len()], file);
    let reader = open(&whole);
    assert_eq!((reader.recovery(), reader.len(), reader.connections()), (None, 4, 3));
    let before: Vec<_> = (0..3).map(|n| reader.exchange(n).unwrap()).collect();
    assert_eq!(before, sample().exchanges());
    assert_eq!(problems(&reader), []);
}

#[test]
fn times_go_on_after_the_last_one_recorded() {
    let reader = open(&continued(&encode(&sample()).unwrap()));
    let last_close = 950;
    assert_eq!(reader.entry(3).first_at, at(last_close + 1 + 7));
    let connection = reader.connection(ConnectionId(2)).unwrap();
    assert_eq!(connection.opened, at(last_close + 1 + 5));
    assert_eq!(connection.closes[0].at, at(last_close + 1 + 90));
}

#[test]
fn a_file_cut_anywhere_is_continued_after_what_is_sound() {
    let file = encode(&sample()).unwrap();
    for len in 0..file.len() {
        let Ok(reader) = Reader::open(file.slice(..len)) else { continue };
        let sound = narrow(reader.sound_len());
        let reader_after = open(&continued(&file[..sound]));
        assert_eq!(reader_after.recovery(), None);
        assert_eq!(reader_after.len(), reader.len() + 1);
        assert_eq!(problems(&reader_after), []);
    }
}

#[test]
fn a_file_killed_twice_is_still_read_to_its_end() {
    let file = encode(&sample()).unwrap();
    let first = continued(&file[..file.len() - 30]);
    let second = continued(&first[..first.len() - 30]);
    let reader = open(&second);
    assert_eq!((reader.recovery(), reader.len(), reader.connections()), (None, 5, 4));
    assert_eq!(problems(&reader), []);
    let scanned = open(&second[..second.len() - 1]);
    assert_eq!(scanned.to_cassette().unwrap(), reader.to_cassette().unwrap());
}

#[test]
fn a_torn_file_must_be_cut_before_it_is_continued() {
    let file = encode(&sample()).unwrap();
    let torn = file.slice(..file.len() - 1);
    let reader = Reader::open(torn.clone()).unwrap();
    let (len, sound) = (torn.len() as u64, reader.sound_len());
    assert_eq!(Journal::resume(&reader, len).unwrap_err(), ResumeError::Length { len, sound });
}

/// The file, cut to what is sound, with one more connection and exchange.
fn continued(file: &[u8]) -> Vec<u8> {
    let reader = open(file);
    let sound = reader.sound_len();
    let journal = Journal::resume(&reader, sound).unwrap();
    let facts = Connection::opened_at(at(5));
    let mut connection = journal.connection(facts.clone());
    assert_eq!(connection.id().index(), reader.connections());
    play(&mut connection, events(&get(9, 7), &facts, 0));
    connection.end(vec![close(90, Side::Client, How::Fin)]);
    journal.finish();
    [&file[..narrow(sound)], &drain(&journal)].concat()
}

#[test]
fn connections_record_at_the_same_time() {
    let journal = Journal::create(&Header::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let facts = Connection::opened_at(at(1));
                let mut connection = journal.connection(facts.clone());
                for ordinal in 0..200 {
                    let exchange = get(0, u64::from(ordinal) * 10);
                    play(&mut connection, events(&exchange, &facts, ordinal));
                }
            });
        }
    });
    journal.finish();
    let reader = open(&drain(&journal));
    assert_eq!((reader.len(), reader.connections()), (800, 4));
    assert_eq!(problems(&reader), []);
}
