//! Finds out whether the connection can be decrypted.

use cassettes::model::Direction;

use super::super::event::Undecryptable;
use super::super::keys::Keys;
use super::super::secrets::Secrets;
use super::{Decryptor, Early, MAX_HELD_BYTES};

impl Decryptor {
    /// Looks for the keys, and puts them where they are used.
    pub(super) fn settle(
        &mut self,
        secrets: &mut Secrets,
        is_last: bool,
    ) -> Result<(), Undecryptable> {
        if self.handshake.is_keyed {
            return Ok(());
        }
        let keys = match self.handshake.keys(secrets, is_last) {
            Ok(None) => return Ok(()),
            Ok(Some(keys)) => keys,
            Err(why) if self.is_settled => {
                // A renegotiation: what comes before the new keys are used can be read with the old ones.
                self.to_server.pending = Some(Err(why));
                self.to_client.pending = Some(Err(why));
                return Ok(());
            }
            Err(why) => return Err(why),
        };
        self.handshake.is_keyed = true;
        self.handshake.remember(secrets);
        match keys {
            Keys::V12 { to_server, to_client } => {
                self.to_server.pending = Some(Ok(to_server));
                self.to_client.pending = Some(Ok(to_client));
            }
            Keys::V13 { to_server, to_client } => {
                self.to_server.protect(to_server);
                self.to_client.protect(to_client);
                if self.handshake.offers_early_data() && self.to_client.is_legible() {
                    self.early = Early::Open;
                }
            }
        }
        self.settled();
        Ok(())
    }

    pub(super) fn settled(&mut self) {
        self.is_settled = true;
        self.held = Vec::new();
        self.held_bytes = 0;
    }

    /// New secrets may have come.
    pub(super) fn look_again(&mut self, secrets: &mut Secrets) {
        if std::mem::replace(&mut self.revision, secrets.revision()) != secrets.revision()
            && let Err(why) = self.settle(secrets, false)
        {
            self.fail(Direction::ToServer, why);
        }
    }

    /// With what there is: there will be no more, or no more can be held.
    pub(super) fn settle_at_last(&mut self, secrets: &mut Secrets) {
        if self.is_settled {
            return;
        }
        match self.settle(secrets, true) {
            Ok(()) => self.pump(secrets),
            Err(why) => self.fail(Direction::ToServer, why),
        }
    }

    pub(super) fn keep_bounds(&mut self, secrets: &mut Secrets) {
        if self.held_bytes > MAX_HELD_BYTES {
            self.settle_at_last(secrets);
            if !self.is_settled {
                let is_waiting = self.to_server.is_waiting() || self.to_client.is_waiting();
                let why = if is_waiting { Undecryptable::OneSided } else { Undecryptable::TooLong };
                self.fail(Direction::ToServer, why);
            }
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            if self.is_settled && self.lane(direction).held() > MAX_HELD_BYTES {
                let why = self.why_unfinished(direction);
                self.fail(direction, why);
            }
        }
    }
}
