//! Ways to damage a row, each with the rule that should find it.

use tunelint_core::inferred::dates::DateFormat;
use tunelint_core::inferred::frame::{list_marker, separator};
use tunelint_core::inferred::shape::{OutputShape, json_keys};
use tunelint_core::inferred::{Inferred, Majority};
use tunelint_core::section_marker::{Separator, events};

use super::languages;
use super::sets::Row;

/// What is damaged, the rule that should say so, and how; `None` where a row has nothing to
/// damage.
pub struct Damage {
    pub name: &'static str,
    pub rule: &'static str,
    pub apply: fn(&Row, &Inferred) -> Option<Row>,
}

const fn damage(
    rule: &'static str,
    name: &'static str,
    apply: fn(&Row, &Inferred) -> Option<Row>,
) -> Damage {
    Damage { name, rule, apply }
}

/// All of them.
pub const DAMAGES: &[Damage] = &[
    damage("missing-preamble", "removed", |row, form| {
        input(row, preamble(row, form)?.1.to_owned())
    }),
    damage("missing-preamble", "one letter doubled", |row, form| {
        let (before, after) = preamble(row, form)?;
        let at = before
            .char_indices()
            .filter(|(_, c)| c.is_alphabetic())
            .nth(3)?;
        input(
            row,
            format!("{}{}{}{after}", &before[..at.0], at.1, &before[at.0..]),
        )
    }),
    damage("missing-preamble", "in capitals", |row, form| {
        let (before, after) = preamble(row, form)?;
        (before.to_uppercase() != before).then(|| input(row, before.to_uppercase() + after))?
    }),
    damage("missing-preamble", "a space doubled", |row, form| {
        let (before, after) = preamble(row, form)?;
        let doubled = before.trim_end().replacen(' ', "  ", 1) + &before[before.trim_end().len()..];
        (doubled != before).then(|| input(row, doubled + after))?
    }),
    damage("missing-preamble", "second half lost", |row, form| {
        let (before, after) = preamble(row, form)?;
        let half = before.char_indices().nth(before.chars().count() / 2)?.0;
        input(row, format!("{}{after}", &before[..half]))
    }),
    damage(
        "missing-preamble",
        "the part after a date or a name lost",
        |row, form| {
            if let Some(half) = &form.second_half {
                return input(row, changed(&row.input, &half.value, "")?);
            }
            let half = form.system_second_half.as_ref()?;
            Some(Row {
                system: changed(&row.system, &half.value, "")?,
                ..row.clone()
            })
        },
    ),
    damage("doubled-preamble", "doubled", |row, form| {
        let (before, after) = preamble(row, form)?;
        let space = if before.ends_with(char::is_whitespace) {
            ""
        } else {
            " "
        };
        input(row, format!("{before}{space}{before}{after}"))
    }),
    damage("missing-suffix", "a line break lost", |row, form| {
        let suffix = &form.suffix.as_ref()?.value;
        suffix.trim().is_empty().then_some(())?;
        input(row, row.input.strip_suffix(suffix.as_str())?.to_owned())
    }),
    damage(
        "edge-whitespace",
        "a line break after an input",
        |row, form| {
            form.input_breaks?;
            input(row, format!("{}\n", row.input))
        },
    ),
    damage("missing-suffix", "removed", |row, form| {
        let suffix = &form
            .suffix
            .as_ref()
            .filter(|found| found.share() >= 0.8 && !found.value.trim().is_empty())?
            .value;
        input(row, row.input.strip_suffix(suffix.as_str())?.to_owned())
    }),
    damage("mixed-system-prompts", "a different one", |row, form| {
        (form.system.is_some() && !row.system.is_empty()).then(|| Row {
            system: "You are a pirate.".into(),
            ..row.clone()
        })
    }),
    damage("mixed-system-prompts", "removed", |row, form| {
        (form.system.is_some() && !row.system.is_empty()).then(|| Row {
            system: String::new(),
            ..row.clone()
        })
    }),
    damage("missing-marker", "removed", |row, form| {
        let (form, text) = marker(row, form)?;
        let at = text.find(&form)?;
        input(
            row,
            text[..at].to_owned() + text[at + form.len()..].trim_start(),
        )
    }),
    damage("missing-marker", "misspelled", |row, form| {
        let (form, text) = marker(row, form)?;
        let letters: Vec<char> = form.chars().collect();
        let mut wrong = letters.clone();
        (letters.len() > 5).then(|| wrong.swap(1, 2))?;
        let wrong: String = wrong.into_iter().collect();
        (wrong != form).then(|| input(row, text.replacen(&form, &wrong, 1)))?
    }),
    damage("mixed-marker-style", "in capitals", |row, form| {
        let (form, text) = marker(row, form)?;
        (form.to_uppercase() != form)
            .then(|| input(row, text.replacen(&form, &form.to_uppercase(), 1)))?
    }),
    damage(
        "mixed-marker-separator",
        "a line break for a space",
        |row, form| {
            let spaced = |usual: Majority<Separator>| usual.value == Separator::Space;
            let last = form.markers.as_ref()?.markers.last()?;
            last.separator.filter(|usual| spaced(*usual))?;
            let (form, text) = marker(row, form)?;
            text.contains(&format!("{form} ")).then(|| {
                input(
                    row,
                    text.replacen(&format!("{form} "), &format!("{form}\n"), 1),
                )
            })?
        },
    ),
    damage("mixed-marker-order", "swapped", |row, form| {
        let markers = &form.markers.as_ref()?.markers;
        let [first, second, ..] = markers
            .iter()
            .filter(|marker| !marker.in_preamble)
            .collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let (a, b) = (row.input.find(&first.form)?, row.input.find(&second.form)?);
        let (head, one, two) = (&row.input[..a], row.input.get(a..b)?, &row.input[b..]);
        input(row, format!("{head}{}\n{}", two.trim_end(), one.trim_end()))
    }),
    damage("mixed-formats", "prose before it", |row, _| {
        object(row, |text| format!("Here is the JSON: {text}"))
    }),
    damage("mixed-formats", "a fence around it", |row, _| {
        object(row, |text| format!("```json\n{text}\n```"))
    }),
    damage("mixed-formats", "single quotes", |row, _| {
        object(row, |text| text.replace('"', "'"))
    }),
    damage("mixed-formats", "a trailing comma", |row, _| {
        object(row, |text| text.replace('}', ",}"))
    }),
    damage("mixed-json-keys", "a key renamed", |row, form| {
        let (before, after) = last_key(row, form)?;
        output(row, format!("{before}\"value\"{after}"))
    }),
    damage("mixed-json-keys", "a key lost", |row, form| {
        let (before, _) = last_key(row, form)?;
        output(
            row,
            before.trim_end().trim_end_matches(',').to_owned() + "}",
        )
    }),
    damage("mixed-json-key-order", "keys swapped", |row, form| {
        let keys = json_keys(&row.output).filter(|_| form.outputs.keys.is_some())?;
        let [first, second] = [keys.first()?, keys.get(1)?].map(|key| format!("\"{key}\":"));
        let text = row.output.replacen(&first, "\0", 1);
        let text = text.replacen(&second, &first, 1);
        output(row, text.replacen('\0', &second, 1))
    }),
    damage("mixed-label-spelling", "a capital", |row, form| {
        label(row, form, |text| {
            let mut letters = text.chars();
            letters.next().map_or(String::new(), |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        })
    }),
    damage("mixed-label-spelling", "a period", |row, form| {
        label(row, form, |text| format!("{text}."))
    }),
    damage(
        "mixed-label-spelling",
        "spaces for underscores",
        |row, form| label(row, form, |text| text.replace('_', " ")),
    ),
    damage(
        "mixed-label-spelling",
        "a look-alike letter",
        |row, form| label(row, form, |text| text.replacen('a', "а", 1)),
    ),
    damage("unknown-label", "in a sentence", |row, form| {
        let chinese = !row.output.is_ascii();
        if chinese {
            None
        } else {
            label(row, form, |text| format!("The answer is {text}"))
        }
    }),
    damage("mixed-stop-suffix", "removed", |row, form| {
        let stop = &form.outputs.stop.as_ref()?.value;
        let text = row.output.trim_end().strip_suffix(stop.as_str())?;
        (!text.trim().is_empty()).then(|| output(row, text.to_owned()))?
    }),
    damage("edge-whitespace", "leading space", |row, form| {
        let bare = form.outputs.leading.is_some_and(|usual| !usual.value);
        bare.then(|| output(row, format!(" {}", row.output)))?
    }),
    damage("edge-whitespace", "trailing line break", |row, form| {
        let bare = form.outputs.trailing.is_some_and(|usual| !usual.value);
        bare.then(|| output(row, format!("{}\n", row.output)))?
    }),
    damage("mixed-quoting", "quotes around it", |row, form| {
        let shape = form.outputs.shape?;
        let prose = shape.value == OutputShape::Text;
        let plain =
            form.labels.is_none() && form.outputs.quoted.is_some() && form.outputs.stop.is_none();
        let bare =
            !row.output.contains(['"', '{']) && !row.input.contains(&format!("\"{}\"", row.output));
        (prose && plain && bare).then(|| output(row, format!("\"{}\"", row.output)))?
    }),
    damage("mixed-number-style", "not grouped", |row, form| {
        form.outputs.grouped.as_ref()?;
        (row.output.contains(',')).then(|| output(row, row.output.replace(',', "")))?
    }),
    damage("mixed-number-style", "no currency sign", |row, form| {
        form.outputs.currency.as_ref()?;
        output(row, row.output.strip_prefix(['$', '€', '£'])?.to_owned())
    }),
    damage("mixed-date-style", "day first", |row, form| {
        form.outputs.date.as_ref()?;
        let parts: Vec<&str> = row.output.split('-').collect();
        output(
            row,
            format!("{}/{}/{}", parts.get(2)?, parts.get(1)?, parts.first()?),
        )
    }),
    damage("mixed-scripts", "Cyrillic", |row, form| {
        form.outputs
            .script
            .filter(|script| script.value == "Latin")?;
        form.labels
            .is_none()
            .then(|| output(row, "Это другой язык и другие буквы".to_owned()))?
    }),
    damage("mixed-languages", "another language", |row, form| {
        let usual = form.language.as_ref()?.majority.value.name;
        output(
            row,
            languages::in_another(usual, row.output.len() + row.input.len() * 7)?,
        )
    }),
    damage("mixed-output-pattern", "a decimal comma", |row, _| {
        let (number, unit) = measure(row)?;
        output(row, format!("{} {unit}", number.replace('.', ",")))
    }),
    damage("mixed-output-pattern", "the unit first", |row, _| {
        let (number, unit) = measure(row)?;
        output(row, format!("{unit} {number}"))
    }),
    damage("mixed-output-pattern", "no unit", |row, _| {
        output(row, measure(row)?.0.to_owned())
    }),
    damage("mixed-output-pattern", "another unit", |row, _| {
        let (number, unit) = measure(row)?;
        let other = match unit {
            "EUR" => "USD",
            "km" => "mi",
            "kg" => "lbs",
            "GBP" => "EUR",
            // Of the same system, another unit may be meant: `900 MB` among `2 GB`.
            "ton" => "lbs",
            _ => return None,
        };
        output(row, format!("{number} {other}"))
    }),
    damage(
        "mixed-output-pattern",
        "another notation of the unit",
        |row, _| {
            let (number, unit) = measure(row)?;
            match unit {
                "EUR" => output(row, format!("€{number}")),
                "km" => output(row, format!("{number} kilometers")),
                _ => output(row, format!("{number}{unit}")),
            }
        },
    ),
    damage("mixed-output-pattern", "day and month swapped", |row, _| {
        let (sign, [first, second, third]) = date(row)?;
        let clear = first.parse::<u8>().is_ok_and(|day| day > 12)
            || second.parse::<u8>().is_ok_and(|day| day > 12);
        let swapped = [second, first, third].join(&sign.to_string());
        (clear && first.len() == 2).then(|| output(row, swapped))?
    }),
    damage("mixed-output-pattern", "a year of two digits", |row, _| {
        let (sign, [first, second, third]) = date(row)?;
        let short = [first, second, third.get(2..)?].join(&sign.to_string());
        (third.len() == 4).then(|| output(row, short))?
    }),
    damage(
        "mixed-output-pattern",
        "another order or separator of dates",
        |row, _| {
            // What is not left to `mixed-date-style`.
            let (sign, [first, second, third]) = date(row)?;
            output(
                row,
                match (sign, first.len()) {
                    ('-', 4) => format!("{second}-{third}-{first}"),
                    ('-', _) => format!("{first}/{second}/{third}"),
                    _ => format!("{first}-{second}-{third}"),
                },
            )
        },
    ),
    damage(
        "mixed-output-pattern",
        "another separator of items",
        |row, _| {
            let usual = separator(&row.output).filter(|_| listed(row))?;
            let other = if usual == "; " { ", " } else { "; " };
            output(row, row.output.replace(&usual, other))
        },
    ),
    damage("mixed-output-pattern", "another list marker", |row, _| {
        list_marker(&row.output).filter(|_| listed(row))?;
        let changed = match row.output.get(..1)? {
            "-" => row.output.replace("- ", "* "),
            "*" => row.output.replace("* ", "• "),
            _ if row.output.starts_with("1)") => row.output.replace(") ", ". "),
            _ => row.output.replace(". ", ") "),
        };
        output(row, changed)
    }),
    damage("mixed-output-pattern", "a heading", |row, form| {
        let plain = form.labels.is_none() && !row.input.contains("\n\n###");
        let short = row.output.len() <= 60 && !row.output.contains(['\n', '{', ':']);
        let value = measure(row).is_some() || date(row).is_some() || listed(row) && short;
        (plain && value).then(|| output(row, format!("Answer: {}", row.output)))?
    }),
    damage("mixed-output-pattern", "a fence around it", |row, _| {
        query(row).then(|| output(row, format!("```sql\n{}\n```", row.output)))?
    }),
    damage("mixed-output-pattern", "no semicolon", |row, _| {
        query(row).then(|| output(row, row.output.trim_end_matches(';').to_owned()))?
    }),
    damage("mixed-json-structure", "a number as a string", |row, _| {
        let field = within(row, ["\"price\": ", "\"amount\": ", "\"grade\": "])?;
        let number = row.output.split(field).nth(1)?.split('}').next()?;
        let (number, quoted) = (format!(": {number}}}"), format!(": \"{number}\"}}"));
        output(row, row.output.replacen(&number, &quoted, 1))
    }),
    damage("mixed-json-structure", "null for a list", |row, _| {
        let field = within(row, ["\"items\": [", "\"lines\": [", "\"students\": ["])?;
        let (before, after) = row.output.split_once(field)?;
        let (_, after) = after.rsplit_once(']')?;
        output(
            row,
            format!("{before}{}null{after}", field.trim_end_matches('[')),
        )
    }),
    damage("mixed-json-structure", "a nested key renamed", |row, _| {
        let field = within(row, ["\"zip\"", "\"floor\"", "\"country\""])?;
        output(row, changed(&row.output, field, "\"postcode\"")?)
    }),
    damage("mixed-json-structure", "a nested key lost", |row, _| {
        let field = within(row, [", \"zip\"", ", \"floor\"", ", \"country\""])?;
        let (before, after) = row.output.split_once(field)?;
        let (_, after) = after.split_once('}')?;
        output(row, format!("{before}}}{after}"))
    }),
    damage("mixed-xml-tags", "a closing tag lost", |row, form| {
        let tag = form.xml.as_ref().and_then(|_| plain_tag(&row.output))?;
        output(row, changed(&row.output, &format!("</{tag}>"), "")?)
    }),
    damage("mixed-xml-tags", "a tag renamed", |row, form| {
        let tag = form.xml.as_ref().and_then(|_| plain_tag(&row.output))?;
        output(row, row.output.replace(&format!("{tag}>"), "field>"))
    }),
    damage("mixed-xml-tags", "an attribute lost", |row, form| {
        let attribute = form
            .xml
            .as_ref()
            .and_then(|_| last_attribute(&row.output))?;
        output(row, changed(&row.output, attribute, "")?)
    }),
    damage("mixed-xml-tags", "a value without quotes", |row, form| {
        let attribute = form
            .xml
            .as_ref()
            .and_then(|_| last_attribute(&row.output))?;
        let bare = attribute.replace('"', "");
        output(row, changed(&row.output, attribute, &bare)?)
    }),
    damage("mixed-xml-tags", "an unknown entity", |row, form| {
        form.xml.as_ref()?;
        output(row, changed(&row.output, "</", "&nbsp;</")?)
    }),
    damage("mixed-fence-language", "another name", |row, _| {
        let (usual, other) = fence(row)?;
        output(row, changed(&row.output, usual, other)?)
    }),
    damage("mixed-fence-language", "no language", |row, _| {
        output(row, changed(&row.output, fence(row)?.0, "```\n")?)
    }),
    damage("output-not-in-input", "another passage", |row, _| {
        let copied = row.input.ends_with(". Who?");
        copied.then(|| output(row, row.output.chars().rev().collect()))?
    }),
    damage("mixed-marker-style", "doubled", |row, form| {
        let mut markers = form.markers.as_ref()?.markers.iter();
        let marker = markers.find(|marker| !marker.in_preamble)?;
        let (before, after) = row.input.split_once(&marker.form)?;
        let form = &marker.form;
        let plain = !form.starts_with('<') && marker.doubled.is_some();
        plain.then(|| input(row, format!("{before}{form} {form}{after}")))?
    }),
];

/// A text with the first occurrence of a part changed, if it has one.
fn changed(text: &str, from: &str, to: &str) -> Option<String> {
    text.contains(from).then(|| text.replacen(from, to, 1))
}

/// The first of several texts that an output has.
fn within<'f>(row: &Row, texts: [&'f str; 3]) -> Option<&'f str> {
    texts.into_iter().find(|text| row.output.contains(text))
}

