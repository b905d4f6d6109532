"""The kinds of data: rows, splits, data frames, Arrow, datasets."""

from __future__ import annotations

import collections
import datetime
import decimal
import io
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import tunelint
from conftest import SHARED

EMPTY = {"prompt": "a", "completion": ""}


def places(report: tunelint.Report) -> list[tuple[object, ...]]:
    return [(of.rule, of.severity, of.row, of.pointer, of.message) for of in report]


def test_iterators_are_read_once(rows):
    expected = places(tunelint.check(rows))
    assert places(tunelint.check(iter(rows))) == expected
    assert places(tunelint.check(row for row in rows)) == expected
    assert places(tunelint.check(tuple(rows))) == expected
    assert places(tunelint.check(collections.deque(rows))) == expected


def test_many_rows_do_not_stay_in_memory():
    text = "x" * 1_000
    many = ({"prompt": f"{n} {text}", "completion": str(n)} for n in range(30_000))
    report = tunelint.check(many, select="empty-output")
    assert report.sources[0].records == 30_000
    assert report.sources[0].bytes > 30_000_000


def test_no_rows_are_a_finding():
    assert "no-records" in tunelint.check([]).by_rule()


def test_files_and_bytes():
    content = json.dumps(EMPTY) + "\n"
    for data in (content.encode(), bytearray(content, "utf-8"), memoryview(content.encode())):
        assert tunelint.check(data).errors == 1
    assert tunelint.check(io.StringIO(content)).errors == 1
    assert tunelint.check(io.BytesIO(content.encode())).errors == 1
    assert tunelint.check(b"prompt,completion\na,\n").sources[0].container == "csv"


def test_values_that_json_does_not_have():
    class Model:
        def model_dump(self) -> dict[str, str]:
            return {"kind": "pydantic"}

    row = {
        "prompt": "a",
        "completion": "b",
        "day": datetime.date(2026, 1, 2),
        "price": decimal.Decimal("1.50"),
        "key": uuid.UUID(int=1),
        "file": Path("a/b"),
        "mapping": collections.ChainMap({"a": 1}),
        "tuple": (1, 2.5, None, True),
        "large": 10**30,
        "model": Model(),
        3: "number as key",
    }
    converted = tunelint.convert([row], to="prompt-completion", keep_extra=True).to_dicts()[0]
    assert converted["day"] == "2026-01-02"
    assert converted["price"] == 1.5
    assert converted["key"].endswith("0001")
    assert converted["file"] == "a/b"
    assert converted["mapping"] == {"a": 1}
    assert converted["tuple"] == [1, 2.5, None, True]
    assert converted["large"] == 10**30
    assert converted["model"] == {"kind": "pydantic"}
    assert converted["3"] == "number as key"


def test_numpy_values():
    numpy = pytest.importorskip("numpy")
    row = {"prompt": "a", "completion": "b", "score": numpy.float32(0.5), "ids": numpy.arange(3)}
    [converted] = tunelint.convert([row], to="prompt-completion", keep_extra=True)
    assert (converted["score"], converted["ids"]) == (0.5, [0, 1, 2])


def test_bad_values_are_findings():
    report = tunelint.check([{"prompt": "a", "completion": "b", "score": float("nan")}])
    assert report.rows("malformed-record") == [0]
    report = tunelint.check([{"prompt": "half \ud83d", "completion": "b"}])
    assert report.errors > 0


def test_values_without_json_are_errors():
    with pytest.raises(TypeError, match="type object"):
        tunelint.check([{"prompt": object()}])
    with pytest.raises(TypeError, match="key of type tuple"):
        tunelint.check([{("a", "b"): 1}])
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        tunelint.check([{"prompt": endless}])


def test_errors_of_the_data_are_passed_on():
    def rows():
        yield EMPTY
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="the database is gone"):
        tunelint.check(rows())


def test_what_is_no_data_is_refused():
    with pytest.raises(tunelint.UsageError, match="int is neither a path"):
        tunelint.check(3)
    with pytest.raises(tunelint.UsageError, match="a dict has splits"):
        tunelint.check({"prompt": "a", "completion": "b"})
    with pytest.raises(tunelint.UsageError, match="a dict has splits"):
        tunelint.check({"prompt": ["a"], "completion": ["b"]})


def test_data_frames_and_arrow(rows):
    expected = places(tunelint.check(rows))
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pylist(rows)
    for data in (pandas.DataFrame(rows), polars.DataFrame(rows), table, table.to_reader()):
        assert places(tunelint.check(data)) == expected, type(data)


def test_datasets(rows):
    datasets = pytest.importorskip("datasets")
    expected = places(tunelint.check(rows))
    dataset = datasets.Dataset.from_list(rows)
    assert places(tunelint.check(dataset)) == expected
    # What a selection leaves out is not read.
    assert tunelint.check(dataset.select([0, 2])).errors == 0
    assert tunelint.check(dataset.filter(lambda row: row["completion"] == "")).rows("empty-output") == [0]
    assert places(tunelint.check(dataset.to_iterable_dataset())) == expected
    splits = datasets.DatasetDict({"train": dataset, "test": dataset.select([0])})
    report = tunelint.check(splits, target="trl")
    assert [source.path for source in report.sources] == ["<train>", "<test>"]
    assert report.rows("validation-leak", "<test>") == [0]
    report = tunelint.check(dataset, validation=dataset.select([0]))
    assert report.rows("validation-leak", "<validation>") == [0]


def test_conversations_in_a_dataset():
    datasets = pytest.importorskip("datasets")
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    dataset = datasets.Dataset.from_list([{"messages": chat}] * 2)
    report = tunelint.check(dataset)
    assert report.sources[0].layout == "messages"
    assert report.errors == 0


def test_nothing_is_imported_that_is_not_needed():
    code = (
        "import sys, tunelint; tunelint.check([{'prompt': 'a', 'completion': 'b'}]);"
        "heavy = {'pandas', 'polars', 'pyarrow', 'datasets', 'numpy', 'json', 'typing', 'dataclasses'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", _without_site() + code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def _without_site() -> str:
    """Finds the package without what `site` imports for other packages."""
    folder = str(Path(tunelint.__file__).parent.parent)
    return f"import sys; sys.path.insert(0, {folder!r});"


def test_rows_are_checked_as_the_file_is():
    real = SHARED / "real-data"
    if not real.is_dir():
        pytest.skip(f"{real} is missing")
    compared = 0
    for path in sorted(real.rglob("*.jsonl")):
        try:
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
        except ValueError:
            continue
        # The form of a file is no matter of its rows, nor is how a text is escaped.
        of_form = {of.name for of in tunelint.rules() if of.scope == "source"}
        keys = ("rule", "severity", "row", "pointer", "message", "count")

        def of_rows(report: tunelint.Report) -> list[tuple[object, ...]]:
            found = [tuple(of.to_dict()[key] for key in keys) for of in report]
            return sorted((of for of in found if of[0] not in of_form), key=repr)

        file, objects = tunelint.check(path, isolated=True), tunelint.check(rows)
        assert of_rows(file) == of_rows(objects), path
        compared += 1
    assert compared > 10
