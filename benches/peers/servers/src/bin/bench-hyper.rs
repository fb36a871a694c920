//! A bare hyper server with a table of answers: `bench-hyper EXCHANGES BODY_BYTES`.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

type Table = Arc<[Bytes]>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let exchanges = bench_servers::number(1, "how many exchanges")?;
    let size = bench_servers::number(2, "bytes a body")?;
    let table: Table = (0..exchanges).map(|n| bench_servers::body(n, size)).collect();
    let listener = bench_servers::listen().await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(socket, table.clone()));
    }
}

async fn serve(socket: TcpStream, table: Table) {
    let service = service_fn(move |request| {
        let answer = answer(&request, &table);
        async { Ok::<_, Infallible>(answer) }
    });
    // A client that leaves in mid-request is no news.
    let served = http1::Builder::new()
        .auto_date_header(false)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(socket), service);
    drop(served.await);
}

fn answer(request: &Request<Incoming>, table: &[Bytes]) -> Response<Full<Bytes>> {
    let number = request.uri().path().trim_start_matches('/').parse::<usize>();
    let body = number.ok().and_then(|n| table.get(n));
    let mut response = Response::new(Full::new(body.cloned().unwrap_or_default()));
    if body.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
