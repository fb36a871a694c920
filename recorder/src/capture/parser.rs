//! The bytes of a capture file in, packets out.

use bytes::Bytes;

use super::blocks::{Blocks, Next, Piece};
use super::captured::Output;
use super::magic::Magic;
use super::pcap::Pcap;
use super::pcapng::Section;
use super::snoop::Snoop;
use super::{CaptureError, Captured, Cut, Problem};

/// Longest packet or block that is held. IP packets are at most 64 KiB long, those that an interface takes apart or puts together
/// (GRO, BIG TCP) 512 KiB. A longer claim is a damaged file or a bus that carries no IP, so it is passed over.
pub const MAX_BLOCK_BYTES: usize = 1024 * 1024;

/// Reads pcap, pcapng and snoop files. It is told their bytes by [`Self::receive`], in blocks of any length, and is asked by
/// [`Self::poll`] what is in them.
///
/// What comes in one block comes out as slices of it, so that blocks should be large, and are held as long as their packets are.
#[derive(Debug, Default)]
pub struct CaptureParser {
    blocks: Blocks,
    /// None before the file's header.
    layout: Option<Layout>,
    output: Output,
    /// No more bytes will come.
    finished: bool,
    /// Nothing more will be said.
    ended: bool,
}

#[derive(Debug)]
enum Layout {
    Pcap(Pcap),
    Pcapng(Section),
    Snoop(Snoop),
}

impl CaptureParser {
    /// At the beginning of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where it stands: bytes from the beginning of the file, all before were handed out.
    pub const fn offset(&self) -> u64 {
        self.blocks.offset()
    }

    /// More of the file. Poll until there is nothing left before giving the next block: what is left of a block is copied otherwise.
    pub fn receive(&mut self, block: Bytes) {
        self.blocks.receive(block);
    }

    /// This was all of the file.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Nothing more will be found: after [`Self::finish`], or after an error.
    pub const fn is_ended(&self) -> bool {
        self.ended
    }

    /// What was found next. None: give more, or, after [`Self::finish`], there is no more. Nothing comes after an error.
    pub fn poll(&mut self) -> Option<Result<Captured, CaptureError>> {
        loop {
            if let Some(found) = self.output.pop() {
                return Some(Ok(found));
            }
            if self.ended {
                return None;
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) if self.finished => {
                    self.ended = true;
                    return self.end();
                }
                Ok(false) => return None,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }

    /// Takes the next item; false if it is not there yet.
    fn advance(&mut self) -> Result<bool, CaptureError> {
        let offset = self.blocks.offset();
        let layout = &self.layout;
        let next = |bytes: &[u8]| match layout {
            None => Magic::header_length(bytes),
            Some(Layout::Pcap(pcap)) => Ok(pcap.next(bytes)),
            Some(Layout::Pcapng(section)) => section.next(bytes, offset),
            Some(Layout::Snoop(_)) => Snoop::next(bytes, offset),
        };
        match self.blocks.take(next)? {
            None => return Ok(false),
            Some(Piece::Skipped(length)) => self.output.skipped(offset, Problem::TooLong(length)),
            Some(Piece::Item(item)) => self.read(item, offset)?,
        }
        Ok(true)
    }

    fn read(&mut self, item: Bytes, offset: u64) -> Result<(), CaptureError> {
        match &mut self.layout {
            None => self.layout = Some(self.begin(&item)?),
            Some(Layout::Pcap(pcap)) => pcap.read(item, &mut self.output),
            Some(Layout::Pcapng(section)) => section.read(&item, offset, &mut self.output)?,
            Some(Layout::Snoop(snoop)) => snoop.read(item, &mut self.output),
        }
        Ok(())
    }

    /// The file's header.
    fn begin(&mut self, header: &Bytes) -> Result<Layout, CaptureError> {
        Ok(match Magic::of(header)? {
            Magic::Pcap => {
                let unknown = || CaptureError::NotACapture(header.to_vec());
                Layout::Pcap(Pcap::new(header).ok_or_else(unknown)?)
            }
            Magic::Snoop => Layout::Snoop(Snoop::new(header)?),
            Magic::Pcapng => Layout::Pcapng(Section::new(header, 0, &mut self.output)?),
        })
    }

    /// The last word.
    fn end(&self) -> Option<Result<Captured, CaptureError>> {
        let held = self.blocks.held();
        if self.layout.is_none() && held.len() < Magic::BYTES {
            return Some(Err(CaptureError::TooShort));
        }
        let (offset, present) = self.blocks.unfinished()?;
        Some(Ok(Captured::Cut(Cut { offset, present })))
    }
}

/// An item of this length: short enough to be held?
pub(super) fn take_or_skip(length: u32) -> Next {
    match usize::try_from(length) {
        Ok(bytes) if bytes <= MAX_BLOCK_BYTES => Next::Take(bytes),
        _ => Next::Skip(length),
    }
}
