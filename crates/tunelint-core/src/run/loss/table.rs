//! Curves in tables: OpenAI's results, exports of Vertex and TensorBoard, and custom tables.

use super::{Curve, NoCurve, Point};

/// Reads a table with a header.
pub(super) fn read(text: &str) -> Result<Curve, NoCurve> {
    let delimiter = match text.lines().next() {
        Some(line) if line.contains('\t') => b'\t',
        Some(line) if line.contains(';') && !line.contains(',') => b';',
        _ => b',',
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| NoCurve::Unknown)?.clone();
    let columns = Columns::of(&header).ok_or(NoCurve::Unknown)?;
    let mut curve = Curve {
        source: columns.source,
        ..Curve::default()
    };
    for row in reader.records().flatten() {
        let number = |at: Option<usize>| row.get(at?)?.parse::<f64>().ok();
        curve.points.push(Point {
            step: number(columns.step),
            epoch: number(columns.epoch),
            training: number(columns.training),
            validation: number(columns.validation),
        });
    }
    Ok(curve)
}

/// The indices of the columns.
struct Columns {
    source: &'static str,
    step: Option<usize>,
    epoch: Option<usize>,
    training: Option<usize>,
    validation: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let names: Vec<String> = header
            .iter()
            .map(|name| {
                name.trim_start_matches('/')
                    .to_lowercase()
                    .replace([' ', '-'], "_")
            })
            .collect();
        let find = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|wanted| names.iter().position(|name| name == wanted))
        };
        let mut columns = Self {
            source: "table",
            step: find(&["step", "steps", "global_step", "iteration"]),
            epoch: find(&["epoch", "epochs"]),
            training: find(&[
                "train_loss",
                "training_loss",
                "train_total_loss",
                "loss",
                "mean_loss",
                "meanloss",
                "preference_optimization_train_loss",
            ]),
            validation: find(&[
                "full_valid_loss",
                "valid_loss",
                "validation_loss",
                "val_loss",
                "eval_loss",
                "eval_total_loss",
            ]),
        };
        if find(&["valid_loss", "valid_mean_token_accuracy"]).is_some() {
            columns.source = "OpenAI's results";
        } else if find(&["wall_time"]).is_some() {
            columns.source = "TensorBoard's export";
            columns.training = columns.training.or(find(&["value"]));
        }
        (columns.training.is_some() || columns.validation.is_some()).then_some(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_cells_are_missing_losses() {
        let text = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,1.52,0.0,,\n2,1.31,0.1,1.4,0.2\n";
        let curve = read(text).unwrap();
        assert_eq!(curve.source, "OpenAI's results");
        assert_eq!(curve.points[0].validation, None);
        assert_eq!(curve.points[1].validation, Some(1.4));
    }

    #[test]
    fn the_loss_column_of_tensorboard_is_value() {
        let curve = read("Wall time,Step,Value\n1.7e9,1,0.9\n1.7e9,2,0.7\n").unwrap();
        assert_eq!(
            (curve.source, curve.points.len()),
            ("TensorBoard's export", 2)
        );
    }

    #[test]
    fn other_tables_are_rejected() {
        assert_eq!(read("a,b\n1,2\n"), Err(NoCurve::Unknown));
    }
}
