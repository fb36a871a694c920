//! Sentences, places and edits, as plays.

use bytes::Bytes;
use proptest::prelude::*;

use super::playbook::{chunked, plain, played, scene};
use super::scene::joined;
use super::*;
use crate::model::{CertificateFault, Flight, Script, Stop};

#[test]
fn exactly_the_bytes_before_a_point_are_sent() {
    let exchange = plain();
    let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
    assert_eq!(played("close at head", &exchange), "<Close>");
    assert_eq!(played("reset at status-line", &exchange), "HTTP/1.1 200 OK~<Reset>");
    assert_eq!(
        played("close at header 1", &exchange),
        "HTTP/1.1 200 OK~Content-Length: 10~<Close>"
    );
    assert_eq!(played("close at after-headers", &exchange), format!("{head}<Close>"));
    assert_eq!(played("close at chunk 2", &exchange), format!("{head}01234<Close>"));
    assert_eq!(played("close at body 7", &exchange), format!("{head}0123456<Close>"));
    assert_eq!(played("close at body 50%", &exchange), format!("{head}01234<Close>"));
    assert_eq!(played("close at byte 3", &exchange), "HTT<Close>");
    assert_eq!(played("close at end", &exchange), format!("{head}0123456789<Close>"));
    assert_eq!(played("close at chunk 4", &exchange), "no: the answer has 3 chunks");
}

#[test]
fn a_dropped_answer_is_lost_and_a_stall_goes_on() {
    let exchange = plain();
    assert_eq!(played("reset drop at body 7", &exchange), "<Reset>");
    assert_eq!(
        played("stall for 2s at body 1", &exchange),
        "HTTP/1.1 200 OK~Content-Length: 10~X: y~~0<Flush><Delay(2s)>123456789"
    );
}

#[test]
fn chunks_of_http_are_counted_with_their_framing() {
    let exchange = chunked();
    let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
    assert_eq!(played("close at part 1", &exchange), format!("{head}3~abc~<Close>"));
    assert_eq!(played("close at part 3", &exchange), format!("{head}3~abc~2~de~0~~<Close>"));
    assert_eq!(played("close at body 4", &exchange), format!("{head}3~abc~2~d<Close>"));
}

#[test]
fn another_status_brings_a_body_of_its_own_in_the_same_framing() {
    let told = played("status 503 retry-after 2", &chunked());
    assert!(
        told.starts_with("HTTP/1.1 503 Service Unavailable~Transfer-Encoding: chunked~"),
        "{told}"
    );
    assert!(told.contains("Retry-After: 2~") && told.ends_with("~0~~"), "{told}");
    assert_eq!(
        played("status 500 keep-body", &plain()),
        "HTTP/1.1 500 Internal Server Error~Content-Length: 10~X: y~~0123456789"
    );
}

#[test]
fn an_answer_taken_apart_and_put_together_is_the_same() {
    for exchange in [plain(), chunked()] {
        let scene = scene(&exchange);
        let sent = scene.sends();
        let script = Answer::of(&scene).unwrap().into_script(&scene);
        assert_eq!(joined(&script), sent);
    }
}

#[test]
fn what_is_wrong_with_a_sentence_is_said_with_its_place() {
    let told = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
    assert!(told("clsoe at end").contains("did you mean `close`?"));
    assert!(told("close").contains("`at POINT` is missing"));
    assert!(told("status").contains("`status` is missing"));
    assert!(told("status 1000").starts_with("at character 8: \"1000\" is no status"));
    assert!(told("close at byte 3 on 0").starts_with("at character 20: exchanges are counted"));
    assert!(told("close at byte 3 at end").contains("said twice"));
    assert!(told("huge-header 10GiB").contains("at most 15MiB"));
    assert!(told("stall at end for soon").contains("`for` takes a time"));
}

