//! Sentences of a provider's guide that apply to a dataset or to a loss curve.

use serde::Serialize;

use super::loss::Curve;
use super::loss::judge::{Advice, Judgement};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::provider::profile::Profile;
use tunelint_layouts::provider::task::Task;
use tunelint_rules::survey::Survey;
use tunelint_rules::survey::inferred::shape::OutputShape;

/// A sentence of a guide, and why it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guidance {
    /// The profile that has it.
    pub target: String,
    /// Why it applies, and what to do.
    pub sentence: String,
    /// The address of the page.
    pub source: String,
    /// The provider's words.
    pub quote: String,
}

impl Guidance {
    /// The sentence called `name` in `profile`; `None` if its guide has none.
    fn of(profile: &Profile, name: &str, sentence: String) -> Option<Self> {
        let cited = profile.guidance.get(name)?;
        let page = profile.sources.get(&cited.source);
        Some(Self {
            target: profile.name.clone(),
            sentence,
            source: page.unwrap_or(&cited.source).clone(),
            quote: cited.quote.clone(),
        })
    }
}

/// What the guide of `target` says about a dataset like this one. The survey must be complete; `task`
/// is the task that the user set, or the inferred one.
pub fn of_dataset(target: &Profile, task: Option<Task>, survey: &Survey) -> Vec<Guidance> {
    let few = target
        .recommendation(task)
        .filter(|of| survey.examples < of.min);
    let few = few.map(|of| {
        let have = counted(survey.examples, "example");
        let min = grouped(of.min);
        format!("{have}, fewer than the recommended {min}: lower the learning rate")
    });
    let shape = survey.inferred.outputs.shape.as_ref();
    let json = shape
        .map(|of| of.value)
        .filter(|of| matches!(of, OutputShape::JsonObject | OutputShape::JsonArray));
    let json = json.map(|of| {
        let what = of.plural();
        format!("the outputs are {what}: parse the text of the response in the application")
    });
    let all = [("small-dataset", few), ("json-outputs", json)];
    let applying = all
        .into_iter()
        .filter_map(|(name, why)| Guidance::of(target, name, why?));
    applying.collect()
}

/// What the guide of `profile` says about a curve that was judged like this.
pub fn of_curve(profile: &Profile, curve: &Curve, judgement: &Judgement) -> Vec<Guidance> {
    let advised = match judgement.advice {
        Advice::Lower(_) => Some(("fewer-epochs", "the loss plateaus before the last epoch")),
        Advice::Raise(_) => Some(("more-epochs", "the loss is still falling")),
        Advice::Keep | Advice::Unclear => None,
    };
    let canceled = curve.unfinished;
    let canceled = canceled.then_some(("canceled-job", "the run stopped early"));
    let all = advised.into_iter().chain(canceled);
    let all = all.filter_map(|(name, why)| Guidance::of(profile, name, why.to_owned()));
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::loss::judge::judge;
    use crate::run::loss::read;
    use tunelint_layouts::provider::profile::of_general_advice;

    fn guide() -> Profile {
        of_general_advice().unwrap().unwrap()
    }

    fn about(curve: &str) -> Vec<String> {
        let curve = read(curve.as_bytes()).unwrap();
        let judgement = judge(&curve, None);
        let all = of_curve(&guide(), &curve, &judgement);
        all.into_iter().map(|of| of.sentence).collect()
    }

    #[test]
    fn a_curve_has_the_sentence_of_its_advice() {
        let plateau = "epoch,loss\n1,5\n2,2\n3,1\n4,0.5\n5,0.5\n";
        assert_eq!(about(plateau), ["the loss plateaus before the last epoch"]);
        let falling = "epoch,loss\n1,5\n2,4\n3,3\n4,2\n5,1\n";
        assert_eq!(about(falling), ["the loss is still falling"]);
        let stopped = r#"{"global_step":30,"max_steps":50,"num_train_epochs":5,"log_history":[
            {"loss":1.0,"epoch":1.0,"step":10},{"loss":0.5,"epoch":2.0,"step":20},
            {"loss":0.3,"epoch":3.0,"step":30}]}"#;
        assert!(about(stopped).contains(&"the run stopped early".to_owned()));
    }

    #[test]
    fn a_small_dataset_needs_a_lower_learning_rate() {
        let names = |examples| {
            let mut survey = Survey::default();
            survey.examples = examples;
            of_dataset(&guide(), None, &survey).len()
        };
        assert_eq!((names(99), names(100)), (1, 0));
    }
}
