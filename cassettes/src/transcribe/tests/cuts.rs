//! However the network cuts what is said, the same exchanges come of it.

use super::{Direction, Playbook};
use crate::wire::http2::{PREFACE, compose};

const GET: &str = "GET /?b=2&a=1 HTTP/1.1\r\nhost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

#[track_caller]
pub(super) fn comes_out_the_same(play: &Playbook) {
    let expected = play.tape().content();
    for place in 0..=play.len() {
        assert_eq!(play.cut_at(place).tape().content(), expected, "cut at byte {place}");
    }
    assert_eq!(play.by_bytes().tape().content(), expected, "cut at every byte");
}

#[test]
fn pipelining_cut_anywhere() {
    let post =
        "POST /form HTTP/1.1\ncontent-type: application/json\ncontent-length: 11\n\n{\"a\": [1]}\n";
    let chunked = "HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n3;x\r\nabc\r\nA\n0123456789\n0\r\nt: 1\r\n\r\n";
    let play = Playbook::http1().client(format!("\r\n{GET}{post}HEAD / HTTP/1.0\r\n\r\n")).server(
        format!(
            "HTTP/1.1 100 Continue\r\n\r\n{OK}{chunked}HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"
        ),
    );
    comes_out_the_same(&play);
    comes_out_the_same(
        &play
            .client(GET)
            .server("HTTP/1.0 200 OK\r\nx: folded\r\n value\r\n\r\nall")
            .server_closes(),
    );
}

#[test]
fn a_chunked_request_cut_anywhere() {
    let post = "POST / HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n\
        1A\r\n--b\r\na: 1\r\n\r\nxyz\r\n--b--\r\n0\r\n0\r\n\r\n";
    comes_out_the_same(&Playbook::http1().client(post).server(OK));
}

#[test]
fn a_switch_cut_anywhere() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching\r\n\r\n";
    comes_out_the_same(
        &Playbook::http1().client(upgrade).server(format!("{agreed}x")).client("y").server("z"),
    );
    comes_out_the_same(
        &Playbook::http1().client(format!("{upgrade}{GET}")).server(agreed).server("z"),
    );
    comes_out_the_same(
        &Playbook::http1().client(format!("{upgrade}{GET}")).server(format!("{OK}{OK}")),
    );
    let connect = "CONNECT a:1 HTTP/1.1\r\n\r\n";
    comes_out_the_same(
        &Playbook::http1().client(connect).server("HTTP/1.1 200\r\n\r\n").client(GET).server(OK),
    );
}

#[test]
fn a_switch_to_http_2_cut_anywhere_behind_an_eager_client() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: h2c\r\nhttp2-settings: AAA\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n";
    let settings = compose::settings(&[]).encode();
    let play = Playbook::http1()
        .client([upgrade.as_bytes(), PREFACE, &settings].concat())
        .server([agreed.as_bytes(), &settings].concat());
    assert_eq!(play.tape().exchanges[0].0.bytes(Direction::ToClient), agreed);
    comes_out_the_same(&play);
}

#[test]
fn a_failure_cut_anywhere() {
    let bad_size =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\nno size\r\n0\r\n\r\n";
    let long_chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\rx\n0\r\n\r\n";
    let bad_length = "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\nab";
    for answer in
        [bad_size, long_chunk, bad_length, "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 no\r\n\r\n", "\r\nno"]
    {
        comes_out_the_same(
            &Playbook::http1().client(GET).server(answer).client("more").server("more"),
        );
    }
    let bad_post = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n";
    for request in
        [bad_post, "GET\r\n\r\n", "\x16\x03\x01\r\n", "get it now\r\nx: y\r\n\r\n", "\r\n\rGET"]
    {
        comes_out_the_same(
            &Playbook::http1().client(format!("{GET}{request}")).server(OK).server("400"),
        );
    }
}

#[test]
fn a_truncated_play_cut_anywhere() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhello";
    comes_out_the_same(
        &Playbook::http1().client(GET).server(answer).server_closes().client_closes(),
    );
    comes_out_the_same(
        &Playbook::http1()
            .client("POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc")
            .client_closes(),
    );
    comes_out_the_same(&Playbook::http1().client("POST / HTTP/1.1\r\ncont").client_closes());
}
