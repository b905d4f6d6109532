//! The engine, set up as transformers sets up Jinja, and within limits.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use time::PrimitiveDateTime;

use crate::python::number::PrintedNumber;
use crate::python::strftime::strftime;
use crate::python::text_methods::{Ends, strip};
use crate::python::{methods, to_json::to_json};
use crate::template::error::{RaisedByTemplate, TemplateError, TemplateErrorKind};
use crate::template::rewrite::{GENERATION, ITERABLE};
use crate::template::sink::Sink;
use crate::template::stack::with_deep_stack;

/// The template's name; without an extension, since some switch escaping on.
const NAME: &str = "chat_template";

/// The variable that holds the rendering's [`Sink`].
const SINK: &str = "__sink";

/// Work for any record, and for each byte of a record. One unit is one instruction or 64 bytes.
/// A rendering of the longest templates takes some ten thousand.
const FUEL: u64 = 1_000_000;
const FUEL_PER_BYTE: u64 = 16;

/// Records up to this size, in bytes, have no extra fuel.
const LARGE_RECORD: usize = 16 * 1024;

/// Output for any record, and for each byte of a record.
const OUTPUT_BYTES: usize = 16 << 20;
const OUTPUT_PER_BYTE: usize = 16;

/// A macro call counts four times.
const RECURSION: usize = 300;

/// What a template wrote.
#[derive(Debug)]
pub struct Output {
    /// The text.
    pub text: String,
    /// What its `{% generation %}` blocks wrote, in characters.
    pub trained: Vec<Range<usize>>,
}

/// The engine with `source` parsed.
pub fn parsed(
    source: String,
    now: PrimitiveDateTime,
) -> Result<Environment<'static>, TemplateError> {
    guarded(move || {
        let mut env = Environment::new();
        configure(&mut env)?;
        globals(&mut env, now);
        filters_and_tests(&mut env);
        env.add_template_owned(NAME, source)?;
        Ok(env)
    })
}

/// Renders the template of `env` with these variables; `size` is the number of bytes of the record.
pub fn run(
    env: &Environment<'static>,
    mut variables: BTreeMap<String, Value>,
    size: usize,
) -> Result<Output, TemplateError> {
    let sink = Sink::new(OUTPUT_BYTES.saturating_add(size.saturating_mul(OUTPUT_PER_BYTE)));
    let shared = sink.clone();
    let result = guarded(move || {
        // The fuel is a setting of the environment: large records get their own copy of it.
        let mut env = Cow::Borrowed(env);
        if size > LARGE_RECORD {
            let fuel = FUEL.saturating_add(FUEL_PER_BYTE.saturating_mul(size as u64));
            env.to_mut().set_fuel(Some(fuel));
        }
        variables.insert(SINK.to_owned(), Value::from_object(shared.clone()));
        let parsed = env.get_template(NAME)?;
        parsed.render_captured_to(Value::from(variables), shared)?;
        Ok(())
    });
    if sink.overflowed() {
        return Err(TemplateError::limit("the rendering is too long"));
    }
    result?;
    let (text, trained) = sink.take();
    Ok(Output { text, trained })
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs the engine, whose panics are caught: a panic hook has nothing to report.
pub fn is_guarded() -> bool {
    GUARDED.with(Cell::get)
}

/// Runs the engine with a deep stack. Its panics are failures of the template.
fn guarded<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, TemplateError> {
    let outcome = with_deep_stack(|| {
        GUARDED.with(|flag| flag.set(true));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            work().map_err(|error| TemplateError::from_engine(&error))
        }));
        GUARDED.with(|flag| flag.set(false));
        let failed = |_| {
            Err(TemplateError::new(
                TemplateErrorKind::Unsupported,
                "the engine failed",
            ))
        };
        outcome.unwrap_or_else(failed)
    });
    outcome.unwrap_or_else(|| Err(TemplateError::limit("no thread can be started")))
}

fn configure(env: &mut Environment<'static>) -> Result<(), Error> {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    env.set_syntax(syntax.build()?);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_undefined_behavior(UndefinedBehavior::Lenient);
    env.set_unknown_method_callback(methods::call);
    env.set_recursion_limit(RECURSION);
    env.set_fuel(Some(FUEL));
    Ok(())
}

fn globals(env: &mut Environment<'static>, now: PrimitiveDateTime) {
    env.add_function(
        "raise_exception",
        |message: &Value| -> Result<Value, Error> {
            let raised = RaisedByTemplate(message.to_string());
            Err(Error::from(ErrorKind::InvalidOperation).with_source(raised))
        },
    );
    env.add_function("strftime_now", move |format: &str| strftime(now, format));
    env.add_function("namespace", namespace);
    env.add_function(GENERATION, generation);
    env.add_function("joiner", minijinja_contrib::globals::joiner);
    env.remove_global("debug");
}

