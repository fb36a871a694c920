//! From a request's head to the exchange that is played for it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange, Step};
use cassettes::transcribe::IDLE_CLOSE;
use cassettes::wire::http1::RequestHead;
use cassettes::wire::http2::hpack::{Field, encode_standalone};
use cassettes::wire::http2::{ErrorCode, Kind, compose, frames, stream_of};
use cassettes::wire::messages::Counter;

use super::Http2;
use super::settings::Refused;
use super::stream::{Part, Piece, Playing, Stream};
use crate::player::choice::{self, When};
use crate::player::http1::Tail;
use crate::player::request::{Request, State};
use crate::player::run::Run;
use crate::select::{Choice, Cue, Why};
use crate::stage::Miss;

impl Http2 {
    pub(super) fn hear_head(
        &mut self,
        id: u32,
        fields: Vec<Field>,
        end: bool,
    ) -> Result<(), Refused> {
        if id.is_multiple_of(2) {
            return Err((ErrorCode::PROTOCOL_ERROR, "a client's streams have odd numbers"));
        }
        self.last_stream = id;
        if !self.serves(id) {
            return Ok(());
        }
        if self.streams.len() >= self.ours.max_streams {
            self.outlet.frame(&compose::rst_stream(id, ErrorCode::REFUSED_STREAM));
            return Ok(());
        }
        self.afterlife = None;
        let mut request = Request::of_fields(fields, self.requests, self.now);
        self.requests = self.requests.saturating_add(1);
        request.has_body = !end;
        if end {
            request.state = State::Whole;
        }
        choice::settle_version(&self.stage, &mut request);
        self.open(id, end);
        self.ask(id, request);
        Ok(())
    }

    pub(super) fn open(&mut self, id: u32, end: bool) {
        let mut stream = Stream::new(Part::Told, self.theirs.window, self.ours.window, self.now);
        stream.heard_last = end;
        if !end && let Some(increment) = stream.credit.refill() {
            self.outlet.reply(&compose::window_update(id, increment));
        }
        self.streams.insert(id, stream);
    }

    fn ask(&mut self, id: u32, request: Request) {
        if request.key == 0 {
            let why = Why::NotHttp("a head without method or path".to_owned());
            self.stage.miss(&request, self.here, &why);
            return self.end_stream(id, ErrorCode::PROTOCOL_ERROR);
        }
        let stage = Arc::clone(&self.stage);
        match choice::when(&stage, &request) {
            When::Now => self.choose(id, request, false),
            When::AfterBody => self.wait_for_body(id, request, false),
            // Streams that are answered while they ask cannot be told apart by what they are yet to say.
            When::Early(_) if !request.expects => self.choose(id, request, false),
            When::Early(slot) => {
                let exchange = stage.deck().exchange(slot).ok();
                match exchange.as_ref().and_then(interim) {
                    Some(fields) => {
                        self.outlet.headers(id, &fields, false);
                        self.wait_for_body(id, request, true);
                    }
                    None => self.choose(id, request, false),
                }
            }
        }
    }

    fn wait_for_body(&mut self, id: u32, request: Request, continued: bool) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.part = Part::Asking { request: Box::new(request), continued };
        }
        self.watch();
    }

    /// The request is whole.
    pub(super) fn choose_if_asking(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        if !matches!(stream.part, Part::Asking { .. }) {
            return;
        }
        if let Part::Asking { request, continued } = std::mem::replace(&mut stream.part, Part::Told)
        {
            self.choose(id, *request, continued);
        }
    }

    fn choose(&mut self, id: u32, mut request: Request, continued: bool) {
        match choice::choose(&self.stage, &mut request, self.here) {
            Choice::Play(cue) => self.begin(id, cue, request, continued),
            Choice::Miss(why) => self.miss(id, &request, &why),
        }
    }

    /// Begins to play an exchange for a request.
    pub(super) fn begin(&mut self, id: u32, cue: Cue, request: Request, continued: bool) {
        let mut steps = self.stage.steps(&cue, &request, self.here);
        cue.applied().for_each(|notice| self.outlet.act(notice));
        put_idle_end_off(&mut steps, &cue.exchange);
        let mut run = Run::new(steps, self.now);
        if continued {
            run.skip_interim();
        }
        let tunnel = request.context.asks_switch;
        let tail = tunnel.then(|| Tail::after_switch(&cue.exchange, self.stage.deck())).flatten();
        let recorded = stream_of(&cue.exchange);
        let pushed = HashMap::new();
        let head = RequestHead::parse(&request.head).ok();
        let messages = head.and_then(|head| Counter::for_exchange(&head, None));
        let playing = Playing { cue, request, tail, messages, run, done: false, recorded, pushed };
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.part = Part::Playing(Box::new(playing));
        }
        self.step(id);
    }

    pub(super) fn miss(&mut self, id: u32, request: &Request, why: &Why) {
        let miss = self.stage.miss(request, self.here, why);
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.part = Part::Told;
        stream.queue.clear();
        let block = encode_standalone(&fields_of(&miss));
        let bytes =
            if request.head.starts_with(b"HEAD ") { Bytes::new() } else { miss.text.into() };
        stream.queue.push_back(Piece::Headers(compose::headers(id, block, bytes.is_empty())));
        if !bytes.is_empty() {
            stream.queue.push_back(Piece::Data { bytes, padding: None, end: true });
        }
        if !stream.heard_last {
            // "a server MAY request that the client abort transmission of a request without error" (RFC 9113 §8.1).
            let reset = compose::rst_stream(id, ErrorCode::NO_ERROR);
            stream.queue.push_back(Piece::Reset(reset));
        }
        self.list(id);
    }
}

fn fields_of(miss: &Miss) -> [Field; 4] {
    [
        Field::new(&b":status"[..], miss.status.to_string()),
        Field::new(&b"retape-miss"[..], &b"1"[..]),
        Field::new(&b"content-type"[..], &b"text/plain; charset=utf-8"[..]),
        Field::new(&b"content-length"[..], miss.text.len().to_string()),
    ]
}

/// A server that says goodbye long after its answer does so because the connection was idle: it is played only if no
/// request comes meanwhile.
pub(super) fn put_idle_end_off(steps: &mut VecDeque<Step>, exchange: &Exchange) {
    let Some([before, last]) = exchange.chunks.last_chunk() else { return };
    let gap = last.at.since(before.at);
    let says_goodbye = last.direction == Direction::ToClient && is_goodbye(&last.bytes);
    if !says_goodbye || gap <= IDLE_CLOSE || steps.back() != Some(&Step::Send(last.bytes.clone())) {
        return;
    }
    steps.pop_back();
    if let Some(Step::Wait(_)) = steps.back() {
        steps.pop_back();
    }
    steps.extend([Step::Stall(Some(gap)), Step::Send(last.bytes.clone())]);
}

/// GOAWAY, and nothing else.
fn is_goodbye(bytes: &Bytes) -> bool {
    frames(bytes).all(|frame| frame.is_ok_and(|frame| frame.kind() == Kind::GoAway))
}

/// The recorded `100 Continue`, if the server said that first.
fn interim(exchange: &Exchange) -> Option<Vec<Field>> {
    let first = exchange.sent(Direction::ToClient).next()?;
    let frame = frames(&first.bytes).next()?.ok()?;
    let fields = frame.fields()?.ok()?;
    let status = fields.first().filter(|field| field.name == ":status")?;
    (status.value == "100").then_some(fields)
}
