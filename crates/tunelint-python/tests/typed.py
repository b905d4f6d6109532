"""Code as users write it, for the type checker."""

from __future__ import annotations

import tunelint
from typing_extensions import assert_type

rows = [{"prompt": "a", "completion": "b"}]

report = tunelint.check(rows, target=["openai", "trl"], validation=rows, fail_on="warning")
assert_type(report, tunelint.Report)
assert_type(report.ok, bool)
assert_type(report[0].row, "int | None")
for finding in report:
    assert_type(finding, tunelint.Finding)
assert_type(report.by_rule(), dict[str, int])
assert_type(report.verdicts["openai"].convert, "str | None")

converted = tunelint.convert("train.csv", to="messages", as_="jsonl")
assert_type(converted, tunelint.Converted)
assert_type(converted.losses[0].rows, list[int])

parts = tunelint.split(rows, validation=0.2, seed=1)
assert_type(parts, dict[str, tunelint.Table])
assert_type(tunelint.fix(rows, unsafe=True).changes, dict[str, int])
assert_type(tunelint.infer(rows).check("a"), list[tunelint.Finding])

part = tunelint.distributed.part(rows, index=3, target="trl")
assert_type(tunelint.distributed.combine([part, part]), bytes)
assert_type(tunelint.distributed.state([part], validation=rows), "bytes | None")
assert_type(tunelint.distributed.merge([part]), tunelint.Report)
assert_type(tunelint.spark.check(object(), target="trl", max_findings=10), tunelint.Report)
assert_type(tunelint.ray.check(object(), preview=True), tunelint.Report)
tunelint.distributed.merge([part], target="trl")  # pyright: ignore[reportCallIssue]

tunelint.check(rows, tarhet="openai")  # pyright: ignore[reportCallIssue]
