"""Axolotl: its loading of a training set and of preferences, with the usual type of each layout.

torch and what depends on it are stand-ins. Records that are filtered out, and those of which no
token is trained on, are skipped: with sample packing, which most configurations use, Axolotl
drops them.
"""
import tempfile
from pathlib import Path
from typing import Any

import loading
import datasets
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat
from tiny import CHATML, tokenizer

absent("torch", "accelerate", "peft", "trl", "bitsandbytes", "optimum", "torchao", "triton",
       "numba", "axolotl.loaders")

from axolotl.utils.data import rl, sft  # noqa: E402
from axolotl.utils.dict import DictDefault  # noqa: E402
from axolotl.utils.schemas.enums import RLType  # noqa: E402

TARGET = "axolotl"
REQUIRES = ["datasets==4.8.4", "transformers==5.16.1", "huggingface_hub==1.17.0",
            "tokenizers==0.23.1", "addict==2.4.0", "colorama==0.4.6",
            "pydantic==2.12.5", "jinja2==3.1.6"]
NO_DEPS = ["axolotl==0.19.0"]
LIGHT = False
LAYOUTS = ["messages", "sharegpt", "alpaca", "segments", "text", "preference", "kto", "stepwise"]
CONTAINERS = ["jsonl", "json", "csv"]

# Bytes of the small tokenizer. There is no default: every configuration sets a length.
SEQUENCE_LENGTH = 4 * 4096


def read(path: Path) -> Reading:
    """Loads the file as the type that a configuration gives its layout."""
    datasets.disable_caching()
    kind, settings = choose(path)
    with tempfile.TemporaryDirectory() as directory:
        entry = {"path": str(path), "ds_type": loading.builder(path), **settings}
        cfg = configuration(entry, kind, directory)
        source = datasets.load_dataset(loading.builder(path), data_files=str(path), split="train")
        done = supervised(cfg) if kind is None else preferences(cfg)
    # A long text is split, which can make more records of it, never fewer.
    return Reading([example(record) for record in source], max(len(source) - len(done), 0))


def configuration(entry: dict[str, Any], kind: Any, directory: str) -> Any:
    """The settings that the loading reads."""
    return DictDefault({
        "datasets": [entry], "sequence_len": SEQUENCE_LENGTH, "rl": kind, "sample_packing": True,
        "dataset_prepared_path": directory, "dataset_num_proc": None, "train_on_inputs": False,
        "chat_template": "jinja", "chat_template_jinja": CHATML, "is_preprocess": True, "seed": 42,
    })


def choose(path: Path) -> tuple[Any, dict[str, Any]]:
    """The kind of preference training, or none, and the settings of the data set."""
    keys = loading.columns(path)
    chat_template = {"type": "chat_template"}
    if "messages" in keys:
        return None, chat_template
    if "conversations" in keys:
        properties = {"role": "from", "content": "value"}
        return None, chat_template | {"field_messages": "conversations",
                                      "message_property_mappings": properties}
    if "segments" in keys:
        return None, {"type": "input_output"}
    if "completions" in keys:
        return None, {"type": "stepwise_supervised"}
    if "chosen" in keys:
        return RLType.DPO, {"type": "chat_template.default", "field_messages": "prompt"}
    if "label" in keys:
        user_defined = {"field_prompt": "prompt", "field_completion": "completion",
                        "field_label": "label", "prompt_format": "{prompt}",
                        "completion_format": "{completion}"}
        return RLType.KTO, {"type": user_defined}
    if "instruction" in keys:
        return None, {"type": "alpaca_w_system.load_chat" if "system" in keys else "alpaca"}
    return None, {"type": "completion"}


def supervised(cfg: Any) -> Any:
    """Loads, tokenizes, and drops what is too long or has nothing to train on."""
    sft.save_preprocessed_dataset = unsaved
    done, _ = sft._load_raw_datasets(cfg, cfg.datasets, tokenizer(), "train")
    return done


def preferences(cfg: Any) -> Any:
    """Loads and formats preferences; the tokenizer of the model is the small one."""
    rl.load_tokenizer = lambda cfg: tokenizer()
    rl.save_preprocessed_dataset = unsaved
    return rl._load_split(cfg, "train")


def unsaved(*_: Any) -> None:
    """In place of saving the result, which starts processes and reads nothing."""


def example(record: dict[str, Any]) -> list[Message]:
    """The texts of a record by field; Axolotl itself returns tokens."""
    messages = record.get("messages") or record.get("conversations")
    if isinstance(messages, list):
        return chat({"role": one.get("from"), "content": one.get("value"), **one}
                    for one in messages if one)
    return [(field, value) for field, value in record.items() if isinstance(value, str)]
