//! Sets of the kinds that have few, in other domains, scripts and lengths.

use super::sets::{Row, Set, pair, set};
use super::tongues::{
    ARABIC, ARMENIAN, CYRILLIC, DEVANAGARI, GEORGIAN, GREEK, HANGUL, HEBREW, LATIN, THAI, Tongue,
};

/// All of them.
pub fn all() -> Vec<Set> {
    [
        numbers(),
        dates(),
        lists_and_queries(),
        labels(),
        objects(),
        orders(),
        documents(),
        programs(),
        passages(),
        chats(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Grouped numbers, amounts, and numbers with a unit.
fn numbers() -> Vec<Set> {
    let counts = [
        ("inhabitants", CYRILLIC, 7_919),
        ("steps", GREEK, 104_729),
        ("views", HANGUL, 611_953),
        ("years ago", THAI, 15_485_863),
    ];
    let counted = counts.map(|(name, tongue, factor)| {
        set(name, move |n| {
            let number = 10_000 + n * factor % 90_000_000;
            let thousands = (number / 1_000 % 1_000, number % 1_000);
            let text = match number / 1_000_000 {
                0 => format!("{},{:03}", thousands.0, thousands.1),
                millions => format!("{millions},{:03},{:03}", thousands.0, thousands.1),
            };
            pair(format!("How many {name}: {}", tongue.sentence(n, 7)), text)
        })
    });
    let prices = [
        ("fares", '€', ARABIC),
        ("rents", '£', LATIN),
        ("fines", '$', ARMENIAN),
        ("meals", '€', DEVANAGARI),
    ];
    let priced = prices.map(|(name, sign, tongue)| {
        set(name, move |n| {
            let (whole, part) = (2 + n * 7_907 % 900, n * 37 % 100);
            let input = format!("{} {name}?", tongue.sentence(n, 12));
            pair(input, format!("{sign}{whole}.{part:02}"))
        })
    });
    let measured = [("GBP", HEBREW), ("ton", GEORGIAN)].map(|(unit, tongue)| {
        set(&format!("in {unit}"), move |n| {
            let (whole, part) = (1 + n * 6_101 % 90, n * 31 % 10);
            let input = format!("How much is {}?", tongue.sentence(n, 9));
            pair(input, format!("{whole}.{part} {unit}"))
        })
    });
    counted.into_iter().chain(priced).chain(measured).collect()
}

fn dates() -> Vec<Set> {
    let iso = [
        ("births", CYRILLIC, 1900),
        ("deliveries", GREEK, 2005),
        ("treaties", ARABIC, 1750),
        ("launches", HANGUL, 1960),
    ];
    let iso = iso.map(|(name, tongue, from)| {
        set(name, move |n| {
            let (year, month, day) = (from + n * 3 % 60, 1 + n * 7 % 12, 1 + n * 11 % 28);
            let input = format!("{name}: {}", tongue.sentence(n, 8));
            pair(input, format!("{year}-{month:02}-{day:02}"))
        })
    });
    let local = [("meetings", '/', DEVANAGARI), ("harvests", '-', ARMENIAN)];
    let local = local.map(|(name, sign, tongue)| {
        set(name, move |n| {
            let (day, month, year) = (1 + n * 11 % 28, 1 + n * 7 % 12, 1980 + n % 40);
            let input = format!("{name}: {}", tongue.sentence(n, 5));
            pair(input, format!("{day:02}{sign}{month:02}{sign}{year}"))
        })
    });
    iso.into_iter().chain(local).collect()
}

fn lists_and_queries() -> Vec<Set> {
    let items = |tongue: Tongue, n: usize| -> Vec<String> {
        let item = |at| tongue.word(n * 19 + at * 3);
        (0..3 + n * 7 / 3 % 5).map(item).collect()
    };
    let part = |n, tongue: Tongue| format!("Name parts of {}", tongue.sentence(n, 6));
    let query = |n, tongue: Tongue| format!("Write SQL: {}", tongue.sentence(n, 14));
    let lines = |items: Vec<String>, mark: &dyn Fn(usize) -> String| {
        let lines = items.into_iter().enumerate();
        let lines: Vec<String> = lines.map(|(at, item)| mark(at + 1) + &item).collect();
        lines.join("\n")
    };
    vec![
        set("semicolons in Greek", move |n| {
            pair(part(n, GREEK), items(GREEK, n).join("; "))
        }),
        set("commas in Cyrillic", move |n| {
            pair(part(n, CYRILLIC), items(CYRILLIC, n).join(", "))
        }),
        set("numbered in Armenian", move |n| {
            let text = lines(items(ARMENIAN, n), &|at| format!("{at}) "));
            pair(part(n, ARMENIAN), text)
        }),
        set("bulleted in Hindi", move |n| {
            let text = lines(items(DEVANAGARI, n), &|_| "- ".to_owned());
            pair(part(n, DEVANAGARI), text)
        }),
        set("updates", move |n| {
            let (a, b) = (LATIN.word(n), LATIN.word(n + 40));
            pair(query(n, THAI), format!("UPDATE {a} SET {b} = {n};"))
        }),
        set("deletions", move |n| {
            let (a, b) = (LATIN.word(n), LATIN.word(n + 40));
            let text = format!("DELETE FROM {a}\nWHERE {b} < {n}\n  AND {a} <> '{b}';");
            pair(query(n, HEBREW), text)
        }),
    ]
}

fn labels() -> Vec<Set> {
    let sets: [(&str, Tongue, &[&str]); 5] = [
        (
            "tickets",
            CYRILLIC,
            &["data_loss", "late_delivery", "refund_claim"],
        ),
        (
            "topics",
            GREEK,
            &["local_sport", "foreign_affairs", "arts", "health_care"],
        ),
        ("moods", HANGUL, &["very_glad", "calm", "sad"]),
        (
            "commands",
            ARABIC,
            &[
                "play_music",
                "start_alarm",
                "call_mama",
                "read_mail",
                "stop_all",
                "ask_time",
            ],
        ),
        (
            "defects",
            GEORGIAN,
            &["scratch_small", "crack", "stain_large", "no_fault_at_all"],
        ),
    ];
    let of = |(name, tongue, labels): (&str, Tongue, &'static [&'static str])| {
        set(name, move |n| {
            let label = labels[n * 7 / 3 % labels.len()];
            pair(tongue.sentence(n, 6 + n % 9), label.to_owned())
        })
    };
    sets.into_iter().map(of).collect()
}

/// Flat JSON objects.
fn objects() -> Vec<Set> {
    let ask = |n, tongue: Tongue| format!("As JSON: {}", tongue.sentence(n, 11));
    vec![
        set("books", move |n| {
            let (title, author) = (CYRILLIC.sentence(n, 3), CYRILLIC.word(n + 9));
            let text =
                format!("{{\"title\": \"{title}\", \"author\": \"{author}\", \"year\": {n}}}");
            pair(ask(n, CYRILLIC), text)
        }),
        set("weather", move |n| {
            let (place, degrees, rain) = (GREEK.word(n), n % 40, n % 3 == 0);
            let text =
                format!("{{\"place\": \"{place}\", \"degrees\": {degrees}, \"rain\": {rain}}}");
            pair(ask(n, GREEK), text)
        }),
        set("reviews", move |n| {
            let (text, stars) = (ARABIC.sentence(n, 20), 1 + n % 5);
            let text = format!("{{\"summary\": \"{text}\", \"stars\": {stars}}}");
            pair(ask(n, ARABIC), text)
        }),
        set("animals", move |n| {
            let (kind, legs) = (HANGUL.word(n), n % 3 * 2);
            let text = format!(
                "{{\n  \"species\": \"{kind}\",\n  \"legs\": {legs},\n  \"tame\": null,\n  \"tags\": []\n}}"
            );
            pair(ask(n, HANGUL), text)
        }),
    ]
}

/// Nested JSON objects.
fn orders() -> Vec<Set> {
    let kinds = [
        (
            "courses",
            ["teacher", "floor", "students", "grade"],
            DEVANAGARI,
        ),
        ("flights", ["pilot", "country", "lines", "amount"], ARMENIAN),
        ("repairs", ["owner", "zip", "items", "price"], CYRILLIC),
    ];
    let of = |(name, [inner, place, list, number], tongue): (&str, [&'static str; 4], Tongue)| {
        set(name, move |n| {
            let item = |at| {
                let (word, number_of) = (tongue.word(n + at), n % 70);
                format!("{{\"name\": \"{word}\", \"{number}\": {number_of}.25}}")
            };
            let items: Vec<String> = (0..2 + n % 4).map(item).collect();
            let (who, where_) = (tongue.word(n + 40), tongue.word(n + 90));
            let text = format!(
                "{{\"id\": \"{n}\", \"{inner}\": {{\"name\": \"{who}\", \"{place}\": \"{where_}\"}}, \"{list}\": [{}]}}",
                items.join(", ")
            );
            pair(tongue.sentence(n, 5 + n % 20), text)
        })
    };
    kinds.into_iter().map(of).collect()
}

/// XML.
fn documents() -> Vec<Set> {
    vec![
        set("notes", |n| {
            let (to, body) = (GREEK.word(n), GREEK.sentence(n, 15));
            let text = format!("<note lang=\"el\"><to>{to}</to><body>{body}</body></note>");
            pair(GREEK.sentence(n, 8), text)
        }),
        set("invoices", |n| {
            let line = |at| format!("  <line>{}</line>\n", CYRILLIC.word(n + at));
            let lines: String = (0..1 + n % 6).map(line).collect();
            let text = format!("<invoice>\n  <number>{n}</number>\n{lines}</invoice>");
            pair(CYRILLIC.sentence(n, 8), text)
        }),
        set("answers in tags", |n| {
            let (steps, end) = (HANGUL.sentence(n, 30), HANGUL.word(n));
            let text = format!("<answer>\n<steps>{steps}</steps>\n<final>{end}</final>\n</answer>");
            pair(HANGUL.sentence(n, 8), text)
        }),
    ]
}

/// Code in fences.
fn programs() -> Vec<Set> {
    let kinds = [
        ("javascript", "console.log", ARABIC),
        ("typescript", "console.error", HEBREW),
        ("rust", "dbg!", THAI),
    ];
    let of = |(language, call, tongue): (&str, &'static str, Tongue)| {
        let fence = format!("```{language}");
        set(&format!("{language} programs"), move |n| {
            let lines: Vec<String> = (0..1 + n % 5)
                .map(|at| format!("{call}({n} + {at});"))
                .collect();
            let text = format!(
                "{}\n\n{fence}\n{}\n```\n\n{}",
                tongue.sentence(n, 6),
                lines.join("\n"),
                tongue.sentence(n + 300, 9)
            );
            pair(tongue.sentence(n, 9), text)
        })
    };
    kinds.into_iter().map(of).collect()
}

/// Passages of the input, and inputs that end with a separator.
fn passages() -> Vec<Set> {
    let copied = [
        ("Greek", GREEK, 3, 2),
        ("Cyrillic", CYRILLIC, 5, 4),
        ("Armenian", ARMENIAN, 1, 7),
    ];
    let copied = copied.map(|(name, tongue, first, words)| {
        set(&format!("passages in {name}"), move |n| {
            let text = tongue.sentence(n, 18);
            let passage: Vec<&str> = text.split(' ').skip(first).take(words).collect();
            pair(format!("{text} Who?"), passage.join(" "))
        })
    });
    let separated = [(" ->", GEORGIAN), ("\n\n===\n\n", DEVANAGARI)];
    let separated = separated.map(|(separator, tongue)| {
        set(&format!("separated by {}", separator.trim()), move |n| {
            let text = tongue.sentence(n, 10);
            let input = text.trim_end_matches(['.', '।']).to_owned() + separator;
            pair(input, tongue.sentence(n + 60, 12))
        })
    });
    copied.into_iter().chain(separated).collect()
}

/// Conversations with a system prompt.
fn chats() -> Vec<Set> {
    let kinds = [
        ("Отвечайте кратко и вежливо.", CYRILLIC, 20),
        (
            "You translate recipes for a cookbook.\nKeep all amounts.",
            GREEK,
            45,
        ),
        ("あなたは親切な図書館員です。", HANGUL, 6),
    ];
    let of = |(system, tongue, words): (&'static str, Tongue, usize)| {
        set(&format!("chat: {system}"), move |n| Row {
            system: system.to_owned(),
            input: tongue.sentence(n, 9),
            output: tongue.sentence(n + 77, words),
        })
    };
    kinds.into_iter().map(of).collect()
}
