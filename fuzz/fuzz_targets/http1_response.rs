//! Any responses, in reads of any one length (the first byte; 0: all at once) to any requests (the
//! second byte), mean what they mean whole.

#![no_main]

use bytes::Bytes;
use cassettes::wire::http1::{
    Event, MethodKind, ParseError, RequestContext, ResponseHead, ResponseParser,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[len, methods], stream)) = input.split_first_chunk() else { return };
    let len = if len == 0 { usize::MAX } else { len.into() };
    assert_eq!(read(stream, methods, len), read(stream, methods, usize::MAX));
});

fn parser(methods: u8) -> ResponseParser {
    let mut parser = ResponseParser::new();
    for turn in 0..4 {
        let method = match methods >> (2 * turn) & 3 {
            0 => MethodKind::Head,
            1 => MethodKind::Connect,
            _ => MethodKind::Other,
        };
        parser.expect(RequestContext { method, asks_switch: false });
    }
    parser
}

/// Heads, bodies and trailers, each joined and ended; the failure; and whether it could end there.
fn read(stream: &[u8], methods: u8, len: usize) -> (Vec<u8>, Option<ParseError>, bool) {
    let mut parser = parser(methods);
    let mut said = Vec::new();
    for read in stream.chunks(len.min(stream.len()).max(1)) {
        let mut input = Bytes::copy_from_slice(read);
        loop {
            let advance = match parser.advance(&input) {
                Ok(advance) => advance,
                Err(error) => return (said, Some(error), parser.finish().is_ok()),
            };
            drop(input.split_to(advance.taken));
            match advance.event {
                None => break,
                Some(Event::Head(head)) => {
                    let parsed = ResponseHead::parse(&head).expect("the parser read it");
                    said.extend_from_slice(&parsed.status().to_le_bytes());
                    said.extend(parsed.headers().flat_map(|line| line.raw));
                    said.push(b'H');
                }
                Some(Event::Body(piece) | Event::Trailers(piece)) => said.extend_from_slice(&piece),
                Some(Event::End) => said.push(b'E'),
                Some(Event::Switched) => said.push(b'S'),
            }
        }
        assert!(input.is_empty(), "a parser that needs more took all");
    }
    (said, None, parser.finish().is_ok())
}
