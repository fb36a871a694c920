//! Connections that wait for a server's answer, at a time when the recording may stop.

use cassettes::model::Connection;

use super::{Visit, reverse};
use crate::{Scheme, Upstream};

/// Dropped before it is over, it records the connection as it stands: that the client came, and to whom it wanted.
pub(super) struct Unsettled<'a> {
    visit: &'a Visit,
    /// None: it is over.
    facts: Option<Connection>,
    to: Upstream,
}

impl<'a> Unsettled<'a> {
    /// It begins to wait.
    pub(super) fn new(visit: &'a Visit, facts: Connection, to: &Upstream) -> Self {
        Self { visit, facts: Some(facts), to: to.clone() }
    }

    /// The answer is there, whichever it is; it will be recorded with it.
    pub(super) fn settled(mut self) {
        self.facts = None;
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if let Some(facts) = self.facts.take() {
            drop(reverse::tap(self.visit, facts, &self.to, Scheme::Https));
        }
    }
}
