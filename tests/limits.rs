//! A fixture for every limit of every profile: what stands exactly at it is accepted, what goes
//! one beyond it is not. The profiles are walked, so that a new limit without a fixture fails.

use std::sync::Arc;

use serde_json::{Value, json};
use tunelint_core::finding::Finding;
use tunelint_core::fit::train_on_prompts;
use tunelint_core::position::SourceId;
use tunelint_core::production_prompts::Prompts;
use tunelint_core::profile::{Cited, FILES, Profile};
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::source::Input;
use tunelint_core::survey::Leaks;
use tunelint_core::task::Task;
use tunelint_core::tokens::Tokenizer;

use crate::profiles::is_enforced;
use crate::running::Check;

/// Larger numbers are tried in a copy of the profile with this one: a file of 100 GB would prove
/// no more.
const MOST_EXAMPLES: u64 = 2_000;
const MOST_BYTES: u64 = 4_000_000;
/// Training examples that no minimum asks more than.
const ENOUGH: u64 = 500;

/// What is checked: the training set, and perhaps a validation set.
#[derive(Default)]
pub struct Fixture {
    training: String,
    /// The name of the training set; JSON Lines if empty.
    name: &'static str,
    validation: Option<String>,
    /// Production prompts.
    production: Option<String>,
}

impl Fixture {
    pub fn of(training: String) -> Self {
        Self {
            training,
            name: "train.jsonl",
            ..Self::default()
        }
    }

    /// What `rule` says of it for `profile`.
    pub fn findings(&self, profile: &Profile, rule: &'static str) -> Vec<Finding> {
        let mut check = Check::new();
        check.default_target = false;
        check.enabled = [rule].into();
        check.context.profiles = vec![Arc::new(profile.clone())];
        check.options.prompts_only = train_on_prompts([profile].into_iter());
        check.context.tokenizer = Some(Arc::new(Letters));
        let mut tasks = profile
            .limits
            .values()
            .filter_map(|limit| limit.task.as_deref());
        check.context.task = tasks.next_back().and_then(Task::from_name);
        if let Some(validation) = &self.validation {
            let input = Input::bytes("valid.jsonl", validation.as_bytes());
            let reader = Reader::open(SourceId(1), input, &ReadOptions::default());
            let mut leaks = Leaks::default();
            leaks.read(reader.expect("memory")).expect("memory");
            check.context.validation = Some(Arc::new(leaks));
        }
        if let Some(production) = &self.production {
            let input = Input::bytes("production.jsonl", production.as_bytes());
            let prompts = Prompts::read(SourceId(2), input, &ReadOptions::default());
            check.context.production = Some(Arc::new(prompts.expect("memory")));
        }
        check.run(self.name, self.training.as_bytes()).0
    }
}

/// Every character is a token: so a text can be made that has so many.
#[derive(Debug)]
struct Letters;

impl Tokenizer for Letters {
    fn count(&self, text: &str) -> Option<u64> {
        Some(text.chars().count() as u64)
    }
}

fn pair(input: usize, output: usize) -> String {
    let record = json!({"text_input": "x".repeat(input), "output": "y".repeat(output)});
    format!("{record}\n")
}

/// A prompt without a response.
fn prompt(length: usize) -> String {
    format!(
        "{}\n",
        json!({"prompt": "x".repeat(length), "solution": "y"})
    )
}

fn pairs(number: u64) -> String {
    pair(1, 1).repeat(number as usize)
}

/// Examples of `number` labels: `rarest` of the last, thirty of each of the others.
fn labels(number: usize, rarest: usize) -> Fixture {
    let of = |label: usize| {
        let times = if label + 1 == number { rarest } else { 30 };
        (0..times).map(move |time| {
            let input = format!("text {time} of sort {label}");
            let record = json!({"text_input": input, "output": format!("label {label}")});
            format!("{record}\n")
        })
    };
    Fixture::of((0..number).flat_map(of).collect())
}

fn messages(turns: &[Value]) -> String {
    format!("{}\n", json!({"messages": turns}))
}

fn user(content: Value) -> Value {
    json!({"role": "user", "content": content})
}

fn model(content: &str) -> Value {
    json!({"role": "assistant", "content": content})
}

/// The profile with a limit small enough to be tried.
fn scaled(profile: &Profile, name: &str) -> (Profile, Cited<u64>) {
    let mut profile = profile.clone();
    let most = match name {
        "max-examples" | "max-validation-examples" => MOST_EXAMPLES,
        "upload" | "validation-upload" => MOST_BYTES,
        _ => u64::MAX,
    };
    profile.limits.retain(|known, _| known == name);
    let limit = profile.limits.get_mut(name).expect("the limit");
    limit.value = limit.value.min(most);
    let limit = limit.clone();
    (profile, limit)
}

