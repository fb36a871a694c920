//! Which frames answer a request.

use super::*;

#[test]
fn a_recorded_request_gets_its_recorded_answer_on_the_live_stream() {
    let client = Client::of(Tape::new().stream(get(7, "/a")));
    let client = client.gets(1, "/a").expect(&["1 HEADERS 200", "1 DATA /a ."]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn a_request_is_the_same_however_it_is_cut() {
    let mut encoder = Encoder::new();
    let mut bytes = PREFACE.to_vec();
    bytes.extend_from_slice(&compose::settings(&[]).encode());
    for (id, path) in [(1, "/a"), (3, "/b")] {
        let block = encoder.encode(&request("GET", path));
        for part in compose::split(compose::headers(id, block, true), 5) {
            bytes.extend_from_slice(&part.encode());
        }
    }
    for size in 1..bytes.len() {
        let tape = Tape::new().stream(get(1, "/a")).stream(get(3, "/b"));
        let mut client = Client::at(tape.stage());
        for piece in bytes.chunks(size) {
            client = client.bytes(piece);
        }
        let mut said = client.said();
        said.sort();
        let all = ["1 DATA /a .", "1 HEADERS 200", "3 DATA /b .", "3 HEADERS 200"];
        assert_eq!(said, all, "in pieces of {size}");
        client.verdict(&[Outcome::Same, Outcome::Same]);
    }
}

#[test]
fn streams_are_answered_as_their_requests_come_whole() {
    let post = |id, path: &str| {
        let fields = request("POST", path);
        let body = compose::data(id, "body".into(), true);
        [
            (Direction::ToServer, headers(id, &fields, false)),
            (Direction::ToServer, body),
            status(id, "201", true),
        ]
    };
    let tape = Tape::new().stream(post(1, "/a")).stream(post(3, "/b"));
    let client = Client::of(tape);
    let client = client.asks(1, &request("POST", "/a"), false);
    let client = client.asks(3, &request("POST", "/b"), false).expect(&[]);
    let client = client.says(&compose::data(3, "body".into(), true)).expect(&["3 HEADERS 201 ."]);
    let client = client.says(&compose::data(1, "bo".into(), false)).expect(&[]);
    let client = client.says(&compose::data(1, "dy".into(), true)).expect(&["1 HEADERS 201 ."]);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn an_unrecorded_request_is_missed_on_its_stream_only() {
    let mut client = Client::of(Tape::new().stream(get(1, "/a"))).gets(1, "/b").gets(3, "/a");
    let said = client.said().join("\n");
    assert!(said.contains("1 HEADERS 470 1 text/plain"), "{said}");
    assert!(said.contains("nothing was recorded with this method, path and query"), "{said}");
    assert!(said.contains("3 DATA /a ."), "{said}");
    client.verdict(&[Outcome::Same, Outcome::Extra]);
}

#[test]
fn an_exchange_of_http_1_is_a_miss_that_says_so() {
    let mut client = Client::of(Tape::new().get("/a")).gets(1, "/a");
    let said = client.said().join("\n");
    assert!(
        said.contains("exchange 1 of tape was recorded over another version of HTTP"),
        "{said}"
    );
    client.verdict(&[Outcome::Missing, Outcome::Extra]);
}

#[test]
fn a_redirect_leads_back_to_the_replayer_by_the_origin_that_the_client_used() {
    let redirect = [field(":status", "302"), field("location", "https://api.test/b")];
    let tape = Tape::new().rewritten("https://api.test");
    let tape = tape.stream([asked(1, "/a"), told(headers(1, &redirect, true))]);
    let mut live = request("GET", "/a");
    live[1] = field(":scheme", "https");
    live[2] = field(":authority", "localhost:5000");
    Client::of(tape).asks(1, &live, true).expect(&["1 HEADERS 302 https://localhost:5000/b ."]);
}

#[test]
fn trailers_interim_answers_and_resets_are_sent_as_recorded() {
    let tape = Tape::new().stream([
        asked(1, "/a"),
        status(1, "103", false),
        status(1, "200", false),
        data(1, "x", false),
        told(headers(1, &[field("grpc-status", "0")], true)),
    ]);
    let tape = tape.stream([
        asked(3, "/b"),
        status(3, "200", false),
        told(compose::rst_stream(3, ErrorCode::INTERNAL_ERROR)),
    ]);
    let client = Client::of(tape).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 103", "1 HEADERS 200", "1 DATA x", "1 HEADERS 0 ."]);
    let client = client.gets(3, "/b").expect(&["3 HEADERS 200", "3 RST_STREAM INTERNAL_ERROR"]);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn who_is_told_to_go_on_gets_the_whole_answer_of_an_upload_that_was_not_told_so() {
    let mut fields = request("POST", "/a");
    fields.push(field("expect", "100-continue"));
    let asked = |id| (Direction::ToServer, headers(id, &fields, false));
    let body =
        |id, text: &str| (Direction::ToServer, compose::data(id, text.to_owned().into(), true));
    let tape = Tape::new()
        .stream([asked(1), status(1, "100", false), body(1, "one"), status(1, "201", true)])
        .stream([asked(3), body(3, "two"), status(3, "202", true)]);
    let mut client = Client::of(tape);
    for (id, text, answer) in [(1, "two", "1 HEADERS 202 ."), (3, "one", "3 HEADERS 201 .")] {
        client = client.asks(id, &fields, false);
        let told = client.said();
        assert!(id == 3 || told == ["1 HEADERS 100"], "{told:?}");
        client = client.says(&body(id, text).1);
        assert_eq!(client.said().last().map(String::as_str), Some(answer));
    }
    client.verdict(&[Outcome::Same, Outcome::Reordered]);
}

#[test]
fn data_waits_for_the_windows_and_is_joined_at_instant_pace() {
    let pieces = ["aaaa", "bbbb", "cccc"].map(|text| data(1, text, false));
    let tape = Tape::new().stream(
        [asked(1, "/a"), status(1, "200", false)]
            .into_iter()
            .chain(pieces)
            .chain([data(1, "", true)]),
    );
    let settings = [(INITIAL_WINDOW_SIZE, 6)];
    let client = Client::with(tape, ReplayOptions::default(), &settings).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 200", "1 DATA aaaabb"]);
    let client = client.says(&compose::window_update(1, 1)).expect(&["1 DATA b"]);
    let larger = compose::settings(&[(INITIAL_WINDOW_SIZE, 100)]);
    client.says(&larger).expect(&["1 DATA bcccc ."]).verdict(&[Outcome::Same]);
}

#[test]
fn the_connection_s_window_is_shared_in_turns() {
    let long = "x".repeat(60_000);
    let stream =
        |id, path: &str| [asked(id, path), status(id, "200", false), data(id, &long, true)];
    let tape = Tape::new().stream(stream(1, "/a")).stream(stream(3, "/b"));
    let settings = [(INITIAL_WINDOW_SIZE, 1 << 20)];
    let mut client = Client::with(tape, ReplayOptions::default(), &settings);
    client = client.gets(1, "/a").gets(3, "/b");
    let sent = |said: &[String]| said.iter().map(|line| line.matches('x').count()).sum::<usize>();
    let first = client.said();
    assert_eq!(sent(&first), 65_535);
    assert!(first.iter().any(|line| line.starts_with("3 DATA")));
    client = client.says(&compose::window_update(0, 1 << 20));
    let rest = client.said();
    assert_eq!(sent(&rest), 120_000 - 65_535);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn at_recorded_pace_boundaries_padding_and_gaps_are_kept() {
    let padded = Frame::new(Kind::Data, flag::PADDED, 1, Bytes::from_static(b"\x03abc\0\0\0"));
    let tape = Tape::new().stream([
        asked(1, "/a"),
        status(1, "200", false),
        told(padded),
        data(1, "", false),
        data(1, "d", true),
    ]);
    let client = Client::with(tape, paced(0.001), &[]).gets(1, "/a").expect(&[]);
    let client = client.passes(SECOND).expect(&["1 HEADERS 200"]);
    let client = client.passes(SECOND).expect(&["1 DATA abc padded"]);
    let client = client.passes(SECOND).expect(&["1 DATA "]).passes(SECOND / 2).expect(&[]);
    client.passes(SECOND / 2).expect(&["1 DATA d ."]).verdict(&[Outcome::Same]);
}

#[test]
fn an_exchange_of_the_other_version_is_translated_if_told_so() {
    let options = || ReplayOptions { http: HttpMatch::Any, ..ReplayOptions::default() };
    let client = Client::with(Tape::new().get("/a"), options(), &[]).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 200 2", "1 DATA /a ."]);
    let verdict = client.verdict(&[Outcome::Same]);
    let note = &verdict.outcomes[0].mismatches[0];
    assert_eq!((note.place.clone(), note.is_failure()), (Place::Version, false));

    let stage = Tape::new().stream(get(1, "/a")).stage_with(options());
    let mut player = Player::new(stage, Arrival::direct(5000), Timestamp::from_nanos(1));
    player.receive(crate::testing::get("/a").into(), Timestamp::from_nanos(2));
    let Some(Action::Send(head)) = player.poll_action() else { panic!("no answer") };
    assert!(head.starts_with(b"HTTP/1.1 200"), "{head:?}");
}
