//! The points that a cassette's requests and answers offer.

use std::io::{self, Write};

use cassettes::fault::{Asking, Layout, Neighbours, Others, Place, Point};
use cassettes::model::Cassette;
use cassettes::wire::http::{Message, View};
use serde_json::{Value, json};

use crate::exit::{Failure, Outcome};
use crate::printable::Printable;

/// What one exchange offers.
pub(super) struct Offer {
    number: u64,
    title: String,
    /// In the request, while the client sends it.
    asking: Vec<Place>,
    /// How many bytes are sent.
    len: u64,
    /// Each with how many bytes are sent before it.
    points: Vec<(Point, u64)>,
}

/// Of every exchange, or one.
pub(super) fn of(cassette: &Cassette, number: Option<usize>) -> Outcome<Vec<Offer>> {
    let count = cassette.exchanges().len();
    if let Some(number) = number.filter(|number| !(1..=count).contains(number)) {
        return Err(Failure::usage(format!("there is no exchange {number} among {count}")));
    }
    let wanted = |index: &usize| number.is_none_or(|number| index + 1 == number);
    Ok((0..count).filter(wanted).filter_map(|index| offer(cassette, index as u64 + 1)).collect())
}

fn offer(cassette: &Cassette, number: u64) -> Option<Offer> {
    let (exchange, script) = Neighbours { cassette }.exchange(number)?;
    if !exchange.protocol.is_conversation() {
        return None;
    }
    let layout = Layout::of(&exchange, &script);
    let points = layout.points().into_iter();
    let points = points.filter_map(|point| Some((layout.offset(&point).ok()?, point)));
    let points = points.map(|(at, point)| (point, at)).collect();
    let asking = Asking::of(&exchange).points().into_iter().map(Place::in_request).collect();
    Some(Offer { number, title: title(&View::of(&exchange)), asking, len: layout.len, points })
}

/// `GET /users`, as far as it is known.
fn title(view: &View) -> String {
    let Some(head) = view.request().and_then(Message::request_head) else {
        return "raw connection".to_owned();
    };
    format!("{} {}", Printable(head.method()), Printable(head.target()))
}

pub(super) fn write(offers: &[Offer], out: &mut dyn Write) -> io::Result<()> {
    for Offer { number, title, asking, len, points } in offers {
        writeln!(out, "{number}  {title}  ({len} bytes)")?;
        for place in asking {
            writeln!(out, "    at {place}")?;
        }
        for (point, at) in points {
            writeln!(out, "    {:24} byte {at}", format!("at {point}"))?;
        }
    }
    Ok(())
}

pub(super) fn write_json(offers: &[Offer], out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<Value> = offers.iter().map(to_json).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "exchanges": all }))?;
    writeln!(out)
}

fn to_json(offer: &Offer) -> Value {
    let points = offer.points.iter();
    let points: Vec<Value> =
        points.map(|(point, at)| json!({ "point": point.to_string(), "byte": at })).collect();
    json!({
        "number": offer.number,
        "title": offer.title,
        "bytes": offer.len,
        "points": points,
        "request_points": offer.asking.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
