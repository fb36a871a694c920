//! Faults on live traffic: `retape proxy`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::support::{Client, Origin, Retape, json, text_of};

const BODY: &str = "{\"users\": [1, 2, 3]}";

fn origin() -> Origin {
    Origin::start(|_, _| json(BODY))
}

#[test]
fn without_faults_every_byte_passes() {
    let (retape, origin) = (Retape::new(), origin());
    let running = retape.serve(["proxy", "--to", &origin.url()]);
    assert_eq!(running.client().get("/users"), json(BODY));
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("passed 1 exchange on 1 connection"), "{ended:?}");
}

#[test]
fn an_answer_stops_where_it_was_told_to_and_what_hit_it_is_said() {
    let (retape, origin) = (Retape::new(), origin());
    let fault = "close at body 5 on GET /users once";
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let whole = json(BODY);
    let cut = &whole[..whole.len() - BODY.len() + 5];
    let mut client = running.client();
    client.send("GET /users", "", b"");
    assert_eq!(client.end().unwrap(), cut);
    assert_eq!(running.client().get("/users"), whole, "the second asking is spared");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = format!("broke exchange 1, GET /users: {fault} (after {} bytes)", cut.len());
    assert!(ended.stderr.contains(&told), "{ended:?}");
    assert!(ended.stderr.contains(&format!("{fault}: applied 1 time")), "{ended:?}");
}

#[test]
fn faults_of_a_file_hit_a_command_and_are_written_down_as_lines_of_json() {
    let (retape, origin) = (Retape::new(), origin());
    retape.write("day.toml", "faults = [\"status 503 retry-after 1 on GET /users\"]\n");
    let client = "curl -s -o answer -w '%{http_code}' $RETAPE_URL/users; curl -s $RETAPE_URL/other";
    let args = ["proxy", "--to", &origin.url(), "--faults", "day.toml", "--events", "events.json"];
    let ended = retape.run(args.into_iter().chain(["--", "sh", "-c", client]));
    assert_eq!((ended.code, &ended.stdout[..]), (Some(0), &format!("503{BODY}")[..]), "{ended:?}");
    assert!(text_of(&retape.path("answer")).contains("\"status\":503"));
    let events = text_of(&retape.path("events.json"));
    let events: Vec<Value> = events.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["request"], "GET /users");
    assert_eq!(events[0]["applied"], true);
    assert_eq!(events[1]["faults"][0]["applied"], 1);
}

#[test]
fn a_command_that_no_fault_hit_has_shown_nothing() {
    let (retape, origin) = (Retape::new(), origin());
    let ended = |more: &[&str], command: &str| {
        let args = ["proxy", "--to", &origin.url(), "--fault", "close at byte 5000"];
        let args = args.into_iter().chain(more.iter().copied());
        retape.run(args.chain(["--", "sh", "-c", command]))
    };
    let asks = "curl -s $RETAPE_URL/users";
    let unused = ended(&[], asks);
    assert_eq!(unused.code, Some(1), "{unused:?}");
    assert!(unused.stderr.contains("close at byte 5000: the answer ended after"), "{unused:?}");
    assert_eq!(ended(&["--allow-unused"], asks).code, Some(0));
    assert_eq!(ended(&[], "exit 7").code, Some(7), "a failing command's own code comes first");
}

#[test]
fn why_a_fault_hit_nothing_is_told() {
    let (retape, origin) = (Retape::new(), origin());
    for (fault, why) in [
        ("expired", "the client does not speak TLS with the proxy"),
        ("wrong-exchange", "there is no cassette of which another exchange could answer"),
        ("100-late 1s", "no `100 Continue` came before the answer"),
        ("status 503 on GET /other", "nothing that it selects was there"),
    ] {
        let args = ["proxy", "--to", &origin.url(), "--ca", "ca", "--fault", fault, "--"];
        let ended = retape.run(args.into_iter().chain(["sh", "-c", "curl -s $RETAPE_URL/users"]));
        assert_eq!((ended.code, &ended.stdout[..]), (Some(1), BODY), "{fault}: {ended:?}");
        assert!(ended.stderr.contains(&format!("    {fault}: {why}\n")), "{fault}: {ended:?}");
    }
}

