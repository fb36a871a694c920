//! What was asked in HTTP/1, and is answered in HTTP/2.

use super::*;

const ASKED: &str = "GET /a HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n";
const GRANTED: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

/// An upgrade, its answer, and a stream after that.
fn tape() -> Tape {
    let answer = [status(1, "200", false), data(1, "/a", true)];
    Tape::new().exchange(ASKED, GRANTED).stream(answer).stream(get(3, "/b"))
}

/// What a client sends once it has been granted the upgrade.
fn hello() -> Vec<u8> {
    let mut bytes = PREFACE.to_vec();
    bytes.extend_from_slice(&compose::settings(&[]).encode());
    bytes
}

impl Client {
    #[track_caller]
    fn granted(mut self) -> Self {
        let Some(Action::Send(bytes)) = self.player.poll_action() else {
            panic!("nothing is said")
        };
        assert_eq!(bytes, GRANTED);
        self
    }

    fn greets(self) -> Self {
        self.bytes(&hello())
    }
}

#[test]
fn a_request_in_http_1_is_granted_http_2_and_answered_on_stream_1() {
    let client = Client::at(tape().stage()).bytes(ASKED.as_bytes()).granted();
    let client = client.expect(&["1 HEADERS 200", "1 DATA /a ."]).greets();
    let client = client.gets(3, "/b").expect(&["3 HEADERS 200", "3 DATA /b ."]);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn an_upgrade_is_the_same_however_it_is_cut() {
    let mut bytes = ASKED.as_bytes().to_vec();
    bytes.extend_from_slice(&hello());
    for size in 1..bytes.len() {
        let mut client = Client::at(tape().stage());
        for piece in bytes.chunks(size) {
            client = client.bytes(piece);
        }
        let client = client.granted().expect(&["1 HEADERS 200", "1 DATA /a ."]);
        client.verdict(&[Outcome::Same, Outcome::Missing]);
    }
}

#[test]
fn a_body_is_taken_in_http_1_before_anything_is_said_in_http_2() {
    let asked =
        ASKED.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbody");
    let answer = [status(1, "201", true)];
    let client = Client::at(Tape::new().exchange(&asked, GRANTED).stream(answer).stage());
    let (head, body) = asked.split_at(asked.len() - 4);
    let client = client.bytes(head.as_bytes()).expect(&[]);
    let client = client.bytes(body.as_bytes()).granted().expect(&["1 HEADERS 201 ."]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn the_settings_in_the_request_hold_at_once_and_those_after_the_preface_then() {
    // INITIAL_WINDOW_SIZE: 1.
    let asked = ASKED.replace("Settings: ", "Settings: AAQAAAAB");
    let client = Client::at(tape().stage()).bytes(asked.as_bytes()).granted();
    let client = client.expect(&["1 HEADERS 200", "1 DATA /"]);
    client.greets().says(&compose::settings(&[(INITIAL_WINDOW_SIZE, 9)])).expect(&["1 DATA a ."]);
}

#[test]
fn settings_that_cannot_be_end_the_connection_once_the_upgrade_is_granted() {
    // INITIAL_WINDOW_SIZE: 2^31.
    let asked = ASKED.replace("Settings: ", "Settings: AASAAAAA");
    let client = Client::at(tape().stage()).bytes(asked.as_bytes()).granted();
    client.expect(&["0 GOAWAY 1 FLOW_CONTROL_ERROR", "Close"]);
}

#[test]
fn an_upgrade_at_recorded_pace_is_granted_when_its_time_has_come() {
    let client = Client::at(tape().stage_with(paced(1.0))).bytes(ASKED.as_bytes()).expect(&[]);
    let client = client.passes(SECOND).granted().expect(&["1 HEADERS 200", "1 DATA /a ."]);
    client.verdict(&[Outcome::Same, Outcome::Missing]);
}

#[test]
fn a_client_that_only_makes_room_on_stream_1_has_asked_nothing_there() {
    let room = (Direction::ToServer, compose::window_update(1, 9));
    let answer = [status(1, "200", false), room.clone(), data(1, "/a", true)];
    for answer in [answer.to_vec(), [vec![room], answer.to_vec()].concat()] {
        let stage = Tape::new().exchange(ASKED, GRANTED).stream(answer).stage();
        let client = Client::at(stage).bytes(ASKED.as_bytes()).granted();
        client.expect(&["1 HEADERS 200", "1 DATA /a ."]).verdict(&[Outcome::Same]);
    }
}

#[test]
fn a_stream_that_begins_before_the_first_is_answered_does_not_come_between() {
    let answer = [status(1, "200", false), data(1, "/a", true)];
    let tape = Tape::new().exchange(ASKED, GRANTED).stream(get(3, "/b")).stream(answer);
    let client = Client::at(tape.stage()).bytes(ASKED.as_bytes()).granted().greets();
    let client = client.gets(3, "/b");
    client
        .expect(&["1 HEADERS 200", "1 DATA /a .", "3 HEADERS 200", "3 DATA /b ."])
        .verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn a_client_that_leaves_stream_1_has_not_had_its_answer() {
    let asked = ASKED.replace("Settings: ", "Settings: AAQAAAAA");
    let client = Client::at(tape().stage()).bytes(asked.as_bytes()).granted().greets();
    let client = client.says(&compose::settings(&[(INITIAL_WINDOW_SIZE, 0)]));
    let client = client.says(&compose::rst_stream(1, ErrorCode::CANCEL));
    client.verdict(&[Outcome::Changed, Outcome::Missing]);
}

#[test]
fn a_redirect_after_an_upgrade_leads_back_to_the_replayer() {
    let redirect = [field(":status", "302"), field("location", "http://api.test/b")];
    let tape = Tape::new().rewritten("http://api.test").exchange(ASKED, GRANTED);
    let tape = tape.stream([told(headers(1, &redirect, true))]);
    let client = Client::at(tape.stage()).bytes(ASKED.as_bytes()).granted();
    client.expect(&["1 HEADERS 302 http://127.0.0.1:4000/b ."]);
}

#[test]
fn a_client_that_asks_for_no_upgrade_is_told_instead_of_switched() {
    let asked = "GET /a HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n";
    let mut client = Client::at(tape().stage()).bytes(asked.as_bytes());
    let Some(Action::Send(answer)) = client.player.poll_action() else { panic!("nothing is said") };
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 470 "), "{answer}");
    assert!(answer.contains("exchange 1 of tape was recorded over another version"), "{answer}");
}
