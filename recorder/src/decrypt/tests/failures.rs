//! What cannot be decrypted: it comes out as it was, with the reason.

use bytes::Bytes;
use cassettes::model::{Direction, How, Side};

use super::outcome::{Flight, Outcome, decrypt, place};
use super::pair::{Peers, sizes};
use crate::capture::UnixNanos;
use crate::decrypt::{Decryptor, MAX_HELD_BYTES, Secrets, Undecryptable};

use Direction::{ToClient, ToServer};

fn raw(flights: &[Flight], direction: Direction) -> Vec<u8> {
    let of = flights.iter().filter(|(of, _)| *of == direction);
    of.flat_map(|(_, flight)| flight.clone()).collect()
}

fn assert_all_raw(outcome: &Outcome, flights: &[Flight], why: Undecryptable) {
    assert_eq!(outcome.raw, [raw(flights, ToServer), raw(flights, ToClient)]);
    assert!(outcome.data.iter().all(Vec::is_empty));
    assert!(!outcome.reasons.is_empty() && outcome.reasons.iter().all(|(_, it)| *it == why));
}

fn complete(mut secrets: Secrets) -> Secrets {
    secrets.complete();
    secrets
}

#[test]
fn without_a_secret_everything_stays_as_it_was_handshake_and_all() {
    let peers = Peers::new();
    let pair = peers.converse();
    for mut secrets in [Secrets::new(), complete(Secrets::new())] {
        let outcome = decrypt(&mut secrets, &pair.flights, 1460);
        let random = pair.flights[0].1[11..43].try_into().unwrap();
        assert_all_raw(&outcome, &pair.flights, Undecryptable::NoSecret(random));
        let facts = outcome.facts.unwrap();
        assert_eq!((facts.sni.as_str(), facts.version), ("a.example", 0x0304));
    }
}

#[test]
fn secrets_may_come_after_the_connection_began() {
    let peers = Peers::new();
    let pair = peers.converse();
    let (mut decryptor, mut outcome) = (Decryptor::new(), Outcome::default());
    let mut secrets = Secrets::new();
    for (turn, (direction, flight)) in pair.flights.iter().enumerate() {
        if turn == 4 {
            assert_eq!(outcome, Outcome::default());
            secrets = peers.secrets();
        }
        let bytes = Bytes::copy_from_slice(flight);
        decryptor.receive(&mut secrets, *direction, UnixNanos(1), bytes);
        outcome.take(&mut decryptor);
    }
    decryptor.finish(&mut secrets);
    outcome.take(&mut decryptor);
    assert!(outcome.is_whole());
    assert_eq!(outcome.data, pair.data);
}

#[test]
fn no_more_is_held_for_a_secret_than_the_limit() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    for _ in 0..20 {
        pair.say(ToClient, &[1; 16_000]);
    }
    let mut secrets = Secrets::new();
    let (mut decryptor, mut outcome) = (Decryptor::new(), Outcome::default());
    let mut sent = 0;
    for (direction, flight) in &pair.flights {
        sent += flight.len();
        let bytes = Bytes::copy_from_slice(flight);
        decryptor.receive(&mut secrets, *direction, UnixNanos(1), bytes);
        outcome.take(&mut decryptor);
        let held = sent - outcome.raw.iter().map(Vec::len).sum::<usize>();
        assert!(held <= MAX_HELD_BYTES);
    }
    assert_eq!(outcome.raw.map(|raw| raw.len()), sizes(&pair.flights));
}

/// Where the capture has a hole in the data, what came before it is decrypted, and the other direction all the way.
#[test]
fn after_a_hole_nothing_of_its_direction_is_decrypted() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    pair.say(ToClient, b"before");
    let hole = pair.flights.len();
    pair.say(ToClient, b"hole");
    pair.say(ToClient, b"after");
    pair.say(ToServer, b"question");
    let mut secrets = peers.secrets();
    let (mut decryptor, mut outcome) = (Decryptor::new(), Outcome::default());
    for (turn, (direction, flight)) in pair.flights.iter().enumerate() {
        if turn == hole {
            decryptor.lose(*direction, UnixNanos(1), flight.len() as u64);
        } else {
            let bytes = Bytes::copy_from_slice(flight);
            decryptor.receive(&mut secrets, *direction, UnixNanos(1), bytes);
        }
        outcome.take(&mut decryptor);
    }
    assert_eq!(outcome.data, [b"question".to_vec(), b"before".to_vec()]);
    assert_eq!(outcome.reasons, [(ToClient, Undecryptable::Gap)]);
    assert_eq!(outcome.raw[1], pair.flights[hole + 1].1);
    assert_eq!(outcome.lost, pair.flights[hole].1.len() as u64);
}

