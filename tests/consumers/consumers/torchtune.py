"""torchtune: its chat, instruct, preference and text data sets, over `load_dataset`.

torch is a stand-in. The model's tokenizer is torchtune's own routine without special tokens,
over the small tokenizer. Images by address are not fetched.
"""
from pathlib import Path
from typing import Any

import loading
import datasets as hf
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading
from tiny import tokenizer

absent("torch", "torchao", "torchvision", "torchdata", "kagglehub", "sentencepiece", "tiktoken",
       "omegaconf", "blobfile", "safetensors.torch")

from PIL import Image  # noqa: E402
from torchtune.data import Message as Turn, _messages  # noqa: E402
from torchtune.datasets import (  # noqa: E402
    chat_dataset, instruct_dataset, preference_dataset, text_completion_dataset)
from torchtune.modules.transforms.tokenizers import (  # noqa: E402
    tokenize_messages_no_special_tokens)

TARGET = "torchtune"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6", "pillow==12.0.0",
            "psutil==7.1.3"]
NO_DEPS = ["torchtune==0.6.1"]
LIGHT = False
LAYOUTS = ["messages", "sharegpt", "input-output", "preference", "text"]
CONTAINERS = ["jsonl", "json", "csv"]


load_image = _messages.load_image


def image(source: Any) -> Any:
    """One pixel for an address, and what torchtune loads for anything else."""
    if str(source).startswith("http"):
        return Image.new("RGB", (1, 1))
    return load_image(source)


class Model:
    """The transform of a model: tokens and mask of the messages."""

    max_seq_len = 8192
    truncation_type = "right"

    def __init__(self) -> None:
        self.small = tokenizer()
        self.messages: list[Turn] = []

    def encode(self, text: str, add_bos: bool = False, add_eos: bool = False,
               **_: Any) -> list[int]:
        """The tokens of one text."""
        return self.small.encode(text, add_special_tokens=False)

    def tokenize_messages(self, messages: list[Turn], **_: Any) -> tuple[list[int], list[bool]]:
        """The tokens of all messages."""
        self.messages = messages
        return tokenize_messages_no_special_tokens(self, messages, bos_id=0, eos_id=1)

    def __call__(self, sample: dict[str, Any], inference: bool = False) -> dict[str, Any]:
        """The sample with its tokens."""
        tokens, mask = self.tokenize_messages(sample["messages"])
        return {"tokens": tokens, "mask": mask}


def read(path: Path) -> Reading:
    """Builds the data set that the fields call for and takes every record from it."""
    hf.disable_caching()
    _messages.load_image = image
    model = Model()
    found = build(path, model)
    examples: list[list[Message]] = []
    for index in range(len(found)):
        found[index]
        examples.append([(turn.role, turn.text_content) for turn in model.messages])
    return Reading(examples)


def build(path: Path, model: Model) -> Any:
    """The data set of a configuration file."""
    keys = loading.columns(path)
    source = {"source": loading.builder(path), "data_files": str(path), "split": "train"}
    if "messages" in keys or "conversations" in keys:
        column = "messages" if "messages" in keys else "conversations"
        style = "openai" if column == "messages" else "sharegpt"
        return chat_dataset(model, conversation_column=column, conversation_style=style, **source)
    if {"chosen", "rejected"} <= keys:
        return preference_dataset(model, **source)
    if "output" in keys:
        return instruct_dataset(model, **source)
    return text_completion_dataset(model, **source)
