//! Interprets the suppressions and custom rules of the settings.

use regex::RegexBuilder;
use tunelint_core::custom::{CustomRule, Subject};
use tunelint_core::example::Role;
use tunelint_core::finding::Severity;
use tunelint_core::printable::quoted;
use tunelint_core::rules;
use tunelint_core::suppression::SuppressionEntry;

use super::document::escaped;
use super::file;
use super::interpreter::{Interpreter, severity};
use super::model::Allow;

/// The size limit of a compiled pattern.
const PATTERN_BYTES: usize = 1024 * 1024;
/// The limit of nesting in a pattern.
const PATTERN_NEST: u32 = 64;

impl Interpreter<'_> {
    pub(super) fn custom(&mut self, index: usize, custom: &file::Custom) -> Option<CustomRule> {
        let at = |key: &str| format!("/custom/{index}/{key}");
        let subject = subject(&custom.field);
        if subject.is_none() {
            let message = format!("unknown field {}", quoted(&custom.field, 40));
            let known = ["input", "output", "system", "any", "/name-of-a-field"];
            let problem = self.merged.problem(&at("field"), message);
            self.problems.push(problem.nearest(&custom.field, &known));
        }
        if rules::by_name(&custom.name).is_some() {
            self.report(&at("name"), "there is a built-in rule with this name");
        }
        let pattern = self.regex(&at("pattern"), &custom.pattern)?.build().ok()?;
        Some(CustomRule {
            // Names of rules are `'static`; settings hold at most 200 custom rules.
            name: custom.name.clone().leak(),
            subject: subject?,
            pattern,
            message: custom.message.clone(),
            severity: custom
                .severity
                .and_then(severity)
                .unwrap_or(Severity::Warning),
        })
    }

    pub(super) fn allow(
        &mut self,
        index: usize,
        allow: &file::AllowTable,
        custom: &[CustomRule],
    ) -> Option<Allow> {
        let at = |key: &str| format!("/allow/{index}{key}");
        let built_in = rules::REGISTRY.iter().map(|entry| entry.meta.name);
        let own = custom.iter().map(|rule| rule.name);
        let known: Vec<&'static str> = built_in.chain(own).collect();
        let rule = known.iter().find(|name| **name == allow.rule).copied();
        if rule.is_none() {
            let message = format!("unknown rule {}", quoted(&allow.rule, 60));
            let problem = self.merged.problem(&at("/rule"), message);
            self.problems.push(problem.nearest(&allow.rule, &known));
        }
        let matches = allow
            .matches
            .as_ref()
            .and_then(|text| self.bytes_regex(&at("/matches"), text));
        let fingerprint = self.fingerprint(&at("/fingerprint"), allow);
        self.pointers_and_day(&at(""), allow);
        let entry = SuppressionEntry {
            rule: rule?,
            matches_fields: allow.holds.clone().into_iter().collect(),
            record: allow.record.clone(),
            fingerprint,
            matches,
        };
        let has_no_condition = entry.suppresses_all() && allow.matches.is_none();
        if has_no_condition && allow.fingerprint.is_none() {
            let problem = self
                .merged
                .problem(&at(""), "this suppression has no condition");
            let help = "add `where`, `record`, `fingerprint` or `matches`, or switch the rule off under `[rules]`";
            self.problems.push(problem.help(help));
        }
        let (document, origin) = self.merged.document(&at(""))?;
        Some(Allow {
            entry,
            reason: allow.reason.clone(),
            expires: allow.expires.clone(),
            path: document.path.clone(),
            at: document.position(&origin.key),
        })
    }

    fn bytes_regex(&mut self, pointer: &str, text: &str) -> Option<regex::bytes::Regex> {
        self.regex(pointer, text)?;
        let mut builder = regex::bytes::RegexBuilder::new(text);
        builder.size_limit(PATTERN_BYTES).build().ok()
    }

    fn fingerprint(&mut self, pointer: &str, allow: &file::AllowTable) -> Option<u128> {
        let read = u128::from_str_radix(allow.fingerprint.as_ref()?, 16);
        if read.is_err() {
            self.report(
                pointer,
                "expected a fingerprint of 32 hexadecimal digits from the JSON report",
            );
        }
        read.ok()
    }

    /// Checks that the keys of `where` are pointers and `expires` is a date.
    fn pointers_and_day(&mut self, at: &str, allow: &file::AllowTable) {
        let names = allow.holds.keys();
        for name in names.filter(|name| !name.starts_with('/')) {
            let place = format!("{at}/where/{}", escaped(name));
            let problem = self.merged.problem(&place, "expected a JSON pointer");
            self.problems
                .push(problem.help(format!("write \"/{name}\"")));
        }
        if let Some(day) = allow.expires.as_ref().filter(|day| !is_day(day)) {
            let message = format!("invalid date {}", quoted(day, 30));
            self.report(&format!("{at}/expires"), message);
        }
    }

    fn regex(&mut self, pointer: &str, text: &str) -> Option<RegexBuilder> {
        self.count_pattern(pointer)?;
        let mut builder = RegexBuilder::new(text);
        builder
            .size_limit(PATTERN_BYTES)
            .dfa_size_limit(8 * PATTERN_BYTES)
            .nest_limit(PATTERN_NEST);
        match builder.build() {
            Ok(_) => Some(builder),
            Err(regex::Error::CompiledTooBig(_)) => {
                self.report(
                    pointer,
                    "pattern too large: use fewer and smaller repetitions",
                );
                None
            }
            Err(error) => {
                let text = error.to_string();
                let why = text.lines().last().unwrap_or_default();
                let why = why.trim_start_matches("error: ").to_owned();
                self.problems.push(
                    self.merged
                        .problem(pointer, format!("invalid pattern: {why}"))
                        .help("use the syntax of the `regex` crate, which has no look-around and no backreferences"),
                );
                None
            }
        }
    }
}

/// The texts that a custom rule searches, by their name in the settings.
fn subject(field: &str) -> Option<Subject> {
    Some(match field {
        "input" => Subject::Role(Role::User),
        "output" => Subject::Role(Role::Model),
        "system" => Subject::Role(Role::System),
        "any" => Subject::Any,
        field => Subject::Field(
            field
                .strip_prefix('/')
                .filter(|name| !name.is_empty())?
                .to_owned(),
        ),
    })
}

/// Whether a text is a date of the calendar, as `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let month = u8::try_from(month)
        .ok()
        .and_then(|month| time::Month::try_from(month).ok());
    let day = u8::try_from(day).ok();
    text.len() == 10
        && month.zip(day).is_some_and(|(month, day)| {
            time::Date::from_calendar_date(i32::from(year), month, day).is_ok()
        })
}
