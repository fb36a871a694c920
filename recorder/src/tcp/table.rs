//! Connections by their endpoints, and in each stage of life the one that was idle for longest.

use std::collections::HashMap;

use super::flow::Flow;

/// Where a connection is kept, as long as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(u32);

impl Slot {
    /// No slot: before the first one of a queue, and after the last.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// A connection's stage of life. None goes back to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Has not carried data. Scans and floods never get further.
    Fresh,
    /// Has carried data.
    Talking,
    /// Is closed, but a straggler may come.
    Closing,
    /// Has ended; kept to know stragglers.
    Gone,
}

/// All connections that are kept in mind.
#[derive(Debug)]
pub(super) struct Table<T> {
    slots: HashMap<Flow, Slot>,
    nodes: Vec<Node<T>>,
    free: Vec<Slot>,
    queues: Queues,
    /// The connection found last: most packets are of the same one as the packet before.
    last: Option<(Flow, Slot)>,
}

#[derive(Debug)]
struct Node<T> {
    /// None while the slot is free.
    value: Option<T>,
    flow: Flow,
    stage: Stage,
    before: Slot,
    after: Slot,
}

impl<T> Table<T> {
    pub(super) fn new() -> Self {
        Self {
            slots: HashMap::new(),
            nodes: Vec::new(),
            free: Vec::new(),
            queues: Queues::default(),
            last: None,
        }
    }

    pub(super) fn find(&mut self, flow: &Flow) -> Option<Slot> {
        if let Some((last, slot)) = &self.last
            && last == flow
        {
            return Some(*slot);
        }
        let slot = *self.slots.get(flow)?;
        self.last = Some((*flow, slot));
        Some(slot)
    }

