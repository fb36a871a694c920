//! Two peers of rustls in memory, and what passes between them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};

use cassettes::model::{Direction, How, Side};
use proptest::prelude::*;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls::{SupportedCipherSuite, version};

use super::outcome::{Flight, Outcome, decrypt};
use crate::capture::UnixNanos;
use crate::decrypt::{Secrets, Undecryptable};

/// Those that go with the key of an elliptic curve; the others encrypt in the same ways.
fn suites() -> Vec<SupportedCipherSuite> {
    let name = |suite: &SupportedCipherSuite| format!("{:?}", suite.suite());
    let all = ring::ALL_CIPHER_SUITES.iter().copied();
    all.filter(|suite| !name(suite).contains("_RSA_")).collect()
}

/// A key log in memory.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<String>);

impl rustls::KeyLog for Lines {
    fn log(&self, label: &str, random: &[u8], secret: &[u8]) {
        let mut lines = self.0.lock().unwrap();
        lines.push_str(label);
        for bytes in [random, secret] {
            lines.push(' ');
            for byte in bytes {
                write!(lines, "{byte:02x}").unwrap();
            }
        }
        lines.push('\n');
    }
}

/// Both sides' configuration: connections of the same one can resume sessions.
#[derive(Clone)]
pub(super) struct Peers {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    lines: Arc<Lines>,
}

impl Peers {
    pub(super) fn new() -> Self {
        Self::with(&ring::default_provider(), &ring::default_provider())
    }

    fn of_suite(suite: SupportedCipherSuite) -> Self {
        let provider = CryptoProvider { cipher_suites: vec![suite], ..ring::default_provider() };
        Self::with(&provider, &provider)
    }

    /// The client guesses a group that the server does not take.
    fn that_retry() -> Self {
        let server = CryptoProvider {
            kx_groups: vec![ring::kx_group::SECP384R1],
            ..ring::default_provider()
        };
        Self::with(&ring::default_provider(), &server)
    }

    fn with(client: &CryptoProvider, server: &CryptoProvider) -> Self {
        let names = vec!["a.example".to_owned()];
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(names).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
        let versions = [&version::TLS12, &version::TLS13];
        let lines = Arc::new(Lines::default());
        let mut client = ClientConfig::builder_with_provider(Arc::new(client.clone()))
            .with_protocol_versions(&versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec(), b"x y".to_vec()];
        client.key_log = Arc::<Lines>::clone(&lines);
        client.enable_early_data = true;
        let mut server = ServerConfig::builder_with_provider(Arc::new(server.clone()))
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        server.alpn_protocols = vec![b"x y".to_vec()];
        server.max_early_data_size = 1000;
        server.send_half_rtt_data = true;
        Self { client: Arc::new(client), server: Arc::new(server), lines }
    }

    /// The same, but the server knows no session of before.
    fn forgetful(&self) -> Self {
        let mut server = ServerConfig::clone(&self.server);
        server.session_storage = rustls::server::ServerSessionMemoryCache::new(4);
        Self { server: Arc::new(server), ..self.clone() }
    }

    /// Another server with the same certificate: sessions are known to the client alone.
    fn that_retry_later(&self) -> Self {
        let mut provider = CryptoProvider::clone(self.server.crypto_provider());
        provider.kx_groups = vec![ring::kx_group::SECP384R1];
        let mut server = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.server.cert_resolver));
        server.alpn_protocols.clone_from(&self.server.alpn_protocols);
        Self { server: Arc::new(server), ..self.clone() }
    }

    pub(super) fn key_log(&self) -> String {
        self.lines.0.lock().unwrap().clone()
    }

    pub(super) fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::new();
        assert_eq!(secrets.add_key_log(self.key_log().as_bytes()).malformed, 0);
        secrets.complete();
        secrets
    }

    pub(super) fn connect(&self) -> Pair {
        let name = ServerName::try_from("a.example").unwrap();
        Pair {
            client: ClientConnection::new(Arc::clone(&self.client), name).unwrap(),
            server: ServerConnection::new(Arc::clone(&self.server)).unwrap(),
            flights: Vec::new(),
            data: Default::default(),
        }
    }

    /// A connection on which both say something, and close.
    pub(super) fn converse(&self) -> Pair {
        let mut pair = self.connect();
        pair.shake();
        pair.say(Direction::ToServer, b"a question");
        pair.say(Direction::ToClient, &vec![b'a'; 40_000]);
        pair.say(Direction::ToServer, b"another");
        pair.close();
        pair
    }
}

/// One connection.
pub(super) struct Pair {
    pub(super) client: ClientConnection,
    pub(super) server: ServerConnection,
    pub(super) flights: Vec<Flight>,
    pub(super) data: [Vec<u8>; 2],
}

impl Pair {
    /// Until neither has anything to say.
    pub(super) fn shake(&mut self) {
        while self.flush() {}
        assert!(!self.client.is_handshaking() && !self.server.is_handshaking());
    }

