//! A capture file over a reader.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;

use super::{CaptureParser, Captured, Cut, ReadError};

/// How much is read at once. Packets are slices of it, and a slice holds all of it: larger is no faster.
const READ_BYTES: usize = 1024 * 1024;

/// Compressed twice is met (a file compressed by hand, then by a server), more is an attack.
const MAX_COMPRESSIONS: usize = 2;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// Reads a capture file to its end, and undoes gzip and zstd on the way.
pub struct CaptureFile {
    reader: Box<dyn Read + Send>,
    /// How much of the file was read, before decompression.
    read: Arc<AtomicU64>,
    parser: CaptureParser,
    /// The block last read, to be read into again once nobody holds a slice of it.
    block: Bytes,
    /// What `reader` failed with, after the block that came before it.
    failed: Option<io::Error>,
    at_end: bool,
}

impl CaptureFile {
    /// Reads the beginning, to see whether it is compressed.
    pub fn new(reader: impl Read + Send + 'static) -> Result<Self, ReadError> {
        let read = Arc::default();
        let counted = Counted { reader, read: Arc::clone(&read) };
        let reader = decompressed(Box::new(counted))
            .map_err(|source| ReadError::Read { offset: 0, source })?;
        Ok(Self {
            reader,
            read,
            parser: CaptureParser::new(),
            block: Bytes::new(),
            failed: None,
            at_end: false,
        })
    }

    /// How much of the file was read: of a compressed file, compressed.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Gives the parser one more block, or the end.
    fn read_block(&mut self) {
        let mut block = match std::mem::take(&mut self.block).try_into_mut() {
            Ok(block) if block.len() == READ_BYTES => block,
            _ => BytesMut::zeroed(READ_BYTES),
        };
        let length = self.fill(&mut block);
        self.block = block.freeze();
        match length {
            0 => self.parser.finish(),
            _ => self.parser.receive(self.block.slice(..length)),
        }
    }

    /// As much as there is, so that slow readers do not make small blocks.
    fn fill(&mut self, block: &mut [u8]) -> usize {
        let mut length = 0;
        while let Some(rest) = block.get_mut(length..).filter(|rest| !rest.is_empty())
            && !self.at_end
        {
            match self.reader.read(rest) {
                Ok(0) => self.at_end = true,
                Ok(count) => length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at_end = true;
                    self.failed = Some(error);
                }
            }
        }
        length
    }

    /// The reader's last word, after the parser's.
    fn failure(&mut self) -> Option<Result<Captured, ReadError>> {
        let (source, offset) = (self.failed.take()?, self.parser.offset());
        Some(match source.kind() {
            // Only a decompressor says so: it was cut.
            ErrorKind::UnexpectedEof => Ok(Captured::Cut(Cut { offset, present: 0 })),
            _ => Err(ReadError::Read { offset, source }),
        })
    }
}

impl Iterator for CaptureFile {
    type Item = Result<Captured, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parser.poll() {
                // The decompressor's cut and the parser's are one.
                Some(Ok(cut @ Captured::Cut(_))) => {
                    self.failed.take_if(|it| it.kind() == ErrorKind::UnexpectedEof);
                    return Some(Ok(cut));
                }
                Some(Ok(found)) => return Some(Ok(found)),
                Some(Err(error)) => return Some(Err(error.into())),
                None if self.parser.is_ended() => return self.failure(),
                None => self.read_block(),
            }
        }
    }
}

/// Takes compression off, as often as there is.
fn decompressed(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    for _ in 0..MAX_COMPRESSIONS {
        let mut beginning = Vec::new();
        match reader.by_ref().take(ZSTD.len() as u64).read_to_end(&mut beginning) {
            // Cut so early that nothing can be decompressed: too short a file.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            read => _ = read?,
        }
        let (gzip, zstd) = (beginning.starts_with(GZIP), beginning.starts_with(ZSTD));
        let whole = Cursor::new(beginning).chain(reader);
        reader = match (gzip, zstd) {
            (true, _) => Box::new(MultiGzDecoder::new(whole)),
            (_, true) => Box::new(zstd::Decoder::new(whole)?),
            _ => return Ok(Box::new(whole)),
        };
    }
    Ok(reader)
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
