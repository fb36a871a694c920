//! Whole connections, played packet by packet.

mod closing;
mod hostile;
mod loss;
mod order;
pub(in crate::tcp) mod play;
mod random;
mod roles;
