#!/usr/bin/env python3
"""Does five checks of a training file with another program; compare.py runs it.

usage: peers.py polars|duckdb|loop|datatrove FILE

FILE is pairs (`text_input`, `output`) in .jsonl or .csv, or messages in .jsonl. Prints the number
of rows, of inputs longer than 40,000 characters, of outputs longer than 5,000, of blank outputs,
and of distinct examples. In messages, the last message is the output and all others are the input.
"""
import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

LONGEST_INPUT, LONGEST_OUTPUT = 40_000, 5_000


def layout_of(path: Path) -> str:
    """`messages` or `pairs`, from the first line."""
    with path.open("rb") as lines:
        return "messages" if b'"messages"' in lines.readline() else "pairs"


def counted(examples: Iterable[tuple[list[str], str]]) -> tuple[int, ...]:
    """The five checks in Python, of the texts of each input, and its output."""
    rows = long_inputs = long_outputs = blank = 0
    seen: set[int] = set()
    for texts, output in examples:
        rows += 1
        long_inputs += sum(map(len, texts)) > LONGEST_INPUT
        long_outputs += len(output) > LONGEST_OUTPUT
        blank += not output.strip()
        seen.add(hash((*texts, output)))
    return rows, long_inputs, long_outputs, blank, len(seen)


def example(record: dict) -> tuple[list[str], str]:
    """The texts of the input, and the output."""
    if "messages" in record:
        *texts, output = (message["content"] for message in record["messages"])
        return texts, output
    return [record["text_input"]], record["output"]


def with_loop(path: Path) -> tuple[int, ...]:
    """A loop over orjson's or, for CSV, Python's own records."""
    import orjson

    def records() -> Iterator[dict]:
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as rows:
                yield from csv.DictReader(rows)
        else:
            with path.open("rb") as lines:
                yield from map(orjson.loads, lines)

    return counted(map(example, records()))


def with_datatrove(path: Path) -> tuple[int, ...]:
    """A loop over the documents of datatrove's reader."""
    from datatrove.pipeline.readers import CSVReader, JsonlReader

    def adapter(_reader: object, record: dict, _path: str, number: int) -> dict:
        # A document without text is skipped, and an output may be blank: all stays in the metadata.
        return {"text": "record", "id": str(number), "metadata": record}

    reader = CSVReader if path.suffix == ".csv" else JsonlReader
    documents = reader(str(path.parent), glob_pattern=path.name, adapter=adapter)
    return counted(example(document.metadata) for document in documents())


def with_polars(path: Path) -> tuple[int, ...]:
    """One streaming query."""
    import polars as pl

    if layout_of(path) == "messages":
        message = pl.Struct({"role": pl.String, "content": pl.String})
        frame = pl.scan_ndjson(path, schema={"messages": pl.List(message)})
        messages = pl.col("messages")
        output = messages.list.last().struct.field("content")
        # One join is faster than the length of each message.
        texts = messages.list.eval(pl.element().struct.field("content")).list.join("\0")
        length = texts.str.len_chars() - messages.list.len() + 1 - output.str.len_chars()
        whole = texts.hash()
    else:
        scan = pl.scan_csv if path.suffix == ".csv" else pl.scan_ndjson
        frame = scan(path, schema={"text_input": pl.String, "output": pl.String})
        # An empty cell is null.
        output, length = pl.col("output").fill_null(""), pl.col("text_input").str.len_chars()
        whole = pl.struct("text_input", "output").hash()
    query = frame.select(
        rows=pl.len(), long_inputs=(length > LONGEST_INPUT).sum(),
        long_outputs=(output.str.len_chars() > LONGEST_OUTPUT).sum(),
        blank=(output.str.strip_chars() == "").sum(), distinct=whole.n_unique())
    return query.collect(engine="streaming").row(0)


def with_duckdb(path: Path) -> tuple[int, ...]:
    """One query over its reader."""
    import duckdb

    output, length, whole = "output", "length(text_input)", "hash(text_input, output)"
    if path.suffix == ".csv":
        source = "read_csv($path, header=true, all_varchar=true, max_line_size=10000000)"
    elif layout_of(path) == "messages":
        source = ("read_json($path, format='newline_delimited', "
                  "columns={messages: 'STRUCT(role VARCHAR, content VARCHAR)[]'})")
        output, whole = "messages[-1].content", "hash(messages)"
        length = "list_sum([length(m.content) for m in messages[:-2]])"
    else:
        source = ("read_json($path, format='newline_delimited', "
                  "columns={text_input: 'VARCHAR', output: 'VARCHAR'})")
    # An empty cell is NULL.
    query = f"""SELECT count(*), count_if({length} > {LONGEST_INPUT}),
        count_if(length({output}) > {LONGEST_OUTPUT}),
        count_if(trim(coalesce({output}, ''), ' \t\r\n') = ''),
        count(DISTINCT {whole}) FROM {source}"""
    return duckdb.execute(query, {"path": str(path)}).fetchone()


PEERS: dict[str, Callable[[Path], tuple[int, ...]]] = {
    "polars": with_polars, "duckdb": with_duckdb, "loop": with_loop, "datatrove": with_datatrove,
}


def main() -> None:
    """Prints the five counts."""
    if len(sys.argv) != 3 or sys.argv[1] not in PEERS:
        sys.exit(__doc__)
    print(*PEERS[sys.argv[1]](Path(sys.argv[2])))


if __name__ == "__main__":
    main()
