"""What the trainers on top of `datasets` have in common: where the library keeps its cache, and
which builder they give a file to.
"""
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


def keys(path: Path) -> set[str]:
    """The fields that occur in a file, to choose the settings that a user would choose.

    Read with the loader of the file's own container, so that a broken file gives no fields and
    the trainer is the one that rejects it.
    """
    import csv
    import json
    try:
        if path.suffix in (".csv", ".tsv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                delimiter = "\t" if path.suffix == ".tsv" else ","
                return set(next(csv.reader(file, delimiter=delimiter), []))
        found: set[str] = set()
        for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
            try:
                found |= set(json.loads(line))
            except (ValueError, TypeError):
                continue
        if not found:
            found = set().union(*json.loads(path.read_text(encoding="utf-8-sig")))
        return found
    except (ValueError, TypeError, OSError):
        return set()
