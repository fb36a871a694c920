//! Filters, as typed, over streams.

use proptest::prelude::*;

use super::*;

const START: UnixNanos = UnixNanos(1_795_250_535_000_000_000);

fn stream<'a>(client: &str, server: &str, spoken: Option<Spoken<'a>>) -> Known<'a> {
    let (client, server) = (client.parse().unwrap(), server.parse().unwrap());
    let opened = UnixNanos(START.0 + 5_000_000_000);
    Known { stream: 7, client, server, opened, start: START, spoken }
}

fn web() -> Known<'static> {
    let spoken = Spoken { secure: true, speech: Speech::Http2, name: "api.example.com" };
    stream("10.1.2.3:51000", "192.0.2.9:443", Some(spoken))
}

fn judge(filter: &str, stream: &Known<'_>) -> Option<bool> {
    filter.parse::<Filter>().unwrap_or_else(|error| panic!("{filter}: {error}")).judge(stream)
}

#[test]
fn a_stream_is_meant_by_each_of_its_facts() {
    let true_of_it = [
        "host 10.1.2.3",
        "host 192.0.2.0/24",
        "client host 10.0.0.0/8",
        "server port 443",
        "port 1-1000",
        "port 80,443",
        "stream 7",
        "stream 0-3,7",
        "protocol tls",
        "protocol http",
        "protocol http/2",
        "host api.example.com",
        "host *.EXAMPLE.com",
        "server host api.*",
        "after 2026-11-21",
        "before +6",
        "after +5",
        "before 2026-11-22T00:00:00Z",
    ];
    for filter in true_of_it {
        assert_eq!(judge(filter, &web()), Some(true), "{filter}");
        assert_eq!(judge(&format!("not {filter}"), &web()), Some(false), "{filter}");
    }
    let false_of_it = [
        "client port 443",
        "server host 10.1.2.3",
        "host 10.1.2.4",
        "host ::/0",
        "stream 8",
        "protocol raw",
        "protocol http/1",
        "host example.com",
        "client host api.example.com",
        "before +5",
        "after +5.1",
    ];
    for filter in false_of_it {
        assert_eq!(judge(filter, &web()), Some(false), "{filter}");
    }
}

#[test]
fn and_binds_closer_than_or_and_parentheses_closest() {
    assert_eq!(judge("port 443 or port 1 and port 2", &web()), Some(true));
    assert_eq!(judge("(port 443 or port 1) and port 2", &web()), Some(false));
    assert_eq!(judge("!(port 1)&& not not port 443", &web()), Some(true));
    assert_eq!(judge("port 1 || port 443", &web()), Some(true));
}

#[test]
fn what_is_not_known_yet_matters_only_where_it_decides() {
    let early = stream("10.1.2.3:51000", "192.0.2.9:443", None);
    assert_eq!(judge("protocol http", &early), None);
    assert_eq!(judge("not host api.example.com", &early), None);
    assert_eq!(judge("protocol http and port 80", &early), Some(false));
    assert_eq!(judge("protocol http or port 443", &early), Some(true));
    assert_eq!(judge("protocol http and port 443", &early), None);
}

#[test]
fn a_mapped_address_is_the_one_that_it_maps() {
    let mapped = stream("[::ffff:10.1.2.3]:1", "[2001:db8::1]:80", None);
    assert_eq!(judge("client host 10.0.0.0/8", &mapped), Some(true));
    assert_eq!(judge("server host 2001:db8::/32", &mapped), Some(true));
    assert_eq!(judge("host [2001:db8::1]", &mapped), Some(true));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let mistakes = [
        ("", 0..0, "expected host, port"),
        ("port", 4..4, "expected ports"),
        ("port 70000", 5..10, "found \"70000\""),
        ("port 5-3", 5..8, "expected ports"),
        ("host 10.0.0.0/33", 5..16, "expected an address"),
        ("protocol h3", 9..11, "tls, http"),
        ("port 80 port 81", 8..12, "`and`, `or` or the end"),
        ("(port 80", 8..8, "`)`"),
        ("port 80)", 7..8, "the end"),
        ("after café", 6..10, "a time"),
        ("é port", 0..1, "expected host"),
        ("client stream 1", 7..13, "host or port"),
    ];
    for (filter, span, said) in mistakes {
        let error = filter.parse::<Filter>().unwrap_err();
        assert_eq!(error.span, span, "{filter}: {error}");
        assert!(error.to_string().contains(said), "{filter}: {error}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("{}port 80", "not ".repeat(100_000));
    let error = deep.parse::<Filter>().unwrap_err();
    assert!(error.expected.contains("64 levels"), "{error}");
    let wide = vec!["port 80"; 1000].join(" and ");
    assert!(wide.parse::<Filter>().is_ok());
}

#[test]
fn a_pattern_s_pieces_do_not_overlap() {
    let named = |name| {
        let spoken = Spoken { secure: false, speech: Speech::Http1, name };
        stream("10.0.0.1:1", "10.0.0.2:80", Some(spoken))
    };
    assert_eq!(judge("host a*a", &named("a")), Some(false));
    assert_eq!(judge("host a*a", &named("aa")), Some(true));
    assert_eq!(judge("host *b*c*", &named("abc")), Some(true));
    assert_eq!(judge("host *c*b*", &named("abc")), Some(false));
    assert_eq!(judge("host *", &named("")), Some(true));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(host|port|not|and|or|after|stream|[()!,/*+.:0-9-]| |é){0,40}") {
        drop(text.parse::<Filter>());
    }
}
