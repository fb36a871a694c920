//! Maps a file into memory, and what to do when it is cut short behind our back.
#![expect(unsafe_code, reason = "mapping a file and catching SIGBUS cannot be done without")]

use std::fs::File;
use std::io;
use std::sync::Once;

use bytes::Bytes;
use memmap2::Mmap;

/// The file's bytes, without reading them.
pub(super) fn map(file: &File) -> io::Result<Bytes> {
    static HANDLER: Once = Once::new();
    HANDLER.call_once(catch_truncation);
    // SAFETY: the map is read-only and private to this process's view. Another process may still
    // change the file: bytes that change are data like any other (nothing is decided from them
    // twice without a check), and a file cut short raises SIGBUS, which `catch_truncation` turns
    // into a clean end. retape itself only appends to cassettes, or replaces them by a new file.
    let map = unsafe { Mmap::map(file) }?;
    Ok(Bytes::from_owner(map))
}

/// What a person reads when the handler runs.
const MESSAGE: &[u8] = b"retape: error: a cassette was cut short while it was in use\n  \
    hint: do not truncate or copy over a cassette that is being read; write a new file and rename it\n";

/// From here on, touching pages that the file no longer has ends the process with a message
/// and exit code 3, instead of a core dump.
fn catch_truncation() {
    // SAFETY: an all-zero `sigaction` is a valid value of that plain C struct; the handler only
    // calls functions that are async-signal-safe (POSIX.1-2017, section 2.4.3).
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(libc::c_int) = end_with_message;
        action.sa_sigaction = handler as libc::sighandler_t;
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    }
}

extern "C" fn end_with_message(_signal: libc::c_int) {
    // SAFETY: `write` and `_exit` are async-signal-safe; the message is a static.
    unsafe {
        libc::write(libc::STDERR_FILENO, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::_exit(i32::from(crate::exit::Exit::Input as u8));
    }
}
