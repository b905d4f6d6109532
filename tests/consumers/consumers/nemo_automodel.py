"""NeMo Automodel: its chat data set and its column-mapped instruction data set.

torch is a stand-in: the data sets return lists of tokens.
"""
from pathlib import Path
from typing import Any

import loading
import datasets
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("torch", "torchdata", "megatron_fsdp", "torchao")

from nemo_automodel.components.datasets.llm import chat_dataset  # noqa: E402
from nemo_automodel.components.datasets.llm.column_mapped_text_instruction_dataset import (  # noqa: E402, E501
    ColumnMappedTextInstructionDataset)

TARGET = "nemo-automodel"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6", "pyyaml==6.0.3",
            "pillow==12.0.0"]
NO_DEPS = ["nemo-automodel==0.7.0"]
LIGHT = False
LAYOUTS = ["messages", "sharegpt", "conversations", "prompt-completion", "input-output", "alpaca"]
CONTAINERS = ["jsonl", "json"]


def read(path: Path) -> Reading:
    """Builds the data set that the fields call for and takes every record."""
    datasets.disable_caching()
    small = tokenizer()
    keys = loading.keys(path)
    mapping = next((columns for columns in COLUMNS if set(columns.values()) <= keys), None)
    found: Any
    if mapping and not keys & {"messages", "conversations"}:
        found = ColumnMappedTextInstructionDataset(str(path), mapping, small)
    else:
        found = chat_dataset.ChatDataset(str(path), small)
    for index in range(len(found)):
        found[index]
    if not len(found):
        raise ValueError("no record")
    return Reading([example(found.dataset[index], mapping) for index in range(len(found))])


COLUMNS = [
    {"context": "input", "question": "instruction", "answer": "output"},
    {"question": "instruction", "answer": "output"},
    {"question": "prompt", "answer": "completion"},
    {"question": "input", "answer": "output"},
]


def example(record: dict[str, Any], mapping: dict[str, str] | None) -> list[Message]:
    """The messages of a chat, or the columns."""
    if "messages" in record:
        return chat(record["messages"])
    if "conversations" in record:
        return chat({"role": one.get("from"), "content": one.get("value"), **one}
                    for one in record["conversations"])
    return [(role, record.get(column) or "") for role, column in (mapping or {}).items()]