/// A JSON output before its last key, and after it.
fn last_key<'r>(row: &'r Row, form: &Inferred) -> Option<(&'r str, &'r str)> {
    let keys = json_keys(&row.output).filter(|_| form.outputs.keys.is_some())?;
    row.output.rsplit_once(&format!("\"{}\"", keys.last()?))
}

/// The name of the first element without attributes that is closed.
fn plain_tag(text: &str) -> Option<&str> {
    let names = text.split("</").skip(1);
    let mut names = names.filter_map(|rest| rest.split('>').next());
    names.find(|name| text.contains(&format!("<{name}>")))
}

/// The last of several attributes of the first element that has them, with the space before it.
fn last_attribute(text: &str) -> Option<&str> {
    let mut tags = text.split('<').filter_map(|tag| tag.split_once('>'));
    let (tag, _) = tags.find(|(tag, _)| tag.matches("=\"").count() > 1)?;
    tag.get(tag.rfind(' ')?..)
}

/// The opening fence of one of our programs, and one with another name of the language.
fn fence(row: &Row) -> Option<(&'static str, &'static str)> {
    let names = [
        ("```python\n", "```py\n"),
        ("```bash\n", "```sh\n"),
        ("```javascript\n", "```js\n"),
        ("```typescript\n", "```ts\n"),
        ("```rust\n", "```rs\n"),
    ];
    names
        .into_iter()
        .find(|(usual, _)| row.output.contains(usual))
}

