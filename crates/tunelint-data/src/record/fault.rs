//! Why a record cannot be read: typed facts, worded by the rules.

use crate::text::position::Span;

/// Why a record cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The place in the record.
    pub span: Span,
    /// The text there if a message quotes it, at most [`Fault::QUOTED`] characters; otherwise
    /// empty.
    pub text: String,
    /// A second place, such as the first of two equal keys.
    pub related: Option<Span>,
}

/// Why a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The record breaks the grammar of its container.
    Malformed(Malformed),
    /// Lists and objects are nested deeper than [`MAX_DEPTH`](super::json::MAX_DEPTH).
    NestingTooDeep,
    /// A key occurs twice in one object; `related` is the first.
    DuplicateKey,
    /// A lone surrogate escape, such as `\ud83d`.
    LoneSurrogate,
    /// The record is larger than the limit.
    TooLarge {
        /// The size of the record in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A quote that opens a cell and is never closed.
    UnclosedQuote(Resume),
    /// A quote inside a cell that is not quoted, or text after a closing quote.
    StrayQuote(StrayQuote),
}

/// Where reading resumes after an unclosed quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// On the next line.
    NextLine,
    /// Several lines later.
    After {
        /// The number of lines.
        lines: u64,
    },
    /// Nowhere: the rest of the file was not checked.
    Never {
        /// The number of bytes that were not checked.
        bytes: u64,
    },
}

/// How a quote is misplaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayQuote {
    /// In a cell that does not start with one.
    InUnquotedCell {
        /// Whether only spaces precede it.
        after_space: bool,
    },
    /// Text after the closing quote; `related` is the opening quote.
    TextAfterClosing {
        /// Whether the closing quote follows a backslash.
        escaped: bool,
    },
}

/// How a record breaks the grammar of its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Not JSON, for a reason that the parser does not give.
    NotJson,
    /// Only whitespace where a value is expected.
    NoValue,
    /// The record ends early.
    CutOff(Unfinished),
    /// A control character in a string: its code, and how often in a row.
    Control {
        /// The code point.
        code: u8,
        /// The number of such characters in a row.
        run: usize,
    },
    /// A second value on the same line.
    SecondValue,
    /// A comma after the record.
    CommaAfterRecord,
    /// Text after the end of the record.
    TrailingText,
    /// A comma before a closing bracket; without it the record is valid.
    TrailingComma,
    /// A comma before the closing bracket of the list that holds the records.
    TrailingCommaInList,
    /// A comma where a value is expected.
    CommaForValue,
    /// A comment.
    Comment,
    /// A backslash before a character that needs no escape in JSON.
    UnknownEscape,
    /// A number that is not valid JSON.
    Number(NumberForm),
    /// NaN or an infinity.
    NotFinite,
    /// Python's `None`.
    PythonNone,
    /// Python's `True` or `False`.
    PythonBool,
    /// JavaScript's `undefined`.
    Undefined,
    /// NUL bytes in place of a record.
    NulRun {
        /// How many.
        run: usize,
    },
    /// NUL bytes in a cell.
    NulInCell {
        /// How many.
        run: usize,
    },
    /// A string in single quotes.
    SingleQuotes,
    /// A byte order mark that is not at the start of the file.
    ByteOrderMark,
    /// A key without quotes.
    UnquotedKey,
    /// No key where one is expected.
    ExpectedKey,
    /// No colon between a key and its value.
    ExpectedColon,
    /// Neither a comma nor the end of a list.
    ExpectedListEnd,
    /// Neither a comma nor the end of an object.
    ExpectedObjectEnd,
    /// An unknown word in place of a value.
    UnknownWord,
    /// No value where one is expected.
    ExpectedValue,
    /// The record is a value of another kind than an object.
    NotAnObject(super::kind::Kind),
    /// The list of records is never closed.
    ListNotClosed,
    /// A closing bracket without an opening one.
    StrayBracket,
    /// No comma between two records of a list.
    MissingComma,
    /// Two commas in a row between records of a list, or one before the first.
    ExtraComma,
}

/// What was open where a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// A string.
    String,
    /// A list.
    List,
    /// An object.
    Object,
    /// A key or a comma, without the value that follows.
    Value,
}

/// How a number is not valid JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberForm {
    /// `0x1f`
    Hexadecimal,
    /// `+1`
    Plus,
    /// `.5`
    NoDigitBefore,
    /// `5.`
    NoDigitAfter,
    /// `007`
    LeadingZero,
    /// Anything else.
    Other,
}

impl Fault {
    /// The number of characters kept of the offending text; a message shows fewer.
    pub const QUOTED: usize = 64;

    /// A fault at `span`.
    pub fn new(kind: FaultKind, span: Span) -> Self {
        Self {
            kind,
            span,
            text: String::new(),
            related: None,
        }
    }

    /// A record that breaks the grammar at `span`.
    pub fn malformed(how: Malformed, span: Span) -> Self {
        Self::new(FaultKind::Malformed(how), span)
    }

    /// Adds the offending text.
    #[must_use]
    pub fn quoting(mut self, text: &str) -> Self {
        self.text = text.chars().take(Self::QUOTED).collect();
        self
    }

    /// Adds a second span that explains the fault.
    #[must_use]
    pub fn related(mut self, span: Span) -> Self {
        self.related = Some(span);
        self
    }

    /// Whether the record is valid without the bytes at `span`.
    pub fn is_superfluous(&self) -> bool {
        self.kind == FaultKind::Malformed(Malformed::TrailingComma)
    }
}
