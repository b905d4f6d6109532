"""The loader and dataset validator of Amazon's Nova SDK, for Nova 2 Lite on Bedrock.

As in `nova`, with the other model: at least 200 records, and reasoning is allowed.
"""
from pathlib import Path

from consumer import Reading
from consumers import nova

TARGET = "bedrock-nova-2-lite"
REQUIRES = ["filetype==1.2.0", "pydantic==2.14.4", "PyYAML==6.0.4"]
NO_DEPS = ["amzn-nova-forge==1.4.10"]
LIGHT = True
LAYOUTS = ["bedrock-converse"]
CONTAINERS = ["jsonl"]
RECORDS = 216  # more than the 200 that a job needs


def read(path: Path) -> Reading:
    """Loads and validates as a job for Nova 2 Lite."""
    return nova.validated(path, nova.Model.NOVA_LITE_2)
