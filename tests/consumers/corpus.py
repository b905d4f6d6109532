"""Round trips: what a consumer reads after a conversion is compared with the source.

The sources are conversations in tunelint's own layouts, with everything that a conversion may lose.
Each is converted for a target on its own, so that one that the target cannot hold does not hide
the others. A conversion of which the report says that the target trains on something else is left
out. Examples are compared as (role, text) and calls; how a role is named does not matter.
"""
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import features
from consumer import chat
from records import Json, conversation, pair

Example = list[tuple[str, str]]
Conversations = list[list[dict[str, Json]]]

ROLES = {"human": "user", "gpt": "assistant", "model": "assistant", "Chatbot": "assistant",
         "function_call": "call", "observation": "tool", "function": "tool"}


@dataclass(frozen=True)
class Trip:
    """A conversion: its name, the file that was written, and the source's examples."""

    name: str
    path: Path
    source: list[Example]


def says(role: str, text: str, **more: Json) -> dict[str, Json]:
    """A chat message."""
    return {"role": role, "content": text, **more}


def single(count: int, change: Callable[[str], str] = str) -> Conversations:
    """Conversations of one exchange, with changed texts."""
    return [[says("user", change(question)), says("assistant", change(answer))]
            for question, answer in map(pair, range(count))]


def several(count: int) -> Conversations:
    """Conversations of one to three exchanges."""
    return [[says(role, text) for role, text in conversation(index)] for index in range(count)]


def with_system(count: int) -> Conversations:
    """A system prompt in every conversation."""
    return [[says("system", "Answer in one sentence."), *messages] for messages in single(count)]


def with_weights(count: int) -> Conversations:
    """Answers that are not trained on, except the last one of each conversation."""
    weighed = []
    for messages in several(count):
        last = len(messages) - 1
        weighed.append([{**message, "weight": int(at == last)}
                        if message["role"] == "assistant" else message
                        for at, message in enumerate(messages)])
    return weighed


def with_calls(count: int, parallel: int) -> Conversations:
    """Tool calls with their results, one or two in a message."""
    conversations = []
    for index in range(count):
        ids = [f"call{index:03}{at:02}" for at in range(parallel)]
        cities = [f"City {index} {at}" for at in range(parallel)]
        conversations.append([
            says("user", f"How warm is it in {', '.join(cities)}?"),
            {"role": "assistant", "tool_calls": [
                features.call(one, city) for one, city in zip(ids, cities, strict=True)]},
            *[features.result(one) for one in ids],
            says("assistant", f"It is {index} degrees.")])
    return conversations


def sources(count: int) -> dict[str, list[dict[str, Json]]]:
    """The records of each source, in the layout `messages`."""
    texts = {
        "one-exchange": single(count), "several-exchanges": several(count),
        "system-prompt": with_system(count), "weights": with_weights(count),
        "unicode": single(count, lambda text: f"{text} Zażółć 東京 العربية 👩‍👩‍👧 e\u0301"),
        "several-lines": single(count, lambda text: f"{text}\n\n- one\n- two\n\n    indented"),
        "line-separators": single(count, lambda text: f"{text}\u2028next\u0085line\ttab"),
        "markup": single(count, lambda text: f"{text} \"quoted\" \\ {{json}} <b>&amp;</b>, a;b"),
        "edge-whitespace": single(count, lambda text: f"  {text}\n"),
    }
    records = {name: [{"messages": messages} for messages in conversations]
               for name, conversations in texts.items()}
    for name, parallel in (("tools", 1), ("parallel-tools", 2)):
        records[name] = [{"messages": messages, "tools": [features.TOOL]}
                         for messages in with_calls(count, parallel)]
    return records


def converted(program: Path, target: str, count: int, home: Path) -> list[Trip]:
    """Every source that the target can hold, written for it."""
    home.mkdir(parents=True, exist_ok=True)
    trips = []
    for name, records in sources(count).items():
        source, path = home / f"{name}.source.jsonl", home / f"{name}.jsonl"
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        path.unlink(missing_ok=True)
        done = subprocess.run([program, "convert", source, "-o", path, "--target", target],
                              capture_output=True, text=True, encoding="utf-8")
        if done.returncode == 0 and path.exists() and not changed_by(target, done.stderr):
            trips.append(Trip(name, path, [chat(record["messages"]) for record in records]))
    return trips


def changed_by(target: str, report: str) -> bool:
    """Whether the report of a conversion says that the target does not train on it as written."""
    verbs = "rejected|skipped|truncated|misread|ignored"
    return re.search(rf"^(?:{verbs}) by {re.escape(target)}: ", report, re.MULTILINE) is not None


def differences(trip: Trip, read: list[list[list[str]]]) -> list[str]:
    """The first difference between the source and what was read."""
    if len(read) != len(trip.source):
        return [f"{trip.name}: {len(trip.source)} examples, read {len(read)}"]
    for number, (source, got) in enumerate(zip(trip.source, read, strict=True), start=1):
        wanted, found = normal(source), normal([(role, text) for role, text in got])
        if found not in (wanted, folded(wanted)):
            return [f"{trip.name}: example {number}: {wanted} is read as {found}"]
    return []


def normal(messages: Example) -> Example:
    """The messages with one name for each role, and without those that are empty."""
    return [(ROLES.get(role, role), text) for role, text in messages if text]


def folded(messages: Example) -> Example:
    """The system prompt in front of the first message, for layouts that have no place for it."""
    if len(messages) < 2 or messages[0][0] != "system":
        return messages
    (_, system), (role, text), *rest = messages
    return [(role, f"{system}\n\n{text}"), *rest]
