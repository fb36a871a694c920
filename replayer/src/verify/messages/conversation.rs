//! One direction of a WebSocket, compared as it comes.

use bytes::Bytes;
use cassettes::model::Direction;
use cassettes::wire::http::{Message as HttpMessage, View};
use cassettes::wire::messages::Counter;
use cassettes::wire::websocket::{Agreement, Kind, Message, MessageReader};

use super::compare::{compare, summary};
use super::recorded::Recorded;
use crate::verify::findings::Findings;
use crate::verify::{CompareContext, Gravity, MAX_MISMATCHES, Mismatch, Place, Rules};

/// Most pings waiting for a pong. A client with more of them does not wait for any.
const MAX_OWED: usize = 16;

/// What was recorded in one direction, and how far what comes now agrees with it. Holds one message of each side.
#[derive(Debug)]
pub(crate) struct Conversation {
    recorded: Recorded,
    /// How many messages were recorded.
    total: u64,
    live: MessageReader,
    /// How many messages came. Pings and pongs are none.
    count: u64,
    /// How many pings and pongs came.
    signs: u64,
    /// Pings at places where none was recorded: nothing in the recording answers them.
    owed: Vec<Bytes>,
    /// Pings that were recorded, too: the recording holds their pongs.
    answered: Vec<Bytes>,
    /// The close frame came, or what came is no WebSocket: no message follows.
    over: bool,
    /// At most [`MAX_MISMATCHES`].
    found: Vec<Mismatch>,
}

impl Conversation {
    /// Of what was recorded in `direction` after the switch. None if that was no WebSocket after all.
    pub(crate) fn new(agreement: Agreement, direction: Direction, recorded: Bytes) -> Option<Self> {
        let mut counter = Counter::web_socket();
        counter.advance(&recorded);
        (!counter.is_broken()).then(|| Self {
            recorded: Recorded::new(agreement, direction, recorded),
            total: counter.count(),
            live: MessageReader::new(agreement, direction),
            count: 0,
            signs: 0,
            owed: Vec::new(),
            answered: Vec::new(),
            over: false,
            found: Vec::new(),
        })
    }

    /// The next bytes of now.
    pub(crate) fn push(&mut self, mut bytes: &[u8], rules: &Rules) {
        while !self.over && !bytes.is_empty() {
            match self.live.advance(&mut bytes) {
                Ok(Some(message)) => self.hear(&message, rules),
                Ok(None) => {}
                Err(error) => {
                    self.over = true;
                    let place = Place::Message { nth: self.count + 1, inside: None };
                    let detail = Some(error.to_string());
                    let (gravity, expected, actual) = (Gravity::Failure, None, None);
                    self.keep([Mismatch { place, gravity, expected, actual, detail }]);
                }
            }
        }
    }

    /// How many messages came, as the script counts them: a close in the place of another message is none that
    /// an answer waits for.
    pub(crate) fn count(&self) -> u64 {
        if self.over && self.count < self.total { self.count.saturating_sub(1) } else { self.count }
    }

    /// No message will follow.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// The payloads of pings that came, and that nothing in the recording answers.
    pub(crate) fn take_owed(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.owed)
    }

    /// The payloads of pings that came, and that the recording answers at some time.
    pub(crate) fn take_answered(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.answered)
    }

    /// Every difference, now that nothing more comes.
    pub(crate) fn finish(&mut self) -> Vec<Mismatch> {
        if let Some(missing) = self.recorded.take() {
            let place = Place::Message { nth: self.count + 1, inside: None };
            let missing = Mismatch::missing(place, Gravity::Failure, summary(&missing));
            let detail = format!("{} of {} recorded messages came", self.count, self.total);
            self.keep([missing.with_detail(detail)]);
        }
        while self.recorded.take().is_some() {}
        let (was, is) = (self.recorded.signs_seen, self.signs);
        if was != is {
            let (was, is) = (was.to_string(), is.to_string());
            self.keep([Mismatch::changed(Place::SignsOfLife, Gravity::Note, was, is)]);
        }
        std::mem::take(&mut self.found)
    }

    fn hear(&mut self, message: &Message, rules: &Rules) {
        if message.kind.is_sign_of_life() {
            return self.hear_sign(message);
        }
        self.count += 1;
        self.over = message.kind == Kind::Close;
        if let Some(expected) = self.recorded.take() {
            let mut findings = Findings::new(rules, CompareContext::default());
            compare(self.count, &expected, message, &mut findings);
            self.keep(findings.finish());
        } else {
            let place = Place::Message { nth: self.count, inside: None };
            let extra = Mismatch::extra(place, Gravity::Failure, summary(message));
            self.keep([extra.with_detail(format!("{} were recorded", self.total))]);
        }
    }

    fn hear_sign(&mut self, sign: &Message) {
        self.signs += 1;
        let recorded = self.recorded.take_sign(sign);
        let pings = if recorded { &mut self.answered } else { &mut self.owed };
        if sign.kind == Kind::Ping && pings.len() < MAX_OWED {
            pings.push(sign.payload.clone());
        }
    }

    fn keep(&mut self, found: impl IntoIterator<Item = Mismatch>) {
        let room = MAX_MISMATCHES.saturating_sub(self.found.len());
        self.found.extend(found.into_iter().take(room));
    }
}

/// Both tails in one direction, message by message. False if they are not both WebSocket's.
pub(in crate::verify) fn compare_web_sockets(
    expected: &View,
    actual: &View,
    direction: Direction,
    found: &mut Findings<'_>,
) -> bool {
    let (Some(was), Some(is)) = (agreement(expected), agreement(actual)) else { return false };
    let recorded = expected.tail(direction);
    let Some(mut conversation) = Conversation::new(was, direction, recorded) else { return false };
    conversation.live = MessageReader::new(is, direction);
    conversation.push(&actual.tail(direction), found.rules);
    conversation.finish().into_iter().for_each(|mismatch| found.push(mismatch));
    true
}

/// How an exchange's tails are to be read, if they are WebSocket's.
fn agreement(view: &View) -> Option<Agreement> {
    let request = view.request().and_then(HttpMessage::request_head)?;
    let response = view.final_response().and_then(HttpMessage::response_head)?;
    Agreement::of(&request, &response)
}
