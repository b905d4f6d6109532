//! A fixture for every requirement on fields of every profile: a record that meets it, and the same
//! record with one change that does not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tunelint_core::finding::{Finding, Severity};
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
pub fn bases(layout: &str) -> Vec<Value> {
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
    let using = json!([{"role": "user", "content": [{"text": "u"}]},
        {"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "a", "name": "weather", "input": {}}}]},
        {"role": "user", "content": [
            {"toolResult": {"toolUseId": "a", "content": [{"text": "rain"}, {"json": {}}]}}]},
        {"role": "assistant", "content": [{"text": "m"}]}]);
    let schema = json!({"json": {"type": "object", "properties": {}}});
    let spec = json!({"name": "weather", "description": "d", "inputSchema": schema});
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
            json!({"schemaVersion": version, "messages": using,
                "toolConfig": {"tools": [{"toolSpec": spec}]}}),
        ],
        "conversations" => vec![json!({"conversations": plain})],
        "input-output" => vec![json!({"input": "u", "output": "m"})],
        "pairs" => vec![json!({"text_input": "u", "output": "m"})],
        "prompt-completion" => vec![json!({"prompt": "u", "completion": "m"})],
        "text" => vec![json!({"text": "m"})],
        "alpaca" => vec![
            json!({"instruction": "u", "input": "", "output": "m"}),
            json!({"instruction": "u", "output": "m"}),
        ],
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
            json!({"prompt": [plain[0]], "chosen": [{"role": "assistant", "content": "a"}],
                "rejected": [{"role": "assistant", "content": "b"}]}),
            json!({"chosen": [plain[0], {"role": "assistant", "content": "a"}],
                "rejected": [plain[0], {"role": "assistant", "content": "b"}]}),
        ],
        "preference-sharegpt" => vec![json!({
            "conversations": [{"from": "human", "value": "u"}],
            "chosen": {"from": "gpt", "value": "a"},
            "rejected": {"from": "gpt", "value": "b"}})],
        "kto" => vec![json!({"prompt": "u", "completion": "m", "label": true})],
        name if name.starts_with("prompt-only") => prompts(name),
        name => compared(name),
    }
}

/// Prompts without responses.
fn prompts(layout: &str) -> Vec<Value> {
    let user = json!([{"role": "user", "content": "u"}]);
    let system = json!([{"role": "system", "content": "s"}, user[0]]);
    let asked = messages()
        .as_array()
        .map_or(json!([]), |all| json!(all[..4]));
    let mut asked = asked;
    asked.as_array_mut().expect("a list").push(user[0].clone());
    let contents = json!([{"role": "user", "parts": [{"text": "u"}]}]);
    let file = json!([{"role": "user", "parts": [{"text": "u"},
        {"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a"}}]}]);
    let references = json!({"answer": "m"});
    let image = json!({"url": "https://example.com/a.png"});
    let seen = json!([{"role": "user", "content": [{"type": "text", "text": "u"},
        {"type": "image_url", "image_url": image}]}]);
    let mut required = tools();
    required[0]["function"]["parameters"]["required"] = json!([]);
    match layout {
        "prompt-only" => vec![
            json!({"prompt": "u", "solution": "m"}),
            json!({"prompt": user, "data_source": "d", "ability": "math",
                "reward_model": {"style": "rule", "ground_truth": "m"},
                "extra_info": {"index": 0}}),
            json!({"prompt": user, "solution": "m", "id": "a", "difficulty": "easy",
                "attributes": {}}),
        ],
        "prompt-only-messages" => vec![
            json!({"messages": user, "reference_answer": "m", "id": "a"}),
            json!({"messages": user, "solution": "m", "rollout_extra": {"a": 1}}),
            json!({"messages": system, "reference_answer": {"a": "m"}}),
            json!({"messages": asked, "reference_answer": "m", "tools": required}),
            json!({"messages": seen, "reference_answer": "m"}),
        ],
        "prompt-only-contents" => vec![
            json!({"contents": contents, "references": references}),
            json!({"contents": contents, "references": references,
                "systemInstruction": {"parts": [{"text": "s"}]}}),
            json!({"contents": file, "references": references}),
        ],
        _ => Vec::new(),
    }
}

