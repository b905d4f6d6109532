"""Parquet, Arrow and workbooks as Python's libraries write and read them.

    python check.py PROGRAM

Needs datasets, openpyxl, odfpy, pandas, polars and pyarrow. Each file is made here; what tunelint
reads must equal what the library that made it reads.
"""

import datetime
import decimal
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

import datasets
import pandas
import polars
import pyarrow
import pyarrow.parquet

PROGRAM = pathlib.Path(sys.argv[1]).resolve()


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


def rows_of(path):
    """The rows as tunelint reads them: `split` copies records as they are."""
    with tempfile.TemporaryDirectory() as folder:
        run("split", path, "-o", folder, "--validation", "0")
        text = pathlib.Path(folder, "train.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def plain(value):
    """A value as JSON has it."""
    match value:
        case dict():
            return {key: plain(of) for key, of in value.items()}
        case list() | tuple():
            return [plain(of) for of in value]
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case decimal.Decimal():
            return float(value)
        case bytes():
            return value.decode()
        case _:
            return value


MESSAGES = [
    {
        "messages": [
            {"role": "system", "content": "Be brief.", "tool_calls": None},
            {"role": "user", "content": f'What is "{n}" + {n}?\n\u2028é\U0001f600', "tool_calls": None},
            {"role": "assistant", "content": str(2 * n), "tool_calls": [{"id": "a", "n": n}] if n % 2 else None},
        ],
        "score": n / 3,
        "number": n if n % 3 else None,
        "large": 2**62 + n,
        "when": datetime.datetime(2024, 5, 1, 10, n),
        "day": datetime.date(2024, 5, n + 1),
        "price": decimal.Decimal("1.10"),
        "raw": b"abc",
        "tags": ["a", "b"][: n % 3],
        "flag": bool(n % 2),
    }
    for n in range(24)
]
TABLE = pyarrow.Table.from_pylist(MESSAGES)
PAIRS = pandas.DataFrame(
    {
        "text_input": [f"What is {n} + {n}?" for n in range(30)],
        "output": [f"It is {2 * n}." for n in range(30)],
        "n": range(30),
        "f": [n / 4 for n in range(30)],
        "when": [datetime.datetime(2024, 5, 1, 12, 30)] * 30,
    }
)


def parquet_is_read(folder):
    for compression in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
        path = folder / f"{compression}.parquet"
        pyarrow.parquet.write_table(TABLE, path, compression=compression, row_group_size=5)
        assert rows_of(path) == plain(MESSAGES), compression
    encoded = pyarrow.Table.from_pylist([{"text_input": f"q {n}", "output": "yes"} for n in range(9)])
    encoded = encoded.set_column(1, "output", encoded["output"].dictionary_encode())
    large = encoded.cast(pyarrow.schema([("text_input", pyarrow.large_string()), ("output", pyarrow.large_string())]))
    for name, table in {"dictionary": encoded, "large": large}.items():
        path = folder / f"{name}.parquet"
        pyarrow.parquet.write_table(table, path)
        assert rows_of(path) == table.to_pylist(), name
    polars.from_arrow(TABLE).write_parquet(folder / "polars.parquet")
    assert rows_of(folder / "polars.parquet") == plain(MESSAGES)


def repeated_texts_take_no_memory(folder):
    """A text that the file has once for all rows is not copied for each of them."""
    text = "word " * (1 << 14)
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 4000), [text])
    table = pyarrow.table({"text_input": column, "output": pyarrow.array(["yes"] * 4000)})
    path = folder / "repeated.parquet"
    pyarrow.parquet.write_table(table, path)
    assert path.stat().st_size < 1 << 20
    run("check", path, "--select", "empty-output", "--threads", "2")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak < 200 << 10, f"{peak} KB for rows of {len(text) * 4000 >> 20} MB"


def arrow_is_read(folder):
    for name, new in {"file": pyarrow.ipc.new_file, "stream": pyarrow.ipc.new_stream}.items():
        for compression in [None, "lz4", "zstd"]:
            path = folder / f"{name}-{compression}.arrow"
            options = pyarrow.ipc.IpcWriteOptions(compression=compression)
            with pyarrow.OSFile(str(path), "wb") as out, new(out, TABLE.schema, options=options) as writer:
                writer.write_table(TABLE, max_chunksize=7)
            assert rows_of(path) == plain(MESSAGES), path.name


