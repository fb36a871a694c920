//! TLS taken off and put on again.

use std::io::{self, Read as _};
use std::net::{TcpListener, TcpStream};
use std::ops::DerefMut;
use std::sync::{Arc, Mutex};

use cassettes::model::{Direction, How, Side, Trust};
use recorder::tls::{Authority, ClientIdentity, UpstreamTls};
use recorder::{Notice, Notices};
use rustls::ConnectionCommon;

use crate::harness::{Origin, Peer, Recording, answer, assert_reset};
use crate::secure::{Authorities, Client, Server, trusting};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const BOTH: &[&str] = &["h2", "http/1.1"];

/// A server that answers one request, and then ends like this.
fn origin(authorities: &Authorities, end: impl FnOnce(Server) + Send + 'static) -> Origin {
    let authorities = authorities.clone();
    Origin::once(move |socket| {
        let mut server = authorities.server(socket, &["http/1.1"]);
        server.head();
        server.send(answer("secret"));
        end(server);
    })
}

fn ask(client: &mut Client) {
    client.send(GET);
    assert_eq!(client.exactly(answer("secret").len()), answer("secret").as_bytes());
}

#[test]
fn what_is_said_in_tls_is_recorded_in_the_clear_with_the_facts() {
    let authorities = Authorities::new();
    let origin = origin(&authorities, |mut server| {
        server.rest().1.unwrap();
        server.fin();
    });
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), BOTH);
    ask(&mut client);
    assert_eq!(client.conn.alpn_protocol(), Some(&b"http/1.1"[..]), "what the server chose");
    client.fin();
    client.rest().1.unwrap();
    let address = origin.address;
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), [GET]);
    assert_eq!(recorded.sent(Direction::ToClient), [answer("secret")]);
    let closes = [(Side::Client, How::CloseNotify), (Side::Server, How::CloseNotify)];
    assert_eq!(recorded.closes(0), closes);
    let connection = recorded.connection(0);
    assert_eq!(connection.upstream, format!("https://localhost:{}", address.port()));
    let (tls, upstream) =
        (connection.tls.clone().unwrap(), connection.upstream_tls.clone().unwrap());
    assert_eq!((&*tls.sni, &*tls.alpn, tls.version), ("localhost", "http/1.1", 0x0304));
    assert_eq!(
        (&*upstream.sni, &*upstream.alpn, upstream.trust),
        ("localhost", "http/1.1", Trust::Verified)
    );
    assert_eq!(
        (tls.offered, upstream.offered),
        (vec!["h2".into(), "http/1.1".into()], vec!["h2".into(), "http/1.1".to_owned()])
    );
}

#[test]
fn a_plain_client_reaches_a_server_that_wants_tls() {
    let authorities = Authorities::new();
    let origin = origin(&authorities, |mut server| drop(server.rest()));
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = recording.connect();
    client.send(GET);
    client.exactly(answer("secret").len());
    client.fin();
    client.rest().1.ok();
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0)[0], (Side::Client, How::Fin));
    let connection = recorded.connection(0);
    assert_eq!((connection.tls.is_some(), connection.upstream_tls.is_some()), (false, true));
}

#[test]
fn a_client_in_tls_reaches_a_server_without() {
    let authorities = Authorities::new();
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(answer("secret"));
        server.fin();
        drop(server.rest());
    });
    let recording = Recording::with(authorities.reverse("http", origin.address));
    let mut client = authorities.client(recording.connect(), BOTH);
    ask(&mut client);
    client.rest().1.unwrap();
    client.fin();
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0)[0], (Side::Server, How::CloseNotify));
    assert_eq!(recorded.connection(0).tls.as_ref().unwrap().alpn, "http/1.1");
}

#[test]
fn a_server_that_leaves_out_its_close_notify_is_recorded_and_mirrored() {
    let authorities = Authorities::new();
    let origin = origin(&authorities, |server| drop(server.into_parts()));
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), &[]);
    ask(&mut client);
    let kind = client.rest().1.map_err(|error| error.kind());
    assert_eq!(kind, Err(io::ErrorKind::UnexpectedEof));
    drop(client);
    origin.join();
    assert_eq!(recording.finish().closes(0)[0], (Side::Server, How::Fin));
}

