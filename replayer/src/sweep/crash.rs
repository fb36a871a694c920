//! Whether a command crashed rather than failed.

use super::Exit;

/// Words on standard error of a program that broke down, or of what watched it do so. Not among them are uncaught
/// exceptions: a Python traceback with exit code 1 says what went wrong, and a script sees that it did.
const SIGNS: &[&str] = &[
    "panicked at ",                                                      // Rust
    "goroutine 1 [",             // Go: a panic, or a fatal error of its runtime
    "Fatal Python error: ",      // CPython itself
    "Segmentation fault",        // said by shells
    "core dumped",               // said by shells
    "Sanitizer: ",               // AddressSanitizer and its like
    "stack smashing detected",   // glibc
    "double free or corruption", // glibc
    "free(): invalid pointer",   // glibc
    "malloc(): ",                // glibc
    "terminate called ",         // C++
    "Assertion `",               // assert() of C
    "FATAL ERROR: ",             // V8
    "# A fatal error has been detected by the Java Runtime Environment", // JVM
    "[BUG] ",                    // Ruby
];

/// Shells say 128 + the number of the signal that ended a command. 128 itself is git's plain failure, and 255 is ssh's and
/// that of `exit -1`.
const BY_SIGNAL: std::ops::RangeInclusive<i32> = 129..=159;

/// The signs of a crash in what was written to standard error.
pub(super) fn signs(stderr: &[u8]) -> Vec<&'static str> {
    let found = |sign: &&&str| memchr::memmem::find(stderr, sign.as_bytes()).is_some();
    SIGNS.iter().filter(found).copied().collect()
}

/// An end that is no failure, but a crash.
pub(super) fn is_crash(exit: Exit) -> bool {
    match exit {
        Exit::Signal(_) => true,
        Exit::Code(code) => BY_SIGNAL.contains(&code),
        Exit::Deadline => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_a_crash_also_by_a_shell_s_word() {
        for exit in [Exit::Signal(11), Exit::Signal(6), Exit::Code(139), Exit::Code(134)] {
            assert!(is_crash(exit), "{exit}");
        }
        for exit in [Exit::Code(1), Exit::Code(101), Exit::Code(128), Exit::Code(255)] {
            assert!(!is_crash(exit), "{exit}");
        }
    }

    #[test]
    fn a_panic_is_a_sign_and_an_uncaught_exception_is_none() {
        assert_eq!(signs(b"thread 'main' panicked at src/main.rs:3:5:\n"), ["panicked at "]);
        let traceback =
            b"Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'id'\n";
        assert!(signs(traceback).is_empty());
    }
}
