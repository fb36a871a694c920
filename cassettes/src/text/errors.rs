//! What people get wrong, and what they are told.

use super::{MAX_DOCUMENT_BYTES, read};

/// The error's message; also that its span lies inside the text.
fn error(yaml: &str) -> String {
    let error = read(yaml).expect_err(yaml);
    let span = error.span();
    assert!(yaml.get(span.clone()).is_some(), "{span:?} of {yaml}");
    assert_eq!(yaml[..span.start].matches('\n').count() + 1, error.line(), "{error} in {yaml}");
    error.to_string()
}

/// The error in an exchange of which these are the lines.
fn in_exchange(lines: &str) -> String {
    error(&format!("retape: 1\nexchanges:\n  - {}\n", lines.replace('\n', "\n    ")))
}

#[test]
fn a_misspelt_key_suggests_the_nearest() {
    let told = in_exchange("reqest: GET /");
    assert_eq!(
        told,
        "line 3, column 5: unknown key `reqest` in an exchange: did you mean `request`?"
    );
    let told = in_exchange("request: GET /\nresponse:\n  haed: 200");
    assert_eq!(told, "line 5, column 7: unknown key `haed` in response: did you mean `head`?");
    let told = error("retape: 1\nexchange: []\n");
    assert_eq!(
        told,
        "line 2, column 1: unknown key `exchange` in the cassette: did you mean `exchanges`?"
    );
    let told = error("retape: 1\nbanana: []\n");
    assert!(told.contains("expected one of retape, recorded"), "{told}");
}

#[test]
fn a_key_given_twice_names_the_first_line() {
    let told = in_exchange("request: GET /\nresponse: 200\nrequest: GET /2");
    assert_eq!(
        told,
        "line 5, column 5: `request` was already given in line 3: keep one of the two"
    );
}

#[test]
fn a_value_of_the_wrong_kind_says_what_belongs_there() {
    let cases = [
        ("request: [GET, /]", "request must be text or a mapping, this is a list"),
        ("request:", "request must be text (or base64 under `!!binary`), this is nothing"),
        (
            "request: GET /\nresponse:\n  head: {}",
            "head must be text (or base64 under `!!binary`), this is a mapping",
        ),
        ("request: GET /\nat: [1]", "at must be a number and a unit"),
        (
            "request: GET /\nreads: client",
            "reads must be a list, as in `[client, server +1.2ms]`, this is text",
        ),
        ("raw: hello", "raw must be a list, as in `- client: hello`, this is text"),
        ("just text", "an exchange must be a mapping of keys and values, this is text"),
    ];
    for (lines, told) in cases {
        assert!(in_exchange(lines).contains(told), "{}", in_exchange(lines));
    }
    assert!(error("retape: 1\nexchanges: {}\n").contains("a list of exchanges"));
    assert!(error("retape: 1\nconnections: []\n").contains("must be a mapping, as in"));
}

#[test]
fn bad_notations_show_the_good_one() {
    let cases = [
        ("request: GET /\nat: 5", "at `5` is not understood: write a number and a unit"),
        ("request: GET /\nat: 0.5ns", "at `0.5ns` is not understood"),
        ("request: GET /\nat: 99999999999s", "584 years"),
        ("request: GET /\nreads: [clint]", "the read `clint` is not understood: write who sent"),
        (
            "request: GET /\nend: server dies",
            "the end `server dies` is not understood: write who and how",
        ),
        (
            "request: GET /\nresponse:\n  head: 200\n  chunked: [few]",
            "the chunk size `few` is not understood",
        ),
        (
            "request: GET /\nresponse:\n  head: 200\n  incomplete: maybe",
            "incomplete `maybe` is not understood: write `true` or `false`",
        ),
        (
            "request: GET /\nresponse:\n  head: 200\n  json: {}\n  json_spacing: airy",
            "json_spacing `airy` is not understood",
        ),
        ("raw:\n  - client: \"\"", "at least one byte"),
    ];
    for (lines, told) in cases {
        assert!(in_exchange(lines).contains(told), "{}", in_exchange(lines));
    }
    assert!(error("retape: 1\nrecorded: yesterday\n").contains("a UTC time"));
    assert!(
        error("retape: 1\nconnections:\n  a: {transport: pigeon}\n").contains("`tcp` or `unix`")
    );
}

