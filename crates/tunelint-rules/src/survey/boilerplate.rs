//! Boilerplate: lines that many inputs share. They are removed before texts are compared.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::sketch::Sketch;

/// Minimum length of a boilerplate line, in characters.
const MIN_LINE_CHARS: usize = 20;
/// The minimum number and share of inputs that must have the line.
const MIN_INPUTS: (usize, f64) = (5, 0.01);

/// The hashes of the lines that many inputs share, such as tool descriptions, headings and
/// instructions.
pub fn boilerplate(sketch: &Sketch) -> BTreeSet<u64> {
    let mut counts = std::collections::BTreeMap::new();
    for entry in sketch.entries() {
        let lines: BTreeSet<u64> = entry
            .input
            .head()
            .lines()
            .filter(|line| line.trim().chars().nth(MIN_LINE_CHARS - 1).is_some())
            .map(line_key)
            .collect();
        for line in lines {
            *counts.entry(line).or_insert(0_usize) += 1;
        }
    }
    let (least, share) = MIN_INPUTS;
    let needed = least.max((share * sketch.len() as f64) as usize);
    let common = counts.into_iter().filter(|(_, count)| *count >= needed);
    common.map(|(line, _)| line).collect()
}

/// The hash of a line, without surrounding whitespace.
pub(super) fn line_key(line: &str) -> u64 {
    xxh3_64(line.trim().as_bytes())
}
