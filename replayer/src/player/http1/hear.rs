//! What a player makes of what the client says: from a head to the exchange that is played for it.

use bytes::Bytes;
use cassettes::model::Direction;

use super::intake::Heard;
use super::play::{Play, recorded_request};
use super::tail::Tail;
use super::{Asking, Http1, Phase};
use crate::deck::Slot;
use crate::player::Action;
use crate::player::choice::{self, When};
use crate::player::request::{Request, State};
use crate::player::upgrade;
use crate::select::{Choice, Cue, Why};
use crate::stage::is_interim;

impl Http1 {
    pub(super) fn hear(&mut self, said: Heard) {
        match said {
            Heard::Head(head) => self.hear_head(head),
            Heard::NotHttp(error) => self.hear_no_http(&error.to_string()),
            Heard::Piece { wire, body } => self.hear_piece(wire, body.as_ref()),
            Heard::Raw(wire) => self.hear_raw(wire),
            Heard::End => self.hear_end(State::Whole),
            Heard::Broken => self.hear_end(State::Broken),
        }
    }

    fn hear_head(&mut self, head: Bytes) {
        let mut request = Request::begin(head, self.requests, self.now);
        self.requests = self.requests.saturating_add(1);
        if !request.has_body {
            // Its end is certain, and is said next: no need to wait for it.
            request.state = State::Whole;
        }
        choice::settle_version(&self.stage, &mut request);
        match choice::when(&self.stage, &request) {
            When::Now => self.choose(request, false),
            When::Early(slot) if request.expects => self.answer_expectation(request, slot),
            When::Early(_) | When::AfterBody => self.ask(request, false),
        }
    }

    /// A `100 Continue` can be sent before it is known which exchange it is; a final answer cannot.
    fn answer_expectation(&mut self, request: Request, slot: Slot) {
        let exchange = self.stage.deck().exchange(slot).ok();
        let first = exchange.and_then(|exchange| {
            exchange.sent(Direction::ToClient).next().map(|chunk| chunk.bytes.clone())
        });
        match first.filter(|bytes| bytes.starts_with(b"HTTP/1.1 100") && is_interim(bytes)) {
            Some(interim) => {
                self.actions.push_back(Action::Send(interim));
                self.ask(request, true);
            }
            None => self.choose(request, false),
        }
    }

    fn ask(&mut self, request: Request, continued: bool) {
        self.phase = Phase::Asking(Box::new(Asking { request, continued }));
    }

    fn hear_piece(&mut self, wire: Bytes, body: Option<&Bytes>) {
        self.heard_at = self.now;
        match &mut self.phase {
            Phase::Asking(asking) => asking.request.push(self.now, wire, body),
            Phase::Playing(play) => play.request.push(self.now, wire, body),
            Phase::Waiting(_) | Phase::Upgraded(_) | Phase::Over => {}
        }
    }

    fn hear_raw(&mut self, wire: Bytes) {
        self.heard_at = self.now;
        match &mut self.phase {
            Phase::Playing(play) => match &mut play.tail {
                Some(tail) => tail.push(&wire, self.stage.rules()),
                None => play.request.push(self.now, wire, None),
            },
            _ => self.hear_piece(wire, None),
        }
    }

    fn hear_end(&mut self, state: State) {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Asking(mut asking) => {
                asking.request.state = state;
                self.choose(asking.request, asking.continued);
            }
            Phase::Playing(mut play) => {
                play.request.state = state;
                self.phase = Phase::Playing(play);
            }
            other => self.phase = other,
        }
    }

    /// Finds the exchange for a request, and begins to play it.
    pub(super) fn choose(&mut self, mut request: Request, continued: bool) {
        match choice::choose(&self.stage, &mut request, self.here) {
            Choice::Play(cue) => self.begin(cue, request, continued),
            Choice::Miss(why) => self.miss(&request, &why),
        }
    }

    pub(super) fn begin(&mut self, cue: Cue, request: Request, continued: bool) {
        let upgrades = self.stage.deck().upgraded(cue.slot).is_some();
        if upgrades && upgrade::settings(&request).is_none() {
            return self.miss(&request, &Why::OtherVersion(cue.slot));
        }
        let steps = self.stage.steps(&cue, &request, self.here);
        self.actions.extend(cue.applied());
        let mut play = Play::new(cue, steps, request, self.now);
        play.upgrades = upgrades;
        if continued {
            play.skip_continue();
        }
        if play.request.context.asks_switch && !upgrades {
            play.tail = Tail::after_switch(&play.cue.exchange, self.stage.deck());
        }
        if play.tail.is_some() {
            self.intake.go_raw();
        }
        self.phase = Phase::Playing(Box::new(play));
    }

    pub(super) fn miss(&mut self, request: &Request, why: &Why) {
        let closes = request.closes || !request.is_over() || request.state != State::Whole;
        let answer = self.stage.miss(request, self.here, why).to_http1(request);
        self.actions.push_back(Action::Send(answer));
        self.phase = Phase::Waiting(None);
        if closes {
            self.close();
        } else {
            self.close_if_client_did();
        }
    }

    pub(super) fn close(&mut self) {
        self.actions.push_back(Action::Close);
        self.phase = Phase::Over;
    }

    /// The first bytes are no request: perhaps a raw exchange was recorded.
    pub(super) fn hear_no_http(&mut self, why: &str) {
        let mut first = Vec::new();
        while let Some(Heard::Raw(bytes)) = self.intake.next() {
            first.push(bytes);
        }
        let all: Bytes = first.concat().into();
        let request = Request::raw(self.requests, self.now);
        self.requests = self.requests.saturating_add(1);
        match self.stage.selector().claim_raw(&all) {
            Some(cue) => self.begin_raw(cue, request, &all),
            None => self.miss(&request, &Why::NotHttp(why.to_owned())),
        }
    }

    fn begin_raw(&mut self, cue: Cue, request: Request, first: &Bytes) {
        let steps = self.stage.steps(&cue, &request, self.here);
        self.actions.extend(cue.applied());
        let mut tail = Tail::new(recorded_request(&cue.exchange));
        tail.push(first, self.stage.rules());
        let mut play = Play::new(cue, steps, request, self.now);
        play.tail = Some(tail);
        self.phase = Phase::Playing(Box::new(play));
    }
}
