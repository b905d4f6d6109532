//! Sets whose preamble has a middle that varies, and XML with attributes.

use super::sets::{Row, Set, pair, set};
use super::tongues::{ARMENIAN, CYRILLIC, DEVANAGARI, GEORGIAN, GREEK, HANGUL, LATIN, TAMIL};

/// All of them.
pub fn all() -> Vec<Set> {
    let mut sets = preambles();
    sets.extend(attributes());
    sets
}

/// Prompts with a date, a name or a number in the preamble.
fn preambles() -> Vec<Set> {
    let date = |n: usize| format!("2024-{:02}-{:02}", 1 + n * 5 % 12, 1 + n * 7 % 28);
    vec![
        set("dated questions", move |n| {
            let today = date(n);
            let text = LATIN.sentence(n, 8);
            let input =
                format!("You are a helper. Today is {today}. Answer the question briefly.\n{text}");
            pair(input, LATIN.sentence(n + 90, 9))
        }),
        set("named guests", |n| {
            let (name, text) = (GREEK.word(n * 3), GREEK.sentence(n, 11));
            let input = format!(
                "You are the concierge. You talk to {name}. Be polite and write one sentence.\n\n{text}"
            );
            pair(input, GREEK.sentence(n + 30, 12))
        }),
        set("numbered rooms", |n| {
            let (room, text) = (100 + n * 7 % 400, CYRILLIC.sentence(n, 9));
            let input =
                format!("Ты помощник отеля. Звонит номер {room}. Отвечай кратко и вежливо. {text}");
            pair(input, CYRILLIC.sentence(n + 50, 7))
        }),
        set("named customers", |n| {
            let (name, text) = (TAMIL.word(n * 11), TAMIL.sentence(n, 14));
            let input = format!(
                "Reply to a letter.\nThe customer is {name}.\nUse a formal tone and keep all numbers.\nLetter: {text}"
            );
            pair(input, TAMIL.sentence(n + 70, 20))
        }),
        set("dated system prompts", move |n| Row {
            system: format!(
                "You are the desk of a library. It is {}. Keep every answer short.",
                date(n)
            ),
            input: HANGUL.sentence(n, 8),
            output: HANGUL.sentence(n + 20, 6),
        }),
    ]
}

/// XML whose elements have several attributes.
fn attributes() -> Vec<Set> {
    vec![
        set("weights", |n| {
            let (thing, note) = (LATIN.word(n), LATIN.sentence(n, 6));
            let text = format!(
                "<parcel no=\"{n}\" unit=\"kg\"><thing>{thing}</thing><note>{note}</note></parcel>"
            );
            pair(LATIN.sentence(n + 9, 9), text)
        }),
        set("lines with units", |n| {
            let line = |at| {
                let thing = CYRILLIC.word(n + at);
                format!("  <line count=\"{}\" unit=\"box\">{thing}</line>\n", at + 1)
            };
            let lines: String = (0..1 + n % 4).map(line).collect();
            pair(
                CYRILLIC.sentence(n, 8),
                format!("<bill>\n{lines}  <sum>{n}</sum>\n</bill>"),
            )
        }),
        set("translations", |n| {
            let (from, to) = (ARMENIAN.sentence(n, 8), ARMENIAN.sentence(n + 40, 8));
            let text = format!(
                "<unit id=\"{n}\" state=\"final\"><source>{from}</source><target>{to}</target></unit>"
            );
            pair(ARMENIAN.sentence(n + 9, 5), text)
        }),
        set("events", |n| {
            let (title, day) = (DEVANAGARI.sentence(n, 3), 1 + n % 28);
            let text = format!(
                "<event day=\"{day}\" month=\"{}\" kind=\"talk\"><title>{title}</title></event>",
                1 + n % 12
            );
            pair(DEVANAGARI.sentence(n, 12), text)
        }),
        set("people", |n| {
            let (name, town) = (GEORGIAN.word(n), GEORGIAN.word(n + 40));
            let text = format!(
                "<person age=\"{}\" city=\"{town}\"><name>{name}</name></person>",
                18 + n % 60
            );
            pair(GEORGIAN.sentence(n, 10), text)
        }),
    ]
}
