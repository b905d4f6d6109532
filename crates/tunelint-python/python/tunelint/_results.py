"""What the functions of the package return."""

from __future__ import annotations

from . import _tunelint
from ._tables import Table
from ._tunelint import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._tunelint import Example, Finding, Loss, Rejected
    from ._types import Path, Severity


class Converted(Table):
    """Rows in another layout, and what became of the others.

    Every row is accounted for: `read == written + len(rejected)`.

    >>> import tunelint
    >>> rows = [{"prompt": "2 + 2", "completion": "4", "source": "book"}, {"prompt": "1 + 1"}]
    >>> converted = tunelint.convert(rows, to="messages")
    >>> converted.to_dicts()[0]["messages"][1]
    {'role': 'assistant', 'content': '4'}
    >>> [(loss.name, loss.rows) for loss in converted.losses]
    [('field `source`', [0])]
    >>> [rejected.row for rejected in converted.rejected]
    [1]
    """

    def __init__(self, conversion: _tunelint.Conversion, file: _tunelint.RowsFile) -> None:
        super().__init__(file)
        self.read = conversion.read
        self.written = conversion.written
        self.examples = conversion.examples
        self.layout = conversion.layout
        self.losses: tuple[Loss, ...] = conversion.losses
        self.rejected: tuple[Rejected, ...] = conversion.rejected
        self.remarks = conversion.remarks

    def __repr__(self) -> str:
        return (
            f"<Converted to {self.layout}: read {self.read} = written {self.written} "
            f"+ rejected {len(self.rejected)}>"
        )


class Fixed(Table):
    """What fixing changed.

    `changes` counts the fixes by rule. For data that was given as rows, the object is a table of the
    fixed rows; for paths, the files are fixed, and the table is that of the first.
    """

    def __init__(
        self,
        changes: dict[str, dict[str, int]],
        diff: str | None,
        dropped: list[dict[str, Any]],
        file: _tunelint.RowsFile,
    ) -> None:
        super().__init__(file)
        self.by_path = changes
        self.diff = diff
        self.dropped = dropped
        self.changes: dict[str, int] = {}
        for rules in changes.values():
            for rule, number in rules.items():
                self.changes[rule] = self.changes.get(rule, 0) + number

    def __repr__(self) -> str:
        return f"<Fixed: {sum(self.changes.values())} changes, {len(self.dropped)} rows dropped>"


class Rendered:
    """An example as a model sees it."""

    def __init__(self, page: _tunelint.RenderedPage) -> None:
        import json

        self._page = page
        self._record: dict[str, Any] = json.loads(page.json())
        self._tokens = page.tokens()

    @property
    def text(self) -> str:
        """The text that the model is fed. Raises ValueError, with the template's own words, if the
        template fails."""
        if self._record["error"] is not None:
            raise ValueError(self._record["error"]["message"])
        return self._record["text"]

    @property
    def trained(self) -> list[tuple[int, int]]:
        """The characters that are trained on, as ranges."""
        return [(start, end) for start, end in self._record["trained"]]

    @property
    def tokens(self) -> list[str] | None:
        """The text of each token; None if the model has no tokenizer."""
        return None if self._tokens is None else [text for text, _ in self._tokens]

    @property
    def mask(self) -> list[bool] | None:
        """Whether each token is trained on; None if the model has no tokenizer."""
        return None if self._tokens is None else [is_trained for _, is_trained in self._tokens]

    @property
    def cut_at(self) -> int | None:
        """The character at which the sequence is cut, if it is longer than `max_length`."""
        return self._record["cut_at"]

    @property
    def error(self) -> str | None:
        """Why the example cannot be rendered, in the template's own words."""
        error = self._record["error"]
        return None if error is None else error["message"]

    def to_dict(self) -> dict[str, Any]:
        """The line of `tunelint render --format jsonl` as plain values."""
        return self._record

    def to_html(self, path: Path | None = None) -> str | None:
        """A page that marks what is trained on: returned, or written to a file."""
        return _out(self._page.html(), path)

    def _repr_html_(self) -> str:
        return self._page.frame()

    def __repr__(self) -> str:
        return f"<Rendered: {self.error or self.text!r}>"