/// The rule that enforces a limit, what stands exactly at it, and what is one beyond.
fn at_and_past(profile: &Profile, name: &str, value: u64) -> (&'static str, Fixture, Fixture) {
    let n = value as usize;
    let media = |kind: &str, number: usize| {
        let medium = json!({"type": kind, kind: {"url": "https://example.com/a"}});
        let text = json!({"type": "text", "text": "?"});
        let mut parts = vec![medium; number];
        parts.push(text);
        Fixture::of(messages(&[user(Value::Array(parts)), model("a")]))
    };
    match name {
        "input" => (
            "input-too-long",
            Fixture::of(pair(n, 1)),
            Fixture::of(pair(n + 1, 1)),
        ),
        "prompt" => {
            let of = |length| Fixture {
                production: Some(pair(length, 1)),
                ..Fixture::of(pairs(1))
            };
            ("input-too-long", of(n), of(n + 1))
        }
        "output" => (
            "output-too-long",
            Fixture::of(pair(1, n)),
            Fixture::of(pair(1, n + 1)),
        ),
        "example" if train_on_prompts([profile].into_iter()) => (
            "example-too-long",
            Fixture::of(prompt(n)),
            Fixture::of(prompt(n + 1)),
        ),
        "example" => (
            "example-too-long",
            Fixture::of(pair(n - 4, 4)),
            Fixture::of(pair(n - 3, 4)),
        ),
        "turn" => (
            "example-too-long",
            Fixture::of(pair(n, n)),
            Fixture::of(pair(n + 1, n)),
        ),
        "upload" => {
            let pad = n - upload_overhead(profile);
            (
                "upload-too-large",
                Fixture::of(pair(pad, 0)),
                Fixture::of(pair(pad + 1, 0)),
            )
        }
        "min-examples" | "min-examples-of-task" => (
            "too-few-examples",
            Fixture::of(pairs(value)),
            Fixture::of(pairs(value - 1)),
        ),
        "max-examples" => (
            "too-many-examples",
            Fixture::of(pairs(value)),
            Fixture::of(pairs(value + 1)),
        ),
        "images" | "videos" => {
            let kind = if name == "images" {
                "image_url"
            } else {
                "video_url"
            };
            ("unsupported-modality", media(kind, n), media(kind, n + 1))
        }
        "labels" => ("too-many-labels", labels(n, 20), labels(n + 1, 20)),
        "min-per-label" => ("rare-label", labels(3, n), labels(3, n - 1)),
        name if name.contains("validation") => validation_at_and_past(profile, name, value),
        other => panic!("{}: the limit {other} has no fixture", profile.name),
    }
}

/// The same for limits of validation sets.
fn validation_at_and_past(
    profile: &Profile,
    name: &str,
    value: u64,
) -> (&'static str, Fixture, Fixture) {
    let validated = |number: u64| Fixture {
        validation: Some(pairs(number)),
        ..Fixture::of(pairs(ENOUGH))
    };
    match name {
        "min-validation-examples" => ("too-few-examples", validated(value), validated(value - 1)),
        "max-validation-examples" => (
            "validation-too-large",
            validated(value),
            validated(value + 1),
        ),
        "validation-upload" => {
            let pad = value as usize - pair(0, 0).len();
            let of = |pad| Fixture {
                validation: Some(pair(pad, 0)),
                ..Fixture::of(pairs(1))
            };
            ("validation-too-large", of(pad), of(pad + 1))
        }
        "validation-share" => {
            let hundreds = profile.limits[name].above / value + 1;
            let of = |number| Fixture {
                validation: Some(pairs(number)),
                ..Fixture::of(pairs(100 * hundreds))
            };
            (
                "validation-too-large",
                of(value * hundreds),
                of(value * hundreds + 1),
            )
        }
        other => panic!("{}: the limit {other} has no fixture", profile.name),
    }
}

/// The bytes of an upload of one pair without text, as the target receives it.
fn upload_overhead(profile: &Profile) -> usize {
    let mut tiny = profile.clone();
    tiny.limits.get_mut("upload").expect("the limit").value = 0;
    let said = Fixture::of(pair(0, 0)).findings(&tiny, "upload-too-large");
    let message = &said.first().expect("more than nothing").message;
    let digits = message.trim_start_matches("upload of ").split(' ').next();
    digits.expect("a number").parse().expect("a small number")
}

fn profiles() -> Vec<Profile> {
    let read = FILES.iter().map(|(_, json)| Profile::parse(json));
    read.collect::<Result<_, _>>().expect("profiles")
}

