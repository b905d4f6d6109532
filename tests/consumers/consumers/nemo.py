"""NeMo Framework: the data sets of its supervised fine-tuning, over the memory-mapped file.

torch and most of NeMo are stand-ins: only `nemo.collections.llm.gpt.data` is imported, without
the packages above it. `chat` is set for conversations, with the tokenizer's template.
"""
import tempfile
from pathlib import Path
from typing import Any

import loading
import datasets  # noqa: F401
import transformers  # noqa: F401

from absent import absent, bare
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("torch", "nemo.core", "nemo.utils", "nemo.lightning", "nemo.collections.common")
for package in ("nemo", "nemo.collections", "nemo.collections.llm", "nemo.collections.llm.gpt",
                "nemo.collections.llm.gpt.data"):
    bare(package)

from nemo.collections.llm.gpt.data import core, utils  # noqa: E402

TARGET = "nemo"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6"]
NO_DEPS = ["nemo-toolkit==2.5.3"]
LIGHT = False
LAYOUTS = ["input-output", "messages"]
CONTAINERS = ["jsonl"]

# Bytes of the small tokenizer: about 2,048 tokens.
MAX_LENGTH = 4 * 2048


class Tokenizer:
    """NeMo's interface of a tokenizer."""

    space_sensitive = True

    def __init__(self) -> None:
        self.tokenizer = tokenizer()
        self.eos_id = self.tokenizer.eos_token_id
        self.bos_id = self.eos_id

    def text_to_ids(self, text: str) -> list[int]:
        """The tokens of a text."""
        return self.tokenizer.encode(text, add_special_tokens=False)


def read(path: Path) -> Reading:
    """Builds the data set that the fields call for and takes every record."""
    utils.safe_map = lambda build, paths, workers: [build(one) for one in paths]
    is_chat = bool(loading.keys(path) & {"messages", "conversations"})
    with tempfile.TemporaryDirectory() as directory:
        found: Any = core.create_sft_dataset(
            path, Tokenizer(), seq_length=MAX_LENGTH, index_mapping_dir=directory, chat=is_chat,
            use_hf_tokenizer_chat_template=is_chat, label_key="output", truncation_field="input")
        for index in range(len(found)):
            found[index]
        return Reading([example(found.indexed_dataset[index]) for index in range(len(found))])


def example(record: dict[str, Any]) -> list[Message]:
    """The messages, or the two fields of the prompt template."""
    if "input" in record:
        return [("user", record["input"]), ("assistant", record["output"])]
    return chat(utils._convert_to_openai_messages(record))
