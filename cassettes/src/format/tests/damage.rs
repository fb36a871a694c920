//! Files that were cut, altered, or never were cassettes.

use ::bytes::Bytes;
use proptest::prelude::*;

use super::{open, problems, sample};
use crate::format::{Journal, OpenError, PreambleError, Reader, Version, VersionError, encode};

#[test]
fn a_file_cut_anywhere_opens_with_what_is_whole_or_says_why_not() {
    let file = encode(&sample()).unwrap();
    let whole = sample();
    for len in 0..file.len() {
        match Reader::open(file.slice(..len)) {
            Ok(reader) => {
                let recovery = reader.recovery().expect("a cut file is recovered");
                assert_eq!(recovery.torn_at + recovery.dropped_bytes, len as u64);
                let read = reader.to_cassette().unwrap();
                assert!(read.exchanges().iter().all(|one| whole.exchanges().contains(one)));
                assert!(!problems(&reader).is_empty());
            }
            Err(error) => assert!(error.to_string().contains("byte"), "{error}"),
        }
    }
}

#[test]
fn a_cut_file_keeps_every_exchange_that_was_written() {
    let file = encode(&sample()).unwrap();
    let mut seen = Vec::new();
    for len in 0..file.len() {
        seen.extend(Reader::open(file.slice(..len)).map(|reader| reader.len()).ok());
    }
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen, [0, 1, 2, 3]);
}

#[test]
fn every_flipped_bit_is_found() {
    let file = encode(&sample()).unwrap();
    let whole = sample();
    for position in 0..file.len() * 8 {
        let mut flipped = file.to_vec();
        flipped[position / 8] ^= 1 << (position % 8);
        let Ok(reader) = Reader::open(flipped.into()) else { continue };
        let problems = problems(&reader);
        assert!(!problems.is_empty(), "bit {position} of {} was not found", file.len() * 8);
        for exchange in (0..reader.len()).filter_map(|n| reader.exchange(n).ok()) {
            assert!(whole.exchanges().contains(&exchange), "bit {position} was read as sound");
        }
    }
}

#[test]
fn bytes_after_the_footer_are_found() {
    let mut file = encode(&sample()).unwrap().to_vec();
    let sound = file.len();
    file.extend_from_slice(b"left over");
    let reader = open(&file);
    let recovery = reader.recovery().unwrap();
    assert_eq!((recovery.torn_at, recovery.dropped_bytes), (sound as u64, 9));
    assert_eq!(reader.to_cassette().unwrap(), sample());
    assert!(problems(&reader).iter().any(|problem| problem.offset == sound as u64));
}

#[test]
fn a_damaged_body_hides_only_its_own_exchange() {
    let file = encode(&sample()).unwrap();
    let position = file.windows(2).position(|pair| pair == b"hi").unwrap();
    let mut damaged = file.to_vec();
    damaged[position] = b'H';
    let reader = open(&damaged);
    assert_eq!(reader.recovery(), None);
    let error = reader.exchange(0).unwrap_err().to_string();
    assert!(error.contains("the checksum of its body"), "{error}");
    assert!(reader.exchange(1).is_ok() && reader.exchange(2).is_ok());
    assert_eq!(problems(&reader).len(), 1);
}

#[test]
fn a_file_without_a_header_record_says_that_nothing_was_recorded() {
    let file = super::drain(&Journal::create(&sample().header));
    let error = Reader::open(file.slice(..30)).unwrap_err();
    assert!(matches!(error, OpenError::Damaged(_)));
    assert!(error.to_string().starts_with("record at byte 16: the file ends in it"), "{error}");
}

#[test]
fn another_kind_of_file_is_named_as_such() {
    let error = Reader::open(Bytes::from_static(b"version: 1\nexchanges: []\n")).unwrap_err();
    assert_eq!(error, OpenError::Preamble(PreambleError::NotACassette));
}

#[test]
fn a_newer_major_version_is_refused_with_what_to_do() {
    let (file, reader) = (Version { major: 2, minor: 1 }, Version { major: 1, minor: 0 });
    let error = file.check_readable_by(reader).unwrap_err();
    assert_eq!(error, VersionError::TooNew { file, reader });
    assert!(
        error.to_string().contains("is in format 2.1, and this retape reads up to 1.x: update")
    );
    assert_eq!(Version { major: 1, minor: 9 }.check_readable_by(reader), Ok(()));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Reader::open(bytes.into());
    }

    #[test]
    fn a_cassette_with_random_bytes_in_it_never_panics(
        start in 0_usize..2000,
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
        end in 0_usize..2000,
    ) {
        let file = encode(&sample()).unwrap();
        let start = start.min(file.len());
        let rest = file.slice(end.min(file.len())..);
        let spliced = [&file[..start], &bytes[..], &rest[..]].concat();
        if let Ok(reader) = Reader::open(spliced.into()) {
            problems(&reader);
            let _ = reader.to_cassette();
        }
    }
}
