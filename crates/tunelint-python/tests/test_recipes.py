"""The recipes in docs/scale.md: each is run as it is written, on four shards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, program

PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")
PAIR = '{{"prompt": "What is {n} + 1?", "completion": "{m}"}}\n'

if shutil.which("bash") is None:
    pytest.skip("no bash", allow_module_level=True)


@pytest.fixture
def shards(tmp_path):
    """Four shards: one has a record without output, and the last repeats a record of the first."""
    (tmp_path / "shards").mkdir()
    for number in range(4):
        lines = [PAIR.format(n=n, m=n + 1) for n in range(number * 20, number * 20 + 20)]
        if number == 1:
            lines.append(PAIR.format(n=1, m=""))
        if number == 3:
            lines.append(PAIR.format(n=2, m=3))
        (tmp_path / "shards" / f"{number}.jsonl").write_text("".join(lines))
    return tmp_path


def block(heading: str, language: str) -> str:
    section = PAGE.split(f"### {heading}\n")[1].split("\n### ")[0].split("\n## ")[0]
    [found] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return found


def bash(script: str, directory: Path, **variables: str) -> str:
    tools = directory / "tools"
    tools.mkdir(exist_ok=True)
    own = tools / "tunelint"
    own.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tunelint "$@"\n')
    own.chmod(0o755)
    environment = {**os.environ, **variables, "PATH": f"{tools}:{os.environ['PATH']}"}
    command = ["bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def is_that_of_one_check(merged: str, directory: Path) -> None:
    files = [f"shards/{number}.jsonl" for number in range(4)]
    one = program("check", *files, "--target", "trl", directory=directory).stdout
    assert "duplicate of record 3" in one
    assert "duplicate of record 3" in merged
    [totals] = [line for line in one.splitlines() if line.endswith(" in 4 files")]
    assert totals in merged.splitlines()
    written = [path.read_text("utf-8") for path in (directory / "parts").glob("*.jsonl")]
    assert len(written) == 4
    assert sum("empty-output" in report for report in written) == 1


def test_a_loop(shards):
    is_that_of_one_check(bash(block("A shell loop", "sh"), shards), shards)


def test_a_slurm_array(shards):
    """Each task of the array runs the script with its number, as Slurm does it."""
    script = block("A Slurm array", "bash")
    [array] = re.findall(r"^#SBATCH --array=0-(\d+)$", script, re.MULTILINE)
    for task in range(int(array) + 1):
        bash(script, shards, SLURM_ARRAY_TASK_ID=str(task), SLURM_CPUS_PER_TASK="1")
    merged = bash(block("A Slurm array", "sh").splitlines()[-1].split("--wrap ")[1].strip("'"), shards)
    is_that_of_one_check(merged, shards)


def test_a_github_matrix(shards):
    """The commands of the two jobs, for each value of the matrix. Artifacts are files of one folder."""
    workflow = block("A GitHub matrix", "yaml")
    [values] = re.findall(r"shard: \[(.*)\]", workflow)
    check, merge = workflow.split("  merge:\n")
    for value in values.split(", "):
        for command in re.findall(r"- run: ((?:mkdir|tunelint) .*)", check):
            bash(command.replace("${{ matrix.shard }}", value), shards)
    [command] = re.findall(r"- run: (tunelint merge .*)", merge)
    is_that_of_one_check(bash(command, shards), shards)
