//! The request body that creates a tuned model. Each value is checked against the profile.

use std::sync::Arc;

use serde_json::{Number, Value};
use tunelint_core::printable::{counted, quoted};
use tunelint_core::profile::{Delivery, Hyperparameter, NameLimit, Profile};
use tunelint_core::sink::RestBody;

use crate::cli::Rest;
use crate::exit::Failure;
use crate::names;

/// The provider whose request is written if none is named.
const DEFAULT_TARGET: &str = "gemini-api";

/// Whether an option is given that applies only to a request body.
pub(super) fn is_asked(rest: &Rest) -> bool {
    let given = [
        &rest.display_name,
        &rest.base_model,
        &rest.epochs,
        &rest.batch_size,
        &rest.learning_rate,
        &rest.learning_rate_multiplier,
    ];
    rest.defaults || given.into_iter().any(Option::is_some)
}

/// Builds the fields of the body besides the examples.
pub(super) fn build(rest: &Rest, target: Option<&Arc<Profile>>) -> Result<RestBody, Failure> {
    let profile = provider(target)?;
    if profile.container != Delivery::Rest {
        return Err(Failure::new(format!(
            "{} accepts files, not a request body",
            profile.name
        ))
        .help("write JSON Lines with `--as jsonl`"));
    }
    let mut body = RestBody::default();
    if let Some(name) = &rest.display_name {
        if let Some(limit) = profile.names.get("display-name") {
            check_name(name, limit, &profile)?;
        }
        body.fields
            .push(("display_name".to_owned(), Value::from(name.as_str())));
    }
    if let Some(model) = &rest.base_model {
        body.fields
            .push(("base_model".to_owned(), Value::from(model.as_str())));
    }
    for Setting { field, number, .. } in settings(rest, &profile)? {
        body.hyperparameters.push((field, Value::Number(number)));
    }
    Ok(body)
}

/// The provider that the request is for.
fn provider(target: Option<&Arc<Profile>>) -> Result<Arc<Profile>, Failure> {
    target.map_or_else(|| names::profile(DEFAULT_TARGET), |of| Ok(Arc::clone(of)))
}

/// A training setting of the request.
struct Setting {
    field: String,
    number: Number,
    /// Whether it is the default of the profile.
    is_default: bool,
    /// Another default of the service, for other numbers of examples.
    otherwise: Option<f64>,
}

impl Setting {
    /// The setting and its default, in words.
    fn words(&self) -> String {
        let Self { field, number, .. } = self;
        match self.otherwise {
            Some(other) => format!(
                "{field} {number} (the service's default is {number} or {other}, depending on the number of examples)"
            ),
            None => format!("{field} {number}"),
        }
    }
}

/// The given settings, and with `--defaults` the defaults of the others.
fn settings(rest: &Rest, profile: &Profile) -> Result<Vec<Setting>, Failure> {
    let given = given(rest);
    check_exclusive(&given, profile)?;
    let mut settings = Vec::new();
    for (name, text) in &given {
        let Some(limit) = profile.hyperparameters.get(*name) else {
            continue;
        };
        let number = match text {
            Some(text) => Some(check_number(name, text, limit, profile)?),
            None if rest.defaults && !is_ruled_out(name, &given, profile) => default(limit),
            None => None,
        };
        settings.extend(number.map(|number| Setting {
            field: limit.field.clone(),
            number,
            is_default: text.is_none(),
            otherwise: limit.default_otherwise,
        }));
    }
    Ok(settings)
}

/// The training settings and their given values.
fn given(rest: &Rest) -> [Given<'_>; 4] {
    [
        ("epochs", &rest.epochs),
        ("batch-size", &rest.batch_size),
        ("learning-rate", &rest.learning_rate),
        ("learning-rate-multiplier", &rest.learning_rate_multiplier),
    ]
}

type Given<'r> = (&'static str, &'r Option<String>);

