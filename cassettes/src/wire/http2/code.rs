//! Why a stream or connection was ended.

use std::fmt;

/// What `RST_STREAM` and GOAWAY carry (RFC 9113 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// As the standard spells them, in the order of their numbers.
    pub const NAMES: &'static [&'static str] = &[
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];

    /// Nothing went wrong.
    pub const NO_ERROR: Self = Self(0);
    /// The peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1);
    /// This side failed.
    pub const INTERNAL_ERROR: Self = Self(2);
    /// More was sent than the window allows.
    pub const FLOW_CONTROL_ERROR: Self = Self(3);
    /// Settings were not acknowledged.
    pub const SETTINGS_TIMEOUT: Self = Self(4);
    /// A frame came on a stream that was over.
    pub const STREAM_CLOSED: Self = Self(5);
    /// A frame's length is not one that it may have.
    pub const FRAME_SIZE_ERROR: Self = Self(6);
    /// Nothing was done about the stream: it may be asked again.
    pub const REFUSED_STREAM: Self = Self(7);
    /// The stream is no longer wanted.
    pub const CANCEL: Self = Self(8);
    /// A header block could not be read: the connection's compression state is lost.
    pub const COMPRESSION_ERROR: Self = Self(9);
    /// The connection behind a CONNECT failed.
    pub const CONNECT_ERROR: Self = Self(10);
    /// The peer asks for more than it may.
    pub const ENHANCE_YOUR_CALM: Self = Self(11);
    /// TLS is not good enough.
    pub const INADEQUATE_SECURITY: Self = Self(12);
    /// The request is to be made in HTTP/1.1.
    pub const HTTP_1_1_REQUIRED: Self = Self(13);

    /// As the standard spells it; none for a code that it does not know.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.get(usize::try_from(self.0).ok()?).copied()
    }

    /// The code that the standard spells like this.
    pub fn from_name(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        u32::try_from(at).ok().map(Self)
    }
}

/// The name, or the number in hexadecimal.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_code() {
        for number in 0..14 {
            let name = ErrorCode(number).name().unwrap();
            assert_eq!(ErrorCode::from_name(name), Some(ErrorCode(number)));
        }
        assert_eq!(ErrorCode::CANCEL.to_string(), "CANCEL");
        assert_eq!(ErrorCode::HTTP_1_1_REQUIRED.to_string(), "HTTP_1_1_REQUIRED");
        assert_eq!(ErrorCode(0x1f).to_string(), "0x1f");
    }
}
