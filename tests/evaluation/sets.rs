//! Clean sets: our own, made by rule so that they are there without any file, and public ones.

use std::path::Path;

use super::domains;
use super::languages;
use super::templates;
use super::tongues::LATIN;
use crate::running::{shared, texts_of};

/// One example.
#[derive(Clone, Default)]
pub struct Row {
    pub system: String,
    pub input: String,
    pub output: String,
}

/// A set in which nothing is wrong.
pub struct Set {
    pub name: String,
    pub rows: Vec<Row>,
}

/// Rows of a set, and most rows taken of a file.
const ROWS: usize = 200;

fn word(n: usize) -> String {
    LATIN.word(n)
}

fn sentence(n: usize, words: usize) -> String {
    LATIN.sentence(n, words)
}

/// A set of as many rows as each has.
pub fn set(name: &str, row: impl Fn(usize) -> Row) -> Set {
    Set {
        name: name.to_owned(),
        rows: (0..ROWS).map(row).collect(),
    }
}

/// An input with its output.
pub fn pair(input: String, output: String) -> Row {
    Row {
        input,
        output,
        ..Row::default()
    }
}

/// Our own.
pub fn own() -> Vec<Set> {
    let mut sets = texts();
    sets.extend(measures());
    sets.extend(digit_dates());
    sets.extend(lists());
    sets.extend(queries());
    sets.extend(structured());
    sets.extend(passages());
    sets.extend(domains::all());
    sets.extend(templates::all());
    sets.extend(languages::all());
    sets
}

/// Nested JSON, XML, and code in fences.
fn structured() -> Vec<Set> {
    let order = |n: usize| {
        let items: Vec<String> = (0..1 + n % 3)
            .map(|at| {
                format!(
                    "{{\"name\": \"{}\", \"price\": {}.5}}",
                    word(n + at),
                    n % 90
                )
            })
            .collect();
        format!(
            "{{\"no\": {n}, \"buyer\": {{\"name\": \"{}\", \"zip\": \"{}\"}}, \"items\": [{}]}}",
            word(n + 40),
            10_000 + n * 37,
            items.join(", ")
        )
    };
    vec![
        set("orders", move |n| pair(sentence(n, 9), order(n))),
        set("orders in a fence", move |n| {
            let input = sentence(n, 9);
            pair(input, format!("```json\n{}\n```", order(n)))
        }),
        set("tags", |n| {
            let (name, city) = (word(n), word(n + 40));
            let text = format!("<person><name>{name}</name><city>{city}</city></person>");
            pair(sentence(n, 9), text)
        }),
        set("nested tags", |n| {
            let item = |at| format!("<item id=\"{at}\">{}</item>", word(n + at));
            let items: String = (0..1 + n % 4).map(item).collect();
            let text = format!("<list>\n{items}\n<total>{n}</total></list>");
            pair(sentence(n, 9), text)
        }),
        set("programs", |n| {
            let text = format!(
                "Run this:\n\n```python\nprint({n})\n```\n{}",
                sentence(n, 6)
            );
            pair(sentence(n, 9), text)
        }),
        set("scripts", |n| {
            let text = format!("```bash\necho {} {n}\n```", word(n));
            pair(sentence(n, 9), text)
        }),
    ]
}

/// Passages of the input, and long texts.
fn passages() -> Vec<Set> {
    let copied = |name: &str, first: usize, words: usize| {
        set(name, move |n| {
            let text = sentence(n, 14);
            let passage: Vec<&str> = text.trim_end_matches('.').split(' ').collect();
            let passage = passage[first..first + words].join(" ");
            pair(format!("{text} Who?"), passage)
        })
    };
    vec![
        copied("passages", 4, 3),
        copied("longer passages", 2, 6),
        set("letters", |n| {
            let sentences: Vec<String> = (0..6).map(|at| sentence(n * 7 + at, 9)).collect();
            pair(sentence(n, 7), sentences.join(" "))
        }),
        set("reports", |n| {
            let sentences: Vec<String> = (0..9).map(|at| sentence(n * 11 + at, 8)).collect();
            pair(sentence(n, 6), sentences.join("\n"))
        }),
    ]
}

