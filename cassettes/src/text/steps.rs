//! The one-line notations of what is staged, each with its inverse: steps (`send 120`, `delay 250ms`), and where a
//! connection stops (`alert handshake_failure at server-hello`).

use std::time::Duration;

use super::error::TextError;
use super::quantity::{duration, show_duration};
use super::tree::Node;
use crate::model::{CertificateFault, Flight, Reception, Step, Stop, Until};
use crate::wire::tls_names;

const STEP: &str = "what is done, as in `receive request`, `send 120`, `send rest`, `delay 250ms`, `flush`, `half-close`, `close`, `reset`, `stall`, `alert internal_error`";
const STOP: &str = "how and where, as in `close at accept`, `reset at server-hello`, `silent at finished`, or `alert handshake_failure at server-hello`";
const CERTIFICATE: &str =
    "`expired`, `not-yet-valid`, `wrong-host`, `self-signed` or `untrusted-root`";

/// A step whose send may be of all that is left.
pub(super) type Draft = Step<Option<u64>>;

/// The step that `node` says, but for those with bytes of their own.
pub(super) fn step_of(node: &Node<'_>) -> Result<Draft, TextError> {
    let text = node.text("a step", STEP)?;
    let invalid = || node.place.invalid("the step", text, STEP);
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let time = |rest| duration(rest, "the time", node.place).map(Duration::from_nanos);
    let step = match (word, rest.trim()) {
        ("send", "" | "rest") => Step::Send(None),
        ("send", count) => Step::Send(Some(count.parse().map_err(|_| invalid())?)),
        ("receive", rest) => Step::Receive(until(rest).ok_or_else(invalid)?),
        ("wait", rest) => Step::Wait(time(rest)?),
        ("delay", rest) => Step::Delay(time(rest)?),
        ("stall", "") => Step::Stall(None),
        ("stall", rest) => Step::Stall(Some(time(rest)?)),
        ("alert", name) => Step::Alert(alert_number(name).ok_or_else(invalid)?),
        ("flush", "") => Step::Flush,
        ("mute", "") => Step::Mute,
        ("stop-reading", "") => Step::StopReading,
        ("half-close", "") => Step::HalfClose,
        ("close", "") => Step::Close,
        ("cut", "") => Step::Cut,
        ("reset", "") => Step::Reset,
        _ => return Err(invalid()),
    };
    Ok(step)
}

/// A script in words, a step each.
pub fn script_lines(script: &[Step<u64>]) -> impl Iterator<Item = String> + '_ {
    script.iter().map(|step| match step {
        Step::Beneath(bytes) => format!("beneath TLS: {} bytes", bytes.len()),
        step => show_step(step),
    })
}

/// A reception in words, a line each.
pub fn reception_lines(reception: &Reception) -> impl Iterator<Item = String> + '_ {
    let time = |time: Duration| show_duration(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let delay = reception.delay.map(|delay| format!("delay {}", time(delay)));
    let certificate =
        reception.certificate.map(|it| format!("certificate {}", show_certificate(it)));
    [delay, certificate, reception.stop.map(show_stop)].into_iter().flatten()
}

