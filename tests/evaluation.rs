//! How well the consistency rules find what was damaged: recall and precision on clean sets, a
//! part of whose rows is damaged in one way. `TUNELINT_UPDATE=1 cargo test -p tunelint --test all
//! evaluation` writes the table to `docs/evaluation.md`.

mod curves;
mod damage;
mod domains;
mod languages;
mod pages;
mod sets;
mod templates;
mod tongues;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tunelint_core::finding::Severity;
use tunelint_core::inferred::Inferred;
use tunelint_core::position::SourceId;
use tunelint_core::production_prompts::Prompts;
use tunelint_core::reader::ReadOptions;
use tunelint_core::rules::REGISTRY;
use tunelint_core::source::Input;

use crate::running::{Check, root};
use damage::{DAMAGES, Damage};
use sets::{Row, Set, jsonl};

/// The rate that the floor is held at; the others are measured where the table is written.
const HELD: usize = 3;
/// The highest rate.
const MOST: usize = 10;
const RATES: [usize; 3] = [1, HELD, MOST];

/// What was damaged and found, added up over sets.
#[derive(Default, Clone, Copy)]
struct Score {
    sets: usize,
    damaged: usize,
    hit: usize,
    flagged: usize,
}

impl Score {
    fn recall(self) -> f64 {
        self.hit as f64 / self.damaged.max(1) as f64
    }

    fn precision(self) -> f64 {
        if self.flagged == 0 {
            1.0
        } else {
            self.hit as f64 / self.flagged as f64
        }
    }
}

/// A check of the consistency rules alone.
fn check() -> Check {
    let mut check = Check::new();
    let rules: BTreeSet<&str> = REGISTRY
        .iter()
        .filter(|entry| entry.meta.infers)
        .map(|entry| entry.meta.name)
        .collect();
    check.enabled.retain(|name| rules.contains(name));
    check
}

/// The rows that `rule` flags.
fn flagged(rule: &str, rows: &[Row]) -> BTreeSet<usize> {
    let mut check = check();
    check
        .enabled
        .retain(|name| *name == rule || *name == "missing-preamble");
    let (findings, _) = check.run("set.jsonl", &jsonl(rows));
    let found = findings.iter().filter(|finding| finding.rule == rule);
    found
        .filter_map(|finding| Some(finding.location.record? as usize - 1))
        .collect()
}

/// Damages `percent` of the rows, spread over the set, if that many can be.
fn damaged(
    set: &Set,
    form: &Inferred,
    damage: &Damage,
    percent: usize,
) -> Option<(Vec<Row>, BTreeSet<usize>)> {
    let wanted = (set.rows.len() * percent).div_ceil(100);
    let seed = damage.name.bytes().map(usize::from).sum::<usize>() + set.name.len();
    let mut rows = set.rows.clone();
    let mut changed = BTreeSet::new();
    for step in 0..rows.len() {
        let at = (seed + step * 67) % rows.len();
        if changed.len() == wanted {
            break;
        }
        if let Some(row) = (damage.apply)(&rows[at], form) {
            rows[at] = row;
            changed.insert(at);
        }
    }
    (changed.len() == wanted).then_some((rows, changed))
}

fn evaluate(sets: &[Set]) -> BTreeMap<(&'static str, &'static str, usize), Score> {
    let mut scores: BTreeMap<_, Score> = BTreeMap::new();
    for set in sets {
        let form = check().inferred("set.jsonl", &jsonl(&set.rows));
        let mut clean: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for damage in DAMAGES {
            let clean = clean
                .entry(damage.rule)
                .or_insert_with(|| flagged(damage.rule, &set.rows));
            for percent in RATES.into_iter().filter(|rate| *rate == HELD || updating()) {
                let Some((rows, changed)) = damaged(set, &form, damage, percent) else {
                    continue;
                };
                let found = flagged(damage.rule, &rows);
                let score = scores
                    .entry((damage.rule, damage.name, percent))
                    .or_default();
                score.sets += 1;
                score.damaged += changed.len();
                score.hit += found.intersection(&changed).count();
                // What is flagged in the clean set too was not damaged by us, but may be true.
                score.flagged += found
                    .difference(clean)
                    .filter(|at| !changed.contains(at))
                    .count()
                    + found.intersection(&changed).count();
            }
        }
    }
    scores
}