#[test]
fn a_servers_reset_reaches_a_client_in_tls() {
    let authorities = Authorities::new();
    let origin = origin(&authorities, |mut server| {
        assert_eq!(server.exactly(1), b"!", "the client has its answer");
        server.rst();
    });
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), &[]);
    ask(&mut client);
    client.send("!");
    assert_reset(&client.rest().1);
    origin.join();
    assert_eq!(recording.finish().closes(0), [(Side::Server, How::Reset)]);
}

#[test]
fn a_certificate_that_the_server_should_not_have_is_refused_with_host_and_reason() {
    let (authorities, strangers) = (Authorities::new(), Authorities::new());
    let origin = Origin::once(move |socket| strangers.server(socket, &[]).rest().1.unwrap_err());
    let mut plan = authorities.reverse("https", origin.address);
    let heard = listen(&mut plan.notices);
    let recording = Recording::with(plan);
    let mut client = authorities.client(recording.connect(), &[]);
    let error = client.rest().1.unwrap_err().to_string();
    assert!(error.contains("InternalError"), "{error}");
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Untrusted)]);
    let why = recorded.summary.first_failure.unwrap();
    assert!(why.contains("localhost") && why.contains("issuer is unknown"), "{why}");
    assert!(matches!(&heard.lock().unwrap()[..], [Notice::Unreached { .. }]));
}

#[test]
fn with_insecure_any_certificate_is_taken_and_that_is_recorded() {
    let (authorities, strangers) = (Authorities::new(), Authorities::new());
    let origin = origin(&strangers, |mut server| drop(server.rest()));
    let mut plan = authorities.reverse("https", origin.address);
    plan.upstream_tls = Some(Arc::new(UpstreamTls::insecure(None).unwrap()));
    let recording = Recording::with(plan);
    let mut client = authorities.client(recording.connect(), &[]);
    ask(&mut client);
    client.fin();
    drop(client);
    origin.join();
    let recorded = recording.finish();
    let upstream = recorded.connection(0).upstream_tls.clone().unwrap();
    assert_eq!(upstream.trust, Trust::Unverified);
}

#[test]
fn an_alert_of_the_server_is_recorded_and_reaches_the_client() {
    const NO_APPLICATION_PROTOCOL: u8 = 120;
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| theirs.server(socket, &["imap"]).rest().1.unwrap_err());
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), BOTH);
    let error = client.rest().1.unwrap_err().to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Alert(NO_APPLICATION_PROTOCOL))]);
}

#[test]
fn a_client_that_does_not_trust_the_recorder_is_told_of() {
    const UNKNOWN_CA: u8 = 48;
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| drop(theirs.server(socket, &[]).rest()));
    let mut plan = authorities.reverse("https", origin.address);
    let heard = listen(&mut plan.notices);
    let recording = Recording::with(plan);
    let stranger = Authority::generate().unwrap();
    trusting(&stranger, recording.connect(), &[]).rest().1.unwrap_err();
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Client, How::Alert(UNKNOWN_CA))]);
    assert_eq!(*heard.lock().unwrap(), [Notice::Untrusting { host: "localhost".into() }]);
    assert_eq!(recorded.cassette.exchanges(), []);
}

#[test]
fn a_server_that_refuses_to_be_reached_is_a_reset_to_a_client_in_tls() {
    let authorities = Authorities::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let recording = Recording::with(authorities.reverse("https", nobody));
    let mut client = authorities.client(recording.connect(), &[]);
    assert_reset(&client.rest().1);
    assert_eq!(recording.finish().closes(0), [(Side::Server, How::Refused)]);
}

#[test]
fn a_server_that_asks_for_a_certificate_is_shown_one() {
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| {
        let mut server = demanding(&theirs, socket);
        server.head();
        server.send(answer("secret"));
        drop(server.rest());
    });
    let mut plan = authorities.reverse("https", origin.address);
    let (certificate, key) = (authorities.theirs.certificate_pem(), authorities.theirs.key_pem());
    let identity = ClientIdentity::from_pem(&certificate, &key).unwrap();
    let roots = [authorities.theirs.certificate().clone()];
    plan.upstream_tls = Some(Arc::new(UpstreamTls::verified(&roots, Some(identity)).unwrap()));
    let recording = Recording::with(plan);
    let mut client = authorities.client(recording.connect(), &[]);
    ask(&mut client);
    client.fin();
    drop(client);
    origin.join();
    assert_eq!(recording.finish().summary.unreached, 0);
}

