//! gRPC bodies, message by message.

use std::borrow::Cow;

use cassettes::wire::grpc::Message;
use cassettes::wire::protobuf::{Schema, to_json};

use super::{Body, Sameness, compare_binary, protobuf};
use crate::verify::findings::Findings;
use crate::verify::show::{byte_count, show};
use crate::verify::{Place, Treatment};

/// A body's messages, and how they are compressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Messages<'a> {
    all: &'a [Message],
    encoding: Option<&'a [u8]>,
}

impl<'a> Messages<'a> {
    pub(super) const fn of(all: &'a [Message], body: Body<'a>) -> Self {
        Self { all, encoding: body.message_encoding }
    }

    fn get(self, index: usize) -> Option<One<'a>> {
        let message = self.all.get(index)?;
        Some(One { message, content: message.content(self.encoding) })
    }
}

/// A message, and what it holds if that can be read.
struct One<'a> {
    message: &'a Message,
    content: Option<Cow<'a, [u8]>>,
}

impl One<'_> {
    fn bytes(&self) -> &[u8] {
        self.content.as_deref().unwrap_or(&self.message.payload)
    }

    fn json(&self, schema: Option<Schema<'_>>) -> Option<String> {
        self.content.as_ref().filter(|_| !self.message.is_trailer())?;
        to_json(self.bytes(), schema)
    }

    fn shown(&self, schema: Option<Schema<'_>>) -> String {
        match self.json(schema) {
            Some(json) => show(json.as_bytes()),
            None => byte_count(self.bytes().len()),
        }
    }
}

/// By field: by name where a schema is known, else by number.
pub(super) fn compare(expected: Messages<'_>, actual: Messages<'_>, found: &mut Findings<'_>) {
    let schema = found.schema;
    for index in 0..expected.all.len().max(actual.all.len()) {
        let nth = index as u64 + 1;
        let place = |inside| Place::Message { nth, inside };
        match (expected.get(index), actual.get(index)) {
            (Some(was), Some(is)) => {
                found.inside(|inside| place(Some(inside)), |found| compare_one(&was, &is, found));
            }
            (was, is) => {
                let text = |one: Option<One<'_>>| one.map(|one| one.shown(schema));
                found.change(Treatment::Fail, place(None), text(was), text(is));
            }
        }
    }
}

fn compare_one(expected: &One<'_>, actual: &One<'_>, found: &mut Findings<'_>) {
    if expected.bytes() == actual.bytes() {
        return;
    }
    let verdict = match (expected.json(found.schema), actual.json(found.schema)) {
        (Some(was), Some(is)) => protobuf::compare(&was, &is, found),
        _ => compare_binary(expected.bytes(), actual.bytes(), found),
    };
    if verdict == Sameness::OtherSpelling {
        let (was, is) = (byte_count(expected.bytes().len()), byte_count(actual.bytes().len()));
        found.differ(found.rules.spelling, Place::BodySpelling, was, is);
    }
}
