//! The examples under `docs/ci/`.

use std::fs;
use std::path::Path;

use granit_parser::{Event, Parser};

/// All scripts in a YAML file that call retape, in order.
fn scripts(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(name);
    let yaml = fs::read_to_string(path).unwrap();
    let events = Parser::new_from_str(&yaml).map(|event| event.unwrap().0);
    let scalars = events.filter_map(|event| match event {
        Event::Scalar(text, ..) => Some(text.into_owned()),
        _ => None,
    });
    let calls = |line: &str| line.starts_with("retape ") || line.starts_with("exec retape ");
    scalars.filter(|text| text.lines().any(calls)).collect()
}

#[test]
fn the_examples_are_yaml_and_call_retape_in_so_many_steps() {
    assert_eq!(scripts("github-actions.yml").len(), 3);
    assert_eq!(scripts("kubernetes-indexed-job.yaml").len(), 2);
}
