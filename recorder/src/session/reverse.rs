//! A client that takes us for the server.

use std::io;

use cassettes::model::{Connection, Way};

use super::meet::{self, Plain};
use super::{Visit, converse, failure, give_up, speech_of};
use crate::stream::Stream;
use crate::tap::{Speech, Tap};
use crate::translator::{Reverse, Translator};
use crate::{Scheme, Upstream};

/// Serves a client that is to be passed on to this server.
pub(super) async fn serve(visit: Visit, client: Stream, to: &Upstream) -> io::Result<()> {
    match to.scheme() {
        Scheme::Tls => encrypted(visit, client, to).await,
        // Who may speak TLS decides on the way to the server; the others' connections are recorded from their start.
        Scheme::Https => sniffed(visit, client, to).await,
        Scheme::Http if visit.plan().certifier.is_there() => sniffed(visit, client, to).await,
        Scheme::Http | Scheme::Tcp | Scheme::Unix => plain(visit, client, to).await,
    }
}

/// Changes what a reverse proxy must. `client_scheme`: by which the client came.
pub(super) fn translator(visit: &Visit, to: &Upstream, client_scheme: Scheme) -> Translator {
    if visit.way != Way::Direct || !to.scheme().is_http() {
        return Translator::Verbatim;
    }
    let own = || format!("{}://{}", client_scheme.name(), visit.own_address());
    let own = visit.plan().rewrite_origin.then(own);
    Translator::Reverse(Box::new(Reverse::new(to.origin(), own)))
}

async fn plain(visit: Visit, client: Stream, to: &Upstream) -> io::Result<()> {
    let mut tap = tap(&visit, visit.facts(to), to, Scheme::Http);
    match visit.connect(to).await {
        Ok(server) => {
            converse(client, server, &mut tap).await;
            Ok(())
        }
        Err(error) => {
            give_up(client, failure(&error), &mut tap).await;
            Err(error)
        }
    }
}

async fn sniffed(visit: Visit, client: Stream, to: &Upstream) -> io::Result<()> {
    match visit.connect(to).await {
        Ok(server) => meet::meet(&visit, client, server, to).await,
        Err(error) => {
            let mut tap = tap(&visit, visit.facts(to), to, Scheme::Http);
            give_up(client, failure(&error), &mut tap).await;
            Err(error)
        }
    }
}

/// The client speaks plainly, about anything, to a server that wants TLS.
async fn encrypted(visit: Visit, client: Stream, to: &Upstream) -> io::Result<()> {
    let server = match visit.connect(to).await {
        Ok(server) => server,
        Err(error) => {
            give_up(
                client,
                failure(&error),
                &mut visit.tap(visit.facts(to), Speech::Raw, Translator::Verbatim),
            )
            .await;
            return Err(error);
        }
    };
    meet::encrypt(&visit, client, server, to, Plain::Other).await
}

/// Records a connection of this client to the server.
pub(super) fn tap(visit: &Visit, facts: Connection, to: &Upstream, client_scheme: Scheme) -> Tap {
    visit.tap(facts, speech_of(to), translator(visit, to, client_scheme))
}
