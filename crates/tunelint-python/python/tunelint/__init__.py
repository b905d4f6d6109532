"""tunelint checks and converts the data that language models are fine-tuned on.

>>> import tunelint
>>> report = tunelint.check([{"prompt": "2 + 2", "completion": ""}])
>>> report.ok, report.errors
(False, 1)
>>> [(finding.rule, finding.row, finding.pointer) for finding in report if finding.severity == "error"]
[('empty-output', 0, '/completion')]

Keywords are the long options of the command line with `_` for `-`; `tunelint check --help` explains
them. Two have other names: `as_` and `from_`. `settings` takes the path of a settings file, a dict with
the same keys, or None: then a file is looked for only if the data is a path.
"""

from __future__ import annotations

from . import _data, _tunelint, distributed, ray, spark
from ._results import Converted, Fixed, OwnRule, PromptFormat, Record, Rendered, Rule, Stats, Target
from ._tables import Table
from ._tunelint import (
    CheckFailed,
    Edit,
    Example,
    Finding,
    Fix,
    Loss,
    Message,
    Rejected,
    Related,
    Report,
    Source,
    UsageError,
    Verdict,
    __version__,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Callable

    from typing_extensions import Unpack

    from ._options import CheckOptions, ConvertOptions, InferOptions, RenderOptions, SplitOptions, StatsOptions
    from ._types import Data, Severity

__all__ = [
    "CheckFailed",
    "Converted",
    "Edit",
    "Example",
    "Finding",
    "Fix",
    "Fixed",
    "Loss",
    "Message",
    "OwnRule",
    "PromptFormat",
    "Record",
    "Rejected",
    "Related",
    "Rendered",
    "Report",
    "Rule",
    "Source",
    "Stats",
    "Table",
    "Target",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "convert",
    "distributed",
    "fix",
    "infer",
    "own_rule",
    "ray",
    "render",
    "rule",
    "rules",
    "spark",
    "split",
    "stats",
    "target",
    "targets",
]


def check(
    data: Data,
    *,
    rules: Iterable[Callable[[Example], Iterable[Finding] | None]] = (),
    **options: Unpack[CheckOptions],
) -> Report:
    """Check training data, and return what was found.

    `data` is a path, several or a directory; rows as a list or an iterator of dicts; the bytes of a
    file; a `datasets.Dataset`; a data frame or anything else with Arrow's PyCapsule interface; or a
    mapping of such parts by split, as a `DatasetDict` is. `rules` are one's own, besides the built-in
    ones.

    >>> import tunelint
    >>> rows = [{"prompt": "2 + 2", "completion": "4 "}, {"prompt": "1 + 1", "completion": "2"}]
    >>> report = tunelint.check(rows, select=["duplicate-example"])
    >>> report.ok
    True
    >>> tunelint.check(rows, tarhet="openai")
    Traceback (most recent call last):
    tunelint.UsageError: unknown option `tarhet`; did you mean `target`?
    """
    own = [rule if isinstance(rule, OwnRule) else OwnRule(rule) for rule in rules]
    given = [(rule.name, rule.severity, rule.function) for rule in own]
    return _tunelint.check(_data.sources(data), _data.options(dict(options)), given)


def convert(data: Data, **options: Unpack[ConvertOptions]) -> Converted:
    """Convert data to another layout.

    Rows that cannot be converted are left out and listed in `rejected`; what the layout cannot hold is
    listed in `losses`. With `strict=True`, a loss is an error instead. With `out`, the result is also
    written to that file.

    >>> import tunelint
    >>> rows = [{"question": "2 + 2", "answer": "4"}]
    >>> tunelint.convert(rows, to="pairs", input="question", output="answer").to_dicts()
    [{'text_input': '2 + 2', 'output': '4'}]
    """
    conversion = _tunelint.convert(_data.sources(data), dict(options))
    out = options.get("out")
    file = conversion.file if out is None else _tunelint.read(out)
    assert file is not None
    return Converted(conversion, file)


def stats(data: Data, **options: Unpack[StatsOptions]) -> Stats:
    """Summarize data: sizes, lengths, labels, the inferred format, limits and recommendations.

    >>> import tunelint
    >>> tunelint.stats([{"prompt": "2 + 2", "completion": "4"}]).sources[0].outputs.longest
    1
    """
    return Stats(_tunelint.stats(_data.sources(data), _data.options(dict(options))))


def render(example: Mapping[str, Any], **options: Unpack[RenderOptions]) -> Rendered:
    """Render an example as a model sees it: `model` is a folder as `save_pretrained` writes it, or
    `chat_template` a file with a template.

    `text` is what the model is fed, `tokens` and `mask` its tokens and which of them are trained on.
    """
    return Rendered(_tunelint.render(_data.sources([example]), _data.options(dict(options))))


def split(
    data: Data,
    *,
    validation: float | str | None = None,
    test: float | str | None = None,
    **options: Unpack[SplitOptions],
) -> dict[str, Table]:
    """Split data into `train`, `validation` and `test` without leakage.

    Sizes are shares (`0.2` or `"20%"`) or numbers of rows (`200`). The same data and seed give the same
    parts, in any order of the rows.

    >>> import tunelint
    >>> rows = [{"prompt": f"What is {n} + 1?", "completion": str(n + 1)} for n in range(50)]
    >>> parts = tunelint.split(rows, validation=0.2, seed=7)
    >>> {name: len(part) for name, part in parts.items()}
    {'train': 40, 'validation': 10}
    """
    import tempfile

    sizes = {"validation": _size(validation), "test": _size(test)}
    with tempfile.TemporaryDirectory() as directory:
        keywords = {**_data.options(dict(options)), **sizes}
        report = _tunelint.split(_data.sources(data), keywords, directory)
        return {part["part"]: Table(_tunelint.read(part["path"])) for part in report["parts"]}


def _size(size: float | str | None) -> str | None:
    return f"{size * 100:.9g}%" if isinstance(size, float) else None if size is None else str(size)


def fix(
    data: Data,
    *,
    unsafe: bool = False,
    drop_records: bool = False,
    diff: bool = False,
    **options: Unpack[CheckOptions],
) -> Fixed:
    """Apply the fixes of findings: to files in place, or to rows, which are returned.

    Without `unsafe`, no text that is trained on changes. `drop_records` also removes duplicates and
    records that cannot be trained on; they are in `dropped`. `diff` changes nothing.

    >>> import tunelint
    >>> row = {"prompt": "2 + 2", "completion": "4"}
    >>> fixed = tunelint.fix([row, row], drop_records=True)
    >>> fixed.changes, len(fixed)
    ({'duplicate-example': 1}, 1)
    """
    from . import _fixing

    return _fixing.fix(data, unsafe, drop_records, diff, dict(options))


def infer(data: Data, **options: Unpack[InferOptions]) -> PromptFormat:
    """Infer what the prompts of a training set look like. It takes at least 20 distinct prompts."""
    return PromptFormat(_tunelint.infer(_data.sources(data), _data.options(dict(options))))


def rules(target: str | None = None) -> list[Rule]:
    """All rules; with `target`, without those whose limit that target does not have.

    >>> import tunelint
    >>> "empty-output" in [rule.name for rule in tunelint.rules()]
    True
    """
    return [Rule(values) for values in _tunelint.rules(target)]


def rule(name: str) -> Rule:
    """The rule with this name."""
    return Rule(_tunelint.rule(name))


def targets() -> list[Target]:
    """All targets.

    >>> import tunelint
    >>> "trl" in [target.name for target in tunelint.targets()]
    True
    """
    return [target(name) for name in _tunelint.targets()]


def target(name: str) -> Target:
    """The target with this name."""
    return Target(*_tunelint.target(name))


def own_rule(
    function: Callable[[Example], Any] | None = None,
    *,
    name: str | None = None,
    severity: Severity = "warning",
    page: str | None = None,
) -> Any:
    """Make a rule of a function, with a name, a severity and a page.

    Without these, the rule is called as the function, warns, and has its docstring as its page.

    >>> import tunelint
    >>> @tunelint.own_rule(severity="error")
    ... def names_a_competitor(example):
    ...     '''Flags outputs that name a competitor.'''
    ...     if "acme" in (example.output or "").lower():
    ...         yield tunelint.Finding("names a competitor", pointer=example.messages[-1].pointer)
    >>> rows = [{"prompt": "Who is best?", "completion": "Acme."}]
    >>> report = tunelint.check(rows, rules=[names_a_competitor])
    >>> [(finding.rule, finding.pointer) for finding in report if finding.severity == "error"]
    [('names-a-competitor', '/completion')]
    """
    if function is not None:
        return OwnRule(function, name, severity, page)
    return lambda function: OwnRule(function, name, severity, page)  # pyright: ignore
