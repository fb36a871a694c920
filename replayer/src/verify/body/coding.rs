//! Content codings, taken off for comparing only: what is stored and sent stays coded.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Longest content decoded. A few KiB can announce gigabytes.
const MAX_DECODED_BYTES: u64 = 16 * 1024 * 1024;

/// The content of a body that is coded as `gzip`, `deflate` or `zstd`. None if it is not coded, in
/// another way, badly, or too long: then its bytes are compared.
pub(super) fn decoded(content_encoding: Option<&[u8]>, body: &[u8]) -> Option<Vec<u8>> {
    let coding = content_encoding?.trim_ascii().to_ascii_lowercase();
    match coding.as_slice() {
        b"gzip" | b"x-gzip" => read_all(MultiGzDecoder::new(body)),
        // RFC 9110 §8.4.1.2: "Some non-conformant implementations send the "deflate" compressed data
        // without the zlib wrapper."
        b"deflate" => {
            read_all(ZlibDecoder::new(body)).or_else(|| read_all(DeflateDecoder::new(body)))
        }
        b"zstd" => read_all(zstd::stream::read::Decoder::with_buffer(body).ok()?),
        _ => None,
    }
}

fn read_all(decoder: impl Read) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    decoder.take(MAX_DECODED_BYTES + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= MAX_DECODED_BYTES).then_some(content)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn every_known_coding_is_taken_off() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        let encoders: [&mut dyn Write; 3] = [&mut gzip, &mut zlib, &mut raw];
        for encoder in encoders {
            encoder.write_all(b"content").unwrap();
        }
        let zstd = zstd::encode_all(&b"content"[..], 1).unwrap();
        let gzip = gzip.finish().unwrap();
        let coded: [(&[u8], _); 5] = [
            (b"gzip", gzip.clone()),
            (b" X-Gzip", [gzip.clone(), gzip].concat()),
            (b"deflate", zlib.finish().unwrap()),
            (b"deflate", raw.finish().unwrap()),
            (b"zstd", zstd),
        ];
        for (coding, body) in coded {
            let content = decoded(Some(coding), &body).unwrap();
            assert!(content.starts_with(b"content"), "{coding:?}");
        }
    }

    #[test]
    fn what_is_badly_coded_too_long_or_unknown_stays_as_it_is() {
        assert!(decoded(Some(b"gzip"), b"no gzip").is_none());
        assert!(decoded(Some(b"br"), b"x").is_none());
        assert!(decoded(None, b"x").is_none());
        let zeros = vec![0; usize::try_from(MAX_DECODED_BYTES).unwrap() + 1];
        let bomb = zstd::encode_all(zeros.as_slice(), 1).unwrap();
        assert!(decoded(Some(b"zstd"), &bomb).is_none());
    }
}
