"""The types of the `openai` package for chat messages and tools.

This is not the validator of the fine-tuning service, which no package contains. The package
describes the messages of a request as TypedDicts; pydantic checks each record against them. That
says which roles, fields and types the API knows. It says nothing about order, counts, sizes,
`weight` (a field of training files alone, removed before the check) or unknown keys (a TypedDict
takes them). Lines are parsed here.
"""
import json
from pathlib import Path
from typing import Any

from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import TypeAdapter

from consumer import Message, Reading, chat

TARGET = "openai"
REQUIRES = ["openai==3.57.0"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["messages"]
CONTAINERS = ["jsonl"]

MESSAGES = TypeAdapter(list[ChatCompletionMessageParam])
TOOLS = TypeAdapter(list[ChatCompletionToolParam])


def read(path: Path) -> Reading:
    """Every line against the types."""
    records = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    return Reading([example(record) for record in records])


def example(record: dict[str, Any]) -> list[Message]:
    """Validates one record."""
    messages = [{key: value for key, value in message.items() if key != "weight"}
                for message in record["messages"]]
    MESSAGES.validate_python(messages, strict=True)
    if "tools" in record:
        TOOLS.validate_python(record["tools"], strict=True)
    return chat(record["messages"])
