//! `pairs`: one input and one output, the format of the Gemini API's tuning service (`text_input`,
//! `output`); other names are read if the user maps them.

use super::contract::{Layout, Losses};
use super::fields::{extras, has, missing, optional, own_names, required};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::shared::flat;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::row::normal_name;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;

/// The layout, possibly with the user's field names.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    mapped: Option<Mapped>,
}

#[derive(Debug, Clone)]
struct Mapped {
    input: Binding,
    output: Binding,
    system: Option<String>,
    /// All names in use, so that any other name is an extra field.
    names: Vec<String>,
    /// Whether outputs that are classes are read as their text.
    has_classes: bool,
}

/// The source of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// One column or field.
    Name(String),
    /// A template over several.
    Template(Template),
}

impl Binding {
    /// The columns that it uses.
    pub fn columns(&self) -> Vec<String> {
        match self {
            Self::Name(name) => vec![name.clone()],
            Self::Template(template) => template.columns().map(str::to_owned).collect(),
        }
    }
}

/// Text with columns in braces: `question: {question}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<TemplatePiece>,
    /// Whether the text ends before a column that a record does not have, apart from the first.
    is_guess: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePiece {
    Text(String),
    Column(String),
}

impl Template {
    /// Parses a template. `{{` and `}}` are literal braces, `\n` and `\t` a line feed and a tab.
    ///
    /// # Errors
    /// What is wrong with the template.
    ///
    /// ```
    /// use tunelint_layouts::layout::Template;
    /// let template = Template::parse(r"question: {q}\ncontext: {c}").unwrap();
    /// assert_eq!(template.columns().collect::<Vec<_>>(), ["q", "c"]);
    /// assert!(Template::parse("question: {q").is_err());
    /// ```
    pub fn parse(template: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut chars = template.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('{', Some('{')) | ('}', Some('}')) | ('\\', Some('\\')) => {
                    text.extend(chars.next())
                }
                ('\\', Some('n' | 't')) => text.push(if chars.next() == Some('n') {
                    '\n'
                } else {
                    '\t'
                }),
                ('{', _) => {
                    let name = column(&mut chars)?;
                    pieces.push(TemplatePiece::Text(std::mem::take(&mut text)));
                    pieces.push(TemplatePiece::Column(name));
                }
                ('}', _) => {
                    return Err("unmatched closing brace; write }} for a literal brace".to_owned());
                }
                (c, _) => text.push(c),
            }
        }
        pieces.push(TemplatePiece::Text(text));
        let is_guess = false;
        let template = Self { pieces, is_guess };
        if template.columns().next().is_none() {
            return Err("the template has no column; write a column name in braces".to_owned());
        }
        Ok(template)
    }

    /// The same template, as a guess: only the first of its columns is required.
    #[must_use]
    pub fn guessed(self) -> Self {
        Self {
            is_guess: true,
            ..self
        }
    }

    /// The columns that it uses, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TemplatePiece::Column(name) => Some(name.as_str()),
            TemplatePiece::Text(_) => None,
        })
    }

    /// The text with all columns filled in; a missing column is reported.
    fn fill<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Text<'a>> {
        let mut filled = String::new();
        let mut place = None;
        let mut end = 0;
        for piece in &self.pieces {
            match piece {
                TemplatePiece::Text(text) => filled.push_str(text),
                TemplatePiece::Column(name) if self.is_guess && place.is_some() => {
                    let text = optional(record, name, mismatches).ok()?;
                    match text.filter(|text| !text.is_blank()) {
                        Some(text) => filled.push_str(text.as_str()),
                        None => filled.truncate(end),
                    }
                    end = filled.len();
                }
                TemplatePiece::Column(name) => {
                    let text = required(record, &[name], mismatches)?;
                    filled.push_str(text.as_str());
                    place.get_or_insert(text.span());
                    end = filled.len();
                }
            }
        }
        Some(Text::composed(filled, place.unwrap_or_default()))
    }
}

