//! How a client came, and what its TLS handshake settled.

use super::super::error::TextError;
use super::super::fields::Fields;
use super::super::tls::{TRUSTS, WAYS};
use super::super::tree::Node;
use super::string;
use crate::model::{Tls, Trust, Way};
use crate::wire::tls_names;

const TLS: &[&str] = &["sni", "offered", "alpn", "version", "cipher", "trust"];

/// The way that `node` says.
pub(super) fn way(node: &Node<'_>) -> Result<Way, TextError> {
    const EXPECTED: &str = "`direct`, `forward`, `connect`, `socks5` or `transparent`";
    let text = node.text("way", EXPECTED)?;
    let found = WAYS.iter().find(|(_, name)| *name == text);
    found.map(|(way, _)| *way).ok_or_else(|| node.place.invalid("the way", text, EXPECTED))
}

/// What is known of TLS under `key`, if it is there.
pub(super) fn read(
    fields: &Fields<'_, '_>,
    key: &'static str,
) -> Result<Option<Box<Tls>>, TextError> {
    let Some(node) = fields.get(key) else { return Ok(None) };
    let fields = Fields::of(node, key, TLS)?;
    Ok(Some(Box::new(Tls {
        sni: string(&fields, "sni")?,
        offered: fields.get("offered").map(offered).transpose()?.unwrap_or_default(),
        alpn: string(&fields, "alpn")?,
        version: fields.get("version").map(version).transpose()?.unwrap_or_default(),
        cipher: fields.get("cipher").map(cipher).transpose()?.unwrap_or_default(),
        trust: fields.get("trust").map(trust).transpose()?.unwrap_or_default(),
    })))
}

fn offered(node: &Node<'_>) -> Result<Vec<String>, TextError> {
    let protocols = node.list("offered", "a list of protocols, as in `[h2, http/1.1]`")?;
    let name = |node: &Node<'_>| node.text("a protocol", "text, as in `h2`").map(str::to_owned);
    protocols.iter().map(name).collect()
}

fn version(node: &Node<'_>) -> Result<u16, TextError> {
    const EXPECTED: &str = "a version of TLS, as in `1.3`, or its number, as in `0x0304`";
    let text = node.text("version", EXPECTED)?;
    let number = tls_names::version_from_name(text).or_else(|| hex(text));
    number.ok_or_else(|| node.place.invalid("the version", text, EXPECTED))
}

fn cipher(node: &Node<'_>) -> Result<u16, TextError> {
    const EXPECTED: &str =
        "a cipher suite, as in `TLS_AES_128_GCM_SHA256`, or its number, as in `0x1301`";
    let text = node.text("cipher", EXPECTED)?;
    let number = tls_names::cipher_from_name(text).or_else(|| hex(text));
    number.ok_or_else(|| node.place.invalid("the cipher suite", text, EXPECTED))
}

fn hex(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn trust(node: &Node<'_>) -> Result<Trust, TextError> {
    const EXPECTED: &str = "`unknown`, `verified` or `unverified`";
    let text = node.text("trust", EXPECTED)?;
    let found = TRUSTS.iter().find(|(_, name)| *name == text);
    found.map(|(trust, _)| *trust).ok_or_else(|| node.place.invalid("trust", text, EXPECTED))
}
