//! The values of the fields in the first records, by which a guess from names alone is checked, and
//! by which fields are suggested where the names say nothing.

use std::collections::BTreeSet;

use super::mapping::{CONTEXT_NAMES, ColumnRole, Likely};
use tunelint_data::record::row::normal_name;
use tunelint_data::record::{Body, Field};
use tunelint_data::text::printable::is_hidden;

/// The minimum number of records for a repeated value to be no coincidence.
const LEAST: usize = 5;
/// The minimum average number of words of a text that someone wrote.
const WORDS: usize = 3;
/// The maximum number of fields whose values are kept: where there are more, data is used as names, and
/// nothing is known of the values.
const MOST: usize = 200;
/// The number of letters of a script without spaces that count as a further word. A label is shorter.
const LETTERS: usize = 4;
/// The maximum number of texts that nothing reads.
const UNREAD: usize = 2;

/// The values of each field.
pub(super) struct FieldValues {
    records: usize,
    fields: Vec<Values>,
}

#[derive(Default)]
struct Values {
    name: String,
    count: usize,
    numbers: usize,
    /// The number of texts that are not empty, and of those that name a record, a file or a day.
    filled: usize,
    identifiers: usize,
    /// The number of letters of scripts without spaces between words.
    unspaced: usize,
    words: usize,
    distinct: BTreeSet<String>,
}

impl FieldValues {
    /// No values yet of the fields `names`.
    pub(super) fn new(names: &[String]) -> Self {
        let names = if names.len() > MOST { &[] } else { names };
        let named = names.iter().map(|name| Values {
            name: name.clone(),
            ..Values::default()
        });
        Self {
            records: 0,
            fields: named.collect(),
        }
    }

    /// Adds the values of a record.
    pub(super) fn add(&mut self, body: &Body<'_>) {
        self.records += 1;
        for values in &mut self.fields {
            let Some(value) = body.field(&values.name) else {
                continue;
            };
            let (raw, is_text) = match &value {
                Field::Text(text) => (text.as_str(), true),
                Field::Other(value) => (value.raw(), false),
            };
            if raw == "null" {
                continue;
            }
            values.count += 1;
            values.filled += usize::from(is_text && !raw.trim().is_empty());
            values.numbers += usize::from(raw.parse::<f64>().is_ok());
            values.unspaced += raw.chars().filter(|c| is_unspaced(*c)).count();
            values.identifiers += usize::from(is_identifier(raw));
            values.words += raw.split_whitespace().count();
            values.distinct.insert(raw.to_owned());
        }
    }

    /// The fields that can be input and output where their names do not say so; `known` are the two
    /// whose names do. Nothing is suggested where several fields are as likely, or for an input without
    /// words, nor while another text would stay unread; and of two texts neither, because nothing tells
    /// which is the input.
    pub(super) fn likely(&self, known: [Option<&String>; 2]) -> Likely {
        let open = self.fields.iter().filter(|of| of.is_open(known));
        let open = open.filter(|of| of.is_plausible(self.records));
        let open: Vec<&Values> = open.collect();
        let name = |of: &Values| Some(of.name.clone());
        let (input, output) = match (known, open.as_slice()) {
            ([Some(_), None], [one]) => (None, name(one)),
            ([None, Some(_)], [one]) if one.has_words() => (name(one), None),
            ([None, None], [one, other]) if one.is_labeled_by(other) => (name(one), name(other)),
            ([None, None], [one, other]) if other.is_labeled_by(one) => (name(other), name(one)),
            _ => (None, None),
        };
        if input.is_none() && output.is_none() {
            return Likely::default();
        }
        // Where one of them is suggested, a command needs the other as well.
        let [known_input, known_output] = known;
        let input = input.or_else(|| known_input.cloned());
        let output = output.or_else(|| known_output.cloned());
        let is_read = |of: &&Values| [&input, &output].contains(&&Some(of.name.clone()));
        let mut unread = self.fields.iter().filter(|of| !is_read(of));
        match unread.any(|of| of.is_needed(self.records)) {
            true => Likely::default(),
            false => Likely { input, output },
        }
    }

    /// Whether a field can be the side that none of the fields `known` is.
    pub(super) fn may_have_side(&self, known: [Option<&String>; 2]) -> bool {
        let mut open = self.fields.iter().filter(|of| of.is_open(known));
        // The values of too many fields are unknown.
        self.fields.is_empty()
            || open.any(|of| of.is_plausible(self.records) || of.recurs() && !of.is_constant())
    }