#[test]
fn selectors_and_attempts_decide_whom_a_fault_hits() {
    let hits = |text: &str, attempt| {
        let target = Target { exchange: 3, connection: 2, method: b"GET", path: b"/a/b?c" };
        format!("close at end {text}").parse::<Fault>().unwrap().hits(&target, attempt, 0)
    };
    assert!(hits("", 9) && hits("on 3", 1) && hits("on connection 2", 1) && hits("on GET /a/*", 1));
    assert!(!hits("on 2", 1) && !hits("on connection 1", 1) && !hits("on POST /a/*", 1));
    assert!(hits("once", 1) && !hits("once", 2) && hits("every 2", 4) && !hits("first 2", 3));
    assert!(hits("on * /a/b?c", 1) && !hits("on * /a/b?d", 1) && !hits("p=0", 1) && hits("p=1", 1));
}

#[test]
fn connections_are_met_by_their_number() {
    let faults =
        |texts: &[&str]| FaultSet::new(texts.iter().map(|text| text.parse().unwrap()).collect(), 0);
    let set = faults(&["accept-delay 2s", "accept-reset on connection 2 once", "close at head"]);
    let (met, places) = set.reception(1).unwrap();
    assert_eq!((met.delay.unwrap().as_secs(), met.stop, met.repeats), (2, None, true));
    assert_eq!((met.faults, places), (vec!["accept-delay 2s".to_owned()], vec![0]));
    let (met, places) = set.reception(2).unwrap();
    assert_eq!((met.stop, places), (Some((Flight::Accept, Stop::Reset)), vec![0, 1]));
    let set = faults(&["tls-alert unknown_ca flight 2 on connection 1 once", "expired once"]);
    let (met, _) = set.reception(1).unwrap();
    assert_eq!(met.stop, Some((Flight::Finished, Stop::Alert(48))));
    assert_eq!((met.certificate, met.repeats), (Some(CertificateFault::Expired), false));
    assert_eq!(set.reception(2), None);
}

#[test]
fn what_hits_connections_hits_no_exchange() {
    let error = "refuse on 3".parse::<Fault>().unwrap_err().to_string();
    assert!(error.contains("`refuse` hits connections: `on connection K`"), "{error}");
    let target = Target { exchange: 1, connection: 1, method: b"GET", path: b"/" };
    assert!(!"refuse".parse::<Fault>().unwrap().hits(&target, 1, 0));
}

fn sentences() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("close".to_owned()),
        Just("reset drop".to_owned()),
        Just("stall for 250ms".to_owned()),
        Just("stall for forever".to_owned()),
    ];
    let point = prop_oneof![
        (0..10_000_u64).prop_map(|n| format!("byte {n}")),
        (0..=1000_u32).prop_map(|n| format!("{}%", f64::from(n) / 10.0)),
        (1..50_u64).prop_map(|n| format!("event {n}")),
        Just("after-headers".to_owned()),
        "[$][.a-z\" ]{0,9}".prop_map(|path| format!("json {}", words::quote(&path, |_| false))),
    ];
    let on = prop_oneof![
        Just(String::new()),
        (1..99_u64).prop_map(|n| format!(" on {n}")),
        (1..99_u32).prop_map(|n| format!(" on connection {n}")),
        "[A-Z]{1,5}".prop_map(|method| format!(" on {method} /a/**?q")),
    ];
    let times = prop_oneof![
        Just(String::new()),
        Just(" once".to_owned()),
        (1..9_u32).prop_map(|n| format!(" first {n} p=0.25 seed={n}")),
    ];
    (kind, point, on, times)
        .prop_map(|(kind, point, on, times)| format!("{kind} at {point}{on}{times}"))
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_same_fault(sentence in sentences()) {
        let fault: Fault = sentence.parse().unwrap();
        let written = fault.to_string();
        prop_assert_eq!(&written.parse::<Fault>().unwrap(), &fault);
        prop_assert_eq!(written.parse::<Fault>().unwrap().to_string(), written);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}") {
        let _ = text.parse::<Fault>();
    }

    #[test]
    fn what_is_sent_before_and_after_a_cut_is_all(offset in 0..90_u64) {
        let exchange = plain();
        let scene = scene(&exchange);
        let (before, after) = edit::cut(&scene, offset);
        let sent = |steps| joined(&Script { steps });
        let (before, after) = (sent(before), sent(after));
        prop_assert_eq!(before.len() as u64, offset.min(scene.sends().len() as u64));
        prop_assert_eq!(Bytes::from([before, after].concat()), scene.sends());
    }
}
