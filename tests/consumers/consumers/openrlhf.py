"""OpenRLHF: its supervised data set over `blending_datasets`, with `input` and `output`.

torch and what the training needs are stand-ins; the tokenizer returns numpy arrays with the one
method of a tensor that is called. Records that the data set filters out are skipped.
"""
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loading
import datasets
import numpy
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat, text_of
from tiny import tokenizer

absent("torch", "deepspeed", "ray", "peft", "flash_attn", "bitsandbytes", "vllm", "loralib",
       "accelerate", "torchmetrics", "torchdata", "optimum", "pylatexenc", "sympy")

from openrlhf.datasets.sft_dataset import SFTDataset  # noqa: E402
from openrlhf.datasets.utils import blending_datasets  # noqa: E402

TARGET = "openrlhf"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6"]
NO_DEPS = ["openrlhf==0.11.2"]
LIGHT = False
LAYOUTS = ["input-output", "prompt-completion", "messages"]
CONTAINERS = ["jsonl", "json", "csv"]

# Bytes of the small tokenizer: about 2,048 tokens.
MAX_LENGTH = 4 * 2048

# Fields that hold the prompt and the response, as `--input_key` and `--output_key` name them.
FIELDS = [("messages", None), ("input", "output"), ("prompt", "completion")]


class Tokens(numpy.ndarray):
    """An array with the method of a tensor that is called."""

    def int(self) -> "Tokens":
        """The array itself: its items are whole numbers."""
        return self


class Tokenizer:
    """The small tokenizer with arrays for tensors."""

    def __init__(self) -> None:
        self.small = tokenizer()
        self.apply_chat_template = self.small.apply_chat_template

    def __call__(self, text: Any, return_tensors: str = "", **settings: Any) -> dict[str, Tokens]:
        encoded = self.small(text, **settings)
        return {"attention_mask": numpy.array(encoded["attention_mask"]).view(Tokens)}


def read(path: Path) -> Reading:
    """Loads the file and processes every record, with the chat template."""
    datasets.disable_caching()
    keys = loading.columns(path)
    fields = next((pair for pair in FIELDS if pair[0] in keys), FIELDS[1])
    named = SimpleNamespace(input_key=fields[0], output_key=fields[1], apply_chat_template=True)
    strategy = SimpleNamespace(args=SimpleNamespace(data=named, use_ms=False),
                               print=lambda *_: None, is_rank_0=lambda: False)
    loaded = blending_datasets(str(path), strategy=strategy)
    found = SFTDataset(loaded, Tokenizer(), MAX_LENGTH, strategy, num_processors=None)
    return Reading([example(record, *fields) for record in loaded], len(loaded) - len(found))


def example(record: dict[str, Any], source: str, response: str | None) -> list[Message]:
    """The messages, or the prompt and the response."""
    if response is None:
        return chat(record[source] or [])
    return [("user", text_of(record[source])), ("assistant", text_of(record[response]))]
