"""Stand-ins for packages that a trainer imports but does not need to read data.

`absent("torch", "peft")` makes these packages, and every module in them, importable. What is
taken from them is a placeholder: a class that can be subclassed, called, indexed and used as a
decorator, and that does nothing. Import `datasets` and `transformers` first, otherwise they take
the stand-in for the real package.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any


class Placeholder(type):
    """The type of the stand-ins. Classes that a trainer derives from them are ordinary classes."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return placeholder(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if "stands_in" not in vars(cls):
            return super().__call__(*args, **kwargs)
        # A decorator, with or without arguments, returns what it decorates.
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return cls

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __enter__(cls) -> Any:
        return cls

    def __exit__(cls, *_: Any) -> None:
        """Errors pass."""

    def __bool__(cls) -> bool:
        return "stands_in" not in vars(cls)


def placeholder(name: str) -> Any:
    """A class that stands for anything. It is false: what is absent is not available."""
    return Placeholder(name, (), {"stands_in": True, "__init__": lambda *_, **__: None})


class AbsentModule(ModuleType):
    """A module of an absent package."""

    __path__: list[str] = []
    __version__ = "99.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = placeholder(name)
        setattr(self, name, value)
        return value


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of the absent packages."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages

    def find_spec(self, fullname: str, path: Any = None,
                  target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if any(fullname == package or fullname.startswith(f"{package}.")
               for package in self.packages):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def absent(*packages: str) -> None:
    """Makes packages importable as stand-ins, also modules such as `trl.trainer`."""
    sys.meta_path.insert(0, AbsentFinder(packages))


def bare(package: str) -> None:
    """Makes the modules of an installed package importable without running its `__init__`."""
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    module = ModuleType(package)
    module.__path__ = list(spec.submodule_search_locations)
    module.__spec__ = spec
    sys.modules[package] = module
