//! A value is missing.

use super::json::{Place, edit};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "remove",
    family: Family::Body,
    meaning: "Leaves out a member of an object with its name, or an element of an array, and the comma that goes with it. All other bytes of the content \
              stay.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::Json,
    breaks: true,
    samples: &[""],
    action: Action::Edit(remove),
};

fn remove(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    edit(scene, args, at, |place| Ok((span(place)?, Vec::new())))
}

/// With the comma after it, or before it if it is the last.
fn span(place: &Place<'_>) -> Result<std::ops::Range<usize>, Misfit> {
    let all = || Misfit::new("it needs a value inside another, and this is all there is");
    let (items, own) = place.siblings().ok_or_else(all)?;
    let item = items.get(own).cloned().ok_or_else(all)?;
    if let Some(next) = items.get(own + 1) {
        return Ok(item.start..next.start);
    }
    let before = own.checked_sub(1).and_then(|before| items.get(before));
    Ok(before.map_or(item.start, |before| before.end)..item.end)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, answering, exchange, http2, played};

    const JSON: &str = "{ \"a\": 1.50,\n  \"b\" : [ 1, {\"c\": \"\\u00e9\"} ],\n\t\"d\": null }";

    fn left(path: &str) -> String {
        let told = played(&format!("remove at json {path}"), &answering(JSON));
        let (head, body) = told.split_once("~~").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
        body.to_owned()
    }

    #[test]
    fn a_value_goes_with_its_name_and_comma_and_all_else_stays() {
        assert_eq!(left("$.a"), JSON.replace("\"a\": 1.50,\n  ", ""));
        assert_eq!(left("$.d"), JSON.replace(",\n\t\"d\": null", ""));
        assert_eq!(left("$.b[0]"), JSON.replace("1, {", "{"));
        assert_eq!(left("$.b[1]"), JSON.replace(", {\"c\": \"\\u00e9\"}", ""));
        assert_eq!(left("$.b[1].c"), JSON.replace("\"c\": \"\\u00e9\"", ""));
    }

    #[test]
    fn what_cannot_be_removed_is_said() {
        let told = |path: &str| played(&format!("remove at json {path}"), &answering(JSON));
        assert_eq!(told("$.x"), "no: the body has no value $.x");
        assert_eq!(told("$"), "no: it needs a value inside another, and this is all there is");
        assert!(told("a").starts_with("no: \"a\" is no JSON path such as $.items[0].id"));
        assert_eq!(played("remove at json $.a", &answering("{a}")), "no: it needs a body of JSON");
    }

    #[test]
    fn only_the_chunk_with_the_value_changes() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let exchange = exchange(
            GET,
            &[head, "5\r\n{\"a\":\r\n", "9\r\n1,\"b\":[2]\r\n", "1\r\n}\r\n0\r\n\r\n"],
        );
        let told = played("remove at json $.b", &exchange);
        let head = head.replace("\r\n", "~");
        assert_eq!(told, format!("{head}5~{{\"a\":~1~1~1~}}~0~~"));
        assert!(played("remove at json $.a", &http2("{\"a\":1}")).ends_with("[{} END]"));
    }
}
