//! A client and a server that are connected: the client's first words decide on TLS.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cassettes::model::{Connection, Flight, How, Side, Stop, Tls, Way};
use cassettes::wire::tls::ClientHello;
use rustls::ServerConfig;

use super::hear::{Words, hear_before};
use super::unsettled::Unsettled;
use super::{Visit, converse, give_up, lost, reception, reverse, turn_away};
use crate::handshake::{self, Failed};
use crate::stream::Stream;
use crate::tap::Tap;
use crate::tls::Authority;
use crate::{Notice, Scheme, Upstream};

/// What a client speaks that does not speak TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Http,
    Http2,
    Other,
}

/// Records what a client and a server say to each other. Through a tunnel, `to` is only where it leads: what
/// is spoken there shows now.
pub(super) async fn meet(
    visit: &Visit,
    mut client: Stream,
    server: Stream,
    to: &Upstream,
) -> io::Result<()> {
    let words = match hear_before(&mut client, &server).await {
        Ok(words) => words,
        Err(error) => {
            let mut tap = reverse::tap(visit, visit.facts(to), to, Scheme::Http);
            lost(server, &error, &mut tap).await;
            return Ok(());
        }
    };
    let plain = match words {
        Words::Hello(hello) => match visit.plan().certifier.authority()? {
            Some(authority) => {
                return Interception { visit, authority, hello, to }.begin(client, server).await;
            }
            None => Plain::Other,
        },
        Words::Http => Plain::Http,
        Words::Http2 => Plain::Http2,
        Words::Silence | Words::Socks5 | Words::Other => Plain::Other,
    };
    if let Some(met) = &visit.met {
        met.tell_misfit("the client does not speak TLS with the proxy");
    }
    if to.scheme().is_tls() {
        return encrypt(visit, client, server, to, plain).await;
    }
    let to = spoken(to, plain);
    let mut tap = reverse::tap(visit, visit.facts(&to), &to, Scheme::Http);
    converse(client, server, &mut tap).await;
    Ok(())
}

/// Speaks TLS to the server for a client that speaks plainly.
pub(super) async fn encrypt(
    visit: &Visit,
    client: Stream,
    server: Stream,
    to: &Upstream,
    plain: Plain,
) -> io::Result<()> {
    let alpn: &[&[u8]] = match plain {
        Plain::Http => &[b"http/1.1"],
        Plain::Http2 => &[b"h2"],
        Plain::Other => &[],
    };
    let alpn: Vec<_> = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let unsettled = Unsettled::new(visit, visit.facts(to), to);
    let shaken = shake(visit, server, to.host(), &alpn).await;
    unsettled.settled();
    let (server, upstream_tls) = match shaken {
        Ok((server, tls)) => (Ok(server), tls),
        Err(failed) => (Err((failed.how, failed.why)), failed.tls),
    };
    let facts = Connection { upstream_tls: Some(upstream_tls), ..visit.facts(to) };
    let mut tap = reverse::tap(visit, facts, to, Scheme::Http);
    match server {
        Ok(server) => {
            converse(client, server, &mut tap).await;
            tell_unwanted(visit, to, &tap);
            Ok(())
        }
        Err((how, why)) => {
            visit.tell_unreached(to, &why);
            give_up(client, how, &mut tap).await;
            Err(io::Error::other(why))
        }
    }
}

/// The TLS handshake with a server, within the time that connecting may take.
async fn shake(
    visit: &Visit,
    server: Stream,
    name: &str,
    alpn: &[Vec<u8>],
) -> Result<(Stream, Box<Tls>), Failed> {
    let failed = |how, why: String| Failed { how, why, tls: Box::default() };
    let Some(tls) = &visit.plan().upstream_tls else {
        return Err(failed(How::Unreachable, "this recording is not set up to speak TLS".into()));
    };
    let limit = visit.plan().connect_timeout;
    let shaken = handshake::to_server(server, tls, name, alpn);
    match tokio::time::timeout(limit, shaken).await {
        Ok(shaken) => shaken,
        Err(_) => Err(failed(How::Timeout, format!("no TLS handshake within {limit:?}"))),
    }
}

/// In TLS 1.3, a server says only after the handshake that it wants a certificate, or another one.
fn tell_unwanted(visit: &Visit, to: &Upstream, tap: &Tap) {
    if tap.server_alert().is_some_and(handshake::is_about_identity) {
        let why =
            "the server wants a certificate that it trusts of its clients: --client-cert FILE";
        visit.tell_unreached(to, &why);
    }
}

/// What is spoken at a tunnel's end shows by the client's first words.
fn spoken(to: &Upstream, plain: Plain) -> Upstream {
    match (to.scheme(), plain) {
        (Scheme::Tcp, Plain::Http | Plain::Http2) => {
            Upstream { scheme: Scheme::Http, ..to.clone() }
        }
        _ => to.clone(),
    }
}

/// A client that wants TLS with a server, and gets it with us.
struct Interception<'a> {
    visit: &'a Visit,
    authority: Arc<Authority>,
    hello: Box<ClientHello>,
    to: &'a Upstream,
}

