"""LLaMA-Factory: its loader, converter and processor, as the training stage calls them.

torch and what depends on it are stand-ins. A record that the converter finds abnormal, or that
the processor drops, is missing from the result: it counts as skipped.
"""
import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loading
import datasets
import transformers.image_utils
import transformers.utils
import transformers.video_utils

from absent import absent
from consumer import Message, Reading, call
from tiny import tokenizer

os.environ["DISABLE_VERSION_CHECK"] = "1"  # of packages that are stand-ins
absent("torch", "torchaudio", "torchvision", "peft", "trl", "accelerate", "transformers.trainer",
       "transformers.models.mllama")

from llamafactory.data import get_template_and_fix_tokenizer, loader  # noqa: E402

TARGET = "llama-factory"
REQUIRES = ["datasets==4.0.0", "transformers==5.6.0", "jinja2==3.1.6", "pillow==12.0.0",
            "omegaconf==2.3.0"]
NO_DEPS = ["llamafactory==0.9.5"]
LIGHT = False
LAYOUTS = ["alpaca", "sharegpt", "messages", "typed-messages", "preference",
           "preference-sharegpt", "kto"]
CONTAINERS = ["jsonl", "json", "csv"]

TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user",
        "assistant_tag": "assistant", "observation_tag": "tool", "function_tag": "function",
        "system_tag": "system"}


def read(path: Path) -> Reading:
    """Loads the file under the name `set` with the description that its fields ask for."""
    description = describe(path)
    stage = "rm" if description.get("ranking") else "sft"
    if "kto_tag" in description["columns"]:
        stage = "kto"
    with tempfile.TemporaryDirectory() as directory:
        info = {"set": {"file_name": str(path), **description}}
        Path(directory, "dataset_info.json").write_text(json.dumps(info), encoding="utf-8")
        return prepare(directory, stage)


def prepare(directory: str, stage: str) -> Reading:
    """What `get_dataset` does with the training set."""
    arguments = data_arguments(directory)
    training = SimpleNamespace(local_process_index=0, seed=42, should_log=True,
                               predict_with_generate=False)
    model = SimpleNamespace(cache_dir=None, hf_hub_token=None)
    datasets.disable_caching()
    aligned = loader._get_merged_dataset(["set"], model, arguments, training, stage)
    small = tokenizer()
    template = get_template_and_fix_tokenizer(small, arguments)
    done = loader._get_preprocessed_dataset(aligned, arguments, training, stage, template, small)
    return Reading([example(record) for record in aligned], len(aligned) - len(done))


def data_arguments(directory: str) -> Any:
    """The defaults of `DataArguments`, with a template of a model that calls tools."""
    from llamafactory.hparams.data_args import DataArguments
    return DataArguments(dataset_dir=directory, media_dir=directory, template="qwen",
                         overwrite_cache=True)


def describe(path: Path) -> dict[str, Any]:
    """The entry of `dataset_info.json` that a user writes for the fields of the file."""
    keys = loading.columns(path)
    optional = ["system", "tools", "images", "videos", "audios"]
    columns = {name: name for name in optional if name in keys}
    if {"chosen", "rejected"} <= keys:
        columns |= {"chosen": "chosen", "rejected": "rejected"}
    for tag in ("kto_tag", "label"):
        if tag in keys:
            columns["kto_tag"] = tag
    ranking = {"ranking": True} if "chosen" in columns else {}
    if "messages" in keys:
        return {"formatting": "openai", "columns": columns | {"messages": "messages"},
                "tags": TAGS, **ranking}
    if "conversations" in keys:
        return {"formatting": "sharegpt", "columns": columns | {"messages": "conversations"},
                **ranking}
    named = {"prompt": ("instruction", "prompt"), "query": ("input",),
             "response": ("output", "completion"), "history": ("history",)}
    for column, fields in named.items():
        columns |= {column: field for field in fields if field in keys}
    return {"columns": columns, **ranking}


# The converter adds the first to every system prompt without tools, and joins consecutive results
# with the second. Neither says anything about the file.
ADDED = "detailed thinking off"
BETWEEN = "\n</tool_response>\n<tool_response>\n"


def example(record: dict[str, Any]) -> list[Message]:
    """The conversation that the converter made of a record, without what it adds."""
    prompt = (record["_system"] or "").removesuffix(ADDED).removesuffix("\n")
    system = [("system", prompt)] if prompt else []
    turns = [*record["_prompt"], *record["_response"]]
    return system + [one for turn in turns for one in turn_of(turn)]


def turn_of(turn: dict[str, str]) -> list[Message]:
    """The calls of a turn, the results in it, or its text."""
    if turn["role"] == "function":
        calls = json.loads(turn["content"])
        return [call(one["name"], one["arguments"])
                for one in (calls if isinstance(calls, list) else [calls])]
    if turn["role"] == "observation":
        return [("tool", result) for result in turn["content"].split(BETWEEN)]
    return [(turn["role"], turn["content"])]
