//! What each of the client's frames does.

use cassettes::wire::http2::hpack::Field;
use cassettes::wire::http2::setting::HEADER_TABLE_SIZE;
use cassettes::wire::http2::{ErrorCode, Frame, Kind, compose};

use super::inlet::Heard;
use super::settings::Refused;
use super::{Ending, Http2};
use crate::player::request::State;

impl Http2 {
    pub(super) fn hear(&mut self, said: Heard) {
        let frame = match &said {
            Heard::Fields(frame, _) | Heard::Frame(frame) => frame,
        };
        if let Err(flood) = self.guard.receive(frame, self.now) {
            return self.fail(ErrorCode::ENHANCE_YOUR_CALM, flood.reason());
        }
        let heard = match said {
            Heard::Fields(frame, fields) => self.hear_fields(&frame, fields),
            Heard::Frame(frame) => self.hear_frame(&frame),
        };
        if let Err((code, reason)) = heard {
            self.fail(code, reason);
        }
    }

    fn hear_frame(&mut self, frame: &Frame) -> Result<(), Refused> {
        match frame.kind() {
            Kind::Data => self.hear_data(frame),
            Kind::Settings if !frame.is_ack() => self.hear_settings(frame),
            Kind::Ping if !frame.is_ack() => {
                self.outlet.reply(&compose::ping_ack(frame.ping().unwrap_or_default()));
                Ok(())
            }
            Kind::WindowUpdate => self.hear_window_update(frame),
            Kind::RstStream => self.hear_reset(frame),
            Kind::PushPromise => Err((ErrorCode::PROTOCOL_ERROR, "a client does not push")),
            // Blocks are put together before, and what is not known is to be ignored (RFC 9113 §4.1).
            _ => Ok(()),
        }
    }

    /// A head; or trailers, if its stream is known.
    fn hear_fields(&mut self, frame: &Frame, fields: Vec<Field>) -> Result<(), Refused> {
        let id = frame.stream();
        if id > self.last_stream {
            return self.hear_head(id, fields, frame.ends_stream());
        }
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        if stream.heard_last {
            return Err((ErrorCode::STREAM_CLOSED, "HEADERS after the stream's end"));
        }
        if !frame.ends_stream() {
            return Err((ErrorCode::PROTOCOL_ERROR, "trailers that do not end the stream"));
        }
        if let Some(request) = stream.request() {
            request.trail(fields);
        }
        self.hear_end(id);
        Ok(())
    }

    fn hear_data(&mut self, frame: &Frame) -> Result<(), Refused> {
        const TOO_MUCH: Refused =
            (ErrorCode::FLOW_CONTROL_ERROR, "more DATA than the window allows");
        let id = frame.stream();
        if !self.credit.take(frame.header.length) {
            return Err(TOO_MUCH);
        }
        if id > self.last_stream {
            return Err((ErrorCode::PROTOCOL_ERROR, "DATA on a stream that was not opened"));
        }
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        if stream.heard_last {
            return Err((ErrorCode::STREAM_CLOSED, "DATA after the stream's end"));
        }
        if !stream.credit.take(frame.header.length) {
            return Err(TOO_MUCH);
        }
        stream.hear_data(self.now, &frame.data().unwrap_or_default(), self.stage.rules());
        if frame.ends_stream() {
            self.hear_end(id);
        } else {
            self.step(id);
        }
        Ok(())
    }

    /// The request is whole.
    pub(super) fn hear_end(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.heard_last = true;
        stream.heard_at = self.now;
        if let Some(request) = stream.request() {
            request.state = State::Whole;
        }
        self.choose_if_asking(id);
        self.step(id);
    }

    fn hear_settings(&mut self, frame: &Frame) -> Result<(), Refused> {
        let before = self.theirs.window;
        self.obey(frame.settings().unwrap_or_default())?;
        self.outlet.reply(&compose::settings_ack());
        self.shift_windows(before)
    }

    /// What the client says about itself. Windows of streams are left as they are.
    pub(super) fn obey(&mut self, settings: Vec<(u16, u32)>) -> Result<(), Refused> {
        for (setting, value) in settings {
            self.theirs.set(setting, value)?;
            if setting == HEADER_TABLE_SIZE {
                self.outlet.set_max_table(value);
            }
        }
        self.outlet.set_max_frame(self.theirs.max_frame);
        Ok(())
    }

    /// "When the value of `SETTINGS_INITIAL_WINDOW_SIZE` changes, a receiver MUST adjust the size of all stream
    /// flow-control windows that it maintains by the difference" (RFC 9113 §6.9.2).
    fn shift_windows(&mut self, before: u32) -> Result<(), Refused> {
        let now = self.theirs.window;
        if now == before {
            return Ok(());
        }
        let mut fits = true;
        for (id, stream) in &mut self.streams {
            fits &= stream.window.shift(before, now);
            if !stream.listed && !stream.queue.is_empty() {
                stream.listed = true;
                self.ready.push_back(*id);
            }
        }
        let too_large = (ErrorCode::FLOW_CONTROL_ERROR, "a window larger than there are");
        if fits { Ok(()) } else { Err(too_large) }
    }

    fn hear_window_update(&mut self, frame: &Frame) -> Result<(), Refused> {
        let id = frame.stream();
        let increment = frame.window_update().unwrap_or(0);
        if id > self.last_stream && id % 2 == 1 {
            let reason = "WINDOW_UPDATE on a stream that was not opened";
            return Err((ErrorCode::PROTOCOL_ERROR, reason));
        }
        if id == 0 {
            return self.hear_connection_window(increment);
        }
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        if increment == 0 {
            self.reset(id, ErrorCode::PROTOCOL_ERROR, "the client gave its window 0 bytes more");
        } else if stream.window.give(increment) {
            self.list(id);
        } else {
            let reason = "the client gave its window more than there is";
            self.reset(id, ErrorCode::FLOW_CONTROL_ERROR, reason);
        }
        Ok(())
    }

    fn hear_connection_window(&mut self, increment: u32) -> Result<(), Refused> {
        if increment == 0 {
            return Err((ErrorCode::PROTOCOL_ERROR, "a window is given 0 bytes more"));
        }
        if !self.outlet.window.give(increment) {
            return Err((ErrorCode::FLOW_CONTROL_ERROR, "a window larger than there are"));
        }
        self.ready.extend(self.blocked.drain(..));
        Ok(())
    }

    fn hear_reset(&mut self, frame: &Frame) -> Result<(), Refused> {
        let id = frame.stream();
        if id > self.last_stream && id % 2 == 1 {
            let reason = "RST_STREAM on a stream that was not opened";
            return Err((ErrorCode::PROTOCOL_ERROR, reason));
        }
        let code = frame.rst().unwrap_or(ErrorCode::NO_ERROR);
        self.leave(id, code);
        Ok(())
    }

    /// The streams that a new one would come after are served, and it may be.
    pub(super) fn serves(&self, id: u32) -> bool {
        match self.ending {
            Ending::Open => true,
            Ending::GoingAway(last) => id <= last,
            Ending::Due(_) | Ending::Over => false,
        }
    }
}