#[test]
fn what_is_recorded_besides_is_what_the_server_said() {
    let (retape, origin) = (Retape::new(), origin());
    let args =
        ["proxy", "--to", &origin.url(), "--fault", "reset at body 3", "-o", "live.cassette"];
    let running = retape.serve(args);
    let mut client = running.client();
    client.send("GET /users", "", b"");
    client.end().unwrap_err();
    assert_eq!(running.stop().code, Some(0));
    let replay = retape.serve(["replay", "live.cassette"]);
    assert_eq!(replay.client().get("/users"), json(BODY));
    assert_eq!(replay.stop().code, Some(0));
}

#[test]
fn a_clients_proxy_breaks_what_it_asks_of_anybody() {
    let (retape, origin) = (Retape::new(), origin());
    let client = format!("curl -sS {}/users", origin.url());
    let args = ["proxy", "--proxy", "--ca", "ca", "--fault", "close at body 4", "--"];
    let ended = retape.run(args.into_iter().chain(["sh", "-c", &client]));
    assert_eq!(ended.code, Some(18), "curl tells of a partial file: {ended:?}");
    assert_eq!(ended.stdout, &BODY[..4]);
}

#[test]
fn a_sentence_that_is_no_fault_is_refused_before_anything_starts() {
    let retape = Retape::new();
    let ended = retape.run(["proxy", "--to", "http://127.0.0.1:9", "--fault", "clse at byte 3"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("did you mean `close`?"), "{ended:?}");
}

#[test]
fn plain_tcp_is_slowed_and_broken_by_the_byte() {
    let (retape, origin) = (Retape::new(), origin());
    let to = origin.url().replace("http://", "tcp://");
    let args = ["proxy", "--to", &to, "--fault", "latency 5ms", "--fault", "close at byte 9"];
    let running = retape.serve(args);
    let url = running.url.replace("tcp://", "http://");
    let mut client = Client::connect(&url);
    client.send("GET /users", "", b"");
    assert_eq!(client.end().unwrap(), b"HTTP/1.1 ");
    assert_eq!(running.stop().code, Some(0));
}

/// A server that tells its one client to go on, and answers once it has the five bytes of the body.
fn telling_to_go_on() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            heard.extend(byte);
        }
        client.write_all(GO_ON).unwrap();
        client.read_exact(&mut [0; 5]).unwrap();
        client.write_all(&json(BODY)).unwrap();
    };
    (url, thread::spawn(serve))
}

const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn a_client_that_waits_to_be_told_to_go_on_is_told_at_once_whatever_becomes_of_its_answer() {
    for (fault, says) in [
        ("status 503", "HTTP/1.1 503 Service Unavailable\r\n"),
        ("remove at json $.users[0]", "[2, 3]"),
        ("100-late 10ms", BODY),
    ] {
        let (retape, (url, server)) = (Retape::new(), telling_to_go_on());
        let running = retape.serve(["proxy", "--to", &url, "--fault", fault]);
        let mut client = running.client();
        client.send("PUT /users", "Expect: 100-continue\r\nContent-Length: 5\r\n", b"");
        // It sends nothing more before that.
        assert_eq!(client.part(b"\r\n\r\n"), GO_ON, "{fault}");
        client.send_raw(b"hello");
        let answer = String::from_utf8(client.answer()).unwrap();
        assert!(answer.contains(says), "{fault}: {answer}");
        server.join().unwrap();
        let ended = running.stop();
        assert!(ended.stderr.contains(&format!("{fault}: applied 1 time")), "{fault}: {ended:?}");
    }
}

#[test]
fn a_client_that_is_never_told_to_go_on_does_so_when_it_has_waited_enough() {
    let (retape, (url, server)) = (Retape::new(), telling_to_go_on());
    let running = retape.serve(["proxy", "--to", &url, "--fault", "100-never"]);
    let mut client = running.client();
    client.send("PUT /users", "Expect: 100-continue\r\nContent-Length: 5\r\n", b"");
    client.send_raw(b"hello");
    assert_eq!(client.answer(), json(BODY));
    server.join().unwrap();
    assert_eq!(running.stop().code, Some(0));
}
