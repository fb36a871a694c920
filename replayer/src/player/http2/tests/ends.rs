//! How streams and connections end, as recorded and otherwise.

use super::*;

#[test]
fn a_client_that_gives_no_window_is_given_up_and_reported() {
    let limits = Limits { step: SECOND, ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let tape = Tape::new().stream(get(1, "/a"));
    let client = Client::with(tape, options, &[(INITIAL_WINDOW_SIZE, 0)]).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 200"]).passes(SECOND * 3);
    let client = client.expect(&["1 RST_STREAM CANCEL"]);
    let verdict = client.verdict(&[Outcome::Changed]);
    let found = &verdict.outcomes[0].mismatches[0];
    assert_eq!(found.actual.as_deref(), Some("the client gave no room for it"));
}

#[test]
fn a_client_that_stops_in_mid_request_is_given_up_and_reported() {
    let limits = Limits { step: SECOND, head: SECOND, ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let tape = || Tape::new().stream(get(1, "/a"));
    let client = Client::with(tape(), options.clone(), &[]).asks(1, &request("GET", "/a"), false);
    let client = client.passes(SECOND * 3).expect(&["1 RST_STREAM CANCEL"]);
    client.verdict(&[Outcome::Missing, Outcome::Extra]);

    let client = Client::with(tape(), options, &[]).bytes(b"\0\0\x10\x01");
    let client = client.passes(SECOND * 3).expect(&["0 GOAWAY 0 CANCEL", "Close"]);
    client.verdict(&[Outcome::Missing, Outcome::Extra]);
}

#[test]
fn a_client_that_leaves_a_stream_early_is_reported() {
    let tape = Tape::new().stream(get(1, "/a"));
    let client = Client::with(tape, paced(0.001), &[]).gets(1, "/a");
    let client = client.says(&compose::rst_stream(1, ErrorCode::CANCEL)).passes(SECOND * 9);
    let verdict = client.expect(&[]).verdict(&[Outcome::Changed]);
    let found = &verdict.outcomes[0].mismatches[0];
    assert_eq!(found.actual.as_deref(), Some("ended by the client: CANCEL"));
}

#[test]
fn a_client_that_leaves_as_it_did_in_the_recording_is_the_same() {
    let left = (Direction::ToServer, compose::rst_stream(1, ErrorCode::CANCEL));
    let tape = Tape::new().stream([asked(1, "/a"), status(1, "200", false), left]);
    let client = Client::of(tape).gets(1, "/a").expect(&["1 HEADERS 200"]);
    let client = client.says(&compose::rst_stream(1, ErrorCode::CANCEL)).expect(&[]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn goaway_names_the_live_stream_and_the_connection_ends_after_it() {
    let goaway = told(compose::goaway(9, ErrorCode::NO_ERROR, b"bye"));
    let tape = Tape::new().stream(get(9, "/a").into_iter().chain([goaway]));
    let client = Client::of(tape).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 200", "1 DATA /a .", "0 GOAWAY 1 NO_ERROR", "Close"]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn a_stream_that_the_recorded_goaway_left_out_is_left_out_again() {
    let goaway = || told(compose::goaway(1, ErrorCode::NO_ERROR, b""));
    let first = [asked(1, "/a"), goaway(), status(1, "200", true)];
    let tape = Tape::new().stream(first).stream([asked(3, "/b"), goaway()]);
    let mut client = Client::with(tape, paced(0.001), &[]).gets(1, "/a").gets(3, "/b");
    let mut said = Vec::new();
    for _ in 0..9 {
        client = client.passes(SECOND);
        said.extend(client.said());
    }
    assert_eq!(said, ["0 GOAWAY 1 NO_ERROR", "1 HEADERS 200 .", "Close"]);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn a_server_that_left_an_idle_connection_does_so_at_recorded_pace_only() {
    let tape = || {
        let goaway = told(compose::goaway(1, ErrorCode::NO_ERROR, b""));
        Tape::new().stream_with_pause(get(1, "/a"), 60_000, goaway).stream(get(3, "/b"))
    };
    let client = Client::of(tape()).gets(1, "/a");
    let client = client.expect(&["1 HEADERS 200", "1 DATA /a ."]).passes(SECOND * 99);
    client.gets(3, "/b").expect(&["3 HEADERS 200", "3 DATA /b ."]);

    let client = Client::with(tape(), paced(1.0), &[]).gets(1, "/a").passes(SECOND);
    let client = client.expect(&["1 HEADERS 200", "1 DATA /a ."]).passes(SECOND * 58);
    let client = client.expect(&[]).passes(SECOND * 2);
    client.expect(&["0 GOAWAY 1 NO_ERROR", "Close"]);
}

#[test]
fn an_answer_cut_off_by_the_connection_s_end_ends_it_there() {
    let cut = || [asked(1, "/a"), status(1, "200", false), data(1, "hal", false)];
    for (how, end) in [(How::Fin, "Close"), (How::Reset, "Reset")] {
        let client = Client::of(Tape::new().stream(cut()).server(how)).gets(1, "/a");
        client.expect(&["1 HEADERS 200", "1 DATA hal", end]).verdict(&[Outcome::Same]);
    }
}

#[test]
fn what_was_pushed_is_pushed_to_a_client_that_takes_it() {
    let promise = {
        let block = encode_standalone(&request("GET", "/style"));
        let payload = [&4_u32.to_be_bytes()[..], &block].concat();
        told(Frame::new(Kind::PushPromise, flag::END_HEADERS, 1, payload.into()))
    };
    let tape = || {
        let pushed = [promise.clone(), status(4, "200", false), data(4, "css", true)];
        let [asked, head, body] = get(1, "/a");
        Tape::new().stream([asked].into_iter().chain(pushed).chain([head, body]))
    };
    let mut client = Client::of(tape()).gets(1, "/a");
    let said = client.said();
    assert_eq!(said[0], "1 PUSH_PROMISE GET http 127.0.0.1:4000 /style");
    assert!(said.contains(&"2 DATA css .".to_owned()), "{said:?}");
    client.verdict(&[Outcome::Same]);

    let client = Client::with(tape(), ReplayOptions::default(), &[(ENABLE_PUSH, 0)]);
    client.gets(1, "/a").expect(&["1 HEADERS 200", "1 DATA /a ."]).verdict(&[Outcome::Same]);
}

#[test]
fn recorded_settings_are_said_first_and_bind_the_client() {
    let tape = Tape::new().settings(&[(MAX_CONCURRENT_STREAMS, 1)]).stream(get(1, "/a"));
    let mut client = Client::of(tape);
    let first = client.player.poll_action();
    let Some(Action::Send(bytes)) = first else { panic!("{first:?}") };
    let settings = cassettes::wire::http2::frames(&bytes).next().unwrap().unwrap();
    assert_eq!(settings.settings().unwrap(), [(MAX_CONCURRENT_STREAMS, 1)]);
    client.said();
    let client = client.asks(1, &request("POST", "/a"), false).gets(3, "/a");
    client.expect(&["3 RST_STREAM REFUSED_STREAM"]);
}

#[test]
fn a_client_that_breaks_the_protocol_is_told_and_reported() {
    let broken: [(Frame, &str); 5] = [
        (compose::data(1, "x".into(), false), "PROTOCOL_ERROR"),
        (compose::headers(2, Bytes::from_static(b"\x82"), true), "PROTOCOL_ERROR"),
        (compose::headers(1, Bytes::from_static(b"\xff\xff"), true), "COMPRESSION_ERROR"),
        (compose::window_update(0, 0), "PROTOCOL_ERROR"),
        (compose::settings(&[(INITIAL_WINDOW_SIZE, u32::MAX)]), "FLOW_CONTROL_ERROR"),
    ];
    for (frame, code) in broken {
        let client = Client::of(Tape::new()).says(&frame);
        let mut client = client;
        let said = client.said();
        assert_eq!(said.last().map(String::as_str), Some("Close"), "{said:?}");
        assert!(said[0].ends_with(code), "{said:?}");
        client.verdict(&[Outcome::Extra]);
    }
}

#[test]
fn floods_end_in_enhance_your_calm() {
    let cancel = |id| {
        (1..3000_u32).fold(id, |client: Client, n| {
            let id = 2 * n - 1;
            if client.player.is_over() {
                return client;
            }
            client.gets(id, "/a").says(&compose::rst_stream(id, ErrorCode::CANCEL))
        })
    };
    let settings =
        |client: Client| (0..2000).fold(client, |client, _| client.says(&compose::settings(&[])));
    let pings =
        |client: Client| (0..2000).fold(client, |client, _| client.says(&compose::ping([0; 8])));
    for flood in [&cancel as &dyn Fn(Client) -> Client, &settings, &pings] {
        let mut client = flood(Client::of(Tape::new()));
        let said = client.said();
        let goaway = said.iter().rev().nth(1).unwrap();
        assert!(goaway.ends_with("ENHANCE_YOUR_CALM"), "{goaway}");
        assert!(client.player.is_over());
    }
}

#[test]
fn a_client_that_half_closes_still_gets_its_answer() {
    let client = Client::of(Tape::new().stream(get(1, "/a"))).gets(1, "/a").closes();
    let client = client.expect(&["1 HEADERS 200", "1 DATA /a .", "Close"]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn a_bidirectional_stream_goes_in_lock_step() {
    let fields = || request("POST", "/chat");
    let says = |text: &str| (Direction::ToServer, data(1, text, false).1);
    let tape = Tape::new().stream([
        (Direction::ToServer, headers(1, &fields(), false)),
        status(1, "200", false),
        says("one"),
        data(1, "ONE", false),
        says("two"),
        data(1, "TWO", false),
        (Direction::ToServer, data(1, "", true).1),
        data(1, "", true),
    ]);
    let client = Client::of(tape).asks(1, &fields(), false).expect(&["1 HEADERS 200"]);
    let client = client.says(&says("o").1).expect(&[]);
    let client = client.says(&says("ne").1).expect(&["1 DATA ONE"]);
    let client = client.says(&says("two").1).expect(&["1 DATA TWO"]);
    let client = client.says(&data(1, "", true).1).expect(&["1 DATA  ."]);
    client.verdict(&[Outcome::Same]);
}

#[test]
fn a_thousand_streams_at_once_get_each_equal_exchange_once() {
    let tape = (0..1000).fold(Tape::new(), |tape, n| {
        let body = format!("{n:04}");
        tape.stream([asked(1, "/"), status(1, "200", false), data(1, &body, true)])
    });
    let mut client = (0..1000).fold(Client::of(tape), |client, n| client.gets(2 * n + 1, "/"));
    let said = client.said();
    let mut bodies: Vec<_> = said.iter().filter(|line| line.contains("DATA")).collect();
    assert_eq!(bodies.len(), 1000);
    bodies.sort_by_key(|line| line.split(' ').next_back().map(str::to_owned));
    let verdict = client.verdict(&[Outcome::Same; 1000]);
    assert_eq!(verdict.totals.missing, 0);
}
