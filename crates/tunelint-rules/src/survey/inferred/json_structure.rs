//! The structure that nearly all JSON outputs share: the keys and the types at each path.

use std::collections::BTreeMap;
use std::ops::Range;

use tunelint_data::record::json::{Kind, Parser, Value};
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::position::Span;

use super::majority::{Majority, NEARLY_ALL};
use super::names::NameSets;
use super::outputs::Outputs;
use super::plateau::LEAST;
use super::shape::{OutputShape, fenced_json};
use crate::survey::Sketch;

/// The minimum share of values of one type. A key may be optional, but a type seldom varies.
const SAME_TYPE: f64 = 0.9;
/// Deeper values are not compared.
const MAX_DEPTH: usize = 8;
/// The maximum number of different values that are counted, and their maximum length in bytes.
const MAX_CHOICES: usize = 8;
const MAX_CHOICE: usize = 60;
/// Keys whose value often decides which other keys an object has, and the share below which a value
/// is rare.
const DECIDING: [&str; 10] = [
    "type", "name", "kind", "action", "function", "tool", "method", "intent", "op", "event",
];
const RARE: f64 = 0.1;

/// The structure of JSON outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonStructure {
    root: Node,
}

/// The values at one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    /// How many there are.
    values: usize,
    /// How many of each kind.
    kinds: Vec<(Kind, usize)>,
    /// The members of those that are objects.
    members: BTreeMap<String, Self>,
    /// Which keys the objects have together, and those that are the convention.
    key_sets: NameSets,
    usual_keys: Option<Vec<String>>,
    /// The items of those that are lists.
    items: Option<Box<Self>>,
    /// How often each value occurs, as written; `None` if there are many, or long ones.
    choices: Option<BTreeMap<String, usize>>,
}

/// A place in an output that differs from the structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonDeviation {
    /// The path, such as `buyer.name` or `items[].price`.
    pub path: String,
    /// The number of steps in the path.
    pub depth: usize,
    /// The byte range in the output.
    pub range: Range<usize>,
    /// What differs.
    pub kind: JsonDeviationKind,
}

/// How a place in an output differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonDeviationKind {
    /// A value of another type than nearly all values at this path.
    Type(Kind, Majority<Kind>),
    /// An object without a key that nearly all objects at this path have.
    Missing(Majority<()>),
    /// A key in place of one that nearly all objects at this path have.
    Renamed(String, Majority<()>),
    /// A key that nearly no object at this path has, where other rare keys do not occur.
    Extra(Majority<()>),
}

impl JsonStructure {
    /// Infers the structure from the outputs in the sketch; `None` unless nearly all are JSON
    /// objects.
    pub fn infer(sketch: &Sketch, outputs: &Outputs) -> Option<Self> {
        let shape = outputs.shape.as_ref()?.value;
        if !matches!(shape, OutputShape::JsonObject | OutputShape::CodeFence) {
            return None;
        }
        let (mut root, mut parser, mut all) = (Node::default(), Parser::new(), 0);
        let cuts = sketch.entries().filter_map(|entry| entry.output.as_ref());
        for text in cuts.filter_map(|cut| cut.whole()) {
            all += 1;
            let json = json_of(outputs.body(text));
            let json = json.and_then(|json| parser.parse(json).ok());
            if let Some(json) = json.filter(|json| json.root().kind() == Kind::Object) {
                root.observe(json.root(), 0);
            }
        }
        let is_usual = root.values as f64 >= NEARLY_ALL * f64::from(all);
        is_usual.then(|| Self::of(root))
    }

    fn of(mut root: Node) -> Self {
        root.conclude();
        Self { root }
    }

    /// Whether an output can deviate, if every output was seen.
    pub fn may_deviate(&self) -> bool {
        self.root.may_deviate()
    }

    /// The places where `body`, an output without its stop suffix, differs from the structure;
    /// none if it is not a JSON object.
    pub fn deviations(&self, body: &str) -> Vec<JsonDeviation> {
        let Some(json) = json_of(body) else {
            return Vec::new();
        };
        let mut parser = Parser::new();
        let Ok(parsed) = parser.parse(json) else {
            return Vec::new();
        };
        let mut found = Found {
            start: range_in(json, body).start,
            places: Vec::new(),
        };
        if parsed.root().kind() == Kind::Object {
            self.root
                .compare(parsed.root(), &mut Vec::new(), &mut found);
        }
        found.places
    }

