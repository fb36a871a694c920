//! HTTP/2, both sides, by the `h2` crate: it shares nothing with what is under test.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use h2::client::{ResponseFuture, SendRequest};
use h2::server::{Connection, SendResponse};
use h2::{Ping, PingPong, RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::http::response::Parts;
use hyper::{Request, Response};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::Retape;

/// How long any conversation may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of HTTP/2 by prior knowledge, on a free port of loopback until it is dropped.
pub(crate) struct Http2Origin {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Http2Origin {
    /// `answer` is given each request.
    pub(crate) fn start<A, F>(answer: A) -> Self
    where
        A: Fn(Request<RecvStream>, SendResponse<Bytes>) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::serving(move |mut connection| {
            let answer = answer.clone();
            async move {
                while let Some(Ok((request, respond))) = connection.accept().await {
                    tokio::spawn(answer(request, respond));
                }
            }
        })
    }

    /// `serve` is given each connection. Extended CONNECT is allowed.
    pub(crate) fn serving<S, F>(serve: S) -> Self
    where
        S: Fn(Connection<TcpStream, Bytes>) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).unwrap();
                let serve = serve.clone();
                tokio::spawn(async move {
                    let mut server = h2::server::Builder::new();
                    let handshake = server.enable_connect_protocol().handshake(socket);
                    if let Ok(connection) = handshake.await {
                        serve(connection).await;
                    }
                });
            }
        });
        Self { address, runtime: Some(runtime) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Http2Origin {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

/// Says a whole answer.
pub(crate) fn tell(mut respond: SendResponse<Bytes>, response: Response<()>, body: &str) {
    let mut stream = respond.send_response(response, body.is_empty()).unwrap();
    if !body.is_empty() {
        stream.send_data(Bytes::copy_from_slice(body.as_bytes()), true).unwrap();
    }
}

/// Runs what a client does.
pub(crate) fn converse<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await }).unwrap()
}

/// One connection.
pub(crate) struct Http2Client {
    pub(crate) sender: SendRequest<Bytes>,
    pings: PingPong,
    connected: JoinHandle<Result<(), h2::Error>>,
}

/// What came for a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: String,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Http2Client {
    pub(crate) async fn connect(url: &str) -> Self {
        Self::with(url, &h2::client::Builder::new()).await
    }

    pub(crate) async fn with(url: &str, settings: &h2::client::Builder) -> Self {
        Self::over(socket(url).await, settings).await
    }

    /// In TLS, with the authority that was made in `ca`.
    pub(crate) async fn in_tls(url: &str, retape: &Retape, ca: &str) -> Self {
        let pem = std::fs::read(retape.path(ca).join("ca.pem")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
        let mut config =
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let tls = TlsConnector::from(Arc::new(config)).connect(name, socket(url).await);
        let tls = tls.await.unwrap();
        assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        Self::over(tls, &h2::client::Builder::new()).await
    }

    async fn over<T>(stream: T, settings: &h2::client::Builder) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, mut connection) = settings.handshake(stream).await.unwrap();
        let pings = connection.ping_pong().unwrap();
        Self { sender, pings, connected: tokio::spawn(connection) }
    }

    /// A request without a body, and all of its answer.
    pub(crate) async fn get(&mut self, url: &str) -> Result<Answer, h2::Error> {
        let request = Request::get(url).body(()).unwrap();
        self.ask(request).await
    }

    /// The same of any request.
    pub(crate) async fn ask(&mut self, request: Request<()>) -> Result<Answer, h2::Error> {
        let sender = self.sender.clone().ready().await?;
        self.sender = sender;
        read(self.sender.send_request(request, true)?.0).await
    }

    /// A request whose body is to follow.
    pub(crate) async fn open(
        &mut self,
        request: Request<()>,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        self.sender = self.sender.clone().ready().await.unwrap();
        self.sender.send_request(request, false).unwrap()
    }

    /// Once the server has heard all that was said, and has said what it would say at once.
    pub(crate) async fn ping(&mut self) {
        self.pings.ping(Ping::opaque()).await.unwrap();
    }

    /// Ends the connection once nothing is open on it; how it ended.
    pub(crate) async fn close(self) -> Result<(), h2::Error> {
        drop(self.sender);
        self.connected.await.unwrap()
    }
}

/// What there is now.
pub(crate) async fn poll_once<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll_fn(|context| Poll::Ready(poll(context))).await
}

async fn socket(url: &str) -> TcpStream {
    let (_, authority) = url.split_once("://").unwrap();
    let socket = TcpStream::connect(authority).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// All of an answer.
pub(crate) async fn read(response: ResponseFuture) -> Result<Answer, h2::Error> {
    let (head, mut stream) = response.await?.into_parts();
    let mut body = Vec::new();
    while let Some(bytes) = stream.data().await {
        let bytes = bytes?;
        stream.flow_control().release_capacity(bytes.len())?;
        body.extend_from_slice(&bytes);
    }
    let trailers = stream.trailers().await?;
    Ok(Answer { head, body: String::from_utf8(body).unwrap(), trailers })
}
