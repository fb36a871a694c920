//! A client that says which server it wants.

use std::io;

use super::hear::{Words, hear};
use super::{Visit, forward, tunnel};
use crate::handshake;
use crate::stream::Stream;

/// Serves a client of a forward proxy. It may speak TLS to the proxy itself.
pub(super) async fn serve(visit: Visit, mut client: Stream) -> io::Result<()> {
    let mut words = hear(&mut client).await;
    if let Ok(Words::Hello(hello)) = &words
        && let Some(authority) = visit.plan().certifier.authority()?
    {
        let own = visit.own.map(|own| own.ip().to_string());
        let config = authority.server_config(own.as_deref(), &[b"http/1.1".to_vec()])?;
        match handshake::to_client(client, config, hello).await {
            Ok((inside, _)) => client = inside,
            // It does not trust the proxy: nothing was asked for.
            Err(_) => return Ok(()),
        }
        words = hear(&mut client).await;
    }
    match words {
        Ok(Words::Socks5) => tunnel::socks5(visit, client).await,
        Ok(Words::Http) => forward::serve(visit, client).await,
        // It wants nothing that a proxy can give.
        Ok(_) => {
            client.reset().await;
            Ok(())
        }
        Err(_) => Ok(()),
    }
}
