//! The registry: every rule, one line each.

pub mod ai_self_reference;
pub mod ambiguous_layout;
pub mod bidi_control;
pub mod blank_line;
pub mod boilerplate_opening;
pub mod broken_tool_call;
pub mod byte_order_mark;
pub mod chat_template_token;
pub mod conflicting_outputs;
pub mod constant_output;
pub mod control_character;
pub mod duplicate_column;
pub mod duplicate_example;
pub mod duplicate_key;
pub mod edge_whitespace;
pub mod empty_conversation;
pub mod empty_input;
pub mod empty_output;
pub mod empty_turn;
pub mod example_too_long;
pub mod exclusive_settings;
pub mod expired_allow;
pub mod fewer_than_recommended;
pub mod foreign_field;
pub mod html_residue;
pub mod identical_preference;
pub mod imbalanced_labels;
pub mod input_too_long;
pub mod invalid_utf8;
pub mod invalid_value;
pub mod invisible_character;
pub mod length_outlier;
pub mod literal_escapes;
pub mod lone_surrogate;
pub mod malformed_record;
pub mod missing_assistant;
pub mod missing_column;
pub mod missing_field;
pub mod missing_header;
pub mod missing_marker;
pub mod missing_preamble;
pub mod missing_role;
pub mod missing_suffix;
pub mod missing_weight;
pub mod mixed_case;
pub mod mixed_date_style;
pub mod mixed_formats;
pub mod mixed_json_key_order;
pub mod mixed_json_keys;
pub mod mixed_label_spelling;
pub mod mixed_layouts;
pub mod mixed_marker_order;
pub mod mixed_marker_separator;
pub mod mixed_marker_style;
pub mod mixed_media;
pub mod mixed_number_style;
pub mod mixed_preambles;
pub mod mixed_quoting;
pub mod mixed_scripts;
pub mod mixed_stop_suffix;
pub mod mixed_system_prompts;
pub mod mixed_terminal_punctuation;
pub mod mojibake;
pub mod name_too_long;
pub mod near_duplicate;
pub mod nesting_too_deep;
pub mod no_records;
pub mod nothing_to_learn;
pub mod null_like_output;
pub mod odd_line_endings;
pub mod odd_space;
pub mod output_repeats_input;
pub mod output_too_long;
pub mod personal_data;
pub mod placeholder_text;
pub mod production_mismatch;
pub mod prompt_template_header;
pub mod rare_label;
pub mod record_too_large;
pub mod refusal_output;
pub mod repetition_loop;
pub mod replacement_character;
pub mod reserved_word;
pub mod role_order;
pub mod role_prefix;
pub mod schema_mismatch;
pub mod secret;
pub mod spreadsheet_damage;
pub mod stray_quote;
pub mod too_few_examples;
pub mod too_many_examples;
pub mod too_many_labels;
pub mod truncated_output;
pub mod unclosed_quote;
pub mod unknown_field;
pub mod unknown_label;
pub mod unknown_role;
pub mod unnormalised_text;
pub mod unsupported_modality;
pub mod unused_allow;
pub mod upload_too_large;
pub mod validation_leak;
pub mod validation_too_large;
pub mod wrong_container;
pub mod wrong_encoding;
pub mod wrong_field_count;
pub mod wrong_type;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::infer::Inferred;
use crate::rule::{Check, RuleContext, RuleEntry, RuleMeta, RuleStatus};
use crate::survey::Needs;

const fn entry(
    meta: RuleMeta,
    page: &'static str,
    build: fn(&RuleContext) -> Option<Check>,
) -> RuleEntry {
    RuleEntry { meta, page, build }
}

