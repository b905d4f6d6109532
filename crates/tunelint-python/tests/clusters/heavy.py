#!/usr/bin/env python3
"""Spark and Ray over all real files and over generated data. `.ci/long` runs it.

    heavy.py [BYTES]

BYTES is the size of the generated data [default: 2,000,000,000]. Prints what each run took, and fails
if a report differs from that of one check.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.json
import pyarrow.parquet
import tunelint
from engines import ROOT, in_one_place, real_data

GENERATOR = ROOT / "benches" / "generate.py"
#: Rows of a file, so that there are more than 16.
ROWS = 80_000


def spark_session() -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", "3g").config("spark.driver.maxResultSize", "2g")
    session = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def start_ray() -> None:
    import ray

    environment = {"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}}
    ray.init(num_cpus=2, object_store_memory=1 << 30, log_to_driver=False, runtime_env=environment)


def generated(directory: Path, size: str) -> list[Path]:
    """Parquet files of `ROWS` rows each."""
    data = directory / "data.jsonl"
    command = [sys.executable, str(GENERATOR), str(data), "--layout", "messages", "--bytes", size]
    command += ["--defects", "0"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    files, rows = [], []
    reader = pyarrow.json.open_json(data, pyarrow.json.ReadOptions(block_size=16 << 20))
    for batch in reader:
        rows.append(batch)
        if sum(map(len, rows)) >= ROWS:
            files.append(_written(directory, len(files), rows))
            rows = []
    if rows:
        files.append(_written(directory, len(files), rows))
    data.unlink()
    return files


def _written(directory: Path, number: int, rows: list[pyarrow.RecordBatch]) -> Path:
    path = directory / f"{number:05}.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_batches(rows), path)
    return path


def same(name: str, check: Any, partitions: dict[int, pyarrow.Table]) -> None:
    start = time.perf_counter()
    report = check()
    took = time.perf_counter() - start
    one = in_one_place(partitions, preview=True)
    assert report.to_json() == one.to_json(), f"{name}: the reports differ"
    rows = sum(map(len, partitions.values()))
    print(f"{name}: {len(partitions)} partitions, {rows} rows, {took:.1f} s, equal", flush=True)


def spark_runs(tables: dict[str, pyarrow.Table], files: list[Path]) -> None:
    from test_spark import partitions_of

    session = spark_session()
    for name, table in tables.items():
        df = session.createDataFrame(table).repartition(16)
        same(f"spark {name}", lambda df=df: tunelint.spark.check(df, preview=True), partitions_of(df))
    if files:
        # A partition for each file.
        session.conf.set("spark.sql.files.maxPartitionBytes", str(64 << 20))
        session.conf.set("spark.sql.files.openCostInBytes", str(64 << 20))
        df = session.read.parquet(*map(str, files))
        same("spark generated", lambda: tunelint.spark.check(df, preview=True), partitions_of(df))
    session.stop()


def _tables(paths: pyarrow.Table) -> pyarrow.Table:
    return pyarrow.concat_tables(pyarrow.parquet.read_table(of) for of in paths["item"].to_pylist())


def ray_runs(tables: dict[str, pyarrow.Table], files: list[Path]) -> None:
    import ray

    start_ray()
    for name, table in tables.items():
        ds = ray.data.from_arrow(table).repartition(16).materialize()
        blocks = dict(enumerate(ray.get(ds.to_arrow_refs())))
        same(f"ray {name}", lambda ds=ds: tunelint.ray.check(ds, preview=True), blocks)
    if files:
        # `read_parquet` joins small files into one block.
        paths = ray.data.from_items([str(file) for file in files], override_num_blocks=len(files))
        ds = paths.map_batches(_tables, batch_size=1, batch_format="pyarrow").materialize()
        blocks = dict(enumerate(ray.get(ds.to_arrow_refs())))
        same("ray generated", lambda: tunelint.ray.check(ds, preview=True), blocks)
    ray.shutdown()


def main(size: str = "2000000000") -> None:
    tables = real_data()
    with tempfile.TemporaryDirectory() as directory:
        files = generated(Path(directory), size)
        spark_runs(tables, files)
        ray_runs(tables, files)


if __name__ == "__main__":
    main(*sys.argv[1:2])