/// `namespace(…)`, which refuses names that begin with an underscore.
fn namespace(defaults: Option<Value>, named: Kwargs) -> Result<Value, Error> {
    let mut entries = BTreeMap::new();
    if let Some(defaults) = defaults {
        for key in defaults.try_iter()? {
            entries.insert(key.to_string(), defaults.get_item(&key)?);
        }
    }
    for name in named.args() {
        entries.insert(name.to_owned(), named.peek::<Value>(name)?);
    }
    if let Some(name) = entries.keys().find(|name| name.starts_with('_')) {
        let detail = format!("a namespace cannot hold `{name}`: names begin with no underscore");
        return Err(Error::new(ErrorKind::InvalidOperation, detail));
    }
    let named = Kwargs::from_iter(entries);
    let defaults = minijinja::value::from_args::<(_,)>(&[Value::from(named)])?.0;
    minijinja::functions::namespace(defaults)
}

/// A `{% generation %}` block: its output, noted as trained on.
fn generation(state: &mut State<'_, '_>, named: Kwargs) -> Result<Value, Error> {
    let body = named.get::<Value>("caller")?.call(state, &[])?;
    let sink = state.lookup(SINK);
    if let Some(sink) = sink.as_ref().and_then(Value::downcast_object_ref::<Sink>) {
        let text = body.as_str().unwrap_or_default();
        sink.mark(text.chars().count());
    }
    Ok(body)
}

/// What a loop goes over: as it is, unless Python could not; strings as their characters.
fn iterable(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            Ok(Value::from(
                text.chars().map(Value::from).collect::<Vec<_>>(),
            ))
        }
        ValueKind::None | ValueKind::Bool | ValueKind::Number => {
            let detail = format!("a {} is not iterable", value.kind());
            Err(Error::new(ErrorKind::InvalidOperation, detail))
        }
        _ => Ok(value),
    }
}

/// The filters `int` and `float`: anything but a number gives the default.
fn converters(env: &mut Environment<'static>) {
    let default = |named: &Kwargs, given: Option<Value>, zero: Value| -> Result<Value, Error> {
        let named = named.get::<Option<Value>>("default")?;
        Ok(given.or(named).unwrap_or(zero))
    };
    env.add_filter(
        "int",
        move |value: &Value, given: Option<Value>, named: Kwargs| {
            let default = default(&named, given, Value::from(0))?;
            let base = named.get::<Option<u32>>("base")?.unwrap_or(10);
            let parsed = match value.as_str().map(str::trim) {
                Some(text) => {
                    let exact = i128::from_str_radix(text, base.clamp(2, 36)).ok();
                    exact
                        .map(Value::from)
                        .or_else(|| truncated(text.parse().ok()?))
                }
                None if value.is_integer() => Some(value.clone()),
                None if value.kind() == ValueKind::Bool => {
                    Some(Value::from(i64::from(value.is_true())))
                }
                None => f64::try_from(value.clone()).ok().and_then(truncated),
            };
            Ok::<_, Error>(parsed.unwrap_or(default))
        },
    );
    env.add_filter(
        "float",
        move |value: &Value, given: Option<Value>, named: Kwargs| {
            let default = default(&named, given, Value::from(0.0))?;
            let parsed = match value.as_str() {
                Some(text) => text.trim().parse::<f64>().ok(),
                None if value.kind() == ValueKind::Bool => {
                    Some(f64::from(u8::from(value.is_true())))
                }
                None => f64::try_from(value.clone()).ok(),
            };
            Ok::<_, Error>(parsed.map_or(default, Value::from))
        },
    );
}

fn truncated(float: f64) -> Option<Value> {
    let whole = float.trunc();
    (whole.abs() < 1e38).then(|| Value::from(whole as i128))
}

fn filters_and_tests(env: &mut Environment<'static>) {
    env.add_filter("tojson", to_json);
    env.add_filter(ITERABLE, iterable);
    converters(env);
    env.add_filter("trim", |value: &Value, chars: Option<&str>| {
        let text = value.to_string();
        Value::from(strip(&text, chars, Ends::Both))
    });
    env.add_filter(
        "center",
        |state: &mut State<'_, '_>, text: &Value, width: Option<i64>| {
            let width = Value::from(width.unwrap_or(80));
            methods::call(state, &Value::from(text.to_string()), "center", &[width])
        },
    );
    env.add_filter("wordcount", |text: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .count()
    });
    // What Python can take the length of and index: strings and mappings, too.
    env.add_test("sequence", |value: &Value| {
        use ValueKind::{Iterable, Map, Seq, String, Undefined};
        matches!(value.kind(), Seq | Iterable | Map | String | Undefined)
    });
    env.add_test("iterable", |value: &Value| {
        use ValueKind::{Iterable, Map, Seq, String, Undefined};
        matches!(value.kind(), Seq | Iterable | Map | String | Undefined)
    });
    env.add_test("callable", |value: &Value| {
        // Macros and functions; numbers that can only be printed are plain objects, too.
        value.kind() == ValueKind::Plain && value.downcast_object_ref::<PrintedNumber>().is_none()
    });
    let number = |value: &Value| {
        value
            .downcast_object_ref::<PrintedNumber>()
            .map(PrintedNumber::is_integer)
    };
    env.add_test("number", move |value: &Value| {
        matches!(value.kind(), ValueKind::Number | ValueKind::Bool) || number(value).is_some()
    });
    env.add_test("integer", move |value: &Value| {
        value.is_integer() || number(value) == Some(true)
    });
    env.add_test("float", move |value: &Value| {
        (value.kind() == ValueKind::Number && !value.is_integer()) || number(value) == Some(false)
    });
}
