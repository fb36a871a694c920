//! A write that ends in the middle of something.

use std::ops::Range;
use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "cut-inside",
    family: Family::Tcp,
    meaning: "Ends a write inside the thing, and waits before the next one, so that the client reads half of it: between CR and LF (`crlf`), in the middle of a header's name (`header-name`), of a character (`utf-8`), of what a message begins with in WebSocket, gRPC or a dialect (`frame-head`), of the size line of an HTTP chunk (`chunk-size`). In each of the first 16 of them, or the one that `number` says.",
    standard: true,
    params: &[
        Param::place("token", ParamType::Word(TOKENS), "inside what"),
        Param::keyed("number", ParamType::Number(1, 1_000_000), "only in the one of this number"),
        Param::keyed("for", ParamType::Time, "how long until the next write; default: 10ms"),
    ],
    point: PointUse::None,
    breaks: false,
    samples: &["crlf", "header-name", "utf-8", "frame-head", "chunk-size"],
    action: Action::Edit(cut_inside),
};

/// Places where an answer is cut: each costs time.
const MAX_CUTS: usize = 16;

/// How long the client has to read the first half.
const PAUSE: Duration = Duration::from_millis(10);

const TOKENS: &[&str] = &["crlf", "header-name", "utf-8", "frame-head", "chunk-size"];

fn cut_inside(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let token = args.text("token").unwrap_or("crlf");
    let all = places(scene, token);
    let number = args.number("number").and_then(|number| usize::try_from(number).ok());
    let chosen: Vec<u64> = match number {
        Some(number) => all.iter().skip(number.saturating_sub(1)).take(1).copied().collect(),
        None => all.iter().take(MAX_CUTS).copied().collect(),
    };
    if chosen.is_empty() {
        return Err(Misfit::new(format!("{} of `{token}` can be cut in its answer", all.len())));
    }
    let pause = args.time("for").unwrap_or(PAUSE);
    Ok(scene.interrupted(&chosen, &[Step::Flush, Step::Delay(pause)]))
}

/// How many wire bytes are sent before each place.
fn places(scene: &Scene<'_>, token: &str) -> Vec<u64> {
    let (layout, sends) = (scene.layout(), scene.sends());
    let content = layout.content(&sends);
    let on_wire = |places: Vec<u64>| places.iter().filter_map(|at| layout.to_wire(*at)).collect();
    match token {
        "header-name" => {
            layout.headers.iter().filter_map(|line| inside_name(line, &sends)).collect()
        }
        "chunk-size" => layout.parts.iter().map(|part| part.start + 1).collect(),
        "utf-8" => on_wire(after_lead_bytes(&content)),
        "frame-head" => on_wire(after_first_bytes(&layout.messages, content.len() as u64)),
        // The bytes of HTTP/2's frames are no text.
        _ if scene.is_http2() => on_wire(after_cr(&content)),
        _ => after_cr(&sends),
    }
}

fn after_cr(bytes: &[u8]) -> Vec<u64> {
    memchr::memmem::find_iter(bytes, b"\r\n").map(|at| at as u64 + 1).collect()
}

fn inside_name(line: &Range<u64>, sends: &[u8]) -> Option<u64> {
    let bytes = sends.get(usize::try_from(line.start).ok()?..usize::try_from(line.end).ok()?)?;
    let name = memchr::memchr(b':', bytes)?;
    (name > 1).then_some(line.start + name as u64 / 2)
}

/// After the first byte of each character that has several.
fn after_lead_bytes(content: &[u8]) -> Vec<u64> {
    let leads = content
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| matches!(pair, [0xc2..=0xf4, 0x80..=0xbf]));
    leads.map(|(at, _)| at as u64 + 1).collect()
}

fn after_first_bytes(ends: &[u64], len: u64) -> Vec<u64> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.take(ends.len()).map(|start| start + 1).filter(|at| *at < len).collect()
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, http2, played};

    const CUT: &str = "<Flush><Delay(10ms)>";

    #[test]
    fn a_line_end_a_name_a_size_and_a_character_come_in_two_halves() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1";
        let exchange = exchange(GET, &[head, "0\r\n\u{e4}bcdefghijklmno\r\n0\r\n\r\n"]);
        let played = |what: &str| played(&format!("cut-inside {what}"), &exchange);
        let crlf = played("crlf number 1");
        assert!(crlf.starts_with(&format!("HTTP/1.1 200 OK\r{CUT}\nTransfer-")), "{crlf}");
        assert!(played("header-name").contains(&format!("~Transfer{CUT}-Encoding: chunked~")));
        assert!(played("chunk-size").contains(&format!("1{CUT}0~")), "{}", played("chunk-size"));
        assert!(played("chunk-size").ends_with(&format!("~0{CUT}~~")));
        assert!(played("utf-8 for 3s").contains("0~\u{fffd}<Flush><Delay(3s)>\u{fffd}bcd"));
        assert_eq!(played("frame-head"), "no: 0 of `frame-head` can be cut in its answer");
        assert_eq!(played("utf-8 number 2"), "no: 1 of `utf-8` can be cut in its answer");
    }

    #[test]
    fn over_http2_content_is_cut() {
        let played = played("cut-inside utf-8", &http2("a\u{e4}b"));
        assert!(played.ends_with(&format!("[a\u{fffd}]{CUT}[\u{fffd}b END]")), "{played}");
    }
}
