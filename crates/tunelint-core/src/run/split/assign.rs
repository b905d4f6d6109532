//! Which cluster goes into which part.

use std::collections::BTreeMap;

/// A part of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What is trained on.
    Train,
    /// What the training is watched by.
    Validation,
    /// What the result is judged by.
    Test,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// How large a part is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A share of all records, from 0 to 1.
    Share(f64),
    /// So many records.
    Count(u64),
}

impl Size {
    /// The number of records, of `all`.
    pub fn of(self, all: u64) -> u64 {
        match self {
            Self::Share(share) => (all as f64 * share).round() as u64,
            Self::Count(count) => count,
        }
    }
}

/// How large the parts are to be that are held back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Of validation.
    pub validation: Size,
    /// Of test.
    pub test: Size,
}

/// Records that stay together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// What decides among clusters of one size: drawn by the seed from what the records say.
    pub key: u64,
    /// How many records.
    pub size: u64,
    /// The label, by its number.
    pub stratum: usize,
}

/// The part of each cluster. Every label has its share of each part, up to a record; a cluster
/// that is larger than what is still wanted may take a part beyond.
pub fn assign(clusters: &[Cluster], shares: &Shares) -> Vec<Part> {
    let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
    for cluster in clusters {
        *sizes.entry(cluster.stratum).or_default() += cluster.size;
    }
    let mut wanted = quotas(&sizes, shares);
    let mut order: Vec<(usize, &Cluster)> = clusters.iter().enumerate().collect();
    // The large ones first: single records fill what they leave.
    order.sort_by_key(|(_, of)| (std::cmp::Reverse(of.size), of.key));
    let mut parts = vec![Part::Train; clusters.len()];
    for (at, cluster) in order {
        let Some(wanted) = wanted.get_mut(&cluster.stratum) else {
            continue;
        };
        let part = neediest(wanted, cluster);
        if let Some(missing) = wanted.get_mut(part as usize) {
            *missing -= cluster.size as i64;
        }
        if let Some(of) = parts.get_mut(at) {
            *of = part;
        }
    }
    parts
}

/// How many records of each label each part is to have: the shares of all records come out
/// exactly, and those of each label up to one.
fn quotas(sizes: &BTreeMap<usize, u64>, shares: &Shares) -> BTreeMap<usize, [i64; 3]> {
    let all: u64 = sizes.values().sum();
    let validation = apportion(sizes, shares.validation.of(all).min(all));
    let rest: BTreeMap<usize, u64> = sizes
        .iter()
        .map(|(label, size)| (*label, size - validation.get(label).copied().unwrap_or(0)))
        .collect();
    let left: u64 = rest.values().sum();
    let test = apportion(&rest, shares.test.of(all).min(left));
    let quota = |(label, left): (&usize, &u64)| {
        let of = |quotas: &BTreeMap<usize, u64>| quotas.get(label).copied().unwrap_or(0);
        let (validation, test) = (of(&validation), of(&test));
        (
            *label,
            [left - test, validation, test].map(|count| count as i64),
        )
    };
    rest.iter().map(quota).collect()
}

/// `total` over labels of these sizes: each gets its share rounded down, and what is left goes to
/// those that lost most by it.
fn apportion(sizes: &BTreeMap<usize, u64>, total: u64) -> BTreeMap<usize, u64> {
    let all: u64 = sizes.values().sum::<u64>().max(1);
    let share = |size: u64| u128::from(size) * u128::from(total);
    let mut quotas: BTreeMap<usize, u64> = sizes
        .iter()
        .map(|(label, size)| (*label, (share(*size) / u128::from(all)) as u64))
        .collect();
    let mut order: Vec<(&usize, &u64)> = sizes.iter().collect();
    order
        .sort_by_key(|(label, size)| (std::cmp::Reverse(share(**size) % u128::from(all)), **label));
    let missing = total - quotas.values().sum::<u64>();
    for (label, _) in order.into_iter().take(missing as usize) {
        *quotas.entry(*label).or_default() += 1;
    }
    quotas
}

