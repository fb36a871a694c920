//! What a client pays for a certificate made on the way: whole handshakes, beside those of a bare
//! rustls server with a certificate of its own.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run says so by failing")]

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use recorder::tls::{Authority, UpstreamTls};
use rustls::client::Resumption;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};

fn handshakes(criterion: &mut Criterion) {
    let authority = Authority::generate().unwrap();
    let client = client();
    let (ours, bare) = (authority.server_config(None, &[]).unwrap(), bare());
    let mut group = criterion.benchmark_group("tls");
    group.bench_function("handshake/bare", |b| b.iter(|| shake(&client, &bare)));
    group.bench_function("handshake/leaf", |b| b.iter(|| shake(&client, &ours)));
    let mut n = 0;
    group.bench_function("mint", |b| {
        b.iter(|| {
            n += 1;
            authority.leaf(&format!("host-{n}.example")).unwrap()
        });
    });
    group.finish();
}

/// One that never resumes a session, and takes any certificate: what is measured is the server.
fn client() -> Arc<ClientConfig> {
    let mut client = (*UpstreamTls::insecure(None).unwrap().client_config(&[])).clone();
    client.resumption = Resumption::disabled();
    Arc::new(client)
}

fn bare() -> Arc<ServerConfig> {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.unwrap())
}

fn shake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) {
    let name = ServerName::try_from("a.example").unwrap();
    let mut client = Connection::from(ClientConnection::new(Arc::clone(client), name).unwrap());
    let mut server = Connection::from(ServerConnection::new(Arc::clone(server)).unwrap());
    while client.wants_write() || server.wants_write() {
        hand_over(&mut client, &mut server);
        hand_over(&mut server, &mut client);
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
}

fn hand_over(from: &mut Connection, to: &mut Connection) {
    let mut wire = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut wire).unwrap();
    }
    let mut wire = wire.as_slice();
    while !wire.is_empty() {
        to.read_tls(&mut wire).unwrap();
        to.process_new_packets().unwrap();
    }
}

criterion_group!(benches, handshakes);
criterion_main!(benches);
