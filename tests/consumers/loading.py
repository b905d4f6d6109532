"""What the trainers on top of `datasets` have in common: where the library keeps its cache, and
which builder they give a file to.
"""
import json
import os
import tempfile
from pathlib import Path

# Before `datasets` is imported: it reads these once. Every run converts the files again.
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="tunelint-consumer-")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

BUILDERS = {".json": "json", ".jsonl": "json", ".csv": "csv", ".tsv": "csv"}


def builder(path: Path) -> str:
    """The name that `load_dataset` is called with for a local file."""
    return BUILDERS[path.suffix]


def columns(path: Path) -> set[str]:
    """The columns that the library finds, for which a user chooses settings.

    Raises what the library raises: the trainer would end there too.
    """
    from datasets import load_dataset
    return set(load_dataset(builder(path), data_files=str(path), split="train").column_names)


def keys(path: Path) -> set[str]:
    """The fields that occur in a file, for trainers that parse JSON themselves. None if broken."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    found: set[str] = set()
    for line in [text, *text.splitlines()]:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        for record in value if isinstance(value, list) else [value]:
            found |= set(record) if isinstance(record, dict) else set()
    return found
