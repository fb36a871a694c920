//! What a reverse proxy must change on the way: bytes in, bytes out.
//!
//! Requests name the upstream instead of the proxy (`:authority`, `:scheme`, `host`); with [`Rewriter::origin`]
//! URLs in fields change as well, both ways. Only header blocks are coded anew, all of a direction from the first one
//! that may have to change: each could refer to those before it. Every other frame passes as it came, as it comes.
//!
//! [`Recorded`] does that to a recording's answers, for a replayer.
//!
//! Inside: `lane` finds the frames of one direction, `recode` writes its header blocks, `fields` says what changes,
//! `origin` finds origins in URLs.

mod fields;
mod lane;
mod origin;
mod recode;
mod recorded;

use bytes::Bytes;

use super::Http2Error;
use crate::model::Direction;
use fields::Change;
use lane::Lane;
use origin::Origin;
use recode::Recoder;

pub use crate::wire::http1::rewrite::Out;
pub use recorded::Recorded;

/// Changes one connection's bytes, both directions.
#[derive(Debug)]
pub struct Rewriter {
    change: Change,
    to_server: Lane,
    to_client: Lane,
}

impl Rewriter {
    /// Puts `upstream`, an origin (`https://host:port`), into each request. Of answers nothing changes.
    pub fn host(upstream: &str) -> Self {
        Self::new(Change::host(Origin::of(upstream)), None)
    }

    /// Also puts the proxy's own origin in place of `upstream` in answers' fields that hold URLs and in pushed
    /// requests, and the other way round in requests' fields. The proxy's own is what the client last gave as `:scheme`
    /// and `:authority`; before that, `own`. Bodies stay ([`left`](Self::left)).
    pub fn origin(upstream: &str, own: &str) -> Self {
        let change = Change::origin(Origin::of(upstream), Origin::of(own));
        Self::new(change, Some(Recoder::new()))
    }

    fn new(change: Change, answers: Option<Recoder>) -> Self {
        let to_server = Lane::new(Direction::ToServer, Some(Recoder::new()));
        Self { change, to_server, to_client: Lane::new(Direction::ToClient, answers) }
    }

    /// Takes bytes that one side sent; gives `out` what the other is to get. Withholds the beginning of a frame's
    /// header, SETTINGS, and a header block that is not yet whole.
    ///
    /// What is not HTTP/2 passes as it is, as long as no header block was coded anew. After that, a block that cannot be read
    /// is an error, which comes again and again: no block that follows could mean to the other side what it was
    /// meant to. A server answers it with [`Http2Error::goaway`].
    pub fn advance(
        &mut self,
        direction: Direction,
        input: &Bytes,
        out: Out<'_>,
    ) -> Result<(), Http2Error> {
        let (lane, opposite) = match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.to_client),
            Direction::ToClient => (&mut self.to_client, &mut self.to_server),
        };
        let change = &mut self.change;
        let limits = lane.advance(input, &mut |fields| change.apply(direction, fields), out);
        opposite.expect(limits?)
    }

    /// One side has ended: gives `out` what was withheld.
    pub fn finish(&mut self, direction: Direction, out: Out<'_>) {
        match direction {
            Direction::ToServer => self.to_server.finish(out),
            Direction::ToClient => self.to_client.finish(out),
        }
    }

    /// How many answers of text passed with the origin in their body as it may be. 0 where origins are not replaced.
    pub fn left(&self) -> u64 {
        self.change.left()
    }
}

#[cfg(test)]
mod tests;
