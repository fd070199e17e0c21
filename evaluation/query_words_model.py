"""Questions read with the standard model: what `query_words` measures beside the readings without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cybersecqwen.detect.sigma.model import Expression, Logsource, Rule
from cybersecqwen.errors import CsqError
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.tasks.query.asking import Library, fill, read_question

_NOW = 1_700_000_000.0
_TIMEOUT_S = 120.0


def filled(path: Path, library: Library) -> Callable[[Rule, str], tuple[Logsource, Expression | None]]:
    """Reads a question, and lets the model of a GGUF file fill what stays open."""
    model = LlamaCpp(path)

    def read(_rule: Rule, text: str) -> tuple[Logsource, Expression | None]:
        try:
            asked = read_question(text, library=library, store=None, now=_NOW)
            query = fill(asked, model, library=library, timeout_s=_TIMEOUT_S).query
        except CsqError:
            return Logsource(), None
        return query.logsource, query.where

    return read
