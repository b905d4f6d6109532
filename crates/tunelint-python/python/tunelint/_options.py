"""Keywords of the functions. Derived from the options of the program; see `tests/test_types.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict, Union

from ._types import Data, Path, Settings

Value = Union[str, int, float, Path]
Values = Union[Value, Iterable[Value], Mapping[str, Value]]


class CheckOptions(TypedDict, total=False):
    """Keywords of `check`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    validation: Data
    """Report examples of this validation set that also occur in the training set (repeatable)
    [default: files that are named as validation or test sets]."""
    production: Data
    """Compare the inputs with these prompts, which the application sends in production; a .txt
    file has one prompt per line."""
    benchmark: Data
    """Report training texts that have 13 words in a row in common with this benchmark
    (repeatable); a .txt file has one text per line."""
    against: Path
    """Check prompts, not training data: hold them to this format of the training prompts, which
    `tunelint infer` writes."""
    force_exclude: bool
    """Skip files that the settings exclude even if they are named on the command line, and
    `.json` files that are not datasets."""
    no_error_on_unmatched: bool
    """Accept patterns and directories that match no file."""
    target: Values
    """Check for this provider, or for `all` (repeatable) [default: the provider that the layout
    belongs to, if there is only one]."""
    will_convert: bool
    """Check the data as it would be after a conversion to what the target takes."""
    task: Value
    """Set what the model is tuned for: classification, summarization, document-search,
    extraction, generation or chat [default: inferred]."""
    tokenizer: Path
    """Count tokens with this `tokenizer.json` or tiktoken rank file [default: estimated]."""
    model: Value
    """Use the chat template, the special tokens and the tokenizer of this folder, as
    `save_pretrained` writes it."""
    chat_template: Value
    """Use the chat template in this file."""
    template_arg: Values
    """Pass an argument to the template: `enable_thinking=false` (repeatable)."""
    max_length: Value
    """Cut sequences after this many tokens, as the trainer does; the model folder needs a
    tokenizer."""
    preamble: Value
    """Require every input to start with this text; @FILE reads it from a file."""
    select: Values
    """Run only these rules (comma-separated, repeatable)."""
    ignore: Values
    """Skip these rules (comma-separated, repeatable)."""
    extend_select: Values
    """Run these rules in addition to the default ones (comma-separated, repeatable)."""
    severity: Values
    """Set the severity of a rule to error, warning or advice (repeatable)."""
    preview: bool
    """Run preview rules, too."""
    fail_on: Value
    """Set the lowest severity that fails the run [default: error]."""
    baseline: Path
    """Report only findings that are not in FILE, which `tunelint baseline create` writes."""
    quiet: bool
    """Print only the totals."""
    show_all: bool
    """Show every finding in the human report [default: three of a rule in a file, 50 in
    all]."""
    statistics: bool
    """Print a table of findings by rule."""
    show_values: bool
    """Show personal data in excerpts; secrets are always redacted."""
    config: Values
    """Use this settings file instead of the closest one, or set a single value (repeatable)."""
    isolated: bool
    """Ignore settings files."""
    threads: Value
    """Set the number of threads [default: the number of processors]."""
    settings: Settings
    """A settings file, or a dict with the same keys."""


