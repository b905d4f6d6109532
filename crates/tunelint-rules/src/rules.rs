//! The registry of rules, the selection of rules, and the rules built for a pass.
//!
//! To add a rule, add its file under `rules`, its page, and its line in the registry.

use std::collections::BTreeSet;
use std::sync::Arc;

use tunelint_data::record::Record;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, RuleLookup, RuleMeta, RuleStatus, UsualImpacts};
use tunelint_layouts::provider::faults::{self, SourceForm};
use tunelint_layouts::provider::profile::Profile;

use crate::contract::timings::timed;
use crate::contract::{Check, RuleContext, RuleEntry, Sequence, Stopwatch};
use crate::survey::Needs;
use crate::survey::inferred::Inferred;
use crate::survey::production_prompts::prompt_without_output;
use crate::survey::prompt_format::PromptFormat;

/// Declares the module of each rule and its entry in the registry: metadata, page and build
/// function.
macro_rules! registry {
    ($($module:ident $page:literal;)*) => {
        $(pub mod $module;)*

        /// All built-in rules, sorted by name.
        pub const REGISTRY: &[RuleEntry] = &[$(RuleEntry {
            meta: $module::META,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $page, ".md")),
            build: $module::build,
        }),*];
    };
}

registry! {
    added_system_prompt "added-system-prompt";
    ai_self_reference "ai-self-reference";
    ambiguous_layout "ambiguous-layout";
    api_error_output "api-error-output";
    benchmark_overlap "benchmark-overlap";
    bidi_control "bidi-control";
    blank_line "blank-line";
    boilerplate_opening "boilerplate-opening";
    broken_tool_call "broken-tool-call";
    byte_order_mark "byte-order-mark";
    cell_read_as_null "cell-read-as-null";
    chat_template_token "chat-template-token";
    column_read_as_number "column-read-as-number";
    conflicting_outputs "conflicting-outputs";
    constant_json_value "constant-json-value";
    constant_output "constant-output";
    container_not_accepted "container-not-accepted";
    control_character "control-character";
    doubled_preamble "doubled-preamble";
    doubled_quotes "doubled-quotes";
    duplicate_column "duplicate-column";
    duplicate_example "duplicate-example";
    duplicate_key "duplicate-key";
    edge_whitespace "edge-whitespace";
    empty_conversation "empty-conversation";
    empty_input "empty-input";
    empty_output "empty-output";
    empty_turn "empty-turn";
    example_too_long "example-too-long";
    exclusive_settings "exclusive-settings";
    expired_allow "expired-allow";
    fewer_than_recommended "fewer-than-recommended";
    field_in_some_records "field-in-some-records";
    field_not_accepted "field-not-accepted";
    foreign_field "foreign-field";
    html_residue "html-residue";
    identical_preference "identical-preference";
    imbalanced_labels "imbalanced-labels";
    input_too_long "input-too-long";
    invalid_dataset_info "invalid-dataset-info";
    invalid_hyperparameter "invalid-hyperparameter";
    invalid_utf8 "invalid-utf8";
    invalid_value "invalid-value";
    invisible_character "invisible-character";
    layout_not_accepted "layout-not-accepted";
    length_outlier "length-outlier";
    literal_escapes "literal-escapes";
    lone_surrogate "lone-surrogate";
    malformed_record "malformed-record";
    malformed_request "malformed-request";
    missing_assistant "missing-assistant";
    missing_column "missing-column";
    missing_field "missing-field";
    missing_header "missing-header";
    missing_marker "missing-marker";
    missing_preamble "missing-preamble";
    missing_role "missing-role";
    missing_suffix "missing-suffix";
    missing_weight "missing-weight";
    misspelled_column "misspelled-column";
    mixed_case "mixed-case";
    mixed_date_style "mixed-date-style";
    mixed_fence_language "mixed-fence-language";
    mixed_formats "mixed-formats";
    mixed_json_key_order "mixed-json-key-order";
    mixed_json_keys "mixed-json-keys";
    mixed_json_structure "mixed-json-structure";
    mixed_label_spelling "mixed-label-spelling";
    mixed_languages "mixed-languages";
    mixed_layouts "mixed-layouts";
    mixed_marker_order "mixed-marker-order";
    mixed_marker_separator "mixed-marker-separator";
    mixed_marker_style "mixed-marker-style";
    mixed_media "mixed-media";
    mixed_number_style "mixed-number-style";
    mixed_output_pattern "mixed-output-pattern";
    mixed_preambles "mixed-preambles";
    mixed_quoting "mixed-quoting";
    mixed_reasoning "mixed-reasoning";
    mixed_scripts "mixed-scripts";
    mixed_stop_suffix "mixed-stop-suffix";
    mixed_system_prompts "mixed-system-prompts";
    mixed_terminal_punctuation "mixed-terminal-punctuation";
    mixed_types "mixed-types";
    mixed_xml_tags "mixed-xml-tags";
    mojibake "mojibake";
    name_too_long "name-too-long";
    near_duplicate "near-duplicate";
    nesting_too_deep "nesting-too-deep";
    no_records "no-records";
    nothing_to_learn "nothing-to-learn";
    nothing_trained "nothing-trained";
    null_like_output "null-like-output";
    odd_line_endings "odd-line-endings";
    odd_space "odd-space";
    one_sided_kto "one-sided-kto";
    output_not_in_input "output-not-in-input";
    output_repeats_input "output-repeats-input";
    output_too_long "output-too-long";
    personal_data "personal-data";
    placeholder_text "placeholder-text";
    prefix_not_preserved "prefix-not-preserved";
    production_mismatch "production-mismatch";
    prompt_boundary "prompt-boundary";
    prompt_template_header "prompt-template-header";
    rare_label "rare-label";
    record_too_large "record-too-large";
    refusal_output "refusal-output";
    repetition_loop "repetition-loop";
    replacement_character "replacement-character";
    reserved_word "reserved-word";
    role_order "role-order";
    role_prefix "role-prefix";
    schema_mismatch "schema-mismatch";
    secret "secret";
    sorted_by_label "sorted-by-label";
    special_token_in_text "special-token-in-text";
    spreadsheet_damage "spreadsheet-damage";
    stop_token_not_trained "stop-token-not-trained";
    stray_quote "stray-quote";
    surprising_label "surprising-label";
    template_drops "template-drops";
    template_error "template-error";
    template_without_mask "template-without-mask";
    too_few_examples "too-few-examples";
    too_many_examples "too-many-examples";
    too_many_labels "too-many-labels";
    truncated_by_length "truncated-by-length";
    truncated_output "truncated-output";
    unbalanced_think "unbalanced-think";
    unclosed_quote "unclosed-quote";
    unfinished_sentence "unfinished-sentence";
    unknown_field "unknown-field";
    unknown_label "unknown-label";
    unknown_role "unknown-role";
    unknown_token "unknown-token";
    unnormalised_text "unnormalised-text";
    unsupported_modality "unsupported-modality";
    unused_allow "unused-allow";
    upload_too_large "upload-too-large";
    validation_leak "validation-leak";
    validation_too_large "validation-too-large";
    wrong_container "wrong-container";
    wrong_encoding "wrong-encoding";
    wrong_field_count "wrong-field-count";
    wrong_type "wrong-type";
}