    /// The paths whose value is the same in all outputs, each with the value as written.
    pub fn constants(&self) -> Vec<(String, &str)> {
        let mut found = Vec::new();
        self.root.constants(&mut Vec::new(), &mut found);
        found
    }

    /// The number of JSON outputs that were compared.
    pub fn outputs(&self) -> usize {
        self.root.values
    }
}

/// The JSON of an output: all of it, or the content of its code fence.
fn json_of(body: &str) -> Option<&str> {
    match body.as_bytes().first()? {
        b'{' => Some(body),
        b'`' => fenced_json(body),
        _ => None,
    }
}

/// The deviations found in an output.
struct Found {
    /// Where the JSON starts in the output.
    start: usize,
    places: Vec<JsonDeviation>,
}

impl Found {
    fn add(&mut self, path: &[&str], span: Span, kind: JsonDeviationKind) {
        self.places.push(JsonDeviation {
            path: joined(path),
            depth: path.len(),
            range: self.start + span.start..self.start + span.end,
            kind,
        });
    }
}

impl Node {
    fn observe(&mut self, value: Value<'_>, depth: usize) {
        let kind = value.kind();
        match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((kind, 1)),
        }
        self.count_choice(value.raw());
        self.values += 1;
        if depth == MAX_DEPTH {
            return;
        }
        if kind == Kind::Object {
            let keys: Vec<&str> = value.entries().map(|entry| entry.key).collect();
            self.key_sets.add(&keys);
        }
        for entry in value.entries() {
            match self.members.get_mut(entry.key) {
                Some(member) => member.observe(entry.value, depth + 1),
                None => {
                    let member = self.members.entry(entry.key.to_owned()).or_default();
                    member.observe(entry.value, depth + 1);
                }
            }
        }
        for item in value.items() {
            let items = self.items.get_or_insert_default();
            items.observe(item, depth + 1);
        }
    }

    /// Infers the usual keys at every path, once all values are counted.
    fn conclude(&mut self) {
        self.usual_keys = self.key_sets.usual(LEAST);
        self.members.values_mut().for_each(Self::conclude);
        if let Some(items) = &mut self.items {
            items.conclude();
        }
    }

    fn count_choice(&mut self, raw: &str) {
        if self.values == 0 {
            self.choices = Some(BTreeMap::new());
        }
        let Some(choices) = &mut self.choices else {
            return;
        };
        if let Some(count) = choices.get_mut(raw) {
            *count += 1;
        } else if choices.len() == MAX_CHOICES || raw.len() > MAX_CHOICE {
            self.choices = None;
        } else {
            choices.insert(raw.to_owned(), 1);
        }
    }

    /// The value, as written, if all are the same.
    fn constant(&self) -> Option<&str> {
        let choices = self.choices.as_ref().filter(|choices| choices.len() == 1);
        choices?.keys().next().map(String::as_str)
    }

    /// Whether an object has a rare value of a deciding key. Other keys are then expected in it.
    fn is_rare_form(&self, object: Value<'_>) -> bool {
        DECIDING.iter().any(|key| {
            let member = self.members.get(*key);
            let choices = member.and_then(|member| member.choices.as_ref());
            let (Some(member), Some(choices), Some(value)) = (member, choices, object.get(key))
            else {
                return false;
            };
            let count = choices.get(value.raw()).copied().unwrap_or_default();
            value.kind() == Kind::String && (count as f64) < RARE * member.values as f64
        })
    }

    fn count(&self, kind: Kind) -> usize {
        let known = self.kinds.iter().find(|(known, _)| *known == kind);
        known.map_or(0, |(_, count)| *count)
    }

    /// The type of nearly all values. Null goes with every type except a list, which can be empty.
    fn usual_kind(&self) -> Option<Majority<Kind>> {
        let typed = self.kinds.iter().filter(|(kind, _)| *kind != Kind::Null);
        let (kind, holders) = *typed.max_by_key(|(_, count)| *count)?;
        let nulls = match kind {
            Kind::Array => 0,
            _ => self.count(Kind::Null),
        };
        let usual = Majority {
            value: kind,
            holders,
            of: self.values - nulls,
        };
        usual.when(LEAST, SAME_TYPE)
    }

    /// The objects at this path that have `member`.
    fn with(&self, member: Option<&Self>) -> Majority<()> {
        Majority {
            value: (),
            holders: member.map_or(0, |member| member.values),
            of: self.count(Kind::Object),
        }
    }

    /// Whether nearly all objects have the member, or it is one of the usual keys.
    fn needs(&self, key: &str, member: &Self) -> Option<Majority<()>> {
        let usual = self.usual_keys.as_ref();
        let is_usual = usual.is_some_and(|keys| keys.iter().any(|usual| usual == key));
        let with = self.with(Some(member));
        with.when(LEAST, if is_usual { 0.0 } else { NEARLY_ALL })
    }

    /// The objects without a rare key, if they are nearly all: the keys are then fixed, not data.
    fn closed(&self) -> bool {
        let objects = self.count(Kind::Object);
        let few = |(key, member): &(&String, &Self)| self.needs(key, member).is_none();
        let rare = self.members.iter().filter(few);
        let rare: usize = rare.map(|(_, member)| member.values).sum();
        let is_few = rare as f64 <= (1.0 - NEARLY_ALL) * objects as f64;
        objects >= LEAST && (is_few || self.usual_keys.is_some())
    }

    fn may_deviate(&self) -> bool {
        let mixed = self
            .usual_kind()
            .is_some_and(|usual| usual.holders < usual.of);
        let varies = |(key, member): (&String, &Self)| {
            let needed = self.needs(key, member);
            let missing = needed.is_some_and(|with| with.holders < with.of);
            missing || member.may_deviate()
        };
        let extra = || {
            self.closed()
                && self
                    .members
                    .iter()
                    .any(|(key, member)| self.needs(key, member).is_none())
        };
        mixed
            || self.members.iter().any(varies)
            || extra()
            || self.items.as_ref().is_some_and(|items| items.may_deviate())
    }

    fn compare<'v>(&self, value: Value<'v>, path: &mut Vec<&'v str>, found: &mut Found) {
        let kind = value.kind();
        let accepts_null = |usual: Kind| kind == Kind::Null && usual != Kind::Array;
        if let Some(usual) = self.usual_kind()
            && kind != usual.value
            && !accepts_null(usual.value)
        {
            found.add(path, value.span(), JsonDeviationKind::Type(kind, usual));
            return;
        }
        match kind {
            Kind::Object => self.compare_members(value, path, found),
            Kind::Array => {
                let Some(items) = &self.items else { return };
                path.push(ITEM);
                value
                    .items()
                    .for_each(|item| items.compare(item, path, found));
                path.pop();
            }
            _ => {}
        }
    }

    fn compare_members<'v>(&self, object: Value<'v>, path: &mut Vec<&'v str>, found: &mut Found) {
        if self.is_rare_form(object) {
            return;
        }
        let mut missing = self.members.iter().filter_map(|(key, member)| {
            let with = self
                .needs(key, member)
                .filter(|_| object.get(key).is_none());
            Some((key, with?))
        });
        let closed = self.closed();
        for entry in object.entries() {
            path.push(entry.key);
            let member = self.members.get(entry.key);
            let usual = member.filter(|member| !closed || self.needs(entry.key, member).is_some());
            match usual {
                Some(member) => member.compare(entry.value, path, found),
                None if closed => {
                    let kind = match missing.next() {
                        Some((key, with)) => JsonDeviationKind::Renamed(key.clone(), with),
                        None => JsonDeviationKind::Extra(self.with(member)),
                    };
                    found.add(path, entry.key_span, kind);
                }
                None => {}
            }
            path.pop();
        }
        let start = object.span().start;
        for (key, with) in missing {
            let path = [path.as_slice(), &[key.as_str()]].concat();
            let kind = JsonDeviationKind::Missing(with);
            found.add(&path, Span::new(start, start + 1), kind);
        }
    }

    fn constants<'n>(&'n self, path: &mut Vec<&'n str>, found: &mut Vec<(String, &'n str)>) {
        for (key, member) in &self.members {
            path.push(key);
            let in_all = self.with(Some(member));
            match member.constant() {
                _ if in_all.holders < in_all.of => {}
                Some(value) => found.push((joined(path), value)),
                None => member.constants(path, found),
            }
            path.pop();
        }
        if let Some(items) = &self.items {
            path.push(ITEM);
            items.constants(path, found);
            path.pop();
        }
    }
}

