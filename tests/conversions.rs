//! Every layout into every other: what comes through, what is lost and said to be, what is
//! refused. `docs/conversions.md` is written by this test and held true by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use tunelint_core::convert::{
    Conversion, Converter, Recipient, Reject, TurnsPolicy, UNCONVERTIBLE, Weights,
};
use tunelint_core::example::{Example, Role, reasoning};
use tunelint_core::finding::{Finding, Keep, Policy};
use tunelint_core::layout::{self, Layout};
use tunelint_core::position::SourceId;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::sink::Form;
use tunelint_core::source::Input;
use tunelint_core::tools;

use crate::running::root;

/// What a conversion said besides what it wrote.
#[derive(Default)]
struct Said(Vec<String>);

impl Recipient for Said {
    fn finding(&mut self, finding: Finding) -> std::io::Result<()> {
        self.0.push(finding.message);
        Ok(())
    }

    fn reject(&mut self, _: Reject) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn named(layout: &str) -> Arc<dyn Layout> {
    layout::by_name(layout).expect("a layout")
}

fn open(layout: &str, records: &str) -> Reader {
    let options = ReadOptions {
        layout: Some(named(layout)),
        ..ReadOptions::default()
    };
    let input = Input::bytes("records.jsonl", records.as_bytes());
    Reader::open(SourceId(0), input, &options).expect("memory")
}

/// The records of `from` in `to`, and the account of it.
fn convert(from: &str, records: &str, to: &str) -> (String, Conversion, Vec<String>) {
    converted(from, records, to, TurnsPolicy::Reject, false)
}

/// The same, with what becomes of conversations, and unknown fields carried along or not.
fn converted(
    from: &str,
    records: &str,
    to: &str,
    turns: TurnsPolicy,
    keep_extra: bool,
) -> (String, Conversion, Vec<String>) {
    let converter = Converter {
        layout: named(to),
        form: Form::Jsonl,
        turns,
        preamble: None,
        system_prompt: None,
        weights: Weights::Kept,
        keep_extra,
        shuffle: None,
        threads: 1,
    };
    let policy = Policy {
        keep: Keep::All,
        enabled: [
            UNCONVERTIBLE,
            "wrong-type",
            "missing-field",
            "unknown-role",
            "missing-role",
            "mixed-layouts",
        ]
        .into(),
        ..Policy::default()
    };
    let mut said = Said::default();
    let run = converter.run(vec![open(from, records)], &policy, Vec::new(), &mut said);
    let (conversion, bytes) = run.expect("memory");
    (String::from_utf8(bytes).expect("text"), conversion, said.0)
}

/// What the examples of a file say, turn by turn, however it was written.
fn examples(layout: &str, records: &str) -> Vec<String> {
    let mut all = Vec::new();
    let reader = open(layout, records);
    let read = reader.each_example(&mut |example| all.push(told(example)));
    read.expect("memory");
    all
}

fn told(example: &Example<'_>) -> String {
    let mut text = String::new();
    let exchanges = tools::exchanges(example).unwrap_or_default();
    for (index, turn) in example.turns.iter().enumerate() {
        let exchange = exchanges.get(index).cloned().unwrap_or_default();
        for outcome in &exchange.outcomes {
            let _ = writeln!(text, "result {:?}: {}", outcome.id, outcome.text);
        }
        for thought in reasoning::of_turn(turn) {
            let _ = writeln!(text, "reasoning: {thought}");
        }
        let spoken = turn.joined();
        let speaks = exchange.calls.is_empty() || !spoken.is_empty();
        let speaker = turn.speaker();
        if speaker != Role::Tool && speaks {
            let _ = writeln!(text, "{speaker:?}: {spoken}");
        }
        for call in &exchange.calls {
            let arguments = call.arguments.as_ref().map(|of| of.json.as_str());
            let arguments: Value = serde_json::from_str(arguments.unwrap_or("{}")).expect("JSON");
            let _ = writeln!(text, "call {:?} {:?}: {arguments}", call.id, call.name);
        }
    }
    for tool in tools::declarations(example).unwrap_or_default() {
        let _ = writeln!(text, "tool {tool:?}");
    }
    for turn in &example.rejected {
        let _ = writeln!(text, "worse: {}", turn.joined());
    }
    if let Some(desirable) = example.desirable {
        let _ = writeln!(text, "desirable: {desirable}");
    }
    text
}

/// A record with everything that a conversation may have: what it is, and the record.
fn conversations() -> [(&'static str, Value); 8] {
    let user = |text: &str| json!({"role": "user", "content": text});
    let model = |text: &str| json!({"role": "assistant", "content": text});
    let system = json!({"role": "system", "content": "Be brief."});
    let call = json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "call00001", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}},
        {"id": "call00002", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Köln\",\"days\":1.50}"}}]});
    let result =
        |id: &str, text: &str| json!({"role": "tool", "tool_call_id": id, "content": text});
    let tool = json!({"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}});
    [
        (
            "a single pair",
            json!({"messages": [user("Hi"), model("Hello")]}),
        ),
        (
            "a system prompt",
            json!({"messages": [system, user("Hi"), model("Hello")]}),
        ),
        (
            "several turns",
            json!({"messages": [user("a"), model("b"), user("c"), model("d")]}),
        ),
        (
            "tools",
            json!({"messages": [user("Weather?"), call, result("call00001", "rain"), result("call00002", "{\"sky\":\"grey\"}"), model("Rain.")], "tools": [tool]}),
        ),
        ("empty strings", json!({"messages": [user(""), model("")]})),
        (
            "Unicode",
            json!({"messages": [user("é 漢字 👩‍👩‍👧 \u{202e}\\\" \n"), model("\u{0}\u{feff}ẞ")]}),
        ),
        (
            "reasoning",
            json!({"messages": [user("Hi"), {"role": "assistant", "content": "Hello", "reasoning_content": "A greeting."}]}),
        ),
        (
            "extra fields",
            json!({"messages": [user("Hi"), {"role": "assistant", "content": "Hello", "weight": 1}], "id": 7}),
        ),
    ]
}

/// The records with which each layout is tried: what it can hold of the conversations.
pub fn records() -> BTreeMap<&'static str, Vec<String>> {
    let base = conversations();
    let mut all = BTreeMap::new();
    for layout in layout::all() {
        let mut own: Vec<String> = Vec::new();
        for (_, record) in &base {
            let line = record.to_string() + "\n";
            own.extend(
                converted("messages", &line, layout.name(), TurnsPolicy::Reject, true)
                    .0
                    .lines()
                    .map(str::to_owned),
            );
        }
        let extra: &[&str] = match layout.name() {
            "preference" => &[r#"{"prompt":"a","chosen":"b","rejected":"c","id":1}"#],
            "preference-openai" => &[
                r#"{"input":{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"tools":[]},"preferred_output":[{"role":"assistant","content":"b"}],"non_preferred_output":[{"role":"assistant","content":"c"}]}"#,
            ],
            "preference-vertex" => &[
                r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}],"completions":[{"score":1,"completion":{"role":"model","parts":[{"text":"b"}]}},{"score":0,"completion":{"role":"model","parts":[{"text":"c"}]}}]}"#,
            ],
            "preference-sharegpt" => &[
                r#"{"conversations":[{"from":"human","value":"a"}],"chosen":{"from":"gpt","value":"b"},"rejected":{"from":"gpt","value":"c"}}"#,
            ],
            "preference-bedrock" => &[
                r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"s"}],"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","candidates":[{"content":[{"text":"b"}],"preferenceLabel":"preferred"},{"content":[{"text":"c"}],"preferenceLabel":"non-preferred"}]}]}"#,
            ],
            "typed-messages" => &[
                r#"{"messages":[{"role":"user","content":[{"type":"text","value":"a"}]},{"role":"assistant","content":[{"type":"reasoning","value":"r"},{"type":"text","value":"b"}]}]}"#,
            ],
            "nemo" => &[
                r#"{"system":"","mask":"Assistant","conversations":[{"from":"User","value":"a"},{"from":"Assistant","value":"b"}]}"#,
            ],
            "classifier" => &[
                r#"{"text":"a","labels":{"tone":"b","topics":["c","d"]}}"#,
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"labels":{"tone":"c"}}"#,
            ],
            "messages" => &[
                r#"{"messages":[{"role":"user","content":"a"},{"role":"tool_call","content":"{\"name\":\"f\",\"arguments\":{}}","loss":false},{"role":"tool_response","content":"r"},{"role":"assistant","content":"b"}]}"#,
                r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"call00001","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","name":"f","tool_call_id":"call00001","content":"r"},{"role":"assistant","content":"b"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#,
            ],
            "bedrock-converse" => &[
                r#"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"call00001","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"call00001","content":[{"text":"r"}]}},{"text":"and"}]},{"role":"assistant","content":[{"text":"b"}]}]}"#,
            ],
            "bare-conversations" => &[
                r#"[{"from":"human","value":"a"},{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{}}"},{"from":"observation","value":"r"},{"from":"gpt","value":"b"}]"#,
            ],
            "kto" => &[
                r#"{"prompt":"a","completion":"b","label":true}"#,
                r#"{"prompt":"a","completion":"c","label":false}"#,
            ],
            "preference-messages" => &[
                r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"chosen":{"role":"assistant","content":"b"},"rejected":{"role":"assistant","content":"c"}}"#,
            ],
            "preference-ms-swift" => &[
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_response":"c"}"#,
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#,
            ],
            "preference-openpipe" => &[
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_message":{"role":"assistant","content":"c"},"split":"TRAIN"}"#,
            ],
            "preference-conversations" => &[
                r#"{"chosen":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#,
            ],
            "preference-lists" => &[
                r#"{"prompt":"a","chosen_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#,
            ],
            "kto-messages" => &[
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"label":true}"#,
            ],
            "prompt-only" => &[
                r#"{"prompt":"a","solution":"b"}"#,
                r#"{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"reward_model":{"ground_truth":"b"}}"#,
            ],
            "prompt-only-messages" => &[
                r#"{"messages":[{"role":"user","content":"a"}],"reference_answer":"b","tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#,
            ],
            "prompt-only-contents" => &[
                r#"{"systemInstruction":{"role":"system","parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a"}]}],"references":{"answer":"b"}}"#,
            ],
            "stepwise" => &[
                r#"{"prompt":"a","completions":["b","c"],"labels":[true,true]}"#,
                r#"{"prompt":[{"role":"user","content":"a"}],"completions":["b"],"labels":[false]}"#,
            ],
            "segments" => &[
                r#"{"segments":[{"label":false,"text":"a"},{"label":true,"text":"b"},{"label":true,"text":"c"}]}"#,
            ],
            "text" => &[r#"{"text":"Once upon a time"}"#, r#"{"text":""}"#],
            _ => &[],
        };
        own.extend(extra.iter().map(|line| (*line).to_owned()));
        assert!(!own.is_empty(), "{}: nothing to try it with", layout.name());
        all.insert(layout.name(), own);
    }
    all
}

