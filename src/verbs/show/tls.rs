//! How a client came, and what TLS handshakes settled, in words and for programs.

use cassettes::model::{Connection, Tls, Trust, Way};
use cassettes::wire::tls_names;
use serde_json::{Value, json};

use crate::printable::Printable;

/// What there is to say of it; nothing of a client that came directly and spoke plainly.
pub(super) fn lines(connection: &Connection) -> Vec<String> {
    let mut lines = Vec::new();
    if connection.way != Way::Direct {
        lines.push(format!("the client came {}", way_in_words(connection.way)));
    }
    for (whose, tls) in
        [("to the client", &connection.tls), ("to the server", &connection.upstream_tls)]
    {
        lines.extend(tls.as_deref().map(|tls| format!("TLS {whose}: {}", in_words(tls))));
    }
    lines
}

const fn way_in_words(way: Way) -> &'static str {
    match way {
        Way::Direct => "directly",
        Way::Forward => "by a forward proxy",
        Way::Connect => "through CONNECT",
        Way::Socks5 => "through SOCKS5",
        Way::Transparent => "for the server itself",
    }
}

fn in_words(tls: &Tls) -> String {
    let text = |text: &str| Printable(text.as_bytes()).to_string();
    let mut words = vec![match tls.version {
        0 => "the handshake was not finished".to_owned(),
        number => number_or(number, tls_names::version(number)),
    }];
    if tls.cipher != 0 {
        words.push(number_or(tls.cipher, tls_names::cipher(tls.cipher)));
    }
    if !tls.sni.is_empty() {
        words.push(format!("for {}", text(&tls.sni)));
    }
    match (tls.alpn.as_str(), tls.offered.as_slice()) {
        ("", []) => {}
        ("", offered) => words.push(format!("no protocol chosen of {}", text(&offered.join(" ")))),
        (chosen, []) => words.push(text(chosen)),
        (chosen, offered) => {
            words.push(format!("{} chosen of {}", text(chosen), text(&offered.join(" "))));
        }
    }
    match tls.trust {
        Trust::Unknown => {}
        Trust::Verified => words.push("certificate verified".to_owned()),
        Trust::Unverified => words.push("certificate not verified".to_owned()),
    }
    words.join(", ")
}

fn number_or(number: u16, name: Option<&str>) -> String {
    name.map_or_else(|| format!("{number:#06x}"), str::to_owned)
}

/// As people write it in a YAML cassette.
pub(super) const fn way(way: Way) -> &'static str {
    match way {
        Way::Direct => "direct",
        Way::Forward => "forward",
        Way::Connect => "connect",
        Way::Socks5 => "socks5",
        Way::Transparent => "transparent",
    }
}

pub(super) fn json(tls: &Tls) -> Value {
    let trust = match tls.trust {
        Trust::Unknown => "unknown",
        Trust::Verified => "verified",
        Trust::Unverified => "unverified",
    };
    json!({
        "sni": tls.sni,
        "offered": tls.offered,
        "alpn": tls.alpn,
        "version": (tls.version != 0).then(|| number_or(tls.version, tls_names::version(tls.version))),
        "cipher": (tls.cipher != 0).then(|| number_or(tls.cipher, tls_names::cipher(tls.cipher))),
        "certificate": trust,
    })
}