/// The inverse of [`step_of`].
pub(super) fn show_step(step: &Step<u64>) -> String {
    let time = |time: &Duration| show_duration(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    match step {
        Step::Send(count) => format!("send {count}"),
        Step::Receive(until) => format!("receive {}", show_until(*until)),
        Step::Wait(wait) => format!("wait {}", time(wait)),
        Step::Delay(delay) => format!("delay {}", time(delay)),
        Step::Stall(None) => "stall".to_owned(),
        Step::Stall(Some(stall)) => format!("stall {}", time(stall)),
        Step::Alert(number) => format!("alert {}", alert_name(*number)),
        Step::Flush => "flush".to_owned(),
        Step::Beneath(_) => "beneath".to_owned(),
        Step::Mute => "mute".to_owned(),
        Step::StopReading => "stop-reading".to_owned(),
        Step::HalfClose => "half-close".to_owned(),
        Step::Close => "close".to_owned(),
        Step::Cut => "cut".to_owned(),
        Step::Reset => "reset".to_owned(),
    }
}

fn until(text: &str) -> Option<Until> {
    match text {
        "head" => return Some(Until::Head),
        "request" => return Some(Until::RequestEnd),
        "close" => return Some(Until::ClientClose),
        _ => {}
    }
    let (count, of) = text.split_once(' ')?;
    let count = count.parse().ok()?;
    match of {
        "bytes" => Some(Until::Bytes(count)),
        "bytes after request" => Some(Until::Tail(count)),
        "bytes of body" => Some(Until::Body(count)),
        "messages" => Some(Until::Messages(count)),
        _ => None,
    }
}

fn show_until(until: Until) -> String {
    match until {
        Until::Head => "head".to_owned(),
        Until::RequestEnd => "request".to_owned(),
        Until::ClientClose => "close".to_owned(),
        Until::Bytes(count) => format!("{count} bytes"),
        Until::Tail(count) => format!("{count} bytes after request"),
        Until::Body(count) => format!("{count} bytes of body"),
        Until::Messages(count) => format!("{count} messages"),
    }
}

const STOPS: [(Stop, &str); 4] = [
    (Stop::Refuse, "refuse"),
    (Stop::Close, "close"),
    (Stop::Reset, "reset"),
    (Stop::Silent, "silent"),
];

const FLIGHTS: [(Flight, &str); 3] = [
    (Flight::Accept, "accept"),
    (Flight::ServerHello, "server-hello"),
    (Flight::Finished, "finished"),
];

const CERTIFICATES: [(CertificateFault, &str); 5] = [
    (CertificateFault::Expired, "expired"),
    (CertificateFault::NotYetValid, "not-yet-valid"),
    (CertificateFault::WrongHost, "wrong-host"),
    (CertificateFault::SelfSigned, "self-signed"),
    (CertificateFault::UntrustedRoot, "untrusted-root"),
];

/// How and where a connection stops, as `node` says.
pub(super) fn stop_of(node: &Node<'_>) -> Result<(Flight, Stop), TextError> {
    let text = node.text("a stop", STOP)?;
    let parts = || {
        let (how, flight) = text.rsplit_once(" at ")?;
        let stop = match how.strip_prefix("alert ") {
            Some(name) => Stop::Alert(alert_number(name)?),
            None => meaning(&STOPS, how)?,
        };
        Some((meaning(&FLIGHTS, flight)?, stop))
    };
    parts().ok_or_else(|| node.place.invalid("the stop", text, STOP))
}

/// The inverse of [`stop_of`].
pub(super) fn show_stop((flight, stop): (Flight, Stop)) -> String {
    let flight = word(&FLIGHTS, flight);
    match stop {
        Stop::Alert(number) => format!("alert {} at {flight}", alert_name(number)),
        stop => format!("{} at {flight}", word(&STOPS, stop)),
    }
}

/// What is wrong with a certificate, as `node` says.
pub(super) fn certificate_of(node: &Node<'_>) -> Result<CertificateFault, TextError> {
    let text = node.text("certificate", CERTIFICATE)?;
    let found = meaning(&CERTIFICATES, text);
    found.ok_or_else(|| node.place.invalid("the certificate", text, CERTIFICATE))
}

/// The inverse of [`certificate_of`].
pub(super) fn show_certificate(fault: CertificateFault) -> &'static str {
    word(&CERTIFICATES, fault)
}

fn meaning<T: Copy>(words: &[(T, &str)], text: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == text).map(|(meaning, _)| *meaning)
}

fn word<T: PartialEq + Copy>(words: &[(T, &'static str)], meaning: T) -> &'static str {
    words.iter().find(|(known, _)| *known == meaning).map_or("", |(_, word)| word)
}

fn alert_number(name: &str) -> Option<u8> {
    tls_names::alert_from_name(name).or_else(|| name.parse().ok())
}

fn alert_name(number: u8) -> String {
    tls_names::alert(number).map_or_else(|| number.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tree;

    #[test]
    fn steps_are_shown_as_they_are_read() {
        let steps = "receive head,receive 5 bytes,receive request,receive 3 bytes after request,\
            receive 10 bytes of body,receive 2 messages,receive close,send 120,wait 1.5ms,\
            delay 250ms,flush,mute,half-close,close,cut,alert internal_error,alert 200,reset,\
            stall,stall 2s";
        for text in steps.split(',') {
            let step = step_of(&tree::parse(text).unwrap()).unwrap();
            assert_eq!(show_step(&step.map_send(Option::unwrap)), text);
        }
        for text in ["send", "send rest"] {
            assert_eq!(step_of(&tree::parse(text).unwrap()), Ok(Step::Send(None)));
        }
        for text in ["sends", "send -1", "send 1 byte", "receive", "receive 3", "delay", "close 1"]
        {
            assert!(step_of(&tree::parse(text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn stops_are_shown_as_they_are_read() {
        for text in ["refuse at accept", "silent at finished", "alert bad_certificate at finished"]
        {
            assert_eq!(show_stop(stop_of(&tree::parse(text).unwrap()).unwrap()), text);
        }
        for text in ["close", "close at last", "alert at accept", "shut at accept"] {
            assert!(stop_of(&tree::parse(text).unwrap()).is_err(), "{text}");
        }
    }
}
