//! A connection that goes on in HTTP/2 after its first request, which becomes stream 1 (RFC 7540 §3.2).

use std::collections::HashMap;
use std::sync::Arc;

use cassettes::model::Timestamp;
use cassettes::wire::http2::{ErrorCode, stream_of};

use super::ask::put_idle_end_off;
use super::stream::{Part, Playing};
use super::{Http2, Speaker};
use crate::arrival::Arrival;
use crate::player::run::Run;
use crate::player::upgrade::{self, Upgraded};

/// "The HTTP/1.1 request that is sent prior to upgrade is assigned a stream identifier of 1" (RFC 7540 §3.2).
const FIRST_STREAM: u32 = 1;

impl Http2 {
    /// For a client that has come in HTTP/1, and been granted HTTP/2.
    pub(in crate::player) fn after_upgrade(
        arrival: &Arrival,
        mut upgraded: Upgraded,
        now: Timestamp,
    ) -> Self {
        let mut player = Self::new(Arc::clone(&upgraded.stage), arrival, now);
        player.outlet.precede(std::mem::take(&mut upgraded.actions));
        let settings = upgrade::settings(&upgraded.request).unwrap_or_default();
        let rest = std::mem::take(&mut upgraded.rest);
        let client_closed = upgraded.client_closed;
        let obeyed = player.obey(settings);
        player.answer_first(upgraded);
        if let Err((code, reason)) = obeyed {
            player.fail(code, reason);
        }
        for bytes in rest {
            player.receive(bytes, now);
        }
        if client_closed {
            player.client_closed(now);
        }
        player
    }

    /// "Stream 1 is implicitly "half-closed" from the client toward the server" (RFC 7540 §3.2).
    fn answer_first(&mut self, upgraded: Upgraded) {
        let Upgraded { cue, request, .. } = upgraded;
        self.last_stream = FIRST_STREAM;
        self.requests = request.ordinal.saturating_add(1);
        self.open(FIRST_STREAM, true);
        let stage = Arc::clone(&self.stage);
        let Some((exchange, mut steps)) = stage.upgraded(&cue, &request, self.here) else {
            return self.end_stream(FIRST_STREAM, ErrorCode::INTERNAL_ERROR);
        };
        put_idle_end_off(&mut steps, &exchange);
        let playing = Playing {
            cue,
            request,
            tail: None,
            messages: None,
            run: Run::new(steps, self.now),
            done: false,
            recorded: stream_of(&exchange),
            pushed: HashMap::new(),
        };
        if let Some(stream) = self.streams.get_mut(&FIRST_STREAM) {
            stream.part = Part::Playing(Box::new(playing));
        }
        self.step(FIRST_STREAM);
    }
}
