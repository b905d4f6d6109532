"""The tuning data of `google.generativeai.create_tuned_model`, the old client of the Gemini API.

A `.json` path is read as JSON and any other path as CSV. The client would take a path that ends in
`.jsonl` for CSV as well, so the records of such a file are parsed here and given as a list, as the
guide does. Minimum counts and lengths are checked by the service, not by the client.
"""
import json
from pathlib import Path

from google.generativeai import protos
from google.generativeai.types.model_types import encode_tuning_data

from consumer import Reading

TARGET = "gemini-api"
REQUIRES = ["google-generativeai==0.8.6"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["pairs"]
CONTAINERS = ["jsonl", "json", "csv"]


def read(path: Path) -> Reading:
    """Encodes the file as the client does before it creates the model."""
    data = records(path) if path.suffix == ".jsonl" else str(path)
    encoded: protos.Dataset = encode_tuning_data(data)
    return Reading([[("user", one.text_input), ("assistant", one.output)]
                    for one in encoded.examples.examples])


def records(path: Path) -> list[object]:
    """The lines of a file; Python's own parser, which takes NaN."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
