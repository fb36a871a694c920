//! Bare rustls: `bench-rustls answer BODY_BYTES` gives one fixed answer to each read, `bench-rustls relay PORT`
//! passes on what it decrypts.

use std::sync::Arc;

use anyhow::{Result, bail};
use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let task = match std::env::args().nth(1).as_deref() {
        Some("answer") => Task::Answer(answer(bench_servers::number(2, "bytes a body")?)),
        Some("relay") => {
            Task::Relay(u16::try_from(bench_servers::number(2, "the upstream's port")?)?)
        }
        _ => bail!("argument 1: answer or relay"),
    };
    let acceptor = TlsAcceptor::from(Arc::new(config()?));
    let listener = bench_servers::listen().await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(acceptor.clone(), socket, task.clone()));
    }
}

#[derive(Clone)]
enum Task {
    Answer(Bytes),
    /// To this port.
    Relay(u16),
}

fn answer(size: usize) -> Bytes {
    let mut answer = bench_servers::head(size).into_bytes();
    answer.extend_from_slice(&bench_servers::body(0, size));
    Bytes::from(answer)
}

/// What retape shows as well: a P-256 leaf for loopback, and the authority that signed it.
fn config() -> Result<ServerConfig> {
    let (root_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let shown = root.self_signed(&root_key)?.der().clone();
    let issuer = Issuer::new(root, root_key);
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let leaf = CertificateParams::new(names)?.signed_by(&key, &issuer)?.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf, shown], key)?;
    config.ticketer = rustls::crypto::ring::Ticketer::new()?;
    Ok(config)
}

async fn serve(acceptor: TlsAcceptor, socket: TcpStream, task: Task) -> std::io::Result<()> {
    let mut stream = acceptor.accept(socket).await?;
    let answer = match task {
        Task::Answer(answer) => answer,
        Task::Relay(port) => {
            let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
            server.set_nodelay(true)?;
            tokio::io::copy_bidirectional(&mut stream, &mut server).await?;
            return Ok(());
        }
    };
    let mut buffer = vec![0; 16 * 1024];
    while stream.read(&mut buffer).await? > 0 {
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
    stream.shutdown().await
}
