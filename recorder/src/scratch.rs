//! Where sockets are read into: one buffer a thread, not one a connection, so that an idle
//! connection costs no buffer and a busy one reads into memory that is still in the cache.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// Most bytes taken in one read. Larger ones save no system calls worth having, and fall out of
/// the second-level cache between reading and writing.
pub(crate) const MAX_READ: usize = 256 * 1024;

/// Least that a read asks for. Holds nearly every request and small answer whole.
pub(crate) const MIN_READ: usize = 16 * 1024;

/// Reads smaller than this are copied out. A copy of this size costs less than giving the buffer
/// away, and a slow sender's few bytes cannot pin a whole one.
const COPIED_BELOW: usize = 16 * 1024;

/// Buffers a thread remembers while the journal still holds their bytes, to read into again once
/// it does not: fresh memory costs a page fault every 4 KiB. More than these are simply freed.
const REMEMBERED: usize = 32;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// Reads what is there, at most `limit` bytes; empty at the end of the stream.
pub(crate) fn poll_read(
    stream: Pin<&mut impl AsyncRead>,
    cx: &mut Context<'_>,
    limit: usize,
) -> Poll<io::Result<Bytes>> {
    SCRATCH.with_borrow_mut(|scratch| scratch.poll_read(stream, cx, limit.min(MAX_READ)))
}

struct Scratch {
    /// Empty between reads; its spare room is what the next read fills.
    current: BytesMut,
    /// Emptied handles on buffers given away, oldest first.
    given: VecDeque<BytesMut>,
}

impl Scratch {
    fn new() -> Self {
        Self { current: BytesMut::with_capacity(MAX_READ), given: VecDeque::new() }
    }

    fn poll_read(
        &mut self,
        stream: Pin<&mut impl AsyncRead>,
        cx: &mut Context<'_>,
        limit: usize,
    ) -> Poll<io::Result<Bytes>> {
        if self.current.capacity() < limit {
            self.rotate();
        }
        ready!(poll_read_buf(stream, cx, &mut (&mut self.current).limit(limit)))?;
        Poll::Ready(Ok(self.take()))
    }

    fn take(&mut self) -> Bytes {
        if self.current.len() >= COPIED_BELOW {
            return self.current.split().freeze();
        }
        let copy = Bytes::copy_from_slice(&self.current);
        self.current.clear();
        copy
    }

    /// Puts a buffer with room for the largest read in place of the current one.
    fn rotate(&mut self) {
        if self.current.try_reclaim(MAX_READ) {
            return;
        }
        let free = self.given.front_mut().is_some_and(|oldest| oldest.try_reclaim(MAX_READ));
        let next = if free { self.given.pop_front() } else { None };
        let next = next.unwrap_or_else(|| BytesMut::with_capacity(MAX_READ));
        let used = std::mem::replace(&mut self.current, next);
        if self.given.len() < REMEMBERED {
            self.given.push_back(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut from: &[u8], limit: usize) -> Bytes {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match poll_read(Pin::new(&mut from), &mut cx, limit) {
            Poll::Ready(read) => read.unwrap(),
            Poll::Pending => panic!("a slice is always ready"),
        }
    }

    #[test]
    fn a_read_takes_no_more_than_its_limit() {
        assert_eq!(read(&[7; 100], 40), [7; 40][..]);
        assert_eq!(read(b"", 40), [][..]);
        assert_eq!(read(&vec![1; 2 * MAX_READ], usize::MAX).len(), MAX_READ);
    }

    #[test]
    fn bytes_read_stay_as_they_are_while_later_reads_reuse_the_buffer() {
        let sizes = [1, 4096, COPIED_BELOW - 1, COPIED_BELOW, 100_000, MAX_READ];
        let mut kept = VecDeque::new();
        for round in 0..4 * REMEMBERED {
            let fill = u8::try_from(round % 251).unwrap();
            let size = sizes[round % sizes.len()];
            kept.push_back((fill, read(&vec![fill; size], MAX_READ)));
            if kept.len() > REMEMBERED / 2 {
                kept.pop_front();
            }
            for (fill, bytes) in &kept {
                assert!(bytes.iter().all(|byte| byte == fill));
            }
        }
    }
}