/// The built-in rule called `name`, if there is one.
pub fn by_name(name: &str) -> Option<&'static RuleEntry> {
    REGISTRY.iter().find(|entry| entry.meta.name == name)
}

/// Looks up the metadata of a rule, for code below the registry.
pub const LOOKUP: RuleLookup = |name| by_name(name).map(|entry| entry.meta);

/// The user's selection of rules. By default, all stable rules.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these rules, whatever their status; if empty, the rules that their status enables.
    pub select: Vec<&'static str>,
    /// These rules in addition, whatever their status.
    pub extend_select: Vec<&'static str>,
    /// None of these rules. Takes precedence over the other fields.
    pub ignore: Vec<&'static str>,
    /// Whether preview rules are enabled too. Has no effect with `select`.
    pub preview: bool,
}

impl Selection {
    /// The names of the enabled rules.
    pub fn enabled(&self) -> BTreeSet<&'static str> {
        let by_status = |meta: &RuleMeta| match meta.status {
            RuleStatus::Stable => true,
            RuleStatus::Preview => self.preview,
            RuleStatus::Off => false,
        };
        let wanted = |meta: &RuleMeta| {
            let selected = if self.select.is_empty() {
                by_status(meta)
            } else {
                self.select.contains(&meta.name)
            };
            (selected || self.extend_select.contains(&meta.name))
                && !self.ignore.contains(&meta.name)
        };
        REGISTRY
            .iter()
            .map(|entry| entry.meta)
            .filter(wanted)
            .map(|meta| meta.name)
            .collect()
    }
}

