//! Where the parts of a comparison put what they find.

use cassettes::wire::protobuf::Schema;

use super::{CompareContext, Gravity, Mismatch, Place, Rules, Treatment};

/// Most differences listed for one exchange. Beyond it a reader looks at the bodies themselves, and
/// a body of a million values must not make a million mismatches.
pub const MAX_MISMATCHES: usize = 200;

/// Collects differences, as the rules take them.
pub(super) struct Findings<'r> {
    pub(super) rules: &'r Rules,
    pub(super) context: CompareContext,
    /// What was recorded does not tell all headers, so that one more is no difference.
    pub(super) headers_untold: bool,
    /// What gRPC messages in this direction hold, if that is known.
    pub(super) schema: Option<Schema<'r>>,
    /// At most [`MAX_MISMATCHES`].
    list: Vec<Mismatch>,
    /// Found beyond the limit; the gravest of them.
    beyond: (usize, Option<Gravity>),
}

impl<'r> Findings<'r> {
    pub(super) fn new(rules: &'r Rules, context: CompareContext) -> Self {
        let (list, beyond) = (Vec::new(), (0, None));
        Self { rules, context, headers_untold: false, schema: None, list, beyond }
    }

    /// One more, with the gravity that it has itself.
    pub(super) fn push(&mut self, mismatch: Mismatch) {
        if self.list.len() < MAX_MISMATCHES {
            return self.list.push(mismatch);
        }
        self.beyond = (self.beyond.0 + 1, self.beyond.1.max(Some(mismatch.gravity)));
    }

    /// Both sides are there, and differ, in a way that is taken as `treatment` says.
    pub(super) fn differ(
        &mut self,
        treatment: Treatment,
        place: Place,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) {
        if let Some(gravity) = treatment.gravity() {
            self.push(Mismatch::changed(place, gravity, expected, actual));
        }
    }

    /// One side or both.
    pub(super) fn change(
        &mut self,
        treatment: Treatment,
        place: Place,
        expected: Option<String>,
        actual: Option<String>,
    ) {
        if let Some(gravity) = treatment.gravity() {
            self.push(Mismatch { place, gravity, expected, actual, detail: None });
        }
    }

    /// What `compare` finds, each placed inside another place.
    pub(super) fn inside(
        &mut self,
        wrap: impl Fn(Box<Place>) -> Place,
        compare: impl FnOnce(&mut Self),
    ) {
        let mut inner = Findings::new(self.rules, self.context);
        inner.schema = self.schema;
        compare(&mut inner);
        for mut found in inner.finish() {
            found.place = wrap(Box::new(found.place));
            self.push(found);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them; the last one says so if there were too many to list.
    pub(super) fn finish(mut self) -> Vec<Mismatch> {
        if let (more, Some(gravity)) = self.beyond {
            let text = format!("{more} more differences, not listed");
            self.list.push(Mismatch {
                place: Place::Body,
                gravity,
                expected: None,
                actual: None,
                detail: Some(text),
            });
        }
        self.list
    }
}
