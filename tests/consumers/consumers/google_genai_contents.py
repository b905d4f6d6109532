"""The types of `google-genai` for the fields of a Vertex AI tuning record.

`contents` are validated as Content, `systemInstruction` as Content, `tools` as Tool. The service
that tunes does not use this package: what it says about the shape of messages is meaningful, what
it says about order, counts and unknown fields of the record is not, so only the fields that it
knows are given to it. Lines are parsed here.
"""
import json
from pathlib import Path

from google.genai import types
from pydantic import TypeAdapter

from consumer import Message, Reading, call

TARGET = "vertex-gemini"
REQUIRES = ["google-genai==3.6.1"]
NO_DEPS: list[str] = []
LIGHT = False
LAYOUTS = ["contents"]
CONTAINERS = ["jsonl"]

CONTENTS = TypeAdapter(list[types.Content])


def read(path: Path) -> Reading:
    """Every record as the types."""
    records = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    return Reading([example(record) for record in records])


def example(record: dict[str, object]) -> list[Message]:
    """The messages of a record, the system instruction first."""
    messages: list[Message] = []
    system = record.get("systemInstruction", record.get("system_instruction"))
    if system is not None:
        content = types.Content.model_validate(system)
        messages.append(("system", texts(content)))
    TypeAdapter(list[types.Tool] | None).validate_python(record.get("tools"))
    for content in CONTENTS.validate_python(record["contents"]):
        messages += turn(content)
    return messages


def turn(content: types.Content) -> list[Message]:
    """A content: its text, its calls, its results."""
    parts = content.parts or []
    calls = [call(part.function_call.name or "", part.function_call.args or {})
             for part in parts if part.function_call]
    results = [("tool", result(part.function_response.response or {}))
               for part in parts if part.function_response]
    role = {"model": "assistant"}.get(content.role or "", content.role or "user")
    return ([(role, texts(content))] if not calls + results else []) + calls + results


def result(response: dict[str, object]) -> str:
    """The response of a function: its only text, or JSON."""
    values = list(response.values())
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return json.dumps(response, sort_keys=True)


def texts(content: types.Content) -> str:
    """The text parts of a content."""
    return "".join(part.text or "" for part in content.parts or [])
