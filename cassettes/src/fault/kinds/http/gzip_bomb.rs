//! A small body that becomes a large one.

use bytes::{BufMut, Bytes, BytesMut};
use flate2::{Compress, Compression, FlushCompress};

use super::gzip::gzipped;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "gzip-bomb",
    family: Family::Http,
    meaning: "Sends a body in gzip that is made of so many zeros, about a thousandth of that on the wire. Needs an answer in gzip, or a client that accepts \
              it.",
    standard: false,
    params: &[Param::place("length", ParamType::Size(MAX_CONTENT_BYTES), "once unpacked")],
    point: PointUse::None,
    breaks: true,
    samples: &["100MiB"],
    action: Action::Edit(gzip_bomb),
};

/// Longest content: some 64 MiB on the wire, held in memory.
const MAX_CONTENT_BYTES: u64 = 64 << 30;

/// Zeros that are compressed once, and sent again and again.
const BLOCK: usize = 1 << 20;

fn gzip_bomb(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = gzipped(scene)?;
    let len = args.bytes("length").unwrap_or(0);
    let bomb = bomb(len).ok_or_else(|| Misfit::new("the body cannot be compressed"))?;
    answer.set_whole_body(bomb);
    Ok(answer.into_script(scene))
}

/// One member of gzip (RFC 1952): blocks that each stand alone, so that a compressed one can be repeated.
fn bomb(len: u64) -> Option<Bytes> {
    let zeros = vec![0; BLOCK];
    let (count, rest) = (len / BLOCK as u64, usize::try_from(len % BLOCK as u64).ok()?);
    let block = deflated(&zeros, FlushCompress::Full)?;
    let mut out = BytesMut::from(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..]);
    let mut checksum = crc32fast::Hasher::new();
    let mut of_block = crc32fast::Hasher::new();
    of_block.update(&zeros);
    for _ in 0..count {
        out.extend_from_slice(&block);
        checksum.combine(&of_block);
    }
    out.extend_from_slice(&deflated(zeros.get(..rest)?, FlushCompress::Finish)?);
    checksum.update(zeros.get(..rest)?);
    out.put_u32_le(checksum.finalize());
    // "the size of the original (uncompressed) input data modulo 2^32".
    out.put_u32_le(u32::try_from(len & 0xffff_ffff).ok()?);
    Some(out.freeze())
}

fn deflated(zeros: &[u8], flush: FlushCompress) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(zeros.len() / 100 + 64);
    Compress::new(Compression::best(), false).compress_vec(zeros, &mut out, flush).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{gzipped, sent, unzipped};

    #[test]
    fn a_small_body_becomes_exactly_as_long_as_was_said() {
        for len in [0, 5, 3 << 20, (2 << 20) + 7] {
            let told = sent(&format!("gzip-bomb {len}"), &gzipped(b"hello"));
            let body = told.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
            assert!(told.len() < 8192);
            assert_eq!(unzipped(&told[body..]).unwrap().len(), len);
        }
    }
}
