//! What surrounds and joins the content of an output: code fences, list markers, separators,
//! headings such as `Answer:`, a final semicolon.

/// The maximum length of a list in one line, in bytes, and of its items, in words.
const LONGEST_LIST: usize = 160;
const LONGEST_ITEM: usize = 4;
/// Separators of items in one line.
const SEPARATORS: [char; 6] = [',', ';', '|', '、', '，', '；'];
/// Headings of an answer, folded.
const HEADINGS: [&str; 12] = [
    "answer",
    "the answer",
    "final answer",
    "output",
    "result",
    "response",
    "solution",
    "antwort",
    "respuesta",
    "réponse",
    "risposta",
    "resposta",
];
const CHINESE_HEADINGS: [&str; 4] = ["答案", "回答", "答", "输出"];

/// The content of a text that is a single fenced code block; `None` for any other text.
///
/// ```
/// use tunelint_rules::survey::inferred::frame::unfenced;
/// assert_eq!(unfenced("```sql\nSELECT 1;\n```"), Some("SELECT 1;"));
/// assert_eq!(unfenced("SELECT 1;"), None);
/// ```
pub fn unfenced(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("```")?.strip_suffix("```")?;
    let (_, inner) = inner.split_once('\n')?;
    (!inner.contains("```")).then(|| inner.trim())
}

/// The first word of a text, folded: `select` of an SQL query.
pub fn opening(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let word = text.get(..end).filter(|word| !word.is_empty())?;
    Some(word.to_lowercase())
}

/// The marker of the items of a list with a line for each: `-`, `1.`, `1)`; `None` for any other
/// text, or if the markers differ.
///
/// ```
/// use tunelint_rules::survey::inferred::frame::list_marker;
/// assert_eq!(list_marker("1) one\n2) two").as_deref(), Some("1)"));
/// assert_eq!(list_marker("* one\n* two").as_deref(), Some("*"));
/// assert_eq!(list_marker("one\ntwo"), None);
/// ```
pub fn list_marker(text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = line_marker(lines.next()?)?;
    let mut others = lines.peekable();
    others.peek()?;
    others
        .all(|line| line_marker(line).as_ref() == Some(&first))
        .then_some(first)
}

/// The marker at the start of a line, with any number as `1`.
fn line_marker(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let rest = line.trim_start().strip_prefix(word)?;
    if matches!(word, "-" | "*" | "•" | "–" | "+" | "·") && !rest.is_empty() {
        return Some(word.to_owned());
    }
    let (before, number) = match word.strip_prefix('(') {
        Some(number) => ("(", number),
        None => ("", word),
    };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let after: String = number.chars().skip(digits).take(1).collect();
    let closes = matches!(after.as_str(), "." | ")" | ":") && (before.is_empty() || after == ")");
    // `1.5` is a number; `1)one` has a marker without a space.
    let ends = digits + after.len() == number.len();
    ((1..=3).contains(&digits) && closes && ends).then(|| format!("{before}1{after}"))
}

/// The separator of the items of a list in one line, with the spaces around it; `None` for any
/// other text, or if several signs separate.
///
/// ```
/// use tunelint_rules::survey::inferred::frame::separator;
/// assert_eq!(separator("red; green; blue").as_deref(), Some("; "));
/// assert_eq!(separator("1,234 apples"), None);
/// assert_eq!(separator("Well, that is what he said to me."), None);
/// ```
pub fn separator(text: &str) -> Option<String> {
    if text.len() > LONGEST_LIST || text.contains('\n') {
        return None;
    }
    let sign = separating(text).next()?;
    if separating(text).any(|other| other != sign) || text.contains(['.', '?', '!', ':', '{', '('])
    {
        return None;
    }
    let items: Vec<&str> = text.split(sign).collect();
    let short = |item: &str| (1..=LONGEST_ITEM).contains(&item.split_whitespace().count());
    if !items.iter().all(|item| short(item)) {
        return None;
    }
    let left = items.iter().rev().skip(1).all(|item| item.ends_with(' '));
    let right = items.iter().skip(1).all(|item| item.starts_with(' '));
    let space = |has: bool| if has { " " } else { "" };
    Some(format!("{}{sign}{}", space(left), space(right)))
}

/// The separators in a text. A comma between digits is part of a number.
pub fn separating(text: &str) -> impl Iterator<Item = char> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.char_indices().filter_map(move |(at, c)| {
        let before = || text.get(..at).and_then(|text| text.chars().next_back());
        let after = || {
            text.get(at + c.len_utf8()..)
                .and_then(|text| text.chars().next())
        };
        let numeric = c == ',' && digit(before()) && digit(after());
        (SEPARATORS.contains(&c) && !numeric).then_some(c)
    })
}

/// The heading of an answer that a text starts with, with its colon, and what follows it.
///
/// ```
/// use tunelint_rules::survey::inferred::frame::answer_heading;
/// assert_eq!(answer_heading("Answer: Paris"), Some(("Answer:", "Paris")));
/// assert_eq!(answer_heading("Batman: The Movie"), None);
/// ```
pub fn answer_heading(text: &str) -> Option<(&str, &str)> {
    let (at, colon) = text
        .char_indices()
        .take(40)
        .find(|(_, c)| matches!(c, ':' | '：'))?;
    let heading = text.get(..at)?.trim_matches('*').to_lowercase();
    let known =
        HEADINGS.contains(&heading.as_str()) || CHINESE_HEADINGS.contains(&heading.as_str());
    let (heading, rest) = text.split_at_checked(at + colon.len_utf8())?;
    let rest = rest.trim_start_matches(['*', ' ', '\n']);
    (known && !rest.is_empty()).then_some((heading, rest))
}
