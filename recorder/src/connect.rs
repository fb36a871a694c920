//! Connecting to servers.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use cassettes::wire::http1::{Event, MethodKind, RequestContext, ResponseHead, ResponseParser};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use crate::chain::Link;
use crate::stream::Stream;
use crate::{Chain, Upstream};

/// Connects to servers; shared by all connections, since it remembers what names resolved to.
#[derive(Debug)]
pub(crate) struct Connector {
    timeout: Duration,
    chain: Chain,
    resolved: Mutex<HashMap<(String, u16), Resolved>>,
}

#[derive(Debug, Clone)]
struct Resolved {
    since: Instant,
    addresses: Vec<SocketAddr>,
}

/// How long a name's addresses are reused. A lookup costs more than a loopback request, and a
/// client without keep-alive would pay it each time; a changed entry is still noticed soon.
const RESOLVED_FOR: Duration = Duration::from_secs(1);

/// Most names remembered: a browser's session has some hundred.
const MAX_RESOLVED: usize = 1024;

impl Connector {
    pub(crate) fn new(timeout: Duration, chain: Chain) -> Self {
        Self { timeout, chain, resolved: Mutex::default() }
    }

    /// Connects, name lookup included, within the time allowed.
    pub(crate) async fn connect(&self, to: &Upstream) -> io::Result<Stream> {
        self.in_time(async {
            match (to.socket(), self.chain.link_to(to)) {
                (Some(path), _) => Ok(UnixStream::connect(path).await?.into()),
                (None, None) => self.connect_tcp(to).await,
                (None, Some(link)) => self.connect_by(link, to).await,
            }
        })
        .await
    }

    /// Does `work` within the time that a connection attempt may take.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let waited = self.timeout;
        let late =
            |_| io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {waited:?}"));
        tokio::time::timeout(waited, work).await.map_err(late)?
    }

    async fn connect_tcp(&self, to: &Upstream) -> io::Result<Stream> {
        let addresses = self.addresses(to).await?;
        let stream = TcpStream::connect(&addresses[..]).await?;
        stream.set_nodelay(true)?;
        Ok(stream.into())
    }

    async fn connect_by(&self, link: &Link, to: &Upstream) -> io::Result<Stream> {
        let connected = self.connect_tcp(&link.proxy).await;
        let mut stream = connected.map_err(|error| unreached(link, &error))?;
        stream.write_all(link.request(to).as_bytes()).await?;
        let (answer, rest) = answer(&mut stream).await?;
        match ResponseHead::parse(&answer) {
            Ok(head) if (200..300).contains(&head.status()) => {
                stream.unread(rest);
                Ok(stream)
            }
            Ok(head) => Err(refused(link, head.status())),
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }

    async fn addresses(&self, to: &Upstream) -> io::Result<Vec<SocketAddr>> {
        let Upstream { host, port, .. } = to;
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, *port)]);
        }
        let key = (host.clone(), *port);
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let addresses: Vec<_> = tokio::net::lookup_host((host.as_str(), *port)).await?.collect();
        let mut resolved = self.resolved();
        if resolved.len() >= MAX_RESOLVED {
            resolved.clear();
        }
        resolved.insert(key, Resolved { since: Instant::now(), addresses: addresses.clone() });
        Ok(addresses)
    }

    fn known(&self, key: &(String, u16)) -> Option<Vec<SocketAddr>> {
        let resolved = self.resolved();
        let known = resolved.get(key).filter(|known| known.since.elapsed() < RESOLVED_FOR)?;
        Some(known.addresses.clone())
    }

    fn resolved(&self) -> MutexGuard<'_, HashMap<(String, u16), Resolved>> {
        self.resolved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Else it would look as if the server itself were not there.
fn unreached(link: &Link, error: &io::Error) -> io::Error {
    let text = format!(
        "the proxy {}, which the environment names, cannot be reached: {error}",
        link.proxy.origin()
    );
    io::Error::new(error.kind(), text)
}

fn refused(link: &Link, status: u16) -> io::Error {
    let proxy = link.proxy.origin();
    let remedy =
        if status == 407 { "; give it credentials: http://user:password@host:port" } else { "" };
    io::Error::other(format!("the proxy {proxy} answers CONNECT with {status}{remedy}"))
}

/// The head of a proxy's answer to CONNECT, and what came after it.
async fn answer(stream: &mut Stream) -> io::Result<(Bytes, Bytes)> {
    let mut parser = ResponseParser::new();
    parser.expect(RequestContext { method: MethodKind::Connect, asks_switch: false });
    loop {
        let mut read = BytesMut::new();
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut rest = read.freeze();
        while !rest.is_empty() {
            let advance =
                parser.advance(&rest).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
            rest = rest.slice(advance.taken..);
            match advance.event {
                Some(Event::Head(head)) if !is_interim(&head) => return Ok((head, rest)),
                Some(_) => {}
                None => break,
            }
        }
    }
}

fn is_interim(head: &[u8]) -> bool {
    ResponseHead::parse(head).is_ok_and(|head| head.is_interim())
}
