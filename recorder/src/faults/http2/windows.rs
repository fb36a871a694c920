//! Flow control, where what the server may send and what the client takes are not the same any more.
//!
//! The server is given credit at once for what does not go on to the client, or not yet. The client's credit for what we
//! sent it by ourselves is kept from the server, which never sent that.

/// What a sender may have under way before it hears anything (RFC 9113 §6.9.2).
pub(super) const INITIAL_WINDOW: i64 = 65_535;

/// One window of the client's: of a stream, or of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// How much the client takes.
    room: i64,
    /// Of the credit that it will give, so much is not the server's.
    own: u64,
}

impl Window {
    pub(super) const fn new(room: i64) -> Self {
        Self { room, own: 0 }
    }

    /// How many bytes the client takes now.
    pub(super) fn room(&self) -> usize {
        usize::try_from(self.room).unwrap_or(0)
    }

    /// So many bytes go to the client; of these, `own` were the server's credit before.
    pub(super) fn send(&mut self, len: usize, own: usize) {
        self.room -= i64::try_from(len).unwrap_or(i64::MAX);
        self.own += own as u64;
    }

    /// The client gives so much credit; how much of it is the server's.
    pub(super) fn grant(&mut self, increment: u32) -> u32 {
        self.room += i64::from(increment);
        let kept = u32::try_from(self.own).unwrap_or(u32::MAX).min(increment);
        self.own -= u64::from(kept);
        increment - kept
    }

    /// The client has changed what every stream begins with.
    pub(super) const fn adjust(&mut self, by: i64) {
        self.room += by;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_for_what_the_server_never_sent_is_kept_from_it() {
        let mut window = Window::new(100);
        window.send(60, 0);
        window.send(30, 30);
        assert_eq!(window.room(), 10);
        assert_eq!(window.grant(20), 0);
        assert_eq!(window.grant(70), 60);
        assert_eq!(window.room(), 100);
    }

    #[test]
    fn a_window_may_shrink_below_nothing() {
        let mut window = Window::new(100);
        window.send(90, 0);
        window.adjust(-50);
        assert_eq!(window.room(), 0);
        assert_eq!(window.grant(45), 45);
        assert_eq!(window.room(), 5);
    }
}