#[test]
fn every_limit_accepts_what_is_at_it_and_not_one_more() {
    for profile in profiles() {
        for name in profile.limits.keys().filter(|name| is_enforced(name)) {
            let (profile, limit) = scaled(&profile, name);
            if name == "min-examples" && limit.value == 1 {
                // Nothing at all is what `no-records` is about.
                continue;
            }
            let (rule, at, past) = at_and_past(&profile, name, limit.value);
            // What no target says is a floor of the rule's own.
            let found = |fixture: Fixture| {
                let mut told = fixture.findings(&profile, rule);
                told.retain(|finding| finding.message.contains(&profile.name));
                told
            };
            let told = found(at);
            assert!(told.is_empty(), "{}: at {name}: {told:?}", profile.name);
            let told = found(past);
            assert_eq!(told.len(), 1, "{}: past {name}: {told:?}", profile.name);
            assert_eq!(
                told[0].targets.as_slice(),
                std::slice::from_ref(&profile.name),
                "{name}"
            );
            let most = limit.severity(name.starts_with("min-"));
            assert!(told[0].severity <= most, "{}: {name}", profile.name);
        }
    }
}

/// Preferences as OpenAI has them: the turns of the prompt and of each answer by a letter each.
fn preference(prompt: &str, chosen: &str, rejected: &str) -> String {
    let record = json!({"input": {"messages": spoken(prompt)},
        "preferred_output": spoken(chosen), "non_preferred_output": spoken(rejected)});
    format!("{record}\n")
}

/// The same in messages that end with the user.
fn preference_messages(prompt: &str, chosen: &str, rejected: &str) -> String {
    let record = json!({"messages": spoken(prompt), "chosen": spoken(chosen),
        "rejected": spoken(rejected)});
    format!("{record}\n")
}

/// A prompt without a response in the layout that the profile takes.
fn prompts(profile: &Profile, letters: &str) -> String {
    let turns = spoken(letters);
    let record = match profile.layouts.first().map(String::as_str) {
        Some("prompt-only-contents") => {
            let content = |turn: &Value| {
                let role = match turn["role"].as_str() {
                    Some("assistant") => "model",
                    _ => "user",
                };
                json!({"role": role, "parts": [{"text": turn["content"]}]})
            };
            let contents: Vec<Value> = turns.iter().map(content).collect();
            json!({"contents": contents, "references": {"answer": "m"}})
        }
        Some("prompt-only-messages") => json!({"messages": turns, "reference_answer": "m"}),
        _ => json!({"prompt": turns, "solution": "m"}),
    };
    format!("{record}\n")
}

/// A record as Amazon has it, with so many system texts.
fn converse(systems: usize) -> Value {
    json!({"system": vec![json!({"text": "s"}); systems], "messages": [
        {"role": "user", "content": [{"text": "u"}]},
        {"role": "assistant", "content": [{"text": "m"}]}]})
}

/// Turns by a letter each: system, user, model.
fn spoken(letters: &str) -> Vec<Value> {
    let turn = |letter| match letter {
        's' => json!({"role": "system", "content": "s"}),
        'u' => user(json!("u")),
        'v' => user(json!("v")),
        'n' => model("n"),
        _ => model("m"),
    };
    letters.chars().map(turn).collect()
}

fn turns(letters: &str) -> String {
    messages(&spoken(letters))
}

/// The rule that enforces an order, what keeps it, and what does not.
fn kept_and_broken(name: &str, profile: &Profile) -> Option<(&'static str, String, String)> {
    let order = |kept: &str, broken: &str| ("role-order", turns(kept), turns(broken));
    let trl = |chosen: &str, rejected: &str| {
        let record = json!({"chosen": spoken(chosen), "rejected": spoken(rejected)});
        format!("{record}\n")
    };
    Some(match name {
        "alternate" => order("umum", "uum"),
        "first-user" => order("um", "mum"),
        "last-model" if profile.turns[name].layouts == ["kto-messages"] => {
            let labelled = |letters| {
                let record = json!({"messages": spoken(letters), "label": true});
                format!("{record}\n")
            };
            ("role-order", labelled("um"), labelled("umu"))
        }
        "last-model" => order("um", "umu"),
        "no-system" => order("um", "sum"),
        "one-system" => order("sum", "ssum"),
        "odd-even" => order("sumum", "uum"),
        "single-pair" => order("um", "umum"),
        "system-first"
            if profile
                .layouts
                .iter()
                .all(|of| of.starts_with("prompt-only")) =>
        {
            let prompt = |letters| prompts(profile, letters);
            ("role-order", prompt("su"), prompt("usu"))
        }
        "system-first" => order("sum", "usm"),
        "last-user" => {
            let good = prompts(profile, "u");
            (
                "role-order",
                good.clone(),
                good.repeat(3) + &prompts(profile, "um"),
            )
        }
        "answers-user" if profile.takes("preference-messages") => {
            let around = |prompt| preference_messages(prompt, "m", "n");
            ("role-order", around("umu"), around("um"))
        }
        "single-answer" if profile.takes("preference-messages") => (
            "role-order",
            preference_messages("u", "m", "n"),
            preference_messages("u", "m", "num"),
        ),
        "answers-user" => (
            "role-order",
            preference("umu", "m", "m"),
            preference("um", "m", "m"),
        ),
        "single-answer" => (
            "role-order",
            preference("u", "m", "m"),
            preference("u", "m", "mum"),
        ),
        "same-prompt" => ("role-order", trl("um", "um"), trl("um", "vm")),
        "one-system-text" => {
            let broken = converse(2);
            (
                "role-order",
                format!("{}\n", converse(1)),
                format!("{broken}\n"),
            )
        }
        "two-turns" if profile.takes("messages") => order("um", "m"),
        "two-turns" => {
            let mut broken = converse(1);
            broken["messages"].as_array_mut().expect("a list").remove(0);
            (
                "role-order",
                format!("{}\n", converse(1)),
                format!("{broken}\n"),
            )
        }
        _ => return None,
    })
}

