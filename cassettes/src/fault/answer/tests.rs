//! Answers that are taken apart and put together, however they were cut when they were recorded.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;

use crate::fault::playbook::{GET, chunked, exchange, http2, plain, scene, until_close};
use crate::fault::{Answer, Fault, Layout, Point};
use crate::meaning::json::{Path, Segment};
use crate::model::{Chunk, Direction, Exchange, Script};

/// The same bytes, sent in pieces of these lengths in turn.
fn cut(exchange: &Exchange, lens: &[usize]) -> Exchange {
    let mut lens = lens.iter().cycle();
    let mut chunks = Vec::new();
    for chunk in &exchange.chunks {
        let mut rest = chunk.bytes.clone();
        while chunk.direction == Direction::ToClient && !rest.is_empty() {
            let bytes = rest.split_to((*lens.next().unwrap()).min(rest.len()));
            chunks.push(Chunk { bytes, ..chunk.clone() });
        }
        chunks.extend(Some(chunk.clone()).filter(|_| chunk.direction == Direction::ToServer));
    }
    Exchange { chunks, ..exchange.clone() }
}

/// What is left of the content, and whether the answer comes to its end.
fn left(fault: &str, exchange: &Exchange) -> (Bytes, bool) {
    let fault: Fault = fault.parse().unwrap();
    let script = fault.apply(scene(exchange)).unwrap_or_else(|misfit| panic!("{fault}: {misfit}"));
    let layout = Layout::of(exchange, &script);
    let ends = layout.end.is_some() || !has_end(exchange);
    (layout.content(&super::super::scene::joined(&script)), ends)
}

fn has_end(exchange: &Exchange) -> bool {
    scene(exchange).layout().end.is_some()
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z\"\\\\\u{e9} ]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z.' \\[]{0,3}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Removes what the path leads to.
fn remove(value: &mut Value, path: &[Segment]) {
    match (value, path) {
        (Value::Object(members), [Segment::Name(name)]) => drop(members.remove(name)),
        (Value::Array(elements), [Segment::Index(index)]) => drop(elements.remove(*index)),
        (Value::Object(members), [Segment::Name(name), rest @ ..]) => {
            remove(&mut members[name.as_str()], rest);
        }
        (Value::Array(elements), [Segment::Index(index), rest @ ..]) => {
            remove(&mut elements[*index], rest);
        }
        (value, path) => panic!("{value} has no {path:?}"),
    }
}

fn lens() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..20_usize, 1..8)
}

proptest! {
    #[test]
    fn an_answer_that_nobody_touches_is_the_same(lens in lens()) {
        for exchange in [plain(), chunked(), until_close()] {
            let exchange = cut(&exchange, &lens);
            let scene = scene(&exchange);
            let script = Answer::of(&scene).unwrap().into_script(&scene);
            prop_assert_eq!(super::super::scene::joined(&script), scene.sends());
        }
    }

    #[test]
    fn a_body_cut_short_is_framed_as_such(lens in lens(), count in 0..=5_u64) {
        for exchange in [plain(), chunked(), until_close(), http2("[1,2]")] {
            let exchange = if scene(&exchange).is_http2() { exchange } else { cut(&exchange, &lens) };
            let whole = scene(&exchange).layout().content(&scene(&exchange).sends());
            let (content, ends) = left(&format!("truncate at body {count}"), &exchange);
            prop_assert_eq!(&content[..], &whole[..usize::try_from(count).unwrap()]);
            prop_assert!(ends);
            let (content, ends) = left("trailing-garbage !", &exchange);
            prop_assert_eq!(content, Bytes::from([&whole[..], b"!"].concat()));
            prop_assert!(ends);
        }
    }

    #[test]
    fn a_body_in_other_chunks_is_the_same_body(lens in lens(), len in 1..12_u64) {
        for exchange in [plain(), chunked(), until_close()] {
            let exchange = cut(&exchange, &lens);
            let whole = scene(&exchange).layout().content(&scene(&exchange).sends());
            prop_assert_eq!(left(&format!("rechunk {len}"), &exchange), (whole.clone(), true));
            prop_assert_eq!(left("bad-trailer", &exchange).0, whole);
        }
    }

    #[test]
    fn a_value_that_is_removed_is_the_only_one(json in json(), pretty: bool, lens in lens()) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let text = text.unwrap();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        let exchange = cut(&exchange(GET, &[answer]), &lens);
        for point in scene(&exchange).json_points().into_iter().skip(1) {
            let Point::Json(path) = &point else { panic!() };
            let (content, _) = left(&format!("remove at {point}"), &exchange);
            let mut expected = json.clone();
            remove(&mut expected, &path.parse::<Path>().unwrap().segments);
            prop_assert_eq!(&serde_json::from_slice::<Value>(&content).unwrap(), &expected, "{}", point);
        }
    }
}

#[test]
fn what_happens_between_pieces_happens_there_still() {
    use crate::model::Step;
    use std::time::Duration;
    let exchange = chunked();
    let mut scene = scene(&exchange);
    scene.script.steps.insert(3, Step::Wait(Duration::from_secs(1)));
    let fault: Fault = "trailing-garbage !".parse().unwrap();
    let Script { steps } = fault.apply(scene).unwrap();
    let place = steps.iter().position(|step| matches!(step, Step::Wait(_))).unwrap();
    assert_eq!(steps[place - 1], Step::Send(Bytes::from_static(b"3\r\nabc\r\n")));
    assert_eq!(steps[place + 1], Step::Send(Bytes::from_static(b"3\r\nde!\r\n0\r\n\r\n")));
}
