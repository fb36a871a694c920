use super::*;
use crate::sweep::testing::report;

type Edit = fn(&mut SweepReport);

/// The report as `count` shards would have made it, each named after its number.
fn shards(count: u32) -> Vec<Named> {
    let whole = report();
    (1..=count)
        .map(|index| {
            let mine = |number: u64| (number - 1) % u64::from(count) == u64::from(index - 1);
            let mut shard = whole.clone();
            shard.results.retain(|result| mine(result.number));
            shard.shard = Some(Shard { index, count });
            shard.planned = shard.results.len() as u64;
            shard.started_unix_ms += u64::from(index);
            Named { file: format!("{index}.json"), report: shard }
        })
        .collect()
}

fn whole(shards: Vec<Named>) -> Result<SweepReport, MergeError> {
    merge(shards, Completeness::Whole)
}

#[test]
fn shards_in_any_order_are_the_whole_sweep_in_the_plans_order() {
    let mut reversed = shards(3);
    reversed.reverse();
    let merged = whole(reversed).unwrap();
    let report = report();
    assert_eq!(merged.results, report.results);
    assert_eq!((merged.planned, merged.shard), (report.planned, None));
    assert_eq!(merged.started_unix_ms, report.started_unix_ms + 1, "the first began it");
    assert_eq!(merged.duration_ms, report.duration_ms * 3, "time of machines, added up");
    assert_eq!(merged.baseline, report.baseline);
}

#[test]
fn one_shard_of_one_is_the_whole() {
    assert_eq!(whole(shards(1)).unwrap().results, report().results);
}

#[test]
fn a_missing_shard_is_named() {
    let mut some = shards(5);
    some.remove(3);
    some.remove(1);
    let error = whole(some.clone()).unwrap_err().to_string();
    assert_eq!(error, "of 5 shards these are missing: 2, 4; name their reports, too");
    let merged = merge(some, Completeness::Partial).unwrap();
    assert!(merged.planned > merged.results.len() as u64, "the report says that it is not whole");
}

#[test]
fn a_shard_that_comes_twice_is_told() {
    let mut some = shards(2);
    some.push(Named { file: "copy.json".to_owned(), ..some[0].clone() });
    let error = whole(some).unwrap_err().to_string();
    assert_eq!(error, "1.json and copy.json are both shard 1/2: leave one out");
}

#[test]
fn a_shard_that_was_stopped_is_told() {
    let mut some = shards(2);
    some[1].report.results.pop();
    let error = whole(some.clone()).unwrap_err().to_string();
    assert!(error.starts_with("2.json was stopped: it has 4 of 5 points"), "{error}");
    assert_eq!(merge(some, Completeness::Partial).unwrap().results.len(), 10);
}

#[test]
fn a_point_in_two_shards_is_told() {
    let mut some = shards(2);
    some[1].report.results[0] = some[0].report.results[1].clone();
    let error = whole(some).unwrap_err().to_string();
    assert!(error.starts_with("point 3 (close at byte 812 on 1 once) is in 1.json and in 2.json"));
}

#[test]
fn a_whole_sweep_is_no_shard() {
    let one = Named { file: "a.json".to_owned(), report: report() };
    let error = whole(vec![one]).unwrap_err().to_string();
    assert!(error.starts_with("a.json is no shard but a whole sweep"), "{error}");
    assert_eq!(whole(Vec::new()), Err(MergeError::Nothing));
}

#[test]
fn reports_of_different_sweeps_are_refused_with_what_differs() {
    let edits: [(&str, Edit); 6] = [
        ("the seed is 7 in the first, and 8 in the second", |report| report.seed = 8),
        ("the cassette is api.cassette in the first, and b", |report| report.cassette = "b".into()),
        ("the command is [\"./client\",", |report| report.command.truncate(1)),
        ("the plan is standard in the first, and quick", |report| report.plan = "quick".into()),
        ("the number of shards is", |report| report.shard = Some(Shard { index: 2, count: 3 })),
        ("the list of exchanges is", |report| report.exchanges.truncate(1)),
    ];
    for (told, edit) in edits {
        let mut some = shards(2);
        edit(&mut some[1].report);
        let error = whole(some).unwrap_err().to_string();
        assert!(error.contains("1.json and 2.json are not of the same sweep"), "{error}");
        assert!(error.contains(told), "{error}");
    }
}
