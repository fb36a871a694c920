//! Where a captured connection led, as an origin: so a client finds it again in replay.

use std::net::SocketAddr;

use cassettes::model::Way;

use super::Speech;
use super::introduction::Addressed;
use crate::{Scheme, Upstream};

/// What is known of where a connection led.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lead<'a> {
    pub(super) server: SocketAddr,
    /// Asked of a proxy.
    pub(super) tunnel: Option<&'a (Way, Upstream)>,
    pub(super) secure: bool,
    pub(super) speech: Speech,
    /// The server's name in the TLS handshake; empty if there is none.
    pub(super) sni: &'a str,
    /// Of the first request.
    pub(super) addressed: Option<&'a Addressed>,
}

impl Lead<'_> {
    /// How the client came, and to whom.
    pub(super) fn settle(&self) -> (Way, Upstream) {
        let scheme = self.scheme();
        if let Some((way, to)) = self.tunnel {
            return (*way, Upstream { scheme, ..to.clone() });
        }
        let forward = self.addressed.is_some_and(|addressed| addressed.forward);
        let way = if forward { Way::Forward } else { Way::Transparent };
        (way, self.named(scheme).unwrap_or_else(|| self.at_address(scheme)))
    }

    /// As the client calls it; a name by which TLS was asked for a server comes before one inside.
    fn named(&self, scheme: Scheme) -> Option<Upstream> {
        let addressed = self.addressed.and_then(|addressed| {
            format!("{}://{}", scheme.name(), addressed.authority).parse::<Upstream>().ok()
        });
        if self.sni.is_empty() {
            return addressed;
        }
        let port = addressed.as_ref().map_or(self.server.port(), Upstream::port);
        format!("{}://{}:{port}", scheme.name(), self.sni).parse().ok().or(addressed)
    }

    fn at_address(&self, scheme: Scheme) -> Upstream {
        Upstream::at(scheme, self.server.ip().to_canonical().to_string(), self.server.port())
    }

    const fn scheme(&self) -> Scheme {
        match (self.speech.is_http(), self.secure) {
            (true, true) => Scheme::Https,
            (true, false) => Scheme::Http,
            (false, true) => Scheme::Tls,
            (false, false) => Scheme::Tcp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(speech: Speech) -> Lead<'static> {
        let server = "192.0.2.9:8443".parse().unwrap();
        Lead { server, tunnel: None, secure: false, speech, sni: "", addressed: None }
    }

    fn settled(lead: &Lead<'_>) -> (Way, String) {
        let (way, to) = lead.settle();
        (way, to.origin())
    }

    fn addressed(authority: &str, forward: bool) -> Addressed {
        Addressed { authority: authority.to_owned(), forward }
    }

    #[test]
    fn a_server_is_where_the_client_says_it_is_else_where_it_is() {
        let host = addressed("a.test:8080", false);
        let named = Lead { addressed: Some(&host), ..lead(Speech::Http1) };
        assert_eq!(settled(&named), (Way::Transparent, "http://a.test:8080".into()));
        assert_eq!(settled(&lead(Speech::Http1)).1, "http://192.0.2.9:8443");
        assert_eq!(settled(&lead(Speech::Raw)).1, "tcp://192.0.2.9:8443");
        let junk = addressed("a b/c", false);
        let junk = Lead { addressed: Some(&junk), ..lead(Speech::Http1) };
        assert_eq!(settled(&junk).1, "http://192.0.2.9:8443");
    }

    #[test]
    fn in_tls_the_name_asked_for_is_the_server_s() {
        let secure = Lead { secure: true, sni: "a.test", ..lead(Speech::Http2) };
        assert_eq!(settled(&secure).1, "https://a.test:8443");
        let host = addressed("fronted.test", false);
        let fronted = Lead { addressed: Some(&host), ..secure };
        assert_eq!(settled(&fronted).1, "https://a.test");
        assert_eq!(settled(&Lead { speech: Speech::Raw, ..secure }).1, "tls://a.test:8443");
    }

    #[test]
    fn a_proxy_s_client_says_where_it_wants_to() {
        let host = addressed("a.test", true);
        let forward = Lead { addressed: Some(&host), ..lead(Speech::Http1) };
        assert_eq!(settled(&forward), (Way::Forward, "http://a.test".into()));
        let tunnel = (Way::Connect, "tcp://b.test:443".parse().unwrap());
        let through = Lead { tunnel: Some(&tunnel), secure: true, ..forward };
        assert_eq!(settled(&through), (Way::Connect, "https://b.test".into()));
    }
}
