"""The ways of reading a question that `query_words` holds against each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Or, Rule, Test
from cybersecqwen.errors import CsqError
from cybersecqwen.models.interface import LanguageModel
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.library import core

_NOW = 1_700_000_000.0

Made = tuple[Logsource, Expression | None]
Reader = Callable[[Rule, str], Made]


def ways(library: Library, model: LanguageModel | None) -> Iterator[tuple[str, Reader]]:
    """Each with its name; with a model only where there is one."""
    empty = Library(())

    def words(library: Library) -> Reader:
        def read(_rule: Rule, text: str) -> Made:
            try:
                query = read_question(text, library=library, store=None, now=_NOW).query
            except CsqError:
                return Logsource(), None
            return query.logsource, query.where

        return read

    def nearest(_rule: Rule, text: str) -> Made:
        near = library.nearest(text, 1)
        return (near[0].rule.logsource, near[0].rule.expression) if near else (Logsource(), None)

    def ceiling(rule: Rule, text: str) -> Made:
        return rule.logsource, pruned(rule.expression, text.lower())

    yield "as the task reads", words(library)
    yield "without rules", words(empty)
    yield "nearest rule, whole", nearest
    yield "ceiling: values in the words", ceiling
    if model is not None:
        from evaluation.query_words_model import filled

        yield "with the model", filled(model, library)


def pruned(expression: Expression, text: str) -> Expression | None:
    """What is left of a rule where only values that stand in a text are kept; no negations."""
    if isinstance(expression, Test):
        values = tuple(value for value in expression.values if _stands(value, text))
        return replace(expression, values=values) if values else None
    if isinstance(expression, Not):
        return None
    parts = [part for one in expression.parts if (part := pruned(one, text)) is not None]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return And(tuple(parts)) if isinstance(expression, And) else Or(tuple(parts))


def _stands(value: str, text: str) -> bool:
    name = core(value)
    bare = re.sub(r"\.(?:exe|dll|com|sys|ps1)$", "", name)
    return len(bare) > 1 and (name in text or bare in text)
