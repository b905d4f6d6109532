"""What a consumer returns: the examples it read, in a form that can be compared.

A consumer is a module in `consumers/` that calls the real loader of a provider or trainer:

    TARGET      the profile of tunelint that it is compared with
    REQUIRES    packages from PyPI, pinned
    NO_DEPS     packages installed without their dependencies, pinned
    LIGHT       whether it installs in under a minute
    LAYOUTS     layouts of `defects.py` that it reads at all
    CONTAINERS  containers that it reads
    read(path)  raises what the loader raises, or returns a Reading

Optional: SOURCE, the GitHub name of a repository that is read from a checkout (the environment
variable TUNELINT_<NAME>_SOURCE), PYTHON_ENV, environment variables for the worker, RECORDS, how
many records a clean file must have, and ALSO_TARGETS, further profiles to compare with.
"""
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# (role, text). The role of a tool call is CALL, its text is written by `call`.
Message = tuple[str, str]

CALL = "call"


@dataclass
class Reading:
    """The examples that a loader returned, and how many records it left out."""

    examples: list[list[Message]]
    skipped: int = 0


class Rejected(Exception):
    """Raised by a consumer whose loader returns its complaint instead of raising it."""


def call(name: str, arguments: Any) -> Message:
    """A tool call. Arguments compare as values, so that a JSON string equals the object."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            pass
    return CALL, f"{name} {json.dumps(arguments, sort_keys=True)}"


def text_of(content: Any) -> str:
    """The text of a string, of a list of text parts, or of nothing."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return json.dumps(content)
    return "".join(part if isinstance(part, str) else str(part.get("text") or "")
                   for part in content)


def chat(messages: Iterable[dict[str, Any]]) -> list[Message]:
    """Chat messages in the OpenAI form, with each call as a message after the text.

    Takes what a loader let through, so nothing about the calls is certain.
    """
    example: list[Message] = []
    for message in messages:
        calls = message.get("tool_calls") or []
        text = text_of(message.get("content"))
        if text or not calls:
            example.append((str(message.get("role")), text))
        example += [called(one) for one in calls]
    return example


def called(one: Any) -> Message:
    """A call in the OpenAI form, or whatever is in its place."""
    function = one.get("function") if isinstance(one, dict) else None
    if not isinstance(function, dict):
        return CALL, str(one)
    return call(str(function.get("name")), function.get("arguments"))


def checkout(name: str) -> Path:
    """The checkout that a consumer without a package is read from."""
    return Path(os.environ[source_variable(name)])


def source_variable(name: str) -> str:
    """The environment variable that names the checkout."""
    return f"TUNELINT_{name.upper()}_SOURCE"
