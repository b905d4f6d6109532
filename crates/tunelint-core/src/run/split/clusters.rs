//! Which records are equal or nearly equal, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Noted, read, seen};
use tunelint_layouts::reader::Reader;
use tunelint_rules::survey::Spot;
use tunelint_rules::survey::similarity::{BANDS, Common, NEAR, Runs};

/// Records that agree in a band up to which each is compared with each; more share boilerplate,
/// and are compared with the first of those that differ.
const CROWD: usize = 200;

/// The clusters, each by the numbers of its records; a record that is like no other is one alone.
pub fn find(
    records: &[Noted],
    readers: &[Reader],
    common: &Common,
    threads: usize,
) -> io::Result<Vec<Vec<usize>>> {
    let mut forest = Forest::new(records.len());
    join_equal(records, &mut forest);
    let buckets = buckets(records, &mut forest);
    let wanted: BTreeSet<Spot> = buckets
        .iter()
        .flatten()
        .filter_map(|at| records.get(*at))
        .map(|record| record.spot)
        .collect();
    let texts = texts(readers, common, &wanted, threads)?;
    let near = |a: usize, b: usize| {
        let text = |at: usize| texts.get(&records.get(at)?.spot);
        match (text(a), text(b)) {
            (Some(a), Some(b)) => a.similarity(b) >= NEAR,
            _ => false,
        }
    };
    for bucket in &buckets {
        join_near(bucket, &mut forest, near);
    }
    Ok(forest.trees())
}

/// Joins the records that have the same input: their answers would give one another away.
fn join_equal(records: &[Noted], forest: &mut Forest) {
    for group in seen(records).groups() {
        let places = group.iter().filter_map(|sighting| {
            records
                .binary_search_by_key(&sighting.spot(), |record| record.spot)
                .ok()
        });
        let places: Vec<usize> = places.collect();
        for pair in places.windows(2) {
            if let [a, b] = pair {
                forest.join(*a, *b);
            }
        }
    }
}

/// The records that agree in a band and are not joined yet, in the order of their keys.
fn buckets(records: &[Noted], forest: &mut Forest) -> Vec<Vec<usize>> {
    let mut buckets = Vec::new();
    for band in 0..BANDS {
        let mut order: Vec<(u32, u64, usize)> = records
            .iter()
            .enumerate()
            .filter_map(|(at, record)| Some((*record.bands.as_ref()?.get(band)?, record.key, at)))
            .collect();
        order.sort_unstable();
        for bucket in order.chunk_by(|a, b| a.0 == b.0) {
            let members: Vec<usize> = bucket.iter().map(|(.., at)| *at).collect();
            let trees: BTreeSet<usize> = members.iter().map(|at| forest.root(*at)).collect();
            if trees.len() > 1 {
                buckets.push(members);
            }
        }
    }
    buckets
}

/// The texts that are compared, by their places.
fn texts(
    readers: &[Reader],
    common: &Common,
    wanted: &BTreeSet<Spot>,
    threads: usize,
) -> io::Result<BTreeMap<Spot, Runs>> {
    let mut texts = Vec::new();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    for reader in readers {
        read(reader, threads, &mut texts, |example, _| {
            let spot = Spot::new(&example.record, tunelint_data::text::position::Span::at(0));
            let rest = wanted.contains(&spot).then(|| common.rest(example));
            Some((spot, Runs::of(&rest.flatten()?)))
        })?;
    }
    Ok(texts.into_iter().flatten().collect())
}

/// Joins the records of a bucket that are nearly equal.
fn join_near(bucket: &[usize], forest: &mut Forest, near: impl Fn(usize, usize) -> bool) {
    let mut leaders: Vec<usize> = Vec::new();
    for &at in bucket {
        let mut alone = true;
        for &leader in &leaders {
            let joined = forest.root(leader) == forest.root(at);
            if joined || near(leader, at) {
                forest.join(leader, at);
                alone = false;
            }
        }
        if leaders.len() < CROWD && (alone || bucket.len() <= CROWD) {
            leaders.push(at);
        }
    }
}

/// Which records are joined.
struct Forest {
    above: Vec<usize>,
}

impl Forest {
    fn new(size: usize) -> Self {
        Self {
            above: (0..size).collect(),
        }
    }

    /// The record that stands for all that are joined with `at`.
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&above) = self.above.get(at).filter(|above| **above != at) {
            let top = self.above.get(above).copied().unwrap_or(above);
            if let Some(of) = self.above.get_mut(at) {
                *of = top;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(above) = self.above.get_mut(a.max(b)) {
            *above = a.min(b);
        }
    }

    /// All that are joined, together.
    fn trees(mut self) -> Vec<Vec<usize>> {
        let mut trees: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.above.len() {
            let root = self.root(at);
            trees.entry(root).or_default().push(at);
        }
        trees.into_values().collect()
    }
}