#[test]
fn every_order_of_turns_is_held_to() {
    for profile in profiles() {
        for name in profile.turns.keys().filter(|name| is_enforced(name)) {
            let (rule, kept, broken) = kept_and_broken(name, &profile)
                .unwrap_or_else(|| panic!("{}: the order {name} has no fixture", profile.name));
            let told = Fixture::of(kept).findings(&profile, rule);
            assert!(told.is_empty(), "{}: {name}: {told:?}", profile.name);
            let told = Fixture::of(broken).findings(&profile, rule);
            assert!(!told.is_empty(), "{}: {name}", profile.name);
            let said = |finding: &Finding| finding.message.contains(&profile.name);
            assert!(told.iter().any(said), "{}: {name}: {told:?}", profile.name);
        }
    }
}

/// A file with a finding of `rule`.
fn faulty(rule: &str) -> Option<String> {
    Some(match rule {
        "missing-assistant" => turns("u"),
        "duplicate-key" => {
            turns("um").replace("\"role\":\"user\"", r#""role":"user","role":"user""#)
        }
        "missing-header" => "How warm is it in Oslo today?,It is four degrees. Rather cold.\n\
             And where is my parcel now?,It leaves the warehouse on Monday. At noon.\n"
            .to_owned(),
        "stray-quote" => "text_input,output\na,b\nc,\"d\"x\n".to_owned(),
        "unknown-role" => turns("um").replace("user", "usr"),
        "wrong-container" => format!("[{}]\n", turns("um").trim_end()),
        "wrong-type" => messages(&[user(json!(7)), model("m")]),
        "blank-line" => format!("{}\n{}", turns("um"), turns("um")),
        "byte-order-mark" => format!("\u{feff}{}", turns("um")),
        "broken-tool-call" => {
            let result = json!({"role": "tool", "tool_call_id": "abcdefghi", "content": "rain"});
            messages(&[user(json!("u")), result, model("m")])
        }
        "empty-input" => messages(&[user(json!("")), model("m")]),
        "empty-output" => messages(&[user(json!("u")), model("")]),
        "identical-preference" => {
            let record = json!({"messages": spoken("um"), "rejected_response": "m"});
            format!("{record}\n")
        }
        "lone-surrogate" => turns("um").replace("\"u\"", r#""\ud800""#),
        _ => return None,
    })
}

/// The record of a line, in a list; a byte order mark stays in front.
fn listed(line: &str) -> String {
    let record = line.trim_start_matches('\u{feff}');
    let mark = &line[..line.len() - record.len()];
    format!("{mark}[{}]\n", record.trim_end())
}

#[test]
fn every_fault_has_the_consequence_that_the_profile_says() {
    for profile in profiles() {
        for (rule, fault) in &profile.faults {
            assert!(
                tunelint_core::rules::by_name(rule).is_some(),
                "{}: no rule {rule}",
                profile.name
            );
            let is_of_messages =
                fault.layouts.is_empty() || fault.layouts.iter().any(|of| of == "messages");
            let faulty = match rule.as_str() {
                "duplicate-key" if !is_of_messages => {
                    // The layout is that of the first record.
                    let record = r#""prompt":"u","completion":"m"}"#;
                    Some(format!("{{{record}\n{{\"prompt\":\"u\",{record}\n"))
                }
                rule => faulty(rule),
            };
            let faulty =
                faulty.unwrap_or_else(|| panic!("{}: {rule} has no fixture", profile.name));
            let rule = tunelint_core::rules::by_name(rule)
                .expect("a rule")
                .meta
                .name;
            // What does not look like JSON is a table.
            let starts = ['{', '[', '\n', '\u{feff}'];
            let is_list = fault.containers.iter().any(|of| of == "json");
            let (name, faulty) = match faulty.starts_with(starts) {
                true if is_list => ("train.json", listed(&faulty)),
                true => ("train.jsonl", faulty),
                false => ("train.csv", faulty),
            };
            let fixture = Fixture {
                name,
                ..Fixture::of(faulty)
            };
            let told = fixture.findings(&profile, rule);
            let consequence = fault.effect.consequence(fault.unconfirmed);
            // Findings about a requirement of the profile have its own consequence.
            let has = told.iter().any(|of| of.consequence == Some(consequence));
            assert!(has, "{}: {rule}: {told:?}", profile.name);
        }
    }
}

#[test]
fn every_container_that_a_profile_does_not_read_is_flagged() {
    let record = json!({"messages": spoken("um")});
    let files = [
        ("jsonl", format!("{record}\n")),
        ("json", format!("[{record}]")),
    ];
    for profile in profiles() {
        for (container, text) in &files {
            let mut check = Check::new();
            check.default_target = false;
            let rules = ["container-not-accepted", "layout-not-accepted"];
            check.enabled = rules.into();
            check.context.profiles = vec![Arc::new(profile.clone())];
            let told = check.run(&format!("train.{container}"), text.as_bytes()).0;
            let rules: Vec<&str> = told.iter().map(|finding| finding.rule).collect();
            let wanted: &[&str] = match (profile.takes("messages"), profile.reads(container)) {
                (false, _) => &["layout-not-accepted"],
                (true, false) => &["container-not-accepted"],
                (true, true) => &[],
            };
            assert_eq!(rules, wanted, "{}: {container}", profile.name);
        }
    }
}

fn called(call: Value, result: bool) -> Vec<Value> {
    let id = call["id"].clone();
    let mut turns = vec![
        user(json!("Weather?")),
        json!({"role": "assistant", "tool_calls": [call]}),
    ];
    if result {
        turns.push(json!({"role": "tool", "tool_call_id": id, "content": "rain"}));
    }
    turns.push(model("Rain."));
    turns
}

fn call(id: &str, arguments: Value) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "weather", "arguments": arguments}})
}

