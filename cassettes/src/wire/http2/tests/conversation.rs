//! A client and a server of the `h2` crate that talk through something.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, WriteHalf, duplex, split};

use crate::model::Direction;

/// What lies between the two: bytes in, bytes out.
pub(super) trait Between: Send + 'static {
    fn pass(&mut self, direction: Direction, bytes: &Bytes) -> Bytes;
}

/// A request or an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Side {
    pub(super) fields: Vec<(String, String, bool)>,
    pub(super) body: Vec<Vec<u8>>,
    pub(super) trailers: Option<Vec<(String, String, bool)>>,
}

/// What both peers want of the other.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Of the client, of the server.
    pub(super) tables: (u32, u32),
    /// How much is read at once.
    pub(super) read: usize,
}

pub(super) type Exchanges = Vec<(Side, Side)>;

pub(super) fn settings() -> impl Strategy<Value = Settings> {
    let table = || prop_oneof![Just(4096), Just(0), 30_u32..300, Just(65_536)];
    ((table(), table()), 1_usize..5000).prop_map(|(tables, read)| Settings { tables, read })
}

pub(super) fn exchanges() -> impl Strategy<Value = Exchanges> {
    vec((side(), side()), 1..8)
}

fn side() -> impl Strategy<Value = Side> {
    let body = vec(vec(any::<u8>(), 1..3000), 0..4);
    (fields(), body, proptest::option::of(fields())).prop_map(|(fields, body, trailers)| Side {
        fields,
        body,
        trailers,
    })
}

fn fields() -> impl Strategy<Value = Vec<(String, String, bool)>> {
    let known =
        proptest::sample::select(vec!["accept", "cookie", "user-agent", "x-a", "x-b", "age"]);
    let name = prop_oneof![3 => known.prop_map(String::from), 1 => "x-[a-z]{1,20}"];
    let value =
        prop_oneof![3 => "[a-c]{0,2}", 2 => "[!-~]([ -~]{0,40}[!-~])?", 1 => "[a-z]{1000,3000}"];
    vec((name, value, prop::bool::weighted(0.1)), 0..8)
}

/// Lets them talk; gives what arrived: each request as the server saw it, each answer as the client did, and
/// what lay between.
pub(super) fn talk<B: Between>(
    between: B,
    settings: &Settings,
    said: &Exchanges,
) -> (Exchanges, B) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ((client, near), (far, server)) = (duplex(1 << 16), duplex(1 << 16));
        let relay = tokio::spawn(relay(between, near, far, settings.read));
        let requests = tokio::spawn(serve(server, settings.tables.1, Arc::new(said.clone())));
        let answers = ask(client, settings.tables.0, said).await;
        let requests = requests.await.unwrap();
        (requests.into_iter().zip(answers).collect(), relay.await.unwrap())
    })
}

async fn relay<B: Between>(
    mut between: B,
    near: DuplexStream,
    far: DuplexStream,
    read: usize,
) -> B {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (split(near), split(far));
    let (mut up, mut down) = (vec![0; read], vec![0; read]);
    let mut open = (true, true);
    while open.0 || open.1 {
        tokio::select! {
            len = from_client.read(&mut up), if open.0 => {
                open.0 = pass(&mut between, Direction::ToServer, &up[..len.unwrap()], &mut to_server).await;
            }
            len = from_server.read(&mut down), if open.1 => {
                open.1 = pass(&mut between, Direction::ToClient, &down[..len.unwrap()], &mut to_client).await;
            }
        }
    }
    between
}

async fn pass<B: Between>(
    between: &mut B,
    direction: Direction,
    bytes: &[u8],
    to: &mut WriteHalf<DuplexStream>,
) -> bool {
    let passed = between.pass(direction, &Bytes::copy_from_slice(bytes));
    // The other side may have ended before all was read.
    let _ = if bytes.is_empty() { to.shutdown().await } else { to.write_all(&passed).await };
    !bytes.is_empty()
}

async fn ask(io: DuplexStream, table: u32, said: &Exchanges) -> Vec<Side> {
    let mut builder = h2::client::Builder::new();
    builder
        .header_table_size(table)
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 24);
    let (mut client, connection) = builder.handshake::<_, Bytes>(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut pending = Vec::new();
    for (n, (request, _)) in said.iter().enumerate() {
        client = client.ready().await.unwrap();
        let mut head = Request::post(format!("http://localhost/{n}")).body(()).unwrap();
        *head.headers_mut() = map(&request.fields);
        let (answer, body) = client.send_request(head, false).unwrap();
        send(body, request);
        pending.push(answer);
    }
    let mut answers = Vec::new();
    for answer in pending {
        let (head, body) = answer.await.unwrap().into_parts();
        answers.push(receive(&head.headers, body).await);
    }
    drop(client);
    connection.await.unwrap().unwrap();
    answers
}

/// Answers each; gives the requests in their order.
async fn serve(io: DuplexStream, table: u32, said: Arc<Exchanges>) -> Vec<Side> {
    let mut builder = h2::server::Builder::new();
    builder
        .header_table_size(table)
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 24);
    let mut connection = builder.handshake::<_, Bytes>(io).await.unwrap();
    let mut requests = Vec::new();
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request.unwrap();
        let said = said.clone();
        requests.push(tokio::spawn(async move {
            let n: usize = request.uri().path()[1..].parse().unwrap();
            let (head, body) = request.into_parts();
            let asked = receive(&head.headers, body).await;
            let mut answer = Response::new(());
            *answer.headers_mut() = map(&said[n].1.fields);
            send(respond.send_response(answer, false).unwrap(), &said[n].1);
            (n, asked)
        }));
    }
    let mut seen = Vec::new();
    for request in requests {
        seen.push(request.await.unwrap());
    }
    seen.sort_by_key(|(n, _)| *n);
    seen.into_iter().map(|(_, asked)| asked).collect()
}

fn send(mut stream: h2::SendStream<Bytes>, side: &Side) {
    for piece in &side.body {
        stream.send_data(piece.clone().into(), false).unwrap();
    }
    match &side.trailers {
        Some(trailers) => stream.send_trailers(map(trailers)).unwrap(),
        None => stream.send_data(Bytes::new(), true).unwrap(),
    }
}

async fn receive(head: &HeaderMap, mut stream: h2::RecvStream) -> Side {
    let mut body = BytesMut::new();
    while let Some(piece) = stream.data().await {
        let piece = piece.unwrap();
        stream.flow_control().release_capacity(piece.len()).unwrap();
        body.extend_from_slice(&piece);
    }
    let trailers = stream.trailers().await.unwrap();
    Side { fields: list(head), body: vec![body.to_vec()], trailers: trailers.as_ref().map(list) }
}

fn map(fields: &[(String, String, bool)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value, sensitive) in fields {
        let mut value = HeaderValue::from_str(value).unwrap();
        value.set_sensitive(*sensitive);
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
    }
    map
}

/// As a map of headers gives them: those of a name together.
fn list(map: &HeaderMap) -> Vec<(String, String, bool)> {
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    map.iter().map(|(name, value)| (name.to_string(), text(value), value.is_sensitive())).collect()
}

/// What should arrive of what was said: fields in the order of a map, the body in one piece.
pub(super) fn arrives(side: &Side) -> Side {
    Side {
        fields: list(&map(&side.fields)),
        body: vec![side.body.concat()],
        trailers: side.trailers.as_ref().map(|trailers| list(&map(trailers))),
    }
}