/// Reads a column name and its closing brace.
fn column(chars: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut name = String::new();
    loop {
        match chars.next() {
            Some('}') if name.trim().is_empty() => {
                return Err("empty braces; write {{ and }} for literal braces".to_owned());
            }
            Some('}') => return Ok(name.trim().to_owned()),
            None | Some('{') => {
                let name = quoted(name.trim(), 40);
                return Err(format!(
                    "unclosed brace before {name}; write {{{{ for a literal brace"
                ));
            }
            Some(c) => name.push(c),
        }
    }
}

impl Pairs {
    /// The layout with the user's field names.
    pub fn mapped(input: Binding, output: Binding, system: Option<String>) -> Self {
        let mut names: Vec<String> = input
            .columns()
            .into_iter()
            .chain(output.columns())
            .chain(system.clone())
            .collect();
        names.iter_mut().for_each(|name| *name = normal_name(name));
        Self {
            mapped: Some(Mapped {
                input,
                output,
                system,
                names,
                has_classes: false,
            }),
        }
    }

    /// The same layout, which also reads whole numbers and booleans as outputs.
    #[must_use]
    pub fn with_classes(mut self) -> Self {
        if let Some(mapped) = &mut self.mapped {
            mapped.has_classes = true;
        }
        self
    }
}

/// Whether a value is a class as classifiers have it: a whole number or a boolean.
pub fn is_class(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::Bool => true,
        Kind::Number => value.raw().parse::<i64>().is_ok(),
        _ => false,
    }
}

impl Mapped {
    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let mut turns = Vec::with_capacity(3);
        if let Some(system) = &self.system {
            let text = optional(record, system, mismatches).ok()?;
            turns.extend(
                text.filter(|text| !text.is_blank())
                    .map(|text| Turn::of_text(Role::System, text)),
            );
        }
        for (binding, role) in [(&self.input, Role::User), (&self.output, Role::Model)] {
            let text = match binding {
                Binding::Name(name) => match record.body.field(name) {
                    Some(Field::Other(value))
                        if self.has_classes && role == Role::Model && is_class(value) =>
                    {
                        Text::composed(value.raw().to_owned(), value.span())
                    }
                    _ => required(record, &[name], mismatches)?,
                },
                Binding::Template(template) => template.fill(record, mismatches)?,
            };
            turns.push(Turn::of_text(role, text));
        }
        let mut example = Example::new(*record, turns);
        example.extras = super::fields::other_fields(record, |name| {
            self.names.iter().any(|used| *used == normal_name(name))
        });
        Some(example)
    }
}

/// The second is the spelling of the REST reference, in requests.
const FIELDS: [&str; 4] = ["text_input", "textInput", "input", "output"];
/// The names of the input, the first of which counts.
const INPUTS: [&str; 3] = ["text_input", "textInput", "input"];

impl Layout for Pairs {
    fn name(&self) -> &'static str {
        "pairs"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let is_own = has(body, "text_input") || has(body, "textInput");
        if is_own && has(body, "output") {
            return true;
        }
        let foreign = [
            "instruction",
            "messages",
            "contents",
            "conversations",
            "prompt",
            "chosen",
            "preferred_output",
        ];
        FIELDS.iter().any(|name| has(body, name)) && !foreign.iter().any(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        if let Some(mapped) = &self.mapped {
            return mapped.decode(record, mismatches);
        }
        let body = &record.body;
        let (Some(input), Some(Field::Text(output))) = (
            INPUTS.iter().find_map(|name| body.field(name)),
            body.field("output"),
        ) else {
            report_missing(record, mismatches);
            return None;
        };
        let Field::Text(input) = input else {
            return required(record, &INPUTS, mismatches).and(None);
        };
        let mut example = Example::new(
            *record,
            vec![
                Turn::of_text(Role::User, input),
                Turn::of_text(Role::Model, output),
            ],
        );
        // If both names exist, the second is an extra field, which must not be dropped silently.
        let names = INPUTS.iter().copied();
        let input = names.clone().find(|name| has(body, name));
        let input = input.unwrap_or("input");
        example.extras = extras(record, &[input, "output"]);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat(example, ["text_input", "output"], object, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::PAIR
    }

    fn columns(&self) -> &'static [&'static str] {
        &["text_input", "output"]
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        (has("text_input") || has("input")) && has("output") && !has("instruction")
    }

