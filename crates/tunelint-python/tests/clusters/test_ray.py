"""Ray on this machine: the report of a dataset is that of one check of its blocks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ray = pytest.importorskip("ray", reason="ray is not installed")
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")

import tunelint
from engines import FEW, failing_once, has_died, in_one_place, real_data, rows


@pytest.fixture(scope="module", autouse=True)
def cluster():
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = {"env_vars": {"PYTHONPATH": paths}}
    ray.init(
        num_cpus=2,
        object_store_memory=200 << 20,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env=environment,
    )
    yield
    ray.shutdown()


def dataset(table, number):
    return ray.data.from_arrow(table).repartition(number).materialize()


def blocks_of(ds) -> dict:
    return dict(enumerate(ray.get(ds.to_arrow_refs())))


def same(ds, **options) -> tunelint.Report:
    report = tunelint.ray.check(ds, **options)
    assert report.to_json() == in_one_place(blocks_of(ds), **options).to_json()
    return report


def test_a_dataset_in_blocks():
    report = same(dataset(rows(), 20), extend_select=["near-duplicate"])
    assert {"missing-preamble", "duplicate-example", "empty-output"} <= set(report.by_rule())
    assert len(report.sources) == 20


@pytest.mark.parametrize("name", FEW)
def test_real_data(name):
    tables = real_data((name,))
    if not tables:
        pytest.skip("no ../shared/real-data")
    same(dataset(tables[name], 16), preview=True)


def test_blocks_without_rows_are_left_out():
    ds = dataset(rows(60), 8).filter(lambda row: "1" in row["prompt"]).materialize()
    same(ds)


def test_a_worker_that_is_killed_changes_nothing():
    ds = dataset(rows(), 16)
    rule = failing_once()
    report = tunelint.ray.check(ds, rules=[rule])
    assert has_died(rule)
    assert report.to_json() == in_one_place(blocks_of(ds)).to_json()
