//! Streams and connections that end early.

use h2::Reason;
use hyper::body::Bytes;
use hyper::{Request, Response};

use super::{record, replay};
use crate::support::{Http2Client, Http2Origin, Retape, tell};

/// Begins an answer, and says no more until its client leaves.
fn endless() -> Http2Origin {
    Http2Origin::start(|_, mut respond| async move {
        let mut stream = respond.send_response(Response::new(()), false).unwrap();
        stream.send_data(Bytes::from_static(b"first"), false).unwrap();
        let left = std::future::poll_fn(|context| stream.poll_reset(context)).await;
        assert_eq!(left.unwrap(), Reason::CANCEL);
    })
}

/// Takes the first piece of an answer, and no more.
async fn leave(url: String) -> Bytes {
    let mut client = Http2Client::connect(&url).await;
    let request = Request::get(format!("{url}/")).body(()).unwrap();
    let (response, mut said) = client.open(request).await;
    said.send_data(Bytes::new(), true).unwrap();
    let first = response.await.unwrap().into_body().data().await.unwrap().unwrap();
    said.send_reset(Reason::CANCEL);
    client.ping().await;
    first
}

#[test]
fn a_client_that_cancels_as_recorded_is_the_same() {
    let retape = Retape::new();
    assert_eq!(record(&retape, endless(), &[], leave), "first");
    let (first, ended) = replay(&retape, &[], leave);
    assert_eq!(first, "first");
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_client_that_cancels_what_was_taken_whole_is_told_of() {
    let retape = Retape::new();
    let origin = Http2Origin::start(|_, mut respond| async move {
        let mut stream = respond.send_response(Response::new(()), false).unwrap();
        stream.send_data(Bytes::from_static(b"first"), false).unwrap();
        stream.send_data(Bytes::from(vec![b'x'; 1 << 20]), true).unwrap();
    });
    let whole = async |url: String| Http2Client::connect(&url).await.get(&format!("{url}/")).await;
    record(&retape, origin, &[], whole).unwrap();
    let (_, ended) = replay(&retape, &[], leave);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("ended by the client: CANCEL"), "{}", ended.stdout);
}

#[test]
fn a_stream_that_the_server_reset_is_reset_again_and_the_next_one_is_not() {
    let retape = Retape::new();
    let origin = Http2Origin::start(|request, mut respond| async move {
        if request.uri().path() == "/whole" {
            return tell(respond, Response::new(()), "whole");
        }
        let mut stream = respond.send_response(Response::new(()), false).unwrap();
        stream.send_data(Bytes::from_static(b"half"), false).unwrap();
        // Once the client has that.
        request.into_body().data().await;
        stream.send_reset(Reason::INTERNAL_ERROR);
    });
    let ask = async |url: String| {
        let mut client = Http2Client::connect(&url).await;
        let request = Request::post(format!("{url}/half")).body(()).unwrap();
        let (response, mut said) = client.open(request).await;
        let mut heard = response.await.unwrap().into_body();
        assert_eq!(heard.data().await.unwrap().unwrap(), "half");
        said.send_data(Bytes::from_static(b"go on"), true).unwrap();
        let error = heard.data().await.unwrap().unwrap_err();
        assert!(error.is_remote());
        assert_eq!(client.get(&format!("{url}/whole")).await.unwrap().body, "whole");
        error.reason()
    };
    let recorded = record(&retape, origin, &[], ask);
    assert_eq!(recorded, Some(Reason::INTERNAL_ERROR));
    let (replayed, ended) = replay(&retape, &[], ask);
    assert_eq!(replayed, recorded);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_connection_that_the_server_leaves_is_left_again_for_the_same_reason() {
    let retape = Retape::new();
    let origin = Http2Origin::serving(|mut connection| async move {
        let (_, respond) = connection.accept().await.unwrap().unwrap();
        tell(respond, Response::new(()), "last");
        connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
        while connection.accept().await.is_some() {}
    });
    let ask = async |url: String| {
        let mut client = Http2Client::connect(&url).await;
        let answer = client.get(&format!("{url}/")).await;
        let ended = client.close().await.unwrap_err();
        assert!(ended.is_go_away() && ended.is_remote(), "{ended}");
        (answer.map(|answer| answer.body).map_err(|error| error.reason()), ended.reason())
    };
    let recorded = record(&retape, origin, &[], ask);
    assert_eq!(recorded.1, Some(Reason::ENHANCE_YOUR_CALM));
    let (replayed, ended) = replay(&retape, &[], ask);
    assert_eq!(replayed, recorded);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