/// Every rule, by name.
pub const REGISTRY: &[RuleEntry] = &[
    entry(
        ai_self_reference::META,
        include_str!("../rules/ai-self-reference.md"),
        ai_self_reference::build,
    ),
    entry(
        ambiguous_layout::META,
        include_str!("../rules/ambiguous-layout.md"),
        ambiguous_layout::build,
    ),
    entry(
        bidi_control::META,
        include_str!("../rules/bidi-control.md"),
        bidi_control::build,
    ),
    entry(
        blank_line::META,
        include_str!("../rules/blank-line.md"),
        Check::reader,
    ),
    entry(
        boilerplate_opening::META,
        include_str!("../rules/boilerplate-opening.md"),
        boilerplate_opening::build,
    ),
    entry(
        broken_tool_call::META,
        include_str!("../rules/broken-tool-call.md"),
        broken_tool_call::build,
    ),
    entry(
        byte_order_mark::META,
        include_str!("../rules/byte-order-mark.md"),
        Check::reader,
    ),
    entry(
        chat_template_token::META,
        include_str!("../rules/chat-template-token.md"),
        chat_template_token::build,
    ),
    entry(
        conflicting_outputs::META,
        include_str!("../rules/conflicting-outputs.md"),
        conflicting_outputs::build,
    ),
    entry(
        constant_output::META,
        include_str!("../rules/constant-output.md"),
        constant_output::build,
    ),
    entry(
        control_character::META,
        include_str!("../rules/control-character.md"),
        control_character::build,
    ),
    entry(
        duplicate_column::META,
        include_str!("../rules/duplicate-column.md"),
        Check::reader,
    ),
    entry(
        duplicate_example::META,
        include_str!("../rules/duplicate-example.md"),
        duplicate_example::build,
    ),
    entry(
        duplicate_key::META,
        include_str!("../rules/duplicate-key.md"),
        Check::reader,
    ),
    entry(
        edge_whitespace::META,
        include_str!("../rules/edge-whitespace.md"),
        edge_whitespace::build,
    ),
    entry(
        empty_conversation::META,
        include_str!("../rules/empty-conversation.md"),
        empty_conversation::build,
    ),
    entry(
        empty_input::META,
        include_str!("../rules/empty-input.md"),
        empty_input::build,
    ),
    entry(
        empty_output::META,
        include_str!("../rules/empty-output.md"),
        empty_output::build,
    ),
    entry(
        empty_turn::META,
        include_str!("../rules/empty-turn.md"),
        empty_turn::build,
    ),
    entry(
        example_too_long::META,
        include_str!("../rules/example-too-long.md"),
        example_too_long::build,
    ),
    entry(
        exclusive_settings::META,
        include_str!("../rules/exclusive-settings.md"),
        exclusive_settings::build,
    ),
    entry(
        expired_allow::META,
        include_str!("../rules/expired-allow.md"),
        Check::reader,
    ),
    entry(
        fewer_than_recommended::META,
        include_str!("../rules/fewer-than-recommended.md"),
        fewer_than_recommended::build,
    ),
    entry(
        foreign_field::META,
        include_str!("../rules/foreign-field.md"),
        foreign_field::build,
    ),
    entry(
        html_residue::META,
        include_str!("../rules/html-residue.md"),
        html_residue::build,
    ),
    entry(
        identical_preference::META,
        include_str!("../rules/identical-preference.md"),
        identical_preference::build,
    ),
    entry(
        imbalanced_labels::META,
        include_str!("../rules/imbalanced-labels.md"),
        imbalanced_labels::build,
    ),
    entry(
        input_too_long::META,
        include_str!("../rules/input-too-long.md"),
        input_too_long::build,
    ),
    entry(
        invalid_utf8::META,
        include_str!("../rules/invalid-utf8.md"),
        Check::reader,
    ),
    entry(
        invalid_value::META,
        include_str!("../rules/invalid-value.md"),
        invalid_value::build,
    ),
    entry(
        invisible_character::META,
        include_str!("../rules/invisible-character.md"),
        invisible_character::build,
    ),
    entry(
        length_outlier::META,
        include_str!("../rules/length-outlier.md"),
        length_outlier::build,
    ),
    entry(
        literal_escapes::META,
        include_str!("../rules/literal-escapes.md"),
        literal_escapes::build,
    ),
    entry(
        lone_surrogate::META,
        include_str!("../rules/lone-surrogate.md"),
        Check::reader,
    ),
    entry(
        malformed_record::META,
        include_str!("../rules/malformed-record.md"),
        Check::reader,
    ),
    entry(
        missing_assistant::META,
        include_str!("../rules/missing-assistant.md"),
        missing_assistant::build,
    ),
    entry(
        missing_column::META,
        include_str!("../rules/missing-column.md"),
        Check::reader,
    ),
    entry(
        missing_field::META,
        include_str!("../rules/missing-field.md"),
        Check::reader,
    ),
    entry(
        missing_header::META,
        include_str!("../rules/missing-header.md"),
        Check::reader,
    ),
    entry(
        missing_marker::META,
        include_str!("../rules/missing-marker.md"),
        missing_marker::build,
    ),
    entry(
        missing_preamble::META,
        include_str!("../rules/missing-preamble.md"),
        missing_preamble::build,
    ),
    entry(
        missing_role::META,
        include_str!("../rules/missing-role.md"),
        Check::reader,
    ),
    entry(
        missing_suffix::META,
        include_str!("../rules/missing-suffix.md"),
        missing_suffix::build,
    ),
    entry(
        missing_weight::META,
        include_str!("../rules/missing-weight.md"),
        missing_weight::build,
    ),
    entry(
        mixed_case::META,
        include_str!("../rules/mixed-case.md"),
        mixed_case::build,
    ),
    entry(
        mixed_date_style::META,
        include_str!("../rules/mixed-date-style.md"),
        mixed_date_style::build,
    ),
    entry(
        mixed_formats::META,
        include_str!("../rules/mixed-formats.md"),
        mixed_formats::build,
    ),
    entry(
        mixed_json_key_order::META,
        include_str!("../rules/mixed-json-key-order.md"),
        mixed_json_key_order::build,
    ),
    entry(
        mixed_json_keys::META,
        include_str!("../rules/mixed-json-keys.md"),
        mixed_json_keys::build,
    ),
    entry(
        mixed_label_spelling::META,
        include_str!("../rules/mixed-label-spelling.md"),
        mixed_label_spelling::build,
    ),
    entry(
        mixed_layouts::META,
        include_str!("../rules/mixed-layouts.md"),
        Check::reader,
    ),
    entry(
        mixed_marker_order::META,
        include_str!("../rules/mixed-marker-order.md"),
        mixed_marker_order::build,
    ),
    entry(
        mixed_marker_separator::META,
        include_str!("../rules/mixed-marker-separator.md"),
        mixed_marker_separator::build,
    ),
    entry(
        mixed_marker_style::META,
        include_str!("../rules/mixed-marker-style.md"),
        mixed_marker_style::build,
    ),
    entry(
        mixed_media::META,
        include_str!("../rules/mixed-media.md"),
        mixed_media::build,
    ),
    entry(
        mixed_number_style::META,
        include_str!("../rules/mixed-number-style.md"),
        mixed_number_style::build,
    ),
    entry(
        mixed_preambles::META,
        include_str!("../rules/mixed-preambles.md"),
        mixed_preambles::build,
    ),
    entry(
        mixed_quoting::META,
        include_str!("../rules/mixed-quoting.md"),
        mixed_quoting::build,
    ),
    entry(
        mixed_scripts::META,
        include_str!("../rules/mixed-scripts.md"),
        mixed_scripts::build,
    ),
    entry(
        mixed_stop_suffix::META,
        include_str!("../rules/mixed-stop-suffix.md"),
        mixed_stop_suffix::build,
    ),
    entry(
        mixed_system_prompts::META,
        include_str!("../rules/mixed-system-prompts.md"),
        mixed_system_prompts::build,
    ),
    entry(
        mixed_terminal_punctuation::META,
        include_str!("../rules/mixed-terminal-punctuation.md"),
        mixed_terminal_punctuation::build,
    ),
    entry(
        mojibake::META,
        include_str!("../rules/mojibake.md"),
        mojibake::build,
    ),
    entry(
        name_too_long::META,
        include_str!("../rules/name-too-long.md"),
        name_too_long::build,
    ),
    entry(
        near_duplicate::META,
        include_str!("../rules/near-duplicate.md"),
        near_duplicate::build,
    ),
    entry(
        nesting_too_deep::META,
        include_str!("../rules/nesting-too-deep.md"),
        Check::reader,
    ),
    entry(
        no_records::META,
        include_str!("../rules/no-records.md"),
        Check::reader,
    ),
    entry(
        nothing_to_learn::META,
        include_str!("../rules/nothing-to-learn.md"),
        nothing_to_learn::build,
    ),
    entry(
        null_like_output::META,
        include_str!("../rules/null-like-output.md"),
        null_like_output::build,
    ),
    entry(
        odd_line_endings::META,
        include_str!("../rules/odd-line-endings.md"),
        Check::reader,
    ),
    entry(
        odd_space::META,
        include_str!("../rules/odd-space.md"),
        odd_space::build,
    ),
    entry(
        output_repeats_input::META,
        include_str!("../rules/output-repeats-input.md"),
        output_repeats_input::build,
    ),
    entry(
        output_too_long::META,
        include_str!("../rules/output-too-long.md"),
        output_too_long::build,
    ),
    entry(
        personal_data::META,
        include_str!("../rules/personal-data.md"),
        personal_data::build,
    ),
    entry(
        placeholder_text::META,
        include_str!("../rules/placeholder-text.md"),
        placeholder_text::build,
    ),
    entry(
        production_mismatch::META,
        include_str!("../rules/production-mismatch.md"),
        production_mismatch::build,
    ),
    entry(
        prompt_template_header::META,
        include_str!("../rules/prompt-template-header.md"),
        prompt_template_header::build,
    ),
    entry(
        rare_label::META,
        include_str!("../rules/rare-label.md"),
        rare_label::build,
    ),
    entry(
        record_too_large::META,
        include_str!("../rules/record-too-large.md"),
        Check::reader,
    ),
    entry(
        refusal_output::META,
        include_str!("../rules/refusal-output.md"),
        refusal_output::build,
    ),
    entry(
        repetition_loop::META,
        include_str!("../rules/repetition-loop.md"),
        repetition_loop::build,
    ),
    entry(
        replacement_character::META,
        include_str!("../rules/replacement-character.md"),
        replacement_character::build,
    ),
    entry(
        reserved_word::META,
        include_str!("../rules/reserved-word.md"),
        reserved_word::build,
    ),
    entry(
        role_order::META,
        include_str!("../rules/role-order.md"),
        role_order::build,
    ),
    entry(
        role_prefix::META,
        include_str!("../rules/role-prefix.md"),
        role_prefix::build,
    ),
    entry(
        schema_mismatch::META,
        include_str!("../rules/schema-mismatch.md"),
        schema_mismatch::build,
    ),
    entry(
        secret::META,
        include_str!("../rules/secret.md"),
        secret::build,
    ),
    entry(
        spreadsheet_damage::META,
        include_str!("../rules/spreadsheet-damage.md"),
        spreadsheet_damage::build,
    ),
    entry(
        stray_quote::META,
        include_str!("../rules/stray-quote.md"),
        Check::reader,
    ),
    entry(
        too_few_examples::META,
        include_str!("../rules/too-few-examples.md"),
        too_few_examples::build,
    ),
    entry(
        too_many_examples::META,
        include_str!("../rules/too-many-examples.md"),
        too_many_examples::build,
    ),
    entry(
        too_many_labels::META,
        include_str!("../rules/too-many-labels.md"),
        too_many_labels::build,
    ),
    entry(
        truncated_output::META,
        include_str!("../rules/truncated-output.md"),
        truncated_output::build,
    ),
    entry(
        unclosed_quote::META,
        include_str!("../rules/unclosed-quote.md"),
        Check::reader,
    ),
    entry(
        unknown_field::META,
        include_str!("../rules/unknown-field.md"),
        unknown_field::build,
    ),
    entry(
        unknown_label::META,
        include_str!("../rules/unknown-label.md"),
        unknown_label::build,
    ),
    entry(
        unknown_role::META,
        include_str!("../rules/unknown-role.md"),
        unknown_role::build,
    ),
    entry(
        unnormalised_text::META,
        include_str!("../rules/unnormalised-text.md"),
        unnormalised_text::build,
    ),
    entry(
        unsupported_modality::META,
        include_str!("../rules/unsupported-modality.md"),
        unsupported_modality::build,
    ),
    entry(
        unused_allow::META,
        include_str!("../rules/unused-allow.md"),
        Check::reader,
    ),
    entry(
        upload_too_large::META,
        include_str!("../rules/upload-too-large.md"),
        upload_too_large::build,
    ),
    entry(
        validation_leak::META,
        include_str!("../rules/validation-leak.md"),
        validation_leak::build,
    ),
    entry(
        validation_too_large::META,
        include_str!("../rules/validation-too-large.md"),
        validation_too_large::build,
    ),
    entry(
        wrong_container::META,
        include_str!("../rules/wrong-container.md"),
        Check::reader,
    ),
    entry(
        wrong_encoding::META,
        include_str!("../rules/wrong-encoding.md"),
        Check::reader,
    ),
    entry(
        wrong_field_count::META,
        include_str!("../rules/wrong-field-count.md"),
        Check::reader,
    ),
    entry(
        wrong_type::META,
        include_str!("../rules/wrong-type.md"),
        Check::reader,
    ),
];

