//! Something that was not sent.

use bytes::Bytes;

use crate::fault::edit::break_at;
use crate::fault::{
    Action, Args, Break, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

use super::garbage::{COUNT, garbage};

pub(super) const KIND: Kind = Kind {
    name: "insert",
    family: Family::Tcp,
    meaning: "Sends random bytes, the same for a seed, or a text at the point. After an event, a message or a part of the body the framing is in order; elsewhere it is as it was. Over HTTP/2 as DATA.",
    standard: true,
    params: &[
        COUNT.optional(),
        Param::keyed("text", ParamType::Text, "this instead of random bytes"),
    ],
    point: PointUse::Required,
    breaks: true,
    samples: &["1", "16"],
    action: Action::Edit(insert),
};

fn insert(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let point = at.unwrap_or(&Point::Byte(0));
    let insert = match args.text("text") {
        Some(text) => Bytes::copy_from_slice(text.as_bytes()),
        None => garbage(args, &mut scene.random),
    };
    if let (true, Ok(Item::Content(thing))) = (point.is_thing(), scene.item(point)) {
        return scene.replace(Item::Content(thing.end..thing.end), insert);
    }
    break_at(scene, point, Break { insert, ..Break::default() })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, http2, plain, played, sent};

    #[test]
    fn text_or_random_bytes_come_at_a_place() {
        let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
        let text = played("insert text \"a b\" at body 3", &plain());
        assert_eq!(text, format!("{head}012a b3456789"));
        let whole = sent("latency 1s", &plain()).len();
        assert_eq!(sent("insert 16 at body 3", &plain()).len(), whole + 16);
        let http2 = played("insert text xy at body 2", &http2("abc"));
        assert!(http2.ends_with("[ab][xy][c END]"), "{http2}");
    }

    #[test]
    fn between_events_the_framing_follows() {
        let kind = "Content-Type: text/event-stream\r\nContent-Length: 18";
        let head = format!("HTTP/1.1 200 OK\r\n{kind}\r\n\r\n");
        let feed = exchange(GET, &[&head, "data: 1\n\ndata: 2\n\n"]);
        let played = played("insert text \"data: x\\n\\n\" at event 1", &feed);
        let body = "data: 1\n\ndata: x\n\ndata: 2\n\n";
        assert!(played.ends_with(&format!("Content-Length: 27~~{body}")), "{played}");
    }
}