    fn maps_columns(&self) -> bool {
        true
    }

    fn fits_request(&self) -> bool {
        true
    }
}

/// Checks both fields, so that one run reports everything that is wrong with a record.
fn report_missing(record: &Record<'_>, mismatches: &mut Mismatches) {
    let names = own_names(record);
    let input = ["text_input", "input"]
        .iter()
        .any(|name| names.contains(name));
    if input {
        required(record, &["text_input", "input"], mismatches);
    } else {
        missing("text_input", Span::new(0, 1), &names, mismatches);
    }
    required(record, &["output"], mismatches);
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{left_over, read, rewrite};
    use super::*;

    fn pairs() -> Pairs {
        Pairs::default()
    }

    #[test]
    fn both_names_of_the_input_are_read() {
        for line in [
            r#"{"text_input":"2+2","output":"4"}"#,
            r#"{"output":"4","input":"2+2"}"#,
        ] {
            assert_eq!(
                read(&pairs(), line),
                (vec!["user: 2+2".into(), "model: 4".into()], vec![])
            );
        }
    }

    #[test]
    fn missing_fields_and_wrong_types_are_reported() {
        let said = |line| read(&pairs(), line).1;
        assert_eq!(
            said(r#"{"text_inputs":"a","output":"b"}"#),
            ["missing-field@1 : text_input"]
        );
        assert_eq!(
            said(r#"{"text_input":"a","output":4}"#),
            ["wrong-type@28 /output: output is Number, not text"]
        );
        assert_eq!(said(r#"{"text_input":null}"#).len(), 2);
    }

    #[test]
    fn string_escapes_are_copied() {
        let line = r#"{"text_input":"a\u00e9\/\n","output":"\ud83d\ude00"}"#;
        assert_eq!(rewrite(&pairs(), &pairs(), line), (line.into(), vec![]));
    }

    #[test]
    fn templates_are_filled() {
        let template = |text| Binding::Template(Template::parse(text).unwrap());
        let layout = Pairs::mapped(
            template(r"question: {q}\ncontext: {c}"),
            Binding::Name("a".into()),
            None,
        );
        let (turns, said) = read(&layout, r#"{"q":"Who?","c":"x {y}","a":"Ann"}"#);
        assert_eq!(
            turns,
            ["user: question: Who?\ncontext: x {y}", "model: Ann"]
        );
        assert!(said.is_empty());
        assert_eq!(
            read(&layout, r#"{"q":"Who?","a":"Ann"}"#).1,
            ["missing-field@1 : c"]
        );
    }

    #[test]
    fn invalid_templates_are_rejected() {
        for text in ["no column", "{open", "close}", "{}", "}} {open", "{a{b}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        for text in ["{{{a}}}", "{{ opens, {a}", "{a} closes }}"] {
            assert!(Template::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_second_input_is_an_extra_field() {
        let line = r#"{"text_input":"a","input":"b","output":"c"}"#;
        assert_eq!(left_over(&pairs(), line), ["input"]);
        assert!(left_over(&pairs(), r#"{"input":"b","output":"c"}"#).is_empty());
    }

    #[test]
    fn classes_are_read_as_their_text() {
        let names = ["text", "label"].map(|name| Binding::Name(name.to_owned()));
        let [input, output] = names;
        let strict = Pairs::mapped(input, output, None);
        let classes = strict.clone().with_classes();
        let line = |label: &str| format!(r#"{{"text":"a","label":{label}}}"#);
        for label in ["1", "-1", "true"] {
            let (turns, wrong) = read(&classes, &line(label));
            assert_eq!(
                (turns.last(), wrong.len()),
                (Some(&format!("model: {label}")), 0)
            );
            assert_eq!(read(&strict, &line(label)).1.len(), 1);
        }
        for label in ["1.5", "null", "[1]"] {
            assert_eq!(read(&classes, &line(label)).1.len(), 1, "{label}");
        }
    }
}
