"""Tinker Cookbook: its conversation file and the datums of every record, with Qwen 3's renderer.

torch is a stand-in: the weights are a numpy array.
"""
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loading  # noqa: F401
import datasets
import numpy
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("torch", "tml_renderers", "pyrage")

from tinker_cookbook.renderers import base, get_renderer  # noqa: E402
from tinker_cookbook.supervised import data  # noqa: E402

TARGET = "tinker"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6", "tinker==0.38.0",
            "chz==0.4.0", "blobfile==3.3.0", "pillow==12.0.0", "termcolor==3.3.0"]
NO_DEPS = ["tinker-cookbook==0.6.1"]
LIGHT = False
LAYOUTS = ["messages"]
CONTAINERS = ["jsonl"]

# Bytes of the small tokenizer: about 4,096 tokens.
MAX_LENGTH = 4 * 4096


def read(path: Path) -> Reading:
    """Builds the data set of the file, in one batch, and takes it."""
    datasets.disable_caching()
    base.torch.tensor = lambda weights: numpy.array(weights, dtype=numpy.float32)
    built = data.FromConversationFileBuilder.__call__
    common = SimpleNamespace(train_on_what=None, max_length=MAX_LENGTH, batch_size=1)
    builder = SimpleNamespace(file_path=str(path), test_size=0, shuffle_seed=None,
                              common_config=common, renderer=get_renderer("qwen3", tokenizer()))
    train, _ = built(builder)
    if not len(train):
        raise ValueError("no record")
    for index in range(len(train)):
        train.get_batch(index)
    return Reading([example(record) for record in train.hf_dataset])


def example(record: dict[str, Any]) -> list[Message]:
    """The messages of a record."""
    return chat(record["messages"])
