//! From text to a cassette.

mod connections;
mod exchange;
mod frames;
mod message;
mod staging;
mod tls;

use super::error::{Problem, TextError};
use super::fields::Fields;
use super::tree::{self, Node, Value};
use super::{VERSION, quantity, spelling};
use crate::model::{Cassette, Header, Rewrite};
use connections::Plugboard;
pub(super) use exchange::{USUAL_SCHEME, usual_stream};
pub(super) use frames::is_of_connection;

const CASSETTE: &[&str] = &["retape", "recorded", "writer", "rewrite", "connections", "exchanges"];

/// The cassette that `yaml` describes.
pub(super) fn read(yaml: &str) -> Result<Cassette, TextError> {
    let root = tree::parse(yaml)?;
    if matches!(&root.value, Value::Scalar(_)) {
        return Err(root.place.error(Problem::Nothing));
    }
    let fields = Fields::of(&root, "the cassette", CASSETTE)?;
    check_version(fields.require("retape", "retape: 1")?)?;
    let header = header(&fields)?;
    let plugboard = Plugboard::read(fields.get("connections"))?;
    let exchanges = match fields.get("exchanges") {
        Some(node) => exchange::read_all(node.list("exchanges", "a list of exchanges")?)?,
        None => Vec::new(),
    };
    let (connections, exchanges) = plugboard.connect(exchanges)?;
    Cassette::staged(header, connections, exchanges)
        .map_err(|error| fields.place.error(Problem::Model(error)))
}

fn check_version(node: &Node<'_>) -> Result<(), TextError> {
    const EXPECTED: &str = "the version of the text form, `1`";
    let text = node.text("retape", EXPECTED)?;
    match text.parse::<u64>() {
        Ok(VERSION) => Ok(()),
        Ok(version) if version > VERSION => {
            Err(node.place.error(Problem::NewerVersion { version }))
        }
        _ => Err(node.place.invalid("the version", text, EXPECTED)),
    }
}

fn header(fields: &Fields<'_, '_>) -> Result<Header, TextError> {
    let recorded = fields.get("recorded").map(|node| quantity::read_date(node, "recorded"));
    Ok(Header {
        created_unix_nanos: recorded.transpose()?.unwrap_or_default(),
        writer: string(fields, "writer")?,
        rewrite: fields.get("rewrite").map(rewrite).transpose()?.unwrap_or_default(),
    })
}

fn rewrite(node: &Node<'_>) -> Result<Rewrite, TextError> {
    let fields = Fields::of(node, "rewrite", &["host", "origin"])?;
    Ok(Rewrite { host: string(&fields, "host")?, origin: string(&fields, "origin")? })
}

/// The text under `key`; empty where the key is left out.
fn string(fields: &Fields<'_, '_>, key: &'static str) -> Result<String, TextError> {
    let text = fields.get(key).map(|node| node.text(key, "text"));
    Ok(text.transpose()?.unwrap_or_default().to_owned())
}

/// The bytes under `key`, if it is there.
fn optional_bytes(
    fields: &Fields<'_, '_>,
    key: &'static str,
) -> Result<Option<Vec<u8>>, TextError> {
    fields.get(key).map(|node| spelling::read(node, key)).transpose()
}

/// Whether `key` is there and says `true`.
fn flag(fields: &Fields<'_, '_>, key: &'static str) -> Result<bool, TextError> {
    const EXPECTED: &str = "`true` or `false`";
    let Some(node) = fields.get(key) else { return Ok(false) };
    match node.text(key, EXPECTED)? {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(node.place.invalid(key, other, EXPECTED)),
    }
}

/// The number under `key`, if it is there: decimal, or hexadecimal after `0x`.
fn number(
    fields: &Fields<'_, '_>,
    key: &'static str,
    largest: u64,
) -> Result<Option<u64>, TextError> {
    const EXPECTED: &str = "a number that fits";
    let Some(node) = fields.get(key) else { return Ok(None) };
    let text = node.text(key, EXPECTED)?;
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let number = number.filter(|number| *number <= largest);
    number.map(Some).ok_or_else(|| node.place.invalid(key, text, EXPECTED))
}
