//! The body of a request to create a tuned model, each value checked against the profile.

use serde_json::{Number, Value};
use tunelint_core::printable::{counted, quoted};
use tunelint_core::profile::{Delivery, Effect, Hyperparameter, NameLimit, Profile};
use tunelint_core::sink::RestBody;

use crate::cli::Rest;
use crate::commands::names;
use crate::exit::Failure;

/// Whether anything was asked for that only the body of a request has.
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

/// Builds what the body says besides the examples.
pub(super) fn build(rest: &Rest) -> Result<RestBody, Failure> {
    let profile = names::profile(&rest.target)?;
    if profile.container != Delivery::Rest {
        return Err(Failure::new(format!(
            "{} takes files, not the body of a request",
            profile.name
        ))
        .help("write JSON lines with `--as jsonl`"));
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

/// A setting for training as the request has it.
struct Setting {
    field: String,
    number: Number,
    /// Whether nobody typed it.
    is_default: bool,
    /// What the service may take by itself.
    otherwise: Option<f64>,
}

impl Setting {
    /// What was taken over, in words.
    fn words(&self) -> String {
        let Self { field, number, .. } = self;
        match self.otherwise {
            Some(other) => format!(
                "{field} {number} (left out, it would be {number} or {other} by the number of examples)"
            ),
            None => format!("{field} {number}"),
        }
    }
}

/// What was typed, and where that was asked for the defaults of what was not.
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

/// The settings for training, each with what was typed.
fn given(rest: &Rest) -> [Given<'_>; 4] {
    [
        ("epochs", &rest.epochs),
        ("batch-size", &rest.batch_size),
        ("learning-rate", &rest.learning_rate),
        ("learning-rate-multiplier", &rest.learning_rate_multiplier),
    ]
}

type Given<'r> = (&'static str, &'r Option<String>);

/// Whether a setting that was not given may not be set: another one of its group was given, or
/// stands before it.
fn is_ruled_out(name: &str, given: &[Given<'_>], profile: &Profile) -> bool {
    let is_typed = |other: &String| {
        given
            .iter()
            .any(|(given, value)| given == other && value.is_some())
    };
    let mut groups = profile.exclusive.iter();
    groups.any(|group| {
        let first = group.first().map(String::as_str);
        group.iter().any(|other| other == name)
            && (first != Some(name) || group.iter().any(is_typed))
    })
}

/// A default as a request has it; nothing where it is no number.
fn default(limit: &Hyperparameter) -> Option<Number> {
    let default = limit.default?;
    match limit.integer {
        true => Some(Number::from(default as u64)),
        false => Number::from_f64(default),
    }
}

/// What was taken over from the profile, in words; nothing if nothing was asked to be.
pub(super) fn taken_over(rest: &Rest) -> Result<Option<String>, Failure> {
    if !rest.defaults {
        return Ok(None);
    }
    let profile = names::profile(&rest.target)?;
    let settings = settings(rest, &profile)?;
    let defaults = settings.iter().filter(|setting| setting.is_default);
    let defaults: Vec<String> = defaults.map(Setting::words).collect();
    Ok(Some(format!(
        "defaults of {name}: {}; `tunelint profile {name}` says where they were read\n",
        defaults.join(", "),
        name = profile.name
    )))
}

fn check_name(name: &str, limit: &NameLimit, profile: &Profile) -> Result<(), Failure> {
    let length = name.chars().count() as u64;
    if length <= limit.max {
        return Ok(());
    }
    let (have, max) = (counted(length, limit.unit.noun()), limit.max);
    Err(Failure::new(format!(
        "the display name has {have}; {} takes at most {max}",
        profile.name
    ))
    .help(format!("it says: “{}”", limit.quote)))
}

/// At most one of the settings that exclude one another.
fn check_exclusive(given: &[Given<'_>], profile: &Profile) -> Result<(), Failure> {
    let is_given = |name: &&String| {
        given
            .iter()
            .any(|(given, value)| given == name && value.is_some())
    };
    for group in &profile.exclusive {
        let set: Vec<&String> = group.iter().filter(is_given).collect();
        if let [first, second, ..] = set.as_slice() {
            let failure = Failure::new(format!(
                "--{first} and --{second} exclude one another: give one of the two"
            ));
            return Err(match &profile.exclusive_quote {
                Some(quote) => failure.help(format!("{} says: “{quote}”", profile.name)),
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
        Failure::new(format!("--{name} {}: {why}", quoted(text, 20)))
            .help(format!("{} says: “{}”", profile.name, limit.quote))
    };
    // The digits are kept as they were typed.
    let number: Number =
        serde_json::from_str(text).map_err(|_| wrong("this is not a number".to_owned()))?;
    let value = number
        .as_f64()
        .ok_or_else(|| wrong("this is not a number".to_owned()))?;
    if limit.integer && !(number.is_u64() || number.is_i64()) {
        return Err(wrong("a whole number is needed".to_owned()));
    }
    if limit.effect == Effect::Advises {
        return Ok(number);
    }
    match (limit.min, limit.max) {
        (Some(min), _) if value < min || limit.min_exclusive && value <= min => {
            let word = if limit.min_exclusive {
                "greater than"
            } else {
                "at least"
            };
            Err(wrong(format!("it must be {word} {min}")))
        }
        (_, Some(max)) if value > max => Err(wrong(format!("it must be at most {max}"))),
        _ => Ok(number),
    }
}
