//! What SETTINGS can say (RFC 9113 §6.5.2 and later ones).

/// Largest dynamic table that the peer's encoder may use. 4,096 until said otherwise.
pub const HEADER_TABLE_SIZE: u16 = 1;
/// Whether a server may push.
pub const ENABLE_PUSH: u16 = 2;
/// How many streams the peer may have open at once.
pub const MAX_CONCURRENT_STREAMS: u16 = 3;
/// How many bytes the peer may send on a new stream. 65,535 until said otherwise.
pub const INITIAL_WINDOW_SIZE: u16 = 4;
/// Longest payload that the peer may send in one frame. 16,384 until said otherwise.
pub const MAX_FRAME_SIZE: u16 = 5;
/// Longest header list that this side accepts. A piece of advice.
pub const MAX_HEADER_LIST_SIZE: u16 = 6;
/// Whether a server takes CONNECT with `:protocol` (RFC 8441).
pub const ENABLE_CONNECT_PROTOCOL: u16 = 8;
/// Whether the priorities of RFC 7540 mean nothing (RFC 9218).
pub const NO_RFC7540_PRIORITIES: u16 = 9;

/// What the standard says before SETTINGS say anything else (RFC 9113 §6.5.2).
pub const DEFAULT_HEADER_TABLE_SIZE: u32 = 4096;
/// As [`DEFAULT_HEADER_TABLE_SIZE`]; also a connection's first window.
pub const DEFAULT_INITIAL_WINDOW_SIZE: u32 = 65_535;
/// Largest window there is (RFC 9113 §6.9.1).
pub const MAX_WINDOW_SIZE: u32 = (1 << 31) - 1;

const NAMES: [(u16, &str); 8] = [
    (HEADER_TABLE_SIZE, "HEADER_TABLE_SIZE"),
    (ENABLE_PUSH, "ENABLE_PUSH"),
    (MAX_CONCURRENT_STREAMS, "MAX_CONCURRENT_STREAMS"),
    (INITIAL_WINDOW_SIZE, "INITIAL_WINDOW_SIZE"),
    (MAX_FRAME_SIZE, "MAX_FRAME_SIZE"),
    (MAX_HEADER_LIST_SIZE, "MAX_HEADER_LIST_SIZE"),
    (ENABLE_CONNECT_PROTOCOL, "ENABLE_CONNECT_PROTOCOL"),
    (NO_RFC7540_PRIORITIES, "NO_RFC7540_PRIORITIES"),
];

/// As the standards spell it; none for a setting that they do not know.
pub fn name(setting: u16) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == setting).map(|(_, name)| *name)
}

/// The setting that the standards spell like this.
pub fn from_name(name: &str) -> Option<u16> {
    NAMES.iter().find(|(_, known)| *known == name).map(|(setting, _)| *setting)
}
