//! How a client is met where a reception says it: late, by a stranger, or only so far.

use std::io;
use std::sync::Arc;

use cassettes::model::{Applied, CertificateFault, Flight, How, Side, Stop};
use cassettes::wire::tls_alert::plain;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Server;
use super::doors::{Gone, Visit};
use super::ending::{exhaust, send_alert};
use super::stream::Stream;

/// At the door, before anything is read.
pub(super) async fn welcome(
    stream: Stream,
    visit: &mut Visit,
    server: &Server,
) -> Result<Stream, Gone> {
    let Some(met) = &visit.met else { return Ok(stream) };
    let (delay, stop) = (met.reception.delay, visit.stop_at(Flight::Accept));
    if delay.is_some() || stop.is_some() {
        visit.hit(server);
    }
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    match stop {
        Some(stop) => Err(end(stream, stop).await),
        None => Ok(stream),
    }
}

/// Ends a connection that gets no further.
pub(super) async fn end(stream: Stream, stop: Stop) -> Gone {
    let how = match stop {
        Stop::Refuse | Stop::Reset => {
            stream.break_off();
            How::Reset
        }
        Stop::Close => {
            fall_shut(stream).await;
            How::Fin
        }
        Stop::Silent => {
            sit_out(stream).await;
            How::Timeout
        }
        Stop::Alert(number) => {
            // A client that is gone needs no telling.
            drop(alert(stream, number).await);
            How::Alert(number)
        }
    };
    Gone { by: Side::Server, how }
}

/// FIN, and no RST after it: what the client still sends is read, and dropped.
async fn fall_shut(mut stream: Stream) {
    if stream.cut().await.is_ok() {
        exhaust(stream.beneath()).await;
    }
}

/// Says nothing until the client ends.
async fn sit_out(mut stream: Stream) {
    let mut dropped = vec![0; 16 * 1024];
    let socket = stream.beneath();
    while socket.read(&mut dropped).await.is_ok_and(|read| read > 0) {}
}

async fn alert(mut stream: Stream, number: u8) -> io::Result<()> {
    stream = match stream {
        Stream::Tls(tls) => send_alert(*tls, number).await?,
        mut stream => {
            stream.write_all(&plain(number)).await?;
            stream.cut().await?;
            stream
        }
    };
    exhaust(&mut stream).await;
    Ok(())
}

impl Visit {
    /// How its connection ends here, if it does.
    pub(super) fn stop_at(&self, flight: Flight) -> Option<Stop> {
        let (at, stop) = self.met.as_ref()?.reception.stop?;
        (at == flight).then_some(stop)
    }

    /// What is wrong with the certificate that it is shown.
    pub(super) fn certificate_fault(&self) -> Option<CertificateFault> {
        self.met.as_ref()?.reception.certificate
    }

    /// The faults that made its reception hit it: the first time counts.
    pub(super) fn hit(&mut self, server: &Server) {
        let Some(met) = &mut self.met else { return };
        let faults = std::mem::take(&mut met.faults);
        if faults.is_empty() {
            return;
        }
        server.stage.note_reception(met.number, &faults);
        let at = server.now();
        self.hits.extend(faults.iter().map(|id| Applied { at, id: id.to_string() }));
    }

    /// A configuration with a certificate that is bad like this, for the name that the client asks for.
    pub(super) fn bad_config(
        &mut self,
        fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
        server: &Server,
    ) -> io::Result<Arc<ServerConfig>> {
        self.hit(server);
        let asked = self.arrival.tls.as_ref().map(|tls| tls.sni.as_str());
        let name = asked.filter(|sni| !sni.is_empty()).or(host);
        let certificates = server.certificates.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        certificates.faulty_config(fault, name, alpn)
    }
}
