//! Flags training texts that have many words in a row in common with a benchmark.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::benchmark::{Benchmarks, Overlap};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "benchmark-overlap",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the check; `None` without benchmarks.
pub fn build(context: &RuleContext) -> Option<Check> {
    let benchmarks = context.benchmarks.clone()?;
    let is_first_pass = context.inferred.is_none();
    is_first_pass.then(|| Check::example(BenchmarkOverlap { benchmarks }))
}

struct BenchmarkOverlap {
    benchmarks: Arc<Benchmarks>,
}

/// The longest overlap with a record of a benchmark, with its text and place in the example.
struct Found {
    overlap: Overlap,
    text: String,
    span: Span,
}

impl ExampleRule for BenchmarkOverlap {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let mut found: Vec<Found> = Vec::new();
        let turns = example.turns.iter().chain(&example.rejected);
        for turn in turns.filter(|turn| turn.role != Role::System) {
            let text = turn.joined();
            for overlap in self.benchmarks.overlaps(&text) {
                let next = Found {
                    text: text
                        .get(overlap.range.clone())
                        .unwrap_or_default()
                        .to_owned(),
                    span: turn.span_of(overlap.range.clone()),
                    overlap,
                };
                let same = |known: &&mut Found| known.overlap.record == next.overlap.record;
                match found.iter_mut().find(same) {
                    Some(known) if next.overlap.words > known.overlap.words => *known = next,
                    Some(_) => {}
                    None => found.push(next),
                }
            }
        }
        for Found {
            overlap,
            text,
            span,
        } in found
        {
            let Some((file, location)) = self.benchmarks.place(overlap.record) else {
                continue;
            };
            findings.report(example.record.at(span), Severity::Warning, || {
                Message::new(format!(
                    "{} words in a row are also in {file}, line {}: {}",
                    overlap.words,
                    location.start.line,
                    quoted(&text, 60)
                ))
                .help("remove the record, or leave this record out of the benchmark")
                .related("benchmark record", location)
                .fix(Fix::dropping())
            });
        }
    }
}
