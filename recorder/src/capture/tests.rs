//! Tests of the whole.

use std::io::{Cursor, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::fields::ByteOrder::{self, Big, Little};
use super::sample::{Writer, len, pcap};
use super::*;

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

type Found = Vec<Result<Captured, CaptureError>>;

/// All that a file given in these pieces holds.
fn read(pieces: &[&[u8]]) -> Found {
    let mut parser = CaptureParser::new();
    let mut found = Vec::new();
    for piece in pieces {
        parser.receive(Bytes::copy_from_slice(piece));
        found.extend(std::iter::from_fn(|| parser.poll()));
    }
    parser.finish();
    found.extend(std::iter::from_fn(|| parser.poll()));
    assert!(parser.is_ended());
    found
}

fn packets(found: &Found) -> Vec<&Packet> {
    found.iter().filter_map(packet).collect()
}

fn packet(found: &Result<Captured, CaptureError>) -> Option<&Packet> {
    if let Ok(Captured::Packet(packet)) = found { Some(packet) } else { None }
}

fn first_packet(file: &[u8]) -> Packet {
    packets(&read(&[file]))[0].clone()
}

/// A little of everything.
fn pcapng(order: ByteOrder) -> Vec<u8> {
    let file = Writer::new(order).section().interface(1, 0, &[(9, &[9])]);
    let secrets = file.empty().u32(0x544c_534b).u32(5).put(b"CLIEN");
    let names = file.empty().u16(1).u16(6).put(b"\x7f\0\0\x01a\0").pad().u32(0);
    let noted = file.empty().u32(0).time(3).u32(5).u32(99).put(b"noted").pad();
    let noted = noted.option(1, b"look").option(0, b"");
    let obsolete = file.empty().u16(0).u16(7).time(4).u32(3).u32(3).put(b"old");
    let simple = file.empty().u32(6).put(b"simple");
    let file = file.block(0xa, secrets).block(4, names).enhanced(0, 2, b"first");
    file.block(6, noted).block(2, obsolete).block(3, simple).block(0xbad, Writer::new(order)).bytes
}

fn snoop(packets: &[&[u8]]) -> Vec<u8> {
    let mut file = Writer::new(Big).put(b"snoop\0\0\0").u32(2).u32(4);
    for data in packets {
        let padded = len(data).next_multiple_of(4);
        file = file.u32(len(data) + 1).u32(len(data)).u32(24 + padded).u32(0).u32(1).u32(7);
        file = file.put(data).pad();
    }
    file.bytes
}

#[test]
fn every_kind_of_pcap_gives_the_same_packets() {
    for order in [Little, Big] {
        for (magic, nanos) in [(MICROSECONDS, 7000), (NANOSECONDS, 7), (MODIFIED, 7000)] {
            let found = read(&[&pcap(magic, order, 0x1000_0065, &[b"one", b"", b"three"])]);
            let packets = packets(&found);
            let data: Vec<_> = packets.iter().map(|it| it.data.as_ref()).collect();
            assert_eq!(data, [b"one".as_slice(), b"", b"three"], "{magic:x} {order:?}");
            assert_eq!(packets[2].at, UnixNanos(3_000_000_000 + nanos));
            assert_eq!(packets[0].link, LinkType::RAW);
            assert_eq!(packets[0].original_len, 4);
            assert_eq!(found.len(), 3);
        }
    }
}

#[test]
fn pcapng_says_the_same_in_either_byte_order() {
    let found = read(&[&pcapng(Little)]);
    assert_eq!(found, read(&[&pcapng(Big)]));
    let found: Vec<_> = found.into_iter().map(Result::unwrap).collect();
    let [secrets, name, first, comment, noted, obsolete, simple] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(*secrets, Captured::Secrets(Bytes::from_static(b"CLIEN")));
    let named = Name { address: [127, 0, 0, 1].into(), name: "a".into() };
    assert_eq!(*name, Captured::Name(named));
    let packet = |at, data: &'static [u8], original_len| {
        let data = Bytes::from_static(data);
        let (at, link) = (UnixNanos(at), LinkType::ETHERNET);
        Captured::Packet(Packet { at, link, data, original_len, interface: 0 })
    };
    assert_eq!(*first, packet(2, b"first", 5));
    assert_eq!(*comment, Captured::Comment(Comment { packet: Some(2), text: "look".into() }));
    assert_eq!(*noted, packet(3, b"noted", 99));
    assert_eq!(*obsolete, packet(4, b"old", 3));
    assert_eq!(*simple, packet(0, b"simple", 6));
}

