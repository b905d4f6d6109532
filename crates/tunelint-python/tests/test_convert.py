"""`convert`, `split` and `fix`."""

from __future__ import annotations

import json

import pytest
import tunelint
from conftest import program

TICKETS = [{"question": f"Is part {n} in stock?", "answer": "Yes." if n % 2 else "No."} for n in range(40)]
COLUMNS = {"input": "question", "output": "answer"}


def test_rows_are_converted(rows):
    converted = tunelint.convert(rows, to="messages", system_prompt="You calculate.")
    assert (converted.read, converted.written, converted.layout) == (3, 3, "messages")
    assert len(converted) == 3 and not converted.rejected
    first = converted.to_dicts()[0]["messages"]
    assert [message["role"] for message in first] == ["system", "user", "assistant"]
    assert converted.table.num_rows == converted.to_arrow().num_rows == 3
    assert len(converted.to_pandas()) == converted.to_polars().height == 3
    assert converted.to_dataset().column_names == ["messages"]
    assert tunelint.check(converted).sources[0].layout == "messages"


def test_the_result_is_that_of_the_program(tmp_path):
    source = tmp_path / "tickets.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in TICKETS))
    out = tmp_path / "out.jsonl"
    options = ["--input", "question", "--output", "answer", "--to", "messages"]
    assert program("convert", source, "-o", out, *options).returncode == 0
    expected = [json.loads(line) for line in out.read_text().splitlines()]
    assert tunelint.convert(source, to="messages", **COLUMNS).to_dicts() == expected
    assert tunelint.convert(TICKETS, to="messages", **COLUMNS).to_dicts() == expected


def test_losses_and_rejected_rows():
    rows = [
        {"prompt": "a", "completion": "b", "source": "book"},
        {"prompt": "a"},
        {"prompt": "c", "completion": "d", "source": "web", "page": 3},
    ]
    converted = tunelint.convert(rows, to="pairs")
    assert converted.read == 3 == converted.written + len(converted.rejected)
    losses = {loss.name: (loss.count, loss.rows) for loss in converted.losses}
    assert losses == {"field `page`": (1, [2]), "field `source`": (2, [0, 2])}
    [rejected] = converted.rejected
    assert (rejected.row, rejected.record, rejected.path) == (1, 2, "<data>")
    assert rejected.findings[0].message
    with pytest.raises(tunelint.UsageError, match="cannot hold"):
        tunelint.convert(rows, to="pairs", strict=True)


def test_targets_and_turns():
    chat = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "Bye"},
        {"role": "assistant", "content": "See you"},
    ]
    rows = [{"messages": chat}]
    assert len(tunelint.convert(rows, to="pairs").rejected) == 1
    assert len(tunelint.convert(rows, to="pairs", turns="each")) == 2
    assert tunelint.convert(rows, target="vertex-gemini").layout == "contents"
    with pytest.raises(tunelint.UsageError, match="possible values"):
        tunelint.convert(rows, to="pairs", turns="all")


@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "t.csv", "t.tsv", "t.parquet", "t.jsonl.gz"])
def test_results_are_written(tmp_path, name):
    converted = tunelint.convert(TICKETS, to="pairs", **COLUMNS)
    path = tmp_path / name
    converted.write(path)
    assert tunelint.convert(path, to="pairs").to_dicts() == converted.to_dicts()
    with pytest.raises(tunelint.UsageError, match="already exists; replace it with `force`"):
        converted.write(path)
    converted.write(path, force=True)
    assert tunelint.convert(TICKETS, to="pairs", out=path, force=True, **COLUMNS).to_dicts()


def test_a_split_does_not_leak():
    parts = tunelint.split(TICKETS, validation=0.2, test=4, seed=3, **COLUMNS)
    assert list(parts) == ["train", "validation", "test"]
    assert sum(len(part) for part in parts.values()) == 40
    assert len(parts["validation"]) == 8
    again = tunelint.split(TICKETS[::-1], validation="20%", test=4, seed=3, **COLUMNS)
    key = repr
    for name, part in parts.items():
        assert sorted(part.to_dicts(), key=key) == sorted(again[name].to_dicts(), key=key)
    with pytest.raises(tunelint.UsageError, match="no records left"):
        tunelint.split(TICKETS, validation=0.9, test=0.5, **COLUMNS)


def test_a_split_of_a_table_has_its_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("question,answer\n" + "".join(f"Is it {n}?,{n}\n" for n in range(30)))
    parts = tunelint.split(path, validation=0.2, **COLUMNS)
    assert list(next(iter(parts["train"]))) == ["question", "answer"]


def test_rows_are_fixed():
    row = {"prompt": "a", "completion": "b"}
    fixed = tunelint.fix([row, row, {"prompt": "c", "completion": "d "}], drop_records=True, unsafe=True)
    assert fixed.changes["duplicate-example"] == 1
    assert fixed.dropped == [row]
    assert len(fixed) == 2 and fixed.diff is None
    shown = tunelint.fix([row, row], drop_records=True, diff=True)
    assert "-{" in shown.diff and len(shown) == 2


def test_files_are_fixed_in_place(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"prompt":"a","completion":"b"}\r\n\r\n')
    diff = tunelint.fix(path, diff=True)
    assert diff.diff and not diff.changes
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    fixed = tunelint.fix(path)
    assert fixed.changes and list(fixed.by_path) == [str(path)]
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert fixed.to_dicts() == [{"prompt": "a", "completion": "b"}]