/// The rules about the format of single prompts.
pub const OF_PROMPTS: [&str; 8] = [
    missing_marker::META.name,
    missing_preamble::META.name,
    missing_suffix::META.name,
    mixed_marker_order::META.name,
    mixed_marker_separator::META.name,
    mixed_marker_style::META.name,
    mixed_system_prompts::META.name,
    production_mismatch::META.name,
];

/// The rules of one pass, built for one dataset. They run in a fixed order: those of the registry,
/// then the custom rules of the context, then those added with [`extend`](Self::extend).
#[derive(Default)]
pub struct RuleSet {
    checks: Vec<(&'static str, Check)>,
    enabled: BTreeSet<&'static str>,
    context: RuleContext,
    needs_sequences: bool,
}

impl RuleSet {
    /// Builds the enabled rules that apply in `context`, including its custom rules.
    pub fn build(enabled: &BTreeSet<&'static str>, context: &RuleContext) -> Self {
        match &context.against {
            Some(format) => Self::of_prompts(enabled, context, format),
            None => Self::built(enabled.clone(), context.clone()),
        }
    }

    /// The enabled rules for prompts that are held to `format`: those about the format of inputs,
    /// as in a second pass over its dataset, and those about records that cannot be read.
    fn of_prompts(
        enabled: &BTreeSet<&'static str>,
        context: &RuleContext,
        format: &PromptFormat,
    ) -> Self {
        let mut rules = Self::built(enabled.clone(), context.clone());
        rules.checks.retain(|(_, check)| check.record.is_some());
        let of_format = OF_PROMPTS.into_iter();
        let of_format = of_format.filter(|name| enabled.contains(name)).collect();
        let context = RuleContext {
            inferred: Some(Arc::new(format.inferred())),
            ..context.clone()
        };
        let of_format = Self::built(of_format, context);
        rules.checks.extend(of_format.checks);
        rules.context = of_format.context;
        rules
    }

    /// A record without an output as an example, if the sources are prompts that are held to a
    /// format.
    pub fn prompt<'a>(&self, record: &Record<'a>) -> Option<Example<'a>> {
        self.context.against.as_ref()?;
        prompt_without_output(record)
    }

    /// Builds the rules of the second pass: those that need the inferred format of the dataset.
    /// Call it on the rules of the first pass, once the survey is complete. Empty if no rule needs
    /// a second pass.
    pub fn build_inferring(&self, inferred: Arc<Inferred>) -> Self {
        if self.context.against.is_some() {
            return Self::default();
        }
        let infers = |name: &str| by_name(name).is_some_and(|entry| entry.meta.infers);
        let mut enabled = self.enabled.clone();
        enabled.retain(|name| infers(name));
        let context = RuleContext {
            inferred: Some(inferred),
            ..self.context.clone()
        };
        Self::built(enabled, context)
    }

    fn built(enabled: BTreeSet<&'static str>, context: RuleContext) -> Self {
        let checks = REGISTRY
            .iter()
            .filter(|entry| enabled.contains(entry.meta.name))
            .filter_map(|entry| Some((entry.meta.name, (entry.build)(&context)?)));
        let custom = context.custom.iter();
        let custom = custom.filter(|rule| enabled.contains(rule.name));
        let custom = custom.map(|rule| (rule.name, Check::example(rule.clone())));
        let mut checks: Vec<_> = checks.chain(custom).collect();
        if let Some(timings) = &context.timings {
            for (name, check) in &mut checks {
                *check = timed(std::mem::take(check), &timings.of(name));
            }
        }
        let needs_sequences = checks.iter().any(|(_, check)| {
            let gathers = check
                .dataset
                .as_ref()
                .is_some_and(|of| of.needs_sequences());
            gathers || check.sequence.is_some()
        });
        Self {
            checks,
            enabled,
            context,
            needs_sequences,
        }
    }

    /// The context that the rules were built from.
    pub fn context(&self) -> &RuleContext {
        &self.context
    }

    /// Adds rules that are not in the registry. Their names must be enabled in the policy, or their
    /// findings are ignored.
    pub fn extend(&mut self, checks: impl IntoIterator<Item = (&'static str, Check)>) {
        self.checks.extend(checks);
    }

    /// The stopwatch of a part of the run that is no rule.
    pub fn stopwatch(&self, part: &'static str) -> Stopwatch {
        Stopwatch::of(self.context.timings.as_ref(), part)
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// The checks, in order.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().map(|(_, check)| check)
    }

    /// The checks with the names of their rules, in order.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Check)> {
        self.checks.iter().map(|(name, check)| (*name, check))
    }

    /// Runs the rules about single examples on one.
    pub fn check_example(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for (name, check) in self.named() {
            if let Some(rule) = &check.example {
                findings.set_rule(name);
                rule.check(example, findings);
            }
        }
    }

    /// The sequence that a trainer makes of an example, if a rule asks for it.
    pub fn sequence<'e, 'a>(&'e self, example: &'e Example<'a>) -> Option<Sequence<'e, 'a>> {
        match self.needs_sequences {
            true => {
                let model = self.context.model.as_deref()?;
                Sequence::of(example, model, &self.context.profiles)
            }
            false => None,
        }
    }

    /// Whether a rule asks for sequences. They are best made on a thread with a
    /// [deep stack](tunelint_model::with_deep_stack).
    pub fn needs_sequences(&self) -> bool {
        self.needs_sequences
    }

    /// Runs the rules about single sequences on one.
    pub fn check_sequence(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>) {
        for (name, check) in self.named() {
            if let Some(rule) = &check.sequence {
                findings.set_rule(name);
                rule.check(sequence, findings);
            }
        }
    }

    /// The statistics that the survey must gather: for these rules, and before the first pass also
    /// for the rules of the second.
    pub fn needs(&self) -> Needs {
        let infers = |name: &&'static str| by_name(name).is_some_and(|entry| entry.meta.infers);
        let awaited = Needs {
            form: self.context.inferred.is_none() && self.enabled.iter().any(infers),
            ..Needs::COUNT
        };
        let surveys = self.checks().filter_map(|check| check.survey.as_ref());
        surveys.fold(awaited, |needs, rule| needs.and(rule.needs()))
    }
}

