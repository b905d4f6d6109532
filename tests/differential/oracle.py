"""What Python reads: for each JSON string in a file, a line with the value, or `-` where it refuses.

Usage: oracle.py json|csv FILE
"""

import csv
import io
import json
import sys


def refuse(literal):
    """NaN and Infinity, which only Python calls JSON."""
    raise ValueError(literal)


def line_of(value):
    """The value on a line. Refuses lone surrogates, which are no characters."""
    line = json.dumps(value, ensure_ascii=False)
    line.encode("utf-8")
    return line


def object_of(pairs):
    """The object. Of equal keys, the last one counts; what is wrong with the others still is."""
    if len(dict(pairs)) < len(pairs):
        line_of(pairs)
    return dict(pairs)


def read_json(text):
    # The digits of numbers are not compared.
    value = json.loads(
        text,
        object_pairs_hook=object_of,
        parse_constant=refuse,
        parse_int=lambda _: 0,
        parse_float=lambda _: 0,
    )
    return line_of(value)


def read_csv(text):
    csv.field_size_limit(1 << 30)
    return json.dumps([row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row])


def main(what, path):
    read = {"json": read_json, "csv": read_csv}[what]
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            try:
                print(read(json.loads(line)))
            except (ValueError, RecursionError, csv.Error):
                print("-")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main(*sys.argv[1:])
