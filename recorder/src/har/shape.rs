//! The form of a HAR file: what is used of it. Browsers leave fields out, or write `null`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The whole file. Entries are read one by one: a broken one is no reason to lose the others, and bodies are not
/// held twice.
#[derive(Deserialize)]
pub(super) struct File<'a> {
    #[serde(borrow)]
    pub(super) log: Log<'a>,
}

#[derive(Deserialize)]
pub(super) struct Log<'a> {
    #[serde(borrow)]
    pub(super) entries: Vec<&'a RawValue>,
}

/// When an entry was, to put them in order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start<'a> {
    #[serde(borrow)]
    pub(super) started_date_time: Cow<'a, str>,
}

/// One request and its answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    pub(super) time: Option<f64>,
    #[serde(borrow)]
    pub(super) request: Request<'a>,
    #[serde(borrow)]
    pub(super) response: Response<'a>,
    pub(super) timings: Option<Timings>,
    #[serde(rename = "serverIPAddress")]
    pub(super) server_ip: Option<String>,
    pub(super) connection: Option<Connection>,
    #[serde(rename = "_webSocketMessages")]
    pub(super) web_socket: Option<Vec<serde::de::IgnoredAny>>,
}

/// What tells connections apart; some write a number.
#[derive(Deserialize, PartialEq, Eq, Hash, Clone)]
#[serde(untagged)]
pub(super) enum Connection {
    Text(String),
    Number(u64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    #[serde(borrow)]
    pub(super) method: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) url: Cow<'a, str>,
    pub(super) http_version: Option<String>,
    #[serde(borrow, default)]
    pub(super) headers: Vec<Field<'a>>,
    #[serde(borrow)]
    pub(super) post_data: Option<PostData<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostData<'a> {
    #[serde(borrow)]
    pub(super) text: Option<Text<'a>>,
    /// Not in HAR 1.2, but some tools know that bodies are bytes.
    pub(super) encoding: Option<String>,
    #[serde(borrow)]
    pub(super) params: Option<Vec<Param<'a>>>,
}

/// A field of a form.
#[derive(Deserialize)]
pub(super) struct Param<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) value: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    /// 0, or less: there was none.
    pub(super) status: Option<i64>,
    #[serde(borrow)]
    pub(super) status_text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) headers: Vec<Field<'a>>,
    #[serde(borrow)]
    pub(super) content: Option<Content<'a>>,
    pub(super) body_size: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    pub(super) size: Option<i64>,
    #[serde(borrow)]
    pub(super) text: Option<Text<'a>>,
    pub(super) encoding: Option<String>,
    /// The text is in the content coding that the header tells: our own exports say so.
    #[serde(rename = "_coded", default)]
    pub(super) coded: bool,
}

/// A header field.
#[derive(Deserialize)]
pub(super) struct Field<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) value: Cow<'a, str>,
}

/// A text inside an option, borrowed where it can be.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// In milliseconds; -1 for what does not apply.
#[derive(Deserialize)]
pub(super) struct Timings {
    pub(super) blocked: Option<f64>,
    pub(super) dns: Option<f64>,
    pub(super) connect: Option<f64>,
    pub(super) send: Option<f64>,
    pub(super) wait: Option<f64>,
    pub(super) receive: Option<f64>,
}