/// The step from a list to its items.
const ITEM: &str = "[]";

/// A path in one text.
fn joined(path: &[&str]) -> String {
    let mut text = String::new();
    for step in path {
        if !text.is_empty() && *step != ITEM {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The structure of these outputs.
    fn structure(outputs: impl IntoIterator<Item = String>) -> JsonStructure {
        let (mut root, mut parser) = (Node::default(), Parser::new());
        for output in outputs {
            root.observe(parser.parse(&output).unwrap().root(), 0);
        }
        JsonStructure::of(root)
    }

    fn found(structure: &JsonStructure, body: &str) -> Vec<String> {
        let places = structure.deviations(body).into_iter();
        let describe = |place: JsonDeviation| {
            let what = match place.kind {
                JsonDeviationKind::Type(kind, usual) => {
                    format!("{} for {}", kind.describe(), usual.value.describe())
                }
                JsonDeviationKind::Missing(_) => "missing".to_owned(),
                JsonDeviationKind::Renamed(key, _) => format!("for {key}"),
                JsonDeviationKind::Extra(_) => "extra".to_owned(),
            };
            format!(
                "{} {what} at {}",
                place.path,
                body.get(place.range).unwrap()
            )
        };
        places.map(describe).collect()
    }

    fn orders() -> JsonStructure {
        let order = |n: usize| {
            let note = if n.is_multiple_of(2) {
                ",\"note\":\"x\""
            } else {
                ""
            };
            format!(
                "{{\"no\":{n},\"to\":{{\"name\":\"a{n}\",\"vip\":null}},\"items\":[{{\"price\":{n}.5}}],\"v\":1{note}}}"
            )
        };
        structure((0..40).map(order))
    }

    #[test]
    fn types_and_keys_are_compared_at_every_path() {
        let text = "{\"no\":\"1\",\"to\":{\"name\":\"a\",\"zip\":1},\"items\":[{\"price\":1},{\"price\":\"2\"}],\"v\":1}";
        assert_eq!(
            found(&orders(), text),
            [
                "no a string for a number at \"1\"",
                "to.zip for vip at \"zip\"",
                "items[].price a string for a number at \"2\"",
            ]
        );
        let fenced =
            "```json\n{\"no\":1,\"to\":{\"name\":\"a\",\"vip\":true},\"items\":null,\"v\":1}\n```";
        assert_eq!(found(&orders(), fenced), ["items null for a list at null"]);
        let keys = "{\"no\":1,\"to\":{\"name\":\"a\"},\"items\":[{\"price\":1,\"x\":1}],\"v\":1}";
        assert_eq!(
            found(&orders(), keys),
            ["to.vip missing at {", "items[].x extra at \"x\""]
        );
    }

    #[test]
    fn one_change_in_a_tenth_of_the_objects_is_found() {
        let with = |key: fn(usize) -> &'static str| {
            let text = move |n| format!("{{\"to\":{{\"a\":{n},\"b\":1{}}}}}", key(n));
            structure((0..100).map(text))
        };
        let renamed = with(|n| match n % 10 {
            0 => ",\"town\":1",
            _ => ",\"city\":1",
        });
        let text = "{\"to\":{\"a\":1,\"b\":1,\"town\":1}}";
        assert_eq!(found(&renamed, text), ["to.town for city at \"town\""]);
        // A further key in a tenth is optional.
        let optional = with(|n| if n % 10 == 0 { ",\"note\":1" } else { "" });
        let text = "{\"to\":{\"a\":1,\"b\":1,\"note\":1}}";
        assert_eq!(found(&optional, text), [""; 0]);
    }

    #[test]
    fn null_and_empty_values_and_optional_keys_are_no_deviations() {
        let text =
            "{\"no\":null,\"to\":{\"name\":null,\"vip\":1},\"items\":[],\"v\":2,\"note\":\"y\"}";
        assert_eq!(found(&orders(), text), [""; 0]);
        // Keys that are data do not repeat.
        let open = structure((0..40).map(|n| format!("{{\"word{n}\":{n}}}")));
        assert_eq!(found(&open, "{\"other\":\"1\"}"), [""; 0]);
        assert!(!open.may_deviate());
    }

    #[test]
    fn other_keys_may_depend_on_a_name() {
        let call =
            |n: usize| format!("{{\"name\":\"weather\",\"arguments\":{{\"city\":\"a{n}\"}}}}");
        let calls = structure((0..40).map(call));
        let other = "{\"name\":\"search\",\"arguments\":{\"query\":\"x\"}}";
        assert_eq!(found(&calls, other), [""; 0]);
        let same = "{\"name\":\"weather\",\"arguments\":{\"query\":\"x\"}}";
        assert_eq!(
            found(&calls, same),
            ["arguments.query for city at \"query\""]
        );
    }

    #[test]
    fn constant_values_are_listed() {
        let orders = orders();
        let constants = orders.constants();
        let expected = [("to.vip", "null"), ("v", "1")];
        assert_eq!(
            constants,
            expected.map(|(path, value)| (path.to_owned(), value))
        );
    }
}