    pub(super) fn say(&mut self, direction: Direction, content: &[u8]) {
        let place = super::outcome::place(direction);
        self.data[place].extend(content);
        match direction {
            Direction::ToServer => self.client.writer().write_all(content).unwrap(),
            Direction::ToClient => self.server.writer().write_all(content).unwrap(),
        }
        while self.flush() {}
    }

    pub(super) fn close(&mut self) {
        self.client.send_close_notify();
        self.flush();
        self.server.send_close_notify();
        self.flush();
    }

    /// One flight each way.
    fn flush(&mut self) -> bool {
        let mut sent = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut sent).unwrap();
        }
        let mut received = sent.as_slice();
        while !received.is_empty() {
            self.server.read_tls(&mut received).unwrap();
            self.server.process_new_packets().unwrap();
            drop(self.server.reader().read_to_end(&mut Vec::new()));
        }
        let mut answer = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut answer).unwrap();
        }
        let mut received = answer.as_slice();
        while !received.is_empty() {
            self.client.read_tls(&mut received).unwrap();
            self.client.process_new_packets().unwrap();
            drop(self.client.reader().read_to_end(&mut Vec::new()));
        }
        let is_moved = !sent.is_empty() || !answer.is_empty();
        let flights = [(Direction::ToServer, sent), (Direction::ToClient, answer)];
        self.flights.extend(flights.into_iter().filter(|(_, flight)| !flight.is_empty()));
        is_moved
    }
}

fn assert_decrypted(peers: &Peers, pair: &Pair) -> Outcome {
    let whole = decrypt(&mut peers.secrets(), &pair.flights, usize::MAX);
    assert_eq!(whole.reasons, []);
    assert!(whole.is_whole());
    assert_eq!(whole.data, pair.data);
    let closes = [(Side::Client, How::CloseNotify), (Side::Server, How::CloseNotify)];
    assert_eq!(whole.closes, closes);
    let facts = whole.facts.as_deref().unwrap();
    assert_eq!((facts.sni.as_str(), facts.alpn.as_str()), ("a.example", "x\\x20y"));
    for size in [1460, 5, 1] {
        assert_eq!(decrypt(&mut peers.secrets(), &pair.flights, size), whole);
    }
    whole
}

#[test]
fn every_suite_that_rustls_knows_is_decrypted() {
    for suite in suites() {
        let peers = Peers::of_suite(suite);
        let outcome = assert_decrypted(&peers, &peers.converse());
        assert_eq!(outcome.facts.unwrap().cipher, u16::from(suite.suite()));
    }
}

