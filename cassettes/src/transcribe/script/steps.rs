//! A script, being written.

use crate::model::{Close, How, Script, Step, Timestamp, Until};

/// The steps so far.
#[derive(Debug)]
pub(super) struct Steps {
    written: Vec<Step>,
    /// The client spoke TLS.
    tls: bool,
    /// What the script waited for last.
    asked: Option<Until>,
    /// When anything happened last.
    at: Timestamp,
}

impl Steps {
    pub(super) const fn new(tls: bool, at: Timestamp) -> Self {
        Self { written: Vec::new(), tls, asked: None, at }
    }

    pub(super) fn into_script(self) -> Script {
        Script { steps: self.written }
    }

    /// When anything happened last.
    pub(super) const fn at(&self) -> Timestamp {
        self.at
    }

    /// Something happened that is no step.
    pub(super) const fn note(&mut self, at: Timestamp) {
        self.at = at;
    }

    /// What the server did at this time.
    pub(super) fn act(&mut self, at: Timestamp, step: Step) {
        let gap = at.since(self.at);
        if !gap.is_zero() {
            self.written.push(Step::Wait(gap));
        }
        self.at = self.at.max(at);
        self.written.push(step);
    }

    /// Waits for the client, unless that is waited for already.
    pub(super) fn ask(&mut self, until: Option<Until>) {
        let new = until.filter(|_| self.asked != until && self.asked != Some(Until::ClientClose));
        if let Some(until) = new {
            self.asked = Some(until);
            self.written.push(Step::Receive(until));
        }
    }

    /// Waits for the client's end, which came at this time.
    pub(super) fn ask_close(&mut self, at: Option<Timestamp>) {
        if self.asked != Some(Until::ClientClose) {
            self.at = self.at.max(at.unwrap_or(self.at));
        }
        self.ask(Some(Until::ClientClose));
    }

    /// A step without a time of its own.
    pub(super) fn push(&mut self, step: Step) {
        self.written.push(step);
    }

    /// The server's end.
    pub(super) fn end(&mut self, close: &Close) {
        let at = close.at;
        match close.how {
            How::Fin if self.tls => self.act(at, Step::Cut),
            How::Fin | How::CloseNotify => self.act(at, Step::Close),
            How::Reset | How::Refused | How::Unreachable | How::Untrusted => {
                self.act(at, Step::Reset);
            }
            How::Alert(number) => self.act(at, Step::Alert(number)),
            How::Timeout => self.act(self.at, Step::Stall(None)),
        }
    }
}
