//! A message without its coding.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::{MAX_MESSAGE_BYTES, Message};

impl Message {
    /// What it holds, with the coding that `grpc-encoding` (in Connect `connect-content-encoding`) names taken off. None if it is compressed
    /// in a way that is not known here, damaged, or too long.
    pub fn content(&self, encoding: Option<&[u8]>) -> Option<Cow<'_, [u8]>> {
        if !self.is_whole() {
            return None;
        }
        if !self.is_compressed() {
            return Some(Cow::Borrowed(&self.payload));
        }
        let payload: &[u8] = &self.payload;
        let coding = encoding?.trim_ascii().to_ascii_lowercase();
        let content = match coding.as_slice() {
            b"gzip" => read_all(MultiGzDecoder::new(payload)),
            b"deflate" => read_all(ZlibDecoder::new(payload))
                .or_else(|| read_all(DeflateDecoder::new(payload))),
            b"identity" => return Some(Cow::Borrowed(payload)),
            _ => None,
        };
        content.map(Cow::Owned)
    }
}

fn read_all(decoder: impl Read) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    decoder.take(MAX_MESSAGE_BYTES as u64 + 1).read_to_end(&mut content).ok()?;
    (content.len() <= MAX_MESSAGE_BYTES).then_some(content)
}
