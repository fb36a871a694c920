//! What can be broken, as the command tells it.

use crate::support::Retape;

#[test]
fn the_page_of_kinds_says_what_the_kinds_say() {
    let told = Retape::new().run(["faults", "--format", "markdown"]).stdout;
    let kept = include_str!("../../docs/faults.md");
    assert!(told == kept, "write it anew: retape faults --format markdown > docs/faults.md");
}

#[test]
fn a_cassette_tells_the_points_that_it_offers() {
    let retape = Retape::new();
    retape.write("one.yaml", include_str!("../../cassettes/library/minimal.yaml"));
    let told = retape.run(["faults", "one.yaml"]).stdout;
    assert!(told.contains("at after-headers"), "{told}");
}

#[test]
fn a_fault_that_hits_nothing_is_refused_with_the_reason() {
    let retape = Retape::new();
    retape.write("one.yaml", include_str!("../../cassettes/library/minimal.yaml"));
    let ran = retape.run(["mutate", "one.yaml", "--fault", "close at event 9", "-o", "out.yaml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("close at event 9"), "{}", ran.stderr);
    let ran = retape.run(["mutate", "one.yaml", "--fault", "close at head on 1", "-o", "out.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}
