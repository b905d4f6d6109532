//! `datetime.strftime` in the C locale.

use time::PrimitiveDateTime;

/// `now.strftime(format)`. Unknown directives stay as they are, as in glibc.
pub fn strftime(now: PrimitiveDateTime, format: &str) -> String {
    let mut out = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match rest.next() {
            // glibc: no padding.
            Some('-') => match rest.next() {
                Some(directive) => {
                    let padded = expand(now, directive);
                    let text = padded.trim_start_matches(['0', ' ']);
                    out.push_str(if text.is_empty() { "0" } else { text });
                }
                None => out.push_str("%-"),
            },
            Some(directive) => out.push_str(&expand(now, directive)),
            None => out.push('%'),
        }
    }
    out
}

/// One directive.
fn expand(now: PrimitiveDateTime, directive: char) -> String {
    let (month, weekday) = (now.month().to_string(), now.weekday().to_string());
    let short = |name: &str| name.chars().take(3).collect::<String>();
    let hour = now.hour();
    let twelve = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    match directive {
        'Y' => now.year().to_string(),
        'y' => format!("{:02}", now.year().rem_euclid(100)),
        'C' => format!("{:02}", now.year().div_euclid(100)),
        'm' => format!("{:02}", u8::from(now.month())),
        'd' => format!("{:02}", now.day()),
        'e' => format!("{:2}", now.day()),
        'B' => month,
        'b' | 'h' => short(&month),
        'A' => weekday,
        'a' => short(&weekday),
        'H' => format!("{hour:02}"),
        'I' => format!("{twelve:02}"),
        'M' => format!("{:02}", now.minute()),
        'S' => format!("{:02}", now.second()),
        'f' => format!("{:06}", now.microsecond()),
        'p' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        'j' => format!("{:03}", now.ordinal()),
        'u' => now.weekday().number_from_monday().to_string(),
        'w' => now.weekday().number_days_from_sunday().to_string(),
        'U' => format!("{:02}", now.sunday_based_week()),
        'W' => format!("{:02}", now.monday_based_week()),
        'V' => format!("{:02}", now.iso_week()),
        'G' => now.to_iso_week_date().0.to_string(),
        'c' => strftime(now, "%a %b %e %H:%M:%S %Y"),
        'x' | 'D' => strftime(now, "%m/%d/%y"),
        'X' | 'T' => strftime(now, "%H:%M:%S"),
        'F' => strftime(now, "%Y-%m-%d"),
        'R' => strftime(now, "%H:%M"),
        'r' => strftime(now, "%I:%M:%S %p"),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        // A naive time has no zone.
        'z' | 'Z' => String::new(),
        '%' => "%".to_owned(),
        other => format!("%{other}"),
    }
}

#[cfg(test)]
mod tests {
    use time::{Date, Month, Time};

    use super::*;

    #[test]
    fn dates_are_written_as_python_writes_them() {
        let date = Date::from_calendar_date(2026, Month::March, 5).unwrap();
        let now = PrimitiveDateTime::new(date, Time::from_hms(15, 4, 9).unwrap());
        let cases = [
            ("%d %b %Y", "05 Mar 2026"),
            ("%Y-%m-%d", "2026-03-05"),
            ("%A, %B %d, %Y", "Thursday, March 05, 2026"),
            ("%-d.%-m. %I:%M:%S %p %j", "5.3. 03:04:09 PM 064"),
            ("%e|%y|%%|%Q|%", " 5|26|%|%Q|%"),
            ("%c", "Thu Mar  5 15:04:09 2026"),
        ];
        for (format, expected) in cases {
            assert_eq!(strftime(now, format), expected, "{format}");
        }
    }
}
