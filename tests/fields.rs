//! A fixture for every requirement on fields of every profile: a record that meets it, and the same
//! record with one change that does not.

use serde_json::{Map, Value, json};
use tunelint_core::profile::{Effect, FILES, FieldFact, Profile, ValueType};

use crate::limits::Fixture;

const RULE: &str = "field-not-accepted";

/// Messages with everything that a requirement may be about.
fn messages() -> Value {
    let call = json!({"id": "abcdefghi", "type": "function",
        "function": {"name": "weather", "arguments": "{}"}});
    json!([
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "abcdefghi", "content": "rain"},
        {"role": "assistant", "content": "m"},
    ])
}

fn tools() -> Value {
    json!([{"type": "function", "function": {"name": "weather", "description": "d",
        "parameters": {"type": "object", "properties": {}}}}])
}

/// Records of `layout`, the plain one first.
fn bases(layout: &str) -> Vec<Value> {
    let plain = json!([{"role": "user", "content": "u"}, {"role": "assistant", "content": "m"}]);
    let contents = json!([{"role": "user", "parts": [{"text": "u"}]},
        {"role": "model", "parts": [{"text": "m"}]}]);
    let calling = json!([{"role": "user", "parts": [{"text": "u"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {}}}]},
        {"role": "model", "parts": [{"text": "m"}]}]);
    let declared = json!([{"functionDeclarations": [{"name": "weather", "description": "d",
        "parameters": {"type": "object", "properties": {}}}]}]);
    let converse = json!([{"role": "user", "content": [{"text": "u"}]},
        {"role": "assistant", "content": [{"text": "m"}]}]);
    let url = "https://example.com/a.png";
    let parts = json!([{"type": "text", "text": "u"},
        {"type": "image_url", "image_url": {"url": url}}]);
    let version = "bedrock-conversation-2024";
    match layout {
        "messages" => vec![
            json!({"messages": plain}),
            json!({"messages": messages(), "tools": tools()}),
            json!({"messages": [{"role": "user", "content": parts},
                {"role": "assistant", "content": "m", "reasoning_content": "r"}]}),
        ],
        "interactions" => vec![
            json!({"interactions": plain}),
            json!({"interactions": messages(), "tools": tools()}),
        ],
        "contents" => vec![
            json!({"contents": contents}),
            json!({"contents": contents, "systemInstruction": {"parts": [{"text": "s"}]}}),
            json!({"contents": calling, "tools": declared}),
        ],
        "bedrock-converse" => vec![
            json!({"schemaVersion": version, "messages": converse}),
            json!({"schemaVersion": version, "system": [{"text": "s"}], "messages": converse}),
        ],
        "conversations" => vec![json!({"conversations": plain})],
        "input-output" => vec![json!({"input": "u", "output": "m"})],
        "pairs" => vec![json!({"text_input": "u", "output": "m"})],
        "prompt-completion" => vec![json!({"prompt": "u", "completion": "m"})],
        "text" => vec![json!({"text": "m"})],
        "alpaca" => vec![json!({"instruction": "u", "input": "", "output": "m"})],
        "sharegpt" => vec![
            json!({"conversations": [
                {"from": "human", "value": "u"}, {"from": "gpt", "value": "m"}]}),
            json!({"conversations": [{"from": "human", "value": "u"},
                {"from": "function_call", "value": r#"{"name":"weather","arguments":{}}"#},
                {"from": "observation", "value": "rain"}, {"from": "gpt", "value": "m"}],
                "tools": tools().to_string()}),
        ],
        "preference-openai" => {
            let answer = |text: &str| json!([{"role": "assistant", "content": text}]);
            let input = json!({"messages": [{"role": "user", "content": "u"}]});
            vec![json!({"input": input, "preferred_output": answer("a"),
                "non_preferred_output": answer("b")})]
        }
        "preference" => vec![
            json!({"prompt": "u", "chosen": "a", "rejected": "b"}),
            json!({"chosen": [plain[0], {"role": "assistant", "content": "a"}],
                "rejected": [plain[0], {"role": "assistant", "content": "b"}]}),
        ],
        "preference-sharegpt" => vec![json!({
            "conversations": [{"from": "human", "value": "u"}],
            "chosen": {"from": "gpt", "value": "a"},
            "rejected": {"from": "gpt", "value": "b"}})],
        "kto" => vec![json!({"prompt": "u", "completion": "m", "label": true})],
        _ => Vec::new(),
    }
}

/// Applies `change` to the first value at the place of `fact`; whether there is one.
fn change(record: &mut Value, fact: &FieldFact, change: &dyn Fn(&mut Value)) -> bool {
    let steps: Vec<&str> = fact.at.split('/').filter(|step| !step.is_empty()).collect();
    change_at(record, &steps, fact, change)
}

fn change_at(
    value: &mut Value,
    steps: &[&str],
    fact: &FieldFact,
    change: &dyn Fn(&mut Value),
) -> bool {
    match steps {
        [] if !is_meant(value, fact) => false,
        [] => {
            change(value);
            true
        }
        ["*", rest @ ..] => value
            .as_array_mut()
            .into_iter()
            .flatten()
            .any(|item| change_at(item, rest, fact, change)),
        [keys, rest @ ..] => keys.split('|').any(|key| {
            let inner = value.get_mut(key);
            inner.is_some_and(|inner| change_at(inner, rest, fact, change))
        }),
    }
}