#[test]
fn a_resumed_session_is_decrypted_by_its_own_lines() {
    for suite in suites() {
        let peers = Peers::of_suite(suite);
        peers.converse();
        let resumed = peers.converse();
        assert_eq!(resumed.client.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
        assert_decrypted(&peers, &resumed);
    }
}

/// Some key logs have a line for a session's first connection alone.
#[test]
fn a_resumed_session_is_decrypted_by_the_lines_of_its_first() {
    let is_of_1_2 = |suite: &SupportedCipherSuite| suite.version() == &version::TLS12;
    let peers = Peers::of_suite(suites().into_iter().find(is_of_1_2).unwrap());
    let first = peers.converse();
    let mut secrets = peers.secrets();
    let resumed = peers.converse();
    assert!(decrypt(&mut secrets, &first.flights, 1000).is_whole());
    let outcome = decrypt(&mut secrets, &resumed.flights, 1000);
    assert!(outcome.is_whole());
    assert_eq!(outcome.data, resumed.data);
}

#[test]
fn a_retried_hello_is_followed() {
    let peers = Peers::that_retry();
    let pair = peers.converse();
    let kind = rustls::HandshakeKind::FullWithHelloRetryRequest;
    assert_eq!(pair.client.handshake_kind(), Some(kind));
    assert_decrypted(&peers, &pair);
}

#[test]
fn keys_are_updated_by_either_side() {
    let peers = Peers::new();
    let mut pair = peers.connect();
    pair.shake();
    for turn in 0..3 {
        pair.say(Direction::ToServer, &[turn; 100]);
        pair.client.refresh_traffic_keys().unwrap();
        pair.say(Direction::ToServer, &[turn; 200]);
        pair.say(Direction::ToClient, &[turn; 300]);
        pair.server.refresh_traffic_keys().unwrap();
        pair.say(Direction::ToClient, &[turn; 400]);
    }
    pair.close();
    assert_decrypted(&peers, &pair);
}

fn send_early(pair: &mut Pair, content: &[u8]) {
    pair.client.early_data().unwrap().write_all(content).unwrap();
}

#[test]
fn early_data_that_the_server_reads_is_data() {
    let peers = Peers::new();
    peers.converse();
    let mut pair = peers.connect();
    send_early(&mut pair, b"early ");
    pair.data[0].extend(b"early ");
    pair.shake();
    assert!(pair.client.is_early_data_accepted());
    pair.say(Direction::ToServer, b"and late");
    pair.say(Direction::ToClient, b"answer");
    pair.close();
    let outcome = assert_decrypted(&peers, &pair);
    assert_eq!(outcome.times.first(), Some(&UnixNanos(0)));
    assert!(outcome.times.is_sorted());
}

/// The server's answer may be in one flight with the message that says that it reads early data.
#[test]
fn an_early_question_comes_before_its_early_answer() {
    let peers = Peers::new();
    peers.converse();
    let mut pair = peers.connect();
    send_early(&mut pair, b"question");
    pair.server.writer().write_all(b"answer").unwrap();
    pair.shake();
    pair.close();
    let outcome = decrypt(&mut peers.secrets(), &pair.flights, usize::MAX);
    assert_eq!(outcome.data, [b"question".to_vec(), b"answer".to_vec()]);
    assert_eq!(outcome.times, [UnixNanos(0), UnixNanos(1)]);
}

#[test]
fn early_data_that_the_server_refuses_is_no_part_of_what_was_said() {
    let peers = Peers::new();
    peers.converse();
    for other in [peers.forgetful(), peers.that_retry_later()] {
        let mut pair = other.connect();
        send_early(&mut pair, b"early ");
        pair.shake();
        assert!(!pair.client.is_early_data_accepted());
        pair.say(Direction::ToServer, b"late");
        pair.say(Direction::ToClient, b"answer");
        pair.close();
        let outcome = assert_decrypted(&peers, &pair);
        let is_retried = pair.client.handshake_kind() != Some(rustls::HandshakeKind::Full);
        assert_eq!(outcome.refused, if is_retried { b"".as_slice() } else { b"early " });
    }
}

fn without(lines: &str, labels: &[&str]) -> Secrets {
    let kept = lines.lines().filter(|line| !labels.iter().any(|label| line.starts_with(label)));
    let mut secrets = Secrets::new();
    secrets.add_key_log(kept.collect::<Vec<_>>().join("\n").as_bytes());
    secrets.complete();
    secrets
}

#[test]
fn the_handshake_s_secrets_can_be_spared() {
    let peers = Peers::new();
    let pair = peers.converse();
    let handshake = ["CLIENT_HANDSHAKE", "SERVER_HANDSHAKE"];
    let mut secrets = without(&peers.key_log(), &handshake);
    let outcome = decrypt(&mut secrets, &pair.flights, 1000);
    assert!(outcome.is_whole());
    assert_eq!(outcome.data, pair.data);
    assert_eq!(outcome.facts.unwrap().alpn, "");
}

#[test]
fn a_line_that_is_missing_is_named() {
    let peers = Peers::new();
    let pair = peers.converse();
    let mut secrets = without(&peers.key_log(), &["SERVER_TRAFFIC"]);
    let outcome = decrypt(&mut secrets, &pair.flights, 1000);
    assert_eq!(outcome.data[0], pair.data[0]);
    let label = "SERVER_TRAFFIC_SECRET_0";
    let why = Undecryptable::MissingLine { label };
    assert_eq!(outcome.reasons, [(Direction::ToClient, why)]);
    assert!(outcome.data[1].is_empty() && outcome.raw[1].len() > 40_000);

    let mut secrets = without(&peers.key_log(), &["CLIENT_TRAFFIC", "SERVER_TRAFFIC"]);
    let outcome = decrypt(&mut secrets, &pair.flights, 1000);
    assert_eq!(outcome.reasons[0].1, why);
    assert_eq!(outcome.raw.map(|raw| raw.len()), sizes(&pair.flights));
}

pub(super) fn sizes(flights: &[Flight]) -> [usize; 2] {
    let mut sizes = [0; 2];
    for (direction, flight) in flights {
        sizes[super::outcome::place(*direction)] += flight.len();
    }
    sizes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_in_whatever_pieces_is_decrypted(
        turns in proptest::collection::vec((any::<bool>(), 0..40_000_usize, any::<bool>()), 0..6),
        suite in proptest::sample::select(suites()),
        size in 1..5_000_usize,
    ) {
        let peers = Peers::of_suite(suite);
        let mut pair = peers.connect();
        pair.shake();
        for (is_client, length, is_updated) in turns {
            if is_updated && pair.client.refresh_traffic_keys().is_ok() {
                pair.server.refresh_traffic_keys().unwrap();
            }
            let direction = if is_client { Direction::ToServer } else { Direction::ToClient };
            pair.say(direction, &vec![7; length]);
        }
        let outcome = decrypt(&mut peers.secrets(), &pair.flights, size);
        prop_assert!(outcome.is_whole());
        prop_assert_eq!(outcome.data, pair.data);
    }
}