/// The rule called `name`.
pub fn by_name(name: &str) -> Option<&'static RuleEntry> {
    REGISTRY.iter().find(|entry| entry.meta.name == name)
}

/// Which rules speak.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these, if there are any.
    pub select: Vec<&'static str>,
    /// These too, whatever their status.
    pub extend_select: Vec<&'static str>,
    /// Not these.
    pub ignore: Vec<&'static str>,
    /// Rules in preview too.
    pub preview: bool,
}

impl Selection {
    /// The names of the rules that speak.
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

/// The rules of one pass, built, in the order of the registry.
#[derive(Default)]
pub struct RuleSet {
    checks: Vec<(&'static str, Check)>,
    enabled: BTreeSet<&'static str>,
    context: RuleContext,
}

impl RuleSet {
    /// Builds the rules called `enabled` that have something to say in `context`.
    pub fn build(enabled: &BTreeSet<&'static str>, context: &RuleContext) -> Self {
        Self::built(enabled.clone(), context.clone())
    }

    /// Asks the rules again that are built from the common form of the set, once that is known.
    pub fn build_inferring(&self, inferred: Arc<Inferred>) -> Self {
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
        Self {
            checks: checks.chain(custom).collect(),
            enabled,
            context,
        }
    }

    /// What they were built from.
    pub fn context(&self) -> &RuleContext {
        &self.context
    }

    /// Adds rules that were built elsewhere.
    pub fn extend(&mut self, checks: impl IntoIterator<Item = (&'static str, Check)>) {
        self.checks.extend(checks);
    }

    /// Whether no rule has anything to look at in examples.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// The rules.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().map(|(_, check)| check)
    }

    /// The rules with their names.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Check)> {
        self.checks.iter().map(|(name, check)| (*name, check))
    }

    /// What must be gathered for them, and for those that will be built from it.
    pub fn needs(&self) -> Needs {
        let infers = |name: &&'static str| by_name(name).is_some_and(|entry| entry.meta.infers);
        let awaited = Needs {
            form: self.context.inferred.is_none() && self.enabled.iter().any(infers),
            ..Needs::COUNT
        };
        self.checks().fold(awaited, |needs, check| match check {
            Check::Survey(rule) | Check::Twofold(_, rule) => needs.and(rule.needs()),
            _ => needs,
        })
    }
}
