"""Spark in local mode: the report of a data frame is that of one check of its partitions."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("no Java", allow_module_level=True)

import pyarrow
import tunelint
from engines import FEW, failing_once, has_died, in_one_place, real_data, rows
from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def spark():
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    builder = SparkSession.builder.master("local[2, 3]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", "1g").config("spark.sql.shuffle.partitions", "4")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def partitions_of(df) -> dict[int, pyarrow.Table]:
    """The rows of each partition, as Spark sends them."""

    def collect(batches):
        from pyspark import TaskContext

        table = pyarrow.Table.from_batches(batches) if (batches := list(batches)) else None
        if table is not None:
            sink = pyarrow.BufferOutputStream()
            with pyarrow.ipc.new_stream(sink, table.schema) as stream:
                stream.write_table(table)
            row = {"n": [TaskContext.get().partitionId()], "rows": [sink.getvalue().to_pybytes()]}
            yield pyarrow.RecordBatch.from_pydict(row, pyarrow.schema([("n", "int32"), ("rows", "binary")]))

    found = df.mapInArrow(collect, "n int, rows binary").collect()
    return {row.n: pyarrow.ipc.open_stream(bytes(row.rows)).read_all() for row in found}


def same(df, **options) -> tunelint.Report:
    report = tunelint.spark.check(df, **options)
    assert report.to_json() == in_one_place(partitions_of(df), **options).to_json()
    return report


def test_a_data_frame_in_partitions(spark):
    df = spark.createDataFrame(rows()).repartition(20)
    report = same(df, extend_select=["near-duplicate"])
    found = report.by_rule()
    assert {"missing-preamble", "duplicate-example", "empty-output"} <= set(found)
    assert len(report.sources) == 20


def test_partitions_without_rows_are_left_out(spark):
    df = spark.createDataFrame(rows(60)).repartition(4).where("prompt like '%1%'")
    same(df.union(df.where("false")).union(df))
    assert tunelint.spark.check(df.where("false")).by_rule() == tunelint.check([]).by_rule()


@pytest.mark.parametrize("name", FEW)
def test_real_data(spark, name):
    tables = real_data((name,))
    if not tables:
        pytest.skip("no ../shared/real-data")
    same(spark.createDataFrame(tables[name]).repartition(16), preview=True)


def test_compared_with_validation_data(spark):
    table = rows(200)
    held_out = table.slice(0, 5).to_pylist()
    report = same(spark.createDataFrame(table).repartition(3), validation=held_out, target="trl")
    assert report.rows("validation-leak", "<validation>")


def test_a_task_that_fails_is_repeated_and_changes_nothing(spark):
    df = spark.createDataFrame(rows()).repartition(16)
    rule = failing_once()
    report = tunelint.spark.check(df, rules=[rule])
    assert has_died(rule)
    assert report.to_json() == in_one_place(partitions_of(df)).to_json()


def test_partitions_that_change_are_an_error(spark):
    from pyspark.sql import functions

    df = spark.createDataFrame(rows()).repartition(4)

    @functions.udf("boolean")
    def sometimes(_):
        import random

        return random.random() < 0.5

    changing = df.where(sometimes("prompt"))
    with pytest.raises(tunelint.UsageError, match="changed between round 0 and round 1"):
        tunelint.spark.check(changing)
