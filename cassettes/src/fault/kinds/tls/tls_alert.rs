//! A handshake that is refused in words.

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse};
use crate::model::{Reception, Stop};
use crate::wire::tls_names::alert_from_name;

use super::flight::{FLIGHT, flight};

pub(super) const KIND: Kind = Kind {
    name: "tls-alert",
    family: Family::Tls,
    meaning: "Sends this fatal alert, then FIN, in place of the server's first flight of the handshake, or with `flight 2` once the client has finished it.",
    standard: true,
    params: &[
        Param::place("name", ParamType::Word(NAMES), "the alert, by its name in RFC 8446 §6"),
        FLIGHT,
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["handshake_failure", "certificate_required flight 2"],
    action: Action::Reception(tls_alert),
};

fn tls_alert(args: &Args) -> Reception {
    let number = args.text("name").and_then(alert_from_name).unwrap_or(HANDSHAKE_FAILURE);
    Reception { stop: Some((flight(args), Stop::Alert(number))), ..Reception::default() }
}

const HANDSHAKE_FAILURE: u8 = 40;

/// Those that a server may send to end a connection.
const NAMES: &[&str] = &[
    "unexpected_message",
    "bad_record_mac",
    "record_overflow",
    "handshake_failure",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "illegal_parameter",
    "unknown_ca",
    "access_denied",
    "decode_error",
    "decrypt_error",
    "protocol_version",
    "insufficient_security",
    "internal_error",
    "inappropriate_fallback",
    "user_canceled",
    "missing_extension",
    "unsupported_extension",
    "unrecognized_name",
    "bad_certificate_status_response",
    "unknown_psk_identity",
    "certificate_required",
    "no_application_protocol",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_number() {
        assert!(NAMES.iter().all(|name| alert_from_name(name).is_some()));
    }
}