/// One cell: how many records come through, what is lost, why others are refused.
#[derive(Default)]
struct Cell {
    read: u64,
    written: u64,
    lost: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// Converts each record by itself, and back where nothing was lost.
fn cell(from: &str, records: &[String], to: &str) -> Cell {
    let mut cell = Cell::default();
    for record in records {
        let line = format!("{record}\n");
        let (there, account, said) = convert(from, &line, to);
        assert_eq!(account.read, account.written + account.rejected);
        cell.read += account.read;
        cell.written += account.written;
        cell.refused.extend(said);
        cell.lost.extend(account.losses.names.keys().cloned());
        // Where a layout has no response, it is written as a reference.
        let becomes_reference =
            named(to).capacity().is_prompt_only() && !named(from).capacity().is_prompt_only();
        if account.written == 1 && account.losses.is_empty() && !becomes_reference {
            returns(from, &line, to, &there);
        }
    }
    cell
}

/// What went from `from` to `to` without loss comes back, if it comes back without loss.
fn returns(from: &str, line: &str, to: &str, there: &str) {
    assert_eq!(
        examples(to, there),
        examples(from, line),
        "{from} to {to}: {line}{there}"
    );
    let (back, account, said) = convert(to, there, from);
    if account.written == 1 && account.losses.is_empty() {
        assert_eq!(
            examples(from, &back),
            examples(from, line),
            "{from} to {to} and back: {line}{there}{back}"
        );
    } else {
        assert!(!said.is_empty() || !account.losses.is_empty());
    }
}

#[test]
fn the_table_of_conversions_is_true() {
    let records = records();
    let mut table = String::from("| from \\ to |");
    records
        .keys()
        .for_each(|to| table.push_str(&format!(" `{to}` |")));
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(records.len()));
    table.push('\n');
    let mut notes = String::new();
    for (from, lines) in &records {
        let _ = write!(table, "| `{from}` |");
        for to in records.keys() {
            let Cell {
                read,
                written,
                lost,
                refused,
            } = cell(from, lines, to);
            let mark = if lost.is_empty() { "" } else { " −" };
            let _ = match written {
                0 => write!(table, " – |"),
                _ if written == read => write!(table, " all{mark} |"),
                some => write!(table, " {some} of {read}{mark} |"),
            };
            let list =
                |what: &BTreeSet<String>| what.iter().cloned().collect::<Vec<_>>().join("; ");
            if !lost.is_empty() || !refused.is_empty() {
                let _ = write!(notes, "- `{from}` to `{to}`:");
                if !lost.is_empty() {
                    let _ = write!(notes, " loses {}.", list(&lost));
                }
                if !refused.is_empty() {
                    let _ = write!(notes, " Rejects: {}.", list(&refused));
                }
                notes.push('\n');
            }
        }
        table.push('\n');
    }
    let tried: Vec<&str> = conversations().iter().map(|(what, _)| *what).collect();
    let page = format!(
        "# Conversions\n\nEvery layout converted to every other, tried with these records: {}. `tests/conversions.rs` generates this page and fails if it is out of date.\n\n\"all\": every record is converted. \"3 of 5\": some are rejected, and reported with the reason. \"–\": none can be converted. \"−\" marks conversions with losses, which are counted and reported. A record that is converted without loss is the same example again when it is converted back.\n\n{table}\n## Losses and rejected records\n\n{notes}",
        tried.join(", ")
    );
    let path = root().join("docs/conversions.md");
    if std::env::var_os("TUNELINT_UPDATE").is_some() {
        fs::write(&path, &page).expect("the page is written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, page, "out of date: TUNELINT_UPDATE=1 rewrites it");
}

/// A conversation of random turns, with tools now and then.
fn conversation() -> impl Strategy<Value = Value> {
    let text = "[ a-cé漢\\n\"{}]{0,8}";
    let turn = (0..4_u8, text, text);
    (prop::option::of(text), prop::collection::vec(turn, 1..5)).prop_map(|(system, turns)| {
        let mut messages: Vec<Value> = Vec::new();
        messages.extend(system.map(|text| json!({"role": "system", "content": text})));
        for (index, (kind, one, two)) in turns.into_iter().enumerate() {
            messages.push(json!({"role": "user", "content": one}));
            if kind == 0 {
                let id = format!("call{index:05}");
                let arguments = json!({"q": one}).to_string();
                messages.push(json!({"role": "assistant", "content": null, "tool_calls": [
                    {"id": id, "type": "function", "function": {"name": "find", "arguments": arguments}}]}));
                messages.push(json!({"role": "tool", "tool_call_id": id, "content": two}));
            }
            messages.push(json!({"role": "assistant", "content": two}));
        }
        json!({"messages": messages})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_not_lost_comes_back(record in conversation()) {
        let line = record.to_string() + "\n";
        for from in layout::all() {
            let (own, account, _) = convert("messages", &line, from.name());
            if account.written == 0 {
                continue;
            }
            for to in layout::all() {
                let (there, account, _) = convert(from.name(), &own, to.name());
                if account.written == 1 && account.losses.is_empty() && !to.capacity().is_prompt_only() {
                    returns(from.name(), &own, to.name(), &there);
                }
            }
        }
    }
}

/// What a changed record may not lose in silence.
const MARKER: &str = "kept-or-told";

/// `value` with each of its parts changed in turn, and where: a key more in an object, an item
/// more in a list, another value in its place.
fn changed(value: &Value, place: &str) -> Vec<(String, Value)> {
    let others = [json!(MARKER), json!([MARKER]), json!({ MARKER: 1 })];
    let mut all: Vec<(String, Value)> = Vec::new();
    all.extend(others.map(|other| (format!("{place}={other}"), other)));
    match value {
        Value::Object(object) => {
            let with = |key: &str, inner: Value| {
                let mut object = object.clone();
                object.insert(key.to_owned(), inner);
                Value::Object(object)
            };
            all.push((format!("{place}/+"), with("further", json!(MARKER))));
            for (key, inner) in object {
                let inner = changed(inner, &format!("{place}/{key}"));
                all.extend(inner.into_iter().map(|(at, inner)| (at, with(key, inner))));
            }
        }
        Value::Array(list) => {
            let again = list.iter().take(2).map(says_marker);
            let again = again.filter(|more| more.to_string().contains(MARKER));
            for more in again.chain([json!(MARKER), json!({ MARKER: 1 })]) {
                let longer = Value::Array([&list[..], &[more]].concat());
                all.push((format!("{place}/+"), longer));
            }
            for (index, item) in list.iter().enumerate() {
                let items = changed(item, &format!("{place}/{index}")).into_iter();
                all.extend(items.map(|(at, item)| {
                    let mut list = list.clone();
                    list[index] = item;
                    (at, Value::Array(list))
                }));
            }
        }
        _ => {}
    }
    all
}

/// `value` with the marker in the place of what is said.
fn says_marker(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(says_marker).collect(),
        Value::Object(object) => {
            let said = |key: &str| ["content", "text", "value"].contains(&key);
            let changed = object.iter().map(|(key, inner)| match inner {
                Value::String(_) if said(key) => (key.clone(), json!(MARKER)),
                inner => (key.clone(), says_marker(inner)),
            });
            Value::Object(changed.collect())
        }
        other => other.clone(),
    }
}

/// What a conversion gave: what was written, how often what was lost, what was said.
type Given = (String, BTreeMap<String, u64>, Vec<String>);

/// `value` without what stands at `place`.
fn without(value: &Value, place: &str) -> Option<Value> {
    let (parent, key) = place.rsplit_once('/')?;
    let mut value = value.clone();
    match value.pointer_mut(parent)? {
        Value::Object(object) => drop(object.remove(key)?),
        Value::Array(list) => drop(list.remove(key.parse().ok().filter(|at| *at < list.len())?)),
        _ => return None,
    }
    Some(value)
}

/// What is lost as a whole and cannot be left out of its record, and where it stands in these.
const WHOLES: [(&str, &str); 7] = [
    ("rejected response", "/rejected"),
    ("rejected response", "/non_preferred_output"),
    ("rejected response", "/completions/1"),
    ("rejected response", "/messages/1/candidates/1"),
    ("tool call", "/tool_calls"),
    ("tool call", "/conversations/1/value"),
    ("tool call", "/messages/1/content"),
];

/// Whether what stands at a place, or around it, was counted as lost as a whole: without it, the
/// same is written and less is lost. A change of it is no other loss.
fn is_lost(record: &Value, place: &str, before: &Given, give: &dyn Fn(&Value) -> Given) -> bool {
    let place = place.split_once('=').map_or(place, |(place, _)| place);
    let ends = place.match_indices('/').map(|(at, _)| at).skip(1);
    let mut around = ends.chain([place.len()]).map(|end| &place[..end]);
    let is_less = |there: &Value| {
        let (written, losses, _) = give(there);
        let sum = |losses: &BTreeMap<String, u64>| losses.values().sum::<u64>();
        written == before.0 && sum(&losses) < sum(&before.1)
    };
    WHOLES
        .iter()
        .any(|(what, part)| before.1.contains_key(*what) && place.contains(part))
        || around.any(|place| without(record, place).is_some_and(|less| is_less(&less)))
}

/// The changes of `line` that disappear between `from` and `to`: written in no form, not counted
/// as lost, no reason for a refusal.
fn silent(from: &str, line: &str, to: &str, turns: TurnsPolicy) -> Vec<String> {
    let give = |record: &Value| -> Given {
        let (there, account, said) = converted(from, &format!("{record}\n"), to, turns, false);
        let losses = account.losses.names.into_iter();
        let losses = losses.map(|(what, loss)| (what, loss.count)).collect();
        (there, losses, said)
    };
    let record: Value = serde_json::from_str(line).expect("JSON");
    let before = give(&record);
    if before.0.is_empty() {
        return Vec::new();
    }
    let known = named(from).fields();
    let absent = known.iter().filter(|name| record.get(name).is_none());
    let added = absent.flat_map(|name| {
        let values = [json!(MARKER), json!([MARKER]), json!({ MARKER: MARKER })];
        values.map(|value| {
            let mut more = record.clone();
            more[name] = value.clone();
            (format!("/{name}={value}"), more)
        })
    });
    let mut silent = Vec::new();
    for (at, changed) in added.chain(changed(&record, "")) {
        let (there, losses, said) = give(&changed);
        let noticed = there.contains(MARKER) || said != before.2 || losses != before.1;
        let same_kind = changed.is_object() == record.is_object();
        let is_record = changed.is_object() || changed.is_array();
        if is_record && same_kind && !noticed && !is_lost(&record, &at, &before, &give) {
            silent.push(format!(
                "{from} to {to} {turns:?}, {at}: {changed}\n{there}"
            ));
        }
    }
    silent
}

/// Whatever else stands in a record is written, counted as lost, or the reason for a refusal.
#[test]
fn nothing_is_lost_in_silence() {
    let mut all = BTreeSet::new();
    for (from, lines) in records() {
        for to in layout::all() {
            for turns in [TurnsPolicy::Reject, TurnsPolicy::Last] {
                let silent = |line: &String| silent(from, line, to.name(), turns);
                all.extend(lines.iter().flat_map(silent));
            }
        }
    }
    let all: Vec<String> = all.into_iter().collect();
    assert!(all.is_empty(), "{}\n{}", all.len(), all.join("\n"));
}

#[test]
fn a_text_before_the_input_is_the_input_where_nobody_asked() {
    let line =
        r#"{"messages":[{"role":"system","content":"S"},{"role":"assistant","content":"d"}]}"#;
    let (there, account, _) = convert("messages", &format!("{line}\n"), "pairs");
    assert_eq!(there, "{\"text_input\":\"S\\n\\n\",\"output\":\"d\"}\n");
    assert_eq!(account.written, 1);
}

/// LLaMA-Factory says beside any layout whether the answer is a good one.
#[test]
fn a_tagged_answer_is_judged_and_a_bad_one_not_taught() {
    let line = |tag: bool| {
        format!("{{\"instruction\":\"a\",\"input\":\"\",\"output\":\"b\",\"kto_tag\":{tag}}}\n")
    };
    for tag in [true, false] {
        let (there, account, said) = convert("alpaca", &line(tag), "kto");
        let label = format!("\"completion\":\"b\",\"label\":{tag}}}\n");
        assert!(there.ends_with(&label), "{there} {said:?}");
        assert!(account.losses.is_empty(), "{:?}", account.losses);
    }
    let (_, account, said) = convert("alpaca", &line(false), "messages");
    assert_eq!(account.written, 0, "{said:?}");
    let (_, account, _) = convert("alpaca", &line(true), "messages");
    let lost: Vec<&String> = account.losses.names.keys().collect();
    assert_eq!(lost, ["field `kto_tag`"]);
}

#[test]
fn a_carried_field_never_stands_twice() {
    let line = "{\"text_input\":\"a\",\"output\":\"b\",\"prompt\":\"P\",\"note\":\"n\"}\n";
    let to = "prompt-completion";
    let (there, account, _) = converted("pairs", line, to, TurnsPolicy::Reject, true);
    assert_eq!(
        there,
        "{\"prompt\":\"a\",\"completion\":\"b\",\"note\":\"n\"}\n"
    );
    assert!(account.losses.names.contains_key("field `prompt`"));
}

#[test]
fn what_the_user_says_beside_a_result_stays_his() {
    let line = r#"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"call00001","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"call00001","content":[{"text":"r"}]}},{"text":"and more"}]},{"role":"assistant","content":[{"text":"b"}]}]}"#;
    for to in layout::all() {
        let line = format!("{line}\n");
        let (there, account, _) = converted(
            "bedrock-converse",
            &line,
            to.name(),
            TurnsPolicy::Last,
            false,
        );
        let lost = account.losses.names.contains_key("out-of-order message");
        let kept = there.contains("and more") && !there.contains("Tool: and more");
        assert!(
            account.written == 0 || kept || lost,
            "{}: {there}",
            to.name()
        );
    }
}

#[test]
fn results_in_another_order_are_refused_where_only_the_order_pairs_them() {
    let line = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"b","content":"rb"},{"role":"tool","tool_call_id":"a","content":"ra"},{"role":"assistant","content":"z"}]}"#;
    let refused = |to: &str| {
        let (_, account, said) = convert("messages", &format!("{line}\n"), to);
        let is_said = said
            .iter()
            .any(|why| why.starts_with("tool results out of order"));
        assert_eq!(account.rejected == 1, is_said, "{said:?}");
        is_said
    };
    assert!(refused("sharegpt") && refused("typed-messages"));
    assert!(!refused("contents") && !refused("bedrock-converse"));
}

