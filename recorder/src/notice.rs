//! What a person should know while a recording runs.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that went wrong in a way that a person can mend. Each is told once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// A client ended the TLS handshake when it saw the certificate that the recorder made for this host: most
    /// likely it does not trust the recorder's authority.
    Untrusting {
        /// The host that it wanted.
        host: String,
    },
    /// A server could not be reached, or not be trusted.
    Unreached {
        /// Its origin.
        origin: String,
        /// Why, and what to do about it.
        why: String,
    },
}

/// Who is told.
#[derive(Clone, Default)]
pub struct Notices {
    told: Option<Arc<Told>>,
}

struct Told {
    seen: Mutex<HashSet<Notice>>,
    tell: Box<dyn Fn(&Notice) + Send + Sync>,
}

/// Most notices in one recording: one who reads this many has understood.
const MAX_NOTICES: usize = 256;

impl Notices {
    /// Calls `tell` with each new notice, at once, from where it happened: it must not take long.
    pub fn to(tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        let told = Told { seen: Mutex::default(), tell: Box::new(tell) };
        Self { told: Some(Arc::new(told)) }
    }

    pub(crate) fn tell(&self, notice: &Notice) {
        let Some(told) = &self.told else { return };
        let mut seen = told.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MAX_NOTICES && seen.insert(notice.clone()) {
            drop(seen);
            (told.tell)(notice);
        }
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Notices").field("told", &self.told.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = heard.clone();
        let notices = Notices::to(move |notice| into.lock().unwrap().push(notice.clone()));
        let about = |host: &str| Notice::Untrusting { host: host.to_owned() };
        for host in ["a", "b", "a"] {
            notices.clone().tell(&about(host));
        }
        assert_eq!(*heard.lock().unwrap(), [about("a"), about("b")]);
        (0..1000).for_each(|number| notices.tell(&about(&number.to_string())));
        assert_eq!(heard.lock().unwrap().len(), MAX_NOTICES);
    }
}
