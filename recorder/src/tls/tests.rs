//! A client and a server, each with its own configuration, shaking hands in memory.

use std::io;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConnection, Connection, Error, HandshakeKind, ServerConfig, ServerConnection};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::*;

/// What a handshake came to, as the client sees it.
struct Met {
    alpn: Option<Vec<u8>>,
    resumed: bool,
}

/// The first error of either side, the client's first.
fn shake(
    tls: &UpstreamTls,
    offered: &[&[u8]],
    server: Arc<ServerConfig>,
    name: &str,
) -> Result<Met, Error> {
    let offered: Vec<_> = offered.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(tls.client_config(&offered), name).unwrap();
    let mut client = Connection::from(client);
    let mut server = Connection::from(ServerConnection::new(server).unwrap());
    while client.wants_write() || server.wants_write() {
        let refused = hand_over(&mut client, &mut server);
        hand_over(&mut server, &mut client)?;
        refused?;
    }
    let resumed = client.handshake_kind() == Some(HandshakeKind::Resumed);
    Ok(Met { alpn: client.alpn_protocol().map(<[u8]>::to_vec), resumed })
}

fn hand_over(from: &mut Connection, to: &mut Connection) -> Result<(), Error> {
    let mut wire = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut wire).unwrap();
    }
    let mut wire = wire.as_slice();
    while !wire.is_empty() {
        to.read_tls(&mut wire).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}

/// A client that trusts this authority.
fn trusting(authority: &Authority) -> UpstreamTls {
    UpstreamTls::verified(&[authority.certificate().clone()], None).unwrap()
}

fn leaf(authority: &Authority, name: &str) -> CertificateDer<'static> {
    authority.leaf(name).unwrap().cert[0].clone()
}

fn refusal(host: &str, error: Error) -> String {
    let error = io::Error::new(io::ErrorKind::InvalidData, error);
    Refusal::of(host, &error).expect("a refusal").to_string()
}

#[test]
fn a_client_that_trusts_the_authority_accepts_any_host() {
    let authority = Authority::generate().unwrap();
    let client = trusting(&authority);
    let long = format!("{}.example", "a".repeat(63).as_str());
    for host in ["api.example.com", "a_b.example", "127.0.0.1", "::1", "localhost", &long] {
        let server = authority.server_config(Some(host), &[]).unwrap();
        assert!(shake(&client, &[], server, host).is_ok(), "{host}");
    }
}

#[test]
fn a_client_that_does_not_trust_the_authority_is_told_what_to_do() {
    let server = Authority::generate().unwrap().server_config(None, &[]).unwrap();
    let client = trusting(&Authority::generate().unwrap());
    let error = shake(&client, &[], server, "api.example.com").err().unwrap();
    let text = refusal("api.example.com", error);
    assert!(text.contains("api.example.com") && text.contains("--upstream-ca"), "{text}");
}

#[test]
fn the_name_asked_for_wins_over_the_fallback() {
    let authority = Authority::generate().unwrap();
    let server = authority.server_config(Some("other.example"), &[]).unwrap();
    assert!(shake(&trusting(&authority), &[], server, "api.example.com").is_ok());
}

#[test]
fn a_certificate_for_another_name_is_refused_with_the_names_it_has() {
    let authority = Authority::generate().unwrap();
    // Clients ask for no name when they connect to an address.
    let server = authority.server_config(Some("other.example"), &[]).unwrap();
    let error = shake(&trusting(&authority), &[], server, "192.0.2.1").err().unwrap();
    let text = refusal("192.0.2.1", error);
    assert!(text.contains("is not for 192.0.2.1, but for other.example;"), "{text}");
}

#[test]
fn an_insecure_client_accepts_everything() {
    let server = Authority::generate().unwrap().server_config(Some("a.example"), &[]).unwrap();
    let client = UpstreamTls::insecure(None).unwrap();
    assert!(shake(&client, &[], server, "192.0.2.1").is_ok());
    assert_eq!(client.trust(), cassettes::model::Trust::Unverified);
}

#[test]
fn a_self_signed_server_is_accepted_once_its_certificate_is_given() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["dev.example".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let server = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        );
    let server = Arc::new(server.unwrap());
    let stranger = trusting(&Authority::generate().unwrap());
    let error = shake(&stranger, &[], Arc::clone(&server), "dev.example").err().unwrap();
    assert!(refusal("dev.example", error).contains("--upstream-ca"));
    let client = UpstreamTls::verified(&[certificate], None).unwrap();
    assert!(shake(&client, &[], Arc::clone(&server), "dev.example").is_ok());
    let error = shake(&client, &[], server, "prod.example").err().unwrap();
    assert!(refusal("prod.example", error).contains("but for dev.example"));
}

#[test]
fn a_server_that_wants_a_client_certificate_gets_the_users() {
    let authority = Authority::generate().unwrap();
    let leaf = authority.leaf("server.example").unwrap();
    let (certificate, key) = client_certificate();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(pem::read(&certificate).unwrap());
    let verifier =
        rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider());
    let server = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(leaf)));
    let server = Arc::new(server);
    let identity = ClientIdentity::from_pem(&certificate, &key).unwrap();
    let known = UpstreamTls::insecure(Some(identity)).unwrap();
    assert!(shake(&known, &[], Arc::clone(&server), "server.example").is_ok());
    let unknown = UpstreamTls::insecure(None).unwrap();
    assert!(shake(&unknown, &[], server, "server.example").is_err());
}

