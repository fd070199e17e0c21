"""Every registry of the house: entries load, are documented, and are named as they are registered."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import cybersecqwen
from cybersecqwen.errors import CsqError
from cybersecqwen.registry import Registry


def modules() -> list[str]:
    found = pkgutil.walk_packages(cybersecqwen.__path__, "cybersecqwen.")
    return [module.name for module in found]


def registries() -> dict[str, Registry[object]]:
    found = {}
    for name in modules():
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != "torch":  # of the extra `train`, which `make test` does not install
                raise
            continue
        for attribute, value in vars(module).items():
            if isinstance(value, Registry):
                found.setdefault(id(value), (f"{name}.{attribute}", value))
    return dict(found.values())


ENTRIES = [
    pytest.param(registry, name, id=f"{place}[{name}]")
    for place, registry in registries().items()
    for name in registry.names()
]


def test_the_families_are_there() -> None:
    families = {registry.family for registry in registries().values()}
    assert {"task", "output format", "input reader", "event shape", "check"} <= families


@pytest.mark.parametrize(("registry", "name"), ENTRIES)
def test_every_entry_loads_and_says_what_it_is(registry: Registry[object], name: str) -> None:
    entry = registry.get(name)
    assert inspect.getdoc(entry), f"{name} has no docstring"
    if isinstance(entry, type) and hasattr(entry, "name"):
        assert entry.name == name


def test_every_error_has_an_exit_code_of_the_contract() -> None:
    def tree(kind: type[CsqError]) -> list[type[CsqError]]:
        return [kind, *(k for child in kind.__subclasses__() for k in tree(child))]

    for kind in tree(CsqError):
        assert kind.exit_code in (2, 3)
        assert inspect.getdoc(kind)
