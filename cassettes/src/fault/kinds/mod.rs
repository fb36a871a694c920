//! Every kind of fault, one file each. The catalogue's order is that of the lists here.

mod http;
mod tcp;
mod tls;

use std::sync::LazyLock;

use super::Kind;
use crate::nearest::nearest;

/// Every kind.
pub fn catalogue() -> &'static [&'static Kind] {
    static ALL: LazyLock<Vec<&'static Kind>> =
        LazyLock::new(|| [tcp::KINDS, tls::KINDS, http::KINDS].concat());
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