#[test]
fn a_hole_in_the_handshake_leaves_all_of_it_as_it_was() {
    let peers = Peers::new();
    let pair = peers.converse();
    let mut secrets = peers.secrets();
    let (mut decryptor, mut outcome) = (Decryptor::new(), Outcome::default());
    for (turn, (direction, flight)) in pair.flights.iter().enumerate() {
        if turn == 1 {
            decryptor.lose(*direction, UnixNanos(1), 10);
        }
        let bytes = Bytes::copy_from_slice(flight);
        decryptor.receive(&mut secrets, *direction, UnixNanos(1), bytes);
    }
    decryptor.finish(&mut secrets);
    outcome.take(&mut decryptor);
    assert_all_raw(&outcome, &pair.flights, Undecryptable::Gap);
}

#[test]
fn a_record_that_was_changed_ends_its_direction() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    pair.say(ToServer, b"one");
    let before = pair.flights.len();
    pair.say(ToServer, b"two");
    pair.say(ToClient, b"answer");
    pair.say(ToServer, b"three");
    *pair.flights[before].1.last_mut().unwrap() ^= 1;
    let outcome = decrypt(&mut peers.secrets(), &pair.flights, 1000);
    assert_eq!(outcome.data, [b"one".to_vec(), b"answer".to_vec()]);
    assert!(matches!(outcome.reasons[..], [(ToServer, Undecryptable::BadRecord(_))]));
    assert_eq!(outcome.raw[0], raw(&pair.flights[before..], ToServer));
}

#[test]
fn a_record_that_ends_too_early_comes_out_as_it_is() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    pair.say(ToServer, b"whole");
    pair.say(ToServer, b"cut");
    let last = &mut pair.flights.last_mut().unwrap().1;
    last.pop();
    let last = last.clone();
    let outcome = decrypt(&mut peers.secrets(), &pair.flights, 10);
    assert_eq!(outcome.data[0], b"whole");
    assert_eq!(outcome.reasons, [(ToServer, Undecryptable::CutShort)]);
    assert_eq!(outcome.raw[0], last);
}

#[test]
fn a_capture_that_begins_later_is_told_from_one_without_secrets() {
    let peers = Peers::new();
    let pair = peers.converse();
    for begin in 1..pair.flights.len() {
        let flights = &pair.flights[begin..];
        let outcome = decrypt(&mut peers.secrets(), flights, 1000);
        if begin == 1 {
            // The server's hello, and nothing of the client's.
            assert_eq!(outcome.reasons[0].1, Undecryptable::NoHandshake);
        }
        let why = outcome.reasons[0].1;
        assert_all_raw(&outcome, flights, why);
    }
}

#[test]
fn one_side_alone_cannot_be_decrypted() {
    let peers = Peers::new();
    let pair = peers.converse();
    for direction in [ToServer, ToClient] {
        let mut flights = pair.flights.clone();
        flights.retain(|(of, _)| *of == direction);
        let outcome = decrypt(&mut peers.secrets(), &flights, 1000);
        assert_all_raw(&outcome, &flights, Undecryptable::OneSided);
    }
}

/// Reassembly may deliver one direction late.
#[test]
fn directions_wait_for_each_other() {
    let peers = Peers::new();
    let pair = peers.converse();
    for first in [ToServer, ToClient] {
        let mut flights = pair.flights.clone();
        flights.sort_by_key(|(of, _)| place(*of) != place(first));
        let outcome = decrypt(&mut peers.secrets(), &flights, 1000);
        assert!(outcome.is_whole());
        assert_eq!(outcome.data, pair.data);
    }
}

#[test]
fn what_is_not_tls_is_told_at_once() {
    let flights = [(ToServer, b"GET / HTTP/1.1\r\n\r\n".to_vec()), (ToClient, b"no".to_vec())];
    let outcome = decrypt(&mut Secrets::new(), &flights, 5);
    assert_all_raw(&outcome, &flights, Undecryptable::NotTls);
    assert_eq!(outcome.facts, None);
}

