//! Flow control (RFC 9113 §5.2): what each side may still send.

use cassettes::wire::http2::setting::{DEFAULT_INITIAL_WINDOW_SIZE, MAX_WINDOW_SIZE};

/// What a stream's client may always send: what the standard begins with, so that short bodies need no more said.
const STREAM_CREDIT: u32 = DEFAULT_INITIAL_WINDOW_SIZE;

/// The same for all streams of a connection together.
const CONNECTION_CREDIT: u32 = 1024 * 1024;

/// What this side may still send; negative after the client has made its windows smaller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window(i64);

/// What the client may still send. What came is taken at once, so it is soon given more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credit {
    left: i64,
    /// What it is given anew.
    full: i64,
    /// How much more a client may send that has not heard of a window smaller than the standard's.
    slack: i64,
}

impl Window {
    pub(super) const fn new(size: u32) -> Self {
        Self(size as i64)
    }

    /// How many bytes may be sent.
    pub(super) fn open(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }

    /// Takes what is sent.
    pub(super) fn take(&mut self, bytes: usize) {
        self.0 -= i64::try_from(bytes).unwrap_or(i64::MAX);
    }

    /// The client gives more; whether that is no more than there can be.
    pub(super) fn give(&mut self, increment: u32) -> bool {
        self.0 += i64::from(increment);
        self.0 <= i64::from(MAX_WINDOW_SIZE)
    }

    /// The client has changed what streams begin with; whether this one is no larger than can be.
    pub(super) fn shift(&mut self, before: u32, now: u32) -> bool {
        self.0 += i64::from(now) - i64::from(before);
        self.0 <= i64::from(MAX_WINDOW_SIZE)
    }
}

impl Credit {
    /// Of a stream that begins with this window.
    pub(super) const fn of_stream(announced: u32) -> Self {
        Self::new(announced, STREAM_CREDIT)
    }

    /// Of a connection.
    pub(super) const fn of_connection() -> Self {
        Self::new(DEFAULT_INITIAL_WINDOW_SIZE, CONNECTION_CREDIT)
    }

    const fn new(announced: u32, full: u32) -> Self {
        let slack = DEFAULT_INITIAL_WINDOW_SIZE.saturating_sub(announced) as i64;
        let full = if full > announced { full } else { announced };
        Self { left: announced as i64, full: full as i64, slack }
    }

    /// Takes what the client sent; whether it might.
    pub(super) fn take(&mut self, bytes: u32) -> bool {
        self.left -= i64::from(bytes);
        self.left + self.slack >= 0
    }

    /// What to give the client, once half of it is used.
    pub(super) fn refill(&mut self) -> Option<u32> {
        if self.left > self.full / 2 {
            return None;
        }
        let increment = u32::try_from(self.full - self.left).ok()?;
        self.left = self.full;
        Some(increment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_made_smaller_may_be_negative_and_lets_nothing_through() {
        let mut window = Window::new(100);
        window.take(80);
        assert!(window.shift(100, 10));
        assert_eq!(window.open(), 0);
        assert!(window.give(71));
        assert_eq!(window.open(), 1);
    }

    #[test]
    fn a_window_larger_than_there_can_be_is_told() {
        assert!(!Window::new(1).give(MAX_WINDOW_SIZE));
        assert!(Window::new(0).give(MAX_WINDOW_SIZE));
    }

    #[test]
    fn credit_is_given_anew_once_half_is_used() {
        let mut credit = Credit::of_stream(STREAM_CREDIT);
        assert!(credit.take(STREAM_CREDIT / 2));
        assert_eq!(credit.refill(), None);
        assert!(credit.take(1));
        assert_eq!(credit.refill(), Some(STREAM_CREDIT / 2 + 1));
        assert!(!credit.take(STREAM_CREDIT + 1));
    }

    #[test]
    fn a_stream_that_begins_with_no_credit_is_given_some_at_once() {
        assert_eq!(Credit::of_stream(0).refill(), Some(STREAM_CREDIT));
    }
}
