//! Other bytes than the recorded ones.

use super::*;

#[test]
fn bytes_are_missing_doubled_swapped_or_put_in() {
    let splice = |whole: &[u8], removed: usize, put: &[u8]| {
        [&whole[..60], put, &whole[60 + removed..]].concat()
    };
    everywhere("delete 2 at byte 60", |whole| splice(whole, 2, b""), After::Next);
    everywhere("insert text xyz at byte 60", |whole| splice(whole, 0, b"xyz"), After::Next);
    let doubled = |whole: &[u8]| splice(whole, 0, &whole[60..62]);
    everywhere("duplicate 2 at byte 60", doubled, After::Next);
    let swapped = |whole: &[u8]| splice(whole, 2, &[whole[61], whole[60]]);
    everywhere("swap at byte 60", swapped, After::Next);
}

#[test]
fn a_stranger_greets_and_goes() {
    let greeting = |_: &[u8]| b"SSH-2.0-OpenSSH_9.9\r\n".to_vec();
    everywhere("wrong-protocol ssh", greeting, After::Fin);
    let greeting = |_: &[u8]| b"220 mail.example ESMTP Postfix\r\n".to_vec();
    everywhere("wrong-protocol smtp", greeting, After::Fin);
}

/// All that comes, where it ends with FIN or goes on after so many bytes.
fn said(scene: Scene, fault: &str, len: usize, after: After) -> Vec<u8> {
    let certificate = OneCertificate::new();
    let replay = scene.replay(fault, &certificate);
    let mut line = Line::of(scene, &replay, &certificate);
    line.ask(PATH);
    let said = line.take(len);
    line.expect(after, fault);
    drop(line);
    replay.end();
    said
}

/// What of all that is said was recorded, given the length of the whole answer.
type Recorded = fn(&[u8], usize) -> Vec<u8>;

#[test]
fn garbage_is_the_same_for_a_seed_and_another_for_another_one() {
    for scene in [PLAIN[0], PLAIN[2], SECURE[2]] {
        let whole = scene.whole();
        let len = whole.len();
        let kinds: [(&str, usize, After, Recorded); 3] = [
            ("garbage-first 16", len + 16, After::Next, |said, _| said[16..].to_vec()),
            ("garbage-then-close 16 at byte 20", 36, After::Fin, |said, _| said[..20].to_vec()),
            ("trailing 16", len + 16, After::Next, |said, len| said[..len].to_vec()),
        ];
        for (fault, count, after, own) in kinds {
            let seeded = |seed: u64| said(scene, &format!("{fault} seed={seed}"), count, after);
            let first = seeded(1);
            assert_eq!(first.len(), count, "{fault}");
            assert_eq!(first, seeded(1), "{fault}");
            assert_ne!(first, seeded(2), "{fault}");
            assert!(whole.starts_with(&own(&first, len)), "{fault}");
        }
    }
}

#[test]
fn as_many_bits_are_turned_over_as_was_said() {
    for scene in PLAIN.into_iter().chain(SECURE) {
        let whole = scene.whole();
        for (fault, bits) in [("flip at byte 60", 1), ("flip 5 at byte 60", 5)] {
            let said = said(scene, fault, whole.len(), After::Next);
            let differing = |(one, other): (&u8, &u8)| (one ^ other).count_ones();
            assert_eq!(whole.iter().zip(&said).map(differing).sum::<u32>(), bits, "{fault}");
            assert_ne!(said[60], whole[60]);
        }
    }
}
