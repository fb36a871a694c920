//! Where the authority comes from that clients are shown.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use crate::tls::Authority;

/// Answers clients that want TLS, or leaves theirs unread.
#[derive(Clone, Default)]
pub struct Certifier {
    source: Option<Arc<Source>>,
}

struct Source {
    made: OnceLock<Arc<Authority>>,
    make: Box<dyn Fn() -> io::Result<Arc<Authority>> + Send + Sync>,
}

impl Certifier {
    /// TLS passes as it is, unread.
    pub fn none() -> Self {
        Self::default()
    }

    /// With certificates of this authority.
    pub fn of(authority: Arc<Authority>) -> Self {
        Self::when_needed(move || Ok(authority.clone()))
    }

    /// With certificates of the authority that `make` gives, once the first client wants one.
    pub fn when_needed(
        make: impl Fn() -> io::Result<Arc<Authority>> + Send + Sync + 'static,
    ) -> Self {
        let source = Source { made: OnceLock::new(), make: Box::new(make) };
        Self { source: Some(Arc::new(source)) }
    }

    /// Whether clients that want TLS get it.
    pub const fn is_there(&self) -> bool {
        self.source.is_some()
    }

    /// The authority; `None`: TLS passes unread.
    pub(crate) fn authority(&self) -> io::Result<Option<Arc<Authority>>> {
        let Some(source) = &self.source else { return Ok(None) };
        if let Some(made) = source.made.get() {
            return Ok(Some(made.clone()));
        }
        let made = (source.make)()?;
        Ok(Some(source.made.get_or_init(|| made).clone()))
    }
}

impl fmt::Debug for Certifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Certifier").field("is_there", &self.is_there()).finish()
    }
}