#[test]
fn a_handshake_that_fails_has_facts_and_an_alert() {
    let peers = Peers::new();
    let hello = peers.converse().flights.swap_remove(0);
    let alert = (ToClient, b"\x15\x03\x03\x00\x02\x02\x28".to_vec());
    let outcome = decrypt(&mut peers.secrets(), &[hello, alert], 1000);
    assert!(outcome.is_whole());
    assert_eq!(outcome.closes, [(Side::Server, How::Alert(40))]);
    assert_eq!(outcome.facts.unwrap().version, 0);
}

#[test]
fn alerts_alone_are_understood() {
    let alerts = [(ToServer, b"\x15\x03\x01\0\x02\x02\x50".to_vec())];
    let outcome = decrypt(&mut Secrets::new(), &alerts, 1000);
    assert!(outcome.is_whole());
    assert_eq!(outcome.closes, [(Side::Client, How::Alert(80))]);
}

#[test]
fn when_secrets_turn_out_to_be_missing_amid_a_flight_each_byte_comes_out_once() {
    let peers = Peers::new();
    let pair = peers.converse();
    let random = pair.flights[0].1[11..43].try_into().unwrap();
    for complete_at in 0..pair.flights.len() {
        let (mut secrets, mut decryptor) = (Secrets::new(), Decryptor::new());
        let mut outcome = Outcome::default();
        for (turn, (direction, flight)) in pair.flights.iter().enumerate() {
            for (number, piece) in flight.chunks(50).enumerate() {
                if (turn, number) == (complete_at, 1) {
                    secrets.complete();
                }
                let piece = Bytes::copy_from_slice(piece);
                decryptor.receive(&mut secrets, *direction, UnixNanos(1), piece);
                outcome.take(&mut decryptor);
            }
        }
        decryptor.finish(&mut secrets);
        outcome.take(&mut decryptor);
        assert_all_raw(&outcome, &pair.flights, Undecryptable::NoSecret(random));
    }
}

#[test]
fn a_hello_that_is_cut_between_its_records_comes_out_as_it_is() {
    let peers = Peers::new();
    let (_, hello) = peers.converse().flights.swap_remove(0);
    let mut record = vec![22, 3, 1, 0, 100];
    record.extend(&hello[5..105]);
    let flights = [(ToServer, record)];
    let outcome = decrypt(&mut peers.secrets(), &flights, 1000);
    assert_all_raw(&outcome, &flights, Undecryptable::CutShort);
}

#[test]
fn what_is_not_supported_is_named() {
    let suites = |suite: &[u8], version: u8, compression: u8| {
        let mut hello = vec![22, 3, 3, 0, 42, 2, 0, 0, 38, 3, version];
        hello.extend([9; 32]);
        hello.push(0);
        hello.extend(suite);
        hello.push(compression);
        (ToClient, hello)
    };
    let peers = Peers::new();
    let hello = peers.converse().flights.swap_remove(0);
    for (server, why) in [
        (suites(&[0, 5], 3, 0), Undecryptable::Suite(5)),
        (suites(&[0, 0x2f], 0, 0), Undecryptable::Version(0x0300)),
        (suites(&[0, 0x2f], 3, 1), Undecryptable::Compressed),
        (suites(&[0x13, 1], 3, 0), Undecryptable::Suite(0x1301)),
    ] {
        let flights = [hello.clone(), server];
        let outcome = decrypt(&mut peers.secrets(), &flights, 1000);
        assert_all_raw(&outcome, &flights, why);
    }
}

/// Cut at every byte: all that came is there again, decrypted or as it was.
#[test]
fn a_connection_cut_at_any_byte_is_decrypted_up_to_there() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    pair.say(ToServer, b"question");
    pair.say(ToClient, b"answer");
    let total = pair.flights.iter().map(|(_, flight)| flight.len()).sum::<usize>();
    for cut in 0..total {
        let mut left = cut;
        let mut flights = pair.flights.clone();
        for (_, flight) in &mut flights {
            flight.truncate(left);
            left -= flight.len();
        }
        let outcome = decrypt(&mut peers.secrets(), &flights, 1000);
        assert!(pair.data[0].starts_with(&outcome.data[0]));
        assert!(pair.data[1].starts_with(&outcome.data[1]));
        let whys = outcome.reasons.iter().map(|(_, why)| *why);
        assert!(whys.clone().all(|why| why == Undecryptable::CutShort), "{:?}", outcome.reasons);
    }
}
