//! What counts as a difference, and how much.

use std::sync::Arc;

use cassettes::meaning::json::Pattern;
use cassettes::wire::protobuf::Descriptors;
use serde::{Deserialize, Serialize};

use super::{Gravity, HeaderRules};

/// How differences are taken: the `[verify]` table of `retape.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// For each header by name, or by `prefix-*`; before the built-in list of volatile ones.
    pub headers: HeaderRules,
    /// Query parameters that may be anything, or be absent.
    pub ignore_query: Vec<String>,
    /// Places in JSON bodies that may be anything, or be absent.
    pub ignore_json: Vec<Pattern>,
    /// Fields of forms, and parts of multipart bodies, that may be anything, or be absent.
    pub ignore_fields: Vec<String>,
    /// Another spelling of the same: escapes in a path, white space in JSON, order in a query.
    pub spelling: Treatment,
    /// Length or chunks; `Content-Length` and `Transfer-Encoding`.
    pub framing: Treatment,
    /// The order of headers of different names.
    pub header_order: Treatment,
    /// The case of headers' names, and white space around their values.
    pub header_case: Treatment,
    /// `HTTP/1.0` for `HTTP/1.1`.
    pub version: Treatment,
    /// A request came on a fresh connection instead of a used one, or the other way round.
    pub connection_reuse: Treatment,
    /// Requests in another order, where the recording shows which came first.
    pub order: Treatment,
    /// Names and types of what gRPC messages hold; without them, fields go by their numbers.
    #[serde(skip)]
    pub descriptors: Option<Arc<Descriptors>>,
}

/// How a difference is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    /// Not even mentioned.
    Ignore,
    /// Mentioned; the client is still the same.
    Note,
    /// The client differs.
    Fail,
}

impl Treatment {
    /// As a mismatch's gravity; none if it is not to be mentioned.
    pub const fn gravity(self) -> Option<Gravity> {
        match self {
            Self::Ignore => None,
            Self::Note => Some(Gravity::Note),
            Self::Fail => Some(Gravity::Failure),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            headers: HeaderRules::default(),
            ignore_query: Vec::new(),
            ignore_json: Vec::new(),
            ignore_fields: Vec::new(),
            spelling: Treatment::Note,
            framing: Treatment::Note,
            header_order: Treatment::Note,
            header_case: Treatment::Note,
            version: Treatment::Fail,
            connection_reuse: Treatment::Note,
            order: Treatment::Fail,
            descriptors: None,
        }
    }
}

impl Rules {
    /// A query parameter of this name, as sent, may be anything.
    pub fn ignores_query(&self, name: &[u8]) -> bool {
        self.ignore_query.iter().any(|ignored| ignored.as_bytes() == name)
    }

    /// A form's field of this name may be anything.
    pub fn ignores_field(&self, name: &[u8]) -> bool {
        self.ignore_fields.iter().any(|ignored| ignored.as_bytes() == name)
    }
}
