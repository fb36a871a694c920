//! A capture that lacks bytes, as its user sees it.

use std::io::ErrorKind;

use crate::support::{Client, Retape, replay_of};

/// The server's body has a hole after `hole`; the next request on the connection is whole.
const HOLED: &str = "\
retape: 1
connections:
  1:
    gaps: [server 5 bytes after 43 at 2ms]
exchanges:
  - connection: 1
    request: GET /holed
    response:
      head: |
        HTTP/1.1 200 OK
        Content-Length: 12
      incomplete: true
      body: hole
    reads: [client, server +1ms]
  - connection: 1
    at: 2.000001ms
    raw:
      - server: end
  - connection: 1
    at: 3ms
    request: GET /whole
    response: 204
";

#[test]
fn what_is_missing_is_neither_made_up_nor_taken_for_an_end() {
    let retape = Retape::new();
    retape.write("holed.yaml", HOLED);
    let ended = replay_of(&retape, &["holed.yaml"], |url| {
        let mut client = Client::connect(url);
        client.send("GET /holed", "", b"");
        assert!(client.part(b"\r\n\r\n").starts_with(b"HTTP/1.1 200 OK"));
        assert_eq!(client.part(b"hole"), b"hole");
        assert_eq!(client.end().unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert!(Client::connect(url).get("/whole").starts_with(b"HTTP/1.1 204 "));
    });
    assert_eq!(ended.code, Some(0), "nobody can ask for what follows a gap: {ended:?}");
    let warning = "bytes are missing on 1 recorded connection";
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
}

#[test]
fn show_and_verify_tell_what_is_missing() {
    let retape = Retape::new();
    retape.write("holed.yaml", HOLED);
    for args in [&["show", "holed.yaml", "1"][..], &["show", "holed.yaml", "1", "--timeline"]] {
        let shown = retape.run(args).stdout;
        assert!(shown.contains("5 bytes of the server's are missing here"), "{shown}");
    }
    let rest = retape.run(["show", "holed.yaml", "2"]).stdout;
    assert!(rest.contains("it follows bytes that the capture lacks"), "{rest}");
    let verified = retape.run(["verify", "--roundtrip", "holed.yaml"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("5 bytes are missing, in 1 gap"), "{verified:?}");
    assert_eq!(retape.run(["verify", "--strict", "holed.yaml"]).code, Some(1));
}