#[test]
fn snoop_is_read_without_its_padding() {
    let packet = first_packet(&snoop(&[b"ether"]));
    assert_eq!(packet.data.as_ref(), b"ether");
    assert_eq!((packet.original_len, packet.at), (6, UnixNanos(1_000_007_000)));
    assert_eq!(packet.link, LinkType::ETHERNET);
}

#[test]
fn a_section_has_its_own_byte_order_and_its_own_interfaces() {
    let file = Writer::new(Little).section().interface(1, 0, &[]).interface(113, 0, &[(9, &[0])]);
    let second = Writer::new(Big).section().interface(101, 0, &[(9, &[9])]).enhanced(0, 8, b"b");
    let file = file.enhanced(1, 5, b"a").put(&second.bytes);
    let found = read(&[&file.bytes]);
    let packets = packets(&found);
    assert_eq!((packets[0].link, packets[0].at), (LinkType::LINUX_SLL, UnixNanos(5_000_000_000)));
    assert_eq!((packets[1].link, packets[1].at), (LinkType::RAW, UnixNanos(8)));
    let stale = second.enhanced(1, 5, b"c").enhanced(0, 9, b"d");
    let found = read(&[&stale.bytes]);
    let problem = Problem::UnknownInterface(1);
    assert!(matches!(found[1], Ok(Captured::Skipped(it)) if it.problem == problem), "{found:?}");
    assert_eq!(self::packets(&found)[1].data.as_ref(), b"d");
}

#[test]
fn a_simple_packet_is_as_long_as_its_interface_keeps() {
    let file = Writer::new(Little).section().interface(1, 4, &[]);
    let simple = file.empty().u32(9).put(b"long\0\0\0\0");
    let packet = first_packet(&file.block(3, simple).bytes);
    assert_eq!((packet.data.as_ref(), packet.original_len), (b"long".as_slice(), 9));
}

#[test]
fn an_offset_of_a_clock_is_read_in_the_sections_byte_order() {
    for order in [Little, Big] {
        let offset = match order {
            Little => (-3_i64).to_le_bytes(),
            Big => (-3_i64).to_be_bytes(),
        };
        let file = Writer::new(order).section().interface(1, 0, &[(14, &offset)]);
        let packet = first_packet(&file.enhanced(0, 5_000_000, b"x").bytes);
        assert_eq!(packet.at, UnixNanos(2_000_000_000));
    }
}

#[test]
fn a_file_cut_anywhere_gives_what_comes_before_and_says_where() {
    let wholes =
        [pcap(NANOSECONDS, Little, 1, &[b"one", b"two"]), pcapng(Big), snoop(&[b"x", b"y"])];
    for file in wholes {
        let whole = read(&[&file]);
        for end in 4..file.len() {
            let mut found = read(&[&file[..end]]);
            if let Some(Ok(Captured::Cut(cut))) = found.last().cloned() {
                found.pop();
                assert_eq!(cut.offset + cut.present, end as u64);
                // Without what is cut, the file is whole.
                let offset = usize::try_from(cut.offset).unwrap();
                assert_eq!(
                    read(&[&file[..offset.max(4)]]).len(),
                    found.len() + usize::from(offset == 0)
                );
            }
            assert_eq!(found, whole[..found.len()], "cut at {end}");
        }
    }
}