/// Messages with a chosen and a rejected response, or a label.
fn compared(layout: &str) -> Vec<Value> {
    let answer = |text: &str| json!({"role": "assistant", "content": text});
    let user = json!({"role": "user", "content": "u"});
    let one = json!([user, answer("m")]);
    let other = json!([user, answer("b")]);
    match layout {
        "preference-messages" => vec![
            json!({"messages": [user], "chosen": answer("a"), "rejected": answer("b")}),
            json!({"messages": [messages()[0], messages()[1], messages()[2], messages()[3],
                messages()[4], user], "chosen": answer("a"), "rejected": answer("b"),
                "tools": tools()}),
        ],
        "preference-ms-swift" => vec![
            json!({"messages": one, "rejected_response": "b"}),
            json!({"messages": one, "rejected_response": [answer("b")]}),
            json!({"messages": one, "rejected_messages": other, "tools": tools(),
                "rejected_tools": tools(), "images": ["a.png"], "rejected_images": ["a.png"]}),
        ],
        "preference-openpipe" => vec![json!({"messages": one, "rejected_message": answer("b"),
            "split": "TRAIN"})],
        "preference-conversations" => vec![
            json!({"chosen": one, "rejected": other}),
            json!({"prompt": [user], "chosen": one, "rejected": other}),
        ],
        "kto-messages" => vec![
            json!({"messages": one, "label": true}),
            json!({"messages": messages(), "label": true, "tools": tools()}),
        ],
        _ => Vec::new(),
    }
}

/// Records of `layout` that not every target takes: with media, reasoning, deprecated messages, or
/// tools in preferences.
fn special_bases(layout: &str) -> Vec<Value> {
    let version = "bedrock-conversation-2024";
    let source = json!({"s3Location": {"uri": "s3://bucket/a", "bucketOwner": "123456789012"}});
    let converse = |asked: Value, answered: Value| {
        json!({"schemaVersion": version, "messages": [
            {"role": "user", "content": [{"text": "u"}, asked]},
            {"role": "assistant", "content": [answered, {"text": "m"}]}]})
    };
    let text = || json!({"text": "t"});
    let medium = |kind: &str, format: &str| {
        let block = json!({"format": format, "source": source});
        converse(json!({ kind: block }), text())
    };
    let shown = |part: Value| {
        json!({"contents": [{"role": "user", "parts": [{"text": "u"}, part]},
            {"role": "model", "parts": [{"text": "m"}]}]})
    };
    let image = json!({"url": "data:image/png;base64,AAAA", "detail": "low"});
    let parts = json!([{"type": "image_url", "image_url": image}, {"type": "text", "text": "u"}]);
    let mut strict = tools();
    strict[0]["function"]["strict"] = json!(true);
    let seen = json!([{"role": "user", "content": parts}]);
    match layout {
        "messages" => vec![
            json!({"messages": messages(), "tools": strict}),
            json!({"messages": [{"role": "user", "content": parts},
                {"role": "assistant", "content": "m"}]}),
            json!({"messages": [{"role": "user", "content": "u", "name": "x"},
                {"role": "function", "name": "weather", "content": "rain"},
                {"role": "assistant", "content": "m"}]}),
            json!({"messages": [{"role": "user", "content": "u"},
                {"role": "assistant", "content": "m", "refusal": "r"}]}),
            json!({"messages": [{"role": "user", "content": "u"},
                {"role": "assistant", "tool_calls": [{"name": "weather", "arguments": {}}]},
                {"role": "tool", "content": "rain"},
                {"role": "assistant", "content": "m"}]}),
            json!({"messages": [{"role": "user", "content": "u"},
                {"role": "tool_call", "content": r#"{"name":"weather","arguments":{}}"#},
                {"role": "tool_response", "content": "rain"},
                {"role": "assistant", "content": "m"}]}),
            json!({"messages": [{"role": "user", "content": "u"},
                {"role": "assistant", "content": "m",
                    "function_call": {"name": "weather", "arguments": "{}"}}]}),
        ],
        "contents" => vec![
            shown(json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}})),
            shown(json!({"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a"}})),
        ],
        "bedrock-converse" => vec![
            medium("image", "png"),
            medium("video", "mp4"),
            medium("document", "pdf"),
            converse(
                text(),
                json!({"reasoningContent": {"reasoningText": {"text": "r"}}}),
            ),
        ],
        // A message that is a content part as well.
        "prompt-completion" => {
            let part = |role: &str| json!([{"type": "text", "role": role, "content": "t"}]);
            vec![json!({"prompt": part("user"), "completion": part("assistant")})]
        }
        "preference-openai" => {
            let answer = |text: &str| json!([{"role": "assistant", "content": text}]);
            let called = messages();
            let asked = json!([called[0], called[1], called[2], called[3],
                {"role": "user", "content": "u", "name": "x"}]);
            let call = json!([called[2]]);
            vec![
                json!({"input": {"messages": asked, "tools": strict},
                    "preferred_output": answer("a"), "non_preferred_output": answer("b")}),
                json!({"input": {"messages": seen},
                    "preferred_output": answer("a"), "non_preferred_output": answer("b")}),
                json!({"input": {"messages": [{"role": "user", "content": "u"}], "tools": tools()},
                    "preferred_output": call, "non_preferred_output": answer("b")}),
                json!({"input": {"messages": [{"role": "user", "content": "u"}], "tools": tools()},
                    "preferred_output": answer("a"), "non_preferred_output": call}),
                json!({"input": {"messages": [{"role": "user", "content": "u"},
                    {"role": "function", "name": "weather", "content": "rain"}]},
                    "preferred_output": answer("a"), "non_preferred_output": answer("b")}),
            ]
        }
        _ => Vec::new(),
    }
}