/// The rule that enforces a requirement, what meets it, and what does not.
fn met_and_broken(name: &str) -> Option<(&'static str, String, String)> {
    let plain = turns("um");
    let with = |key: &str, value: Value| {
        let mut record = json!({"messages": [user(json!("u")), model("m")]});
        record[key] = value;
        format!("{record}\n")
    };
    let weight = |weight: f64| {
        messages(&[
            user(json!("u")),
            json!({"role": "assistant", "content": "m", "weight": weight}),
        ])
    };
    let image = |kind: &str| json!({"type": kind, kind: {"url": "https://example.com/a"}});
    let media = |kinds: &[&str]| {
        let parts = kinds.iter().map(|kind| image(kind)).collect();
        messages(&[user(Value::Array(parts)), model("m")])
    };
    let shown = |turn: Value| {
        let mut turn = turn;
        turn["content"] = Value::Array(vec![image("image_url")]);
        messages(&[user(json!("u")), turn, model("m")])
    };
    let converse_of = |version: &str| {
        let mut record = converse(1);
        record["schemaVersion"] = json!(version);
        format!("{record}\n")
    };
    let good = messages(&called(call("abcdefghi", json!("{}")), true));
    let calls = "broken-tool-call";
    let weighted = with("weight", json!(0.5));
    Some(match name {
        "sample-weight-in-all" => ("missing-weight", weighted.repeat(2), weighted + &plain),
        "arguments-object" => {
            let object = messages(&called(call("abcdefghi", json!({})), true));
            (calls, object, good)
        }
        "arguments-string" => {
            let object = messages(&called(call("abcdefghi", json!({})), true));
            (calls, good, object)
        }
        "binary-weight" => ("invalid-value", weight(1.0), weight(0.5)),
        "no-weight" => ("invalid-value", weight(1.0), weight(0.0)),
        "loss-weight-0-to-1" => {
            let of = |weight: f64| {
                let answer = json!({"role": "assistant", "content": "m", "loss_weight": weight});
                messages(&[user(json!("u")), answer])
            };
            ("invalid-value", of(1.0), of(1.5))
        }
        "weight-of-model" => {
            let told = json!({"role": "user", "content": "u", "weight": 0});
            ("invalid-value", weight(0.0), messages(&[told, model("m")]))
        }
        "sample-weight-from-0" => ("invalid-value", weighted, with("weight", json!(-1))),
        "no-weight-on-media" => (
            "invalid-value",
            shown(json!({"role": "user", "weight": 0})),
            shown(json!({"role": "user", "weight": 1})),
        ),
        "media-of-user" => (
            "unsupported-modality",
            shown(json!({"role": "user"})),
            shown(json!({"role": "assistant"})),
        ),
        "schema-version" => (
            "invalid-value",
            converse_of("bedrock-conversation-2024"),
            converse_of("bedrock-conversation-2023"),
        ),
        "binary-score" => {
            let of = |score: f64| {
                let part = json!({"parts": [{"text": "a"}], "role": "model"});
                let record = json!({"contents": [{"role": "user", "parts": [{"text": "u"}]}],
                    "completions": [{"score": score, "completion": part},
                        {"score": 0, "completion": part}]});
                format!("{record}\n")
            };
            ("invalid-value", of(1.0), of(0.5))
        }
        // Each target has another layout that this could be.
        "one-layout" => {
            let list = [user(json!("u")), model("m")];
            let both = json!({"messages": list, "interactions": list, "text": "t"});
            ("ambiguous-layout", plain, format!("{both}\n"))
        }
        "byte-order-mark" => ("byte-order-mark", format!("\u{feff}{plain}"), plain),
        "no-content-with-calls" => {
            let mut turns = called(call("abcdefghi", json!("{}")), true);
            turns[1]["content"] = json!("Let me see.");
            (calls, good, messages(&turns))
        }
        "no-extra-fields" => ("unknown-field", plain, with("note", json!("n"))),
        "no-line-separators" => {
            let separated = plain.replace("\"u\"", "\"u\u{2028}\"");
            ("odd-line-endings", plain, separated)
        }
        "unique-call-ids" | "unique-tool-names" => {
            let met = crate::fields::bases("bedrock-converse").remove(2);
            let mut broken = met.clone();
            let list = match name {
                "unique-call-ids" => &mut broken["messages"][1]["content"],
                _ => &mut broken["toolConfig"]["tools"],
            };
            let list = list.as_array_mut().expect("a list");
            list.push(list[0].clone());
            (calls, format!("{met}\n"), format!("{broken}\n"))
        }
        "added-system-prompt" => {
            let turns = json!([{"from": "human", "value": "u"}, {"from": "gpt", "value": "m"}]);
            let met = json!({"conversations": turns});
            ("added-system-prompt", format!("{met}\n"), plain)
        }
        // Over the whole set, in whichever records they stand.
        "no-mixed-media" => {
            let image = media(&["image_url"]);
            let other = format!("{image}{}", media(&["video_url"]));
            ("mixed-media", image.repeat(2), other)
        }
        "no-tools" => (calls, plain, good),
        "no-validation" => return None,
        "result-after-call" => {
            let unanswered = messages(&called(call("abcdefghi", json!("{}")), false));
            (calls, good, unanswered)
        }
        "text-only" => ("unsupported-modality", plain, media(&["image_url"])),
        other => panic!("the requirement {other} has no fixture"),
    })
}

