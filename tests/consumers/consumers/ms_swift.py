"""ms-swift: `load_dataset` of a local file, whose preprocessor is chosen from its columns.

torch, the hubs and what depends on them are stand-ins. Rows that the preprocessor deletes are
skipped, as with the default `strict=False`.
"""
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import loading
import datasets
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, call

os.environ["MODELSCOPE_CACHE"] = tempfile.mkdtemp(prefix="tunelint-consumer-")
absent("torch", "peft", "accelerate", "trl", "torchvision", "binpacking", "deepspeed",
       "sentencepiece", "transformers.trainer", "swift.hub")

from swift.dataset import load_dataset  # noqa: E402

TARGET = "ms-swift"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "jinja2==3.1.6", "pillow==12.0.0",
            "psutil==7.1.3", "modelscope==1.31.0", "addict==2.4.0", "dacite==1.9.2",
            "json-repair==0.64.6"]
NO_DEPS = ["ms-swift==4.6.0"]
LIGHT = False
LAYOUTS = ["messages", "sharegpt", "alpaca", "input-output", "prompt-completion"]
CONTAINERS = ["jsonl", "json", "csv"]


def read(path: Path) -> Reading:
    """Loads the file with the defaults of `swift sft --dataset FILE`."""
    datasets.disable_caching()
    source = datasets.load_dataset(loading.builder(path), data_files=str(path), split="train")
    loaded, _ = load_dataset(str(path), load_from_cache_file=False, num_proc=None)
    if loaded is None or len(loaded) == 0:
        raise ValueError("no row is left")
    return Reading([example(record) for record in loaded], max(len(source) - len(loaded), 0))


def example(record: dict[str, Any]) -> list[Message]:
    """The messages as the preprocessor writes them: a call is the content of its own message."""
    return [one for message in record["messages"] for one in turn(message)]


def turn(message: dict[str, Any]) -> list[Message]:
    """The text, or the call in it."""
    role, content = message["role"], message["content"]
    if role == "tool_call":
        one = json.loads(content) if isinstance(content, str) else content
        return [call(one["name"], one["arguments"])]
    return [("tool" if role == "tool_response" else role, str(content))]