/// Numbers with a unit.
fn measures() -> Vec<Set> {
    ["EUR", "km", "kg"]
        .into_iter()
        .map(|unit| {
            set(&format!("in {unit}"), |n| {
                let input = format!("How much is {}?", sentence(n, 4));
                let (whole, part) = (3 + n * 7_919 % 800, n * 31 % 100);
                pair(input, format!("{whole}.{part:02} {unit}"))
            })
        })
        .collect()
}

/// Dates in digits, each in another format.
fn digit_dates() -> Vec<Set> {
    let date = |n: usize| (1 + n * 7 % 28, 1 + n * 5 % 12, 1950 + n % 70);
    let when = |n| format!("When did {} happen?", sentence(n, 4));
    vec![
        set("dates with slashes", move |n| {
            let (day, month, year) = date(n);
            pair(when(n), format!("{day:02}/{month:02}/{year}"))
        }),
        set("dates with periods", move |n| {
            let (day, month, year) = date(n);
            pair(when(n), format!("{day:02}.{month:02}.{year}"))
        }),
        set("dates with hyphens", move |n| {
            let (day, month, year) = date(n);
            pair(when(n), format!("{month:02}-{day:02}-{year}"))
        }),
    ]
}

/// Lists in one line, and with a line for each item.
fn lists() -> Vec<Set> {
    let items = |n: usize| -> Vec<String> {
        let count = 2 + n * 5 / 3 % 3;
        (0..count).map(|at| word(n * 17 + at * 5)).collect()
    };
    let ask = |n| format!("Name parts of {}.", sentence(n, 3));
    let joined =
        |name: &str, with: &'static str| set(name, move |n| pair(ask(n), items(n).join(with)));
    let marked = |name: &str, mark: fn(usize) -> String| {
        set(name, move |n| {
            let items = items(n).into_iter().enumerate();
            let lines: Vec<String> = items.map(|(at, item)| mark(at + 1) + &item).collect();
            pair(ask(n), lines.join("\n"))
        })
    };
    vec![
        joined("semicolons", "; "),
        joined("commas", ", "),
        joined("bars", " | "),
        marked("numbered", |at| format!("{at}. ")),
        marked("bulleted", |_| "- ".to_owned()),
        marked("starred", |_| "* ".to_owned()),
    ]
}

/// Queries of databases.
fn queries() -> Vec<Set> {
    let ask = |n| format!("Write SQL: {}", sentence(n, 6));
    vec![
        set("selections", move |n| {
            let (a, b) = (word(n), word(n + 40));
            pair(ask(n), format!("SELECT {a} FROM {b} WHERE {a} > {n};"))
        }),
        set("counts", move |n| {
            let (a, b) = (word(n), word(n + 40));
            let text = format!("SELECT {a}, COUNT(*)\nFROM {b}\nGROUP BY {a}\nORDER BY {a};");
            pair(ask(n), text)
        }),
        set("insertions", move |n| {
            let (a, b) = (word(n), word(n + 40));
            pair(ask(n), format!("INSERT INTO {a} VALUES ({n}, '{b}');"))
        }),
    ]
}

