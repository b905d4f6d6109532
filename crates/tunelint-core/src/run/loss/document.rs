//! Curves in JSON: Gemini's snapshots, OpenAI's checkpoints, `trainer_state.json`, and logs with one
//! object per line.

use serde_json::{Map, Value};

use super::{Curve, NoCurve, Point};

/// Reads a JSON document, or one object per line.
pub(super) fn read(text: &str) -> Result<Curve, NoCurve> {
    // Python writes non-finite losses as bare words, which are not valid JSON.
    let text = quote_non_finite(text);
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => from_value(&value),
        Err(_) => lines(&text),
    }
}

/// Puts `NaN` and `Infinity` in quotes, outside of strings.
fn quote_non_finite(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.push('"');
        }
        if index % 2 == 0 {
            let part = part
                .replace("-Infinity", "\"inf\"")
                .replace("Infinity", "\"inf\"");
            out.push_str(&part.replace("NaN", "\"NaN\""));
        } else {
            out.push_str(part);
        }
    }
    out
}

fn from_value(value: &Value) -> Result<Curve, NoCurve> {
    let document = value.as_object();
    if let Some(state) = document
        && let Some(history) = state.get("log_history").and_then(Value::as_array)
    {
        return Ok(trainer_state(state, history));
    }
    if let Some((snapshots, owner)) = snapshots(value) {
        return Ok(gemini(snapshots, owner, value));
    }
    let items = match value {
        Value::Array(items) => items.as_slice(),
        _ => document
            .and_then(|of| of.get("data"))
            .and_then(Value::as_array)
            .ok_or(NoCurve::Unknown)?,
    };
    objects(items.iter())
}

/// The snapshots, at any of the places where responses of the API have them, with the object around
/// them.
fn snapshots(value: &Value) -> Option<(&Vec<Value>, Option<&Value>)> {
    let paths: [&[&str]; 6] = [
        &["tuningTask", "snapshots"],
        &["tuning_task", "snapshots"],
        &["metadata", "snapshots"],
        &["metadata", "tunedModel", "tuningTask", "snapshots"],
        &["response", "tuningTask", "snapshots"],
        &["snapshots"],
    ];
    let found = paths.iter().find_map(|path| {
        let found = path.iter().try_fold(value, |at, key| at.get(key))?;
        Some((found.as_array()?, Some(value)))
    });
    let bare_list = || {
        let items = value.as_array()?;
        let first = items.first()?;
        let is_snapshot = ["meanLoss", "mean_loss"]
            .iter()
            .any(|key| first.get(key).is_some());
        is_snapshot.then_some((items, None))
    };
    found.or_else(bare_list)
}

/// Gemini's snapshots. The API omits fields that are zero.
fn gemini(snapshots: &[Value], owner: Option<&Value>, whole: &Value) -> Curve {
    let number =
        |of: &Value, names: &[&str]| names.iter().find_map(|name| number_of(of.get(name)?));
    let points = snapshots.iter().map(|snapshot| Point {
        step: Some(number(snapshot, &["step"]).unwrap_or(0.0)),
        epoch: Some(number(snapshot, &["epoch"]).unwrap_or(0.0)),
        training: Some(
            number(
                snapshot,
                &["meanLoss", "mean_loss", "meanScore", "mean_score"],
            )
            .unwrap_or(0.0),
        ),
        validation: None,
    });
    let find = |name: &str| owner.and_then(|owner| find_deep(owner, name));
    let epochs = find("epochCount").or_else(|| find("epoch_count"));
    let done = find("completedPercent").and_then(number_of);
    let state = find_deep(whole, "state")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Curve {
        source: "Gemini's snapshots",
        points: points.collect(),
        epochs: epochs.and_then(number_of),
        unfinished: done.is_some_and(|done| done < 100.0)
            || ["CANCELLED", "FAILED"]
                .iter()
                .any(|end| state.ends_with(end)),
        not_numbers: 0,
    }
}

/// A value under `name`, at any depth.
fn find_deep<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(found) = fields.get(name) {
                    return Some(found);
                }
                left.extend(fields.values());
            }
            Value::Array(items) => left.extend(items.iter().take(4)),
            _ => {}
        }
    }
    None
}

/// Hugging Face's `trainer_state.json`. Its last entry is a summary, not a point.
fn trainer_state(state: &Map<String, Value>, history: &[Value]) -> Curve {
    let is_point = |entry: &&Value| entry.get("train_runtime").is_none();
    let mut curve = objects(history.iter().filter(is_point)).unwrap_or_default();
    curve.source = "trainer state";
    let field = |name: &str| state.get(name).and_then(number_of);
    curve.epochs = field("num_train_epochs");
    curve.unfinished = match (field("global_step"), field("max_steps")) {
        (Some(done), Some(wanted)) => wanted > 0.0 && done < wanted,
        _ => false,
    };
    curve
}