/// Whether a setting gets no default: another one of its group was given, or comes first in the
/// group.
fn is_ruled_out(name: &str, given: &[Given<'_>], profile: &Profile) -> bool {
    let is_given = |other: &String| {
        given
            .iter()
            .any(|(given, value)| given == other && value.is_some())
    };
    let mut groups = profile.exclusive.iter();
    groups.any(|group| {
        let first = group.first().map(String::as_str);
        group.iter().any(|other| other == name)
            && (first != Some(name) || group.iter().any(is_given))
    })
}

/// The default of a setting; `None` if it is not a number.
fn default(limit: &Hyperparameter) -> Option<Number> {
    let default = limit.default?;
    match limit.integer {
        true => Some(Number::from(default as u64)),
        false => Number::from_f64(default),
    }
}

/// The defaults that `--defaults` added, in words; `None` without the option.
pub(super) fn defaults_used(
    rest: &Rest,
    target: Option<&Arc<Profile>>,
) -> Result<Option<String>, Failure> {
    if !rest.defaults {
        return Ok(None);
    }
    let profile = provider(target)?;
    let settings = settings(rest, &profile)?;
    let defaults = settings.iter().filter(|setting| setting.is_default);
    let defaults: Vec<String> = defaults.map(Setting::words).collect();
    Ok(Some(format!(
        "defaults of {name}: {} (sources: `tunelint profile {name}`)\n",
        defaults.join(", "),
        name = profile.name
    )))
}

/// What the provider of `target` requires of a request and `body` does not have, in words.
pub(super) fn missing_model(
    body: &RestBody,
    target: Option<&Arc<Profile>>,
) -> Result<Option<String>, Failure> {
    let profile = provider(target)?;
    let Some(fact) = profile.requires.get("request-model") else {
        return Ok(None);
    };
    let is_there = |of: &String| body.fields.iter().any(|(field, _)| field == of);
    let Some(field) = fact
        .fields
        .first()
        .filter(|_| !fact.fields.iter().any(is_there))
    else {
        return Ok(None);
    };
    Ok(Some(format!(
        "no {field}: {} rejects the request; name the model to tune with `--base-model`\n",
        profile.name
    )))
}

fn check_name(name: &str, limit: &NameLimit, profile: &Profile) -> Result<(), Failure> {
    let length = name.chars().count() as u64;
    if length <= limit.max {
        return Ok(());
    }
    let (have, max) = (counted(length, limit.unit.noun()), limit.max);
    Err(Failure::new(format!(
        "display name too long: {have}, {} accepts at most {max}",
        profile.name
    ))
    .help(format!("shorten it; the documentation: “{}”", limit.quote)))
}

/// Refuses several settings of an exclusive group.
fn check_exclusive(given: &[Given<'_>], profile: &Profile) -> Result<(), Failure> {
    let is_given = |name: &&String| {
        given
            .iter()
            .any(|(given, value)| given == name && value.is_some())
    };
    for group in &profile.exclusive {
        let set: Vec<&String> = group.iter().filter(is_given).collect();
        if let [first, second, ..] = set.as_slice() {
            let failure = Failure::new(format!("--{first} and --{second} cannot be used together"));
            return Err(match &profile.exclusive_quote {
                Some(quote) => failure.help(format!(
                    "use one of them; documentation of {}: “{quote}”",
                    profile.name
                )),
                None => failure,
            });
        }
    }
    Ok(())
}

fn check_number(
    name: &str,
    text: &str,
    limit: &Hyperparameter,
    profile: &Profile,
) -> Result<Number, Failure> {
    let wrong = |why: String| {
        Failure::new(format!("--{name} {}: {why}", quoted(text, 20))).help(format!(
            "documentation of {}: “{}”",
            profile.name, limit.quote
        ))
    };
    // The number keeps the digits that were typed.
    let number: Number =
        serde_json::from_str(text).map_err(|_| wrong("not a number".to_owned()))?;
    match limit.violation(&number) {
        Some(why) => Err(wrong(why)),
        None => Ok(number),
    }
}
