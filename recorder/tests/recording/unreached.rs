//! Servers that cannot be reached.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use cassettes::model::{Direction, How, Side};
use recorder::RecordPlan;
use socket2::{Domain, Socket, Type};

use crate::harness::{Peer, Recorded, Recording, assert_reset, plan};

const GET: &str = "GET /wanted HTTP/1.1\r\nHost: p\r\n\r\n";

/// A client asks; nobody answers.
fn ask(plan: RecordPlan) -> Recorded {
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    client.send(GET);
    let (got, end) = client.rest();
    assert_reset(&end);
    assert!(got.is_empty());
    recording.finish()
}

fn assert_unreached(recorded: &Recorded, how: How) {
    assert_eq!(recorded.closes(0), [(Side::Server, how)]);
    assert_eq!(recorded.sent(Direction::ToServer), [GET], "what was asked is recorded");
    assert_eq!(recorded.sent(Direction::ToClient), [""]);
    assert_eq!(recorded.summary.unreached, 1);
    assert!(recorded.summary.first_failure.is_some());
}

#[test]
fn a_refused_connection_is_recorded_as_one_and_the_client_sees_a_reset() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_unreached(&ask(plan(nobody)), How::Refused);
}

#[test]
fn a_name_that_nobody_has_is_recorded_as_unreachable() {
    let plan = RecordPlan::new("http://nobody.invalid:80".parse().unwrap());
    assert_unreached(&ask(plan), How::Unreachable);
}

#[test]
fn a_server_that_does_not_answer_the_connection_attempt_times_out() {
    let silent = Silent::new();
    let mut plan = plan(silent.address);
    plan.connect_timeout = Duration::from_millis(100);
    assert_unreached(&ask(plan), How::Timeout);
}

#[test]
fn a_client_that_says_nothing_is_let_go_too() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let recording = Recording::of(nobody);
    let mut client = recording.connect();
    assert_reset(&client.rest().1);
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Refused)]);
    assert_eq!(recorded.cassette.exchanges(), []);
}

/// A listener whose queue is full: the kernel drops further attempts.
struct Silent {
    address: SocketAddr,
    _listener: Socket,
    _queue: Vec<TcpStream>,
}

impl Silent {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let queue = std::iter::from_fn(|| {
            TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok()
        });
        let queue = queue.collect();
        Self { address, _listener: listener, _queue: queue }
    }
}
