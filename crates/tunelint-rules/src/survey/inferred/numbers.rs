//! The notation of numbers and dates.

/// The notation of a number. All numbers of a dataset should share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Whether thousands are separated; `None` with fewer than four digits, or if it may be a year.
    pub grouped: Option<bool>,
    /// The decimal separator; `None` without decimals.
    pub decimal: Option<char>,
    /// Whether it has a currency sign.
    pub currency: bool,
    /// Whether it has a percent sign.
    pub percent: bool,
}

/// The currency signs.
pub(super) const CURRENCIES: [char; 8] = ['$', '€', '£', '¥', '₹', '₩', '₽', '￥'];

impl Number {
    /// Parses a number in digits; `None` for any other text.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::numbers::Number;
    /// let number = Number::parse("$1,234.50").unwrap();
    /// assert_eq!((number.grouped, number.decimal, number.currency), (Some(true), Some('.'), true));
    /// assert_eq!(Number::parse("1,5").unwrap().decimal, Some(','));
    /// assert_eq!(Number::parse("-98").unwrap().grouped, None);
    /// assert!(Number::parse("10:30").is_none() && Number::parse("1-2").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 40 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let percent = text.ends_with('%');
        let bare = text.trim_end_matches('%').trim_end();
        let bare = bare.trim_start_matches(['-', '+', '−']);
        let currency = bare.starts_with(CURRENCIES) || bare.ends_with(CURRENCIES);
        let bare = bare
            .trim_matches(CURRENCIES)
            .trim()
            .trim_start_matches(['-', '+', '−']);
        let (whole, decimal) = split_decimals(bare)?;
        let digits = whole.bytes().filter(u8::is_ascii_digit).count();
        let plain = digits == whole.len();
        Some(Self {
            // Four bare digits may be a year.
            grouped: (digits >= 4 && !(plain && is_year(whole))).then_some(!plain),
            decimal,
            currency,
            percent,
        })
    }
}

fn is_year(digits: &str) -> bool {
    digits
        .parse()
        .is_ok_and(|year: u32| (1000..2100).contains(&year))
}

/// Splits a number into its integer part and its decimal separator; `None` if it is not a number.
fn split_decimals(bare: &str) -> Option<(&str, Option<char>)> {
    let edges = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
    };
    if !edges(bare) {
        return None;
    }
    if is_integer(bare) {
        return Some((bare, None));
    }
    let (whole, decimals) = bare.rsplit_once(['.', ','])?;
    let sign = bare.get(whole.len()..)?.chars().next()?;
    let plain = !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit());
    // The grouping separator and the decimal separator differ.
    (plain && is_integer(whole) && !whole.contains(sign)).then_some((whole, Some(sign)))
}

/// Whether a text is digits, optionally in groups of three.
fn is_integer(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    // `1.000` may be one with three decimals; `1,000` is a thousand.
    [',', '\'', ' ', '\u{a0}', '\u{202f}', '.']
        .into_iter()
        .any(|sign| {
            let mut groups = text.split(sign);
            let first = groups.next().unwrap_or_default();
            let rest: Vec<&str> = groups.collect();
            let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
            (1..=3).contains(&first.len())
                && digits(first)
                && rest.len() >= if sign == '.' { 2 } else { 1 }
                && rest.iter().all(|group| group.len() == 3 && digits(group))
        })
}

const WORDS: [&str; 32] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
];
const NEGATIVE_WORDS: [&str; 2] = ["minus", "negative"];

/// Whether a text is a number in English words.
///
/// ```
/// use tunelint_rules::survey::inferred::numbers::is_words;
/// assert!(is_words("two hundred and one") && is_words("Twenty-two"));
/// assert!(!is_words("one day") && !is_words("and"));
/// assert!(is_words("minus one") && !is_words("negative"));
/// ```
pub fn is_words(text: &str) -> bool {
    // Fast path by length.
    if !(3..=120).contains(&text.len()) || !text.is_ascii() {
        return false;
    }
    let folded = text.to_ascii_lowercase();
    let mut words = folded
        .split([' ', '-'])
        .filter(|word| !word.is_empty())
        .skip_while(|word| NEGATIVE_WORDS.contains(word))
        .peekable();
    words.peek().is_some_and(|first| WORDS.contains(first))
        && words.all(|word| word == "and" || WORDS.contains(&word))
}

/// The notation of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateStyle {
    /// `2026-11-25`
    Iso,
    /// `25/11/2026` or `11/25/2026`
    Slashes,
    /// `25.11.2026`
    Dots,
    /// `25 November 2026`
    DayMonth,
    /// `November 25, 2026`
    MonthDay,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl DateStyle {
    /// The style of a date; `None` if the text is anything else.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::numbers::DateStyle;
    /// assert_eq!(DateStyle::of("2026-11-25"), Some(DateStyle::Iso));
    /// assert_eq!(DateStyle::of("Nov 25, 2026"), Some(DateStyle::MonthDay));
    /// assert_eq!(DateStyle::of("1.5.3"), None);
    /// ```
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 24 || !text.is_ascii() {
            return None;
        }
        for (sign, style) in [('-', Self::Iso), ('/', Self::Slashes), ('.', Self::Dots)] {
            let lengths: Option<Vec<usize>> = text
                .split(sign)
                .map(|part| {
                    part.bytes()
                        .all(|byte| byte.is_ascii_digit())
                        .then_some(part.len())
                })
                .collect();
            match (lengths.as_deref(), style) {
                (Some([4, 1..=2, 1..=2]), Self::Iso) => return Some(style),
                (Some([1..=2, 1..=2, 2 | 4]), Self::Slashes | Self::Dots) => return Some(style),
                _ => {}
            }
        }
        let words: Vec<&str> = text
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let [first, second, year] = words.as_slice() else {
            return None;
        };
        let number = |word: &str| word.parse::<u16>().is_ok();
        let year = year.len() == 4 && number(year);
        match (is_month(first), is_month(second)) {
            (true, false) if year && number(second) => Some(Self::MonthDay),
            (false, true) if year && number(first) => Some(Self::DayMonth),
            _ => None,
        }
    }

    /// An example date, for messages.
    pub fn example(self) -> &'static str {
        match self {
            Self::Iso => "2026-11-25",
            Self::Slashes => "25/11/2026",
            Self::Dots => "25.11.2026",
            Self::DayMonth => "25 November 2026",
            Self::MonthDay => "November 25, 2026",
        }
    }
}

fn is_month(word: &str) -> bool {
    let folded = word.trim_end_matches('.').to_ascii_lowercase();
    folded.len() >= 3
        && MONTHS.iter().any(|month| folded.starts_with(month))
        && folded.bytes().all(|byte| byte.is_ascii_lowercase())
}