/// What `profiles`, the targets of a source of this form, do with findings that no requirement of
/// theirs is about. For [`Policy::usual`](tunelint_layouts::finding::Policy::usual).
pub fn usual_impacts(profiles: &[Arc<Profile>], form: SourceForm<'_>) -> UsualImpacts {
    faults::usual_impacts(REGISTRY.iter().map(|entry| entry.meta), profiles, form)
}

/// What the tests of several rules share.
#[cfg(test)]
pub(crate) mod testing {
    use std::collections::BTreeSet;

    use tunelint_data::record::roles::RoleAliases;
    use tunelint_data::record::{Body, Record};
    use tunelint_data::text::Text;
    use tunelint_data::text::position::{Position, SourceId, Span};
    use tunelint_layouts::example::{Role, Turn};
    use tunelint_layouts::finding::{Findings, Policy};
    use tunelint_layouts::provider::limit::{TargetFact, TargetLimit};
    use tunelint_layouts::provider::profile::{Cited, Effect, Unit};

    /// The record with this number, unread.
    pub(crate) fn record(ordinal: u64) -> Record<'static> {
        Record {
            source: SourceId(0),
            raw: b"{}",
            start: Position::START,
            ordinal,
            body: Body::Unread,
            role_aliases: RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        }
    }

    /// A turn that is not in a file.
    pub(super) fn turn(role: Role, text: &str) -> Turn<'static> {
        Turn::of_text(role, Text::composed(text.to_owned(), Span::at(0)))
    }

    /// A requirement of the target `t` in every layout.
    pub(super) fn fact(effect: Effect) -> TargetFact {
        TargetFact::one("t", effect, false)
    }

    /// A limit of the target `t`, beyond which it rejects.
    pub(super) fn limit(value: u64, unit: Unit) -> TargetLimit {
        let limit = Cited {
            value,
            unit,
            above: 0,
            with_validation: false,
            task: None,
            effect: Effect::Rejects,
            source: String::new(),
            quote: String::new(),
            note: None,
            unconfirmed: false,
        };
        let targets = vec!["t".to_owned()];
        TargetLimit { limit, targets }
    }

    /// What `report` reports, as `severity: message`.
    pub(super) fn reported(report: impl FnOnce(&mut Findings<'_>)) -> Vec<String> {
        let policy = Policy {
            enabled: BTreeSet::from([""]),
            ..Policy::default()
        };
        let mut findings = Findings::new(&policy);
        report(&mut findings);
        let (_, kept) = findings.into_parts();
        let kept = kept.iter();
        kept.map(|of| format!("{}: {}", of.severity.as_str(), of.message))
            .collect()
    }
}
