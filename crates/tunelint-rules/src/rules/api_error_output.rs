//! The error message of an API or of its client, saved as an output.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::Text;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "api-error-output",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(ApiErrorOutput))
}

/// The maximum length of an error message, in bytes. A longer text is about errors.
const MAX_BYTES: usize = 600;
/// The maximum number of characters shown.
const SHOWN: usize = 60;
/// How the error messages of model APIs and of HTTP clients start.
const OPENINGS: [&str; 20] = [
    "Rate limit reached for ",
    "You exceeded your current quota",
    "You didn't provide an API key",
    "Incorrect API key provided",
    "This model's maximum context length is ",
    "That model is currently overloaded with other requests",
    "The model is overloaded. Please try again later",
    "The engine is currently overloaded",
    "The server is overloaded or not ready yet",
    "The server is currently overloaded with other requests",
    "The server had an error while processing your request",
    "Too many requests in 1 hour. Try again later",
    "Something went wrong. If this issue persists please contact us",
    "There was an error generating a response",
    "Your credit balance is too low to access ",
    "Resource has been exhausted (e.g. check quota)",
    "upstream connect error or disconnect/reset before headers",
    "HTTPSConnectionPool(host=",
    "HTTPConnectionPool(host=",
    "Error code: ",
];
/// Whole outputs. A longer text that starts like this may explain it.
const WHOLE: [&str; 12] = [
    "429 Too Many Requests",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
    "504 Gateway Time-out",
    "Internal Server Error",
    "Bad Gateway",
    "Rate limit exceeded",
    "Rate limit exceeded. Please try again later.",
    "Request timed out.",
    "Connection error.",
];
/// The clients whose exceptions are printed with their module.
const MODULES: [&str; 5] = [
    "openai.",
    "anthropic.",
    "google.api_core.exceptions.",
    "requests.exceptions.",
    "httpx.",
];
/// The types of errors in the JSON that model APIs return.
const ERROR_TYPES: [&str; 9] = [
    "rate_limit",
    "insufficient_quota",
    "invalid_request_error",
    "authentication_error",
    "overloaded_error",
    "server_error",
    "api_error",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
];
/// What programs write before the message of an error.
const LABELS: [&str; 5] = [
    "Error",
    "ERROR",
    "[ERROR]",
    "Exception",
    "An error occurred",
];

struct ApiErrorOutput;

impl ExampleRule for ApiErrorOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.output_texts() {
            let error = text.as_str().trim();
            if error.len() > MAX_BYTES || !is_api_error(error) || is_in_input(example, error) {
                continue;
            }
            findings.report(example.record.at(text.span()), Severity::Warning, || {
                Message::new(format!("API error as output: {}", quoted(error, SHOWN)))
                    .help("repeat the request and save its response, or remove the record")
            });
        }
    }
}

/// Whether an output is the message of an API error.
fn is_api_error(text: &str) -> bool {
    if text.starts_with('{') {
        let inner = text.trim_start_matches(['{', ' ', '\n', '\r', '\t']);
        let has_type = || ERROR_TYPES.iter().any(|kind| inner.contains(kind));
        return inner.starts_with("\"error\"") && has_type();
    }
    let is_raised = |first: &str| {
        let module = MODULES.iter().any(|module| first.starts_with(module));
        module && (first.ends_with("Error:") || first.ends_with("Exhausted:"))
    };
    let first = text.split_whitespace().next().unwrap_or_default();
    let message = message(text);
    let code = message.strip_prefix("Error code: ");
    let has_status = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    is_raised(first)
        || WHOLE.contains(&message)
        || OPENINGS.iter().any(|opening| begins(message, opening)) && code.is_none_or(has_status)
}

/// Whether `text` begins with `opening`. Nearly all texts differ in the first byte.
fn begins(text: &str, opening: &str) -> bool {
    text.as_bytes().first() == opening.as_bytes().first() && text.starts_with(opening)
}

/// The message after labels and names of exceptions, such as `Error: ` and `RateLimitError: `.
fn message(mut text: &str) -> &str {
    while let Some(colon) = memchr::memchr(b':', text.as_bytes()) {
        let (label, rest) = text.split_at(colon);
        let rest = rest.strip_prefix(':').unwrap_or_default();
        let is_class = !label.contains(char::is_whitespace)
            && (label.ends_with("Error") || label.ends_with("Exception"));
        if !is_class && !LABELS.contains(&label) {
            break;
        }
        text = rest.trim_start();
    }
    text
}

/// Whether the input has the message, and is about it.
fn is_in_input(example: &Example<'_>, error: &str) -> bool {
    let texts = example.input().iter().flat_map(|turn| &turn.texts);
    let mut texts = texts.map(Text::as_str);
    texts.any(|text| text.contains(message(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_apis_are_recognized_with_their_labels() {
        for text in [
            "Error: Rate limit exceeded. Please try again later.",
            "openai.error.RateLimitError: You exceeded your current quota",
            "RateLimitError: Rate limit reached for gpt-4 in organization x",
            "Error code: 429 - {'error': {'message': 'x'}}",
            "An error occurred: 503 Service Unavailable",
            "{\"error\": {\"message\": \"x\", \"type\": \"rate_limit_error\"}}",
            "502 Bad Gateway",
        ] {
            assert!(is_api_error(text), "{text}");
        }
    }

    #[test]
    fn texts_about_errors_are_answers() {
        for text in [
            "502 Bad Gateway means that a server got an invalid response.",
            "Error: the file does not exist",
            "ValueError: invalid literal for int() with base 10: 'x'",
            "{\"error\": {\"message\": \"no such item\", \"code\": 7}}",
            "Error code: read it in the manual.",
            "openai.Completion is a class.",
        ] {
            assert!(!is_api_error(text), "{text}");
        }
    }
}
