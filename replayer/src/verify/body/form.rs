//! Forms by field.

use cassettes::meaning::Field;

use super::{Sameness, change};
use crate::verify::Place;
use crate::verify::findings::Findings;
use crate::verify::pairs::{Pair, changes};
use crate::verify::show::show;

pub(super) fn compare(
    expected: &[Field<'_>],
    actual: &[Field<'_>],
    found: &mut Findings<'_>,
) -> Sameness {
    let (was, is) = (pairs(expected, found), pairs(actual, found));
    let ignored = was.len() + is.len() < expected.len() + actual.len();
    let changed = changes(&was, &is);
    for one in &changed {
        change(Place::Field { name: show(one.name) }, one.expected, one.actual, found);
    }
    Sameness::told(ignored || !changed.is_empty())
}

/// Without the fields that may be anything.
fn pairs<'a>(fields: &'a [Field<'_>], found: &Findings<'_>) -> Vec<Pair<'a>> {
    let kept = fields.iter().filter(|field| !found.rules.ignores_field(&field.name));
    kept.map(|field| Pair { name: (&*field.name).into(), value: (&*field.value).into() }).collect()
}
