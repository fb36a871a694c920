//! What is known of each connection, as text.

use super::super::notation::show_gap;
use super::super::quantity::show_duration;
use super::super::tls::{TRUSTS, WAYS};
use super::emitter::{Emitter, inline};
use super::exchange::show_ends;
use super::{Uses, ends, staging};
use crate::model::{Cassette, Connection, Timestamp, Tls, Transport, Trust, Way};
use crate::wire::tls_names;

/// Its times and ends aside, nothing is known of it.
pub(super) fn is_bare(connection: &Connection, first_start: Timestamp) -> bool {
    let closes = connection.closes.clone();
    *connection == Connection { closes, ..Connection::opened_at(first_start) }
}

/// Those that do not go without saying: one a line, but for TLS, gaps, and what is staged.
pub(super) fn write(yaml: &mut Emitter, cassette: &Cassette, uses: &Uses) {
    if uses.listed > 0 {
        yaml.blank_line();
        yaml.key(0, "connections", "");
    }
    for (at, connection) in cassette.connections().iter().enumerate().take(uses.listed) {
        let name = (at + 1).to_string();
        let facts = facts(connection, uses, at, uses.first_start(cassette, at));
        let is_long = connection.tls.is_some() || connection.upstream_tls.is_some();
        let is_long = is_long || connection.reception.is_some() || !connection.faults.is_empty();
        if !is_long && connection.gaps.is_empty() {
            let facts: Vec<_> =
                facts.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            yaml.key(2, &name, &format!("{{{}}}", facts.join(", ")));
        } else {
            yaml.key(2, &name, "");
            for (key, value) in &facts {
                yaml.key(4, key, value);
            }
            let gaps: Vec<_> = connection.gaps.iter().copied().map(show_gap).collect();
            if !gaps.is_empty() {
                yaml.list(4, "gaps", &gaps);
            }
            if let Some(reception) = &connection.reception {
                staging::write_reception(yaml, 4, reception);
            }
            staging::write_applied(yaml, 4, &connection.faults);
        }
    }
    yaml.blank_line();
}

/// Keys and values, these being YAML already.
fn facts(
    connection: &Connection,
    uses: &Uses,
    at: usize,
    first_start: Timestamp,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if connection.opened != first_start {
        facts.push(("opened", show_duration(connection.opened.as_nanos())));
    }
    if connection.transport == Transport::Unix {
        facts.push(("transport", "unix".to_owned()));
    }
    if connection.way != Way::Direct {
        facts.push(("way", word(&WAYS, connection.way)));
    }
    let addresses = [
        ("client", &connection.client),
        ("server", &connection.server),
        ("upstream", &connection.upstream),
    ];
    for (key, value) in addresses.into_iter().filter(|(_, value)| !value.is_empty()) {
        facts.push((key, inline(value)));
    }
    for (key, tls) in [("tls", &connection.tls), ("upstream_tls", &connection.upstream_tls)] {
        facts.extend(tls.as_deref().map(|tls| (key, show_tls(tls))));
    }
    let is_used = uses.last.get(at).copied().flatten().is_some();
    if !is_used && !connection.closes.is_empty() {
        facts.push(("end", show_ends(&ends(&connection.closes, connection.opened))));
    }
    facts
}

fn show_tls(tls: &Tls) -> String {
    let mut facts = Vec::new();
    if !tls.sni.is_empty() {
        facts.push(format!("sni: {}", inline(&tls.sni)));
    }
    if !tls.offered.is_empty() {
        let offered: Vec<_> = tls.offered.iter().map(|protocol| inline(protocol)).collect();
        facts.push(format!("offered: [{}]", offered.join(", ")));
    }
    if !tls.alpn.is_empty() {
        facts.push(format!("alpn: {}", inline(&tls.alpn)));
    }
    if tls.version != 0 {
        facts.push(format!("version: {}", number(tls.version, tls_names::version(tls.version))));
    }
    if tls.cipher != 0 {
        facts.push(format!("cipher: {}", number(tls.cipher, tls_names::cipher(tls.cipher))));
    }
    if tls.trust != Trust::Unknown {
        facts.push(format!("trust: {}", word(&TRUSTS, tls.trust)));
    }
    format!("{{{}}}", facts.join(", "))
}

fn number(number: u16, name: Option<&str>) -> String {
    name.map_or_else(|| format!("0x{number:04x}"), str::to_owned)
}

fn word<T: PartialEq + Copy>(words: &[(T, &str)], meaning: T) -> String {
    words.iter().find(|(known, _)| *known == meaning).map_or("", |(_, word)| word).to_owned()
}
