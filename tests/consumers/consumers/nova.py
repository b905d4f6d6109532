"""The loader and dataset validator of Amazon's Nova SDK, for Nova Lite on Bedrock.

The package `amzn-nova-forge` imports SageMaker and asks S3 for every image. Its top-level module
is replaced by one that imports nothing, boto3 by a client for which every object is a small PNG,
and pymediainfo by one that reports 64 by 64 pixels and ten seconds. A line that is no JSON is
skipped by the loader; it counts as skipped here.
"""
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

from consumer import Message, Reading, call

TARGET = "bedrock-nova"
REQUIRES = ["filetype==1.2.0", "pydantic==2.13.2", "pyyaml==6.0.3"]
NO_DEPS = ["amzn-nova-forge==1.4.10"]
LIGHT = True
LAYOUTS = ["bedrock-converse", "text"]
CONTAINERS = ["jsonl"]
MODEL = "NOVA_LITE"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 254


class Store:
    """S3 with one small PNG at every address."""

    def head_object(self, **_: Any) -> dict[str, int]:
        """Its size."""
        return {"ContentLength": len(PNG)}

    def get_object(self, **_: Any) -> dict[str, Any]:
        """Its first bytes."""
        return {"Body": types.SimpleNamespace(read=lambda: PNG)}

    def download_fileobj(self, **_: Any) -> None:
        """Nothing reads what is downloaded."""


def stub(name: str, **members: Any) -> None:
    """Puts a small module where the package imports a large one."""
    module = types.ModuleType(name)
    module.__path__ = []
    vars(module).update(members)
    sys.modules[name] = module


def media(_: str) -> Any:
    """What pymediainfo says of a file."""
    track = types.SimpleNamespace
    return track(tracks=[track(track_type="Video", duration=10_000.0),
                         track(track_type="Image", width=64, height=64)])


def prepare() -> None:
    """Stubs what the validator imports and does not need."""
    spec = importlib.util.find_spec("amzn_nova_forge")
    assert spec is not None and spec.submodule_search_locations
    home = list(spec.submodule_search_locations)
    stub("amzn_nova_forge", __path__=home)
    for name in ("dataset", "util"):
        stub(f"amzn_nova_forge.{name}", __path__=[f"{home[0]}/{name}"])
    stub("boto3", client=lambda *_, **__: Store())
    stub("pymediainfo", MediaInfo=types.SimpleNamespace(parse=media))


prepare()

from amzn_nova_forge.core.enums import Model, Platform, TrainingMethod  # noqa: E402
from amzn_nova_forge.dataset.dataset_validator.cpt_dataset_validator import (  # noqa: E402
    CPTDatasetValidator)
from amzn_nova_forge.dataset.dataset_validator.sft_dataset_validator import (  # noqa: E402
    SFTDatasetValidator)
