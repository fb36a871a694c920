//! Headers that differ from one run to the next without the client having changed. Data, not code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Treatment;

/// The built-in list: lower-case; a `*` at the end stands for anything. All are notes unless the user says otherwise.
pub const VOLATILE_HEADERS: &[&str] = &[
    // Who and when.
    "user-agent",
    "date",
    "age",
    "x-amz-date",
    // Traces and correlation: W3C, B3, Jaeger, and the clouds' own.
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-*",
    "uber-trace-id",
    "sentry-trace",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "x-datadog-*",
    "x-trace-id",
    "request-id",
    "x-request-id",
    "correlation-id",
    "x-correlation-id",
    "x-client-request-id",
    "x-ms-client-request-id",
    "amz-sdk-invocation-id",
    // Random by design.
    "idempotency-key",
    "x-idempotency-key",
    "sec-websocket-key",
    "sec-websocket-accept",
    // What is left of a deadline when the request is sent.
    "grpc-timeout",
    // How the connection is used has a place of its own.
    "connection",
    "keep-alive",
    "proxy-connection",
];

/// How each header's difference is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Treatment>", into = "BTreeMap<String, Treatment>")]
pub struct HeaderRules {
    /// The user's own, lower-case; the first that fits decides, exact names before patterns.
    own: Vec<(String, Treatment)>,
}

impl HeaderRules {
    /// How a difference in the header called `name` (in any case) is taken.
    pub fn treatment(&self, name: &[u8]) -> Treatment {
        if let Some((_, treatment)) = self.own.iter().find(|(pattern, _)| fits(pattern, name)) {
            return *treatment;
        }
        let volatile = VOLATILE_HEADERS.iter().any(|pattern| fits(pattern, name));
        if volatile { Treatment::Note } else { Treatment::Fail }
    }
}

impl Default for HeaderRules {
    fn default() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl From<BTreeMap<String, Treatment>> for HeaderRules {
    fn from(rules: BTreeMap<String, Treatment>) -> Self {
        let lower = rules.into_iter().map(|(name, rule)| (name.to_ascii_lowercase(), rule));
        let mut own: Vec<_> = lower.collect();
        own.sort_by_key(|(name, _)| (name.ends_with('*'), std::cmp::Reverse(name.len())));
        Self { own }
    }
}

impl From<HeaderRules> for BTreeMap<String, Treatment> {
    fn from(rules: HeaderRules) -> Self {
        rules.own.into_iter().collect()
    }
}

fn fits(pattern: &str, name: &[u8]) -> bool {
    match pattern.strip_suffix('*') {
        None => name.eq_ignore_ascii_case(pattern.as_bytes()),
        Some(prefix) => name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(own: &[(&str, Treatment)]) -> HeaderRules {
        own.iter()
            .map(|(name, rule)| ((*name).to_owned(), *rule))
            .collect::<BTreeMap<_, _>>()
            .into()
    }

    #[test]
    fn volatile_headers_are_notes_and_others_failures() {
        let rules = HeaderRules::default();
        assert_eq!(rules.treatment(b"User-Agent"), Treatment::Note);
        assert_eq!(rules.treatment(b"X-B3-TraceId"), Treatment::Note);
        assert_eq!(rules.treatment(b"accept"), Treatment::Fail);
        assert_eq!(rules.treatment(b""), Treatment::Fail);
    }

    #[test]
    fn the_users_rules_come_first_and_exact_names_before_patterns() {
        let rules = rules(&[
            ("X-*", Treatment::Ignore),
            ("x-tenant", Treatment::Fail),
            ("User-Agent", Treatment::Fail),
        ]);
        assert_eq!(rules.treatment(b"user-agent"), Treatment::Fail);
        assert_eq!(rules.treatment(b"X-Tenant"), Treatment::Fail);
        assert_eq!(rules.treatment(b"x-anything"), Treatment::Ignore);
    }
}
