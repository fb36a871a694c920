//! How a connection ended, as a recorder between its two sides would have seen it.

use cassettes::model::{Close, How, Side, Timestamp};

/// The ends of one connection so far.
#[derive(Debug, Default)]
pub(super) struct Ends {
    closes: Vec<Close>,
}

impl Ends {
    /// One side ended, by TCP or TLS. `None`: it had, and nobody on the other side would notice.
    pub(super) fn add(&mut self, at: Timestamp, by: Side, how: How) -> Option<Close> {
        if self.has_ended(by, how) || self.is_over() {
            return None;
        }
        let close = Close { at, by, how };
        self.closes.push(close.clone());
        Some(close)
    }

    /// Those so far, in order.
    pub(super) fn closes(&self) -> &[Close] {
        &self.closes
    }

    /// All of them, in order.
    pub(super) fn into_closes(self) -> Vec<Close> {
        self.closes
    }

    /// A FIN or RST after `close_notify` or an alert is only how that end is carried out; a RST after a FIN is an end of its own:
    /// the side no longer hears what the other says.
    fn has_ended(&self, by: Side, how: How) -> bool {
        self.closes
            .iter()
            .any(|close| close.by == by && (close.how != How::Fin || how != How::Reset))
    }

    /// Nothing can be said on it any more: by either side, or because one broke it off.
    fn is_over(&self) -> bool {
        let both = [Side::Client, Side::Server]
            .iter()
            .all(|side| self.closes.iter().any(|close| close.by == *side));
        both || self.closes.iter().any(|close| close.how == How::Reset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes(said: &[(Side, How)]) -> Vec<(Side, How)> {
        let mut ends = Ends::default();
        for (by, how) in said {
            ends.add(Timestamp::ZERO, *by, *how);
        }
        ends.into_closes().into_iter().map(|close| (close.by, close.how)).collect()
    }

    #[test]
    fn a_fin_after_close_notify_is_the_same_end() {
        let said = [
            (Side::Server, How::CloseNotify),
            (Side::Server, How::Fin),
            (Side::Client, How::Fin),
            (Side::Client, How::Reset),
        ];
        assert_eq!(closes(&said), [(Side::Server, How::CloseNotify), (Side::Client, How::Fin)]);
    }

    #[test]
    fn a_reset_after_an_own_fin_tells_that_nobody_listens() {
        let said = [(Side::Client, How::Fin), (Side::Client, How::Reset), (Side::Server, How::Fin)];
        assert_eq!(closes(&said), [(Side::Client, How::Fin), (Side::Client, How::Reset)]);
    }
}
