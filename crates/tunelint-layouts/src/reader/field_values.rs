//! The values of the fields in the first records, by which a guess from names alone is checked.

use std::collections::BTreeSet;

use tunelint_data::record::{Body, Field};

/// The minimum number of records for a repeated value to be no coincidence.
const LEAST: usize = 5;
/// The minimum average number of words of a text that someone wrote.
const WORDS: usize = 3;
/// The maximum number of texts that nothing reads.
const UNREAD: usize = 2;

/// The values of each field.
pub(super) struct FieldValues {
    fields: Vec<Values>,
}

#[derive(Default)]
struct Values {
    name: String,
    count: usize,
    numbers: usize,
    words: usize,
    distinct: BTreeSet<String>,
}

impl FieldValues {
    /// No values yet of the fields `names`.
    pub(super) fn new(names: &[String]) -> Self {
        let named = names.iter().map(|name| Values {
            name: name.clone(),
            ..Values::default()
        });
        Self {
            fields: named.collect(),
        }
    }

    /// Adds the values of a record.
    pub(super) fn add(&mut self, body: &Body<'_>) {
        for values in &mut self.fields {
            let Some(value) = body.field(&values.name) else {
                continue;
            };
            let raw = match &value {
                Field::Text(text) => text.as_str(),
                Field::Other(value) => value.raw(),
            };
            if raw == "null" {
                continue;
            }
            values.count += 1;
            values.numbers += usize::from(raw.parse::<f64>().is_ok());
            values.words += raw.split_whitespace().count();
            values.distinct.insert(raw.to_owned());
        }
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
}

#[cfg(test)]
mod tests {
    use tunelint_data::record::json::Parser;

    use super::*;

    /// Whether the fields `sides` can be input and output in eight records, each written by `record`.
    fn are_sides(sides: (&str, &str), record: impl Fn(usize) -> String) -> bool {
        let records: Vec<String> = (0..8).map(record).collect();
        let mut parser = Parser::new();
        let mut names: Vec<String> = Vec::new();
        for text in &records {
            let body = Body::Json(parser.parse(text).unwrap());
            names = body
                .names()
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect();
        }
        let mut values = FieldValues::new(&names);
        for text in &records {
            values.add(&Body::Json(parser.parse(text).unwrap()));
        }
        values.are_sides(sides.0, sides.1, &[sides.0.to_owned()])
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
