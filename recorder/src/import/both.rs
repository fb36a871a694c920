//! Something of each direction.

use cassettes::model::Direction;

/// One of each direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Both<T> {
    to_server: T,
    to_client: T,
}

impl<T> Both<T> {
    pub(super) const fn of(&self, direction: Direction) -> &T {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    pub(super) const fn of_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}
