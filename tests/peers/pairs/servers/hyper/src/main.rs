//! A server of hyper's: HTTP/1.1, and HTTP/2 by prior knowledge, on one port of loopback, which it prints.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, SERVER};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

type Body = BoxBody<Bytes, hyper::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    writeln!(std::io::stdout(), "{port}").context("standard output")?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(socket));
    }
}

/// In the version that the client begins with.
async fn serve(socket: TcpStream) -> Result<()> {
    let mut first = [0; 3];
    socket.peek(&mut first).await?;
    let socket = TokioIo::new(socket);
    let service = service_fn(async |request| answer(request));
    if first == *b"PRI" {
        http2::Builder::new(TokioExecutor::new()).serve_connection(socket, service).await?;
    } else {
        http1::Builder::new().serve_connection(socket, service).await?;
    }
    Ok(())
}

fn answer(request: Request<Incoming>) -> Result<Response<Body>> {
    let mut response = match request.uri().path() {
        "/text" => Response::new(whole("from hyper\n")),
        "/big" => Response::new(whole("0123456789abcdef".repeat(20_000))),
        "/echo" => Response::new(request.into_body().boxed()),
        "/trailers" => Response::new(with_trailers()),
        _ => Response::builder().status(StatusCode::NOT_FOUND).body(whole("nothing here"))?,
    };
    let headers = response.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("hyper"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

fn whole(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).map_err(|never| match never {}).boxed()
}

fn with_trailers() -> Body {
    let trailers = HeaderMap::from_iter([(SERVER, HeaderValue::from_static("hyper, still"))]);
    whole("body with trailers").with_trailers(async { Some(Ok(trailers)) }).boxed()
}
