//! Frames and header blocks against what others make of them.
