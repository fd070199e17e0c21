"""A query as a Sigma rule that says of itself what it was asked for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import About
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import QueryError

_TITLE = 110
"""Characters of a title; SigmaHQ asks for at most 110."""


def rule_text(query: Query, asked: str, techniques: Sequence[str] = ()) -> str:
    """The YAML of the rule, or of the rules and what counts them.

    Raises UnsayableError for what rules have no words for.
    """
    from cybersecqwen.dialects.sigma.document import document
    from cybersecqwen.dialects.sigma.tree import Rules

    words = " ".join(asked.split())
    title = words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + "…"
    about = About(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{words} {query!r}")),
        title=title[:1].upper() + title[1:],
        status="experimental",
        techniques=tuple(techniques),
        tags=tuple(f"attack.{one.lower()}" for one in techniques),
    )
    return Rules(documents=tuple(document(query, about))).text


def rule_text_of(query: Query, asked: str, techniques: Sequence[str] = ()) -> str:
    """The same; "" where rules have no words for it."""
    try:
        return rule_text(query, asked, techniques)
    except QueryError:
        return ""