/// What the rule finds in `record` for `profile`.
fn findings(profile: &Profile, record: &Value) -> Vec<Finding> {
    Fixture::of(format!("{record}\n")).findings(profile, RULE)
}

/// Applies `change` to the first value at the place of `fact`; whether there is one.
fn change(record: &mut Value, fact: &FieldFact, change: &dyn Fn(&mut Value)) -> bool {
    let steps: Vec<&str> = fact.at.split('/').filter(|step| !step.is_empty()).collect();
    change_at(record, &steps, fact, change)
}

/// Adds a value at a place, in the first items of lists; whether there is room for it.
pub fn add_at(record: &mut Value, place: &str) -> bool {
    let steps: Vec<&str> = place.split('/').collect();
    let [way @ .., key] = steps.as_slice() else {
        return false;
    };
    let text = match record.get("schemaVersion") {
        Some(_) => json!([{"text": "x"}]),
        None => json!("x"),
    };
    let parent = way.iter().try_fold(record, |value, step| match *step {
        "*" => value.get_mut(0),
        key => value.get_mut(key),
    });
    let Some(parent) = parent.filter(|parent| parent.is_object()) else {
        return false;
    };
    parent[*key] = if way.is_empty() {
        text
    } else {
        json!({"note": "x"})
    };
    true
}

