//! What a call ends with.

use std::time::Duration;

use crate::fault::{Args, Param, ParamType};

/// A call's end.
pub(super) struct Status {
    pub(super) code: u8,
    pub(super) message: String,
    /// How long the client is to wait before it calls again.
    pub(super) pushback: Option<Duration>,
}

/// What a status can be, at the place of its number.
const NAMES: &[&str] = &[
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// What every kind takes that ends a call.
pub(super) const PARAMS: &[Param] = &[
    Param::place("code", ParamType::Word(NAMES), "the status"),
    Param::keyed("message", ParamType::Text, "`grpc-message`; default: `broken on purpose`"),
    Param::keyed(
        "pushback",
        ParamType::Time,
        "adds `grpc-retry-pushback-ms`: how long the client is to wait",
    ),
];

impl Status {
    /// Of the parameters above.
    pub(super) fn of(args: &Args) -> Self {
        let code = NAMES.iter().position(|name| args.text("code") == Some(name));
        Self {
            code: code.and_then(|code| u8::try_from(code).ok()).unwrap_or(2),
            message: args.text("message").unwrap_or("broken on purpose").to_owned(),
            pushback: args.time("pushback"),
        }
    }

    /// As fields of the trailers.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("grpc-status", self.code.to_string())];
        if !self.message.is_empty() {
            fields.push(("grpc-message", percent_encoded(&self.message)));
        }
        fields.extend(
            self.pushback.map(|time| ("grpc-retry-pushback-ms", time.as_millis().to_string())),
        );
        fields
    }

    /// As Connect spells it at the end of a stream.
    pub(super) fn connect_json(&self) -> String {
        let name = usize::from(self.code);
        let name = NAMES.get(name).copied().unwrap_or("UNKNOWN").to_ascii_lowercase();
        let name = if name == "cancelled" { "canceled" } else { &name };
        match self.code {
            0 => "{}".to_owned(),
            _ => serde_json::json!({"error": {"code": name, "message": self.message}}).to_string(),
        }
    }
}

/// gRPC over HTTP/2, "Responses": all but printable ASCII, and the percent sign, is percent-encoded.
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
