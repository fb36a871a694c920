//! A head that can be read, and that HTTP/2 forbids.

use super::{headers, with_head};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{Frame, flag};

pub(super) const KIND: Kind = Kind {
    name: "malformed-head",
    family: Family::Http2,
    meaning: "Sends a head that a client must take for malformed (RFC 9113 \u{a7}8.1.1): with an upper-case name; without, or with two, or with a \
              wrong `:status`; with a pseudo-header after the others, or an unknown one; with `connection`.",
    standard: false,
    params: &[Param::place("what", ParamType::Word(WHAT), "what is wrong with it")],
    point: PointUse::None,
    breaks: true,
    samples: WHAT,
    action: Action::Edit(spoil),
};

const WHAT: &[&str] = &[
    "upper-case",
    "no-status",
    "two-statuses",
    "bad-status",
    "late-status",
    "unknown-pseudo",
    "connection-header",
];

fn spoil(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let what = args.text("what").unwrap_or("no-status").to_owned();
    with_head(scene, |head| {
        let Some(Ok(mut fields)) = head.fields() else { return head.clone() };
        change(&what, &mut fields);
        as_head(head, &fields)
    })
}

fn change(what: &str, fields: &mut Vec<Field>) {
    let is_status = |field: &Field| field.name == b":status"[..];
    let status = fields.iter().find(|field| is_status(field)).cloned();
    match what {
        "upper-case" => fields.push(Field::new(&b"X-Upper-Case"[..], &b"1"[..])),
        "two-statuses" => fields.insert(0, Field::new(&b":status"[..], &b"500"[..])),
        "unknown-pseudo" => fields.insert(0, Field::new(&b":retape"[..], &b"1"[..])),
        "connection-header" => fields.push(Field::new(&b"connection"[..], &b"close"[..])),
        "bad-status" => {
            fields.retain(|field| !is_status(field));
            fields.insert(0, Field::new(&b":status"[..], &b"20"[..]));
        }
        "late-status" => {
            fields.retain(|field| !is_status(field));
            fields.push(Field::new(&b"x-early"[..], &b"1"[..]));
            fields.extend(status);
        }
        _ => fields.retain(|field| !is_status(field)),
    }
}

fn as_head(like: &Frame, fields: &[Field]) -> Frame {
    headers(like, encode_standalone(fields).into(), flag::END_HEADERS)
}
