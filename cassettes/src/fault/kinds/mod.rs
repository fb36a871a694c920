//! Every kind of fault, one file each. The catalogue's order is that of the lists here.

mod body;
mod grpc;
mod http;
mod http2;
mod places;
mod raw;
mod sse;
mod tcp;
#[cfg(test)]
mod testing;
mod tls;
mod websocket;

use std::sync::LazyLock;

use super::Kind;
use crate::nearest::nearest;

/// Every kind.
pub fn catalogue() -> &'static [&'static Kind] {
    static ALL: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
        let all = [
            tcp::KINDS,
            tls::KINDS,
            http::KINDS,
            body::KINDS,
            sse::KINDS,
            http2::KINDS,
            grpc::KINDS,
            websocket::KINDS,
            raw::KINDS,
        ];
        all.concat()
    });
    &ALL
}

/// The kind of this name; else what to say.
pub(super) fn find(name: &str) -> Result<&'static Kind, String> {
    let exact = catalogue().iter().find(|kind| kind.name == name);
    exact.copied().ok_or_else(|| {
        let near = nearest(name, catalogue().iter().map(|kind| kind.name));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("no kind of fault is called {name:?}{near} (`retape faults` lists them all)")
    })
}