    /// Whether `input` and `output`, guessed from their names, can be what the model gets and writes,
    /// where the input is read with the other `columns`.
    /// Next to other fields, they cannot if one of them is always the same, or if the output repeats a
    /// few values while a text stays unread: then they are the origin or the category of an example.
    pub(super) fn are_sides(&self, input: &str, output: &str, columns: &[String]) -> bool {
        // The same record many times shows nothing about its fields.
        if self.fields.iter().all(|values| values.distinct.len() < 2) {
            return true;
        }
        let of = |name: &str| self.fields.iter().find(|values| values.name == name);
        let (Some(prompt), Some(response)) = (of(input), of(output)) else {
            return true;
        };
        let others = self.fields.len() > columns.len() + 1;
        let same = prompt.is_constant() || response.is_constant();
        if others && same || prompt.numbers == prompt.count {
            return false;
        }
        let read = |values: &&Values| values.name == output || columns.contains(&values.name);
        let unread = self.fields.iter().filter(|values| !read(values));
        let unread = unread.filter(|values| values.is_written()).count();
        let most = match (response.is_repeated(), response.numbers == response.count) {
            (true, _) => 0,
            (_, true) => 1,
            _ => UNREAD,
        };
        unread <= most
    }
}

impl Values {
    fn is_named(&self, names: &[&str]) -> bool {
        names.contains(&normal_name(&self.name).as_str())
    }

    /// Whether the field can be a side that none of the fields `known` is. Another input, such as a
    /// context, is no output.
    fn is_open(&self, known: [Option<&String>; 2]) -> bool {
        let [input, output] = known;
        let is_taken =
            |side: Option<&String>, role: ColumnRole| side.is_some() && self.is_named(role.names());
        !known.contains(&Some(&self.name))
            && !is_taken(input, ColumnRole::Input)
            && !is_taken(output, ColumnRole::Output)
    }

    /// Whether examples without the field are probably not what was meant: it has the name of an input
    /// or of a context, or texts.
    fn is_needed(&self, records: usize) -> bool {
        // Many records have no context.
        let is_filled = || self.distinct.iter().any(|raw| !raw.trim().is_empty());
        let is_context = self.is_named(&CONTEXT_NAMES) && !self.is_constant() && is_filled();
        let is_text = self.is_named(ColumnRole::Input.names()) || self.has_words();
        is_context || is_text && self.is_plausible(records)
    }

    /// Whether every record has the same value.
    fn is_constant(&self) -> bool {
        self.count >= LEAST && self.distinct.len() == 1
    }

    /// Whether most values occur more than once.
    fn is_repeated(&self) -> bool {
        self.count >= LEAST && self.distinct.len() * 2 <= self.count
    }

    /// Whether the values are texts, or lists of texts, that someone wrote for each record.
    fn is_written(&self) -> bool {
        !self.is_repeated() && self.count > 0 && self.words >= WORDS * self.count
    }

    /// Whether the values have several words, so that they can be an input.
    fn has_words(&self) -> bool {
        const LEAST_WORDS: usize = 2;
        self.words + self.unspaced / LETTERS >= LEAST_WORDS * self.count
    }

    /// Whether the values are texts, and `labels` recur: as single words, or far more often than the
    /// texts. Of two texts, nothing tells which is the input, and a heading of each text is no label.
    fn is_labeled_by(&self, labels: &Self) -> bool {
        let are_labels = match labels.has_words() {
            true => labels.is_repeated() && !self.is_repeated(),
            false => labels.recurs(),
        };
        self.has_words() && are_labels
    }

    fn recurs(&self) -> bool {
        self.count >= LEAST && self.distinct.len() < self.count
    }

    /// Whether the values of `records` records can be what a model reads or writes: mostly there, not
    /// always the same, and neither numbers nor identifiers. A name with hidden characters cannot be
    /// given on the command line.
    fn is_plausible(&self, records: usize) -> bool {
        let is_named = !self.name.trim().is_empty() && !self.name.contains(is_hidden);
        is_named
            && self.filled * 2 > records
            && !self.is_constant()
            && self.identifiers * 2 <= self.filled
    }
}

