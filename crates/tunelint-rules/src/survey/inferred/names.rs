//! The names that occur together: the keys of an object, the tags of a document.

use super::majority::Majority;

/// The maximum number of different sets that are counted.
const MAX_SETS: usize = 16;

/// How often each set of names occurs; nothing once there are too many, which shows that names are
/// data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSets(Option<Vec<(Vec<String>, usize)>>);

impl Default for NameSets {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl NameSets {
    /// Counts a set of distinct names, in any order.
    pub fn add(&mut self, names: &[&str]) {
        let Some(sets) = &mut self.0 else { return };
        let is_same = |known: &[String]| {
            let mut names = names.iter();
            known.len() == names.len() && names.all(|name| known.iter().any(|known| known == name))
        };
        if let Some((_, count)) = sets.iter_mut().find(|(known, _)| is_same(known)) {
            *count += 1;
        } else if sets.len() == MAX_SETS {
            self.0 = None;
        } else {
            let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort();
            sets.push((names, 1));
        }
    }

    /// The set that is the convention, of at least `least` sets.
    pub fn usual(&self, least: usize) -> Option<Vec<String>> {
        let sets = self.0.as_ref()?.iter().cloned();
        Majority::convention(sets, least, |usual, other| is_near(usual, other))
            .map(|usual| usual.value)
    }
}

/// Whether one name of `usual` is missing from `other`, or has another name there. A further name is
/// not near: where it occurs in few, it is optional. Both are sorted.
///
/// ```
/// use tunelint_rules::survey::inferred::names::is_near;
/// let near = |a: &[&str], b: &[&str]| {
///     let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
///     is_near(&owned(a), &owned(b))
/// };
/// assert!(near(&["city", "name"], &["name", "town"]) && near(&["city", "name"], &["name"]));
/// assert!(!near(&["city", "name"], &["age", "city", "name"]));
/// ```
pub fn is_near(usual: &[String], other: &[String]) -> bool {
    let lacking = |a: &[String], b: &[String]| a.iter().filter(|name| !b.contains(name)).count();
    usual.len() > 1 && lacking(usual, other) == 1 && lacking(other, usual) <= 1
}
