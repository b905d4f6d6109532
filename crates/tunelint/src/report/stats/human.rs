//! The format `human`: charts and tables for a terminal.

use tunelint_core::printable::{counted, grouped};
use tunelint_core::survey::Bin;
use unicode_width::UnicodeWidthStr;

use tunelint_core::describe::distribution::Distribution;
use tunelint_core::describe::sequences::SequenceRow;
use tunelint_core::describe::targets::{LimitUse, SizeAdvice};
use tunelint_core::describe::{Repeated, SizeRow, SourceStats, StatsDocument, SurprisingRow};
use tunelint_core::guidance::Guidance;

/// What is known of the sequences besides their lengths.
pub(super) fn sentences(of: &SequenceRow) -> Vec<String> {
    let mut sentences = vec![format!(
        "{} an epoch, {}% of them trained on; a length of {} keeps 99% of the sequences whole; steps \
         are of {}.",
        counted(of.tokens, "token"),
        of.trained_percent,
        grouped(of.length_for_99_percent),
        counted(of.batch_size, "sequence"),
    )];
    sentences.extend(of.parts.iter().map(|part| {
        format!(
            "{}: {}, median {}, 90th percentile {}, longest {}.",
            part.part,
            counted(part.tokens, "token"),
            grouped(part.median),
            grouped(part.p90),
            grouped(part.longest)
        )
    }));
    if of.undivided > 0 {
        let undivided = counted(of.undivided, "sequence");
        sentences.push(format!(
            "Where the answers are is not known of {undivided}."
        ));
    }
    if of.skipped > 0 {
        let skipped = counted(of.skipped, "example");
        sentences.push(format!(
            "{skipped} not counted: no single sequence is made of them."
        ));
    }
    if of.failed > 0 {
        let failed = counted(of.failed, "example");
        sentences.push(format!(
            "{failed} could not be rendered (see `tunelint check --model`)."
        ));
    }
    sentences
}

/// Labels that are listed.
const LABELS: usize = 30;
/// The width of the label column.
const LABEL_WIDTH: usize = 32;
/// The smallest width of the longest bar.
const MIN_BAR_WIDTH: usize = 10;