/// Whether the requirement is about this value.
fn is_meant(value: &Value, fact: &FieldFact) -> bool {
    let has = |key: &String| value.get(key).is_some();
    let is_one_of = |(key, names): (&String, &Vec<String>)| {
        let text = value.get(key).and_then(Value::as_str);
        text.is_some_and(|text| names.iter().any(|name| name == text))
    };
    fact.when.iter().all(is_one_of) && fact.having.iter().all(has) && !fact.lacking.iter().any(has)
}

/// Values of every type but `types`.
fn of_other_types(types: &[ValueType]) -> Vec<Value> {
    let all = [
        (ValueType::Object, json!({"a": 1})),
        (ValueType::String, json!("a")),
        (ValueType::List, json!([])),
        (ValueType::Number, json!(7)),
        (ValueType::Null, Value::Null),
    ];
    let others = all.into_iter().filter(|(of, _)| !types.contains(of));
    others.map(|(_, value)| value).collect()
}

/// Makes a value violate one part of the requirement; what each part is.
type Breaking = Box<dyn Fn(&mut Value)>;

fn breaking(fact: &FieldFact) -> Vec<(&'static str, Breaking)> {
    let mut all: Vec<(&'static str, Breaking)> = Vec::new();
    let object = |value: &mut Value| value.as_object_mut().map_or_else(Map::new, std::mem::take);
    if !fact.allows.is_empty() {
        all.push(("allows", Box::new(|value| value["surplus"] = json!("x"))));
    }
    for key in fact.forbids.clone() {
        all.push(("forbids", Box::new(move |value| value[&key] = json!(1))));
    }
    for key in fact.requires.clone() {
        all.push((
            "requires",
            Box::new(move |value| {
                let mut fields = object(value);
                fields.remove(&key);
                *value = Value::Object(fields);
            }),
        ));
    }
    let others = of_other_types(&fact.types).into_iter();
    for other in others.filter(|_| !fact.types.is_empty()) {
        all.push(("types", Box::new(move |value| *value = other.clone())));
    }
    if fact.pattern.is_some() || !fact.values.is_empty() {
        // A pattern may match the first of these.
        let pattern = fact.pattern.as_deref().map(regex::Regex::new);
        let pattern = pattern.and_then(Result::ok);
        let matches = |text: &&str| pattern.as_ref().is_none_or(|of| !of.is_match(text));
        let wrong = ["no such ?!", "", "data:,"].into_iter().find(matches);
        let wrong = wrong.unwrap_or_default();
        all.push(("values", Box::new(move |value| *value = json!(wrong))));
    }
    all
}

/// Adds the keys without which the requirement is not about a value, where its place exists.
fn prepared(record: &Value, fact: &FieldFact) -> Value {
    let mut record = record.clone();
    let bare = FieldFact {
        having: Vec::new(),
        ..fact.clone()
    };
    let add = |value: &mut Value| {
        for key in &fact.having {
            if value.is_object() && value.get(key).is_none() {
                value[key] = json!("x");
            }
        }
    };
    change(&mut record, &bare, &add);
    record
}

#[test]
fn every_requirement_on_fields_is_held_to() {
    for (_, toml) in FILES {
        let profile = Profile::parse(toml).expect("a profile");
        for fact in &profile.fields {
            let one = Profile {
                fields: vec![fact.clone()],
                ..profile.clone()
            };
            let mut layouts = profile.layouts.clone();
            layouts.retain(|name| fact.layouts.is_empty() || fact.layouts.contains(name));
            let mut tried = 0;
            for layout in &layouts {
                for base in bases(layout) {
                    tried += try_all(&one, fact, &prepared(&base, fact));
                }
            }
            let name = &profile.name;
            assert!(
                tried > 0,
                "{name}: no fixture for {}: {}",
                fact.at,
                fact.describe()
            );
        }
    }
}

/// Breaks `base` in every way; the number of ways.
fn try_all(profile: &Profile, fact: &FieldFact, base: &Value) -> usize {
    let told = |record: &Value| {
        let file = Fixture::of(format!("{record}\n"));
        file.findings(profile, RULE)
    };
    let mut tried = 0;
    for (part, breaks) in breaking(fact) {
        let mut broken = base.clone();
        if !change(&mut broken, fact, &|value| breaks(value)) {
            continue;
        }
        let about = format!("{}: {} {part} in {broken}", profile.name, fact.at);
        // A base can have what this target does not take; another one is enough.
        let is_clean = told(base).is_empty();
        if !is_clean && (part != "forbids" || fact.effect == Effect::Rejects) {
            continue;
        }
        // Where the record cannot be read any more, another rule reports it.
        let found = told(&broken);
        let first = found.first().map(|finding| finding.consequence);
        let consequence = fact.effect.consequence(fact.unconfirmed);
        if first.is_some() {
            assert_eq!(first, Some(Some(consequence)), "{about}");
            tried += 1;
        }
    }
    tried
}

#[test]
fn every_pattern_is_valid() {
    for (_, toml) in FILES {
        let profile = Profile::parse(toml).expect("a profile");
        for fact in &profile.fields {
            if let Some(pattern) = &fact.pattern {
                assert!(
                    regex::Regex::new(pattern).is_ok(),
                    "{}: {pattern}",
                    profile.name
                );
            }
        }
    }
}
