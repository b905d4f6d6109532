//! What there is to say about the allowances of the settings themselves.

use tunelint_core::finding::{Findings, Policy};
use tunelint_core::linter::check_suppression;
use tunelint_core::position::Location;
use tunelint_core::rule::{RuleContext, SuppressionFacts};
use tunelint_core::rules::RuleSet;

use super::{Run, output, verdict};
use crate::exit::{Exit, Failure};

/// Today in UTC, as `YYYY-MM-DD`.
pub(super) fn today() -> String {
    let date = time::OffsetDateTime::now_utc().date();
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

impl Run<'_> {
    /// Reports allowances that have expired, and those that excuse nothing where that is known.
    pub(super) fn judge_allowances(&mut self, today: &str) -> Result<Exit, Failure> {
        let mut exit = Exit::Clean;
        for (number, settings) in self.sources.settings.iter().enumerate() {
            let Some(plan) = self.plans.list.get(&(number, None)) else {
                continue;
            };
            let policy = Policy {
                allowances: Default::default(),
                ..plan.policy.clone()
            };
            let complete = self.sources.complete.get(number).copied().unwrap_or(false);
            let rules = RuleSet::build(&policy.enabled, &RuleContext::default());
            let mut findings = Findings::new(&policy);
            for (index, allow) in settings.allows.iter().enumerate() {
                let rule = allow.allowance.rule;
                let expired = allow.expires.as_deref();
                let facts = SuppressionFacts {
                    rule,
                    reason: &allow.reason,
                    location: Location::point(self.id_of(&allow.path), allow.at),
                    expired: expired.filter(|_| allow.has_expired(today)),
                    unused: complete
                        && policy.enabled.contains(rule)
                        && !self.used.contains_key(&(number, index)),
                };
                check_suppression(&rules, &facts, &mut findings);
            }
            let (mut counts, kept) = findings.into_parts();
            for finding in kept {
                self.reports.finding(&finding).map_err(output::failed)?;
            }
            for (source, counts) in &mut counts {
                self.reports.accept(*source, counts);
                self.summary.counts.merge(counts);
                exit = exit.max(verdict::of(counts, plan.fail_on, &[]));
            }
        }
        Ok(exit)
    }
}
