"""`check_file` of the Together client, which runs before every upload of a dataset."""
import json
from pathlib import Path

from together.lib.utils.files import check_file

from consumer import Message, Reading, Rejected, chat, text_of

TARGET = "together"
REQUIRES = ["together==3.1.1"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["messages", "prompt-completion", "preference-openai", "text"]
CONTAINERS = ["jsonl"]


def read(path: Path) -> Reading:
    """Raises what the report of the client says."""
    report = check_file(path, purpose="fine-tune")
    if not report["is_check_passed"]:
        raise Rejected(report.get("message"))
    lines = path.read_text("utf-8").splitlines()
    return Reading([example(json.loads(line)) for line in lines if line.strip()])


def example(record: dict) -> list[Message]:
    """The texts of a record; the client itself returns none."""
    if "messages" in record:
        return chat(record["messages"])
    if "input" in record:
        return chat(record["input"]["messages"]) + chat(record["preferred_output"]) + chat(
            record["non_preferred_output"])
    if "text" in record:
        return [("text", text_of(record["text"]))]
    return [("user", text_of(record["prompt"])), ("assistant", text_of(record["completion"]))]
