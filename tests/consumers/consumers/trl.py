"""TRL: `_prepare_dataset` of the trainer that the fields call for: SFT, DPO or KTO.

torch and accelerate are stand-ins; the trainer itself is not constructed, since it needs a model.
Its settings are the defaults of its configuration. Records that preparation filters out are
skipped.
"""
from dataclasses import MISSING, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loading
import datasets
import transformers  # noqa: F401

from absent import absent
from consumer import Message, Reading, chat
from tiny import tokenizer

absent("torch", "accelerate", "peft")

from trl.trainer.dpo_config import DPOConfig  # noqa: E402
from trl.trainer.dpo_trainer import DPOTrainer  # noqa: E402
from trl.trainer.kto_config import KTOConfig  # noqa: E402
from trl.trainer.kto_trainer import KTOTrainer  # noqa: E402
from trl.trainer.sft_config import SFTConfig  # noqa: E402
from trl.trainer.sft_trainer import SFTTrainer  # noqa: E402

TARGET = "trl"
REQUIRES = ["datasets==5.2.0", "transformers==5.24.0", "jinja2==3.1.6", "psutil==7.1.3"]
NO_DEPS = ["trl==1.16.0"]
LIGHT = False
LAYOUTS = ["messages", "prompt-completion", "preference", "kto", "text"]
CONTAINERS = ["jsonl", "json", "csv"]

# The default of 1,024 tokens, in the bytes of the small tokenizer.
MAX_LENGTH = 4 * 1024


def read(path: Path) -> Reading:
    """Loads the file and prepares it as the constructor of the trainer does."""
    datasets.disable_caching()
    loaded = datasets.load_dataset(loading.builder(path), data_files=str(path), split="train")
    columns = set(loaded.column_names)
    prepare = kto if "label" in columns else dpo if {"chosen", "rejected"} <= columns else sft
    prepared = prepare(loaded)
    return Reading([example(record) for record in loaded], max(len(loaded) - len(prepared), 0))


def settings(config: type) -> SimpleNamespace:
    """The defaults of a configuration. The class itself asks torch for a device."""
    defaults = {field.name: field.default for field in fields(config)
                if field.default is not MISSING}
    return SimpleNamespace(**defaults | {"max_length": MAX_LENGTH})


def sft(loaded: Any) -> Any:
    """Supervised fine-tuning."""
    small, arguments, sample = tokenizer(), settings(SFTConfig), next(iter(loaded))
    trainer = SimpleNamespace(_tokenizer=small, chat_template=None,
                              completion_only_loss="prompt" in sample and "completion" in sample)
    return SFTTrainer._prepare_dataset(trainer, loaded, small, arguments, False, None, "train")


def dpo(loaded: Any) -> Any:
    """Preferences."""
    small = tokenizer()
    trainer = SimpleNamespace(_tokenizer=small)
    return DPOTrainer._prepare_dataset(trainer, loaded, small, settings(DPOConfig), "train")


def kto(loaded: Any) -> Any:
    """Unpaired preferences."""
    small, arguments = tokenizer(), settings(KTOConfig)
    trainer = SimpleNamespace(_tokenizer=small, calculate_KL=False,
                              desirable_weight=arguments.desirable_weight,
                              undesirable_weight=arguments.undesirable_weight)
    return KTOTrainer._prepare_dataset(trainer, loaded, small, arguments, "train")


def example(record: dict[str, Any]) -> list[Message]:
    """The messages of a record, or one message per text, with roles by field."""
    roles = {"prompt": "user", "completion": "assistant", "chosen": "assistant",
             "rejected": "assistant", "text": "text"}
    found: list[Message] = []
    for field, value in record.items():
        if isinstance(value, list) and value and "role" in value[0]:
            found += chat(value)
        elif field in roles and isinstance(value, str):
            found.append((roles[field], value))
    return found
