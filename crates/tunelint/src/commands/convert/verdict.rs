//! What the target does with the converted file other than train on it as it stands.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tunelint_core::contract::Level;
use tunelint_core::convert::Converter;
use tunelint_core::finding::{Consequence, Finding, Severity};
use tunelint_core::position::Position;
use tunelint_core::printable::{counted, printable, printable_path};
use tunelint_core::profile::Profile;
use tunelint_core::rules::{by_name, malformed_request};
use tunelint_core::session::{DatasetSettings, Session, SourceRole};
use tunelint_core::sink::Form;
use tunelint_core::source::{Container, Input};

use crate::exit::Failure;
use crate::report::{Unit, of_record};

/// What the target does with the file, by consequence and rule.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    found: BTreeMap<(Consequence, &'static str), Found>,
    target: String,
    /// What a place in the file is counted in.
    unit: Unit,
}

/// The findings of one rule.
#[derive(Debug)]
struct Found {
    message: String,
    count: u64,
    first: Position,
    /// Whether they are about records. The number of records is not the conversion's to change.
    of_records: bool,
}

impl Verdict {
    /// Checks the file at `written`, which will be `out`, for `target`. Only the rules whose
    /// findings can be more than a matter of quality run.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn of(
        target: &Arc<Profile>,
        converter: &Converter,
        written: &Path,
        out: &Path,
    ) -> Result<Self, Failure> {
        let mut settings = DatasetSettings {
            targets: vec![Arc::clone(target)],
            ..DatasetSettings::default()
        };
        settings
            .policy
            .enabled
            .retain(|rule| is_decisive(target, rule));
        if matches!(converter.form, Form::Rest(_)) {
            // The report names what the body lacks together with the option that adds it.
            settings.policy.enabled.remove(malformed_request::META.name);
        }
        settings.reading.layout = Some(Arc::clone(&converter.layout));
        let container = match &converter.form {
            Form::Parquet => Container::Parquet,
            Form::Jsonl => Container::Jsonl,
            Form::Json | Form::Rest(_) => Container::Json,
            Form::Table { delimiter: b'\t' } => Container::Tsv,
            Form::Table { .. } => Container::Csv,
        };
        settings.reading.overrides.container = Some(container);
        let mut session = Session::new(converter.threads);
        let settings = session.settings(settings);
        let table = tunelint_tables::input(written, Some(container), None);
        let mut input = table.unwrap_or_else(|| Input::path(written));
        let unit = Unit::of(&input);
        input.name = out.to_owned();
        session.add(input, settings, SourceRole::Training);
        let mut verdict = Self {
            target: target.name.clone(),
            unit,
            ..Self::default()
        };
        let checked = session.run(&mut |finding: Finding| {
            verdict.add(finding);
            io::Result::Ok(())
        });
        checked.map_err(|error| Failure::io("check", &printable_path(out), &error))?;
        Ok(verdict)
    }

    fn add(&mut self, finding: Finding) {
        let consequence = finding.consequence.unwrap_or(Consequence::Quality);
        if consequence == Consequence::Quality {
            return;
        }
        let known = self.found.entry((consequence, finding.rule));
        let found = known.or_insert_with(|| Found {
            message: printable(&finding.message).into_owned(),
            count: 0,
            first: finding.location.start,
            of_records: finding.location.record.is_some(),
        });
        found.count += finding.count;
    }

    /// Whether the target takes something in the records otherwise than they are written.
    pub(super) fn is_lossy(&self) -> bool {
        self.found.values().any(|found| found.of_records)
    }

    /// A line for each rule, gravest first, and the command that shows everything; empty if the
    /// target takes the file as it stands.
    pub(super) fn lines(&self, out: &Path) -> String {
        let (out, target) = (printable_path(out), &self.target);
        let mut text = String::new();
        for ((consequence, rule), found) in self.found.iter().rev() {
            let (verb, times) = (consequence.as_str(), counted(found.count, "time"));
            let Position { line, column, .. } = found.first;
            let place = of_record(&out, self.unit, line, column);
            let message = &found.message;
            text.push_str(&format!(
                "{verb} by {target}: {message} [{rule}], {times}, first at {place}\n"
            ));
        }
        text
    }
}

/// Whether findings of the rule can be about what `target` takes.
fn is_decisive(target: &Profile, rule: &str) -> bool {
    let level = by_name(rule).map(|entry| entry.meta.level);
    target.faults.contains_key(rule)
        || matches!(level, Some(Level::Profile | Level::Fixed(Severity::Error)))
}
