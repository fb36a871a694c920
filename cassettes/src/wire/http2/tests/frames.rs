//! Single frames.

use super::*;

fn parse(max_bytes: u32, bytes: &[u8]) -> Result<Frame, Problem> {
    let mut parser = FrameParser::new(max_bytes);
    parser.receive(&Bytes::copy_from_slice(bytes));
    parser.poll().unwrap().map_err(|error| error.problem)
}

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_cut(
        sent in vec(frame(), 0..20),
        cuts in vec(1_usize..300, 1..50),
    ) {
        let wire: Bytes = sent.iter().flat_map(Frame::encode).collect();
        let (mut parser, mut rest, mut got) = (FrameParser::new(MAX_FRAME_BYTES), wire.clone(), vec![]);
        for len in cuts.iter().cycle() {
            let piece = rest.split_to((*len).min(rest.len()));
            parser.receive(&piece);
            while let Some(frame) = parser.poll() {
                got.push(frame.unwrap());
            }
            let given: usize = got.iter().map(|frame: &Frame| frame.header.wire_len()).sum();
            prop_assert_eq!(parser.offset(), given as u64);
            prop_assert_eq!(parser.unread(), wire.slice(given..wire.len() - rest.len()));
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(got, sent);
    }

    #[test]
    fn a_block_cut_into_frames_is_the_same_put_together(
        block in vec(any::<u8>(), 0..500),
        max in 1_u32..200,
        pad in 0_u8..20,
    ) {
        let payload = [&[pad, 0, 0, 0, 0, 9][..], &block, &vec![0; pad.into()]].concat();
        let flags = flag::PADDED | flag::PRIORITY | flag::END_HEADERS | flag::END_STREAM;
        let whole = Frame::new(Kind::Headers, flags, 7, payload.into());
        let frames = compose::split(whole.clone(), max);
        let mut blocks = Blocks::new();
        let (last, before) = frames.split_last().unwrap();
        for frame in before {
            prop_assert_eq!(blocks.advance(frame.clone()), Ok(None));
        }
        prop_assert_eq!(blocks.advance(last.clone()), Ok(Some(whole)));
        prop_assert!(frames.iter().skip(1).all(|frame| frame.header.length <= max));
    }
}

#[test]
fn each_kind_says_what_it_was_made_to_say() {
    assert_eq!(compose::rst_stream(3, ErrorCode::CANCEL).rst(), Some(ErrorCode::CANCEL));
    assert_eq!(compose::window_update(3, 70_000).window_update(), Some(70_000));
    assert_eq!(compose::ping(*b"abcdefgh").ping(), Some(*b"abcdefgh"));
    let settings = [(setting::ENABLE_PUSH, 0), (setting::MAX_FRAME_SIZE, 20_000)];
    assert_eq!(compose::settings(&settings).settings().unwrap(), settings);
    let bye = compose::goaway(5, ErrorCode::NO_ERROR, b"done").goaway().unwrap();
    assert_eq!(bye, GoAway { last_stream: 5, code: ErrorCode::NO_ERROR, debug: "done".into() });
    let data = compose::data(3, "hello".into(), true);
    assert_eq!((data.data(), data.ends_stream(), data.padding()), (Some("hello".into()), true, 0));
}

#[test]
fn padding_and_priority_are_no_part_of_what_a_frame_says() {
    let padded = Frame::new(Kind::Data, flag::PADDED, 1, Bytes::from_static(b"\x02hi\0\0"));
    assert_eq!((padded.data(), padded.padding()), (Some("hi".into()), 3));
    let flags = flag::PADDED | flag::PRIORITY;
    let payload = Bytes::from_static(b"\x01\x80\0\0\x05\x0fblock\0");
    let headers = Frame::new(Kind::Headers, flags, 1, payload);
    assert_eq!(headers.block(), Some("block".into()));
    let priority = Priority { exclusive: true, depends_on: 5, weight: 15 };
    assert_eq!(headers.priority(), Some(priority));
    let other = headers.with_block(b"another");
    assert_eq!((other.block(), other.priority()), (Some("another".into()), Some(priority)));
    assert_eq!(other.padding(), 2);
    let promise = Frame::new(Kind::PushPromise, 0, 1, Bytes::from_static(b"\0\0\0\x04block"));
    assert_eq!((promise.push_promise(), promise.block()), (Some(4), Some("block".into())));
}

