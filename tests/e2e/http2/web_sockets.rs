//! WebSocket on a stream (RFC 8441), its messages by `tungstenite`.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};

use h2::ext::Protocol;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use tungstenite::protocol::Role;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, WebSocket};

use super::{record, replay};
use crate::support::{Http2Client, Http2Origin, Retape};

/// Both ends of what one peer reads and writes.
#[derive(Clone, Default)]
struct Pipe {
    heard: Arc<Mutex<Vec<u8>>>,
    said: Arc<Mutex<Vec<u8>>>,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut heard = self.heard.lock().unwrap();
        if heard.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = heard.as_slice().read(into)?;
        heard.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.said.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One peer of a WebSocket on a stream.
struct Peer {
    pipe: Pipe,
    socket: WebSocket<Pipe>,
    to: SendStream<Bytes>,
    from: RecvStream,
}

impl Peer {
    fn new(role: Role, to: SendStream<Bytes>, from: RecvStream) -> Self {
        let pipe = Pipe::default();
        let socket = WebSocket::from_raw_socket(pipe.clone(), role, None);
        Self { pipe, socket, to, from }
    }

    fn say(&mut self, message: Message) {
        self.socket.send(message).unwrap();
        self.flush();
    }

    fn flush(&mut self) {
        drop(self.socket.flush());
        let said = std::mem::take(&mut *self.pipe.said.lock().unwrap());
        if !said.is_empty() {
            self.to.send_data(said.into(), false).unwrap();
        }
    }

    /// The next message; none once both have closed.
    async fn hear(&mut self) -> Option<Message> {
        loop {
            match self.socket.read() {
                Ok(message) => {
                    self.flush();
                    return Some(message);
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return None,
                Err(error) => panic!("{error}"),
            }
            self.flush();
            let bytes = self.from.data().await?.unwrap();
            self.from.flow_control().release_capacity(bytes.len()).unwrap();
            self.pipe.heard.lock().unwrap().extend_from_slice(&bytes);
        }
    }

    /// Ends its direction of the stream; the other one has ended, or will.
    async fn end(mut self) {
        self.flush();
        self.to.send_data(Bytes::new(), true).unwrap();
        assert!(self.from.data().await.is_none_or(|last| last.unwrap().is_empty()));
    }
}

/// Greets, and says each message back: text in capitals, bytes in reverse.
async fn shout(request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
    assert_eq!(request.extensions().get::<Protocol>().map(Protocol::as_str), Some("websocket"));
    let to = respond.send_response(Response::new(()), false).unwrap();
    let mut peer = Peer::new(Role::Server, to, request.into_body());
    peer.say(Message::text("welcome"));
    while let Some(message) = peer.hear().await {
        match message {
            Message::Text(text) => peer.say(Message::text(text.to_uppercase())),
            Message::Binary(bytes) => {
                peer.say(bytes.iter().rev().copied().collect::<Vec<_>>().into());
            }
            _ => {}
        }
    }
    peer.end().await;
}

async fn connect(url: &str) -> (Http2Client, Peer) {
    let mut client = Http2Client::connect(url).await;
    // The server's SETTINGS allow it, and are there.
    client.ping().await;
    assert!(client.sender.is_extended_connect_protocol_enabled());
    let request = Request::builder().method(Method::CONNECT).uri(format!("{url}/chat"));
    let request = request.extension(Protocol::from_static("websocket"));
    let (response, to) = client.open(request.body(()).unwrap()).await;
    let from = response.await.unwrap().into_body();
    (client, Peer::new(Role::Client, to, from))
}

/// Says each, and hears an answer to it; closes with this code. All that came.
async fn talk(url: &str, messages: &[Message], code: CloseCode) -> Vec<Message> {
    let (client, mut peer) = connect(url).await;
    let mut heard = vec![peer.hear().await.unwrap()];
    for message in messages {
        peer.say(message.clone());
        heard.push(peer.hear().await.unwrap());
    }
    let close = CloseFrame { code, reason: "enough".into() };
    peer.say(Message::Close(Some(close)));
    while let Some(message) = peer.hear().await {
        heard.push(message);
    }
    peer.end().await;
    client.close().await.unwrap();
    heard
}

fn conversation() -> [Message; 3] {
    let long = vec![7; 100_000];
    [Message::text("{\"ask\": 1}"), Message::binary(long), Message::text("more?")]
}

#[test]
fn a_web_socket_on_a_stream_is_recorded_shown_and_replayed_in_step() {
    let retape = Retape::new();
    let talk = async |url: String| talk(&url, &conversation(), CloseCode::Normal).await;
    let recorded = record(&retape, Http2Origin::start(shout), &[], talk);
    let texts = ["welcome", "{\"ASK\": 1}", "MORE?"].map(Message::text);
    assert_eq!([&recorded[0], &recorded[1], &recorded[3]], [&texts[0], &texts[1], &texts[2]]);
    assert!(matches!(&recorded[4], Message::Close(Some(close)) if close.reason == "enough"));
    let shown = retape.run(["show", "a.cassette", "2"]).stdout;
    assert!(shown.contains("> text (10 B) {\"ask\": 1}"), "{shown}");
    assert!(shown.contains("< close 1000 enough"), "{shown}");
    let verified = retape.run(["verify", "--roundtrip", "a.cassette"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let (replayed, ended) = replay(&retape, &[], talk);
    assert!(replayed == recorded, "{} messages", replayed.len());
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_message_that_differs_is_told_with_its_number() {
    let retape = Retape::new();
    record(&retape, Http2Origin::start(shout), &[], async |url: String| {
        talk(&url, &conversation(), CloseCode::Normal).await
    });
    let mut other = conversation();
    other[0] = Message::text("{\"ask\": 2}");
    let (_, ended) =
        replay(&retape, &[], async |url: String| talk(&url, &other, CloseCode::Away).await);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let told = "  message 1 body $.ask\n    - 1\n    + 2\n  message 4\n    - close 1000 enough\n    + close 1001 enough\n";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
}

#[test]
fn a_client_that_says_goodbye_too_early_is_let_go() {
    let retape = Retape::new();
    record(&retape, Http2Origin::start(shout), &[], async |url: String| {
        talk(&url, &conversation(), CloseCode::Normal).await
    });
    let (heard, ended) = replay(&retape, &[], async |url: String| {
        talk(&url, &conversation()[..1], CloseCode::Normal).await
    });
    assert!(matches!(heard[2], Message::Close(_)), "{heard:?}");
    assert_eq!(ended.code, Some(1), "{ended:?}");
}
