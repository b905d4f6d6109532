"""What the tests share. They test the installed wheel, not this folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

# A process that runs in the background ignores the signal, and so do its children.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent.parent.parent
SHARED = ROOT.parent / "shared"


def program(*arguments: str | Path, directory: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program of the wheel."""
    command = [sys.executable, "-m", "tunelint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=directory, encoding="utf-8", check=False)


@pytest.fixture
def rows() -> list[dict[str, str]]:
    """Pairs of which the second has no output."""
    return [
        {"prompt": "What is 2 + 2?", "completion": "4"},
        {"prompt": "What is 1 + 1?", "completion": ""},
        {"prompt": "What is 3 + 3?", "completion": "6"},
    ]


def chats(number: int) -> list[dict[str, list[dict[str, str]]]]:
    """Conversations without findings of severity error."""
    return [
        {
            "messages": [
                {"role": "user", "content": f"Which number follows {n}?"},
                {"role": "assistant", "content": f"It is {n + 1}."},
            ]
        }
        for n in range(number)
    ]
