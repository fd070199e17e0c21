"""From a rule file to its documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cybersecqwen.detect.sigma.bounds import bound
from cybersecqwen.detect.sigma.rulefiles import documents
from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError, RuleError

from .tree import Rules

_KINDS = ("detection", "correlation", "filter")


def parse(text: str) -> Rules:
    """The documents. Raises QuerySyntaxError for what is no YAML of rules, LimitError beyond the bounds."""
    if len(text) > LONGEST:
        raise LimitError(f"The rule is longer than {LONGEST:,} characters.")
    try:
        found = [_plain(one) for one in documents(text.encode())]
        for one in found:
            bound(one)
    except UnicodeEncodeError:
        raise QuerySyntaxError("The text holds half of a character.", line=1, column=1) from None
    except RuleError as error:
        line, column = _place(error)
        raise QuerySyntaxError(error.message, line=line, column=column) from None
    except RecursionError:
        raise LimitError("The rule nests too deep.") from None
    if not found:
        raise QuerySyntaxError("There is no rule.", line=1, column=1)
    for one in found:
        if not any(kind in one for kind in _KINDS):
            raise QuerySyntaxError(
                "A document has neither a detection nor a correlation.",
                line=1,
                column=1,
                hint="A Sigma rule is YAML with title, logsource and detection.",
            )
    return Rules(documents=tuple(found), source=text)


def _place(error: RuleError) -> tuple[int, int]:
    """Where YAML went wrong, which the error that it was made from knows."""
    mark = getattr(error.__context__, "problem_mark", None)
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _plain(value: Any, depth: int = 0) -> Any:
    """Moments as the text that they were: only days are dates in rules. Parts that repeat stand apart."""
    if depth > 60:
        raise RuleError("It nests too deep.")
    if isinstance(value, Mapping):
        return {_plain(name, depth + 1): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return str(value) if isinstance(value, datetime) else value