impl Interception<'_> {
    async fn begin(self, client: Stream, server: Stream) -> io::Result<()> {
        let spared = &self.visit.plan().spared;
        if spared.contain(self.asked_for()) || spared.contain(self.to.host()) {
            self.pass(client, server).await;
            return Ok(());
        }
        if self.to.scheme() == Scheme::Http {
            // Of what the client offers, a server without TLS can have chosen only this.
            let h1 = self.hello.alpn.iter().find(|offered| *offered == b"http/1.1").cloned();
            return self.accept(client, server, None, h1.as_deref()).await;
        }
        let name = if self.visit.way == Way::Direct { self.to.host() } else { self.asked_for() };
        let unsettled = self.unsettled();
        let shaken = shake(self.visit, server, name, &self.hello.alpn).await;
        unsettled.settled();
        match shaken {
            Ok((server, tls)) => {
                let chosen = server.alpn();
                self.accept(client, server, Some(tls), chosen.as_deref()).await
            }
            Err(failed) => self.decline(client, failed).await,
        }
    }

    /// Whom the client means.
    fn asked_for(&self) -> &str {
        self.hello.server_name.as_deref().unwrap_or_else(|| self.to.host())
    }

    /// What the certificate is for if the client names nobody.
    fn fallback(&self) -> String {
        match (self.visit.way, self.visit.own) {
            (Way::Direct, Some(own)) => own.ip().to_string(),
            _ => self.to.host().to_owned(),
        }
    }

    /// Neither read nor recorded.
    async fn pass(self, mut client: Stream, mut server: Stream) {
        self.visit.shared.counters.spared.fetch_add(1, Ordering::Relaxed);
        // Ends and failures are between the two.
        drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
    }

    async fn accept(
        self,
        client: Stream,
        server: Stream,
        upstream_tls: Option<Box<Tls>>,
        chosen: Option<&[u8]>,
    ) -> io::Result<()> {
        let alpn: Vec<_> = chosen.iter().map(|protocol| protocol.to_vec()).collect();
        let config = self.certificate(&alpn)?;
        let to = self.spoken(chosen);
        let stop = self.visit.met.as_ref().and_then(|met| met.reception.stop);
        if let Some((Flight::ServerHello, stop)) = stop {
            self.stop(client, server, stop).await;
            return Ok(());
        }
        let accepted = handshake::to_client(client, config, &self.hello).await;
        let facts = Connection { upstream_tls, ..self.visit.facts(&to) };
        let accepted = match (accepted, stop) {
            (Ok((client, _)), Some((Flight::Finished, stop))) => {
                self.stop(client, server, stop).await;
                return Ok(());
            }
            (accepted, _) => accepted,
        };
        match accepted {
            Ok((client, tls)) => {
                let facts = Connection { tls: Some(tls), ..facts };
                let mut tap = reverse::tap(self.visit, facts, &to, Scheme::Https);
                converse(client, server, &mut tap).await;
                tell_unwanted(self.visit, &to, &tap);
            }
            Err(failed) => self.untrusted(server, failed, facts, &to).await,
        }
        Ok(())
    }

    /// What the client is shown; by a fault, one that it must refuse.
    fn certificate(&self, alpn: &[Vec<u8>]) -> io::Result<Arc<ServerConfig>> {
        let fallback = self.fallback();
        let met = self.visit.met.as_ref();
        let config = match met.and_then(|met| Some((met, met.reception.certificate?))) {
            None => self.authority.server_config(Some(&fallback), alpn),
            Some((met, fault)) => {
                met.tell();
                let name = self.hello.server_name.as_deref().unwrap_or(&fallback);
                self.authority.faulty_config(fault, Some(name), alpn)
            }
        };
        config.map_err(io::Error::from)
    }

    /// A fault stops the client at this flight of its handshake.
    async fn stop(self, client: Stream, server: Stream, stop: Stop) {
        if let Some(met) = &self.visit.met {
            met.tell();
        }
        server.end().await;
        reception::end(client, stop).await;
    }

    /// The server cannot be had; the client still waits for its part of the handshake.
    async fn decline(self, client: Stream, failed: Failed) -> io::Result<()> {
        let to = self.spoken(None);
        self.visit.tell_unreached(&to, &failed.why);
        let facts = Connection { upstream_tls: Some(failed.tls.clone()), ..self.asked(&to) };
        let mut tap = reverse::tap(self.visit, facts, &to, Scheme::Https);
        turn_away(client, &failed, &mut tap).await;
        Err(io::Error::other(failed.why))
    }

    /// What is known while the server has not answered.
    fn asked(&self, to: &Upstream) -> Connection {
        let tls = Some(Box::new(handshake::asked(&self.hello)));
        Connection { tls, ..self.visit.facts(to) }
    }

    fn unsettled(&self) -> Unsettled<'_> {
        let to = self.spoken(None);
        Unsettled::new(self.visit, self.asked(&to), &to)
    }

    /// The client ended the handshake.
    async fn untrusted(&self, server: Stream, failed: Failed, facts: Connection, to: &Upstream) {
        if self.visit.met.is_none() {
            let host = self.hello.server_name.clone().unwrap_or_else(|| self.fallback());
            self.visit.plan().notices.tell(&Notice::Untrusting { host });
        }
        let facts = Connection { tls: Some(failed.tls), ..facts };
        let mut tap: Tap = reverse::tap(self.visit, facts, to, Scheme::Https);
        tap.close(Side::Client, failed.how);
        server.end().await;
    }

    /// What is spoken at a tunnel's end: HTTP, unless the server chose another protocol.
    fn spoken(&self, chosen: Option<&[u8]>) -> Upstream {
        let scheme = match (self.to.scheme(), chosen) {
            (Scheme::Tcp, None | Some(b"h2" | b"http/1.1" | b"http/1.0")) => Scheme::Https,
            (Scheme::Tcp, Some(_)) => Scheme::Tls,
            (known, _) => known,
        };
        Upstream { scheme, ..self.to.clone() }
    }
}
