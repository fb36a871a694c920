//! The ways of HTTP/1 that are in its specification.

use super::{Playbook, cut, whole};
use crate::model::How;
use crate::model::Side::{Client, Server};

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const HEAD: &str = "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

#[test]
fn requests_on_one_connection_are_an_exchange_each() {
    Playbook::http1()
        .client(GET)
        .server(OK)
        .client(HEAD)
        .server("HTTP/1.1 204 No Content\r\n\r\n")
        .expect([
            whole(&[&format!("> {GET}"), &format!("< {OK}")]),
            whole(&[&format!("> {HEAD}"), "< HTTP/1.1 204 No Content\r\n\r\n"]),
        ]);
}

#[test]
fn pipelined_requests_are_split_where_they_border() {
    let tape =
        Playbook::http1().client(format!("{GET}{GET}")).server(format!("{OK}{OK}")).expect([
            whole(&[&format!("> {GET}"), &format!("< {OK}")]),
            whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        ]);
    tape.is_stable();
}

#[test]
fn an_exchange_is_done_before_the_next_begins() {
    use super::{Bytes, ConnectionId, Direction, TapeEvent, Timestamp, Transcriber};
    let mut transcriber = Transcriber::http(ConnectionId(7));
    transcriber.receive(Direction::ToServer, Timestamp::ZERO, Bytes::from_static(GET.as_bytes()));
    transcriber.receive(Direction::ToClient, Timestamp::ZERO, Bytes::from_static(OK.as_bytes()));
    let last = std::iter::from_fn(|| transcriber.poll_event()).last();
    assert!(matches!(last, Some(TapeEvent::Done { summary, .. }) if summary.complete));
}

