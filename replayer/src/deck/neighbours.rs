//! The recorded requests by what they are like, for those that nothing serves.

use cassettes::wire::http1::RequestHead;

use super::{Deck, recorded_head};
use crate::verify::Neighbours;

impl Deck {
    /// Reads every request at the first call.
    pub(crate) fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| {
            let mut neighbours = Neighbours::default();
            for (slot, _) in self.keyed() {
                let Ok(exchange) = self.exchange(slot) else { continue };
                if let Ok(head) = RequestHead::parse(&recorded_head(&exchange)) {
                    neighbours.insert(slot.index(), &head);
                }
            }
            neighbours
        })
    }
}