def saved_datasets_are_read(folder):
    whole = datasets.Dataset(TABLE).train_test_split(test_size=0.25, seed=0)
    whole.save_to_disk(folder / "saved")
    report = json.loads(run("check", folder / "saved", "--format", "json", "--fail-on", "never"))
    found = {pathlib.Path(of["path"]).parent.name: of["records"] for of in report["sources"]}
    assert found == {"train": 18, "test": 6}, found


CARDS = [
    "- config_name: default\n  data_files: a/*.jsonl",
    "- config_name: x\n  data_files: ['a/train-?.jsonl', b/**/c.jsonl]",
    "- config_name: x\n  data_files: 'a/[!v]*.jsonl'",
    "- config_name: x\n  data_files: '**/*.jsonl'",
    "- config_name: x\n  data_files: '**'",
    "- config_name: x\n  data_files:\n  - split: train\n    path: a/train-*\n  - split: test\n    path: [b/d/c.jsonl, 'a/{odd}.jsonl']",
    "- config_name: x\n  data_dir: b",
    "- config_name: x\n  data_files: b/d/c.jsonl\n- config_name: y\n  default: true\n  data_files: a/validation.jsonl",
    "- config_name: x\n  data_files: b/d/c.jsonl\n- config_name: default\n  data_files: a/validation.jsonl",
]


def dataset_cards_are_read(folder):
    """The same files as `datasets` reads, whatever form `configs` has."""
    line = json.dumps({"prompt": "What is 1 + 1?", "completion": "2"}) + "\n"
    for name in ["a/train-1.jsonl", "a/train-2.jsonl", "a/validation.jsonl", "a/{odd}.jsonl", "b/d/c.jsonl", "b/d/.hidden/c.jsonl"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(line)
    (folder / "config.json").write_text(line)
    for card in CARDS:
        (folder / "README.md").write_text(f"---\nlicense: mit\nconfigs:\n{card}\n---\n# A dataset\n")
        report = json.loads(run("check", folder, "--format", "json", "--fail-on", "never"))
        found = {of["path"] for of in report["sources"]}
        builder = datasets.load_dataset_builder(str(folder), cache_dir=str(folder / ".cache"))
        wanted = {path for paths in builder.config.data_files.values() for path in paths}
        assert found == wanted, (card, found, wanted)


def workbooks_are_read(folder):
    for name, options in {"a.xlsx": {}, "a.ods": {"engine": "odf"}}.items():
        path = folder / name
        PAIRS.to_excel(path, index=False, sheet_name="Data", startrow=2, **options)
        rows = rows_of(path)
        assert [row["text_input"] for row in rows] == list(PAIRS["text_input"]), name
        assert rows[1] == {
            "text_input": "What is 1 + 1?",
            "output": "It is 2.",
            "n": "1",
            "f": "0.25",
            "when": "2024-05-01T12:30:00",
        }, rows[1]


def parquet_is_written(folder):
    kept = [{key: of for key, of in row.items() if key in ("messages", "score", "number", "tags", "flag")} for row in MESSAGES]
    lines, written = folder / "in.jsonl", folder / "out.parquet"
    lines.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    run("convert", lines, "-o", written, "--to", "messages", "--keep-extra")
    expected = datasets.load_dataset("json", data_files=str(lines), split="train", cache_dir=str(folder / "cache"))
    found = datasets.load_dataset("parquet", data_files=str(written), split="train", cache_dir=str(folder / "cache"))
    assert found.to_list() == expected.to_list()
    # A field as `datasets` names the type that it reads: a list of structs.
    assert found.features["messages"] == expected.features["messages"], found.features
    assert polars.read_parquet(written).to_dicts() == kept
    assert pandas.read_parquet(written)["score"].to_list() == [row["score"] for row in kept]


with tempfile.TemporaryDirectory() as name:
    for step in [repeated_texts_take_no_memory, parquet_is_read, arrow_is_read, saved_datasets_are_read, dataset_cards_are_read, workbooks_are_read, parquet_is_written]:
        folder = pathlib.Path(name, step.__name__)
        folder.mkdir()
        step(folder)
        print(step.__name__.replace("_", " "))