/// The part for a cluster: drawn by its key among those that it fits in, in proportion to what
/// they still want; where it fits in none, the one that wants most.
fn neediest(wanted: &[i64; 3], cluster: &Cluster) -> Part {
    let size = cluster.size as i64;
    let fits = |missing: &i64| *missing >= size;
    let total: i64 = wanted.iter().filter(|missing| fits(missing)).sum();
    let mut drawn = (cluster.key % total.max(1) as u64) as i64;
    for (part, missing) in Part::ALL
        .into_iter()
        .zip(wanted)
        .filter(|(_, missing)| fits(missing))
    {
        if drawn < *missing {
            return part;
        }
        drawn -= missing;
    }
    let mut most = (Part::Train, i64::MIN);
    for (part, missing) in Part::ALL.into_iter().zip(wanted) {
        if *missing > most.1 {
            most = (part, *missing);
        }
    }
    most.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(clusters: &[Cluster], parts: &[Part], stratum: Option<usize>) -> [u64; 3] {
        let mut counts = [0; 3];
        for (cluster, part) in clusters.iter().zip(parts) {
            if stratum.is_none_or(|stratum| stratum == cluster.stratum) {
                counts[*part as usize] += cluster.size;
            }
        }
        counts
    }

    fn shares(validation: f64, test: f64) -> Shares {
        Shares {
            validation: Size::Share(validation),
            test: Size::Share(test),
        }
    }

    #[test]
    fn shares_of_single_records_are_exact() {
        let clusters: Vec<Cluster> = (0..60)
            .map(|key| Cluster {
                key: key * 7919,
                size: 1,
                stratum: (key % 3) as usize,
            })
            .collect();
        let parts = assign(&clusters, &shares(0.2, 0.1));
        for stratum in 0..3 {
            assert_eq!(counts(&clusters, &parts, Some(stratum)), [14, 4, 2]);
        }
    }

    #[test]
    fn a_cluster_that_fits_nowhere_is_trained_on() {
        let clusters = [Cluster {
            key: 5,
            size: 10,
            stratum: 0,
        }];
        assert_eq!(assign(&clusters, &shares(0.2, 0.2)), [Part::Train]);
    }

    proptest! {
        #[test]
        fn shares_are_met_per_label(
            of in prop::collection::vec((any::<u64>(), 0_usize..4), 1..200),
            validation in 0.0..0.5,
            test in 0.0..0.4,
        ) {
            let clusters: Vec<Cluster> = of
                .iter()
                .map(|(key, stratum)| Cluster { key: *key, size: 1, stratum: *stratum })
                .collect();
            let parts = assign(&clusters, &shares(validation, test));
            let all = counts(&clusters, &parts, None);
            let n = clusters.len() as u64;
            prop_assert_eq!(all[1], Size::Share(validation).of(n));
            prop_assert_eq!(all[2], Size::Share(test).of(n).min(n - all[1]));
            for stratum in 0..4 {
                let [train, held, tested] = counts(&clusters, &parts, Some(stratum));
                let size = (train + held + tested) as f64;
                prop_assert!((held as f64 - size * all[1] as f64 / n as f64).abs() < 1.0);
                prop_assert!((tested as f64 - size * all[2] as f64 / n as f64).abs() < 2.0);
            }
        }

        #[test]
        fn clusters_overshoot_by_less_than_the_largest(
            of in prop::collection::vec((any::<u64>(), 1_u64..6, 0_usize..3), 1..100),
            validation in 0.0..0.5,
        ) {
            let clusters: Vec<Cluster> = of
                .iter()
                .map(|(key, size, stratum)| Cluster { key: *key, size: *size, stratum: *stratum })
                .collect();
            let parts = assign(&clusters, &shares(validation, 0.0));
            let n: u64 = clusters.iter().map(|cluster| cluster.size).sum();
            let held = counts(&clusters, &parts, None)[1];
            // In each label a cluster may be left that fits nowhere.
            prop_assert!(held.abs_diff(Size::Share(validation).of(n)) <= 3 * 5);
        }

        #[test]
        fn order_changes_nothing(
            of in prop::collection::vec((any::<u64>(), 1_u64..6, 0_usize..3), 1..100),
        ) {
            let mut keyed: Vec<Cluster> = of
                .iter()
                .map(|(key, size, stratum)| Cluster { key: *key, size: *size, stratum: *stratum })
                .collect();
            keyed.sort_by_key(|cluster| cluster.key);
            keyed.dedup_by_key(|cluster| cluster.key);
            let forward = assign(&keyed, &shares(0.3, 0.2));
            keyed.reverse();
            let mut backward = assign(&keyed, &shares(0.3, 0.2));
            backward.reverse();
            prop_assert_eq!(forward, backward);
        }
    }
}
