"""`check_file` of the last Together client that checks the records of a dataset itself.

The client of today checks only that every line that is not blank is a JSON object, and leaves
the rest to the server: "Semantic checks run on the server after upload."
"""
import json
from pathlib import Path
from typing import Any

from together.lib.utils.files import check_file

from consumer import Message, Reading, Rejected, chat, text_of

TARGET = "together"
REQUIRES = ["together==2.14.0"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["messages", "prompt-completion", "preference-openai", "text"]
CONTAINERS = ["jsonl"]


def read(path: Path) -> Reading:
    """Raises what the report of the client says."""
    report = check_file(path, purpose="fine-tune")
    if not report["is_check_passed"]:
        raise Rejected(report.get("message"))
    with path.open(encoding="utf-8") as lines:
        return Reading([example(json.loads(line)) for line in lines])


def example(record: dict[str, Any]) -> list[Message]:
    """The texts of a record; the client itself returns none."""
    if "messages" in record:
        return chat(record["messages"])
    if "input" in record:
        return chat(record["input"]["messages"]) + chat(record["preferred_output"]) + chat(
            record["non_preferred_output"])
    if "text" in record:
        return [("text", text_of(record["text"]))]
    return [("user", text_of(record["prompt"])), ("assistant", text_of(record["completion"]))]
