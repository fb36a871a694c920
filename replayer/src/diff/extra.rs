//! Requests that the recording does not hold, and what they might have meant.

use cassettes::model::Exchange;
use cassettes::wire::http::View;

use super::judge::{Addresses, label_of_exchange};
use super::pairing::with_head;
use super::{Cassettes, DiffError, exchange_ref};
use crate::report::{Candidate, Outcome};
use crate::verify::{MAX_COMPARED, Neighbours, Rules, nearest};

/// Most extra requests that are explained. A client that sends more than this does something else
/// altogether, and each explanation compares several requests in full.
const MAX_EXPLAINED: usize = 100;

pub(super) fn outcomes(
    cassettes: Cassettes<'_>,
    extra: &[usize],
    addresses: &Addresses,
    rules: &Rules,
) -> Result<Vec<Outcome>, DiffError> {
    let neighbours = if extra.is_empty() { None } else { Some(all_of_a(cassettes)?) };
    let outcome = |(rank, &index): (usize, &usize)| {
        let exchange = cassettes.exchange_of_b(index)?;
        let explained = neighbours.as_ref().filter(|_| rank < MAX_EXPLAINED);
        let numbers = explained.map(|neighbours| near(neighbours, &exchange)).unwrap_or_default();
        let nearest = explain(cassettes, &exchange, &numbers, addresses, rules)?;
        Ok(Outcome::extra(label_of_exchange(&exchange), nearest))
    };
    extra.iter().enumerate().map(outcome).collect()
}

fn near(neighbours: &Neighbours, exchange: &Exchange) -> Vec<usize> {
    let mut numbers = Vec::new();
    with_head(exchange, |head| numbers = neighbours.near(head));
    numbers
}

fn all_of_a(cassettes: Cassettes<'_>) -> Result<Neighbours, DiffError> {
    let mut neighbours = Neighbours::default();
    for index in 0..cassettes.a.len() {
        with_head(&cassettes.exchange_of_a(index)?, |head| neighbours.insert(index, head));
    }
    Ok(neighbours)
}

fn explain(
    cassettes: Cassettes<'_>,
    request: &Exchange,
    numbers: &[usize],
    addresses: &Addresses,
    rules: &Rules,
) -> Result<Vec<Candidate>, DiffError> {
    let candidate = |&number: &usize| {
        let recorded = cassettes.exchange_of_a(number)?;
        let context = addresses.context(recorded.connection, request.connection);
        Ok((exchange_ref(number), View::of(&recorded), context))
    };
    let candidates = numbers.iter().take(MAX_COMPARED).map(candidate);
    let candidates = candidates.collect::<Result<Vec<_>, DiffError>>()?;
    Ok(nearest(&View::of(request), candidates, rules))
}