fn change_at(
    value: &mut Value,
    steps: &[&str],
    fact: &FieldFact,
    change: &dyn Fn(&mut Value),
) -> bool {
    match steps {
        [] if !is_meant(value, fact) => false,
        [_] if !has_strings(value, &fact.within) => false,
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
    has_strings(value, &fact.when) && fact.having.iter().all(has) && !fact.lacking.iter().any(has)
}

fn has_strings(value: &Value, strings: &BTreeMap<String, Vec<String>>) -> bool {
    strings.iter().all(|(key, names)| {
        let text = value.get(key).and_then(Value::as_str);
        text.is_some_and(|text| names.iter().any(|name| name == text))
    })
}

/// Values of every type but `types`.
fn of_other_types(types: &[ValueType]) -> Vec<Value> {
    let all = [
        (
            ValueType::Object,
            json!({"role": "assistant", "content": "a"}),
        ),
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
        all.push(("forbids", Box::new(move |value| value[&key] = json!("x"))));
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
    if fact.same_type {
        let other = |value: &mut Value| *value = json!([{"type": "text", "text": "x"}]);
        all.push(("same-type", Box::new(other)));
    }
    if fact.not_empty {
        let empty = |value: &mut Value| {
            *value = if value.is_array() {
                json!([])
            } else {
                json!("")
            };
        };
        all.push(("not-empty", Box::new(empty)));
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

/// Adds the keys without which the requirement is not about a value, if it is about none yet.
fn prepared(record: &Value, fact: &FieldFact) -> Value {
    let mut record = record.clone();
    if change(&mut record, fact, &|_| {}) {
        return record;
    }
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
    let mut untried = Vec::new();
    for (_, json) in FILES {
        let profile = Profile::parse(json).expect("a profile");
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
                // Of these, only those that the target takes.
                for base in special_bases(layout) {
                    let base = prepared(&base, fact);
                    if findings(&one, &base).is_empty() {
                        tried += try_all(&one, fact, &base);
                    }
                }
            }
            if tried == 0 {
                let (name, at) = (&profile.name, &fact.at);
                untried.push(format!("{name}: no fixture for {at}: {}", fact.describe()));
            }
        }
    }
    assert!(untried.is_empty(), "{untried:#?}");
}

/// Breaks `base` in every way; the number of ways.
fn try_all(profile: &Profile, fact: &FieldFact, base: &Value) -> usize {
    let told = |record: &Value| findings(profile, record);
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
    for (_, json) in FILES {
        let profile = Profile::parse(json).expect("a profile");
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

#[test]
fn what_one_target_only_advises_does_not_hide_what_another_rejects() {
    let fact = |effect: &str| {
        format!(
            "[[fields]]\nat = \"messages/*\"\nforbids = [\"note\"]\neffect = \"{effect}\"\n\
             source = \"s\"\nquote = \"q\"\n"
        )
    };
    let profile = |name: &str, effect: &str| {
        let toml = format!(
            "name = \"{name}\"\ntitle = \"\"\nstatus = \"alive\"\nread = \"\"\n\
             layouts = [\"messages\"]\ncontainer = \"jsonl\"\n[sources]\n{}",
            fact(effect)
        );
        std::sync::Arc::new(toml::from_str(&toml).expect("a profile"))
    };
    let mut record = bases("messages").remove(0);
    record["messages"][0]["note"] = json!("x");
    let mut check = crate::running::Check::new();
    check.default_target = false;
    check.enabled = [RULE].into();
    check.context.profiles = vec![profile("a", "advises"), profile("b", "rejects")];
    let told = check.run("train.jsonl", format!("{record}\n").as_bytes()).0;
    let targets: Vec<&[String]> = told.iter().map(|of| of.targets.as_slice()).collect();
    assert_eq!(targets, [["a".to_owned(), "b".to_owned()]]);
    assert_eq!(told[0].severity, Severity::Error, "{told:?}");
    assert!(told[0].message.contains("a recommends against"), "{told:?}");
    assert!(told[0].message.contains("b rejects"), "{told:?}");
}

#[test]
fn what_a_pattern_asks_for_is_said_in_words() {
    let mut record = bases("sharegpt").remove(1);
    record["conversations"][1]["value"] = json!("weather()");
    let (_, json) = FILES
        .iter()
        .find(|(name, _)| *name == "llama-factory")
        .expect("it exists");
    let told = findings(&Profile::parse(json).expect("a profile"), &record);
    let first = told.first().map(|finding| finding.message.as_str());
    let expected = "`value` is `weather()`: llama-factory rejects anything but a JSON object with \
        the name and the arguments of the call";
    assert_eq!(first, Some(expected));
}

#[test]
fn the_key_in_use_is_named() {
    let mut record = bases("messages").remove(1);
    record["tools"] = json!("weather");
    let (_, json) = FILES
        .iter()
        .find(|(name, _)| *name == "mistral")
        .expect("it exists");
    let told = findings(&Profile::parse(json).expect("a profile"), &record);
    let first = told.first().map(|finding| finding.message.as_str());
    let expected = "`tools` is a string: mistral rejects anything but a list or null";
    assert_eq!(first, Some(expected));
}
