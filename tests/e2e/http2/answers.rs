//! What comes back.

use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue, LOCATION};
use hyper::{Request, Response};

use super::{record, replay};
use crate::support::{Http2Client, Http2Origin, Retape, poll_once, tell};

#[test]
fn a_redirect_leads_back_to_whoever_answers_the_recorder_or_the_replayer() {
    let retape = Retape::new();
    let origin = Http2Origin::start(|request, respond| async move {
        let server = request.uri().authority().unwrap().clone();
        let to = format!("http://{server}/there");
        let response = Response::builder().status(302).header(LOCATION, &to);
        tell(respond, response.body(()).unwrap(), &to);
    });
    let server = origin.url();
    let redirected = async |url: String| {
        let mut client = Http2Client::connect(&url).await;
        let answer = client.get(&format!("{url}/here")).await.unwrap();
        assert_eq!(answer.head.headers[LOCATION], format!("{url}/there"));
        answer.body
    };
    let body = record(&retape, origin, &["--rewrite-origin"], redirected);
    assert_eq!(body, format!("{server}/there"), "bodies of HTTP/2 stay");
    let verified = retape.run(["verify", "--roundtrip", "a.cassette"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let (replayed, ended) = replay(&retape, &[], redirected);
    assert_eq!(replayed, body);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// Says the path, and in trailers how it went.
async fn with_trailers(request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
    let mut stream = respond.send_response(Response::new(()), false).unwrap();
    stream.send_data(request.uri().path().to_owned().into(), false).unwrap();
    let trailers = [("grpc-status".parse().unwrap(), HeaderValue::from_static("0"))];
    stream.send_trailers(HeaderMap::from_iter(trailers)).unwrap();
}

#[test]
fn trailers_come_again_in_tls_and_without() {
    let retape = Retape::new();
    let ca = ["--ca", "ca"];
    assert_eq!(retape.run(["ca", "create", "--ca", "ca"]).code, Some(0));
    let plainly =
        async |url: String| Http2Client::connect(&url).await.get(&format!("{url}/a")).await;
    let origin = Http2Origin::start(with_trailers);
    let recorded = record(&retape, origin, &ca, plainly).unwrap();
    assert_eq!(recorded.body, "/a");
    assert_eq!(recorded.trailers.as_ref().unwrap()["grpc-status"], "0");
    let in_tls = async |url: String| {
        let url = url.replace("http://127.0.0.1", "https://localhost");
        Http2Client::in_tls(&url, &retape, "ca").await.get(&format!("{url}/a")).await
    };
    for (replayed, ended) in [replay(&retape, &ca, plainly), replay(&retape, &ca, in_tls)] {
        let replayed = replayed.unwrap();
        assert_eq!((&replayed.body, &replayed.trailers), (&recorded.body, &recorded.trailers));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

#[test]
fn a_client_with_a_small_window_gets_a_large_answer_whole() {
    let retape = Retape::new();
    let origin = Http2Origin::start(|_, respond| async move {
        tell(respond, Response::new(()), &"0123456789".repeat(20_000));
    });
    let of_window = async |url: String, window: u32| {
        let mut settings = h2::client::Builder::new();
        settings.initial_window_size(window);
        let mut client = Http2Client::with(&url, &settings).await;
        client.get(&format!("{url}/large")).await.unwrap().body
    };
    let recorded = record(&retape, origin, &[], |url| of_window(url, 1 << 20));
    assert_eq!(recorded.len(), 200_000);
    let (replayed, ended) = replay(&retape, &[], |url| of_window(url, 100));
    assert!(replayed == recorded, "{} bytes", replayed.len());
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn header_lists_larger_than_a_frame_come_whole_both_ways() {
    let retape = Retape::new();
    let origin = Http2Origin::start(|request, respond| async move {
        let asked = request.headers().iter().filter(|(name, _)| *name != "host");
        let response = asked.fold(Response::builder(), |it, (name, value)| it.header(name, value));
        tell(respond, response.body(()).unwrap(), "");
    });
    let ask = async |url: String| {
        let field = |n: usize| (format!("x-{n}"), format!("{n}").repeat(2000));
        let request = Request::get(format!("{url}/"));
        let request = (0..12).map(field).fold(request, |it, (name, value)| it.header(name, value));
        let mut settings = h2::client::Builder::new();
        settings.max_header_list_size(1 << 20);
        let mut client = Http2Client::with(&url, &settings).await;
        client.ask(request.body(()).unwrap()).await.unwrap().head.headers
    };
    let recorded = record(&retape, origin, &[], ask);
    assert_eq!(recorded["x-11"].len(), 4000);
    let (replayed, ended) = replay(&retape, &[], ask);
    assert_eq!(replayed, recorded);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// Says each piece of the body back, in capitals.
async fn shout(request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
    let mut said = respond.send_response(Response::new(()), false).unwrap();
    let mut heard = request.into_body();
    while let Some(Ok(piece)) = heard.data().await {
        heard.flow_control().release_capacity(piece.len()).unwrap();
        said.send_data(piece.to_ascii_uppercase().into(), false).unwrap();
    }
    said.send_data(Bytes::new(), true).unwrap();
}

/// A message as gRPC frames it.
fn message(text: &str) -> Bytes {
    let length = u32::try_from(text.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), text.as_bytes()].concat().into()
}

async fn say_and_hear(
    client: &mut Http2Client,
    said: &mut SendStream<Bytes>,
    heard: &mut RecvStream,
    text: &str,
) -> Bytes {
    said.send_data(message(text), false).unwrap();
    let answer = heard.data().await.unwrap().unwrap();
    heard.flow_control().release_capacity(answer.len()).unwrap();
    client.ping().await;
    let more = poll_once(|context| heard.poll_data(context)).await;
    assert!(more.is_pending(), "nothing is said before it is asked for: {more:?}");
    answer
}

#[test]
fn messages_both_ways_go_in_step() {
    let retape = Retape::new();
    let talk = async |url: String| {
        let mut client = Http2Client::connect(&url).await;
        let request =
            Request::post(format!("{url}/chat")).header("content-type", "application/grpc");
        let (response, mut said) = client.open(request.body(()).unwrap()).await;
        let mut heard = response.await.unwrap().into_body();
        let mut answers = Vec::new();
        for text in ["one", "two", "three"] {
            answers.push(say_and_hear(&mut client, &mut said, &mut heard, text).await);
        }
        said.send_data(Bytes::new(), true).unwrap();
        assert!(heard.data().await.is_none_or(|last| last.unwrap().is_empty()));
        answers
    };
    let recorded = record(&retape, Http2Origin::start(shout), &[], talk);
    assert_eq!(recorded, ["ONE", "TWO", "THREE"].map(message));
    let (replayed, ended) = replay(&retape, &[], talk);
    assert_eq!(replayed, recorded);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