/// A target that reads under some names is told where another stands.
fn named_fields_are_asked_for(profile: &Profile) {
    let fields = &profile.requires["named-fields"].fields;
    let [input, output] = fields.as_slice() else {
        panic!("{}: two names", profile.name);
    };
    let met = format!("{}\n", json!({input: "a", output: "b"}));
    let other = match input.as_str() {
        "prompt" => json!({"prompt": "a", "response": "b"}),
        "instruction" => json!({"instruction": "a", "response": "b"}),
        _ => json!({"text_input": "a", "output": "b"}),
    };
    let told = Fixture::of(met).findings(profile, "foreign-field");
    assert!(told.is_empty(), "{}: {told:?}", profile.name);
    let broken = format!("{other}\n").repeat(2);
    let told = Fixture::of(broken).findings(profile, "foreign-field");
    assert_eq!(told.len(), 1, "{}: {told:?}", profile.name);
}

/// Requirements that need another kind of fixture than two files of JSON Lines.
const WITH_FIXTURES_OF_THEIR_KIND: [&str; 13] = [
    // The page of `invalid-dataset-info` has them.
    "dataset-info",
    "named-fields",
    "same-fields",
    "same-message-fields",
    "one-type",
    "bare-list",
    "commas",
    "exact-columns",
    "finite-numbers",
    "text-columns",
    "no-null-cells",
    "request-examples",
    "request-model",
];

/// Two records of a layout that the profile takes and `requirement` is about.
fn two_records(profile: &Profile, requirement: &str) -> [Value; 2] {
    let only = &profile.requires[requirement].layouts;
    let concerned = |layout: &&String| only.is_empty() || only.contains(layout);
    let layout = profile.layouts.iter().filter(concerned).find_map(|layout| {
        let base = crate::fields::bases(layout).into_iter().next();
        base.map(|base| [base.clone(), base])
    });
    layout.expect("a layout with a fixture")
}

