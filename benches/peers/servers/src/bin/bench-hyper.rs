//! A bare hyper server with a table of answers: `bench-hyper EXCHANGES BODY_BYTES [http2]`.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

type Table = Arc<[Bytes]>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let exchanges = bench_servers::number(1, "how many exchanges")?;
    let size = bench_servers::number(2, "bytes a body")?;
    let is_http2 = std::env::args().nth(3).as_deref() == Some("http2");
    let table: Table = (0..exchanges).map(|n| bench_servers::body(n, size)).collect();
    let listener = bench_servers::listen().await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        if is_http2 {
            tokio::spawn(serve_http2(socket, table.clone()));
        } else {
            tokio::spawn(serve_http1(socket, table.clone()));
        }
    }
}

async fn serve_http1(socket: TcpStream, table: Table) {
    let service = service_fn(move |request| reply(&request, &table));
    // A client that leaves in mid-request is no news.
    let served = http1::Builder::new()
        .auto_date_header(false)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(socket), service);
    drop(served.await);
}

async fn serve_http2(socket: TcpStream, table: Table) {
    let service = service_fn(move |request| reply(&request, &table));
    let served = http2::Builder::new(TokioExecutor::new())
        .auto_date_header(false)
        .serve_connection(TokioIo::new(socket), service);
    drop(served.await);
}

type Reply = Ready<Result<Response<Full<Bytes>>, Infallible>>;

fn reply(request: &Request<Incoming>, table: &[Bytes]) -> Reply {
    let number = request.uri().path().trim_start_matches('/').parse::<usize>();
    let body = number.ok().and_then(|n| table.get(n));
    let mut response = Response::new(Full::new(body.cloned().unwrap_or_default()));
    if body.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    ready(Ok(response))
}