/// The report in `width` columns.
pub fn page(document: &StatsDocument, width: usize) -> String {
    let mut page = Page {
        text: String::new(),
        width,
    };
    if document.sources.len() > 1 {
        page.comparison(&document.sources);
    }
    for source in &document.sources {
        page.source(source);
    }
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn title(&mut self, title: &str) {
        self.line("");
        self.wrapped("", title);
    }

    /// A table with one line per source.
    fn comparison(&mut self, sources: &[SourceStats]) {
        const WIDTH_OF_NUMBERS: usize = 57;
        let row = |cells: [&str; 6]| -> String {
            let cells = cells.iter().enumerate();
            cells
                .map(|(at, cell)| format!("{cell:>width$}", width = if at < 2 { 10 } else { 9 }))
                .collect()
        };
        let room = self.width.saturating_sub(WIDTH_OF_NUMBERS).max(12);
        let path = sources.iter().map(|source| source.path.width()).max();
        let path = path.unwrap_or(0).clamp(4, room);
        let groups = row(["", "", "inputs", "", "outputs", ""]);
        self.line(&format!("{} {groups}", pad("", path)));
        let head = [
            "examples", "tokens", "median", "longest", "median", "longest",
        ];
        self.line(&format!("{} {}", pad("file", path), row(head)));
        for source in sources {
            let cells = [
                source.size.examples,
                source.size.tokens,
                source.inputs.median,
                source.inputs.longest,
                source.outputs.median,
                source.outputs.longest,
            ];
            let cells = cells.map(grouped);
            let cells = row(cells.each_ref().map(String::as_str));
            self.line(&format!("{} {cells}", pad(&end(&source.path, path), path)));
        }
        self.line("");
    }

    fn source(&mut self, source: &SourceStats) {
        let layout = match source.layout.as_str() {
            "" => "unknown layout".to_owned(),
            layout => format!("layout {layout}"),
        };
        let targets = match source.targets.as_slice() {
            [] => "no target (set one with --target)".to_owned(),
            targets => format!("for {}", targets.join(", ")),
        };
        self.line(&format!(
            "{}: {}, {layout}, {targets}",
            source.path, source.container
        ));
        self.size(source);
        if let Some(sequences) = &source.sequences {
            self.sequences(sequences);
        }
        self.distribution("Inputs", "characters", &source.inputs);
        self.distribution("Outputs", "characters", &source.outputs);
        self.labels(source);
        self.surprising(&source.surprising_labels);
        self.form(source);
        self.repeated(source);
        self.limits(&source.limits);
        self.advice(&source.advice);
        self.training(source);
        self.guidance(&source.guidance);
        self.line("");
    }

    fn size(&mut self, source: &SourceStats) {
        let size = &source.size;
        self.title("Size");
        let unread = match size.unread {
            0 => String::new(),
            unread => format!(
                ", {} of them unreadable (see `tunelint check`)",
                grouped(unread)
            ),
        };
        let receives = source.targets.first().map_or_else(
            || "in this layout".to_owned(),
            |of| format!("as uploaded to {of}"),
        );
        self.line(&format!("  records     {}{unread}", grouped(size.records)));
        self.line(&format!("  examples    {}", grouped(size.examples)));
        self.line(&format!(
            "  bytes       {} {receives}, {} in the file",
            grouped(size.bytes),
            grouped(size.file_bytes)
        ));
        self.line(&format!("  characters  {}", grouped(size.characters)));
        self.line(&format!("  tokens      {}", tokens(size)));
        self.wrapped("              ", &format!("({})", size.tokens_by));
    }

    fn sequences(&mut self, of: &SequenceRow) {
        self.distribution("Sequences", "tokens of the model", &of.lengths);
        self.line("");
        for sentence in sentences(of) {
            self.wrapped("  ", &sentence);
        }
        self.line("");
        let row = |cells: [&str; 6]| -> String {
            cells.iter().map(|cell| format!("{cell:>9}")).collect()
        };
        self.line(&format!(" {}", row(["", "", "", "packed", "", ""])));
        let head = ["length", "whole", "steps", "packs", "steps", "waste"];
        self.line(&format!(" {}", row(head)));
        for length in &of.lengths_of_training {
            let [all, steps, packs, packed] = [
                length.max_length,
                length.steps,
                length.packs,
                length.packed_steps,
            ]
            .map(grouped);
            let whole = format!("{}%", length.whole_percent);
            let waste = format!("{}%", length.waste_percent);
            self.line(&format!(
                " {}",
                row([&all, &whole, &steps, &packs, &packed, &waste])
            ));
        }
    }

    fn distribution(&mut self, title: &str, unit: &str, of: &Distribution) {
        let Some(record) = of.longest_record else {
            return;
        };
        self.title(&format!(
            "{title}, in {unit}: median {}, 90th percentile {}, longest {} (record {record})",
            grouped(of.median),
            grouped(of.p90),
            grouped(of.longest)
        ));
        let names: Vec<String> = of.bins.iter().map(range).collect();
        let rows = names.iter().zip(&of.bins);
        let rows: Vec<Bar> = rows
            .map(|(name, bin)| (name.as_str(), bin.count, grouped(bin.count)))
            .collect();
        self.bars(&rows, true);
    }

    fn labels(&mut self, source: &SourceStats) {
        if source.labels.is_empty() {
            return;
        }
        self.title(&format!("Labels: {}", source.labels.len()));
        let rows: Vec<Bar> = source
            .labels
            .iter()
            .take(LABELS)
            .map(|of| {
                let value = format!("{} ({}%)", grouped(of.count), of.percent);
                (of.label.as_str(), of.count, value)
            })
            .collect();
        self.bars(&rows, false);
        let more = source.labels.len().saturating_sub(LABELS);
        if more > 0 {
            self.line(&format!("  … and {more} more; list all with --format json"));
        }
    }

    fn surprising(&mut self, surprising: &[SurprisingRow]) {
        if surprising.is_empty() {
            return;
        }
        self.title("Labels worth a second look (`tunelint rule surprising-label`)");
        for of in surprising {
            let lead = format!("  record {}, line {}: ", of.record, of.line);
            let words = format!("`{}`, similar inputs have `{}`", of.label, of.suggested);
            self.wrapped(&lead, &words);
        }
    }

    /// A bar for each row. The longest one fills the width of the report.
    fn bars(&mut self, rows: &[Bar<'_>], names_right: bool) {
        let names = rows.iter().map(|(name, ..)| name.width()).max();
        let names = names.unwrap_or(0).min(LABEL_WIDTH);
        let values = rows.iter().map(|(.., value)| value.width()).max();
        let room = self.width.saturating_sub(names + values.unwrap_or(0) + 6);
        let most = rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
        for (name, count, value) in rows {
            let name = match names_right {
                true => format!("{name:>names$}"),
                false => pad(name, names),
            };
            let bar = bar(*count, most, room.max(MIN_BAR_WIDTH));
            self.line(&format!("  {name}  {bar} {value}"));
        }
    }

    fn form(&mut self, source: &SourceStats) {
        self.title("Inferred format");
        for of in &source.form {
            let (part, value) = (of.part, &of.value);
            let value = match of.is_text {
                true => format!("`{value}`"),
                false => value.clone(),
            };
            self.wrapped(
                &format!("  {part:18}"),
                &format!("{value} ({})", of.evidence),
            );
        }
        for of in &source.silent {
            self.wrapped(
                &format!("  {:18}", of.part),
                &format!("not inferred: {}", of.why),
            );
        }
    }

    fn repeated(&mut self, source: &SourceStats) {
        self.title("Duplicates and conflicts");
        let line = |of: &Repeated, one: &str, many: &str| match (of.count, of.first_record) {
            (1, Some(record)) => format!("  1 {one}: record {record}\n"),
            (count, Some(record)) => {
                format!("  {} {many}, first in record {record}\n", grouped(count))
            }
            _ => String::new(),
        };
        let duplicates = line(
            &source.duplicates,
            "duplicate example",
            "duplicate examples",
        );
        let conflicts = line(
            &source.conflicts,
            "input with different outputs",
            "inputs with different outputs",
        );
        match duplicates + &conflicts {
            none if none.is_empty() => self.line("  none"),
            lines => self.text.push_str(&lines),
        }
    }

    fn limits(&mut self, limits: &[LimitUse]) {
        if !limits.is_empty() {
            self.title("Limits");
        }
        for of in limits {
            let about = if of.estimated { "about " } else { "" };
            let at = of
                .record
                .map_or(String::new(), |record| format!(", record {record}"));
            self.wrapped(
                "  ",
                &format!(
                    "{}: {} at {about}{}% of the limit{at} ({} of {})",
                    of.target,
                    of.limit,
                    of.percent,
                    grouped(of.value),
                    counted(of.max, of.unit),
                ),
            );
            self.cited(&of.source, &of.quote);
        }
    }

    fn advice(&mut self, advice: &[SizeAdvice]) {
        if !advice.is_empty() {
            self.title("Number of examples");
        }
        for of in advice {
            let line = format!("{}: {}", of.target, of.sentence());
            self.wrapped("  ", &line);
            self.cited(&of.source, &of.quote);
        }
    }

    fn training(&mut self, source: &SourceStats) {
        if !source.training.is_empty() {
            self.title("Training settings");
        }
        for of in &source.training {
            self.wrapped("  ", &format!("{}: {}", of.target, of.words));
            self.cited(&of.source, &of.quote);
            if let Some(note) = &of.note {
                self.wrapped("      ", note);
            }
        }
        for of in &source.steps {
            let line = format!(
                "{}: {} per epoch, {} in total, with the defaults of {} per step and {}",
                of.target,
                counted(of.per_epoch, "step"),
                grouped(of.total),
                counted(of.batch_size, "example"),
                counted(of.epochs, "epoch")
            );
            self.wrapped("  ", &line);
        }
    }

    fn guidance(&mut self, guidance: &[Guidance]) {
        if !guidance.is_empty() {
            self.title("Guidance");
        }
        for of in guidance {
            self.wrapped("  ", &format!("{}: {}", of.target, of.sentence));
            self.cited(&of.source, &of.quote);
        }
    }

    fn cited(&mut self, source: &str, quote: &str) {
        self.wrapped("      ", &format!("“{quote}” {source}"));
    }

    /// Wraps words to the width of the report. The first line starts with `lead`, the others are
    /// indented by its width.
    fn wrapped(&mut self, lead: &str, words: &str) {
        let indent = " ".repeat(lead.width());
        let mut line = lead.to_owned();
        let mut empty = true;
        for word in words.split(' ') {
            if !empty && line.width() + 1 + word.width() > self.width {
                self.line(&line);
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }
}

/// The name, count and shown value of a bar.
type Bar<'b> = (&'b str, u64, String);

/// The range of a bin: `10–19`, or `90 or more`.
pub fn range(bin: &Bin) -> String {
    match bin.to {
        Some(to) if to == bin.from => grouped(to),
        Some(to) => format!("{}–{}", grouped(bin.from), grouped(to)),
        None => format!("{} or more", grouped(bin.from)),
    }
}

/// A bar in eighths of a column. A count above zero has at least one.
fn bar(count: u64, most: u64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (count as f64 / most.max(1) as f64 * room as f64 * 8.0).round() as usize;
    let eighths = if count > 0 { eighths.max(1) } else { 0 };
    let rest = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + rest
}

/// Shortens a long path from the start, because the file name matters most.
fn end(path: &str, columns: usize) -> String {
    if path.width() <= columns {
        return path.to_owned();
    }
    let mut rest = path;
    while rest.width() + 1 > columns {
        let mut chars = rest.chars();
        chars.next();
        rest = chars.as_str();
    }
    format!("…{rest}")
}

/// Pads or shortens `text` to this number of columns.
fn pad(text: &str, columns: usize) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        shown.push(c);
        if shown.width() > columns {
            shown.pop();
            while shown.width() + 1 > columns && shown.pop().is_some() {}
            shown.push('…');
            break;
        }
    }
    let missing = columns.saturating_sub(shown.width());
    shown + &" ".repeat(missing)
}

/// The number of tokens, with the bounds of an estimate.
fn tokens(size: &SizeRow) -> String {
    let about = grouped(size.tokens);
    if size.tokens_low == size.tokens_high {
        return about;
    }
    let (low, high) = (grouped(size.tokens_low), grouped(size.tokens_high));
    format!("about {about} ({low} to {high})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_their_share() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 3), "█▌");
        assert_eq!(bar(1, 1_000, 3), "▏");
        assert_eq!(bar(0, 10, 3), "");
    }

    #[test]
    fn names_take_their_columns() {
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad("abcdef", 4), "abc…");
        assert_eq!(pad("日本語", 4), "日… ");
        assert_eq!(end("data/train.jsonl", 12), "…train.jsonl");
        assert_eq!(end("a.jsonl", 12), "a.jsonl");
    }
}
