//! Blocks that nghttp2 1.52 wrote: one connection's, its table changed now and then.

use super::*;

/// See the file's first line.
const WRITTEN: &str = include_str!("nghttp2.txt");

#[test]
fn what_nghttp2_wrote_is_read() {
    let (mut decoder, mut said, mut expected, mut blocks) = (Decoder::passive(), vec![], vec![], 0);
    for line in WRITTEN.lines().skip(1) {
        let words: Vec<_> = line.split(' ').map(|word| word.trim_matches('-')).collect();
        match words[..] {
            ["block", block] => {
                assert_eq!(said, expected, "block {blocks}");
                (said, expected) = (decoder.decode(&hex(block)).unwrap(), vec![]);
                blocks += 1;
            }
            ["field", name, value] => expected.push(Field::new(hex(name), hex(value))),
            ["secret", name, value] => {
                expected.push(Field { sensitive: true, ..Field::new(hex(name), hex(value)) });
            }
            _ => assert_eq!(words[0], "size"),
        }
    }
    assert_eq!((said, blocks), (expected, 60));
}
