"""Errors, and interruptions."""

from __future__ import annotations

import os
import signal
import threading

import pytest
import tunelint
from conftest import chats


def test_unknown_options_are_suggested(rows):
    with pytest.raises(tunelint.UsageError, match="unknown option `tarhet`; did you mean `target`"):
        tunelint.check(rows, tarhet="openai")
    with pytest.raises(tunelint.UsageError, match="unknown profile `opanai`; did you mean `openai`"):
        tunelint.check(rows, target="opanai")
    with pytest.raises(tunelint.UsageError, match="unknown option `format`"):
        tunelint.check(rows, format="json")
    with pytest.raises(tunelint.UsageError, match="`preview` takes True or False"):
        tunelint.check(rows, preview="yes")
    with pytest.raises(tunelint.UsageError, match="`target` takes a value"):
        tunelint.check(rows, target=True)
    with pytest.raises(tunelint.UsageError, match="invalid value 'eror' for 'fail_on"):
        tunelint.check(rows, fail_on="eror")
    with pytest.raises(tunelint.UsageError, match="unknown layout `mesages`; did you mean `messages`"):
        tunelint.convert(rows, to="mesages")
    with pytest.raises(tunelint.UsageError, match="unknown column `promt`; did you mean `prompt`"):
        tunelint.check(rows, input="promt", output="completion")
    assert issubclass(tunelint.UsageError, ValueError)


def test_files_raise_what_python_raises(tmp_path, rows):
    missing = tmp_path / "trian.jsonl"
    (tmp_path / "train.jsonl").write_text("{}\n")
    with pytest.raises(FileNotFoundError) as caught:
        tunelint.check(missing)
    assert caught.value.filename == str(missing)
    assert "did you mean" in "".join(getattr(caught.value, "__notes__", ["did you mean"]))
    with pytest.raises(OSError):
        tunelint.convert(rows, to="pairs", out=tmp_path / "missing" / "out.jsonl")
    with pytest.raises(FileNotFoundError):
        tunelint.PromptFormat.load(missing)
    with pytest.raises(tunelint.UsageError, match="already exists"):
        tunelint.convert(rows, to="pairs", out=tmp_path / "train.jsonl")


def test_nothing_is_printed(tmp_path, rows, capfd):
    path = tmp_path / "t.jsonl"
    path.write_text('{"prompt":"a","completion":"b"}\n{"prompt":"a"')
    tunelint.check(path)
    tunelint.fix(path)
    tunelint.convert(rows, target="openai", to="messages")
    tunelint.split(chats(30), validation=0.2)
    for call in (lambda: tunelint.check(tmp_path / "none"), lambda: tunelint.check(rows, bad=1)):
        with pytest.raises((OSError, ValueError)):
            call()
    assert capfd.readouterr() == ("", "")


def test_an_interruption_ends_a_check():
    seen = []

    def interrupts(example):
        seen.append(example.row)
        if len(seen) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        tunelint.check(chats(200_000), rules=[interrupts])
    assert len(seen) < 200_000
    # The process goes on as before.
    assert tunelint.check(chats(30)).errors == 0


def test_an_interruption_ends_the_reading_of_rows():
    def endless():
        yield chats(1)[0]
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            yield chats(1)[0]

    with pytest.raises(KeyboardInterrupt):
        tunelint.check(endless())


def test_other_threads_go_on():
    """While a check waits for a rule, another Python thread can do what the rule waits for."""
    done = threading.Event()
    threading.Timer(0.05, done.set).start()

    def waits(example):
        assert done.wait(60)

    assert tunelint.check(chats(3), rules=[waits]).errors == 0


def test_checks_run_side_by_side():
    reports: list[int] = []
    threads = [
        threading.Thread(target=lambda: reports.append(len(tunelint.check(chats(500))))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 4 and len(set(reports)) == 1
