//! What a file is, by how it begins.

use super::CaptureError;
use super::blocks::Next;
use super::pcap::PCAP_HEADER_BYTES;
use super::pcapng::section_header;
use super::snoop::SNOOP_HEADER_BYTES;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Pcap,
    Pcapng,
    Snoop,
}

/// How other captures begin, as of Wireshark's list.
const OTHER_FORMATS: &[(&[u8], &str)] = &[
    (b"RTSS", "Microsoft Network Monitor 1"),
    (b"GMBU", "Microsoft Network Monitor 2"),
    (b"TRSN", "Sniffer"),
    (b"XCP\0", "Network Associates NetXRay"),
    (b"\x05VNF", "Visual Networks"),
    (b"iptr", "AIX iptrace"),
    (b"btsn", "Bluetooth HCI (btsnoop)"),
    (b"\x7fver", "Savvius OmniPeek"),
    (b"ORAD", "Endace ERF"),
    (b"sysD", "sysdig"),
];

/// How compressed files begin that are not decompressed here.
const COMPRESSIONS: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip, more than twice"),
    (b"\x28\xb5\x2f\xfd", "zstd, more than twice"),
    (b"BZh", "bzip2"),
    (b"\xfd7zX", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf", "7-Zip"),
];

impl Magic {
    /// How many bytes tell.
    pub(super) const BYTES: usize = 4;

    /// By the first [`Self::BYTES`] of a file.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, CaptureError> {
        match bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
            Some(
                0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 | 0xd4c3_b2a1 | 0x4d3c_b2a1 | 0x34cd_b2a1,
            ) => Ok(Self::Pcap),
            Some(0x0a0d_0d0a) => Ok(Self::Pcapng),
            Some(0x736e_6f6f) => Ok(Self::Snoop),
            _ => Err(unknown(bytes)),
        }
    }

    /// How long the header is that the file begins with.
    pub(super) fn header_length(bytes: &[u8]) -> Result<Next, CaptureError> {
        if bytes.len() < Self::BYTES {
            return Ok(Next::Take(Self::BYTES));
        }
        match Self::of(bytes)? {
            Self::Pcap => Ok(Next::Take(PCAP_HEADER_BYTES)),
            Self::Snoop => Ok(Next::Take(SNOOP_HEADER_BYTES)),
            Self::Pcapng => section_header(bytes, 0),
        }
    }
}

fn unknown(bytes: &[u8]) -> CaptureError {
    let begins = |(magic, _): &&(&[u8], &str)| bytes.starts_with(magic);
    if let Some((_, name)) = OTHER_FORMATS.iter().find(begins) {
        return CaptureError::OtherFormat(name);
    }
    if let Some((_, name)) = COMPRESSIONS.iter().find(begins) {
        return CaptureError::Compressed(name);
    }
    CaptureError::NotACapture(bytes.iter().take(Magic::BYTES).copied().collect())
}