/// A record of another layout is not read as the file's because it has the file's fields as well.
#[test]
fn a_bad_answer_among_others_is_not_taught() {
    let lines = "{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"prompt\":\"c\",\"completion\":\"bad\",\"label\":false}\n";
    let (there, account, said) = convert("prompt-completion", lines, "messages");
    assert_eq!((account.written, account.rejected), (1, 1), "{said:?}");
    assert!(!there.contains("bad"), "{there}");
}

/// One name does not make another layout of a record that is whole in its own.
#[test]
fn layouts_are_told_by_form() {
    for (layout, line) in [
        (
            "text",
            r#"{"text":"hi","segments":[{"start":0,"end":1,"text":"hi"}]}"#,
        ),
        (
            "text",
            r#"{"text":"hi","segments":[{"label":true,"text":"hi"}]}"#,
        ),
        (
            "alpaca",
            r#"{"instruction":"a","output":"b","interactions":12}"#,
        ),
        (
            "prompt-completion",
            r#"{"prompt":"a","response":"b","completions":["x"],"labels":[1]}"#,
        ),
        (
            "messages",
            r#"{"messages":[{"role":"user","content":"a"}],"only_last":true}"#,
        ),
        (
            "segments",
            r#"{"segments":[{"label":true,"text":"hi"}],"id":1}"#,
        ),
        (
            "stepwise",
            r#"{"prompt":"a","completions":["x"],"labels":[1],"id":1}"#,
        ),
    ] {
        let input = Input::bytes("records.jsonl", format!("{line}\n").as_bytes());
        let reader = Reader::open(SourceId(0), input, &ReadOptions::default()).expect("memory");
        let found = reader.layout().map(|layout| layout.name());
        assert_eq!(found, Some(layout), "{line}");
    }
}

#[test]
fn tools_are_declared_once() {
    let tool = |name: &str| {
        format!(r#"[{{"type":"function","function":{{"name":"{name}","parameters":{{}}}}}}]"#)
    };
    let line = format!(
        r#"{{"interactions":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b"}}],"tools":{},"available_tools":{}}}"#,
        tool("f"),
        tool("g")
    );
    let (there, account, _) = convert("interactions", &format!("{line}\n"), "messages");
    assert_eq!(there.matches("\"tools\"").count(), 1, "{there}");
    assert!(account.losses.names.contains_key("field `tools`"));
}

#[test]
fn a_weight_is_carried_along_where_the_layout_knows_none() {
    let line = "{\"prompt\":\"a\",\"completion\":\"b\",\"weight\":0.5}\n";
    let (there, account, _) = converted(
        "prompt-completion",
        line,
        "pairs",
        TurnsPolicy::Reject,
        true,
    );
    assert_eq!(
        there,
        "{\"text_input\":\"a\",\"output\":\"b\",\"weight\":0.5}\n"
    );
    assert!(account.losses.is_empty());
}
