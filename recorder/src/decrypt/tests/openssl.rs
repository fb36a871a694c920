//! What OpenSSL says with every cipher, in every version: `openssl/make.py` made the files.

use cassettes::model::{Direction, How, Side};

use super::outcome::{Flight, decrypt};
use crate::decrypt::Secrets;
use crate::decrypt::key_log::decode;

/// One connection, and what both applications said on it.
#[derive(Default)]
struct Conversation {
    flights: Vec<Flight>,
    data: [Vec<u8>; 2],
}

fn read(text: &str) -> (Secrets, Vec<Conversation>) {
    let mut secrets = Secrets::new();
    let mut all = vec![Conversation::default()];
    for line in text.lines() {
        let last = all.last_mut().unwrap();
        match line.split_once(' ') {
            None => all.push(Conversation::default()),
            Some((">", hex)) => last.flights.push((Direction::ToServer, bytes(hex))),
            Some(("<", hex)) => last.flights.push((Direction::ToClient, bytes(hex))),
            Some(("=>", hex)) => last.data[0].extend(bytes(hex)),
            Some(("=<", hex)) => last.data[1].extend(bytes(hex)),
            Some(("key", hex)) => secrets.add_private_key(&bytes(hex)).unwrap(),
            Some(_) => assert_eq!(
                secrets.add_key_log(line.as_bytes()).secrets
                    + u64::from(line.starts_with("EXPORTER")),
                1
            ),
        }
    }
    secrets.complete();
    (secrets, all)
}

fn bytes(hex: &str) -> Vec<u8> {
    let mut bytes = vec![0; hex.len() / 2];
    decode(hex.as_bytes(), &mut bytes).unwrap();
    bytes
}

fn is_decrypted(version: u16, suite: u16, text: &str) {
    for size in [usize::MAX, 1000, 7, 1] {
        let (mut secrets, conversations) = read(text);
        for conversation in conversations {
            let outcome = decrypt(&mut secrets, &conversation.flights, size);
            assert_eq!(outcome.reasons, []);
            assert!(outcome.is_whole());
            assert_eq!(outcome.data, conversation.data);
            let closes = [(Side::Client, How::CloseNotify), (Side::Server, How::CloseNotify)];
            assert_eq!(outcome.closes, closes);
            let facts = outcome.facts.unwrap();
            assert_eq!((facts.version, facts.cipher), (version, suite));
            assert_eq!(facts.sni, "a.example");
            assert_eq!(facts.offered, ["h2", "http/1.1"]);
            assert_eq!(facts.alpn, "http/1.1");
        }
    }
}

macro_rules! conversations {
    ($($test:ident $file:literal $version:literal $suite:literal)*) => {$(
        #[test]
        fn $test() {
            is_decrypted($version, $suite, include_str!(concat!("openssl/", $file, ".txt")));
        }
    )*};
}

conversations! {
    ccm_of_1_3 "1.3-aes128-ccm" 0x0304 0x1304
    gcm_of_128_bits "1.2-aes128-gcm" 0x0303 0x009c
    gcm_of_256_bits "1.2-aes256-gcm" 0x0303 0x009d
    chacha20_poly1305 "1.2-chacha20" 0x0303 0xcca8
    ccm "1.2-aes128-ccm" 0x0303 0xc09c
    ccm_with_a_short_tag "1.2-aes256-ccm8" 0x0303 0xc0a1
    cbc_with_sha1_inside "1.2-cbc-sha-mac-then-encrypt" 0x0303 0x002f
    cbc_with_sha1_outside "1.2-cbc-sha-encrypt-then-mac" 0x0303 0x0035
    cbc_with_sha256_inside "1.2-cbc-sha256-mac-then-encrypt" 0x0303 0x003d
    cbc_with_sha256_outside "1.2-cbc-sha256-encrypt-then-mac" 0x0303 0x003c
    cbc_with_sha384_inside "1.2-cbc-sha384-mac-then-encrypt" 0x0303 0xc028
    cbc_of_1_1 "1.1-cbc-sha" 0x0302 0x002f
    cbc_of_1_0_chained "1.0-cbc-sha-mac-then-encrypt" 0x0301 0x0035
    cbc_of_1_0_with_the_mac_outside "1.0-cbc-sha-encrypt-then-mac" 0x0301 0x002f
    by_a_private_key_and_resumed "1.2-rsa" 0x0303 0x009c
    by_a_private_key_with_an_extended_master_secret "1.2-rsa-extended-master-secret" 0x0303 0x009d
    by_a_private_key_in_1_0 "1.0-rsa-extended-master-secret" 0x0301 0x002f
}