#[test]
fn bad_contents_point_at_their_line() {
    let told = in_exchange(
        "request: GET /\nresponse:\n  head: 200\n  json: |\n    {\n      \"a\": 1,\n    }",
    );
    assert!(told.starts_with("line 9, column 9: "), "{told}");
    assert!(told.contains("not valid JSON: key must be a string;"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  json: hello");
    assert!(told.ends_with("put text that is no JSON under `body`"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  body: !!binary a_b=");
    assert!(told.starts_with("line 6, column 22: not base64"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  body: !latin1 €");
    assert!(told.contains("'€' is not in Latin-1"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  body: !gzip abc");
    assert!(told.contains("unknown tag `!gzip`: use `!!binary`"), "{told}");
}

#[test]
fn lengths_that_disagree_say_how_to_mend_them() {
    let told = in_exchange("request: GET /\nresponse: |\n  200\n  Content-Length: 3\n\n  hello");
    assert!(
        told.contains("says 3 bytes, the body has 6: correct it, or leave the header out"),
        "{told}"
    );
    let told = in_exchange("request: GET /\nresponse: |\n  200\n  Content-Length: 3");
    assert!(told.contains("says 3 bytes, the body has 0"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  chunked: [3]\n  body: hello");
    assert!(told.contains("add up to 3 bytes, the body has 5: write `rest`"), "{told}");
    let told = in_exchange("request: GET /\nreads: [client 5]");
    assert!(
        told.contains("leave 13 bytes of the client's messages over: end with `client`"),
        "{told}"
    );
    let told = in_exchange("request: GET /\nreads: [client, client]");
    assert!(told.starts_with("line 4, column 21: nothing is left"), "{told}");
    let told = in_exchange("request: GET /\nreads: [client 99]");
    assert!(told.contains("takes 99 bytes, only 18 are left"), "{told}");
    let told = in_exchange("request: {raw: abc}\nreads: [client head]");
    assert!(told.contains("no message head is left"), "{told}");
}

#[test]
fn keys_that_exclude_each_other_say_which_to_keep() {
    let told = in_exchange("request: GET /\nresponse: 200\nresponses: []");
    assert!(told.contains("`response` cannot stand beside `responses`"), "{told}");
    let told = in_exchange("raw: []\nrequest: GET /");
    assert!(told.contains("either HTTP or raw bytes"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  json: {}\n  body: x");
    assert!(told.contains("`json` cannot stand beside `body`: a message has one body"), "{told}");
    let told = in_exchange("request: GET /\nresponse:\n  head: 200\n  raw: x");
    assert!(told.contains("`raw` is the whole message"), "{told}");
    let told = in_exchange("raw:\n  - client: a\n    server: b");
    assert!(told.contains("a list item of its own"), "{told}");
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(error("exchanges: []\n"), "line 1, column 1: the cassette needs `retape: 1`");
    assert!(
        in_exchange("at: 1ms")
            .contains("an exchange needs `request: (or `response`, `raw`, or `frames`)`")
    );
    assert!(in_exchange("response:\n  body: x").contains("response needs `head:"));
    assert!(error("").contains("the text holds no cassette: begin with `retape: 1`"));
    assert!(error("hello\n").contains("the text holds no cassette"));
    assert!(error("retape: 2\n").contains("text form 2 is newer than this program"));
    assert!(error("retape: one\n").contains("the version `one` is not understood"));
}

#[test]
fn connections_that_do_not_fit_are_refused() {
    let told = error(
        "retape: 1\nconnections:\n  a: {}\nexchanges:\n  - connection: b\n    request: GET /\n",
    );
    assert!(told.starts_with("line 5, column 17: no connection `b`"), "{told}");
    let shared = "retape: 1\nexchanges:\n  - connection: a\n    request: GET /1\n    end: server closes\n  - connection: a\n    request: GET /2\n";
    assert!(error(shared).contains("only the last exchange of a connection can end it"));
    let twice = "retape: 1\nconnections:\n  a: {end: server closes}\nexchanges:\n  - {connection: a, request: GET /, end: client closes}\n";
    assert!(error(twice).contains("already given under `connections`"));
}

#[test]
fn yaml_that_could_blow_up_is_refused() {
    let aliases = "retape: 1\na: &a [x, x]\nb: [*a, *a]\n";
    assert!(error(aliases).contains("anchors (`&name`) and aliases (`*name`) are not read"));
    assert!(error("retape: 1\nb: *a\n").contains("aliases"));
    let deep = format!("retape: 1\nexchanges: {}", "[".repeat(100_000));
    assert!(error(&deep).contains("not valid YAML"));
    let deep = format!("retape: 1\nexchanges:\n  {}", "- ".repeat(100_000));
    assert!(error(&deep).contains("not valid YAML"));
    let long = " ".repeat(MAX_DOCUMENT_BYTES + 1);
    assert!(read(&long).unwrap_err().to_string().contains("keep this recording as a binary"));
    assert!(error("retape: 1\n---\nretape: 1\n").contains("a second YAML document"));
    assert!(error("retape: 1\nexchanges: [\n").contains("not valid YAML"));
    assert!(error("retape: 1\n\texchanges: []\n").contains("not valid YAML"));
}

#[test]
fn a_cassette_cut_at_every_byte_is_read_or_refused() {
    for yaml in
        [include_str!("../../library/upgrade.yaml"), include_str!("../../library/json.yaml")]
    {
        for end in (0..yaml.len()).filter(|end| yaml.is_char_boundary(*end)) {
            let _ = read(&yaml[..end]);
        }
    }
}

#[test]
fn what_is_wrong_with_a_frame_is_told_where_it_stands() {
    let in_frame =
        |lines: &str| in_exchange(&format!("frames:\n  - {}", lines.replace('\n', "\n    ")));
    let cases = [
        ("client: HEADRS", "a frame `HEADRS` is not understood: write a frame, as in `HEADERS"),
        ("client: DATA ACK", "a frame `DATA ACK` is not understood"),
        ("client: HEADERS", "a frame needs `fields: (lines of `name: value`)`"),
        ("client: HEADERS\nfields: no", "the field `no` is not understood: write `name: value`"),
        ("server: RST_STREAM SORRY", "a frame `RST_STREAM SORRY` is not understood"),
        ("server: PING\nping: short", "ping `short` is not understood: write exactly 8 bytes"),
        ("server: SETTINGS\nsettings: {MANY: 1}", "the setting `MANY` is not understood"),
        ("server: DATA\npadding: 256", "padding `256` is not understood: write a number that"),
        ("client: PRIORITY\npriority: {weight: 0}", "the weight `0` is not understood"),
        ("client: bytes", "a frame needs `bytes: (what was sent)`"),
        ("client: DATA\nstream: 4294967295", "stream `4294967295` is not understood"),
    ];
    for (lines, expected) in cases {
        let told = in_frame(lines);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn what_one_version_of_http_has_is_refused_in_another() {
    let cases = [
        ("request: GET /\nstream: 3", "`stream` cannot stand beside `request`: only `protocol"),
        ("frames: []\nscheme: http", "`frames` cannot stand beside `scheme`"),
        ("protocol: http/1\nframes: []", "the protocol `http/1` is not understood: write"),
        ("protocol: http/2-control\nrequest: GET /", "this protocol needs `frames:`"),
        ("protocol: raw\nrequest: GET /", "this protocol needs `raw:`"),
        ("protocol: http/3\nrequest: GET /", "the protocol `http/3` is not understood"),
        (
            "protocol: http/2\nrequest: GET /\nresponse:\n  head: 200\n  chunked: [1]",
            "unknown key `chunked` in response",
        ),
        ("protocol: http/2\nrequest: GET / HTTP/1.1", "no head or trailers of HTTP/2"),
        (
            "protocol: http/2\nrequest: GET /\nresponse:\n  head: 200\n  body: abc\n  data: [2]",
            "the chunk sizes add up to 2 bytes, the body has 3",
        ),
    ];
    for (lines, expected) in cases {
        let told = in_exchange(lines);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn what_is_wrong_with_tls_facts_is_told_where_it_stands() {
    let in_connection =
        |facts: &str| error(&format!("retape: 1\nconnections:\n  1: {{{facts}}}\n"));
    let cases = [
        ("way: by foot", "the way `by foot` is not understood: write `direct`"),
        ("tls: yes", "tls must be a mapping of keys and values, this is text"),
        ("tls: {version: 2}", "the version `2` is not understood: write a version of TLS"),
        ("tls: {cipher: rot13}", "the cipher suite `rot13` is not understood"),
        ("tls: {trust: blind}", "trust `blind` is not understood: write `unknown`"),
        ("tls: {offered: h2}", "offered must be a list of protocols"),
        ("end: client alerts loudly", "the end `client alerts loudly` is not understood"),
    ];
    for (facts, expected) in cases {
        let told = in_connection(facts);
        assert!(told.contains(expected), "{told}");
    }
}
