//! Answers that come bit by bit: recorded with their times, shown with them, replayed at their pace.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Client, Retape};

/// How long the server is silent before each event, in milliseconds.
const GAPS: [u64; 8] = [0, 12, 3, 40, 1, 25, 7, 18];

/// What an LLM's API streams: some events, each in a chunk of its own.
fn events() -> Vec<String> {
    let event = |n: usize| format!("event: delta\ndata: {{\"n\":{n}}}\n\n");
    (0..GAPS.len()).map(event).collect()
}

/// A server for one client, which paces its events.
fn paced_origin() -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.set_nodelay(true).unwrap();
        let mut head = BufReader::new(client.try_clone().unwrap()).lines();
        while head.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        client.write_all(head.as_bytes()).unwrap();
        let (_clock, ticks) = mpsc::channel::<()>();
        for (event, gap) in events().iter().zip(GAPS) {
            // Nobody ticks: this is the server's own pace.
            let _ = ticks.recv_timeout(Duration::from_millis(gap));
            client.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).unwrap();
        }
        client.write_all(b"0\r\n\r\n").unwrap();
    });
    (url, serving)
}

/// Reads the events, each with when its last byte came, since the first one's.
fn read_events(url: &str) -> Vec<(String, Duration)> {
    let mut client = Client::connect(url);
    client.send("GET /v1/stream", "", b"");
    client.part(b"\r\n\r\n");
    let mut start = None;
    let mut read = Vec::new();
    for _ in GAPS {
        client.part(b"\r\n");
        let event = String::from_utf8(client.part(b"\n\n\r\n")).unwrap();
        let at = start.get_or_insert_with(Instant::now).elapsed();
        read.push((event.trim_end_matches("\r\n").to_owned(), at));
    }
    assert_eq!(client.part(b"\r\n\r\n"), b"0\r\n\r\n");
    read
}

/// Of the recorded events: what they say, and when, since the first one.
fn recorded_events(retape: &Retape) -> Vec<(String, Duration)> {
    let ended = retape.run(["show", "sse.cassette", "1", "--format", "json"]);
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    let messages = shown.get("messages").unwrap().as_array().unwrap();
    let nanos = |message: &Value| message.get("at").unwrap().as_u64().unwrap();
    let start = nanos(messages.first().unwrap());
    let at = |message: &Value| Duration::from_nanos(nanos(message) - start);
    let data = |message: &Value| message.get("data").unwrap().as_str().unwrap().to_owned();
    messages.iter().map(|message| (data(message), at(message))).collect()
}

#[test]
fn events_are_recorded_shown_and_replayed_at_their_pace() {
    let retape = Retape::new();
    let (url, serving) = paced_origin();
    let running = retape.serve(["record", "--to", &url, "-o", "sse.cassette"]);
    let live: Vec<_> = read_events(&running.url).into_iter().map(|(event, _)| event).collect();
    assert_eq!(live, events());
    assert_eq!(running.stop().code, Some(0));
    serving.join().unwrap();

    let recorded = recorded_events(&retape);
    let data: Vec<_> = recorded.iter().map(|(data, _)| data.clone()).collect();
    assert_eq!(data, (0..GAPS.len()).map(|n| format!("{{\"n\":{n}}}")).collect::<Vec<_>>());

    let running = retape.serve(["replay", "sse.cassette", "--pace", "recorded"]);
    let replayed = read_events(&running.url);
    assert_eq!(running.stop().code, Some(0));
    let said: Vec<_> = replayed.iter().map(|(event, _)| event.clone()).collect();
    assert_eq!(said, events());
    let off = recorded.iter().zip(&replayed).map(|((_, was), (_, is))| was.abs_diff(*is));
    // Printed, not asserted: a machine that is busy is late.
    println!("furthest from the recorded time of an event: {:?}", off.max().unwrap());
}

#[test]
fn events_are_listed_for_people() {
    let retape = Retape::new();
    let (url, serving) = paced_origin();
    let running = retape.serve(["record", "--to", &url, "-o", "sse.cassette"]);
    read_events(&running.url);
    running.stop();
    serving.join().unwrap();
    let shown = retape.run(["show", "sse.cassette", "1"]).stdout;
    let listed = shown.lines().filter(|line| line.contains("< event delta data {\"n\":"));
    assert_eq!(listed.count(), GAPS.len(), "{shown}");
}
