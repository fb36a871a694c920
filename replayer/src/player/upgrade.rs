//! What goes over from HTTP/1 to HTTP/2 on a connection whose client asked for that, and was granted it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::wire::http1::RequestHead;
use cassettes::wire::http2::upgrade;

use super::Action;
use super::request::Request;
use crate::select::Cue;
use crate::stage::Stage;

/// A request that was asked in HTTP/1, and is answered in HTTP/2.
#[derive(Debug)]
pub(crate) struct Upgraded {
    pub(in crate::player) stage: Arc<Stage>,
    /// What is played: its end decides what it comes to.
    pub(in crate::player) cue: Cue,
    pub(in crate::player) request: Request,
    /// What is not yet done, the granting answer above all.
    pub(in crate::player) actions: VecDeque<Action>,
    /// What the client said after its request.
    pub(in crate::player) rest: Vec<Bytes>,
    /// It says no more.
    pub(in crate::player) client_closed: bool,
}

/// What a client that asks for the upgrade says about itself; none if it asks for none.
pub(in crate::player) fn settings(request: &Request) -> Option<Vec<(u16, u32)>> {
    upgrade::settings(&RequestHead::parse(&request.head).ok()?)
}
