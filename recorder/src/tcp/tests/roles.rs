//! Who is the client.

use super::play::{Play, SERVER, carry, syn};
use crate::packet::{Segment, TcpFlags};
use crate::tcp::Limits;

fn between_clients_ports(segment: &mut Segment) {
    for end in [&mut segment.source, &mut segment.destination] {
        if end.port() == 80 {
            end.set_port(40_000);
        }
    }
}

#[test]
fn a_capture_that_begins_with_the_answer_to_a_syn_knows_the_client() {
    Play::new()
        .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .client(0, "a")
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1", "> a at 2"]);
}

#[test]
fn a_server_by_its_port_may_speak_first() {
    Play::new().server(0, "220 hello").client(0, "EHLO").expect([
        "open 10.0.0.1:50000 10.0.0.2:80 Middle at 1",
        "< 220 hello at 1",
        "> EHLO at 2",
    ]);
}

#[test]
fn nobody_is_the_client_before_somebody_speaks() {
    let says = |bytes| {
        move |segment: &mut Segment| {
            carry(segment, 0, bytes);
            between_clients_ports(segment);
        }
    };
    Play::new()
        .server_segment(says(""))
        .client_segment(says(""))
        .expect([])
        .client_segment(says("hello"))
        .server_segment(says("world"))
        .expect(["open 10.0.0.1:50000 10.0.0.2:40000 Middle at 1", "> hello at 3", "< world at 4"]);
}

#[test]
fn a_silent_connection_is_told_at_its_end() {
    Play::new()
        .server_segment(between_clients_ports)
        .finish()
        .expect(["open 10.0.0.2:40000 10.0.0.1:50000 Middle at 1", "end 0 CaptureEnd"]);
}

#[test]
fn a_named_server_stays_one_whoever_speaks_first() {
    let mut server = SERVER;
    server.set_port(40_000);
    Play::with(Limits::default(), vec![server])
        .server_segment(|segment| {
            carry(segment, 0, "hello");
            between_clients_ports(segment);
        })
        .expect(["open 10.0.0.1:50000 10.0.0.2:40000 Middle at 1", "< hello at 1"]);
}
