//! Replays cassettes as a server, and tells how the client changed.
