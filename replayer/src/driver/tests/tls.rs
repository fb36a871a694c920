//! Clients who speak TLS, and how it ends.

use std::sync::Mutex;

use cassettes::model::{CertificateFault, Tls, Way};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

use super::*;

/// The names of every server here.
const NAMES: [&str; 4] = ["api.test", "other.test", "localhost", "127.0.0.1"];

/// One certificate, for all names.
#[derive(Debug)]
pub(super) struct OneCertificate {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    refused: Mutex<Vec<(String, How)>>,
}

impl OneCertificate {
    pub(super) fn new() -> Arc<Self> {
        let made = rcgen::generate_simple_self_signed(NAMES.map(str::to_owned)).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        Arc::new(Self { certificate: made.cert.der().clone(), key, refused: Mutex::default() })
    }

    /// How many clients were told of that refused it.
    pub(super) fn refusals(&self) -> usize {
        self.refused.lock().unwrap().len()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    /// A client that speaks only this version.
    fn client_of(&self, version: &'static rustls::SupportedProtocolVersion) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(provider());
        let builder = builder.with_protocol_versions(&[version]).unwrap();
        Arc::new(builder.with_root_certificates(self.roots()).with_no_client_auth())
    }

    /// A client that trusts it, or nobody.
    pub(super) fn client(&self, alpn: &[&str], trusts: bool) -> Arc<ClientConfig> {
        let roots = if trusts { self.roots() } else { RootCertStore::empty() };
        let builder = ClientConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

impl Certificates for OneCertificate {
    fn server_config(
        &self,
        _host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<ServerConfig>> {
        let builder = ServerConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let chain = vec![self.certificate.clone()];
        let mut config = builder.with_single_cert(chain, self.key.clone_key()).unwrap();
        config.alpn_protocols = alpn.to_vec();
        Ok(Arc::new(config))
    }

    /// A stranger's.
    fn faulty_config(
        &self,
        _fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<ServerConfig>> {
        Self::new().server_config(host, alpn)
    }

    fn refused(&self, host: &str, how: How) {
        self.refused.lock().unwrap().push((host.to_owned(), how));
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(super) type Secured = StreamOwned<ClientConnection, TcpStream>;

/// TLS on a connection, to a host.
pub(super) fn secure(stream: TcpStream, config: Arc<ClientConfig>, host: &str) -> Secured {
    let name = ServerName::try_from(host.to_owned()).unwrap();
    StreamOwned::new(ClientConnection::new(config, name).unwrap(), stream)
}

/// Asks for `/a` in TLS 1.3 or 1.2, and reads to the end.
fn ask(replay: &Replay, config: Arc<ClientConfig>) -> (String, io::Result<()>) {
    let mut stream = secure(replay.connect(), config, "api.test");
    if let Err(error) = stream.write_all(get("/a").as_bytes()) {
        return (String::new(), Err(error));
    }
    let mut said = Vec::new();
    let end = stream.read_to_end(&mut said).map(drop);
    // What came in one read with an alert.
    drop(stream.conn.reader().read_to_end(&mut said));
    (String::from_utf8(said).unwrap(), end)
}

/// A recording by a client that spoke TLS.
fn tape(alpn: &str) -> Tape {
    Tape::new().line(|line| line.tls = Some(Box::new(tls(alpn))))
}

fn tls(alpn: &str) -> Tls {
    Tls { alpn: alpn.to_owned(), version: 0x0304, ..Tls::default() }
}

#[test]
fn a_close_says_close_notify_first_and_a_cut_does_not() {
    let certificate = OneCertificate::new();
    for (how, is_orderly) in [(How::CloseNotify, true), (How::Fin, false)] {
        let answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
        let stage = tape("").exchange(&get("/a"), answer).server(how).stage();
        let replay = Replay::with(stage, Some(certificate.clone()));
        let (said, end) = ask(&replay, certificate.client(&[], true));
        assert_eq!((said.as_str(), end.is_ok()), (answer, is_orderly));
        assert_eq!(kinds(&replay.end()), [Kind::Same]);
    }
}

#[test]
fn an_alert_comes_after_the_bytes_before_it_in_both_versions_of_tls() {
    let certificate = OneCertificate::new();
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let stage = tape("").exchange(&get("/a"), &ok("hal")[..20]).server(How::Alert(80)).stage();
        let replay = Replay::with(stage, Some(certificate.clone()));
        let (said, end) = ask(&replay, certificate.client_of(version));
        assert_eq!(said, ok("hal")[..20]);
        assert!(end.unwrap_err().to_string().contains("InternalError"));
        replay.end();
    }
}

#[test]
fn the_recorded_server_s_protocol_is_offered_and_no_client_turned_away_for_it() {
    let certificate = OneCertificate::new();
    let chosen = |recorded: &str, offered: &[&str]| {
        let replay = Replay::with(tape(recorded).get("/a").stage(), Some(certificate.clone()));
        let config = certificate.client(offered, true);
        let mut stream = secure(replay.connect(), config, "api.test");
        stream.conn.complete_io(&mut stream.sock).unwrap();
        let chosen = stream.conn.alpn_protocol().map(|name| String::from_utf8(name.to_vec()));
        drop(stream);
        replay.end();
        chosen.map(Result::unwrap).unwrap_or_default()
    };
    assert_eq!(chosen("http/1.1", &["h2", "http/1.1"]), "http/1.1");
    assert_eq!(chosen("h2", &["h2", "http/1.1"]), "h2");
    assert_eq!(chosen("", &["h2", "http/1.1"]), "");
    assert_eq!(chosen("h2", &["http/1.1"]), "http/1.1");
}

#[test]
fn a_handshake_that_failed_fails_again_in_its_place() {
    let certificate = OneCertificate::new();
    let refused = |tape: Tape| {
        let unfinished = |line: &mut cassettes::model::Connection| {
            line.tls = Some(Box::default());
        };
        tape.line(unfinished).server(How::Alert(40))
    };
    let tape =
        refused(Tape::new()).connect().line(|line| line.tls = Some(Box::new(tls("")))).get("/a");
    let replay = Replay::with(tape.client(How::CloseNotify).stage(), Some(certificate.clone()));
    let (_, failed) = ask(&replay, certificate.client(&[], true));
    assert!(failed.unwrap_err().to_string().contains("HandshakeFailure"));
    let mut stream = secure(replay.connect(), certificate.client(&[], true), "api.test");
    stream.write_all(get("/a").as_bytes()).unwrap();
    let mut said = vec![0; ok("/a").len()];
    stream.read_exact(&mut said).unwrap();
    drop(stream);
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn a_client_that_trusts_nobody_is_told_of() {
    let certificate = OneCertificate::new();
    let replay = Replay::with(tape("").get("/a").stage(), Some(certificate.clone()));
    assert!(ask(&replay, certificate.client(&[], false)).1.is_err());
    replay.end();
    // "unknown_ca" (RFC 8446 §6.2).
    assert_eq!(*certificate.refused.lock().unwrap(), [("api.test".to_owned(), How::Alert(48))]);
}

#[test]
fn a_thousand_tls_connections_at_once_get_each_equal_exchange_once() {
    let certificate = OneCertificate::new();
    let mut tape = tape("");
    for n in 0..1000 {
        tape = tape.exchange(&get("/"), &ok(&format!("{n:04}")));
    }
    let replay = Replay::with(tape.stage(), Some(certificate.clone()));
    let config = certificate.client(&[], true);
    let connect = || secure(replay.connect(), config.clone(), "api.test");
    let mut clients: Vec<_> = (0..1000).map(|_| connect()).collect();
    for client in &mut clients {
        client.write_all(get("/").as_bytes()).unwrap();
    }
    let mut said: Vec<_> = clients
        .iter_mut()
        .map(|client| {
            let mut answer = vec![0; ok("0000").len()];
            client.read_exact(&mut answer).unwrap();
            answer
        })
        .collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 1000);
    drop(clients);
    let verdict = replay.end();
    assert_eq!((verdict.totals.missing, verdict.totals.extra), (0, 0));
}

#[test]
fn the_two_schemes_of_one_host_are_two_origins() {
    let certificate = OneCertificate::new();
    let request = "GET / HTTP/1.1\r\nHost: api.test\r\n\r\n";
    let led = |origin: &str, tls| {
        let origin = origin.to_owned();
        move |line: &mut cassettes::model::Connection| {
            (line.way, line.upstream, line.tls) = (Way::Connect, origin, tls);
        }
    };
    let tape = Tape::new().line(led("http://api.test", None)).exchange(request, &ok("plain"));
    let secured = led("https://api.test", Some(Box::new(tls(""))));
    let tape = tape.connect().line(secured).exchange(request, &ok("secure"));
    let replay = Replay::with(tape.stage(), Some(certificate.clone()));
    let tunnel = doors::tunnel(&replay, "api.test:443");
    let mut stream = secure(tunnel, certificate.client(&[], true), "api.test");
    stream.write_all(request.as_bytes()).unwrap();
    let mut said = vec![0; ok("secure").len()];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), ok("secure"));
    drop(stream);
    assert_eq!(kinds(&replay.end()), [Kind::Missing, Kind::Same]);
}
