"""The native half of the package. What does not start with an underscore in `tunelint` is public."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, Optional, Union, final

import pandas
import polars
import pyarrow
from ._types import Given, Path

__version__: str

class UsageError(ValueError):
    """An option or setting is wrong. The message says which, and suggests what was meant."""

class CheckFailed(Exception):
    """Data has findings that fail the check. The message lists them."""

    report: Report
    """The report with all of them."""

@final
class Edit:
    """Bytes of a source, and what replaces them."""

    @property
    def offset(self) -> int:
        """The first byte, from the start of the source."""
    @property
    def length(self) -> int:
        """The number of bytes to replace."""
    @property
    def text(self) -> str:
        """The replacement."""

@final
class Fix:
    """Changes that remove a finding."""

    @property
    def applicability(self) -> Literal["safe", "unsafe", "drops-record"]:
        """`safe` changes no text, `unsafe` changes text that is trained on."""
    @property
    def edits(self) -> tuple[Edit, ...]:
        """The changes; empty if they are computed when the fix is applied."""

@final
class Related:
    """Another place that explains a finding."""

    @property
    def label(self) -> str:
        """What is there."""
    @property
    def path(self) -> str:
        """The source."""
    @property
    def row(self) -> Optional[int]:
        """The row, from 0."""
    @property
    def record(self) -> Optional[int]:
        """The record, from 1."""
    @property
    def line(self) -> Optional[int]:
        """The line, from 1; None for rows."""
    @property
    def column(self) -> Optional[int]:
        """The character in the line, from 1; None for rows."""
    @property
    def pointer(self) -> str:
        """The place in the record, as an RFC 6901 path."""

@final
class Finding:
    """A problem at a place in the data.

    One's own rules make findings with a message, and a pointer to a value of the record:

    >>> import tunelint
    >>> tunelint.Finding("shouts", pointer="/completion", help="write it in lower case").help
    'write it in lower case'
    """

    def __new__(
        cls,
        message: str,
        *,
        pointer: str = "",
        help: Optional[str] = None,
        severity: Optional[Literal["error", "warning", "advice"]] = None,
    ) -> Finding: ...
    @property
    def rule(self) -> str:
        """The name of the rule."""
    @property
    def severity(self) -> Literal["error", "warning", "advice"]:
        """How grave it is."""
    @property
    def message(self) -> str:
        """The problem, in a sentence."""
    @property
    def help(self) -> Optional[str]:
        """What to do about it."""
    @property
    def consequence(self) -> Optional[str]:
        """What the targets do: `rejected`, `skipped`, `truncated`, `ignored`, `misread` or `quality`."""
    @property
    def path(self) -> Optional[str]:
        """The source: a path, or `<data>` and `<train>` for objects."""
    @property
    def row(self) -> Optional[int]:
        """The row, from 0; None for a finding about the source as a whole."""
    @property
    def record(self) -> Optional[int]:
        """The record, from 1; None for a finding about the source as a whole."""
    @property
    def line(self) -> Optional[int]:
        """The line, from 1; None for rows."""
    @property
    def column(self) -> Optional[int]:
        """The character in the line, from 1; None for rows."""
    @property
    def end_line(self) -> Optional[int]:
        """The line of the end; None for rows."""
    @property
    def end_column(self) -> Optional[int]:
        """The character after the end; None for rows."""
    @property
    def offset(self) -> Optional[int]:
        """The first byte, from the start of the source; None for rows."""
    @property
    def length(self) -> Optional[int]:
        """The number of bytes."""
    @property
    def pointer(self) -> str:
        """The place in the record, as an RFC 6901 path."""
    @property
    def id(self) -> Optional[str]:
        """The `id` of the record."""
    @property
    def excerpt(self) -> Optional[str]:
        """The text around the place, printable and redacted."""
    @property
    def related(self) -> tuple[Related, ...]:
        """Other places that explain it."""
    @property
    def fix(self) -> Optional[Fix]:
        """What would remove it."""
    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that it is about; empty if it holds for any."""
    @property
    def count(self) -> int:
        """How many findings it stands for: many if it holds for nearly every record."""
    @property
    def fingerprint(self) -> Optional[str]:
        """What stays the same when rows move."""
    def to_dict(self) -> dict[str, Any]:
        """The attributes as plain values."""

