//! What a recorded exchange means, whatever the version of HTTP it was in.
//!
//! - [`View`]: its request, its responses, and what is not HTTP
//! - [`Message`]: one of them

mod message;
mod view;

pub use message::Message;
pub use view::View;