class ConvertOptions(TypedDict, total=False):
    """Keywords of `convert`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    to: Value
    """Write this layout [default: pairs, or the one that the target takes]."""
    target: Value
    """Write the layout and container that this provider takes [default with --as rest: gemini-
    api]."""
    as_: Value
    """Write this container: jsonl, json, csv, tsv, parquet or rest [default: from the extension
    of OUT]."""
    system_prompt: Value
    """Give every example without a system prompt this one; @FILE reads it from a file."""
    preamble: Value
    """Put this text before every input that does not start with it; @FILE reads it from a
    file."""
    turns: Value
    """Set how conversations are converted to layouts with one prompt and one response."""
    types: Value
    """Set the type that table fields are converted to."""
    keep_extra: bool
    """Keep unknown fields; in a table, each as a column."""
    shuffle: Value
    """Write the examples in another order, which depends on SEED alone."""
    strict: bool
    """Fail before anything is written if the output layout cannot hold all of the data, or the
    target does not train on it as written."""
    out: Path
    """Write the result to this file, compressed if its name ends in .gz or .zst; `-` is
    standard output."""
    force: bool
    """Replace OUT if it exists."""
    threads: Value
    """Set the number of threads [default: the number of processors]."""
    display_name: Value
    """Set the display name of the tuned model."""
    base_model: Value
    """Set the model to tune."""
    epochs: Value
    """Set the number of epochs."""
    batch_size: Value
    """Set the number of examples per step."""
    learning_rate: Value
    """Set the learning rate."""
    learning_rate_multiplier: Value
    """Set the multiplier of the default learning rate."""
    defaults: bool
    """Write the documented default of every setting that is not given, as `stats` shows it."""


class StatsOptions(TypedDict, total=False):
    """Keywords of `stats`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    target: Values
    """Compare with the limits of this provider (repeatable) [default: the provider that the
    layout belongs to, if there is only one]."""
    task: Value
    """Set what the model is tuned for: classification, summarization, document-search,
    extraction, generation or chat [default: inferred]."""
    tokenizer: Path
    """Count tokens with this `tokenizer.json` or tiktoken rank file [default: estimated]."""
    model: Value
    """Use the chat template, the special tokens and the tokenizer of this folder, as
    `save_pretrained` writes it."""
    chat_template: Value
    """Use the chat template in this file."""
    template_arg: Values
    """Pass an argument to the template: `enable_thinking=false` (repeatable)."""
    max_length: Value
    """Cut sequences after this many tokens, as the trainer does; the model folder needs a
    tokenizer."""
    config: Values
    """Use this settings file instead of the closest one, or set a single value (repeatable)."""
    isolated: bool
    """Ignore settings files."""
    threads: Value
    """Set the number of threads [default: the number of processors]."""
    settings: Settings
    """A settings file, or a dict with the same keys."""


class RenderOptions(TypedDict, total=False):
    """Keywords of `render`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    model: Value
    """Use the chat template, the special tokens and the tokenizer of this folder, as
    `save_pretrained` writes it."""
    chat_template: Value
    """Use the chat template in this file."""
    template_arg: Values
    """Pass an argument to the template: `enable_thinking=false` (repeatable)."""
    max_length: Value
    """Cut sequences after this many tokens, as the trainer does; the model folder needs a
    tokenizer."""
    target: Value
    """Show what this trainer trains on [default: what the template marks]."""
    config: Values
    """Use this settings file instead of the closest one, or set a single value (repeatable)."""
    isolated: bool
    """Ignore settings files."""
    settings: Settings
    """A settings file, or a dict with the same keys."""


class SplitOptions(TypedDict, total=False):
    """Keywords of `split`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    target: Values
    """Check the sizes of the sets against the limits of this provider (repeatable) [default:
    the provider that the layout belongs to, if there is only one]."""
    seed: Value
    """Set the random seed."""
    config: Values
    """Use this settings file instead of the closest one, or set a single value (repeatable)."""
    isolated: bool
    """Ignore settings files."""
    threads: Value
    """Set the number of threads [default: the number of processors]."""
    settings: Settings
    """A settings file, or a dict with the same keys."""


class InferOptions(TypedDict, total=False):
    """Keywords of `infer`."""

    layout: Value
    """Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    sharegpt or another layout; an unknown name lists all of them [default: detected]."""
    container: Value
    """Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx [default:
    detected]."""
    input: Value
    """Read the input from this column or field."""
    output: Value
    """Read the output from this column or field (the file that `convert` writes is -o)."""
    input_template: Value
    """Build the input from a template: "question: {question}\\ncontext: {context}"."""
    output_template: Value
    """Build the output from a template."""
    system: Value
    """Read the system prompt from this column or field."""
    role: Values
    """Map a role name in the data to system, user, model or tool, or to call for a tool call in
    `sharegpt` (repeatable; the last mapping of a name wins)."""
    delimiter: Value
    """Set the field delimiter: one character, or `tab` [default: detected]."""
    sheet: Value
    """Read this sheet of a workbook: its name or number [default: the first one with cells]."""
    encoding: Value
    """Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]."""
    max_record_size: Value
    """Set the size of the largest record that is read, in bytes or with K, M or G [default:
    64M]."""
    config: Values
    """Use this settings file instead of the closest one, or set a single value (repeatable)."""
    isolated: bool
    """Ignore settings files."""
    threads: Value
    """Set the number of threads [default: the number of processors]."""
    settings: Settings
    """A settings file, or a dict with the same keys."""