@final
class Message:
    """A message of an example."""

    @property
    def role(self) -> Literal["system", "user", "assistant", "tool"]:
        """The role."""
    @property
    def text(self) -> str:
        """The text."""
    @property
    def pointer(self) -> str:
        """Where it is in the record."""

@final
class Example:
    """An example, as one's own rules see it, in whatever layout it is written."""

    @property
    def row(self) -> int:
        """The row, from 0."""
    @property
    def record(self) -> int:
        """The record, from 1."""
    @property
    def layout(self) -> str:
        """The layout that it was read in."""
    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages, in order."""
    @property
    def input(self) -> str:
        """The last user message before the output."""
    @property
    def output(self) -> Optional[str]:
        """What the model is trained to write; None for a prompt without a response."""
    @property
    def system(self) -> Optional[str]:
        """The system prompt."""
    @property
    def data(self) -> Any:
        """The record with all its fields."""

@final
class Verdict:
    """What a target does with the data."""

    @property
    def target(self) -> str:
        """The name of the target."""
    @property
    def accepted(self) -> bool:
        """Whether it takes the data and every record of it."""
    @property
    def closed(self) -> bool:
        """Whether the service has been shut down."""
    @property
    def rejected(self) -> int:
        """Findings for which it rejects the upload or the job."""
    @property
    def skipped(self) -> int:
        """Findings for which it does not train on the record."""
    @property
    def changed(self) -> int:
        """Findings for which it trains on something other than what is written."""
    @property
    def errors(self) -> int:
        """Errors that apply to it."""
    @property
    def warnings(self) -> int:
        """Warnings that apply to it."""
    @property
    def advice(self) -> int:
        """Advice that applies to it."""
    @property
    def convert(self) -> Optional[str]:
        """The command, or for objects the call, that converts data which must be converted."""
    @property
    def convert_to(self) -> Optional[str]:
        """The layout to convert to, if it must be converted."""

@final
class Source:
    """A source, as it was read."""

    @property
    def path(self) -> str:
        """Its path or name."""
    @property
    def container(self) -> str:
        """How bytes became records."""
    @property
    def layout(self) -> str:
        """How records became examples; empty if no layout was recognized."""
    @property
    def bytes(self) -> int:
        """Its size, decompressed."""
    @property
    def records(self) -> int:
        """The number of records."""
    @property
    def examples(self) -> int:
        """The number of records that became examples."""
    @property
    def task(self) -> Optional[str]:
        """What the model is tuned for, if that was set or inferred."""

@final
class Report:
    """The findings of a check, in order.

    >>> import tunelint
    >>> report = tunelint.check([{"prompt": "2 + 2", "completion": ""}])
    >>> report.ok, report.errors, report.by_rule()["empty-output"], report.rows("empty-output")
    (False, 1, 1, [0])
    >>> report.raise_for_errors()
    Traceback (most recent call last):
    tunelint.CheckFailed: <data>: record 1, /completion: error[empty-output] empty output
    """

    @property
    def ok(self) -> bool:
        """Whether no finding is at or above `fail_on`, and everything could be read."""
    @property
    def errors(self) -> int:
        """The number of errors."""
    @property
    def warnings(self) -> int:
        """The number of warnings."""
    @property
    def advice(self) -> int:
        """The number of pieces of advice."""
    @property
    def suppressed(self) -> int:
        """The number of findings that settings, records or a baseline suppress."""
    @property
    def targets(self) -> list[str]:
        """The targets that the data was checked for."""
    @property
    def notes(self) -> list[str]:
        """Remarks about the targets and about what could not be compared."""
    @property
    def sources(self) -> list[Source]:
        """The sources, in order."""
    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of each target."""
    def by_rule(self) -> dict[str, int]:
        """The number of findings of each rule."""
    def rows(self, rule: str, path: Optional[str] = None) -> list[int]:
        """Every row, from 0, that a rule has a finding about, in all sources or in one."""
    def raise_for_errors(self) -> None:
        """Raise `CheckFailed` with the concise report unless the report is ok."""
    def to_dicts(self) -> list[dict[str, Any]]:
        """The findings as plain values."""
    def to_pandas(self) -> pandas.DataFrame:
        """The findings as a `pandas.DataFrame`."""
    def to_polars(self) -> polars.DataFrame:
        """The findings as a `polars.DataFrame`."""
    def to_arrow(self) -> pyarrow.Table:
        """The findings as a `pyarrow.Table`."""
    def to_json(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as one JSON document: returned, or written to a file."""
    def to_jsonl(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as JSON Lines: returned, or written to a file."""
    def to_sarif(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as SARIF: returned, or written to a file."""
    def to_html(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as an HTML page: returned, or written to a file."""
    def to_markdown(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as Markdown: returned, or written to a file."""
    def to_junit(self, path: Optional[Path] = None) -> Optional[str]:
        """The report as JUnit XML: returned, or written to a file."""
    def to(self, format: str, path: Optional[Path] = None) -> Optional[str]:
        """The report in any format of `tunelint check --format`: returned, or written to a file."""
    def _repr_html_(self) -> str: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Finding]: ...
    def __getitem__(self, index: int) -> Finding: ...
    def __bool__(self) -> Literal[True]:
        """A report is true, also one without findings; see `ok`."""

@final
class Loss:
    """What the layout that was written cannot hold."""

    @property
    def name(self) -> str:
        """What was lost."""
    @property
    def count(self) -> int:
        """How often."""
    @property
    def rows(self) -> list[int]:
        """The rows, from 0, in which it was lost."""
    @property
    def path(self) -> str:
        """The source."""

@final
class Rejected:
    """A record that could not be converted."""

    @property
    def row(self) -> int:
        """The row, from 0."""
    @property
    def record(self) -> int:
        """The record, from 1."""
    @property
    def path(self) -> str:
        """The source."""
    @property
    def findings(self) -> tuple[Finding, ...]:
        """Why."""

@final
class RowsFile:
    @property
    def path(self) -> str: ...
    @property
    def layout(self) -> str: ...

@final
class Conversion:
    read: int
    written: int
    examples: int
    layout: str
    losses: tuple[Loss, ...]
    rejected: tuple[Rejected, ...]
    remarks: list[str]
    file: Optional[RowsFile]

@final
class StatsPage:
    def json(self) -> str: ...
    def human(self) -> str: ...
    def markdown(self) -> str: ...
    def html(self) -> str: ...
    def frame(self) -> str: ...

@final
class RenderedPage:
    def json(self) -> str: ...
    def tokens(self) -> Optional[list[tuple[str, bool]]]: ...
    def html(self) -> str: ...
    def frame(self) -> str: ...

@final
class PromptFormat:
    def json(self) -> str: ...
    def document(self) -> dict[str, Any]: ...
    def check(self, prompt: str, system: Optional[str]) -> list[Finding]: ...

_Rule = tuple[str, str, Callable[[Example], Any]]

def main(arguments: list[str]) -> int: ...
def options(command: str) -> list[tuple[str, bool, bool, str]]: ...
def check(sources: list[Given], keywords: dict[str, Any], rules: list[_Rule]) -> Report: ...
def part(
    sources: list[Given],
    keywords: dict[str, Any],
    rules: list[_Rule],
    index: int,
    state: Optional[bytes],
    max_findings: Optional[int],
    max_digests: Optional[int],
) -> bytes: ...
def combine(parts: list[bytes], state: Optional[bytes], compared: dict[str, Any]) -> bytes: ...
def state(parts: list[bytes], compared: dict[str, Any]) -> Optional[bytes]: ...
def merge(parts: list[bytes], compared: dict[str, Any]) -> Report: ...
def partition(index: int) -> str: ...
def convert(sources: list[Given], keywords: dict[str, Any]) -> Conversion: ...
def split(sources: list[Given], keywords: dict[str, Any], out: Path) -> dict[str, Any]: ...
def stats(sources: list[Given], keywords: dict[str, Any]) -> StatsPage: ...
def render(sources: list[Given], keywords: dict[str, Any]) -> RenderedPage: ...
def fix(
    sources: list[Given],
    keywords: dict[str, Any],
    unsafe: bool,
    rejects: Optional[Path],
    diff: bool,
) -> tuple[dict[str, dict[str, int]], Optional[str]]: ...
def infer(sources: list[Given], keywords: dict[str, Any]) -> PromptFormat: ...
def load(text: str) -> PromptFormat: ...
def rules(target: Optional[str]) -> list[dict[str, Any]]: ...
def rule(name: str) -> dict[str, Any]: ...
def targets() -> list[str]: ...
def target(name: str) -> tuple[dict[str, Any], str]: ...
def spool(kind: str, rows: Iterable[Any]) -> RowsFile: ...
def read(path: Union[Path, str]) -> RowsFile: ...
