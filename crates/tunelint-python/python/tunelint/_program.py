"""The program `tunelint`, for `[project.scripts]` and `python -m tunelint`."""

from __future__ import annotations

import signal
import sys

from . import _tunelint


def main() -> None:
    """Run the program with the arguments of the process, and exit with its code."""
    # The program handles an interruption itself; Python's handler would wait for it to return.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_tunelint.main(sys.argv))
