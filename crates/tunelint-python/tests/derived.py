"""Writes `_options.py`, the keywords of each function with their types, from the program's options."""

from __future__ import annotations

import textwrap
from pathlib import Path

from tunelint import _tunelint

FILE = Path(__file__).parent.parent / "python" / "tunelint" / "_options.py"
COMMANDS = {
    "CheckOptions": "check",
    "ConvertOptions": "convert",
    "StatsOptions": "stats",
    "RenderOptions": "render",
    "SplitOptions": "split",
    "InferOptions": "infer",
}
HEAD = '''"""Keywords of the functions. Derived from the options of the program; see `tests/test_types.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict, Union

from ._types import Data, Path, Settings

Value = Union[str, int, float, Path]
Values = Union[Value, Iterable[Value], Mapping[str, Value]]
'''
#: Keywords that the signature of a function has itself.
OF_SIGNATURE = {"split": ("validation", "test")}
#: Options whose value is a file.
PATHS = ("against", "baseline", "out", "tokenizer")


def keyword(name: str, is_flag: bool, is_repeatable: bool) -> str:
    if name in ("validation", "production", "benchmark"):
        return "Data"
    if name in PATHS:
        return "Path"
    return "bool" if is_flag else "Values" if is_repeatable else "Value"


def documented(help: str) -> list[str]:
    sentence = " ".join(help.replace("\\", "\\\\").split()) + "."
    quoted = f'"""{sentence}"""'
    return textwrap.wrap(quoted, 96, initial_indent="    ", subsequent_indent="    ")


def text() -> str:
    parts = [HEAD]
    for name, command in COMMANDS.items():
        lines = [f"\nclass {name}(TypedDict, total=False):", f'    """Keywords of `{command}`."""', ""]
        for option, is_flag, is_repeatable, help in _tunelint.options(command):
            if option in OF_SIGNATURE.get(command, ()):
                continue
            lines.append(f"    {option}: {keyword(option, is_flag, is_repeatable)}")
            lines += documented(help)
        if any(option == "config" for option, *_ in _tunelint.options(command)):
            lines += ["    settings: Settings", '    """A settings file, or a dict with the same keys."""']
        parts.append("\n".join([*lines, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
