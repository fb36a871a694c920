//! Points of the request, as plays.

use bytes::Bytes;

use super::playbook::{GET, exchange, played};
use super::*;
use crate::model::{Direction, Exchange, Step, Until};
use crate::transcribe::compile;

const HEAD: &str = "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";

fn upload() -> Exchange {
    exchange(&format!("{HEAD}0123456789"), &["HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"])
}

fn waits(point: &str, exchange: &Exchange) -> Result<Until, String> {
    let fault: Fault = format!("close at {point} of request").parse().unwrap();
    let asking = Asking::of(exchange);
    asking.until(fault.point().unwrap()).map_err(|misfit| misfit.to_string())
}

#[test]
fn so_much_of_the_request_is_waited_for_and_nothing_is_answered() {
    let upload = upload();
    assert_eq!(played("close at body 50% of request", &upload), "<Receive(Body(5))><Close>");
    assert_eq!(played("reset at after-headers of request", &upload), "<Receive(Head)><Reset>");
    assert_eq!(played("close at end of request", &upload), "<Close>");
    let len = HEAD.len();
    assert_eq!(
        played(&format!("close at byte {} of request", len + 3), &upload),
        format!("<Receive(Bytes({}))><Close>", len + 3)
    );
    assert_eq!(
        played(&format!("close at byte {len} of request"), &upload),
        "<Receive(Head)><Close>"
    );
}

#[test]
fn a_stall_in_a_request_is_over_in_time_and_the_answer_is_given() {
    let answer = "HTTP/1.1 201 Created~Content-Length: 2~~ok";
    assert_eq!(
        played("stall for 2s at body 3 of request", &upload()),
        format!("<Receive(Body(3))><Flush><Delay(2s)>{answer}")
    );
    assert_eq!(played("early-response", &upload()), format!("<Receive(Head)>{answer}"));
    assert_eq!(
        played("early-response at body 9 of request", &upload()),
        format!("<Receive(Body(9))>{answer}")
    );
}

#[test]
fn what_is_said_before_the_point_is_said() {
    let asked = format!("{HEAD}0123456789");
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut upload = exchange(&asked, &[interim, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
    let bytes = upload.chunks[0].bytes.clone();
    upload.chunks[0].bytes = bytes.slice(..HEAD.len());
    let body = crate::model::Chunk { bytes: bytes.slice(HEAD.len()..), ..upload.chunks[0].clone() };
    upload.chunks.insert(2, body);
    let connection = crate::model::Connection::opened_at(crate::model::Timestamp::ZERO);
    let script = compile(&upload, &connection, false);
    let scene = Scene::new(&upload, script, false, Random::new(7, 1, 1), &NoExchanges);
    let fault: Fault = "close at body 4 of request".parse().unwrap();
    let steps = fault.apply(scene).unwrap().steps;
    let said = Step::Send(Bytes::from_static(interim.as_bytes()));
    let until = |until| Step::Receive(until);
    assert_eq!(steps, [until(Until::Head), said, until(Until::Body(4)), Step::Close]);
}

#[test]
fn a_place_that_is_not_there_is_refused_with_what_there_is() {
    let upload = upload();
    let refused = |point: &str| waits(point, &upload).unwrap_err();
    assert_eq!(refused("body 11"), "the body has 10 bytes");
    assert!(refused("byte 99").starts_with("the request has 5"), "{}", refused("byte 99"));
    assert!(refused("byte 3").ends_with(&format!("`after-headers`, byte {}", HEAD.len())));
    assert_eq!(refused("chunk 2"), "the request has 1 chunk");
    assert_eq!(refused("message 1"), "the client sends 0 messages");
    let told = played("early-response", &exchange(GET, &["HTTP/1.1 200 OK\r\n\r\n"]));
    assert_eq!(told, "no: the request has no body that it could precede");
}

#[test]
fn points_of_requests_are_written_as_they_are_read() {
    for text in [
        "close at body 50% of request on PUT /x once",
        "stall for 2s at message 3 of request",
        "early-response at byte 700 of request",
    ] {
        assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
    }
    assert_eq!("close at end of answer".parse::<Fault>().unwrap().to_string(), "close at end");
    let told = |text: &str| text.parse::<Fault>().unwrap_err().problem;
    assert_eq!(
        told("flip at byte 9 of request"),
        "`flip` takes a point of the answer, not of the request"
    );
    assert!(told("close at event 2 of request").starts_with("`event 2` is no point of a request"));
    assert_eq!(told("close at end of time"), "`of request` or `of answer` is expected");
    assert!(told("early-response at body 3").contains("`at body 3 of request`"));
}

#[test]
fn those_worth_trying_are_there() {
    let points = |exchange: &Exchange| -> Vec<_> {
        Asking::of(exchange).points().iter().map(ToString::to_string).collect()
    };
    assert_eq!(points(&upload()), ["after-headers", "body 50%"]);
    assert!(points(&exchange(GET, &["HTTP/1.1 200 OK\r\n\r\n"])).is_empty());
    for point in Asking::of(&upload()).points() {
        let place = Place::in_request(point);
        assert_eq!(place.of, Direction::ToServer);
        assert!(format!("close at {place}").parse::<Fault>().is_ok());
    }
}