#[test]
fn a_file_in_two_pieces_is_the_same_file() {
    let wholes = [pcap(MODIFIED, Big, 1, &[b"one", b"two"]), pcapng(Little), snoop(&[b"x", b"y"])];
    for file in wholes {
        let whole = read(&[&file]);
        for cut in 0..file.len() {
            assert_eq!(read(&[&file[..cut], &file[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<_> = file.chunks(1).collect();
        assert_eq!(read(&bytes), whole);
    }
}

#[test]
fn packets_are_slices_of_the_block_that_they_came_in() {
    for file in [pcap(MICROSECONDS, Little, 1, &[b"one"]), pcapng(Little), snoop(&[b"one"])] {
        let block = Bytes::from(file);
        let mut parser = CaptureParser::new();
        parser.receive(block.clone());
        while let Some(found) = parser.poll() {
            if let Captured::Packet(packet) = found.unwrap() {
                assert!(block.as_ptr_range().contains(&packet.data.as_ptr()));
            }
        }
    }
}

#[test]
fn a_claim_of_two_gibibytes_is_passed_over_and_never_held() {
    let claim: u32 = 1 << 31;
    let mut file = pcap(MICROSECONDS, Little, 1, &[b"one"]);
    let offset = file.len() as u64;
    file.extend(Writer::new(Little).u32(9).u32(9).u32(claim - 16).u32(claim).bytes);
    file.extend([0; 100]);
    let found = read(&[&file, &[0; 1000]]);
    let skipped = Skipped { offset, problem: Problem::TooLong(claim) };
    assert_eq!(found[1], Ok(Captured::Skipped(skipped)));
    assert_eq!(found[2], Ok(Captured::Cut(Cut { offset, present: 1116 })));

    let huge = Writer::new(Little).section().interface(1, 0, &[]).u32(6).u32(claim);
    let found = read(&[&huge.put(&[0; 50]).bytes]);
    assert!(matches!(found[0], Ok(Captured::Skipped(it)) if it.problem == Problem::TooLong(claim)));
}

#[test]
fn what_follows_a_block_that_was_passed_over_is_read() {
    let file = Writer::new(Little).section().interface(1, 0, &[]);
    let large = file.empty().put(&vec![0; MAX_BLOCK_BYTES]);
    let file = file.block(0xbad, large).enhanced(0, 1, b"after").bytes;
    let found = read(&file.chunks(1000).collect::<Vec<_>>());
    assert!(matches!(found[0], Ok(Captured::Skipped(_))));
    assert_eq!(packets(&found)[0].data.as_ref(), b"after");
}

#[test]
fn damage_ends_the_file_and_hides_nothing_that_came_before() {
    let file = Writer::new(Little).section().interface(1, 0, &[]).enhanced(0, 1, b"before");
    let offset = u64::from(len(&file.bytes));
    let lengths = file.clone().u32(6).u32(12).u32(16);
    let error = CaptureError::BlockLengths { offset, first: 12, last: 16 };
    assert_eq!(read(&[&lengths.bytes])[1..], [Err(error)]);
    let short = file.clone().u32(6).u32(11).u32(11);
    let error = CaptureError::BlockLength { offset, length: 11 };
    assert_eq!(read(&[&short.bytes])[1..], [Err(error)]);
    let section = file.u32(0x0a0d_0d0a).u32(28).put(&[0; 20]);
    assert_eq!(read(&[&section.bytes])[1..], [Err(CaptureError::Section { offset })]);
}

#[test]
fn a_block_that_makes_no_sense_is_passed_over() {
    let file = Writer::new(Little).section().interface(1, 0, &[]);
    let too_short = file.empty().u32(0).time(1).u32(100).u32(100).put(b"short");
    let other = file.empty().u32(0x5747_4b4c).u32(4).put(b"wire");
    let file = file.block(6, too_short).block(0xa, other).enhanced(0, 1, b"after");
    let found = read(&[&file.bytes]);
    let problems: Vec<_> = found.iter().flatten().filter_map(problem).collect();
    assert_eq!(problems, [Problem::Malformed(6), Problem::OtherSecrets(0x5747_4b4c)]);
    assert_eq!(packets(&found).len(), 1);
}

fn problem(found: &Captured) -> Option<Problem> {
    if let Captured::Skipped(skipped) = found { Some(skipped.problem) } else { None }
}

#[test]
fn what_is_no_capture_is_told_by_its_name() {
    let error = |bytes: &[u8]| match read(&[bytes]).remove(0) {
        Err(error) => error.to_string(),
        Ok(found) => panic!("{found:?}"),
    };
    assert!(error(b"").contains("empty"));
    assert!(error(b"GMBU....").contains("Network Monitor 2"));
    assert!(error(b"\xfd7zXZ\0").contains("compressed with xz"));
    assert!(error(b"GET / HTTP/1.1").contains("begins with GET "));
    let pcapng_2 = Writer::new(Little).u32(0x0a0d_0d0a).u32(28).u32(0x1a2b_3c4d).u16(2).u16(0);
    assert!(error(&pcapng_2.put(&[0xff; 8]).u32(28).bytes).contains("version 2"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn read_file(bytes: Vec<u8>) -> Vec<Result<Captured, ReadError>> {
    let length = bytes.len() as u64;
    let mut file = CaptureFile::new(Cursor::new(bytes)).unwrap();
    let found: Vec<_> = file.by_ref().collect();
    assert!(found.iter().any(Result::is_err) || file.bytes_read() == length);
    found
}

/// Packets of 500 bytes, so unlike each other that compression leaves some.
fn noisy_capture(packets: u32) -> Vec<u8> {
    let noise = |seed: u32| (0..500_u32).map(move |it| ((it * it * seed) >> 7).to_be_bytes()[3]);
    let packets: Vec<Vec<u8>> = (1..=packets).map(|seed| noise(seed).collect()).collect();
    let packets: Vec<_> = packets.iter().map(Vec::as_slice).collect();
    pcap(MICROSECONDS, Little, 1, &packets)
}

#[test]
fn a_file_of_several_blocks_is_read_to_its_end() {
    let file = noisy_capture(5_000);
    assert!(file.len() > 2 * MAX_BLOCK_BYTES);
    let found = read_file(file.clone());
    let packets: Vec<_> = found.into_iter().map(|it| Ok(it.unwrap())).collect();
    assert_eq!(packets, read(&[&file]));
}

#[test]
fn compression_comes_off_twice() {
    let plain = noisy_capture(400);
    let wanted: Vec<_> = read_file(plain.clone()).into_iter().map(Result::unwrap).collect();
    assert_eq!(wanted.len(), 400);
    for file in [gzip(&plain), zstd(&plain), gzip(&zstd(&plain)), zstd(&gzip(&plain))] {
        let found: Vec<_> = read_file(file).into_iter().map(Result::unwrap).collect();
        assert_eq!(found, wanted);
    }
    let error = read_file(gzip(&gzip(&gzip(&plain)))).remove(0).unwrap_err();
    assert!(error.to_string().contains("more than twice"), "{error}");
}

#[test]
fn a_compressed_file_that_is_cut_gives_what_is_there_and_one_cut() {
    let plain = noisy_capture(400);
    for whole in [gzip(&plain), zstd(&plain)] {
        let found = read_file(whole[..whole.len() / 4 * 3].to_vec());
        let (last, packets) = found.split_last().unwrap();
        assert!(matches!(last, Ok(Captured::Cut(cut)) if cut.offset > 0), "{last:?}");
        assert!(packets.len() > 50, "{}", packets.len());
        assert!(packets.iter().all(|it| matches!(it, Ok(Captured::Packet(_)))));
        let found = read_file(whole[..20].to_vec());
        let nothing = ReadError::Capture(CaptureError::TooShort).to_string();
        let cut = Cut { offset: 0, present: 8 };
        assert!(match &found[0] {
            Ok(found) => *found == Captured::Cut(cut),
            Err(error) => error.to_string() == nothing,
        });
    }
}

#[test]
fn a_compressed_file_that_is_damaged_says_so_last() {
    let mut file = gzip(&noisy_capture(400));
    let checksum = file.len() - 8;
    file[checksum] ^= 1;
    let found = read_file(file);
    assert_eq!(found.len(), 401);
    assert!(matches!(found.last(), Some(Err(ReadError::Read { offset: 1.., .. }))));
}

proptest! {
    #[test]
    fn any_bytes_after_any_magic_are_read_alike_in_any_pieces(
        which in 0..4_usize,
        rest in prop::collection::vec(any::<u8>(), 0..300),
        cut in 0..300_usize,
    ) {
        let beginnings = [
            pcap(MICROSECONDS, Little, 1, &[]),
            snoop(&[]),
            Writer::new(Big).section().interface(1, 0, &[]).bytes,
            Vec::new(),
        ];
        let file = [beginnings[which].as_slice(), &rest].concat();
        let (start, end) = file.split_at(cut.min(file.len()));
        prop_assert_eq!(read(&[start, end]), read(&[&file]));
    }

    #[test]
    fn packets_of_any_length_come_back_in_any_pieces(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20),
        piece in 1..500_usize,
    ) {
        let packets: Vec<_> = packets.iter().map(Vec::as_slice).collect();
        let file = Writer::new(Big).section().interface(1, 0, &[]);
        let file = packets.iter().fold(file, |file, data| file.enhanced(0, 1, data));
        for file in [file.bytes, pcap(NANOSECONDS, Big, 1, &packets), snoop(&packets)] {
            let found = read(&file.chunks(piece).collect::<Vec<_>>());
            let data: Vec<_> = self::packets(&found).iter().map(|it| it.data.clone()).collect();
            prop_assert_eq!(&data, &packets);
        }
    }
}
