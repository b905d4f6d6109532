"""LitGPT: its JSON data module, for a single file, and every sample of the data set.

torch and lightning are stand-ins; tokens are numpy arrays with the few methods that the data set
calls. The split between training and validation is random and leaves no record out.
"""
from pathlib import Path
from typing import Any

import numpy
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading
from tiny import tokenizer

absent("torch", "lightning", "lightning_utilities", "jsonargparse", "safetensors",
       "litgpt.model", "litgpt.api")

from litgpt.data import base  # noqa: E402
from litgpt.data.json_data import load_split  # noqa: E402

TARGET = "litgpt"
REQUIRES = ["transformers==5.16.1", "jinja2==3.1.6", "numpy==2.3.5", "pyyaml==6.0.3",
            "psutil==7.1.3"]
NO_DEPS = ["litgpt==0.5.13"]
LIGHT = False
LAYOUTS = ["alpaca"]
CONTAINERS = ["jsonl", "json"]


class Tokens(numpy.ndarray):
    """An array with the methods of a tensor that are called."""

    def type(self, _: Any) -> "Tokens":
        """The type does not matter here."""
        return self

    def clone(self) -> "Tokens":
        """A copy."""
        return self.copy()


class Tokenizer:
    """The interface of LitGPT's tokenizer."""

    def __init__(self) -> None:
        self.small = tokenizer()

    def encode(self, text: str, bos: bool | None = None, eos: bool = False,
               max_length: int = -1) -> Tokens:
        """The tokens of a text, as an array."""
        return numpy.array(self.small.encode(text, add_special_tokens=False)).view(Tokens)


def read(path: Path) -> Reading:
    """Loads the file and takes every sample."""
    base.torch.cat = lambda parts: numpy.concatenate(parts).view(Tokens)
    data = load_split(path)
    samples = base.SFTDataset(data=data, tokenizer=Tokenizer(), prompt_style="alpaca")
    if not len(samples):
        raise ValueError("no sample")
    for index in range(len(samples)):
        samples[index]
    return Reading([example(record) for record in data])


def example(record: dict[str, Any]) -> list[Message]:
    """The fields that the prompt style and the data set read."""
    prompt = "\n".join(text for text in (record["instruction"], record.get("input")) if text)
    return [("user", prompt), ("assistant", record["output"])]
