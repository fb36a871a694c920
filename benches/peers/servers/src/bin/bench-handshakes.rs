//! Clients that each connect, shake hands in full, ask once and leave, over and over: `bench-handshakes PORT SECONDS CLIENTS`.
//! Prints how many did, and in how many seconds.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let port = u16::try_from(bench_servers::number(1, "the server's port")?)?;
    let seconds = bench_servers::number(2, "for how many seconds")?;
    let clients = bench_servers::number(3, "how many clients at a time")?;
    let connector = TlsConnector::from(Arc::new(config()?));
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds as u64);
    let all: Vec<_> =
        (0..clients).map(|_| tokio::spawn(keep_asking(connector.clone(), port, end))).collect();
    let mut count = 0;
    for client in all {
        count += client.await??;
    }
    let seconds = started.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{count} in {seconds}").context("standard output")
}

async fn keep_asking(connector: TlsConnector, port: u16, end: Instant) -> Result<u64> {
    let mut count = 0;
    while Instant::now() < end {
        ask(&connector, port).await?;
        count += 1;
    }
    Ok(count)
}

/// The answer is taken to be short.
async fn ask(connector: &TlsConnector, port: u16) -> Result<()> {
    let socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.set_nodelay(true)?;
    let mut stream = connector.connect(ServerName::try_from("localhost")?, socket).await?;
    let request = format!("GET /0 HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; 16 * 1024];
    let read = stream.read(&mut answer).await?;
    ensure!(answer.get(..read).unwrap_or_default().starts_with(b"HTTP/1.1 200 "), "not answered");
    Ok(stream.shutdown().await?)
}

/// One that never resumes a session, and checks nothing: its part must be cheaper than the server's.
fn config() -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
