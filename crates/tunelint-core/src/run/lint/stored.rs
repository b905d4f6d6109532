//! Passes of one check in several places: what a linter keeps is stored, sent, loaded and merged.

use std::io;
use std::sync::Arc;

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::Counts;
use tunelint_layouts::finding::suppression::SuppressedRecords;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::reader::Reader;
use tunelint_rules::rules::{LOOKUP, RuleSet};

use super::{Linter, Observer, Tallies, next_rules, summarize};
use crate::run::shard::{NextPass, ShardPart, StoredTallies};

impl Linter {
    /// The tallies so far, to be merged with those of other shards by [`Self::merge_part`].
    /// `request` and `sources` of the part are left empty.
    ///
    /// # Errors
    /// A tally that cannot be serialized, which is a bug in its rule.
    pub fn into_part(self) -> Result<ShardPart, rmp_serde::encode::Error> {
        Ok(ShardPart {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tallies: self.into_tallies()?,
            ..ShardPart::default()
        })
    }

    /// Adds the tallies of a shard. Parts must be added in the order of their sources, of which
    /// `first` is the id of the part's first, and must come from a linter with the same rules.
    ///
    /// # Errors
    /// A tally that cannot be deserialized.
    pub fn merge_part(
        &mut self,
        part: &ShardPart,
        first: u32,
    ) -> Result<(), rmp_serde::decode::Error> {
        self.merge_tallies(&part.tallies, first)
    }

    /// The tallies of the current pass.
    ///
    /// # Errors
    /// As for [`Self::into_part`].
    pub fn into_tallies(mut self) -> Result<StoredTallies, rmp_serde::encode::Error> {
        self.tallies.survey.canonicalize();
        let mut tallies = Vec::new();
        for (check, tally) in self.rules.checks().zip(&self.tallies.rules) {
            tallies.push(match (&check.dataset, tally) {
                (Some(rule), Some(tally)) => Some(rule.save(tally)?),
                _ => None,
            });
        }
        Ok(StoredTallies {
            rules: names(&self.rules),
            survey: self.tallies.survey,
            tallies,
            examples: self.tallies.examples,
            suppressed: self.tallies.suppressed.store(),
        })
    }

    /// Adds the tallies of the current pass over later sources, whose ids then start at `first`.
    ///
    /// # Errors
    /// As for [`Self::merge_part`].
    pub fn merge_tallies(
        &mut self,
        stored: &StoredTallies,
        first: u32,
    ) -> Result<(), rmp_serde::decode::Error> {
        let mut added = Tallies::new(&self.rules);
        added.examples = stored.examples;
        added.suppressed = SuppressedRecords::load(&stored.suppressed, LOOKUP).shifted(first);
        added.survey = stored.survey.clone();
        added.survey.renumber_sources(first);
        let tallies = added.rules.iter_mut().zip(&stored.tallies);
        for (check, (tally, saved)) in self.rules.checks().zip(tallies) {
            if let (Some(rule), Some(tally), Some(saved)) = (&check.dataset, tally, saved) {
                *tally = rule.load(saved)?;
                rule.renumber_sources(tally, first);
            }
        }
        self.tallies.merge(&self.rules, added);
        Ok(())
    }

    /// Whether `stored` has the tallies of the current rules.
    pub fn has_rules_of(&self, stored: &StoredTallies) -> bool {
        stored.rules == names(&self.rules)
    }

    /// Keeps the digests of at most `most` examples: those of a sample of the inputs, if there are
    /// more. Returns one in how many inputs is kept.
    pub fn limit_digests(&mut self, most: usize) -> u64 {
        self.tallies.survey.seen.limit(most);
        self.tallies.survey.seen.one_in()
    }

    /// Keeps what [`Self::next_pass`] returns. Called before [`Self::advance`].
    pub fn keep_next_pass(&mut self) {
        self.keeps_survey = true;
    }

    /// What [`Self::resume`] needs, after [`Self::advance`] returned that there is another pass.
    pub fn next_pass(self) -> NextPass {
        self.next
    }

    /// Begins the pass that `next` is about, without the passes before it. For a new linter. Returns
    /// whether there are rules in it.
    pub fn resume(&mut self, next: &NextPass) -> bool {
        let mut survey = next.survey.clone();
        survey.complete();
        let mut inferred = Some(Arc::new(survey.inferred));
        next.leads.iter().all(|leads| {
            let rules = next_rules(&self.rules, inferred.take(), leads);
            self.begin(rules)
        })
    }

    /// Reads one source in the pass that [`Self::resume`] began. Returns its totals in this pass.
    ///
    /// # Errors
    /// Errors from reading or from `observer`.
    pub fn resumed(
        &mut self,
        mut reader: Reader,
        observer: &mut dyn Observer,
    ) -> io::Result<SourceSummary> {
        let (counts, _) = self.pass().over(&mut reader, observer)?;
        Ok(summarize(&reader, self.tallies.examples, counts))
    }

    /// Adds the findings in a source that was read again elsewhere.
    pub fn add_counts(&mut self, source: SourceId, found: &Counts) {
        self.conclusion.add(source, found);
    }
}

fn names(rules: &RuleSet) -> Vec<String> {
    rules.named().map(|(name, _)| name.to_owned()).collect()
}