fn same_fields_are_asked_for(profile: &Profile) {
    let rule = "field-in-some-records";
    for place in &profile.requires["same-fields"].fields {
        let [one, mut other] = two_records(profile, "same-fields");
        let met = Fixture::of(format!("{one}\n{one}\n"));
        assert!(met.findings(profile, rule).is_empty(), "{}", profile.name);
        if !crate::fields::add_at(&mut other, place) {
            panic!("{}: no place for {place}", profile.name);
        }
        // Most records decide which layout the file has.
        let broken = Fixture::of(format!("{}{other}\n", format!("{one}\n").repeat(3)));
        let told = broken.findings(profile, rule);
        assert_eq!(told.len(), 1, "{}: {place} in {other}", profile.name);
    }
}

fn finite_numbers_are_asked_for(profile: &Profile) {
    let [record, _] = two_records(profile, "finite-numbers");
    let line = record.to_string();
    let with = |number: &str| {
        let start = line.strip_suffix('}').expect("an object");
        Fixture::of(format!("{start},\"score\":{number}}}\n"))
    };
    let told = |number: &str| with(number).findings(profile, "invalid-value").len();
    assert_eq!((told("1e308"), told("1e309")), (0, 1), "{}", profile.name);
}

/// Every message has the field in one record, and one of them has it in another.
fn same_fields_of_messages_are_asked_for(profile: &Profile) {
    let requirement = "same-message-fields";
    for place in &profile.requires[requirement].fields {
        let [without, mut some] = two_records(profile, requirement);
        assert!(crate::fields::add_at(&mut some, place), "{place}");
        let mut all = some.clone();
        let messages = all["messages"].as_array_mut().expect("messages");
        let (_, key) = place.rsplit_once('/').expect("a field of messages");
        let given = messages.iter().find_map(|one| one.get(key).cloned());
        for message in messages {
            message[key] = given.clone().expect("it was added");
        }
        let told = |lines: String| Fixture::of(lines).findings(profile, "field-in-some-records");
        assert!(
            told(format!("{without}\n{without}\n")).is_empty(),
            "{place}"
        );
        assert!(told(format!("{all}\n{all}\n")).is_empty(), "{place}");
        assert_eq!(told(format!("{some}\n{some}\n")).len(), 1, "{place}");
    }
}

fn one_type_is_asked_for(profile: &Profile) {
    let [one, other] = two_records(profile, "one-type");
    let with = |record: &Value, field: &str, value: Value| {
        let mut record = record.clone();
        record[field] = value;
        record
    };
    let told = |one: &Value, other: &Value| {
        let lines = Fixture::of(format!("{one}\n{other}\n"));
        lines.findings(profile, "mixed-types").len()
    };
    let (number, text) = (
        with(&one, "score", json!(1)),
        with(&other, "score", json!("a")),
    );
    let fields = &profile.requires["one-type"].fields;
    assert_eq!(told(&number, &number), 0, "{}", profile.name);
    let anywhere = usize::from(fields.is_empty());
    assert_eq!(told(&number, &text), anywhere, "{}", profile.name);
    for field in fields.iter().filter(|field| one.get(field).is_some()) {
        let list = with(&other, field, json!([{"role": "user", "content": "a"}]));
        assert_eq!(told(&one, &list), 1, "{}: {field}", profile.name);
    }
}

/// Requirements on the body of a request.
fn requests_are_held_to(requirement: &str, profile: &Profile) {
    let list = json!([{"text_input": "1", "output": "2"}]);
    let nested = json!({"training_data": {"examples": {"examples": list}}});
    let flat = json!({"training_data": {"examples": list}});
    let met = json!({"base_model": "m", "tuning_task": nested});
    let broken = match requirement {
        "request-model" => json!({"tuning_task": nested}),
        _ => json!({"base_model": "m", "tuning_task": flat}),
    };
    let told = |body: Value| {
        let fixture = Fixture {
            name: "train.json",
            ..Fixture::of(body.to_string())
        };
        fixture.findings(profile, "malformed-request")
    };
    assert!(told(met).is_empty(), "{}: {requirement}", profile.name);
    let told = told(broken);
    assert_eq!(told.len(), 1, "{}: {requirement}: {told:?}", profile.name);
}

