//! Lines that many inputs share: they are left out before texts are compared.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::sketch::Sketch;

/// Characters of a line that may be boilerplate.
const BOILERPLATE: usize = 20;
/// Inputs, and their share, that must have the line.
const SHARED: (usize, f64) = (5, 0.01);

/// The lines that many inputs have: descriptions of tools, headings, instructions.
pub fn boilerplate(sketch: &Sketch) -> BTreeSet<u64> {
    let mut counts = std::collections::BTreeMap::new();
    for entry in sketch.entries() {
        let lines: BTreeSet<u64> = entry
            .input
            .head()
            .lines()
            .filter(|line| line.trim().chars().nth(BOILERPLATE - 1).is_some())
            .map(line_key)
            .collect();
        for line in lines {
            *counts.entry(line).or_insert(0_usize) += 1;
        }
    }
    let (least, share) = SHARED;
    let needed = least.max((share * sketch.len() as f64) as usize);
    let common = counts.into_iter().filter(|(_, count)| *count >= needed);
    common.map(|(line, _)| line).collect()
}

pub(super) fn line_key(line: &str) -> u64 {
    xxh3_64(line.trim().as_bytes())
}