/// Damages that are found less often, and why: the page of the rule says it too.
const LESS: [(&str, &str, f64); 3] = [
    // In a set of 200, six lost list items take a marker below the 98 % that lists ask for.
    ("missing-marker", "removed", 0.90),
    // The same sentence more than three times, or for a twentieth of a label, may be meant.
    ("unknown-label", "in a sentence", 0.89),
    // Half of a preamble of two words says too little.
    ("missing-preamble", "second half lost", 0.88),
];

/// What is not found at the highest rate: where a tenth of the answers are not in their input, some
/// questions are to be answered with yes, no or a number.
const PART_OF_THE_TASK: (&str, &str) = ("output-not-in-input", "another passage");

fn floor_of(rule: &str, name: &str) -> f64 {
    let less = LESS.iter().find(|(r, n, _)| *r == rule && *n == name);
    less.map_or(0.95, |(.., floor)| *floor)
}

#[test]
fn evaluation_holds_its_floor() {
    let mut sets = sets::own();
    let public = sets::public();
    let complete = !public.is_empty();
    sets.extend(public);
    let scores = evaluate(&sets);
    let mut low = Vec::new();
    for ((rule, name, percent), score) in &scores {
        // Over our own few sets a single miss is a large share.
        let floor = match *percent {
            HELD if complete => floor_of(rule, name),
            MOST if complete => floor_of(rule, name).min(0.9),
            _ => 0.5,
        };
        let is_part = *percent == MOST && (*rule, *name) == PART_OF_THE_TASK;
        if !is_part && (score.recall() < floor || score.precision() < 0.98) {
            low.push(format!(
                "{rule}, {name} at {percent}%: recall {:.2}, precision {:.2}",
                score.recall(),
                score.precision()
            ));
        }
    }
    // Some kinds of damage need a form that only public sets have.
    for damage in DAMAGES.iter().filter(|_| complete) {
        assert!(
            scores.contains_key(&(damage.rule, damage.name, HELD)),
            "no set can be damaged: {}, {}",
            damage.rule,
            damage.name
        );
    }
    if complete {
        write_or_compare(&scores, &sets);
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

/// The page of each rule in the table states its rates.
#[test]
fn pages_state_their_rates() {
    if updating() {
        return;
    }
    let page = std::fs::read_to_string(root().join("docs/evaluation.md")).expect("the page");
    let outdated = pages::outdated(&page, false);
    assert!(
        outdated.is_empty(),
        "TUNELINT_UPDATE=1 corrects the pages of {outdated:?}"
    );
}

/// Loss curves are judged rightly: nearly always up to a noise of 5 %, mostly at 10 %.
#[test]
fn curves_are_judged() {
    for (name, noise, share) in curves::shares() {
        let floor = if noise > 0.05 { 0.8 } else { 0.95 };
        assert!(share >= floor, "{name} at noise {noise}: {share}");
    }
    if updating() {
        return;
    }
    let page = std::fs::read_to_string(root().join("docs/evaluation.md")).unwrap_or_default();
    assert!(
        page.contains(&curves::table()),
        "the table changed: TUNELINT_UPDATE=1 accepts it"
    );
}

/// A set cut into training and production shows no difference; one whose production prompts were
/// damaged shows it.
#[test]
fn production_is_compared() {
    let mut wrong = Vec::new();
    let (mut damaged, mut found) = (0, 0);
    for set in sets::own().iter().chain(&sets::public()) {
        // Every fourth row is production: files may be sorted.
        let (prompts, training): (Vec<_>, Vec<_>) =
            set.rows.iter().enumerate().partition(|(at, _)| at % 4 == 0);
        let rows = |of: Vec<(usize, &Row)>| {
            of.into_iter()
                .map(|(_, row)| row.clone())
                .collect::<Vec<_>>()
        };
        let (prompts, training) = (rows(prompts), rows(training));
        let said = differences(&training, &prompts);
        if !said.is_empty() {
            wrong.push(format!("{}: {}", set.name, said.join("; ")));
        }
        let form = check().inferred("set.jsonl", &jsonl(&training));
        let Some(preamble) = form.usual_preamble().map(|common| common.value.clone()) else {
            continue;
        };
        let bare = |row: &Row| Row {
            input: row.input.replacen(&preamble, "", 1),
            ..row.clone()
        };
        damaged += 1;
        let prompts: Vec<Row> = prompts.iter().map(bare).collect();
        found += usize::from(!differences(&training, &prompts).is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, damaged, "a lost preamble is found in every set");
}

/// What is said of prompts beside a training set.
fn differences(training: &[Row], prompts: &[Row]) -> Vec<String> {
    let mut check = Check::new();
    check.enabled.retain(|name| *name == "production-mismatch");
    let input = Input::bytes("prompts.jsonl", jsonl(prompts));
    let prompts = Prompts::read(SourceId(1), input, &ReadOptions::default()).expect("memory");
    check.context.production = Some(Arc::new(prompts));
    let (findings, _) = check.run("set.jsonl", &jsonl(training));
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

/// Clean sets are clean.
#[test]
fn nothing_is_found_in_clean_sets() {
    for set in sets::own().iter().chain(&sets::public()) {
        let (findings, _) = check().run("set.jsonl", &jsonl(&set.rows));
        let grave: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warning)
            .map(|finding| {
                format!(
                    "{:?} {}: {}",
                    finding.location.record, finding.rule, finding.message
                )
            })
            .collect();
        assert!(
            grave.is_empty() || KNOWN.contains(&set.name.as_str()),
            "{}: {}",
            set.name,
            grave.join("\n")
        );
    }
}

/// Sets that have real faults, or a known false alarm that the page names.
const KNOWN: [&str; 2] = [
    // A title task whose titles recur is taken for a closed set (`unknown-label`).
    "t0_quoref_Guess_Title_For_Context",
    // One title of 200 free answers stands in quotes, as the rule says.
    "t0_duorc_SelfRC_extract_answer",
];

fn table(scores: &BTreeMap<(&str, &str, usize), Score>, sets: &[Set]) -> String {
    let mut text = format!(
        "# Evaluation\n\nMeasured on {} clean datasets of up to 200 examples each ({} generated by the test, the rest public), \
         with 1%, 3% or 10% of the examples damaged in one way. Recall is the share of damaged examples that the rule flags, in a warning or in advice; \
         precision is the share of flagged examples that were damaged. `TUNELINT_UPDATE=1 cargo test -p tunelint --test all evaluation` \
         regenerates this page; at 3%, the test requires a precision of 0.98 and a recall of 0.95 (0.88 to 0.90 for the three kinds of damage \
         with a lower recall below), at 10% a recall of 0.90. The one exception is intended: where 10% of the outputs are not in their \
         input, that is part of the task.\n\n\
         | rule | damage | datasets | recall at 1% | 3% | 10% | precision at 1% | 3% | 10% |\n|---|---|---|---|---|---|---|---|---|\n",
        sets.len(),
        sets::own().len()
    );
    let kinds: BTreeSet<(&str, &str)> = scores
        .keys()
        .map(|(rule, name, _)| (*rule, *name))
        .collect();
    for (rule, name) in kinds {
        let score = |percent| scores.get(&(rule, name, percent)).copied();
        let cell = |percent, of: fn(Score) -> f64| {
            score(percent).map_or("–".to_owned(), |score| format!("{:.2}", of(score)))
        };
        let sets = score(3).map_or(0, |score| score.sets);
        text.push_str(&format!(
            "| {rule} | {name} | {sets} | {} | {} | {} | {} | {} | {} |\n",
            cell(1, Score::recall),
            cell(3, Score::recall),
            cell(10, Score::recall),
            cell(1, Score::precision),
            cell(3, Score::precision),
            cell(10, Score::precision),
        ));
    }
    text
}

/// The heading of the section that another program writes.
const CONSUMERS: &str = "## Consumers";

/// Whether the table is to be written.
fn updating() -> bool {
    std::env::var_os("TUNELINT_UPDATE").is_some()
}

/// Writes the table, or holds what it says of the rate that was measured against it.
fn write_or_compare(scores: &BTreeMap<(&str, &str, usize), Score>, sets: &[Set]) {
    let path = root().join("docs/evaluation.md");
    if updating() {
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        // The table of consumers is written by `tests/consumers/run.py`.
        let kept = known.find(CONSUMERS).and_then(|start| known.get(start..));
        let page = table(scores, sets) + &curves::table() + "\n" + kept.unwrap_or_default();
        std::fs::write(&path, &page).expect("the file is written");
        pages::outdated(&page, true);
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    for ((rule, name, percent), score) in scores {
        let start = format!("| {rule} | {name} | ");
        let row = known.lines().find(|line| line.starts_with(&start));
        let cells: Vec<&str> = row.unwrap_or_default().split('|').map(str::trim).collect();
        let (recall, precision) = (
            format!("{:.2}", score.recall()),
            format!("{:.2}", score.precision()),
        );
        let same = *percent != HELD
            || cells.get(5) == Some(&&*recall) && cells.get(8) == Some(&&*precision);
        assert!(
            same,
            "{rule}, {name}: {recall}, {precision}; TUNELINT_UPDATE=1 accepts it"
        );
    }
}
