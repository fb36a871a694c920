//! Content codings: taken off, and put on again.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::fault::Misfit;

/// Most that a body may become: no one edits more, and a bomb must not burst here.
const MAX_CONTENT_BYTES: u64 = 64 << 20;

/// Takes a coding off.
pub(super) fn decode(coding: Option<&[u8]>, body: Bytes) -> Result<Bytes, Misfit> {
    match name(coding)?.as_str() {
        "" | "identity" => Ok(body),
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..]), "gzip"),
        "deflate" => read(ZlibDecoder::new(&body[..]), "deflate"),
        "zstd" => {
            let decoder = zstd::stream::read::Decoder::new(&body[..]);
            read(decoder.map_err(|_| unsound("zstd"))?, "zstd")
        }
        other => Err(unknown(other)),
    }
}

/// Puts a coding on.
pub(super) fn encode(coding: Option<&[u8]>, content: &[u8]) -> Result<Bytes, Misfit> {
    let failed = |_| Misfit::new("the body cannot be compressed");
    let done = match name(coding)?.as_str() {
        "" | "identity" => Ok(content.to_vec()),
        "gzip" | "x-gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).and_then(|()| encoder.finish())
        }
        "deflate" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).and_then(|()| encoder.finish())
        }
        "zstd" => zstd::stream::encode_all(content, 0),
        other => return Err(unknown(other)),
    };
    done.map(Bytes::from).map_err(failed)
}

fn name(coding: Option<&[u8]>) -> Result<String, Misfit> {
    let text = std::str::from_utf8(coding.unwrap_or_default());
    let text = text.map_err(|_| Misfit::new("the body's coding has no name that can be read"))?;
    Ok(text.trim().to_ascii_lowercase())
}

fn read(decoder: impl Read, what: &str) -> Result<Bytes, Misfit> {
    let mut content = Vec::new();
    let mut bounded = decoder.take(MAX_CONTENT_BYTES + 1);
    bounded.read_to_end(&mut content).map_err(|_| unsound(what))?;
    if content.len() as u64 > MAX_CONTENT_BYTES {
        return Err(Misfit::new(format!("the body has over {MAX_CONTENT_BYTES} bytes in {what}")));
    }
    Ok(content.into())
}

fn unsound(what: &str) -> Misfit {
    Misfit::new(format!("the body says {what} and is none"))
}

fn unknown(coding: &str) -> Misfit {
    Misfit::new(format!(
        "the body's coding {coding:?} cannot be edited; gzip, deflate and zstd can"
    ))
}
