//! What is in a source, in numbers: sizes, lengths, and what the survey gathers.

use std::io;

use crate::run::gather::gather;
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::layout::{Layout, Losses, ObjectWriter};
use tunelint_layouts::provider::tokens::{Counter, Tokens};
use tunelint_layouts::reader::{DecodeOutcome, Reader};
use tunelint_rules::survey::{Group, Horizon, Lengths, Needs, Normalizer, Sighting, Spot, Survey};

/// What everything that is gathered for rules costs: 32 bytes an example.
const ALL: Needs = Needs {
    seen: true,
    lengths: true,
    form: true,
};

/// The numbers of one source.
#[derive(Debug, Default)]
pub struct Stats {
    /// What the survey gathers, and the common form it shows.
    pub survey: Survey,
    /// Records that became no example.
    pub unread: u64,
    /// Bytes of all examples in the layout that the target takes, each with what separates it from
    /// the next.
    pub bytes: u64,
    /// Characters of all texts.
    pub characters: u64,
    /// What those make in tokens.
    pub tokens: Tokens,
    /// Characters of what is read before the last answer.
    pub inputs: Lengths,
    /// Tokens of each example.
    pub examples: Lengths,
}

/// What is noted of one batch.
struct Noted {
    stats: Stats,
    object: ObjectWriter,
}

impl Stats {
    /// Reads all of `reader`; `layout` is the one that the target takes, `counter` the way it
    /// counts tokens.
    ///
    /// # Errors
    /// What reading returns.
    pub fn of(
        reader: &mut Reader,
        layout: Option<&dyn Layout>,
        counter: &Counter,
        threads: usize,
    ) -> io::Result<Self> {
        let horizon = Horizon::default();
        let mut all = Self::empty();
        gather(
            reader,
            threads,
            || Noted {
                stats: Self::empty(),
                object: ObjectWriter::measuring(),
            },
            |read, normalizer, noted| match read {
                DecodeOutcome::Example(example) => {
                    noted.stats.observe(example, counter, normalizer, &horizon);
                    if let Some(layout) = layout {
                        noted.object.clear();
                        layout.encode(example, &mut noted.object, &mut Losses::default());
                        noted.stats.bytes += noted.object.measure() + 1;
                    }
                }
                DecodeOutcome::Unreadable(..) => noted.stats.unread += 1,
            },
            |noted| {
                all.merge(noted.stats);
                all.survey.advance(&horizon);
            },
        )?;
        all.survey.complete();
        Ok(all)
    }

    fn empty() -> Self {
        Self {
            survey: Survey::new(ALL),
            ..Self::default()
        }
    }

    fn observe(
        &mut self,
        example: &Example<'_>,
        counter: &Counter,
        normalizer: &mut Normalizer,
        horizon: &Horizon,
    ) {
        self.survey.observe(example, normalizer, horizon);
        let spot = || Spot::new(&example.record, Span::at(0));
        let tokens = counter.count(example.texts().map(Text::as_str));
        self.characters += example.turns.iter().map(Turn::chars).sum::<u64>();
        self.tokens += tokens;
        self.examples.add(tokens.about, spot);
        self.inputs
            .add(example.input().iter().map(Turn::chars).sum(), spot);
    }

    fn merge(&mut self, other: Self) {
        self.survey.merge(other.survey);
        self.unread += other.unread;
        self.bytes += other.bytes;
        self.characters += other.characters;
        self.tokens += other.tokens;
        self.inputs.merge(other.inputs);
        self.examples.merge(other.examples);
    }

    /// The examples whose input and answer an earlier one has, by their places.
    pub fn duplicates(&self) -> Vec<Spot> {
        let later = |group: &Group| -> Vec<Spot> {
            let repeats = group.iter().enumerate().filter(|(at, sighting)| {
                let mut before = group.iter().take(*at);
                before.any(|earlier| earlier.same_output(sighting))
            });
            repeats.map(|(_, sighting)| sighting.spot()).collect()
        };
        self.survey.repeated.iter().flat_map(later).collect()
    }

    /// The inputs that have several answers, each by its first place.
    pub fn conflicts(&self) -> Vec<Spot> {
        let groups = self.survey.repeated.iter();
        let conflicting = groups.filter(|group| {
            group
                .first()
                .is_some_and(|first| !group.iter().all(|other| other.same_output(first)))
        });
        conflicting
            .filter_map(|group| group.first().map(Sighting::spot))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use tunelint_data::source::Input;
    use tunelint_data::text::position::SourceId;
    use tunelint_layouts::layout;
    use tunelint_layouts::provider::tokens::{ANY, Tokenizer};
    use tunelint_layouts::reader::ReadOptions;

    /// Every character is a token.
    #[derive(Debug)]
    struct Letters;

    impl Tokenizer for Letters {
        fn count(&self, text: &str) -> Option<u64> {
            Some(text.chars().count() as u64)
        }
    }

    fn stats(text: &str, batch_bytes: usize, threads: usize) -> Stats {
        let options = ReadOptions {
            batch_bytes,
            ..ReadOptions::default()
        };
        let input = Input::bytes("a.jsonl", text.as_bytes());
        let mut reader = Reader::open(SourceId(0), input, &options).unwrap();
        let layout = layout::by_name("pairs").unwrap();
        let counter = Counter::Exact(Arc::new(Letters), ANY.to_owned());
        Stats::of(&mut reader, Some(&*layout), &counter, threads).unwrap()
    }

    #[test]
    fn sizes_are_those_of_the_texts() {
        let line = "{\"text_input\":\"abcd\",\"output\":\"é\"}\n";
        let stats = stats(&format!("{line}{{\n"), 512, 1);
        assert_eq!(stats.bytes, line.len() as u64);
        assert_eq!(
            (stats.characters, stats.tokens.about, stats.unread),
            (5, 5, 1)
        );
        assert_eq!(stats.inputs.longest().first().unwrap().0, 4);
    }

    #[test]
    fn repeated_examples_and_conflicts_are_told_apart() {
        let line = |input: &str, output: &str| {
            format!("{{\"text_input\":\"{input}\",\"output\":\"{output}\"}}\n")
        };
        let text = [
            line("one", "1"),
            line("two", "2"),
            line("One", "1"),
            line("two", "zwei"),
        ];
        let stats = stats(&text.concat(), 512, 1);
        let records = |spots: Vec<Spot>| spots.into_iter().map(Spot::record).collect::<Vec<_>>();
        assert_eq!(records(stats.duplicates()), [3]);
        assert_eq!(records(stats.conflicts()), [2]);
    }

    #[test]
    fn threads_and_batches_change_nothing() {
        let text: String = (0..400)
            .map(|n| {
                format!(
                    "{{\"text_input\":\"{n} is a number\",\"output\":\"{}\"}}\n",
                    n % 7
                )
            })
            .collect();
        let (one, many) = (stats(&text, 1 << 20, 1), stats(&text, 64, 4));
        assert_eq!(one.survey, many.survey);
        assert_eq!((one.inputs, one.examples), (many.inputs, many.examples));
    }
}
