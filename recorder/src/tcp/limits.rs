//! How much of a capture is kept in mind at once.

/// What bounds the memory of a [`Reassembler`](super::Reassembler).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once. Past it, the one that was idle for longest is ended as
    /// [`Ending::Evicted`](super::Ending::Evicted). What a busy server holds; each takes about a kilobyte here.
    pub streams: usize,
    /// Closed connections that may still get a straggling packet before they are ended: their packets are on the way for
    /// some milliseconds.
    pub closing: usize,
    /// Ended connections whose endpoints are remembered, so that a packet repeated late is not taken for a new one.
    pub remembered: usize,
    /// Bytes of one connection that wait for earlier ones. Past it, the earlier ones are given up as missing. The window
    /// of a fast connection over a long way: a packet lost on the network is sent again within one window.
    pub held_per_stream: usize,
    /// Bytes of all connections that wait for earlier ones. Past it, the connection that has waited longest gives up.
    pub held: usize,
    /// How much of the capture's latest bytes is kept, to compare what is sent again with what was sent first.
    pub compared: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            streams: 64 * 1024,
            closing: 1024,
            remembered: 64 * 1024,
            held_per_stream: 16 * 1024 * 1024,
            held: 64 * 1024 * 1024,
            compared: 8 * 1024 * 1024,
        }
    }
}
