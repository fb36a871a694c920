//! A recorder that put its own origin in place of the server's did so after what it recorded; a replayer
//! does it again, with its own.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cassettes::model::{Direction, Step};
use cassettes::wire::http1::rewrite::Rewriter;
use cassettes::wire::http2::rewrite::Recorded;

use super::align::align;

/// The steps, with `origin` (`http://host:port`) replaced in answers by what the client calls this
/// server: `own`, with the `Host` of its `request` head.
pub(super) fn replace(
    steps: VecDeque<Step>,
    origin: &str,
    own: &str,
    request: &Bytes,
) -> VecDeque<Step> {
    let mut rewriter = Rewriter::origin(origin, own);
    rewriter.advance(Direction::ToServer, request, &mut |_| {});
    let mut replaced = VecDeque::with_capacity(steps.len());
    for step in steps {
        if let Step::Send(bytes) = &step {
            rewriter.advance(Direction::ToClient, bytes, &mut send_to(&mut replaced));
            continue;
        }
        if ends(&step) {
            // What was held back because a line was not whole: no more of it will come.
            rewriter.finish(Direction::ToClient, &mut send_to(&mut replaced));
        }
        replaced.push_back(step);
    }
    rewriter.finish(Direction::ToClient, &mut send_to(&mut replaced));
    replaced
}

/// The same of steps that are not a server's own: what waits, or ends, does so where it did.
pub(super) fn replace_in_script(
    steps: VecDeque<Step>,
    origin: &str,
    own: &str,
    request: &Bytes,
) -> VecDeque<Step> {
    let said = joined(&steps);
    let whole = replace(VecDeque::from([Step::Send(said.clone())]), origin, own, request);
    let replaced = joined(&whole);
    if replaced == said { steps } else { with_sends(steps, &said, &replaced) }
}

/// All that is sent.
fn joined(steps: &VecDeque<Step>) -> Bytes {
    let mut joined = BytesMut::new();
    for step in steps {
        if let Step::Send(bytes) = step {
            joined.extend_from_slice(bytes);
        }
    }
    joined.freeze()
}

/// The steps, with sends of the same places in what was replaced.
fn with_sends(steps: VecDeque<Step>, said: &Bytes, replaced: &Bytes) -> VecDeque<Step> {
    let mut end = 0;
    let ends = steps.iter().filter_map(|step| match step {
        Step::Send(bytes) => {
            end += bytes.len();
            Some(end)
        }
        _ => None,
    });
    let ends: Vec<_> = ends.collect();
    let mut ends = align(said, replaced, &ends).into_iter();
    let mut start = 0;
    let step = |step| match step {
        Step::Send(_) => {
            let end = ends.next().unwrap_or(start);
            let bytes = replaced.slice(start..end.max(start));
            start = end.max(start);
            Step::Send(bytes)
        }
        other => other,
    };
    let is_empty = |step: &Step| matches!(step, Step::Send(bytes) if bytes.is_empty());
    steps.into_iter().map(step).filter(|step| !is_empty(step)).collect()
}

/// The same of HTTP/2, where `own` is all that the client calls this server: in fields only, as the recorder does.
pub(super) fn replace_in_frames(
    mut steps: VecDeque<Step>,
    origin: &str,
    own: &str,
) -> VecDeque<Step> {
    let mut recorded = Recorded::new(origin, own);
    for step in &mut steps {
        if let Step::Send(bytes) = step {
            *bytes = recorded.replace(bytes);
        }
    }
    steps
}

fn send_to(steps: &mut VecDeque<Step>) -> impl FnMut(Bytes) {
    |bytes| steps.push_back(Step::Send(bytes))
}

const fn ends(step: &Step) -> bool {
    matches!(step, Step::HalfClose | Step::Close | Step::Reset | Step::Stall(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(host: &str, sends: &[&'static str]) -> String {
        let steps = sends.iter().map(|send| Step::Send(Bytes::from_static(send.as_bytes())));
        let steps = steps.chain([Step::Close]).collect();
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let steps = replace(steps, "http://api.test", "127.0.0.1:5000", &request.into());
        assert_eq!(steps.back(), Some(&Step::Close));
        let sent = steps.iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(String::from_utf8(bytes.to_vec()).unwrap()),
            _ => None,
        });
        sent.collect()
    }

    #[test]
    fn a_redirect_leads_back_to_the_replayer_by_the_name_that_the_client_used() {
        let answer =
            ["HTTP/1.1 302 Found\r\nLocation: http://api.test/x\r\nContent-Length: 0\r\n\r\n"];
        assert!(
            replaced("localhost:5000", &answer).contains("Location: http://localhost:5000/x\r\n")
        );
    }

    #[test]
    fn a_redirect_to_a_server_in_tls_leads_a_client_in_tls_back() {
        let answer = b"HTTP/1.1 302 Found\r\nLocation: https://api.test/x\r\n\r\n";
        let steps = VecDeque::from([Step::Send(Bytes::from_static(answer))]);
        let request = Bytes::from_static(b"GET / HTTP/1.1\r\nHost: own.test\r\n\r\n");
        let steps = replace(steps, "https://api.test", "https://localhost:1", &request);
        let expected = b"HTTP/1.1 302 Found\r\nLocation: https://own.test/x\r\n\r\n";
        assert_eq!(steps, [Step::Send(Bytes::from_static(expected))]);
    }

    #[test]
    fn a_field_cut_between_chunks_is_replaced_too_and_nothing_is_lost() {
        let answer = ["HTTP/1.1 302 Found\r\nLocation: http://ap", "i.test/x\r\nContent-Le"];
        let said = replaced("localhost:5000", &answer);
        assert_eq!(said, "HTTP/1.1 302 Found\r\nLocation: http://localhost:5000/x\r\nContent-Le");
    }

    #[test]
    fn what_waits_in_a_script_waits_where_it_did() {
        let script = |body: [&'static str; 2]| {
            let [first, second] = body.map(|part| Step::Send(Bytes::from_static(part.as_bytes())));
            let pause = Step::Delay(std::time::Duration::from_secs(1));
            VecDeque::from([first, Step::Flush, pause, second, Step::Reset])
        };
        let request = Bytes::from_static(b"GET / HTTP/1.1\r\nHost: localhost:5000\r\n\r\n");
        let replace = |steps| replace_in_script(steps, "http://api.test", "localhost", &request);
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n\r\nwords, ";
        let plain = script([head, "and more of them, 30 in all"]);
        assert_eq!(replace(plain.clone()), plain, "nothing is to be replaced");
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 39\r\n\r\nhttp://api.test/";
        let own = head.replace("api.test", "localhost:5000").replace("39", "51");
        let expected = script([Box::leak(own.into()), "x and http://localhost:5000/y"]);
        let steps = replace(script([head, "x and http://api.test/y"]));
        assert_eq!(steps.back(), Some(&Step::Reset));
        assert_eq!(steps, expected);
    }

    #[test]
    fn a_link_in_a_body_leads_back_too_and_its_length_is_right() {
        let answer = [
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n",
            "{\"next\":\"http://ap",
            "i.test/2\"}",
        ];
        let said = replaced("localhost:5000", &answer);
        let expected = "Content-Length: 32\r\n\r\n{\"next\":\"http://localhost:5000/2\"}";
        assert!(said.ends_with(expected), "{said}");
    }
}
