"""Names for what a record is an instance of: a template of the miner, or a kind of record."""

from __future__ import annotations

from collections.abc import Mapping

from .observed import Templates


def template_token(id: int) -> str:
    """The token of a template id: "#7"."""
    return f"#{id}"


def kind_token(kind: str) -> str:
    """The token of a kind of record, which never looks like that of a template."""
    return f" {kind}" if kind.startswith("#") else kind


def token_text(templates: Templates | None, token: str) -> str:
    """What a token means in any run: the text of the template, or the label of the kind."""
    id = _id(token)
    return token if id is None or templates is None else templates.template(id)


def renumbered(ids: Mapping[int, int], token: str) -> str:
    """The token with its template id replaced."""
    id = _id(token)
    return token if id is None else template_token(ids.get(id, id))


def _id(token: str) -> int | None:
    return int(token[1:]) if token.startswith("#") and token[1:].isdecimal() and len(token) < 20 else None
