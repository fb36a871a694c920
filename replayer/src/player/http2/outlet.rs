//! What goes out: frames as bytes, as much of them as the client takes.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cassettes::wire::http2::hpack::{Encoder, Field};
use cassettes::wire::http2::{Frame, FrameHeader, Kind, compose, flag};

use super::windows::Window;
use crate::player::Action;

/// Payloads up to this length are copied behind their headers: one piece to write instead of two. Longer ones
/// are sent from where they lie.
const MAX_COPIED_BYTES: usize = 2048;

/// Longest DATA frame, whatever the client allows: on a connection, streams take turns frame by frame.
const MAX_DATA_BYTES: usize = 256 * 1024;

/// The sending side of a connection.
#[derive(Debug)]
pub(super) struct Outlet {
    encoder: Encoder,
    /// Frames that are not an action yet.
    buffer: BytesMut,
    /// For a header block, whose length is known once it is there.
    scratch: BytesMut,
    actions: VecDeque<Action>,
    /// Of the connection.
    pub(super) window: Window,
    /// Longest payload that the client takes.
    max_frame: u32,
    /// Payloads up to this length are copied behind their headers.
    max_copied: usize,
    /// How many bytes are in the actions.
    queued: usize,
    /// What a client is owed is not given.
    muted: bool,
}

impl Outlet {
    /// `whole`: what is sent at once is one action, however long.
    pub(super) fn new(window: u32, max_frame: u32, whole: bool) -> Self {
        Self {
            max_copied: if whole { usize::MAX } else { MAX_COPIED_BYTES },
            queued: 0,
            muted: false,
            encoder: Encoder::new(),
            buffer: BytesMut::new(),
            scratch: BytesMut::new(),
            actions: VecDeque::new(),
            window: Window::new(window),
            max_frame,
        }
    }

    pub(super) fn set_max_frame(&mut self, max_frame: u32) {
        self.max_frame = max_frame;
    }

    /// The client's decoder keeps a table of at most so many bytes.
    pub(super) fn set_max_table(&mut self, max_table: u32) {
        self.encoder.set_max_table(max_table);
    }

    /// How many bytes of DATA may go out in one frame, for now, padding counted.
    pub(super) fn room(&self) -> usize {
        self.window.open().min(self.max_frame as usize).min(MAX_DATA_BYTES)
    }

    /// A frame that is neither DATA nor has a header block.
    pub(super) fn frame(&mut self, frame: &Frame) {
        frame.write(&mut self.buffer);
    }

    /// What the client is owed: an acknowledgement, or more of a window.
    pub(super) fn reply(&mut self, frame: &Frame) {
        if !self.muted {
            self.frame(frame);
        }
    }

    /// From here on, the client is given nothing that it is owed.
    pub(super) fn mute(&mut self) {
        self.muted = true;
    }

    /// HEADERS with these fields, and nothing else in them.
    pub(super) fn headers(&mut self, stream: u32, fields: &[Field], end: bool) {
        self.scratch.clear();
        self.encoder.encode_into(fields, &mut self.scratch);
        let flags = flag::END_HEADERS | if end { flag::END_STREAM } else { 0 };
        let length = u32::try_from(self.scratch.len()).unwrap_or(u32::MAX);
        if length <= self.max_frame {
            FrameHeader { length, kind: Kind::Headers, flags, stream }.write(&mut self.buffer);
            self.buffer.extend_from_slice(&self.scratch);
        } else {
            let block = self.scratch.split().freeze();
            self.parts(Frame::new(Kind::Headers, flags, stream, block));
        }
    }

    /// HEADERS or `PUSH_PROMISE` as recorded, with these fields as its block.
    pub(super) fn block(&mut self, frame: &Frame, fields: &[Field]) {
        let block = self.encoder.encode(fields);
        self.parts(frame.with_block(&block));
    }

    /// The header of DATA; so many bytes of payload must follow, and fit [`Outlet::room`].
    pub(super) fn data(&mut self, stream: u32, length: usize, flags: u8) {
        self.window.take(length);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        FrameHeader { length, kind: Kind::Data, flags, stream }.write(&mut self.buffer);
    }

    /// More of the payload of DATA.
    pub(super) fn payload(&mut self, bytes: Bytes) {
        if bytes.len() <= self.max_copied {
            self.buffer.extend_from_slice(&bytes);
        } else {
            self.act(Action::Send(bytes));
        }
    }

    /// A frame of which only this part is ever sent.
    pub(super) fn torn(&mut self, header: FrameHeader, part: Bytes) {
        header.write(&mut self.buffer);
        self.payload(part);
    }

    fn parts(&mut self, whole: Frame) {
        for part in compose::split(whole, self.max_frame) {
            self.frame(&part);
        }
    }

    /// What went before ends here: it becomes an action of its own.
    pub(super) fn cut(&mut self) {
        if !self.buffer.is_empty() {
            self.queued += self.buffer.len();
            self.actions.push_back(Action::Send(self.buffer.split().freeze()));
        }
    }

    /// How many bytes are ready to be sent.
    pub(super) fn ready_len(&self) -> usize {
        self.queued + self.buffer.len()
    }

    /// Before all that was said so far, of which nothing is an action yet.
    pub(super) fn precede(&mut self, actions: VecDeque<Action>) {
        self.actions = actions;
    }

    /// What is not taken yet will not be.
    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        self.actions.clear();
    }

    /// After all that went before.
    pub(super) fn act(&mut self, action: Action) {
        self.cut();
        if let Action::Send(bytes) = &action {
            self.queued += bytes.len();
        }
        self.actions.push_back(action);
    }

    pub(super) fn next(&mut self) -> Option<Action> {
        let next = self.actions.pop_front();
        if self.actions.is_empty() {
            self.queued = 0;
        }
        next
    }
}
