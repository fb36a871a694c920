//! Any requests, in reads of any one length (the first byte; 0: all at once), mean what they mean whole.

#![no_main]

use bytes::Bytes;
use cassettes::wire::http1::{Event, ParseError, RequestHead, RequestParser};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&len, stream)) = input.split_first() else { return };
    let len = if len == 0 { usize::MAX } else { len.into() };
    let (whole, error) = read(stream, usize::MAX);
    assert_eq!(read(stream, len), (whole, error));
});

/// Heads, bodies and trailers, each joined and ended; and the failure.
fn read(stream: &[u8], len: usize) -> (Vec<u8>, Option<ParseError>) {
    let mut parser = RequestParser::new();
    let mut said = Vec::new();
    for read in stream.chunks(len.min(stream.len()).max(1)) {
        let mut input = Bytes::copy_from_slice(read);
        loop {
            let advance = match parser.advance(&input) {
                Ok(advance) => advance,
                Err(error) => return (said, Some(error)),
            };
            drop(input.split_to(advance.taken));
            match advance.event {
                None => break,
                Some(Event::Head(head)) => {
                    let parsed = RequestHead::parse(&head).expect("the parser read it");
                    said.extend_from_slice(parsed.method());
                    said.extend_from_slice(parsed.target());
                    for line in parsed.headers() {
                        said.extend_from_slice(line.name);
                        said.extend_from_slice(line.raw);
                    }
                    said.push(b'H');
                }
                Some(Event::Body(piece) | Event::Trailers(piece)) => said.extend_from_slice(&piece),
                Some(Event::End | Event::Switched) => said.push(b'E'),
            }
        }
        assert!(input.is_empty(), "a parser that needs more took all");
    }
    (said, None)
}
