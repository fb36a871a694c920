//! A client that faults meet when it connects.

use std::sync::OnceLock;

use cassettes::model::{Flight, Reception, Stop, Timestamp};

use super::Faults;
use super::shared::About;
use super::told::Outcome;

/// How it is met, and by which faults.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) reception: Reception,
    faults: Faults,
    places: Vec<usize>,
    connection: u32,
    told: OnceLock<()>,
}

impl Faults {
    /// How the client of this connection is met, now; none: as anybody.
    pub(crate) fn meet(&self, connection: u32, now: Timestamp) -> Option<Met> {
        let (reception, places) = self.set().reception(connection)?;
        let refused = matches!(reception.stop, Some((Flight::Accept, Stop::Refuse)));
        if let Some(time) = reception.delay.filter(|_| refused)
            && now.since(self.first_refusal(now)) > time
        {
            return None;
        }
        let told = OnceLock::new();
        Some(Met { reception, faults: self.clone(), places, connection, told })
    }
}

impl Met {
    /// It was done. Said once.
    pub(crate) fn tell(&self) {
        self.tell_that(&Outcome::Applied { after: None });
    }

    /// It cannot be done, for this reason. Said once.
    pub(crate) fn tell_misfit(&self, why: &str) {
        self.tell_that(&Outcome::Passed { why: why.to_owned() });
    }

    fn tell_that(&self, outcome: &Outcome) {
        if self.told.set(()).is_err() {
            return;
        }
        let about = About { connection: self.connection, attempt: 1, ..About::default() };
        for place in &self.places {
            self.faults.tell(*place, &about, outcome.clone());
        }
    }
}
