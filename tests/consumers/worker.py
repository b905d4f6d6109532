"""Runs one consumer over files; started by run.py in the consumer's own environment.

usage: worker.py NAME < PATHS

Prints one JSON line per path: path, accepted, reason, skipped, examples. A file is accepted if
the loader takes it and every record in it, and if there is at least one: training on nothing
fails later.
"""
import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).resolve().parent))

MAX_REASON = 1000


def verdict(consumer: ModuleType, path: str) -> dict[str, Any]:
    """What the consumer does with a file. An ImportError is an error of the harness."""
    try:
        reading = consumer.read(Path(path))
    except (ImportError, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # loaders also exit, and native code panics
        return answer(path, False, describe(error), 0, None)
    if not reading.examples:
        return answer(path, False, "no examples", 0, [])
    if reading.skipped:
        reason = f"skipped {reading.skipped} records"
        return answer(path, False, reason, reading.skipped, reading.examples)
    return answer(path, True, None, 0, reading.examples)


def answer(path: str, accepted: bool, reason: str | None, skipped: int,
           examples: list[list[tuple[str, str]]] | None) -> dict[str, Any]:
    """One line of the output."""
    return {"path": path, "accepted": accepted, "reason": reason, "skipped": skipped,
            "examples": examples}


def describe(error: BaseException) -> str:
    """The exception with the causes that a wrapper such as `datasets` hides."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        parts.append(f"{type(current).__name__}: {words(current)}")
        current = current.__cause__
    return " <- ".join(parts)[:MAX_REASON]


def words(error: BaseException) -> str:
    """The text of an exception; some cannot print themselves."""
    try:
        return str(error)
    except Exception:  # the exception's own fault
        return " ".join(map(str, error.args or vars(error).values()))


def own_stdout() -> TextIO:
    """Standard output for our lines; what the loaders print goes to standard error."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return ours


def main() -> None:
    """Reads paths until the end of standard input."""
    ours = own_stdout()
    consumer = importlib.import_module(f"consumers.{sys.argv[1]}")
    for line in sys.stdin:
        print(json.dumps(verdict(consumer, line.rstrip("\n"))), file=ours, flush=True)


if __name__ == "__main__":
    main()