/// Texts, labels, objects and numbers.
fn texts() -> Vec<Set> {
    let sentiments = ["positive", "negative", "neutral"];
    let intents = [
        "card_arrival",
        "lost_card",
        "exchange_rate",
        "cash_withdrawal",
        "pin_blocked",
    ];
    vec![
        set("questions", |n| {
            let input = format!(
                "Answer the question from the context.\nquestion: who saw {}?\ncontext: {} {}",
                word(n),
                sentence(n, 9),
                sentence(n + 900, 7)
            );
            pair(input, sentence(n + 300, 5))
        }),
        set("sentiments", |n| {
            let input = format!(
                "Classify the sentiment of the review below.\n\n{}",
                sentence(n, 12)
            );
            pair(input, sentiments[n * 7 / 3 % 3].to_owned())
        }),
        set("intents", |n| {
            pair(sentence(n, 8), intents[n * 5 / 3 % 5].to_owned())
        }),
        set("objects", |n| {
            let input = format!("Extract name and city as JSON: {}", sentence(n, 10));
            let output = format!(
                "{{\"name\": \"{}\", \"city\": \"{}\", \"age\": {}}}",
                word(n),
                word(n + 500),
                n % 80
            );
            pair(input, output)
        }),
        set("numbers", |n| {
            let number = 1_000 + n * 7_919 % 900_000;
            let input = format!("How much is {} plus one?", number);
            pair(
                input,
                format!("{},{:03}", (number + 1) / 1000, (number + 1) % 1000),
            )
        }),
        set("prices", |n| {
            let input = format!("How much is {}?", sentence(n, 4));
            pair(
                input,
                format!("${}.{:02}", 3 + n * 7_919 % 800, n * 31 % 100),
            )
        }),
        set("dates", |n| {
            let input = format!("When did {} happen?", sentence(n, 4));
            pair(
                input,
                format!("{}-{:02}-{:02}", 1900 + n % 120, 1 + n % 12, 1 + n % 28),
            )
        }),
        set("stop", |n| {
            pair(
                format!("{}\n\n###\n\n", sentence(n, 9)),
                format!("{} END", sentence(n + 50, 6)),
            )
        }),
        set("chat", |n| Row {
            system: "You are the help desk of a small bank. Be brief and polite.".to_owned(),
            input: sentence(n, 8),
            output: sentence(n + 77, 12),
        }),
        set("chinese", |n| {
            let text: String = (0..12)
                .filter_map(|at| char::from_u32(0x4e00 + ((n * 131 + at * 977) % 5000) as u32))
                .collect();
            let label = ["正面", "负面", "中性"][n * 7 / 3 % 3];
            pair(
                format!("请判断下面这条评论的情感倾向。\n评论：{text}\n情感："),
                label.to_owned(),
            )
        }),
    ]
}

/// Public ones, read with the library; none where they are not there.
pub fn public() -> Vec<Set> {
    let Some(folder) = shared("real-data") else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let wanted = |path: &&std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("t0_")
            || name.starts_with("nova_train")
            || name.starts_with("banking_train")
    };
    files.iter().filter(wanted).map(|path| read(path)).collect()
}

fn read(path: &Path) -> Set {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let rows = texts_of(path).into_iter();
    // The rows of one file may be sorted by their label: take them from everywhere.
    let rows: Vec<Row> = rows
        .map(|(system, input, output)| Row {
            system,
            input,
            output,
        })
        .collect();
    let step = (rows.len() / ROWS).max(1);
    Set {
        name,
        rows: rows.into_iter().step_by(step).take(ROWS).collect(),
    }
}

/// The bytes of a set as JSON lines: pairs, or messages where there is a system text.
pub fn jsonl(rows: &[Row]) -> Vec<u8> {
    let chat = rows.iter().any(|row| !row.system.is_empty());
    let message = |role: &str, text: &str| serde_json::json!({"role": role, "content": text});
    let line = |row: &Row| {
        let value = if chat {
            let system = (!row.system.is_empty()).then(|| message("system", &row.system));
            let rest = [
                message("user", &row.input),
                message("assistant", &row.output),
            ];
            let messages: Vec<_> = system.into_iter().chain(rest).collect();
            serde_json::json!({"messages": messages})
        } else {
            serde_json::json!({"text_input": row.input, "output": row.output})
        };
        value.to_string() + "\n"
    };
    rows.iter().map(line).collect::<String>().into_bytes()
}
