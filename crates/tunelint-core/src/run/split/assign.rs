//! Assigns clusters to parts.

use std::collections::BTreeMap;

/// A part of a split dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subset {
    /// The training set.
    Train,
    /// The validation set.
    Validation,
    /// The test set.
    Test,
}

impl Subset {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The requested size of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A share of all records, from 0 to 1.
    Share(f64),
    /// A number of records.
    Count(u64),
}

impl Size {
    /// The number of records, out of `all`.
    pub fn of(self, all: u64) -> u64 {
        match self {
            Self::Share(share) => (all as f64 * share).round() as u64,
            Self::Count(count) => count,
        }
    }
}

/// The requested sizes of validation and test set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// The size of the validation set.
    pub validation: Size,
    /// The size of the test set.
    pub test: Size,
}

/// Records that stay in one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// A hash of the records' content and the seed. Decides among clusters of the same size.
    pub key: u64,
    /// The number of records.
    pub size: u64,
    /// The index of the label.
    pub stratum: usize,
}

/// Assigns each cluster to a part. Every label has its share of each part, to within one record. A
/// cluster that is larger than the remaining quota may exceed it.
pub fn assign(clusters: &[Cluster], shares: &Shares) -> Vec<Subset> {
    let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
    for cluster in clusters {
        *sizes.entry(cluster.stratum).or_default() += cluster.size;
    }
    let mut remaining = quotas(&sizes, shares);
    let mut order: Vec<(usize, &Cluster)> = clusters.iter().enumerate().collect();
    // Large clusters first: single records fill the rest.
    order.sort_by_key(|(_, of)| (std::cmp::Reverse(of.size), of.key));
    let mut parts = vec![Subset::Train; clusters.len()];
    for (at, cluster) in order {
        let Some(remaining) = remaining.get_mut(&cluster.stratum) else {
            continue;
        };
        let part = choose_part(remaining, cluster);
        if let Some(quota) = remaining.get_mut(part as usize) {
            *quota -= cluster.size as i64;
        }
        if let Some(of) = parts.get_mut(at) {
            *of = part;
        }
    }
    parts
}

/// The number of records of each label for each part. The totals are exact; the counts per label are
/// exact to within one record.
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

/// Distributes `total` over labels of these sizes, by the largest remainder method.
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

/// The part for a cluster: chosen by its key among those with enough quota left, in proportion to
/// that quota. If none has enough, the one with the largest quota.
fn choose_part(remaining: &[i64; 3], cluster: &Cluster) -> Subset {
    let size = cluster.size as i64;
    let fits = |quota: &i64| *quota >= size;
    let total: i64 = remaining.iter().filter(|quota| fits(quota)).sum();
    let mut drawn = (cluster.key % total.max(1) as u64) as i64;
    for (part, quota) in Subset::ALL
        .into_iter()
        .zip(remaining)
        .filter(|(_, quota)| fits(quota))
    {
        if drawn < *quota {
            return part;
        }
        drawn -= quota;
    }
    let mut most = (Subset::Train, i64::MIN);
    for (part, quota) in Subset::ALL.into_iter().zip(remaining) {
        if *quota > most.1 {
            most = (part, *quota);
        }
    }
    most.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(clusters: &[Cluster], parts: &[Subset], stratum: Option<usize>) -> [u64; 3] {
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
    fn clusters_that_fit_nowhere_go_to_training() {
        let clusters = [Cluster {
            key: 5,
            size: 10,
            stratum: 0,
        }];
        assert_eq!(assign(&clusters, &shares(0.2, 0.2)), [Subset::Train]);
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
            // In each label, a cluster may be left that fits nowhere.
            prop_assert!(held.abs_diff(Size::Share(validation).of(n)) <= 3 * 5);
        }

        #[test]
        fn the_split_does_not_depend_on_order(
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