/// Whether a letter is of a script that has no spaces between words: Chinese, Japanese, Thai.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Whether a value is a number, or names a record, a file, a page or a day: one word with a digit or a
/// sign of such names, or no letters at all.
fn is_identifier(raw: &str) -> bool {
    let raw = raw.trim();
    let has_sign = || raw.contains(|c: char| c.is_ascii_digit() || matches!(c, '/' | '\\' | '@'));
    let is_word = raw.is_ascii() && !raw.contains(char::is_whitespace);
    !raw.is_empty() && (is_word && has_sign() || !raw.contains(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use tunelint_data::record::json::Parser;

    use super::*;

    /// The values of eight records, each written by `record`.
    fn values_of(record: impl Fn(usize) -> String) -> FieldValues {
        let records: Vec<String> = (0..8).map(record).collect();
        let mut parser = Parser::new();
        // The records of a test have the same fields.
        let body = Body::Json(parser.parse(&records[0]).unwrap());
        let names = body.names().into_iter();
        let names: Vec<String> = names.map(|(name, _)| name.to_owned()).collect();
        let mut values = FieldValues::new(&names);
        for text in &records {
            values.add(&Body::Json(parser.parse(text).unwrap()));
        }
        values
    }

    /// Whether the fields `sides` can be input and output in eight records, each written by `record`.
    fn are_sides(sides: (&str, &str), record: impl Fn(usize) -> String) -> bool {
        values_of(record).are_sides(sides.0, sides.1, &[sides.0.to_owned()])
    }

    fn likely(known: [Option<&str>; 2], record: impl Fn(usize) -> String) -> [Option<String>; 2] {
        let known = known.map(|name| name.map(str::to_owned));
        let [input, output] = &known;
        let likely = values_of(record).likely([input.as_ref(), output.as_ref()]);
        [likely.input, likely.output]
    }

    #[test]
    fn only_fields_with_words_are_suggested() {
        let record = |n: usize| {
            format!(
                r#"{{"id":"r-{n}","set":"train","url":"https://a.org/{n}","wer":"Who is number {n}?","was":"w{}","":"x y z {n}"}}"#,
                ["a", "b"][n % 2]
            )
        };
        let of = |name: &str| Some(name.to_owned());
        assert_eq!(likely([None, None], record), [of("wer"), of("was")]);
        assert_eq!(likely([Some("wer"), None], record), [of("wer"), of("was")]);
        let context = |n: usize| format!(r#"{{"question":"Who is {n}?","context":"It is {n}."}}"#);
        assert_eq!(likely([Some("question"), None], context), [None, None]);
        let objects = |n: usize| format!(r#"{{"q":"Who is {n}?","x":{{"who is it":{n}}}}}"#);
        assert_eq!(likely([Some("q"), None], objects), [None, None]);
        let labels = |n: usize| format!(r#"{{"x":"class {}","y":"Who is {n}?"}}"#, n % 2);
        assert_eq!(likely([None, None], labels), [of("y"), of("x")]);
        let recurring = |n: usize| {
            let label = ["no", "yes"][n % 2];
            format!(r#"{{"x":"{label}","y":"Who is {}?"}}"#, n % 7)
        };
        assert_eq!(likely([None, None], recurring), [of("y"), of("x")]);
        let texts = |n: usize| {
            format!(r#"{{"summary_x":"It is {n}.","article_x":"He says that it is {n}."}}"#)
        };
        assert_eq!(likely([None, None], texts), [None, None]);
        let headings = |n: usize| format!(r#"{{"x":"Who is {n}?","y":"number{}"}}"#, "x".repeat(n));
        assert_eq!(likely([None, None], headings), [None, None]);
        let contexts = |n: usize| {
            let input = ["", "", "", "It is a mail."][n % 4];
            format!(r#"{{"instruction":"Who is {n}?","input":"{input}","reply_de":"He is {n}."}}"#)
        };
        assert_eq!(likely([Some("instruction"), None], contexts), [None, None]);
        let without = |n: usize| contexts(n).replace("It is a mail.", "");
        let both = [of("instruction"), of("reply_de")];
        assert_eq!(likely([Some("instruction"), None], without), both);
        let summaries = |n: usize| {
            format!(
                r#"{{"mail":"Who is {n}?","label":"l{}","summary":"He is {n}."}}"#,
                n % 2
            )
        };
        assert_eq!(likely([None, Some("label")], summaries), [None, None]);
        let two = |n: usize| format!(r#"{{"q":"Who is {n}?","x":"He is {n}.","y":"She is {n}."}}"#);
        assert_eq!(likely([Some("q"), None], two), [None, None]);
        let numbers = |n: usize| format!(r#"{{"a":{n},"b":"{n}","c":"c{n}"}}"#);
        assert_eq!(likely([None, None], numbers), [None, None]);
    }

    #[test]
    fn a_category_next_to_an_unread_answer_is_no_output() {
        let record = |n: usize| {
            format!(
                r#"{{"question":"Who is {n}?","reply_text":"That is number {n}.","class":"c{}"}}"#,
                n % 2
            )
        };
        assert!(!are_sides(("question", "class"), record));
        assert!(are_sides(("question", "reply_text"), record));
    }

    #[test]
    fn what_is_always_the_same_is_no_side() {
        let record =
            |n: usize| format!(r#"{{"source":"book","prompt":"Mail {n}","category":"spam"}}"#);
        assert!(!are_sides(("prompt", "category"), record));
        assert!(!are_sides(("source", "prompt"), record));
    }

    #[test]
    fn labels_and_explanations_are_right() {
        let labelled =
            |n: usize| format!(r#"{{"id":{n},"query":"Text {n}","label":"l{}"}}"#, n % 2);
        assert!(are_sides(("query", "label"), labelled));
        let explained = |n: usize| {
            format!(
                r#"{{"question":"Q {n}?","answer":"A {n}","explanation":"It is so since {n} is."}}"#
            )
        };
        assert!(are_sides(("question", "answer"), explained));
    }
}
