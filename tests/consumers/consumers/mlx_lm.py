"""mlx-lm: its local data set, and one pass of the trainer's batches over it.

mlx is a stand-in. `mask_prompt` keeps its default, false.
"""
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("mlx", "rich", "fastapi", "starlette")

from mlx_lm.tokenizer_utils import TokenizerWrapper  # noqa: E402
from mlx_lm.tuner import trainer  # noqa: E402
from mlx_lm.tuner.datasets import CacheDataset, load_dataset  # noqa: E402

TARGET = "mlx-lm"
REQUIRES = ["transformers==5.24.0", "jinja2==3.1.6", "sentencepiece==0.2.1", "pyyaml==6.0.3"]
NO_DEPS = ["mlx-lm==0.32.2"]
LIGHT = False
LAYOUTS = ["messages", "prompt-completion", "text"]
CONTAINERS = ["jsonl"]

# The default of 2,048 tokens, in the bytes of the small tokenizer.
MAX_LENGTH = 4 * 2048


def read(path: Path) -> Reading:
    """Copies the file to `train.jsonl`, the only name that is read, and runs one epoch."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copyfile(path, Path(directory, "train.jsonl"))
        arguments = SimpleNamespace(data=directory, train=True, test=False)
        train, _, _ = load_dataset(arguments, TokenizerWrapper(tokenizer()))
    trainer.mx = SimpleNamespace(array=numpy.array)
    for _ in trainer.iterate_batches(CacheDataset(train), trainer.TrainingArgs().batch_size,
                                     MAX_LENGTH):
        continue
    # A batch that is not full is left out of every epoch; that is no fault of a record.
    for record in train:
        train.process(record)
    return Reading([example(record) for record in train])


def example(record: dict[str, Any]) -> list[Message]:
    """The messages, or the texts by field, in the order in which the loader looks for them."""
    if "prompt" in record and "completion" in record:
        return [("user", record["prompt"]), ("assistant", record["completion"])]
    if "messages" in record:
        return chat(record["messages"])
    return [("text", record["text"])]