#[test]
fn an_answer_to_head_has_no_body_whatever_it_says() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\ntransfer-encoding: chunked\r\n\r\n";
    Playbook::http1().client(HEAD).server(answer).client(GET).server(OK).expect([
        whole(&[&format!("> {HEAD}"), &format!("< {answer}")]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
}

#[test]
fn answers_without_content_have_no_body_whatever_they_say() {
    for status in ["204 No Content", "304 Not Modified"] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 5\r\n\r\n");
        Playbook::http1().client(GET).server(&answer).client(GET).server(OK).expect([
            whole(&[&format!("> {GET}"), &format!("< {answer}")]),
            whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        ]);
    }
}

#[test]
fn interim_responses_belong_to_the_exchange_of_the_final_one() {
    let post = "POST / HTTP/1.1\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n";
    let tape = Playbook::http1()
        .client(post)
        .server("HTTP/1.1 100 Continue\r\n\r\n")
        .client("abc")
        .server(format!("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n{OK}"))
        .expect([whole(&[
            &format!("> {post}"),
            "< HTTP/1.1 100 Continue\r\n\r\n",
            "> abc",
            &format!("< HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n{OK}"),
        ])]);
    assert!(!tape.exchanges[0].1.request_first);
    tape.is_stable();
}

#[test]
fn chunked_bodies_end_with_their_trailers() {
    let post = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nx: y\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5 \r\nhello\r\n00\r\n\r\n";
    Playbook::http1().client(format!("{post}{GET}")).server(answer).server(OK).expect([
        whole(&[&format!("> {post}"), &format!("< {answer}")]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
}

#[test]
fn a_body_that_ends_with_the_connection_is_whole_after_fin_only() {
    let answer = "HTTP/1.0 200 OK\r\n\r\nsome";
    let chunks = [&format!("> {GET}")[..], &format!("< {answer}"), "< more"];
    let play = Playbook::http1().client(GET).server(answer).server("more");
    play.clone().server_closes().expect([whole(&chunks)]).is_stable();
    play.clone().ends(Server, How::Reset).expect([cut(&chunks)]).is_stable();
    play.expect([cut(&chunks)]).is_stable();
}

#[test]
fn a_body_cut_in_mid_chunk_is_reported_not_padded() {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
    let play = Playbook::http1().client(GET).server(answer).server_closes();
    play.expect([cut(&[&format!("> {GET}"), &format!("< {answer}")])]).is_stable();
}

#[test]
fn a_request_that_its_client_abandons_is_cut() {
    let post = "POST / HTTP/1.1\r\ncontent-length: 30\r\n\r\nabc";
    for how in [How::Fin, How::Reset] {
        let play = Playbook::http1().client(post).ends(Client, how);
        play.expect([cut(&[&format!("> {post}")])]).is_stable();
    }
}

#[test]
fn an_upstream_that_fails_leaves_the_request_unanswered() {
    for how in [How::Refused, How::Timeout, How::Unreachable] {
        Playbook::http1().client(GET).ends(Server, how).expect([cut(&[&format!("> {GET}")])]);
    }
}

#[test]
fn an_early_answer_belongs_to_the_request_it_interrupts() {
    let post = "POST / HTTP/1.1\r\ncontent-length: 6\r\n\r\nabc";
    let answer = "HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client(post).server(answer).client("def").client(GET).server(OK);
    let tape = play.expect([
        whole(&[&format!("> {post}"), &format!("< {answer}"), "> def"]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
    assert!(!tape.exchanges[0].1.request_first);
    tape.is_stable();
}

#[test]
fn an_answer_to_half_a_head_belongs_to_it() {
    let answer = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client("GET / HT").server(answer).server_closes();
    play.expect([cut(&["> GET / HT", &format!("< {answer}")])]).is_stable();
}

#[test]
fn a_server_that_speaks_unasked_makes_an_exchange_of_its_own() {
    let late = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client(GET).server(OK).server(late).server_closes();
    let tape = play.expect([
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        whole(&[&format!("< {late}")]),
    ]);
    assert!(!tape.exchanges[1].1.request_first);
    tape.is_stable();
}

#[test]
fn after_an_upgrade_both_directions_are_the_tail_of_its_exchange() {
    let upgrade = "GET /ws HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
    let play = Playbook::http1()
        .client(upgrade)
        .server(format!("{agreed}\u{1}frame"))
        .client(GET)
        .server(OK)
        .client_closes()
        .server("bye")
        .server_closes();
    let tape = play.expect([whole(&[
        &format!("> {upgrade}"),
        &format!("< {agreed}\u{1}frame"),
        &format!("> {GET}"),
        &format!("< {OK}"),
        "< bye",
    ])]);
    assert!(!tape.exchanges[0].1.request_first);
    tape.is_stable();
}

#[test]
fn a_declined_upgrade_changes_nothing() {
    let upgrade = "GET / HTTP/1.1\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\r\n";
    Playbook::http1().client(upgrade).server(OK).client(GET).server(OK).expect([
        whole(&[&format!("> {upgrade}"), &format!("< {OK}")]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
}

#[test]
fn what_follows_an_undecided_upgrade_goes_where_the_answer_says() {
    let upgrade = "GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    let play = |answer: &str| {
        Playbook::http1().client(format!("{upgrade}{GET}")).server("HTT").server(&answer[3..])
    };
    let rest = format!("< {}", &OK[3..]);
    let tape = play(OK).server(OK).expect([
        whole(&[&format!("> {upgrade}"), "< HTT", &rest]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
    tape.is_stable();
    let rest = format!("< {}", &agreed[3..]);
    let chunks = [&format!("> {upgrade}")[..], &format!("> {GET}"), "< HTT", &rest];
    play(agreed).expect([whole(&chunks)]).is_stable();
}

#[test]
fn a_tunnel_is_the_tail_of_its_connect() {
    let connect = "CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n";
    let agreed = "HTTP/1.1 200 Connection established\r\ncontent-length: 5\r\n\r\n";
    let play = Playbook::http1()
        .client(connect)
        .server(agreed)
        .client("\u{16}\u{3}hello")
        .server("\u{16}");
    play.expect([whole(&[
        &format!("> {connect}"),
        &format!("< {agreed}"),
        "> \u{16}\u{3}hello",
        "< \u{16}",
    ])])
    .is_stable();
}

#[test]
fn a_refused_tunnel_leaves_http_on() {
    let connect = "CONNECT a:443 HTTP/1.1\r\n\r\n";
    let refused = "HTTP/1.1 407 Who\r\ncontent-length: 2\r\n\r\nno";
    Playbook::http1().client(connect).server(refused).client(GET).server(OK).expect([
        whole(&[&format!("> {connect}"), &format!("< {refused}")]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
}

#[test]
fn empty_lines_between_requests_belong_to_the_later_one() {
    Playbook::http1().client(GET).server(OK).client(format!("\r\n\r\n{GET}")).server(OK).expect([
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        whole(&[&format!("> \r\n\r\n{GET}"), &format!("< {OK}")]),
    ]);
}

#[test]
fn an_unasked_connection_stays_one_raw_exchange() {
    let play =
        Playbook::raw().client(GET).server(OK).client("PING").server_closes().client_closes();
    let tape = play.expect([super::raw(&[&format!("> {GET}"), &format!("< {OK}"), "> PING"])]);
    assert_eq!(tape.degraded, 0);
}
