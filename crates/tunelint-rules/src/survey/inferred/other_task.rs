//! A second task in the same dataset: inputs without the usual preamble or suffix that share another
//! one. They are no mistakes.

use super::common::{Common, Counted, beginning, ending, reversed};
use super::preamble::{PreambleFault, depart};

/// The minimum share of the inputs without the usual text that share the other one.
const SHARE: f64 = 0.9;
/// The share of the usual inputs from which a text is part of their content instead.
const OF_CONTENT: f64 = 0.02;

/// The preamble of the inputs that lack `usual`, if nearly all of them share another.
pub fn with_preamble(prompts: &[Counted<'_>], usual: &str) -> Option<Common> {
    let lacks = |text: &str| !text.starts_with(usual) && is_missing(text, usual);
    let others: Vec<Counted<'_>> = kept(prompts, |(cut, _)| lacks(cut.head()));
    let found = beginning(&others)?;
    let start = found.value.trim();
    let content = |text: &str| {
        let content = text.strip_prefix(usual)?;
        Some(content.trim_start().starts_with(start))
    };
    let contents = prompts.iter().filter_map(|(cut, _)| content(cut.head()));
    is_other(&found, usual, contents).then_some(found)
}

/// The suffix of the inputs that lack `usual`, if nearly all of them share another.
pub fn with_suffix(prompts: &[Counted<'_>], usual: &str) -> Option<Common> {
    let mirrored = reversed(usual);
    let lacks = |text: &str| !text.ends_with(usual) && is_missing(&reversed(text), &mirrored);
    let others: Vec<Counted<'_>> = kept(prompts, |(cut, _)| lacks(cut.tail()));
    let found = ending(&others)?;
    let end = found.value.trim();
    let content = |text: &str| {
        let content = text.strip_suffix(usual)?;
        Some(content.trim_end().ends_with(end))
    };
    let contents = prompts.iter().filter_map(|(cut, _)| content(cut.tail()));
    is_other(&found, usual, contents).then_some(found)
}

fn kept<'t>(prompts: &[Counted<'t>], keeps: impl Fn(&Counted<'t>) -> bool) -> Vec<Counted<'t>> {
    prompts
        .iter()
        .filter(|prompt| keeps(prompt))
        .copied()
        .collect()
}

fn is_missing(text: &str, usual: &str) -> bool {
    depart(text, usual).fault == PreambleFault::Missing
}

/// Whether `found` is another text than `usual`: not a part of it, and not what stands next to it in
/// the usual inputs, of which `contents` says whether they have it.
fn is_other(found: &Common, usual: &str, contents: impl Iterator<Item = bool>) -> bool {
    let (mut have, mut all) = (0_usize, 0_usize);
    for has in contents {
        have += usize::from(has);
        all += 1;
    }
    found.share() >= SHARE
        && !usual.contains(found.value.trim())
        && have as f64 <= OF_CONTENT * all as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Cut;

    const USUAL: &str = "Classify the review as good or bad.\n\n";

    fn infer(other: impl Fn(usize) -> String, usual: impl Fn(usize) -> String) -> Option<String> {
        let text = |n: usize| match n % 10 {
            0 => other(n),
            _ => format!("{USUAL}{}", usual(n)),
        };
        let cuts: Vec<Cut> = (0..300).map(|n| Cut::new(&text(n), 2048, 512)).collect();
        let counted: Vec<Counted<'_>> = cuts.iter().map(|cut| (cut, 1)).collect();
        with_preamble(&counted, USUAL).map(|found| found.value)
    }

    #[test]
    fn another_preamble_is_another_task() {
        let plain = |n: usize| format!("{n} stars, says {}", n * 7);
        let other = |n: usize| format!("Translate into German: {}", plain(n));
        assert_eq!(
            infer(other, plain).as_deref(),
            Some("Translate into German: ")
        );
    }

    #[test]
    fn what_stands_after_the_preamble_is_none() {
        let plain = |n: usize| format!("{n} stars, says {}", n * 7);
        assert_eq!(infer(plain, plain), None);
        let headed = |n: usize| format!("The text of the review: {n} stars");
        assert_eq!(infer(headed, headed), None);
        let halved = |n: usize| format!("review as good or bad. {n}");
        assert_eq!(infer(halved, plain), None);
    }
}
