use super::*;
use crate::sweep::report::tests::written;
use crate::sweep::testing::{point, report, report_of};
use crate::sweep::{Clip, Moment, PointResult};

/// A page stays smaller than this, so that a phone opens it.
const MAX_PAGE_BYTES: usize = 15_000_000;

fn page(report: &SweepReport) -> String {
    written(report, write)
}

/// `count` points of so many kinds, with an outcome each.
fn many(count: usize, outcome: impl Fn(usize) -> Outcome) -> SweepReport {
    let kinds = ["close", "reset", "stall", "flip"];
    let one = |at: usize| {
        let kind = kinds[at % kinds.len()];
        point(&format!("{kind} at byte {} on 1", at / kinds.len()), outcome(at))
    };
    report_of((0..count).map(one).collect())
}

/// With as much output and timeline as is ever kept.
fn loud(mut result: PointResult) -> PointResult {
    result.stdout = Clip::of(&vec![b'<'; 20_000]);
    result.stderr = Clip::of(&vec![0x1b; 20_000]);
    let (event, preview) = ("answer".to_owned(), "&".repeat(200));
    let moment = Moment { at_ms: 1.0, connection: 1, event, bytes: 9, preview };
    result.timeline = vec![moment; 200];
    result
}

#[test]
fn hostile_output_stays_text() {
    let page = page(&report());
    assert!(page.contains("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert_eq!(page.matches("<script>").count(), 1, "its own");
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn everything_that_a_report_brings_is_escaped() {
    let hostile = "\"'><img src=x onerror=alert(1)>&\u{202e}";
    let mut all = report();
    all.cassette = hostile.to_owned();
    all.plan = hostile.to_owned();
    all.command = vec![hostile.to_owned()];
    all.options = vec![hostile.to_owned()];
    all.baseline.unstable = vec![hostile.to_owned()];
    all.exchanges[0].title = hostile.to_owned();
    let result = &mut all.results[1];
    let fields = [&mut result.id, &mut result.kind, &mut result.attempts, &mut result.stdout.text];
    for field in fields {
        hostile.clone_into(field);
    }
    result.point = Some(hostile.to_owned());
    let difference = &mut result.differs[0];
    let fields = [&mut difference.what, &mut difference.expected, &mut difference.actual];
    for field in fields {
        hostile.clone_into(field);
    }
    for moment in &mut result.timeline {
        hostile.clone_into(&mut moment.event);
        hostile.clone_into(&mut moment.preview);
    }
    let page = page(&all);
    assert!(!page.contains("<img") && !page.contains('\u{202e}'), "{page}");
    assert!(!page.contains("\"'"), "{page}");
}

#[test]
fn the_page_forbids_and_needs_nothing_from_elsewhere() {
    let page = page(&report());
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for word in ["src=\"", "url(", "@import", "http:", "https:", "<link", "<iframe", "fetch("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn each_cell_leads_to_details_that_are_there() {
    let page = page(&report());
    let targets: Vec<_> =
        page.split("href=\"#").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    assert_eq!(targets.len(), 11 + 3, "cells, and classes of findings in the heading");
    for target in targets {
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
    assert!(page.contains(
        "retape sweep api.cassette --timeout 5s --only &#39;close at byte 812 on 1&#39; -- ./client"
    ));
}

#[test]
fn new_findings_come_before_known_ones_and_those_before_the_rest() {
    let page = page(&report());
    let headings =
        ["fooled", "known-fooled", "hung", "crashed", "reported", "tolerated", "unreached"];
    let at = headings.map(|id| page.find(&format!("<h2 id=\"{id}\">")).unwrap());
    assert!(at.is_sorted(), "{at:?}");
    assert!(page.contains("<title>1 fooled, 1 hung, 1 crashed: api.cassette</title>"), "{page}");
}

#[test]
fn a_large_sweep_is_a_small_page_that_says_what_it_leaves_out() {
    let outcome = |at| if at % 100 == 7 { Outcome::Fooled } else { Outcome::Tolerated };
    let page = page(&many(10_000, outcome));
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert_eq!(page.matches("data-o=\"F\" data-k").count(), 100, "every finding");
    assert_eq!(page.matches("data-o=\"T\" data-k").count(), 500, "a sample of the others");
    assert!(page.contains("9400 points are only marked in the matrix"), "{page}");
}

#[test]
fn a_page_is_never_too_large_however_much_the_client_wrote() {
    let mut report = many(10_000, |_| Outcome::Reported);
    report.results = report.results.into_iter().map(loud).collect();
    let page = page(&report);
    assert!(page.len() < MAX_PAGE_BYTES, "{}", page.len());
    assert!(page.contains("points are listed without output and timeline"));
    assert!(page.contains("output is cut to 1024 bytes a stream"));
    assert_eq!(page.matches("class=\"r\"").count(), 10_000, "each has at least a line");
}

#[test]
fn of_many_exchanges_those_without_findings_are_put_away() {
    let outcome = |number| if number == 1500 { Outcome::Hung } else { Outcome::Reported };
    let one = |number| point(&format!("close at end on {number}"), outcome(number));
    let page = page(&report_of((1..=2000).map(one).collect()));
    let (found, folded) = page.split_once("<details class=\"more\">").unwrap();
    assert!(found.contains("<details class=\"x\" open><summary><h3>#1500<"), "{found}");
    assert!(folded.starts_with("<summary>1999 exchanges without findings<"), "{folded}");
    assert_eq!(folded.matches("<details class=\"x\">").count(), 999);
    assert!(page.contains("1000 more exchanges are left out of this page"));
}

#[test]
fn each_outcome_has_a_letter_a_shape_and_a_colour_of_its_own() {
    for outcome in Outcome::ALL {
        let letter = mark::letter(outcome);
        assert!(STYLE.contains(&format!(".m.{letter} {{")), "{outcome} has no shape");
        assert!(STYLE.contains(&format!(".{letter},.bar .{letter} {{")), "{outcome} has no colour");
    }
}
