//! A value in a JSON body, to be edited where it stands: all other bytes stay.

use std::ops::Range;

use crate::fault::{Args, Misfit, Point, Scene};
use crate::meaning::json::{Document, Path, Segment, Value};
use crate::model::Script;

/// A value, and where it stands.
#[derive(Debug)]
pub(super) struct Place<'d> {
    pub(super) value: Value<'d>,
    root: Value<'d>,
    path: Path,
}

/// The content is an object or an array.
pub(super) fn is_json(content: &[u8]) -> bool {
    content.trim_ascii_start().starts_with(b"{") || content.trim_ascii_start().starts_with(b"[")
}

/// The value at the point, in this content.
pub(super) fn find(content: &[u8], at: Option<&Point>) -> Result<Range<usize>, Misfit> {
    let document = document(content)?;
    Ok(Place::at(&document, at)?.value.range())
}

/// The script with other bytes in the place of those; `make` says which of the content, and what.
pub(super) fn edit(
    scene: &Scene<'_>,
    args: &Args,
    at: Option<&Point>,
    make: impl FnOnce(&Place<'_>) -> Result<(Range<usize>, Vec<u8>), Misfit>,
) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    let content = answer.content()?;
    let document = document(&content)?;
    let (range, with) = make(&Place::at(&document, at)?)?;
    answer.splice_content(range, &with)?;
    Ok(answer.into_script(scene))
}

/// The script with something else in the value's place.
pub(super) fn replace(
    scene: &Scene<'_>,
    args: &Args,
    at: Option<&Point>,
    make: impl FnOnce(Value<'_>) -> Result<Vec<u8>, Misfit>,
) -> Result<Script, Misfit> {
    edit(scene, args, at, |place| Ok((place.value.range(), make(place.value)?)))
}

fn document(content: &[u8]) -> Result<Document<'_>, Misfit> {
    Document::parse(content).ok_or_else(|| Misfit::new("it needs a body of JSON"))
}

impl<'d> Place<'d> {
    fn at(document: &'d Document<'d>, at: Option<&Point>) -> Result<Self, Misfit> {
        let Some(Point::Json(path)) = at else {
            return Err(Misfit::new("it needs `at json PATH`: a value"));
        };
        let path: Path = path.parse().map_err(|wrong| Misfit::new(format!("{wrong}")))?;
        let root = document.root();
        let value = path.find(root);
        let value = value.ok_or_else(|| Misfit::new(format!("the body has no value {path}")))?;
        Ok(Self { value, root, path })
    }

    /// Where the members or elements stand that it is one of, names included, and which it is; none: it is all there is.
    pub(super) fn siblings(&self) -> Option<(Vec<Range<usize>>, usize)> {
        let (last, above) = self.path.segments.split_last()?;
        let parent = Path { segments: above.to_vec() }.find(self.root)?;
        let items: Vec<Range<usize>> = match last {
            Segment::Index(_) => parent.elements().map(|element| element.range()).collect(),
            Segment::Name(_) => {
                let entries = parent.entries();
                entries.map(|(name, value)| name.range().start..value.range().end).collect()
            }
        };
        let end = self.value.range().end;
        let own = items.iter().position(|item| item.end == end)?;
        Some((items, own))
    }

    /// Its name, as it is written; none: it is no member.
    pub(super) fn name(&self) -> Option<&'d [u8]> {
        let (last, above) = self.path.segments.split_last()?;
        let parent = Path { segments: above.to_vec() }.find(self.root)?;
        let Segment::Name(_) = last else { return None };
        let own = |(_, value): &(Value<'d>, Value<'d>)| value.range() == self.value.range();
        parent.entries().find(own).map(|(name, _)| name.text())
    }
}
