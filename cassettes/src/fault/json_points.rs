//! The values in a JSON body that a fault may be put at.

use std::collections::VecDeque;

use super::{Answer, Point, Scene};
use crate::meaning::json::{Document, Path, Segment, Value};

/// Most of them. A sweep tries each with several kinds.
const MAX_JSON_POINTS: usize = 200;

impl Scene<'_> {
    /// The values of its JSON body, the outermost first, then by depth, at most 200; of an array, the first element
    /// stands for all. None if the body is no JSON.
    pub fn json_points(&self) -> Vec<Point> {
        let content = Answer::of(self).and_then(|answer| answer.content()).unwrap_or_default();
        let Some(document) = Document::parse(&content) else { return Vec::new() };
        let mut found = Vec::new();
        let mut waiting = VecDeque::from([(Path::default(), document.root())]);
        while found.len() < MAX_JSON_POINTS
            && let Some((path, value)) = waiting.pop_front()
        {
            waiting.extend(below(&path, value));
            found.push(Point::Json(path.to_string()));
        }
        found
    }
}

/// One level further down.
fn below<'d>(path: &Path, value: Value<'d>) -> Vec<(Path, Value<'d>)> {
    let element = value.elements().next().map(|element| (path.with(Segment::Index(0)), element));
    let members = value.members().filter_map(|(name, value)| {
        let name = String::from_utf8(name.into_owned()).ok()?;
        Some((path.with(Segment::Name(name)), value))
    });
    element.into_iter().chain(members.take(MAX_JSON_POINTS)).collect()
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, scene};

    #[test]
    fn the_values_of_a_body_are_offered_by_depth() {
        let exchange = answering(r#"{"a": [{"b": 1}, {"b": 2}], "c d": null}"#);
        let points = scene(&exchange).json_points();
        let points: Vec<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(
            points,
            ["json $", "json $.a", "json \"$['c d']\"", "json $.a[0]", "json $.a[0].b"]
        );
        assert!(scene(&answering("no JSON")).json_points().is_empty());
    }
}
