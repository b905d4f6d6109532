//! Why a record cannot be parsed, as data. The rules turn it into messages.

use crate::text::position::Span;

/// An error in the bytes of a record. A record has at most one: parsing stops there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The bytes of the record that it is about.
    pub span: Span,
    /// The offending text, at most [`Fault::QUOTED`] characters; empty if messages do not quote it.
    /// It comes from the data: make it printable and redact it before showing it.
    pub text: String,
    /// A second position that explains the fault, such as the first of two equal keys.
    pub related: Option<Span>,
}

/// Why a record cannot be parsed.
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
    /// The record is larger than the limit; it was skipped, not read.
    TooLarge {
        /// The size of the record in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A quoted cell that is never closed.
    UnclosedQuote(Resume),
    /// A quote in an unquoted cell, or text after a closing quote.
    StrayQuote(StrayQuote),
}

/// Where reading resumes after an unclosed quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// On the next line.
    NextLine,
    /// Several lines below.
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

/// Where a quote is misplaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayQuote {
    /// In a cell that does not start with a quote.
    InUnquotedCell {
        /// Whether only spaces precede it in the cell.
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
    /// Not JSON, for a reason that could not be determined.
    NotJson,
    /// Only whitespace where a value is expected.
    NoValue,
    /// The record ends early.
    CutOff(Unfinished),
    /// An unescaped control character in a string.
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
    /// A comma before a closing bracket. Without it, the record is valid.
    TrailingComma,
    /// A comma before the closing bracket of the list that holds the records.
    TrailingCommaInList,
    /// A comma where a value is expected.
    CommaForValue,
    /// A comment.
    Comment,
    /// A backslash before a character that needs no escape in JSON.
    UnknownEscape,
    /// A number in a form that JSON does not have.
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
        /// The number of bytes.
        run: usize,
    },
    /// NUL bytes in a cell.
    NulInCell {
        /// The number of bytes.
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
    /// The record is a JSON value of this kind, not an object.
    NotAnObject(super::kind::Kind),
    /// The record is a string, or a list of strings, that holds the JSON of an object.
    EncodedTwice,
    /// The list of records is never closed.
    ListNotClosed,
    /// A closing bracket without an opening one.
    StrayBracket,
    /// No comma between two records of a list.
    MissingComma,
    /// Two commas in a row between records of a list, or one before the first.
    ExtraComma,
}

/// What is incomplete where a record ends early.
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

/// A form of number that is not valid JSON.
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
    /// The number of characters kept of the offending text. A message shows fewer.
    pub const QUOTED: usize = 64;

    /// A fault at `span`, without text or related span.
    pub fn new(kind: FaultKind, span: Span) -> Self {
        Self {
            kind,
            span,
            text: String::new(),
            related: None,
        }
    }

    /// A [`FaultKind::Malformed`] fault at `span`.
    pub fn malformed(how: Malformed, span: Span) -> Self {
        Self::new(FaultKind::Malformed(how), span)
    }

    /// Adds the offending text, truncated to [`Fault::QUOTED`] characters.
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

    /// Whether removing the bytes at `span` makes the record valid.
    pub fn is_superfluous(&self) -> bool {
        self.kind == FaultKind::Malformed(Malformed::TrailingComma)
    }
}
