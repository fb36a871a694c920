//! Exporting, as its user sees it.

use crate::support::{Retape, record_all};

/// The beginning of a pcapng file, in this machine's order of bytes.
const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

#[test]
fn a_capture_holds_what_was_said_and_tells_what_is_made_up() {
    let retape = Retape::new();
    let recorded = record_all(&retape, "a.cassette", &["/one", "/two"]);
    let ended = retape.run(["export", "a.cassette", "--as", "pcapng", "-o", "a.pcapng"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("of 2 exchanges on 2 connections"), "{ended:?}");
    let capture = std::fs::read(retape.path("a.pcapng")).unwrap();
    assert!(capture.starts_with(&SECTION));
    for answer in recorded {
        assert!(capture.windows(answer.len()).any(|window| window == answer));
    }
    let again = retape.run(["export", "a.cassette", "--as", "pcapng", "-o", "a.pcapng"]);
    assert_eq!(again.code, Some(2), "{again:?}");
    let args = ["export", "a.cassette", "--as", "pcapng", "-o", "a.pcapng", "--overwrite"];
    assert_eq!(retape.run(args).code, Some(0));
}

#[test]
fn an_export_that_fails_leaves_no_file() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let mut bytes = std::fs::read(retape.path("a.cassette")).unwrap();
    let at = bytes.windows(4).position(|window| window == b"/one").unwrap();
    bytes[at] = b'?';
    std::fs::write(retape.path("broken.cassette"), bytes).unwrap();
    let ended = retape.run(["export", "broken.cassette", "--as", "pcapng", "-o", "b.pcapng"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(!retape.path("b.pcapng").exists());
}

#[test]
fn an_archive_holds_what_was_meant_and_tells_what_it_cannot_say() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one", "/two"]);
    let ended = retape.run(["export", "a.cassette", "--as", "har"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("HAR holds no bytes of the wire"), "{ended:?}");
    let archive: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let entries = archive["log"]["entries"].as_array().unwrap();
    let urls: Vec<_> = entries.iter().map(|entry| entry["request"]["url"].as_str()).collect();
    assert!(urls[0].unwrap().ends_with("/one") && urls[1].unwrap().ends_with("/two"), "{urls:?}");
    assert_eq!(entries[0]["response"]["status"], 200);
}
