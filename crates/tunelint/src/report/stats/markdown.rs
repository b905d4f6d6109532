//! The format `markdown`: tables for a job page or a comment. Data cannot become markup, a link or a
//! mention.

use tunelint_core::printable::{counted, grouped};

use super::human::range;
use crate::report::markdown::plain;
use tunelint_core::describe::distribution::Distribution;
use tunelint_core::describe::{SourceStats, StatsDocument};

/// Labels that are listed.
const LABELS: usize = 50;

/// The report in Markdown.
pub fn page(document: &StatsDocument) -> String {
    let mut text = sizes(&document.sources);
    for source in &document.sources {
        text.push_str(&format!("\n### {}\n", plain(&source.path)));
        text.push_str(&sequences(source));
        text.push_str(&distribution("input", &source.inputs));
        text.push_str(&distribution("output", &source.outputs));
        text.push_str(&labels(source));
        text.push_str(&surprising(source));
        text.push_str(&form(source));
        text.push_str(&targets(source));
    }
    text
}

/// The sequences that a trainer makes of a source, if the model is known.
fn sequences(source: &SourceStats) -> String {
    let Some(of) = &source.sequences else {
        return String::new();
    };
    let sentences = super::human::sentences(of).join(" ");
    let head = [
        "length",
        "kept whole",
        "steps",
        "packs",
        "packed steps",
        "waste",
    ];
    let rows = of.lengths_of_training.iter().map(|length| {
        vec![
            grouped(length.max_length),
            format!("{}%", length.whole_percent),
            grouped(length.steps),
            grouped(length.packs),
            grouped(length.packed_steps),
            format!("{}%", length.waste_percent),
        ]
    });
    format!("\n{sentences}\n{}", table(&head, rows))
}

/// A table, or nothing without rows.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rows: String = rows.map(|row| line(&row)).collect();
    if rows.is_empty() {
        return rows;
    }
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    format!("\n{}|{}\n{rows}", line(&head), "---|".repeat(head.len()))
}

fn sizes(sources: &[SourceStats]) -> String {
    let head = [
        "file",
        "records",
        "examples",
        "upload bytes",
        "characters",
        "tokens",
        "duplicates",
        "conflicts",
    ];
    let row = |source: &SourceStats| {
        let size = &source.size;
        let numbers = [
            size.records,
            size.examples,
            size.bytes,
            size.characters,
            size.tokens,
            source.duplicates.count,
            source.conflicts.count,
        ];
        let cells = numbers.into_iter().map(grouped);
        std::iter::once(plain(&source.path)).chain(cells).collect()
    };
    let table = table(&head, sources.iter().map(row));
    let mut methods: Vec<&str> = sources
        .iter()
        .map(|of| of.size.tokens_by.as_str())
        .collect();
    methods.dedup();
    format!(
        "{}\nTokens are {}.\n",
        table.trim_start(),
        methods.join("; ")
    )
}

fn distribution(what: &str, of: &Distribution) -> String {
    let most = of.bins.iter().map(|bin| bin.count).max().unwrap_or(0);
    let rows = of.bins.iter().map(|bin| {
        let length = (bin.count * 20).div_ceil(most.max(1)) as usize;
        vec![range(bin), grouped(bin.count), "█".repeat(length)]
    });
    table(&[&format!("{what}, characters"), "examples", ""], rows)
}

fn labels(source: &SourceStats) -> String {
    let rows = source.labels.iter().take(LABELS).map(|of| {
        let share = format!("{}%", of.percent);
        vec![plain(&of.label), grouped(of.count), share]
    });
    let mut text = table(&["label", "examples", "share"], rows);
    let more = source.labels.len().saturating_sub(LABELS);
    if more > 0 {
        text.push_str(&format!(
            "\n{} not listed.\n",
            counted(more as u64, "label")
        ));
    }
    text
}

fn surprising(source: &SourceStats) -> String {
    let rows = source.surprising_labels.iter().map(|of| {
        vec![
            of.record.to_string(),
            of.line.to_string(),
            plain(&of.label),
            plain(&of.suggested),
        ]
    });
    let head = [
        "record",
        "line",
        "label worth a second look",
        "label of similar inputs",
    ];
    table(&head, rows)
}

fn form(source: &SourceStats) -> String {
    let found = source.form.iter();
    let found = found.map(|of| vec![of.part.to_owned(), plain(&of.value), plain(&of.evidence)]);
    let silent = source.silent.iter();
    let silent = silent.map(|of| vec![of.part.to_owned(), String::new(), plain(&of.why)]);
    table(
        &["part", "inferred format", "evidence"],
        found.chain(silent),
    )
}

fn targets(source: &SourceStats) -> String {
    let limits = source.limits.iter().map(|of| {
        let record = of.record.map_or(String::new(), |record| record.to_string());
        let max = counted(of.max, of.unit);
        vec![
            of.target.clone(),
            of.limit.to_owned(),
            format!("{} of {max}", grouped(of.value)),
            format!("{}%", of.percent),
            record,
        ]
    });
    let limits = table(&["target", "limit", "used", "share", "record"], limits);
    let advice = source.advice.iter();
    let advice = advice.map(|of| vec![of.target.clone(), of.sentence(), plain(&of.quote)]);
    let advice = table(&["target", "number of examples", "source"], advice);
    let training = source.training.iter().map(|of| {
        let note = of.note.as_deref().unwrap_or_default();
        vec![
            of.target.clone(),
            of.words.clone(),
            plain(&of.quote),
            plain(note),
        ]
    });
    let training = table(&["target", "setting", "source", "note"], training);
    let guidance = source.guidance.iter();
    let guidance =
        guidance.map(|of| vec![of.target.clone(), of.sentence.clone(), plain(&of.quote)]);
    let guidance = table(&["target", "guidance", "source"], guidance);
    limits + &advice + &training + &guidance
}
