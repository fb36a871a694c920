use std::collections::HashSet;

use cassettes::fault::Attempts;
use cassettes::text;

use super::*;

fn cassette() -> Cassette {
    let yaml = "\
retape: 1
exchanges:
  - request: GET /users
    response:
      head: 200
      json:
        - {id: 7, name: Ada}
  - request: GET /users/7
    response: 404
";
    text::read(yaml).unwrap()
}

fn ids(plan: &Plan) -> Vec<String> {
    plan.units().map(|unit| unit.fault.to_string()).collect()
}

fn shard(index: u32, count: u32) -> Part {
    Part { shard: Some(Shard { index, count }), ..Part::default() }
}

#[test]
fn a_plan_names_what_each_exchange_offers_in_ids_that_are_read_back() {
    let plan = Plan::of(&cassette(), Scope::Quick, 0);
    let ids = ids(&plan);
    for id in ["close at head on 1", "reset at after-headers on 1", "status 503 retry-after 1 on 2"]
    {
        assert!(ids.contains(&id.to_owned()), "{id} is not in {ids:#?}");
    }
    assert!(ids.iter().all(|id| id.parse::<Fault>().unwrap().to_string() == *id));
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
}

#[test]
fn every_byte_has_a_place_and_so_has_the_end() {
    let cassette = cassette();
    let plan = Plan::of(&cassette, Scope::EveryByte, 0);
    let bytes: u64 = cassette
        .exchanges()
        .iter()
        .map(|it| it.byte_count(cassettes::model::Direction::ToClient) + 1)
        .sum();
    assert_eq!(plan.units().count() as u64, bytes * 2, "with close and reset");
    assert_eq!(plan.planned(), bytes * 4, "once and sticky");
}

#[test]
fn results_are_numbered_from_one_without_a_gap() {
    let plan = Plan::of(&cassette(), Scope::Standard, 0);
    let mut next = 1;
    for unit in plan.units() {
        assert_eq!(unit.number, next);
        assert_eq!(unit.fault.attempts(), Attempts::Sticky);
        next += 1 + u64::from(unit.once_too);
    }
    assert_eq!(plan.planned(), next - 1);
}

#[test]
fn shards_are_disjoint_and_together_the_whole() {
    let whole = Plan::of(&cassette(), Scope::Standard, 0);
    let shards: Vec<_> = (1..=3).map(|index| whole.clone().part(shard(index, 3), 0)).collect();
    let mut all: Vec<_> = shards.iter().flat_map(Plan::units).collect();
    all.sort_by_key(|unit| unit.number);
    assert_eq!(all, whole.units().collect::<Vec<_>>());
    assert_eq!(shards.iter().map(Plan::planned_here).sum::<u64>(), whole.planned());
}

#[test]
fn a_sample_is_drawn_by_its_seed_and_keeps_the_order() {
    let whole = Plan::of(&cassette(), Scope::EveryByte, 0);
    let sample = |seed| whole.clone().part(Part { most: Some(40), shard: None }, seed);
    let drawn = ids(&sample(1));
    assert_eq!(drawn.len(), 20, "each with two results");
    assert_eq!(sample(1).planned(), 40);
    assert_eq!(drawn, ids(&sample(1)));
    assert_ne!(drawn, ids(&sample(2)));
    let all = ids(&whole);
    let places: Vec<_> =
        drawn.iter().map(|id| all.iter().position(|it| it == id).unwrap()).collect();
    assert!(places.is_sorted());
    let numbers: Vec<_> = sample(1).units().map(|unit| unit.number).collect();
    assert_eq!(numbers, (0..20).map(|index| index * 2 + 1).collect::<Vec<_>>());
}

#[test]
fn given_faults_are_tried_as_they_are() {
    let fault: Fault = "close at byte 3 on 1 attempt 2".parse().unwrap();
    let plan = Plan::given(std::slice::from_ref(&fault));
    let units: Vec<_> = plan.units().collect();
    assert_eq!(units, [Unit { number: 1, fault, once_too: false, takes: Duration::ZERO }]);
}
