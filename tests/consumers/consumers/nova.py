"""The loader and dataset validator of Amazon's Nova SDK, for Nova Lite on Bedrock.

The package `amzn-nova-forge` imports AWS libraries and asks S3 for every image. They are replaced:
boto3 by a client for which every object starts as its name says, pymediainfo by a module that reports 64 by
64 pixels and ten seconds, the others by modules that nothing here calls. A line that is no JSON is
left out by the loader, with a warning; it counts as skipped. The minimum of records is checked as
for a job on Bedrock.
"""
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from consumer import Message, Reading, Rejected, call

TARGET = "bedrock-nova"
REQUIRES = ["filetype==1.2.0", "pydantic==2.14.4", "PyYAML==6.0.4"]
NO_DEPS = ["amzn-nova-forge==1.4.10"]
LIGHT = True
LAYOUTS = ["bedrock-converse", "text"]
CONTAINERS = ["jsonl"]

STARTS = {"png": b"\x89PNG\r\n\x1a\n", "mp4": b"\0\0\0\x18ftypmp42", "pdf": b"%PDF-1.7"}
UNUSED = ["botocore", "requests", "tqdm", "pyarrow", "pyarrow.parquet", "sagemaker", "matplotlib", "jsonschema",
          "boto3.s3", "boto3.s3.transfer"]


class Store:
    """S3 with a small object at every address."""

    def head_object(self, **_: Any) -> dict[str, int]:
        """Its size."""
        return {"ContentLength": 300}

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        """Its first bytes."""
        start = STARTS[Key.rpartition(".")[2]].ljust(262, b"\0")
        return {"Body": SimpleNamespace(read=lambda: start)}

    def download_fileobj(self, **_: Any) -> None:
        """Nothing reads what is downloaded."""


def stub(name: str, **members: Any) -> None:
    """Puts a small module where the package imports a large one."""
    module = ModuleType(name)
    vars(module).update({"__path__": [], **members})
    sys.modules[name] = module


def anything(name: str) -> Any:
    """Any member of a module that is imported and not used."""
    if name.startswith("__"):
        raise AttributeError(name)
    return MagicMock(name=name)


def media(_: str) -> Any:
    """What pymediainfo says of a file."""
    tracks = [SimpleNamespace(track_type="Video", duration=10_000.0),
              SimpleNamespace(track_type="Image", width=64, height=64)]
    return SimpleNamespace(tracks=tracks)


def prepare() -> None:
    """Stubs what the loader and the validator import and do not need."""
    spec = importlib.util.find_spec("amzn_nova_forge")
    assert spec is not None and spec.submodule_search_locations
    home = list(spec.submodule_search_locations)[0]
    for package in ("", ".dataset", ".util"):
        stub(f"amzn_nova_forge{package}", __path__=[home + package.replace(".", "/")])
    for name in UNUSED:
        stub(name, __getattr__=anything)
    stub("botocore.exceptions", ClientError=type("ClientError", (Exception,), {}))
    stub("amzn_nova_forge.telemetry", Feature=MagicMock(), _telemetry_emitter=lambda *_, **__: lambda method: method)
    stub("amzn_nova_forge.rft_multiturn", __getattr__=anything)
    stub("boto3", client=lambda *_, **__: Store())
    stub("pymediainfo", MediaInfo=SimpleNamespace(parse=media))


prepare()

from amzn_nova_forge.core.enums import Model, Platform, TrainingMethod  # noqa: E402
from amzn_nova_forge.dataset import jsonl_dataset_loader  # noqa: E402
from amzn_nova_forge.dataset.dataset_validator.dataset_schema_resolver import (  # noqa: E402
    resolve_schema_validator)
from amzn_nova_forge.validation.dataset_row_count_validator import (  # noqa: E402
    validate_row_counts)


class Skipped:
    """Counts the lines that the loader warns of."""

    def __init__(self) -> None:
        self.count = 0

    def warning(self, *_: Any) -> None:
        """The loader warns once for each line that it leaves out."""
        self.count += 1


def read(path: Path) -> Reading:
    """Loads and validates as a job for Nova Lite."""
    return validated(path, Model.NOVA_LITE)


def validated(path: Path, model: Model) -> Reading:
    """Loads the file, validates it for the model."""
    method = TrainingMethod.CPT if path.parent.name == "text" else TrainingMethod.SFT_LORA
    jsonl_dataset_loader.logger = skipped = Skipped()
    loader = jsonl_dataset_loader.JSONLDatasetLoader().load(str(path))
    records = list(loader.dataset())
    left_out = skipped.count
    validator = resolve_schema_validator(method, model, None)
    validator.validate(iter(records), model, platform=Platform.BEDROCK, training_method=method)
    # The minimum for a job is checked only when errors are collected, as before training.
    errors: list[str] = []
    validate_row_counts(len(records), model, Platform.BEDROCK, method, errors=errors)
    if errors:
        raise Rejected("; ".join(errors))
    return Reading([example(record) for record in records], left_out)


def example(record: dict[str, Any]) -> list[Message]:
    """The messages of a record."""
    if "text" in record:
        return [("text", record["text"])]
    messages: list[Message] = []
    for part in record.get("system") or []:
        messages.append(("system", part["text"]))
    for message in record["messages"]:
        calls = [call(block["toolUse"]["name"], block["toolUse"]["input"])
                 for block in message["content"] if block.get("toolUse")]
        results = [("tool", result_text(block["toolResult"]))
                   for block in message["content"] if block.get("toolResult")]
        text = "".join(block.get("text") or "" for block in message["content"])
        if text or not calls + results:
            messages.append((message["role"], text))
        messages += calls + results
    return messages


def result_text(result: dict[str, Any]) -> str:
    """The text of a tool result; JSON is written as text."""
    return "".join(item["text"] if item.get("text") is not None
                   else json.dumps(item.get("json"), sort_keys=True) for item in result["content"])