    /// Takes in a connection that [`Self::find`] did not find. It is fresh.
    pub(super) fn insert(&mut self, flow: Flow, value: impl FnOnce(Slot) -> T) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| self.next_slot());
        let (before, after) = (Slot::NONE, Slot::NONE);
        let node = Node { value: Some(value(slot)), flow, stage: Stage::Fresh, before, after };
        match self.nodes.get_mut(slot.0 as usize) {
            Some(free) => *free = node,
            None => self.nodes.push(node),
        }
        self.slots.insert(flow, slot);
        self.last = Some((flow, slot));
        self.append(slot, Stage::Fresh);
        slot
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<T> {
        self.unlink(slot);
        let node = self.nodes.get_mut(slot.0 as usize)?;
        self.slots.remove(&node.flow);
        self.last = None;
        self.free.push(slot);
        node.value.take()
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        self.nodes.get(slot.0 as usize)?.value.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.nodes.get_mut(slot.0 as usize)?.value.as_mut()
    }

    /// Makes it the one that was idle for the shortest time, in `stage` or the later one that it is in.
    pub(super) fn touch(&mut self, slot: Slot, stage: Stage) {
        let Some(node) = self.nodes.get(slot.0 as usize) else { return };
        let stage = stage.max(node.stage);
        if node.stage == stage && node.after == Slot::NONE {
            return;
        }
        self.unlink(slot);
        self.append(slot, stage);
    }

    /// The one in `stage` that was idle for longest.
    pub(super) fn oldest(&self, stage: Stage) -> Option<Slot> {
        let first = self.queues.get(stage).first;
        (first != Slot::NONE).then_some(first)
    }

    /// How many are in `stage`.
    pub(super) fn len(&self, stage: Stage) -> usize {
        self.queues.get(stage).len
    }

    /// There are never as many as 2³² connections: each takes a hundred bytes.
    fn next_slot(&self) -> Slot {
        Slot(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    fn append(&mut self, slot: Slot, stage: Stage) {
        let queue = self.queues.get_mut(stage);
        let before = queue.last;
        queue.last = slot;
        queue.len += 1;
        match self.nodes.get_mut(before.0 as usize) {
            Some(node) => node.after = slot,
            None => queue.first = slot,
        }
        if let Some(node) = self.nodes.get_mut(slot.0 as usize) {
            (node.stage, node.before, node.after) = (stage, before, Slot::NONE);
        }
    }

    fn unlink(&mut self, slot: Slot) {
        let Some(node) = self.nodes.get(slot.0 as usize) else { return };
        let (stage, before, after) = (node.stage, node.before, node.after);
        let queue = self.queues.get_mut(stage);
        queue.len -= 1;
        match self.nodes.get_mut(before.0 as usize) {
            Some(node) => node.after = after,
            None => queue.first = after,
        }
        match self.nodes.get_mut(after.0 as usize) {
            Some(node) => node.before = before,
            None => queue.last = before,
        }
    }
}

/// One for each stage.
#[derive(Debug, Default)]
struct Queues {
    fresh: Queue,
    talking: Queue,
    closing: Queue,
    gone: Queue,
}

impl Queues {
    const fn get(&self, stage: Stage) -> &Queue {
        match stage {
            Stage::Fresh => &self.fresh,
            Stage::Talking => &self.talking,
            Stage::Closing => &self.closing,
            Stage::Gone => &self.gone,
        }
    }

    const fn get_mut(&mut self, stage: Stage) -> &mut Queue {
        match stage {
            Stage::Fresh => &mut self.fresh,
            Stage::Talking => &mut self.talking,
            Stage::Closing => &mut self.closing,
            Stage::Gone => &mut self.gone,
        }
    }
}

/// The ends of a doubly linked list through the nodes, from the one that was idle for longest.
#[derive(Debug)]
struct Queue {
    first: Slot,
    last: Slot,
    len: usize,
}

impl Default for Queue {
    fn default() -> Self {
        Self { first: Slot::NONE, last: Slot::NONE, len: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tcp::tests::play::{CLIENT, ack};

    fn flow(port: u16) -> Flow {
        let mut segment = ack();
        segment.source = std::net::SocketAddr::new(CLIENT.ip(), port);
        Flow::of(&segment)
    }

    fn order(table: &mut Table<u16>, stage: Stage) -> Vec<u16> {
        let pop = |table: &mut Table<u16>| table.oldest(stage).and_then(|slot| table.remove(slot));
        std::iter::from_fn(|| pop(table)).collect()
    }

    #[test]
    fn the_one_touched_least_recently_is_the_oldest() {
        let mut table = Table::new();
        let slots: Vec<_> = (0..4).map(|n| table.insert(flow(n), |_| n)).collect();
        table.touch(slots[0], Stage::Fresh);
        table.touch(slots[2], Stage::Fresh);
        assert_eq!(table.len(Stage::Fresh), 4);
        assert_eq!(order(&mut table, Stage::Fresh), [1, 3, 0, 2]);
        assert_eq!(table.len(Stage::Fresh), 0);
    }

    #[test]
    fn none_goes_back_to_an_earlier_stage() {
        let mut table = Table::new();
        let slots: Vec<_> = (0..3).map(|n| table.insert(flow(n), |_| n)).collect();
        table.touch(slots[1], Stage::Closing);
        table.touch(slots[1], Stage::Talking);
        assert_eq!(order(&mut table, Stage::Closing), [1]);
        assert_eq!(order(&mut table, Stage::Fresh), [0, 2]);
    }

    #[test]
    fn a_slot_is_used_again_under_its_new_flow_only() {
        let mut table = Table::new();
        let slot = table.insert(flow(1), |_| 1);
        assert_eq!(table.remove(slot), Some(1));
        assert_eq!(table.find(&flow(1)), None);
        assert_eq!(table.insert(flow(2), |_| 2), slot);
        assert_eq!(table.find(&flow(1)), None);
        assert_eq!(table.find(&flow(2)), Some(slot));
        assert_eq!(table.get(slot), Some(&2));
    }
}
