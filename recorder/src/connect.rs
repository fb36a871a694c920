//! Connecting to the upstream.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::Upstream;

/// Connects to an upstream; shared by all connections, since it remembers what a name resolved to.
#[derive(Debug)]
pub(crate) struct Connector {
    upstream: Upstream,
    timeout: Duration,
    resolved: Mutex<Option<(Instant, Vec<SocketAddr>)>>,
}

/// How long a name's addresses are reused. A lookup costs more than a loopback request, and a
/// client without keep-alive would pay it each time; a changed entry is still noticed soon.
const RESOLVED_FOR: Duration = Duration::from_secs(1);

impl Connector {
    pub(crate) fn new(upstream: Upstream, timeout: Duration) -> Self {
        Self { upstream, timeout, resolved: Mutex::new(None) }
    }

    /// Connects, name lookup included, within the time allowed.
    pub(crate) async fn connect(&self) -> io::Result<TcpStream> {
        let stream = tokio::time::timeout(self.timeout, async {
            let addresses = self.addresses().await?;
            TcpStream::connect(&addresses[..]).await
        });
        let stream = stream.await.map_err(|_| self.too_late())??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn too_late(&self) -> io::Error {
        let waited = self.timeout;
        io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {waited:?}"))
    }

    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let Upstream { host, port } = &self.upstream;
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, *port)]);
        }
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let found: Vec<_> = tokio::net::lookup_host((host.as_str(), *port)).await?.collect();
        *self.resolved.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), found.clone()));
        Ok(found)
    }

    fn known(&self) -> Option<Vec<SocketAddr>> {
        let resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, addresses) = resolved.as_ref()?;
        (since.elapsed() < RESOLVED_FOR).then(|| addresses.clone())
    }
}
