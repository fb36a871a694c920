//! Where a call's status is: in HTTP's trailers, or in a last message.

use bytes::Bytes;

use super::status::Status;
use super::{PREFIX_BYTES, call, encode};
use crate::fault::kinds::places::Content;
use crate::fault::{Answer, HeadLine, Misfit, Scene};
use crate::wire::http::{Message, View};

/// A form of gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// The status is in the trailers, or in the head of an answer that has nothing else.
    Http2,
    /// In a last message, with flag 0x80, as lines.
    Web,
    /// In a last message, with flag 2, as JSON.
    Connect,
}

/// An answer, and the place of each message in its body.
pub(super) struct Call {
    pub(super) answer: Answer,
    pub(super) flavour: Flavour,
    content: Content,
}

impl Call {
    pub(super) fn of(scene: &Scene<'_>) -> Result<Self, Misfit> {
        let content = call(scene)?;
        let answer = Answer::of(scene)?;
        Ok(Self { answer, flavour: Flavour::of(scene), content })
    }

    /// How many bytes of content precede the message that says the status.
    pub(super) fn end_of_messages(&self) -> u64 {
        let ends = &self.content.layout.messages;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let flag = |start: u64| self.content.slice(&(start..start + 1)).first().copied();
        let is_status = |start: &u64| flag(*start).is_some_and(|flags| flags & 0x82 != 0);
        starts.into_iter().find(is_status).unwrap_or(self.content.len())
    }

    /// Leaves out all messages after this place in the content, and what said the status.
    pub(super) fn cut(&mut self, place: u64) {
        let place = place.min(self.end_of_messages());
        self.answer.splice(place..self.content.len(), Bytes::new());
        self.answer.trailers.clear();
        self.answer.head.remove("grpc-status");
        self.answer.head.remove("grpc-message");
        self.answer.complete = true;
    }

    /// The call ends with this status; what else its trailers said is lost.
    pub(super) fn end_with(&mut self, status: &Status) {
        match self.flavour {
            Flavour::Http2 => {
                let line = |(name, value): (&'static str, String)| HeadLine::new(name, value);
                self.answer.trailers = status.fields().into_iter().map(line).collect();
            }
            Flavour::Web => {
                let line = |(name, value): (&str, String)| format!("{name}: {value}\r\n");
                self.add(0x80, &status.fields().into_iter().map(line).collect::<String>());
            }
            Flavour::Connect => self.add(2, &status.connect_json()),
        }
    }

    fn add(&mut self, flags: u8, payload: &str) {
        let end = self.answer.body().len() as u64;
        let len = u32::try_from(payload.len()).unwrap_or(0);
        self.answer.splice(end..end, encode(flags, len, payload.as_bytes()));
    }

    /// How many bytes of content precede this point; what is cut amid a message stays so.
    pub(super) fn place(&self, point: &crate::fault::Point) -> Result<u64, Misfit> {
        self.content.place(point)
    }

    /// There is a message.
    pub(super) fn has_messages(&self) -> bool {
        self.end_of_messages() >= PREFIX_BYTES as u64
    }
}

impl Flavour {
    fn of(scene: &Scene<'_>) -> Self {
        let view = View::of(scene.exchange);
        let head = view.request().and_then(Message::request_head);
        let kind = head.as_ref().and_then(|head| head.header("content-type")).unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        if kind.starts_with(b"application/grpc-web") {
            Self::Web
        } else if kind.starts_with(b"application/connect") {
            Self::Connect
        } else {
            Self::Http2
        }
    }
}
