//! Two live streams on one connection through `retape proxy`: a fault hits one, and the other goes on to its end.

use std::sync::mpsc::{self, Receiver};

use h2::{Reason, RecvStream, SendStream};
use hyper::body::Bytes;
use hyper::{Request, Response};

use crate::support::{
    Ended, Http2Answer, Http2Client, Http2Origin, Retape, converse, poll_once, read, tell,
};

/// More than either side may send before it is given credit, of a stream and of the connection.
const LONG: usize = 200_000;

/// Echoes what it gets on `/echo`; tells a long story on `/story`, and its title on `/title`.
fn origin() -> Http2Origin {
    Http2Origin::start(|request: Request<RecvStream>, mut respond| async move {
        match request.uri().path() {
            "/echo" => {
                let said = respond.send_response(Response::new(()), false).unwrap();
                echo(request.into_body(), said).await;
            }
            "/title" => tell(respond, Response::new(()), "[1, 2, 3]"),
            // One who leaves it in the middle is none of its concern.
            _ => tell(respond, Response::new(()), &"x".repeat(LONG)),
        }
    })
}

async fn echo(mut heard: RecvStream, mut said: SendStream<Bytes>) {
    while let Some(bytes) = heard.data().await {
        let bytes = bytes.unwrap();
        heard.flow_control().release_capacity(bytes.len()).unwrap();
        said.send_data(bytes, false).unwrap();
    }
    said.send_data(Bytes::new(), true).unwrap();
}

/// A conversation on a stream of its own.
struct Sibling {
    said: SendStream<Bytes>,
    heard: RecvStream,
}

impl Sibling {
    async fn begin(client: &mut Http2Client, url: &str) -> Self {
        let request = Request::post(format!("{url}/echo")).body(()).unwrap();
        let (response, said) = client.open(request).await;
        let mut sibling = Self { said, heard: response.await.unwrap().into_body() };
        sibling.say("before").await;
        sibling
    }

    /// Says something, and hears just that.
    async fn say(&mut self, text: &str) {
        self.said.send_data(Bytes::copy_from_slice(text.as_bytes()), false).unwrap();
        self.hear(text).await;
    }

    async fn hear(&mut self, text: &str) {
        let mut left = text.as_bytes();
        while !left.is_empty() {
            let bytes = self.heard.data().await.unwrap().unwrap();
            self.heard.flow_control().release_capacity(bytes.len()).unwrap();
            left = left.strip_prefix(&bytes[..]).unwrap();
        }
    }

    /// Says much more, and hears that and the end.
    async fn finish(mut self) {
        self.say(&"y".repeat(LONG)).await;
        self.said.send_data(Bytes::new(), true).unwrap();
        // The end may come with a frame of its own.
        while let Some(last) = self.heard.data().await {
            assert_eq!(last.unwrap(), "");
        }
        assert_eq!(self.heard.trailers().await.unwrap(), None);
    }
}

/// What came on the stream that was hit, while the other was open. It finds its sibling whole.
fn hit(fault: &str, path: &str) -> (Result<Http2Answer, h2::Error>, Ended) {
    let (retape, origin) = (Retape::new(), origin());
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let url = running.url.clone();
    let answer = converse(async {
        let mut client = Http2Client::connect(&url).await;
        let mut sibling = Sibling::begin(&mut client, &url).await;
        let answer = client.get(&format!("{url}{path}")).await;
        sibling.say("after").await;
        sibling.finish().await;
        answer
    });
    (answer, running.stop())
}

fn assert_applied(fault: &str, ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{fault}: {ended:?}");
    assert!(ended.stderr.contains(&format!("{fault}: applied 1 time\n")), "{fault}: {ended:?}");
    assert!(!ended.stderr.contains("let pass"), "{fault}: {ended:?}");
}

#[test]
fn a_stream_ends_early_and_its_sibling_does_not() {
    for (kind, left) in [
        ("close at body 1000", 1000),
        ("half-close at body 1000", 1000),
        ("truncate at body 70000", 70_000),
        ("premature-eof at body 70000", 70_000),
    ] {
        let fault = format!("{kind} on GET /story");
        let (answer, ended) = hit(&fault, "/story");
        assert_eq!(answer.unwrap().body.len(), left, "{fault}");
        assert_applied(&fault, &ended);
    }
}

#[test]
fn a_stream_is_reset_and_its_sibling_is_not() {
    for (kind, reason) in [
        ("reset at body 1000", Reason::INTERNAL_ERROR),
        ("reset drop at body 70000", Reason::INTERNAL_ERROR),
        ("rst ENHANCE_YOUR_CALM at body 2", Reason::ENHANCE_YOUR_CALM),
        ("refused-stream", Reason::REFUSED_STREAM),
    ] {
        let fault = format!("{kind} on GET /story");
        let (answer, ended) = hit(&fault, "/story");
        assert_eq!(answer.unwrap_err().reason(), Some(reason), "{fault}");
        assert_applied(&fault, &ended);
    }
}

#[test]
fn a_server_that_goes_away_answers_what_was_asked_before() {
    let fault = "goaway ENHANCE_YOUR_CALM on GET /story";
    let (answer, ended) = hit(fault, "/story");
    let error = answer.unwrap_err();
    assert!(error.is_go_away(), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::ENHANCE_YOUR_CALM));
    assert_applied(fault, &ended);
}

