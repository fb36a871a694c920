//! retape: record real client-server traffic, replay it offline exact to the byte, and see how the client changed.
//!
//! The façade: everything a Rust program needs is re-exported from the three crates it stands on.

pub use cassettes;
pub use recorder;
pub use replayer;
