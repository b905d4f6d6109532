//! Clusters of duplicates and near-duplicates, directly or through other records.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Noted, read, seen};
use tunelint_layouts::reader::Reader;
use tunelint_rules::survey::CompactLocation;
use tunelint_rules::survey::signature::BANDS;
use tunelint_rules::survey::similarity::{NEAR, Runs, SharedText};

/// The maximum number of records that agree in a band for comparing all pairs. Larger buckets share
/// boilerplate: their records are compared with the first distinct ones only.
const MAX_ALL_PAIRS: usize = 200;

/// The clusters, as indices of records. A record without duplicates is a cluster of one.
pub fn find(
    records: &[Noted],
    readers: &[Reader],
    common: &SharedText,
    threads: usize,
) -> io::Result<Vec<Vec<usize>>> {
    let mut forest = Forest::new(records.len());
    join_equal(records, &mut forest);
    let buckets = buckets(records, &mut forest);
    let wanted: BTreeSet<CompactLocation> = buckets
        .iter()
        .flatten()
        .filter_map(|at| records.get(*at))
        .map(|record| record.spot)
        .collect();
    let texts = texts(readers, common, &wanted, threads)?;
    let near = |a: usize, b: usize| {
        let (Some(a), Some(b)) = (records.get(a), records.get(b)) else {
            return false;
        };
        let (Some(left), Some(right)) = (&a.signature, &b.signature) else {
            return false;
        };
        let text = |record: &Noted| texts.get(&record.spot);
        let are_near = |(a, b): (&Runs, &Runs)| a.similarity(b) >= NEAR;
        left.may_reach(right, NEAR) && text(a).zip(text(b)).is_some_and(are_near)
    };
    for bucket in &buckets {
        join_near(bucket, &mut forest, near);
    }
    Ok(forest.trees())
}

/// Joins the records with the same input: in different parts, their outputs would leak.
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

/// The records that agree in a band and are not all joined yet, in the order of their keys.
fn buckets(records: &[Noted], forest: &mut Forest) -> Vec<Vec<usize>> {
    let mut buckets = Vec::new();
    for band in 0..BANDS {
        let mut order: Vec<(u32, u64, usize)> = records
            .iter()
            .enumerate()
            .filter_map(|(at, record)| {
                Some((*record.signature.as_ref()?.bands.get(band)?, record.key, at))
            })
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

/// The texts to compare, by location.
fn texts(
    readers: &[Reader],
    common: &SharedText,
    wanted: &BTreeSet<CompactLocation>,
    threads: usize,
) -> io::Result<BTreeMap<CompactLocation, Runs>> {
    let mut texts = Vec::new();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    for reader in readers {
        read(reader, threads, &mut texts, |example, _| {
            let spot =
                CompactLocation::new(&example.record, tunelint_data::text::position::Span::at(0));
            let rest = wanted.contains(&spot).then(|| common.rest(example));
            Some((spot, Runs::of(&rest.flatten()?)))
        })?;
    }
    Ok(texts.into_iter().flatten().collect())
}

/// Joins the near-duplicates in a bucket.
fn join_near(bucket: &[usize], forest: &mut Forest, near: impl Fn(usize, usize) -> bool) {
    let mut leaders: Vec<usize> = Vec::new();
    for &at in bucket {
        let mut is_distinct = true;
        for &leader in &leaders {
            let joined = forest.root(leader) == forest.root(at);
            if joined || near(leader, at) {
                forest.join(leader, at);
                is_distinct = false;
            }
        }
        if leaders.len() < MAX_ALL_PAIRS && (is_distinct || bucket.len() <= MAX_ALL_PAIRS) {
            leaders.push(at);
        }
    }
}

/// A disjoint-set forest of records.
struct Forest {
    parents: Vec<usize>,
}

impl Forest {
    fn new(size: usize) -> Self {
        Self {
            parents: (0..size).collect(),
        }
    }

    /// The representative of the records joined with `at`.
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.parents.get(at).filter(|parent| **parent != at) {
            let grandparent = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(of) = self.parents.get_mut(at) {
                *of = grandparent;
            }
            at = parent;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parents.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }

    /// The sets of joined records.
    fn trees(mut self) -> Vec<Vec<usize>> {
        let mut trees: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.parents.len() {
            let root = self.root(at);
            trees.entry(root).or_default().push(at);
        }
        trees.into_values().collect()
    }
}