class Stats:
    """What is in a dataset: the document of `tunelint stats --format json` as attributes.

    >>> import tunelint
    >>> stats = tunelint.stats([{"prompt": "2 + 2", "completion": "4"}])
    >>> stats.sources[0].size.records
    1
    >>> stats.to_dict()["sources"][0]["layout"]
    'prompt-completion'
    """

    def __init__(self, page: _tunelint.StatsPage) -> None:
        import json

        self._page = page
        self._document: dict[str, Any] = json.loads(page.json())

    def __getattr__(self, name: str) -> Any:
        return _attribute(self._document, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._document]

    def to_dict(self) -> dict[str, Any]:
        """The document as plain values."""
        return self._document

    def to_json(self, path: Path | None = None) -> str | None:
        """The document as JSON: returned, or written to a file."""
        return _out(self._page.json(), path)

    def to_markdown(self, path: Path | None = None) -> str | None:
        """Markdown tables: returned, or written to a file."""
        return _out(self._page.markdown(), path)

    def to_html(self, path: Path | None = None) -> str | None:
        """A page with charts and the findings of a check: returned, or written to a file."""
        return _out(self._page.html(), path)

    def _repr_html_(self) -> str:
        return self._page.frame()

    def __str__(self) -> str:
        return self._page.human()

    def __repr__(self) -> str:
        return f"<Stats of {', '.join(source['path'] for source in self._document['sources'])}>"


class Record:
    """An object of a JSON document, whose keys are attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return _attribute(self._values, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(key.replace("-", "_") for key in self._values)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._values == other._values

    def __hash__(self) -> int:
        return hash(repr(self._values))

    def to_dict(self) -> dict[str, Any]:
        """The object as a dict."""
        return self._values

    def __repr__(self) -> str:
        return f"Record({self._values!r})"


def _attribute(values: dict[str, Any], name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    for key in (name, name.replace("_", "-")):
        if key in values:
            return _wrapped(values[key])
    raise AttributeError(f"no {name}; there is: {', '.join(values)}")


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Record(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, list):
        return [_wrapped(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _out(text: str, path: Path | None) -> str | None:
    if path is None:
        return text
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return None


class Rule:
    """A rule: what it reports, and its page.

    >>> import tunelint
    >>> rule = tunelint.rule("empty-output")
    >>> rule.severity, rule.fix
    ('error', 'drops-record')
    >>> rule.page.splitlines()[0]
    '# empty-output'
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.name: str = values["name"]
        self.severity: str = values["severity"]
        self.summary: str = values["summary"]
        self.page: str = values["page"]
        self.status: str = values["status"]
        self.scope: str = values["scope"]
        self.fix: str | None = values["fix"]
        self.since: str = values["since"]
        self.options: dict[str, float] = values["options"]

    def _repr_markdown_(self) -> str:
        return self.page

    def __repr__(self) -> str:
        return f"<Rule {self.name}: {self.summary}>"


class OwnRule:
    """A rule of one's own, made by :func:`own_rule`."""

    def __init__(
        self,
        function: Callable[[Example], Any],
        name: str | None = None,
        severity: Severity = "warning",
        page: str | None = None,
    ) -> None:
        own = name or getattr(function, "__name__", type(function).__name__)
        self.name: str = own.strip("_<>").replace("_", "-").lower()
        self.severity = severity
        self.page: str = page or function.__doc__ or ""
        self.function = function
        if not self.name:
            raise UsageError("a rule needs a name: `tunelint.own_rule(name=…)`")

    def __call__(self, example: Example) -> Any:
        return self.function(example)

    def __repr__(self) -> str:
        return f"<OwnRule {self.name}>"


class Target(Record):
    """A provider or trainer, and what it accepts; every number with its source.

    >>> import tunelint
    >>> target = tunelint.target("openai")
    >>> target.name, target.layouts[0]
    ('openai', 'messages')
    >>> "Limits" in str(target)
    True
    """

    def __init__(self, values: dict[str, Any], text: str) -> None:
        super().__init__(values)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Target {self._values['name']}: {self._values['title']}>"


class PromptFormat:
    """What training prompts look like, to hold prompts in an application to it.

    >>> import tunelint
    >>> rows = [{"prompt": f"Translate this: word {n}", "completion": f"{n}"} for n in range(50)]
    >>> prompt_format = tunelint.infer(rows)
    >>> prompt_format.check("Translate this: word 7")
    []
    >>> len(prompt_format.check("word 7")) > 0
    True
    """

    def __init__(self, inner: _tunelint.PromptFormat) -> None:
        self._inner = inner

    @classmethod
    def load(cls, path: Path) -> PromptFormat:
        """Read what :meth:`save`, or `tunelint infer`, wrote."""
        with open(path, encoding="utf-8") as file:
            return cls(_tunelint.load(file.read()))

    def save(self, path: Path) -> None:
        """Write the format to a file, for :meth:`load` and `tunelint check --against`."""
        _out(self._inner.json(), path)

    def check(self, prompt: str, system: str | None = None) -> list[Finding]:
        """The differences of a prompt, and of the system prompt sent with it, from the format."""
        return self._inner.check(prompt, system)

    def to_dict(self) -> dict[str, Any]:
        """The format as plain values."""
        return self._inner.document()

    def __repr__(self) -> str:
        return f"<PromptFormat of {self.to_dict()['inputs']} prompts>"