/// A chain of two, and the key of its end.
fn client_certificate() -> (String, String) {
    let issuer_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = params.self_signed(&issuer_key).unwrap();
    let issuer = rcgen::Issuer::new(params, issuer_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let own = params.signed_by(&key, &issuer).unwrap();
    (own.pem() + &root.pem(), key.serialize_pem())
}

#[test]
fn a_client_key_of_another_certificate_is_refused_at_once() {
    let ((certificate, _), (_, key)) = (client_certificate(), client_certificate());
    let identity = ClientIdentity::from_pem(&certificate, &key).unwrap();
    let error = UpstreamTls::insecure(Some(identity)).unwrap_err().to_string();
    assert!(error.starts_with("the client certificate cannot be used"), "{error}");
    assert!(ClientIdentity::from_pem(&certificate, "").is_err());
}

#[test]
fn the_server_speaks_exactly_the_protocols_it_is_given() {
    let authority = Authority::generate().unwrap();
    let client = trusting(&authority);
    let server = |alpn: &[&[u8]]| {
        let alpn: Vec<_> = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        authority.server_config(None, &alpn).unwrap()
    };
    let both: [&[u8]; 2] = [b"h2", b"http/1.1"];
    let met = |alpn: &[&[u8]]| shake(&client, &both, server(alpn), "a.example");
    assert_eq!(met(&[b"http/1.1"]).unwrap().alpn, Some(b"http/1.1".to_vec()));
    assert_eq!(met(&[b"h2"]).unwrap().alpn, Some(b"h2".to_vec()));
    assert_eq!(met(&[]).unwrap().alpn, None);
    assert!(met(&[b"imap"]).is_err());
}

#[test]
fn a_session_is_resumed_by_ticket() {
    let authority = Authority::generate().unwrap();
    let client = trusting(&authority);
    let server = authority.server_config(None, &[]).unwrap();
    assert!(!shake(&client, &[], Arc::clone(&server), "a.example").unwrap().resumed);
    assert!(shake(&client, &[], server, "a.example").unwrap().resumed);
}

#[test]
fn an_authority_reads_back_from_its_pem() {
    let first = Authority::generate().unwrap();
    let again = Authority::from_pem(&first.certificate_pem(), &first.key_pem()).unwrap();
    assert_eq!(again.fingerprint(), first.fingerprint());
    let server = again.server_config(None, &[]).unwrap();
    assert!(shake(&trusting(&first), &[], server, "a.example").is_ok());
}

#[test]
fn what_is_no_authority_is_refused() {
    let (one, other) = (Authority::generate().unwrap(), Authority::generate().unwrap());
    let error = |certificate: &str, key: &str| {
        Authority::from_pem(certificate, key).expect_err("an error").to_string()
    };
    assert!(error(&one.certificate_pem(), &other.key_pem()).contains("does not belong"));
    assert!(error("", &one.key_pem()).contains("expected a PEM certificate"));
    assert!(error(&one.certificate_pem(), "").contains("PKCS#8"));
    let key = rcgen::KeyPair::generate().unwrap();
    let plain = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    let plain = plain.self_signed(&key).unwrap();
    assert!(error(&plain.pem(), &key.serialize_pem()).contains("may not sign others"));
}

#[test]
fn leaves_are_as_browsers_demand() {
    let authority = Authority::generate().unwrap();
    let der = leaf(&authority, "API.Example.com.");
    let (_, leaf) = X509Certificate::from_der(&der).unwrap();
    let life = leaf.validity().not_after.timestamp() - leaf.validity().not_before.timestamp();
    assert!(life <= 397 * 24 * 60 * 60);
    assert!(leaf.validity().is_valid());
    assert!(!leaf.is_ca());
    assert!(leaf.extended_key_usage().unwrap().unwrap().value.server_auth);
    let names = &leaf.subject_alternative_name().unwrap().unwrap().value.general_names;
    assert_eq!(names, &[GeneralName::DNSName("api.example.com")]);
    assert_eq!(leaf.issuer().to_string(), authority.facts().subject);
}

#[test]
fn the_authority_can_sign_hosts_only_and_has_a_name_of_its_own() {
    let (one, other) = (Authority::generate().unwrap(), Authority::generate().unwrap());
    assert_ne!(one.facts().subject, other.facts().subject);
    let (_, parsed) = X509Certificate::from_der(one.certificate()).unwrap();
    let constraints = parsed.basic_constraints().unwrap().unwrap().value;
    assert_eq!((constraints.ca, constraints.path_len_constraint), (true, Some(0)));
}

#[test]
fn serials_never_repeat_and_leaves_are_kept() {
    let authority = Authority::generate().unwrap();
    assert_eq!(leaf(&authority, "a.example"), leaf(&authority, "A.example."));
    let serial = |der: &CertificateDer<'_>| {
        X509Certificate::from_der(der).unwrap().1.tbs_certificate.raw_serial().to_vec()
    };
    let (a, b) = (leaf(&authority, "a.example"), leaf(&authority, "b.example"));
    assert_ne!(serial(&a), serial(&b));
    assert!(serial(&a).len() == 16 && serial(&a)[0] < 0x80);
}

#[test]
fn a_loopback_leaf_is_good_under_all_its_names() {
    let authority = Authority::generate().unwrap();
    let server = authority.server_config(Some("127.0.0.1"), &[]).unwrap();
    let client = trusting(&authority);
    assert!(shake(&client, &[], Arc::clone(&server), "::1").is_ok());
    assert!(shake(&client, &[], server, "localhost").is_ok());
}

#[test]
fn names_that_no_certificate_can_hold_are_refused() {
    let authority = Authority::generate().unwrap();
    for name in ["", ".", "a b", "käse.example", "a\n"] {
        assert!(authority.leaf(name).is_err(), "{name:?}");
    }
}
