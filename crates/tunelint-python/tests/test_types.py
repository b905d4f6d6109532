"""Types: the derived keywords, and pyright on the package and on code that uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import derived
import pytest
import tunelint

PACKAGE = Path(__file__).parent.parent


def test_keywords_are_the_options_of_the_program():
    assert derived.FILE.read_text("utf-8") == derived.text(), "run `python tests/derived.py`"


def test_the_package_is_typed():
    assert (Path(tunelint.__file__).parent / "py.typed").exists()
    pytest.importorskip("pyright")
    command = [sys.executable, "-m", "pyright", "--project", str(PACKAGE), "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_native_half_has_what_its_stub_says():
    from tunelint import _tunelint

    stub = (PACKAGE / "python" / "tunelint" / "_tunelint.pyi").read_text("utf-8")
    declared = {
        line.split()[1].split("(")[0].rstrip(":")
        for line in stub.splitlines()
        if line.startswith(("class ", "def "))
    }
    assert {name for name in vars(_tunelint) if not name.startswith("_")} == declared
