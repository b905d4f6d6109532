//! A cell of a workbook as text.

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};

/// The content of a cell as people see it: numbers as they were typed, dates and times in ISO 8601.
/// `None` for an empty cell.
pub(crate) fn text(cell: &DataRef<'_>) -> Option<String> {
    Some(match cell {
        DataRef::Empty => return None,
        DataRef::SharedString("") => return None,
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            return (!text.is_empty()).then(|| text.clone());
        }
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) => date_text(*date),
        DataRef::Error(error) => error_text(error),
    })
}

/// The same for a cell that owns its text.
pub(crate) fn owned_text(cell: &Data) -> Option<String> {
    text(&match cell {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(is_true) => DataRef::Bool(*is_true),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    })
}

/// Whether the cell is text, as the names of columns are.
pub(crate) fn is_text(cell: &DataRef<'_>) -> bool {
    matches!(cell, DataRef::String(_) | DataRef::SharedString(_))
}

/// The same for a cell that owns its text.
pub(crate) fn is_owned_text(cell: &Data) -> bool {
    matches!(cell, Data::String(_))
}

fn error_text(error: &CellErrorType) -> String {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
    .to_owned()
}

/// A date, a time of day, both, or a duration; without parts that are zero.
fn date_text(date: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli > 0 {
        time.push_str(&format!(".{milli:03}"));
    }
    let value = date.as_f64();
    match () {
        () if date.is_duration() => {
            // Hours go on beyond a day.
            let hours = (value * 24.0 + 1e-9).floor();
            format!("{hours:02}:{minute:02}:{second:02}")
        }
        // Before the first day: a time of day alone.
        () if (0.0..1.0).contains(&value) => time,
        () if value.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        () => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn cells_are_shown_as_they_were_typed() {
        let date = |value, kind| text(&DataRef::DateTime(ExcelDateTime::new(value, kind, false)));
        let day = ExcelDateTimeType::DateTime;
        let shown = |cell| text(&cell).unwrap_or_default();
        assert_eq!(shown(DataRef::Float(3.0)), "3");
        assert_eq!(shown(DataRef::Float(24.57)), "24.57");
        assert_eq!(shown(DataRef::Bool(true)), "TRUE");
        assert_eq!(shown(DataRef::Error(CellErrorType::NA)), "#N/A");
        assert_eq!(text(&DataRef::String(String::new())), None);
        assert_eq!(date(45413.0, day).as_deref(), Some("2024-05-01"));
        assert_eq!(date(45413.5, day).as_deref(), Some("2024-05-01T12:00:00"));
        assert_eq!(date(0.25, day).as_deref(), Some("06:00:00"));
        let span = ExcelDateTimeType::TimeDelta;
        assert_eq!(date(1.5, span).as_deref(), Some("36:00:00"));
    }
}