fn lines(text: &str) -> Result<Curve, NoCurve> {
    let values: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if values.is_empty() {
        return Err(NoCurve::Unknown);
    }
    let mut curve = objects(values.iter())?;
    let total = values.last().and_then(|last| {
        Some((
            number_of(last.get("current_steps")?)?,
            number_of(last.get("total_steps")?)?,
        ))
    });
    if let Some((done, wanted)) = total {
        curve.source = "LLaMA-Factory's log";
        curve.unfinished = done < wanted;
    }
    Ok(curve)
}

/// The field names that trainers use.
const STEP: [&str; 5] = [
    "step",
    "step_number",
    "current_steps",
    "global_step",
    "Step",
];
const EPOCH: [&str; 2] = ["epoch", "Epoch"];
const TRAINING: [&str; 3] = ["train_loss", "loss", "training_loss"];
const VALIDATION: [&str; 5] = [
    "full_valid_loss",
    "valid_loss",
    "eval_loss",
    "validation_loss",
    "val_loss",
];

/// Reads objects that are points, or checkpoints whose `metrics` are points.
fn objects<'v>(values: impl Iterator<Item = &'v Value>) -> Result<Curve, NoCurve> {
    let mut curve = Curve {
        source: "JSON log",
        ..Curve::default()
    };
    for value in values {
        let metrics = value.get("metrics").filter(|metrics| metrics.is_object());
        if metrics.is_some() {
            curve.source = "OpenAI's checkpoints";
        }
        let find = |names: &[&str]| {
            let of = metrics.into_iter().chain([value]);
            of.flat_map(|of| names.iter().filter_map(|name| of.get(*name)))
                .find_map(number_of)
        };
        let point = Point {
            step: find(&STEP),
            epoch: find(&EPOCH),
            training: find(&TRAINING),
            validation: find(&VALIDATION),
        };
        // Some trainers write training and validation loss in separate rows.
        match curve
            .points
            .last_mut()
            .filter(|last| last.step.is_some() && last.step == point.step)
        {
            Some(last) => {
                last.training = last.training.or(point.training);
                last.validation = last.validation.or(point.validation);
            }
            None if point.training.is_some() || point.validation.is_some() => {
                curve.points.push(point)
            }
            None => {}
        }
    }
    if curve.points.is_empty() {
        return Err(NoCurve::Unknown);
    }
    Ok(curve)
}

/// A number, or a string that parses as one, such as `NaN`.
fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gemini_omits_zeros() {
        let text = r#"{"state":"ACTIVE","tuningTask":{"hyperparameters":{"epochCount":5},"snapshots":[{"meanLoss":7.2},{"step":1,"epoch":1,"meanLoss":3.5}]}}"#;
        let curve = read(text).unwrap();
        assert_eq!(
            (curve.points[0].step, curve.points[0].epoch),
            (Some(0.0), Some(0.0))
        );
        assert_eq!((curve.epochs, curve.unfinished), (Some(5.0), false));
    }

    #[test]
    fn the_summary_of_a_trainer_is_not_a_point() {
        let text = r#"{"global_step":100,"max_steps":100,"num_train_epochs":2,"log_history":[{"loss":1.2,"epoch":0.5,"step":25},{"loss":NaN,"epoch":1.0,"step":50},{"eval_loss":0.33,"epoch":1.0,"step":50},{"train_loss":0.43,"train_runtime":9,"epoch":2.0,"step":100}]}"#;
        let curve = super::super::read(text.as_bytes()).unwrap();
        assert_eq!(curve.points.len(), 2);
        assert_eq!(curve.not_numbers, 1);
        assert!(!curve.unfinished);
    }

    #[test]
    fn separate_rows_of_a_step_are_merged() {
        let text = "{\"current_steps\":5,\"total_steps\":20,\"loss\":1.0,\"epoch\":0.5}\n{\"current_steps\":5,\"total_steps\":20,\"eval_loss\":1.1,\"epoch\":0.5}\n";
        let curve = read(text).unwrap();
        assert_eq!(curve.points.len(), 1);
        assert_eq!(
            (curve.source, curve.unfinished),
            ("LLaMA-Factory's log", true)
        );
    }

    #[test]
    fn checkpoints_have_metrics() {
        let text = r#"{"data":[{"step_number":88,"metrics":{"step":88,"train_loss":0.478,"full_valid_loss":0.5}}]}"#;
        let curve = read(text).unwrap();
        assert_eq!(
            (curve.points[0].step, curve.points[0].validation),
            (Some(88.0), Some(0.5))
        );
    }
}