#[test]
fn a_frame_of_another_kind_says_nothing() {
    let ping = compose::ping([0; 8]);
    assert_eq!((ping.data(), ping.block(), ping.priority()), (None, None, None));
    assert_eq!((ping.goaway(), ping.rst(), ping.window_update()), (None, None, None));
    assert_eq!((ping.settings(), ping.push_promise()), (None, None));
    assert_eq!(ping.with_block(b"x"), ping);
}

#[test]
fn a_frame_too_long_is_refused_once_its_length_is_known() {
    let too_long = FrameError::TooLong.into();
    assert_eq!(parse(100, b"\0\0\x65\0\0\0\0\0\x01"), Err(too_long));
    assert_eq!(
        parse(MAX_FRAME_BYTES, b"\0\0\x01\0\0\0\0\0\x01x").unwrap().data(),
        Some("x".into())
    );
}

#[test]
fn a_frame_that_cannot_be_is_refused() {
    let cases: [(FrameError, &[u8]); 12] = [
        (FrameError::OnConnection, b"\0\0\0\0\0\0\0\0\0"),
        (FrameError::OnConnection, b"\0\0\0\x01\0\0\0\0\0"),
        (FrameError::OnStream, b"\0\0\0\x04\0\0\0\0\x01"),
        (FrameError::OnStream, b"\0\0\x08\x06\0\0\0\0\x01"),
        (FrameError::Length, b"\0\0\x05\x04\0\0\0\0\0"),
        (FrameError::Length, b"\0\0\x06\x04\x01\0\0\0\0"),
        (FrameError::Length, b"\0\0\x07\x06\0\0\0\0\0"),
        (FrameError::Length, b"\0\0\x03\x08\0\0\0\0\0"),
        (FrameError::Length, b"\0\0\x07\x07\0\0\0\0\0"),
        (FrameError::Length, b"\0\0\x03\x05\0\0\0\0\x01abc"),
        (FrameError::Padding, b"\0\0\0\0\x08\0\0\0\x01"),
        (FrameError::Padding, b"\0\0\x03\0\x08\0\0\0\x01\x03\0\0"),
    ];
    for (problem, bytes) in cases {
        assert_eq!(parse(MAX_FRAME_BYTES, bytes), Err(problem.into()), "{bytes:?}");
    }
}

#[test]
fn the_reserved_bit_means_nothing() {
    let frame = parse(100, b"\0\0\0\0\0\x80\0\0\x01").unwrap();
    assert_eq!(frame.stream(), 1);
}

#[test]
fn a_failed_parser_stays_failed_and_keeps_what_it_could_not_read() {
    let mut parser = FrameParser::new(100);
    let wire =
        [&compose::settings_ack().encode()[..], b"\0\0\x03\0\x08\0\0\0\x01\x03\0\0rest"].concat();
    for byte in &wire {
        parser.receive(&Bytes::copy_from_slice(&[*byte]));
        if parser.offset() == 0 {
            parser.poll();
        }
    }
    let error = Http2Error { offset: 9, problem: FrameError::Padding.into() };
    assert_eq!(parser.poll(), Some(Err(error)));
    parser.receive(&Bytes::from_static(b"!"));
    assert_eq!(parser.poll(), Some(Err(error)));
    assert_eq!(parser.unread(), [&wire[9..], b"!"].concat());
}

#[test]
fn the_frames_of_an_exchange_end_at_the_first_that_is_none() {
    let wire = [&compose::ping([0; 8]).encode()[..], b"\0\0\x01"].concat();
    let mut frames = frames(&wire.into());
    assert!(frames.next().unwrap().is_ok());
    assert!(frames.next().is_none());
    assert_eq!(frames.unread(), b"\0\0\x01"[..]);
}
