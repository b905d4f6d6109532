"""The types of `google-genai` that tuning data is put into: TuningDataset and TuningExample.

Only the types are checked; what the service rejects is not in the package. Lines are parsed here.
"""
import json
from pathlib import Path

from google.genai import types

from consumer import Reading

TARGET = "gemini-api"
REQUIRES = ["google-genai==3.6.1"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["pairs"]
CONTAINERS = ["jsonl"]


def read(path: Path) -> Reading:
    """One TuningExample per line, in a TuningDataset."""
    records = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    examples = [types.TuningExample(**record) for record in records]
    dataset = types.TuningDataset(examples=examples)
    return Reading([[("user", one.text_input or ""), ("assistant", one.output or "")]
                    for one in dataset.examples or []])
