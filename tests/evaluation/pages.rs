//! The sentence in which each rule's page states the rates of the evaluation.

use std::collections::BTreeMap;

use crate::running::root;

/// How the sentence starts.
const START: &str = "With 3% of the examples of the evaluation damaged, ";

/// The section after the limits, which not every page has.
const SOURCES: &str = "\n## Sources";

/// The smallest and the largest of some rates.
type Range = (f64, f64);

/// The sentence of each rule that has a row in the table of `page`.
fn sentences(page: &str) -> BTreeMap<&str, String> {
    let mut rates: BTreeMap<&str, [Range; 2]> = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, rule, _, _, _, recall, _, _, precision, ..] = cells[..] else {
            continue;
        };
        let (Ok(recall), Ok(precision)) = (recall.parse::<f64>(), precision.parse::<f64>()) else {
            continue;
        };
        let known = rates.entry(rule).or_insert([(1.0, 0.0); 2]);
        for (range, rate) in known.iter_mut().zip([recall, precision]) {
            *range = (range.0.min(rate), range.1.max(rate));
        }
    }
    let text = |(low, high): Range| match low < high {
        true => format!("{low:.2} to {high:.2}"),
        false => format!("{low:.2}"),
    };
    let sentence = |[recall, precision]: [Range; 2]| {
        let (recall, precision) = (text(recall), text(precision));
        format!("{START}recall is {recall} and precision {precision} (`docs/evaluation.md`).")
    };
    let rates = rates.into_iter();
    rates.map(|(rule, rates)| (rule, sentence(rates))).collect()
}

/// Each rule of the table whose page states other rates, or none. `write` corrects the pages.
pub fn outdated(page: &str, write: bool) -> Vec<String> {
    let mut outdated = Vec::new();
    for (rule, sentence) in sentences(page) {
        let path = root().join(format!("crates/tunelint-rules/rules/{rule}.md"));
        let text = std::fs::read_to_string(&path).expect("a rule has a page");
        let known = text.lines().find(|line| line.starts_with(START));
        if known == Some(&sentence) {
            continue;
        }
        let text = match known {
            Some(known) => text.replacen(known, &sentence, 1),
            None if text.contains(SOURCES) => {
                text.replacen(SOURCES, &format!("\n{sentence}\n{SOURCES}"), 1)
            }
            None => text + "\n" + &sentence + "\n",
        };
        if write {
            std::fs::write(&path, text).expect("the page is written");
        }
        outdated.push(rule.to_owned());
    }
    outdated
}