#[test]
fn an_answer_is_edited_or_late_and_its_sibling_is_as_it_was() {
    for (kind, path, body) in [
        ("remove at json $[1]", "/title", "[1, 3]"),
        ("latency 20ms", "/title", "[1, 2, 3]"),
        ("slice 2 every 1ms", "/title", "[1, 2, 3]"),
        ("unknown-frame", "/title", "[1, 2, 3]"),
    ] {
        let fault = format!("{kind} on GET {path}");
        let (answer, ended) = hit(&fault, path);
        assert_eq!(answer.unwrap().body, body, "{fault}");
        assert_applied(&fault, &ended);
    }
    let fault = "status 503 on GET /story";
    let (answer, ended) = hit(fault, "/story");
    assert_eq!(answer.unwrap().head.status, 503);
    assert_applied(fault, &ended);
}

#[test]
fn a_stream_says_nothing_more_and_its_sibling_goes_on() {
    for kind in ["stall at after-headers", "stall at body 1000", "stall at body 70000"] {
        let fault = format!("{kind} on GET /story");
        let (retape, origin) = (Retape::new(), origin());
        let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", &fault]);
        let url = running.url.clone();
        converse(async {
            let mut client = Http2Client::connect(&url).await;
            let mut sibling = Sibling::begin(&mut client, &url).await;
            let request = Request::get(format!("{url}/story")).body(()).unwrap();
            let (response, mut said) = client.open(request).await;
            said.send_data(Bytes::new(), true).unwrap();
            let mut silent = response.await.unwrap().into_body();
            let mut left: usize = kind.rsplit(' ').next().unwrap().parse().unwrap_or(0);
            while left > 0 {
                let bytes = silent.data().await.unwrap().unwrap();
                silent.flow_control().release_capacity(bytes.len()).unwrap();
                left -= bytes.len();
            }
            sibling.say("after").await;
            client.ping().await;
            assert!(poll_once(|context| silent.poll_data(context)).await.is_pending());
            sibling.finish().await;
            assert!(poll_once(|context| silent.poll_data(context)).await.is_pending());
        });
        assert_applied(&fault, &running.stop());
    }
}

#[test]
fn a_client_is_told_to_go_on_at_once_though_its_answer_is_held() {
    let origin = Http2Origin::start(|request: Request<RecvStream>, mut respond| async move {
        let go_on = Response::builder().status(100).body(()).unwrap();
        respond.send_informational(go_on).unwrap();
        let mut heard = request.into_body();
        assert_eq!(heard.data().await.unwrap().unwrap(), "hello");
        tell(respond, Response::new(()), "[1, 2, 3]");
    });
    let (retape, fault) = (Retape::new(), "status 503");
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let url = running.url.clone();
    let answer = converse(async {
        let mut client = Http2Client::connect(&url).await;
        let request = Request::put(format!("{url}/")).body(()).unwrap();
        let (mut response, mut said) = client.open(request).await;
        let told = std::future::poll_fn(|context| response.poll_informational(context)).await;
        assert_eq!(told.unwrap().unwrap().status(), 100);
        said.send_data(Bytes::from_static(b"hello"), true).unwrap();
        read(response).await.unwrap()
    });
    assert_eq!(answer.head.status, 503);
    assert_applied(fault, &running.stop());
}

/// A server that says how much came of each upload, and how that ended; what else it hears, it echoes.
fn listening() -> (Http2Origin, Receiver<(usize, Option<Reason>)>) {
    let (told, uploads) = mpsc::channel();
    let origin = Http2Origin::start(move |request: Request<RecvStream>, mut respond| {
        let told = told.clone();
        async move {
            let is_upload = request.method() == "PUT";
            let mut body = request.into_body();
            if !is_upload {
                let said = respond.send_response(Response::new(()), false).unwrap();
                return echo(body, said).await;
            }
            let mut len = 0;
            let ended = loop {
                match body.data().await {
                    Some(Ok(bytes)) => {
                        len += bytes.len();
                        body.flow_control().release_capacity(bytes.len()).unwrap();
                    }
                    Some(Err(error)) => break error.reason(),
                    None => break None,
                }
            };
            told.send((len, ended)).unwrap();
        }
    });
    (origin, uploads)
}

#[test]
fn a_stream_is_cut_amid_its_upload_and_its_sibling_is_not() {
    for (kind, sees) in [("reset", Reason::INTERNAL_ERROR), ("close", Reason::CANCEL)] {
        let (retape, (origin, uploads)) = (Retape::new(), listening());
        let fault = format!("{kind} at body 70000 of request on PUT /files/*");
        let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", &fault]);
        let url = running.url.clone();
        converse(async {
            let mut client = Http2Client::connect(&url).await;
            let mut sibling = Sibling::begin(&mut client, &url).await;
            let request = Request::put(format!("{url}/files/1")).body(()).unwrap();
            let (response, mut said) = client.open(request).await;
            said.send_data(vec![b'z'; LONG].into(), true).unwrap();
            assert_eq!(response.await.unwrap_err().reason(), Some(sees), "{kind}");
            sibling.say("after").await;
            sibling.finish().await;
        });
        assert_eq!(uploads.recv().unwrap(), (70_000, Some(Reason::CANCEL)), "{kind}");
        assert_applied(&fault, &running.stop());
    }
}
