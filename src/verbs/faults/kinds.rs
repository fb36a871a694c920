//! The catalogue, for people and programs.

use std::io::{self, Write};

use cassettes::fault::{Family, Kind, Param, PointUse, catalogue, describe};
use serde_json::{Value, json};

/// Longest name, about: what stands behind it begins in one column.
const NAME_COLUMNS: usize = 20;

/// A line with both fits into 100 columns.
const MEANING_COLUMNS: usize = 76;

/// Every kind, a line each, under its family's name.
pub(super) fn write_list(out: &mut dyn Write) -> io::Result<()> {
    for family in Family::ALL {
        let kinds: Vec<_> = catalogue().iter().filter(|kind| kind.family == family).collect();
        if kinds.is_empty() {
            continue;
        }
        writeln!(out, "{}", family.title())?;
        for kind in kinds {
            let mark = if kind.standard { '*' } else { ' ' };
            writeln!(out, "{mark} {:NAME_COLUMNS$} {}", kind.name, first_sentence(kind.meaning))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "* tried by a standard sweep. `retape faults KIND` tells more of one.")
}

/// One kind, in full.
pub(super) fn write_one(kind: &Kind, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(describe(kind).trim_start().as_bytes())
}

/// Kinds with all that is known of them.
pub(super) fn write_json(kinds: &[&Kind], out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<Value> = kinds.iter().map(|kind| to_json(kind)).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "kinds": all }))?;
    writeln!(out)
}

fn to_json(kind: &Kind) -> Value {
    let point = match &kind.point {
        PointUse::None => json!("none"),
        PointUse::Required => json!("required"),
        PointUse::Json => json!("required: json PATH"),
        PointUse::Request(point) => json!({ "default": format!("{point} of request") }),
        PointUse::Default(point) => json!({ "default": point.to_string() }),
    };
    json!({
        "name": kind.name,
        "family": kind.family.title(),
        "meaning": kind.meaning,
        "standard": kind.standard,
        "breaks": kind.breaks,
        "point": point,
        "parameters": kind.params.iter().map(parameter).collect::<Vec<_>>(),
        "samples": kind.samples,
    })
}

fn parameter(param: &Param) -> Value {
    json!({
        "name": param.name,
        "takes": param.takes.to_string(),
        "keyed": param.keyed,
        "required": param.required,
        "meaning": param.meaning,
    })
}

/// What a line has room for: the first sentence, or the words of it that fit.
fn first_sentence(text: &str) -> String {
    let first = text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.');
    if first.chars().count() <= MEANING_COLUMNS {
        return first.to_owned();
    }
    let mut short = String::new();
    for word in first.split(' ') {
        if short.chars().count() + word.chars().count() + 2 > MEANING_COLUMNS {
            break;
        }
        short.extend([word, " "]);
    }
    short.trim_end_matches([' ', ',', ';', ':']).to_owned() + "\u{2026}"
}
