"""Unsloth: `standardize_data_formats`, and the preparation that it puts into TRL's trainer.

torch and trl are stand-ins, and the package is imported without its `__init__`, which looks for
a GPU. Conversations and instructions become texts with the function of Unsloth's own notebooks,
which is not part of a package.
"""
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loading
import datasets
import transformers  # noqa: F401

from absent import absent, bare
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("torch", "trl")
bare("unsloth_zoo")

from unsloth_zoo import dataset_num_proc  # noqa: E402
from unsloth_zoo.dataset_utils import (  # noqa: E402
    sft_prepare_dataset, standardize_data_formats)

TARGET = "unsloth"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6", "psutil==7.1.3"]
NO_DEPS = ["unsloth_zoo==2026.10.9"]
LIGHT = False
LAYOUTS = ["messages", "sharegpt", "conversations", "alpaca", "text", "prompt-completion"]
CONTAINERS = ["jsonl", "json", "csv"]

# Bytes of the small tokenizer: about 2,048 tokens, as in the notebooks.
MAX_LENGTH = 4 * 2048


def read(path: Path) -> Reading:
    """Loads, standardizes, formats and tokenizes the file."""
    datasets.disable_caching()
    dataset_num_proc.get_dataset_num_proc = lambda *_: None  # no process for a small file
    small = tokenizer()
    loaded = datasets.load_dataset(loading.builder(path), data_files=str(path), split="train")
    standard = standardize_data_formats(loaded, small)
    formatted = with_texts(standard, small)
    arguments = SimpleNamespace(max_length=MAX_LENGTH, dataset_text_field="text")
    prepared = sft_prepare_dataset(SimpleNamespace(), formatted, small, arguments, False, None,
                                   "train")
    return Reading([example(record) for record in standard], len(loaded) - len(prepared))


def with_texts(standard: Any, small: Any) -> Any:
    """The column `text` that the notebooks add."""
    columns = set(standard.column_names)
    if "conversations" in columns:
        return standard.map(lambda records: {"text": [
            small.apply_chat_template(one, tokenize=False)
            for one in records["conversations"]]}, batched=True)
    if {"instruction", "output"} <= columns:
        return standard.map(lambda records: {"text": [
            f"{instruction}\n{text}\n{output}" + small.eos_token
            for instruction, text, output in zip(
                records["instruction"], records["input"], records["output"])]}, batched=True)
    return standard


def example(record: dict[str, Any]) -> list[Message]:
    """The messages, or the texts by field."""
    messages = record.get("conversations") or record.get("messages")
    if isinstance(messages, list):
        return chat(one for one in messages if one)
    return [(field, value) for field, value in record.items() if isinstance(value, str)]
