//! Records real traffic into cassettes.