/// In TLS 1.3 a client is done before its server has seen its certificate.
#[test]
fn an_alert_after_the_handshake_is_recorded_and_reaches_the_client() {
    const CERTIFICATE_REQUIRED: u8 = 116;
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| demanding(&theirs, socket).rest().1.unwrap_err());
    let mut plan = authorities.reverse("https", origin.address);
    let heard = listen(&mut plan.notices);
    let recording = Recording::with(plan);
    let mut client = authorities.client(recording.connect(), &[]);
    client.send(GET);
    let error = client.rest().1.unwrap_err().to_string();
    assert!(error.contains("CertificateRequired"), "{error}");
    drop(client);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Alert(CERTIFICATE_REQUIRED))]);
    let told = format!("{:?}", heard.lock().unwrap());
    assert!(told.contains("--client-cert"), "{told}");
    assert_eq!(recorded.connection(0).tls.as_ref().unwrap().version, 0x0304);
}

#[test]
fn an_alert_comes_after_the_bytes_before_it() {
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let authorities = Authorities::new();
        let theirs = authorities.clone();
        let origin = Origin::once(move |socket| {
            let mut server = theirs.server(socket, &[]);
            server.head();
            server.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            alert(&mut server);
        });
        let recording = Recording::with(authorities.reverse("https", origin.address));
        let mut client = speaking(&authorities.ours, recording.connect(), version);
        client.send(GET);
        let (mut got, end) = client.rest();
        // What came in one read with the alert.
        drop(client.conn.reader().read_to_end(&mut got));
        assert!(got.ends_with(b"half"), "{got:?} {end:?} {version:?}");
        assert!(end.unwrap_err().to_string().contains("BadRecordMac"));
        drop(client);
        origin.join();
        let closes = recording.finish().closes(0);
        assert_eq!(closes, [(Side::Server, How::Alert(BAD_RECORD_MAC))]);
    }
}

#[test]
fn an_alert_of_the_client_reaches_the_server() {
    let authorities = Authorities::new();
    let origin = origin(&authorities, |mut server| {
        let error = server.rest().1.unwrap_err().to_string();
        assert!(error.contains("BadRecordMac"), "{error}");
    });
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), &[]);
    ask(&mut client);
    alert(&mut client);
    origin.join();
    assert_eq!(recording.finish().closes(0), [(Side::Client, How::Alert(BAD_RECORD_MAC))]);
}

const BAD_RECORD_MAC: u8 = 20;

/// Makes a peer send an alert, by a record that it cannot decrypt.
fn alert<D>(
    peer: &mut rustls::StreamOwned<impl DerefMut<Target = ConnectionCommon<D>>, TcpStream>,
) {
    let record = [&[23, 3, 3, 0, 64][..], &[0; 64]].concat();
    peer.conn.read_tls(&mut &record[..]).unwrap();
    assert!(peer.conn.process_new_packets().is_err());
    peer.conn.write_tls(&mut peer.sock).unwrap();
    peer.sock.fin();
}

/// A client that knows one version of TLS only.
fn speaking(
    authority: &Authority,
    socket: TcpStream,
    version: &'static rustls::SupportedProtocolVersion,
) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(&[version]).unwrap();
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    rustls::StreamOwned::new(client, socket)
}

/// A server that takes any client's certificate, but demands one.
fn demanding(authorities: &Authorities, socket: TcpStream) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let leaf = authorities.theirs.leaf("localhost").unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(Arc::new(AnyClient(provider)))
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(leaf)));
    let server = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    rustls::StreamOwned::new(server, socket)
}

#[derive(Debug)]
struct AnyClient(Arc<rustls::crypto::CryptoProvider>);

impl rustls::server::danger::ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::server::danger::ClientCertVerified, rustls::Error> {
        Ok(rustls::server::danger::ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn listen(notices: &mut Notices) -> Arc<Mutex<Vec<Notice>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let into = heard.clone();
    *notices = Notices::to(move |notice| into.lock().unwrap().push(notice.clone()));
    heard
}
