//! A thousand at once.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::{Direction, Protocol};
use h2::client::SendRequest;
use hyper::http::{Request, Response};
use recorder::RecordPlan;
use recorder::tls::UpstreamTls;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::harness::{Recording, answer};
use crate::secure::Authorities;

const MANY: usize = 1000;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(work)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn protocols(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

fn acceptor(authorities: &Authorities, alpn: &[&str]) -> TlsAcceptor {
    authorities.theirs.server_config(Some("localhost"), &protocols(alpn)).unwrap().into()
}

fn connector(authorities: &Authorities, alpn: &[&str]) -> TlsConnector {
    let roots = [authorities.ours.certificate().clone()];
    UpstreamTls::verified(&roots, None).unwrap().client_config(&protocols(alpn)).into()
}

fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

#[test]
fn a_thousand_connections_in_tls_are_recorded_without_loss() {
    let authorities = Authorities::new();
    let (listener, address) = block_on(listen_outside());
    let server = acceptor(&authorities, &[]);
    let recording = Recording::with(authorities.reverse("https", address));
    let (to, client) = (recording.address, connector(&authorities, &[]));
    block_on(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        let serving = tokio::spawn(async move {
            let mut clients = JoinSet::new();
            for _ in 0..MANY {
                let (socket, server) = (listener.accept().await.unwrap().0, server.clone());
                clients.spawn(async move {
                    let mut stream = server.accept(socket).await.unwrap();
                    let mut asked = [0; 32];
                    let count = stream.read(&mut asked).await.unwrap();
                    let number = String::from_utf8_lossy(&asked[5..9]).into_owned();
                    assert!(count > 9);
                    stream.write_all(answer(&number).as_bytes()).await.unwrap();
                    stream.shutdown().await.unwrap();
                });
            }
            while let Some(done) = clients.join_next().await {
                done.unwrap();
            }
        });
        let together = Arc::new(Barrier::new(MANY));
        let mut asking = JoinSet::new();
        for number in 0..MANY {
            let (client, together) = (client.clone(), together.clone());
            asking.spawn(async move {
                let socket = TcpStream::connect(to).await.unwrap();
                let mut stream = client.connect(localhost(), socket).await.unwrap();
                // All of them are open at once.
                together.wait().await;
                let request = format!("GET /{number:04} HTTP/1.1\r\n\r\n");
                stream.write_all(request.as_bytes()).await.unwrap();
                let mut got = Vec::new();
                stream.read_to_end(&mut got).await.unwrap();
                assert_eq!(got, answer(&format!("{number:04}")).as_bytes());
                stream.shutdown().await.unwrap();
            });
        }
        while let Some(done) = asking.join_next().await {
            done.unwrap();
        }
        serving.await.unwrap();
    });
    let recorded = recording.finish();
    assert_eq!(recorded.cassette.exchanges().len(), MANY);
    for exchange in recorded.cassette.exchanges() {
        let asked = exchange.bytes(Direction::ToServer);
        assert!(exchange.bytes(Direction::ToClient).ends_with(&asked[5..9]));
    }
    assert_eq!((recorded.summary.unreached, recorded.summary.degraded), (0, 0));
}

/// A listener that outlives the runtime that it was made in.
async fn listen_outside() -> (std::net::TcpListener, SocketAddr) {
    let (listener, address) = listen().await;
    (listener.into_std().unwrap(), address)
}

/// Answers every stream with the path it asks for.
async fn serve_h2(socket: impl AsyncRead + AsyncWrite + Unpin) -> Vec<String> {
    let mut server = h2::server::Builder::new();
    let mut connection =
        server.max_concurrent_streams(2000).handshake::<_, Bytes>(socket).await.unwrap();
    let mut authorities = Vec::new();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        authorities.push(request.uri().authority().unwrap().to_string());
        let mut body = respond.send_response(Response::new(()), false).unwrap();
        let path = request.uri().path().to_owned();
        body.send_data(path.into(), true).unwrap();
    }
    authorities.sort();
    authorities.dedup();
    authorities
}

/// A thousand streams, all open before any is answered to its end.
async fn ask_h2(socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, origin: &str) {
    let (mut sender, connection): (SendRequest<Bytes>, _) =
        h2::client::handshake(socket).await.unwrap();
    let connected = tokio::spawn(connection);
    let mut answers = Vec::new();
    for number in 0..MANY {
        sender = sender.ready().await.unwrap();
        let request = Request::get(format!("{origin}/{number}")).body(()).unwrap();
        answers.push(sender.send_request(request, true).unwrap().0);
    }
    for (number, answer) in answers.into_iter().enumerate() {
        let mut body = answer.await.unwrap().into_body();
        let mut got = Vec::new();
        while let Some(piece) = body.data().await {
            got.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(got, format!("/{number}").as_bytes());
    }
    drop(sender);
    drop(connected.await);
}

fn assert_streams(recording: Recording) {
    let recorded = recording.finish();
    let streams = recorded.cassette.exchanges().iter();
    let streams = streams.filter(|exchange| exchange.protocol == Protocol::Http2);
    assert_eq!(streams.count(), MANY);
    assert_eq!((recorded.summary.unreached, recorded.summary.degraded), (0, 0));
}

#[test]
fn a_thousand_streams_in_tls_are_recorded_without_loss() {
    let authorities = Authorities::new();
    let (listener, address) = block_on(listen_outside());
    let server = acceptor(&authorities, &["h2"]);
    let recording = Recording::with(authorities.reverse("https", address));
    let (to, client) = (recording.address, connector(&authorities, &["h2", "http/1.1"]));
    let asked = block_on(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        let serving = tokio::spawn(async move {
            let socket = listener.accept().await.unwrap().0;
            serve_h2(server.accept(socket).await.unwrap()).await
        });
        let socket = TcpStream::connect(to).await.unwrap();
        let stream = client.connect(localhost(), socket).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        ask_h2(stream, &format!("https://{to}")).await;
        serving.await.unwrap()
    });
    assert_eq!(
        asked,
        [format!("localhost:{}", address.port())],
        "the server sees its own authority"
    );
    assert_streams(recording);
}

#[test]
fn a_thousand_streams_by_prior_knowledge_are_recorded_without_loss() {
    let (listener, address) = block_on(listen_outside());
    let recording = Recording::with(RecordPlan::new(format!("http://{address}").parse().unwrap()));
    let to = recording.address;
    let asked = block_on(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        let serving =
            tokio::spawn(async move { serve_h2(listener.accept().await.unwrap().0).await });
        ask_h2(TcpStream::connect(to).await.unwrap(), &format!("http://{to}")).await;
        serving.await.unwrap()
    });
    assert_eq!(asked, [address.to_string()]);
    assert_streams(recording);
}
