//! The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian.

use bytes::BufMut;

/// `LINKTYPE_RAW`: a packet begins with its IP header, whose first bits tell the version.
const LINK_RAW: u16 = 101;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// How long the section is: it is not said in advance.
const UNKNOWN_LENGTH: u64 = u64::MAX;

const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_TSRESOL: u16 = 9;
/// Times in units of 10⁻⁹ seconds.
const NANOSECONDS: u8 = 9;

/// Longest comment written. Targets can be long, and a packet list shows a line.
const MAX_COMMENT_BYTES: usize = 1024;

/// The section and its one interface.
pub(super) fn begin(writer: &str, out: &mut Vec<u8>) {
    block(SECTION, out, |out| {
        out.put_u32_le(BYTE_ORDER);
        out.put_u16_le(1);
        out.put_u16_le(0);
        out.put_u64_le(UNKNOWN_LENGTH);
        option(SHB_USERAPPL, writer.as_bytes(), out);
        option(OPT_END, b"", out);
    });
    block(INTERFACE, out, |out| {
        out.put_u16_le(LINK_RAW);
        out.put_u16_le(0);
        out.put_u32_le(0); // no limit to a packet's length
        option(IF_TSRESOL, &[NANOSECONDS], out);
        option(OPT_END, b"", out);
    });
}

/// One packet, which `write` appends.
pub(super) fn packet(
    unix_nanos: u64,
    comments: &[String],
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>),
) {
    block(ENHANCED_PACKET, out, |out| {
        out.put_u32_le(0); // the interface
        // The upper half of the time, then the lower one.
        let [a, b, c, d, upper @ ..] = unix_nanos.to_le_bytes();
        out.put_slice(&upper);
        out.put_slice(&[a, b, c, d]);
        let lengths = out.len();
        out.put_u64_le(0);
        let start = out.len();
        write(out);
        let len = length(out.len() - start).to_le_bytes();
        for (place, byte) in out.iter_mut().skip(lengths).zip([len, len].as_flattened()) {
            *place = *byte;
        }
        pad(out.len() - start, out);
        for comment in comments {
            option(OPT_COMMENT, cut(comment).as_bytes(), out);
        }
        if !comments.is_empty() {
            option(OPT_END, b"", out);
        }
    });
}

/// A block is framed by its length, at both ends.
fn block(kind: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32_le(kind);
    out.put_u32_le(0);
    write(out);
    let total = length(out.len() - start + 4);
    for (place, byte) in out.iter_mut().skip(start + 4).zip(total.to_le_bytes()) {
        *place = byte;
    }
    out.put_u32_le(total);
}

fn option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    out.put_u16_le(code);
    out.put_u16_le(u16::try_from(value.len()).unwrap_or(u16::MAX));
    out.put_slice(value);
    pad(value.len(), out);
}

fn cut(comment: &str) -> &str {
    let mut ends = comment.char_indices().map(|(at, _)| at);
    let end = ends.find(|at| *at > MAX_COMMENT_BYTES - 4).unwrap_or(comment.len());
    comment.get(..end).unwrap_or_default()
}

/// Everything begins at a multiple of four bytes.
fn pad(len: usize, out: &mut Vec<u8>) {
    out.put_bytes(0, len.next_multiple_of(4) - len);
}

/// A packet is at most 64 KiB long, and so is a comment.
fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
