//! What no frame may be, whatever the connection's state: RFC 9113 §6.

use super::{Frame, FrameError, FrameHeader, Kind, MAX_FRAME_BYTES, flag};

impl FrameHeader {
    /// What is wrong with a frame that begins so, where its receiver allows payloads of `max_bytes`.
    /// (`max_bytes` above [`MAX_FRAME_BYTES`] allows all.)
    pub fn check(self, max_bytes: u32) -> Result<(), FrameError> {
        if self.length > max_bytes.min(MAX_FRAME_BYTES) {
            return Err(FrameError::TooLong);
        }
        self.check_stream()?;
        if self.length_fits() { Ok(()) } else { Err(FrameError::Length) }
    }

    fn check_stream(self) -> Result<(), FrameError> {
        match (self.kind, self.stream) {
            (Kind::Settings | Kind::Ping | Kind::GoAway, 1..) => Err(FrameError::OnStream),
            (
                Kind::Data
                | Kind::Headers
                | Kind::Priority
                | Kind::RstStream
                | Kind::PushPromise
                | Kind::Continuation,
                0,
            ) => Err(FrameError::OnConnection),
            _ => Ok(()),
        }
    }

    fn length_fits(self) -> bool {
        match self.kind {
            Kind::Settings if self.has(flag::ACK) => self.length == 0,
            Kind::Settings => self.length.is_multiple_of(6),
            Kind::Priority => self.length == 5,
            Kind::RstStream | Kind::WindowUpdate => self.length == 4,
            Kind::Ping => self.length == 8,
            Kind::GoAway => self.length >= 8,
            _ => true,
        }
    }
}

impl Frame {
    /// What is wrong with this frame, on its own. A wrong length of PRIORITY is a stream error in the standard;
    /// here it is one like the others, as §5.4.1 allows.
    pub fn check(&self, max_bytes: u32) -> Result<(), FrameError> {
        self.header.check(max_bytes)?;
        let Some(unpadded) = self.unpadded() else { return Err(FrameError::Padding) };
        let least = match self.kind() {
            Kind::PushPromise => 4,
            Kind::Headers if self.header.has(flag::PRIORITY) => 5,
            _ => 0,
        };
        if unpadded.len() < least { Err(FrameError::Length) } else { Ok(()) }
    }
}
