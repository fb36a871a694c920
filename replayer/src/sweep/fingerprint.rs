//! Short names for what is long, the same in every version.

use cassettes::model::Cassette;
use cassettes::wire::http::{Message, View};

use super::ExchangeLine;

/// Of any bytes.
pub fn fingerprint(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The exchanges of a cassette, as people know them.
pub fn exchange_lines(cassette: &Cassette) -> Vec<ExchangeLine> {
    let exchanges = (1..).zip(cassette.exchanges());
    let told = exchanges.filter(|(_, exchange)| exchange.protocol.is_conversation());
    told.map(|(number, exchange)| ExchangeLine { number, title: title(&View::of(exchange)) })
        .collect()
}

/// `GET /users → 200`, as far as it is known.
fn title(view: &View) -> String {
    let Some(head) = view.request().and_then(Message::request_head) else {
        return "raw bytes".to_owned();
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let asked = format!("{} {}", text(head.method()), text(head.target()));
    match view.final_response().and_then(Message::response_head) {
        Some(head) => format!("{asked} → {}", head.status()),
        None => format!("{asked} → no answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_known_by_what_was_asked_and_answered() {
        let yaml = "retape: 1\nexchanges:\n  - request: GET /a?b=1\n    response: 404\n";
        let lines = exchange_lines(&cassettes::text::read(yaml).unwrap());
        assert_eq!(lines, [ExchangeLine { number: 1, title: "GET /a?b=1 → 404".to_owned() }]);
    }
}