/// Requirements on other containers than JSON Lines.
fn files_are_held_to(requirement: &str, profile: &Profile) {
    let only = &profile.requires[requirement].layouts;
    let concerned = |layout: &&String| only.is_empty() || only.contains(layout);
    let layouts = profile.layouts.iter().filter(concerned);
    let tables = layouts.filter_map(|layout| {
        if layout == "prompt-only" {
            return Some(vec!["prompt", "solution"]);
        }
        let layout = tunelint_core::layout::by_name(layout)?;
        let columns = layout.columns().to_vec();
        (!columns.is_empty()).then_some(columns)
    });
    let mut tables = tables;
    let columns = tables.next().unwrap_or_default();
    let table = |names: &[&str], last: &str, by: &str| {
        let is_output = |name: &str| ["output", "completion"].contains(&name);
        let cells = columns
            .iter()
            .map(|name| if is_output(name) { last } else { "a" });
        let cells: Vec<&str> = cells.collect();
        format!("{}\n{}\n", names.join(by), cells.join(by))
    };
    let capitals: Vec<String> = columns.iter().map(|name| name.to_uppercase()).collect();
    let capitals: Vec<&str> = capitals.iter().map(String::as_str).collect();
    let good = table(&columns, "b", ",");
    let [record, _] = two_records(profile, requirement);
    let (rule, name, met, broken) = match requirement {
        "bare-list" => (
            "container-not-accepted",
            "train.json",
            format!("[{record}]"),
            format!("{{\"data\":[{record}]}}"),
        ),
        "commas" => (
            "container-not-accepted",
            "train.csv",
            good,
            table(&columns, "b", ";"),
        ),
        "exact-columns" => (
            "misspelled-column",
            "train.csv",
            good,
            table(&capitals, "b", ","),
        ),
        "text-columns" => (
            "column-read-as-number",
            "train.csv",
            good,
            table(&columns, "1", ","),
        ),
        _ => (
            "cell-read-as-null",
            "train.csv",
            good,
            table(&columns, "NA", ","),
        ),
    };
    let told = |training: String| {
        let fixture = Fixture {
            name,
            ..Fixture::of(training)
        };
        fixture.findings(profile, rule)
    };
    let (met, broken) = (told(met), told(broken));
    assert!(met.is_empty(), "{}: {requirement}: {met:?}", profile.name);
    assert!(!broken.is_empty(), "{}: {requirement}", profile.name);
}

#[test]
fn every_requirement_is_held_to() {
    for profile in profiles() {
        for name in profile.requires.keys().filter(|name| is_enforced(name)) {
            match name.as_str() {
                "named-fields" => named_fields_are_asked_for(&profile),
                "same-fields" => same_fields_are_asked_for(&profile),
                "same-message-fields" => same_fields_of_messages_are_asked_for(&profile),
                "finite-numbers" => finite_numbers_are_asked_for(&profile),
                "one-type" => one_type_is_asked_for(&profile),
                "request-examples" | "request-model" => requests_are_held_to(name, &profile),
                "bare-list" | "commas" | "exact-columns" | "no-null-cells" | "text-columns" => {
                    files_are_held_to(name, &profile);
                }
                _ => {}
            }
            if WITH_FIXTURES_OF_THEIR_KIND.contains(&name.as_str()) {
                continue;
            }
            let Some((rule, met, broken)) = met_and_broken(name) else {
                let rule = "validation-too-large";
                let validated = Fixture {
                    validation: Some(pairs(1)),
                    ..Fixture::of(pairs(1))
                };
                assert!(Fixture::of(pairs(1)).findings(&profile, rule).is_empty());
                assert_eq!(validated.findings(&profile, rule).len(), 1);
                continue;
            };
            let mut one = profile.clone();
            one.requires.retain(|known, _| known == name);
            let told = Fixture::of(met).findings(&one, rule);
            assert!(told.is_empty(), "{}: {name}: {told:?}", profile.name);
            let told = Fixture::of(broken).findings(&one, rule);
            assert_eq!(told.len(), 1, "{}: {name}: {told:?}", profile.name);
        }
    }
}

#[test]
fn roles_are_compared_as_the_target_compares_them() {
    let turns = json!([{"role": "User ", "content": "u"}, {"role": "assistant", "content": "m"}]);
    let line = format!("{}\n", json!({"conversations": turns}));
    let told = |name: &str| {
        let profile = profiles().into_iter().find(|profile| profile.name == name);
        let told = Fixture::of(line.clone()).findings(&profile.expect("it exists"), "unknown-role");
        let told = told.first().expect("a finding");
        (told.severity, told.consequence)
    };
    use tunelint_core::finding::{Consequence, Severity};
    assert_eq!(
        told("unsloth"),
        (Severity::Warning, Some(Consequence::Quality))
    );
    assert_eq!(
        told("ms-swift"),
        (Severity::Error, Some(Consequence::Skipped))
    );
}

#[test]
fn every_reserved_word_is_found() {
    for profile in profiles() {
        for reserved in &profile.reserved {
            for word in &reserved.words {
                let text = format!("a\n{word} b");
                let told = Fixture::of(messages(&[user(json!(text)), model("m")]));
                let told = told.findings(&profile, "reserved-word");
                assert_eq!(told.len(), 1, "{}: {word}", profile.name);
                let cut: String = word.chars().skip(1).collect();
                let told = Fixture::of(messages(&[user(json!(cut)), model("m")]));
                let told = told.findings(&profile, "reserved-word");
                assert!(told.is_empty(), "{}: {cut}: {told:?}", profile.name);
            }
        }
    }
}
