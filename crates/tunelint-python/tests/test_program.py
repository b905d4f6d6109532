"""The program of the wheel, and that module and program agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tunelint
from conftest import SHARED, program


def test_the_wheel_has_the_program(tmp_path):
    script = Path(sys.executable).parent / ("tunelint.exe" if os.name == "nt" else "tunelint")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"tunelint {tunelint.__version__}\n"
    assert program("--version").stdout == done.stdout
    path = tmp_path / "t.jsonl"
    path.write_text('{"prompt":"a","completion":""}\n')
    assert program("check", path).returncode == 1
    assert program("check", tmp_path / "none").returncode == 2
    assert program("check", "--colour").returncode == 2
    for name in ("part", "out"):
        assert not (tmp_path / name).exists()
    part = tmp_path / "1.part"
    assert program("check", path, "--part", part).returncode == 1
    assert program("merge", part, "--format", "json").returncode == 1


def test_an_interrupted_program_ends(tmp_path):
    pipe = tmp_path / "pipe"
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes on this system")
    os.mkfifo(pipe)
    child = subprocess.Popen([sys.executable, "-m", "tunelint", "check", pipe, "--container", "jsonl"])
    with open(pipe, "w") as writer:
        # The program has opened the pipe and waits for data.
        writer.write("{")
        writer.flush()
        child.send_signal(2)
        assert child.wait() in (-2, 130)


def files() -> list[Path]:
    found = [path for name in ("real-data", "corpora") for path in sorted((SHARED / name).rglob("*"))]
    return [path for path in found if path.is_file()]


def test_module_and_program_agree_on_every_file():
    """Both ways: what the one reports, the other reports, and where the one cannot run, neither can."""
    if not files():
        pytest.skip(f"{SHARED} is missing")
    for path in files():
        done = program("check", path.name, "--isolated", "--format", "json", directory=path.parent)
        os.chdir(path.parent)
        try:
            report = tunelint.check(path.name, isolated=True)
        except (OSError, tunelint.UsageError) as error:
            assert done.returncode == 2, (path, error)
            continue
        assert json.loads(report.to_json()) == json.loads(done.stdout), path
        assert report.ok == (done.returncode == 0), path
        assert len(report) == len(json.loads(done.stdout)["findings"]), path


@pytest.fixture(autouse=True)
def back():
    before = os.getcwd()
    yield
    os.chdir(before)