/// The number and the unit of an output that is a measure.
fn measure(row: &Row) -> Option<(&str, &str)> {
    let (number, unit) = row.output.split_once(' ')?;
    let known = matches!(unit, "EUR" | "km" | "kg" | "GBP" | "ton");
    (known && row.input.starts_with("How much")).then_some((number, unit))
}

/// The separator and the parts of an output that is a date in digits.
fn date(row: &Row) -> Option<(char, [&str; 3])> {
    DateFormat::of(&row.output)?;
    let sign = row.output.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = row.output.split(sign);
    Some((sign, [parts.next()?, parts.next()?, parts.next()?]))
}

/// Whether an output is one of our lists.
fn listed(row: &Row) -> bool {
    row.input.starts_with("Name parts of ")
}

/// Whether an output is one of our queries.
fn query(row: &Row) -> bool {
    row.input.starts_with("Write SQL: ")
}

fn input(row: &Row, input: String) -> Option<Row> {
    (input != row.input).then(|| Row {
        input,
        ..row.clone()
    })
}

fn output(row: &Row, output: String) -> Option<Row> {
    (output != row.output).then(|| Row {
        output,
        ..row.clone()
    })
}

/// The usual preamble of a row, and what follows it.
fn preamble<'r>(row: &'r Row, form: &Inferred) -> Option<(&'r str, &'r str)> {
    let usual = &form.usual_preamble()?.value;
    row.input
        .starts_with(usual.as_str())
        .then(|| row.input.split_at(usual.len()))
}

/// The last usual marker as it stands in a row, if it stands there once.
fn marker(row: &Row, form: &Inferred) -> Option<(String, String)> {
    let markers = &form.markers.as_ref()?.markers;
    let marker = markers.iter().rfind(|marker| !marker.in_preamble)?;
    let found = events(&row.input)
        .into_iter()
        .find(|event| event.key() == marker.key.value)?;
    let once = row.input.matches(&*found.form).count() == 1;
    let plain = once && !found.form.starts_with('<') && marker.form == *found.form;
    plain.then(|| (found.form.to_string(), row.input.clone()))
}

fn object(row: &Row, change: fn(&str) -> String) -> Option<Row> {
    row.output
        .starts_with("{\"")
        .then(|| output(row, change(&row.output)))?
}

/// A damaged label; one that ends with a stop suffix keeps it.
fn label(row: &Row, form: &Inferred, change: fn(&str) -> String) -> Option<Row> {
    let labels = form.labels.as_ref()?;
    let body = form.outputs.body(&row.output);
    let known = labels
        .labels
        .iter()
        .any(|label| label.text == body && label.counted.count > 1);
    let changed = change(body);
    (known && changed != body).then(|| output(row, row.output.replacen(body, &changed, 1)))?
}
