//! Renders JSON lines `{"template", "record", "arguments", "special_tokens", "generation_prompt"}`
//! from standard input, one JSON line for each: `{"text", "trained"}` or `{"error", "kind", "line"}`.
//!
//! The counterpart of `tests/consumers/templates.py`, which compares it with transformers.

use std::io::Write;

use serde_json::{Value, json};
use time::{Date, Month, PrimitiveDateTime, Time};
use tunelint_model::checks::{StopTokens, template_preserves_prefix, template_trains_stop_token};
use tunelint_model::{
    Conversation, JsonTree, RenderOptions, SpecialTokens, Template, TemplateError, with_deep_stack,
};

fn main() {
    let mut out = std::io::stdout().lock();
    let lines = std::io::stdin().lines().map_while(Result::ok);
    let lines: Vec<String> = lines.collect();
    let answers = with_deep_stack(|| {
        let mut cache = None;
        lines
            .iter()
            .map(|line| answer(line, &mut cache))
            .collect::<Vec<_>>()
    });
    for answer in answers.unwrap_or_default() {
        if writeln!(out, "{answer}").is_err() {
            return;
        }
    }
}

/// The template of the last line, since lines are grouped by template.
type Cache = Option<(String, Result<Template, TemplateError>)>;

fn answer(line: &str, cache: &mut Cache) -> Value {
    let Ok(request) = JsonTree::parse(line) else {
        return json!({ "error": "malformed request" });
    };
    let source = request
        .get("template")
        .and_then(JsonTree::as_str)
        .unwrap_or_default();
    if cache.as_ref().is_none_or(|(last, _)| last != source) {
        *cache = Some((source.to_owned(), Template::parse(source, now())));
    }
    let template = match cache {
        Some((_, Ok(template))) => template,
        Some((_, Err(error))) => return failure(error),
        None => return json!(null),
    };
    let options = options(&request);
    if request.get("checks").is_some() {
        return checks(template, &options, &request);
    }
    let Some(record) = request.get("record") else {
        return json!({ "error": "no record" });
    };
    let conversation = match Conversation::from_tree(record) {
        Ok(conversation) => conversation,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    match template.render(&conversation, &options) {
        Ok(rendered) => {
            let trained: Vec<_> = rendered.trained.iter().map(|r| [r.start, r.end]).collect();
            json!({ "text": rendered.text, "trained": trained })
        }
        Err(error) => failure(&error),
    }
}

/// The moment that the Python side sets, too.
fn now() -> PrimitiveDateTime {
    let date = Date::from_calendar_date(2026, Month::March, 5).unwrap_or(Date::MIN);
    PrimitiveDateTime::new(date, Time::from_hms(15, 4, 9).unwrap_or(Time::MIDNIGHT))
}

fn entries(tree: Option<&JsonTree>) -> &[(String, JsonTree)] {
    match tree {
        Some(JsonTree::Object(entries)) => entries,
        _ => &[],
    }
}

fn options(request: &JsonTree) -> RenderOptions {
    let tokens = entries(request.get("special_tokens")).iter();
    let tokens = tokens.filter_map(|(name, t)| Some((name.clone(), t.as_str()?.to_owned())));
    RenderOptions {
        special_tokens: SpecialTokens::new(tokens),
        arguments: entries(request.get("arguments")).to_vec(),
        generation_prompt: request.get("generation_prompt") == Some(&JsonTree::Bool(true)),
    }
}

fn failure(error: &TemplateError) -> Value {
    let kind = format!("{:?}", error.kind);
    json!({ "error": error.message, "kind": kind, "line": error.line })
}

/// What TRL asks of a template.
fn checks(template: &Template, options: &RenderOptions, request: &JsonTree) -> Value {
    let added = request
        .get("checks")
        .and_then(JsonTree::as_list)
        .unwrap_or_default();
    let added = added.iter().filter_map(JsonTree::as_str).map(String::from);
    let tokens = StopTokens::new([], added);
    json!({
        "prefix": template_preserves_prefix(template, options).ok(),
        "stop": template_trains_stop_token(template, options, &tokens),
        "marks": template.marks_generation(),
    })
}
