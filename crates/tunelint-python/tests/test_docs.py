"""Docstrings and the pages in `docs`: their examples are executed."""

from __future__ import annotations

import doctest
import inspect
import os
import re
from pathlib import Path

import pytest
import tunelint
from conftest import ROOT

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def documented() -> dict[str, str]:
    """The docstrings of everything public, including those in the stub of the native half."""
    found = {"tunelint": tunelint.__doc__ or ""}
    for name in tunelint.__all__:
        value = getattr(tunelint, name)
        found[name] = inspect.getdoc(value) or "" if not isinstance(value, str) else "version"
        if inspect.ismodule(value):
            for member in value.__all__:
                if callable(of := getattr(value, member)):
                    found[f"{name}.{member}"] = inspect.getdoc(of) or ""
        if inspect.isclass(value):
            for member, of in vars(value).items():
                if callable(of) and not member.startswith("_"):
                    found[f"{name}.{member}"] = inspect.getdoc(of) or ""
    return found


def test_functions_for_clusters_are_documented():
    texts = documented()
    names = ["part", "combine", "state", "merge", "check"]
    assert all(texts[f"distributed.{name}"] for name in names)
    assert texts["spark.check"] and texts["ray.check"]


def stubs() -> dict[str, str]:
    stub = Path(tunelint.__file__).parent / "_tunelint.pyi"
    found = re.findall(r'class (\w+).*?:\n    """(.*?)"""', stub.read_text("utf-8"), re.DOTALL)
    return {name: inspect.cleandoc(text) for name, text in found}


def test_everything_public_is_documented():
    native = stubs()
    for name, text in documented().items():
        assert text or native.get(name) or "." in name, f"{name} has no docstring"


@pytest.mark.parametrize("name, text", sorted({**documented(), **stubs()}.items()))
def test_docstrings_are_true(name, text):
    run(name, text)


def run(name: str, text: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    told: list[str] = []
    runner.run(test, out=told.append)
    assert not told, "".join(told)


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def data(tmp_path):
    """The files that the pages speak of, in the current directory."""
    before = os.getcwd()
    os.chdir(tmp_path)
    chat = '{{"messages":[{{"role":"user","content":"Which number follows {n}?"}},{{"role":"assistant","content":"It is {m}."}}]}}\n'
    lines = "".join(chat.format(n=n, m=n + 1) for n in range(40))
    Path("train.jsonl").write_text(lines)
    Path("validation.jsonl").write_text("".join(chat.format(n=n, m=n + 1) for n in range(90, 95)))
    table = "".join(f"Is part {n} in stock?,{'Yes' if n % 2 else 'No'}\n" for n in range(40))
    Path("tickets.csv").write_text("question,answer\n" + table)
    yield tmp_path
    os.chdir(before)


def test_recipes_run(data):
    scope: dict[str, object] = {}
    for block in blocks(ROOT / "docs" / "python.md"):
        exec(compile(block, "docs/python.md", "exec"), scope)


def test_the_readme_runs(data):
    for block in blocks(ROOT / "README.md"):
        scope: dict[str, object] = {}
        exec(compile(block, "README.md", "exec"), scope)
        for name, value in list(scope.items()):
            if name.startswith("test_") and callable(value):
                value()
