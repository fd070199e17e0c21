"""From the text of a search to its pipeline."""

from __future__ import annotations

from cybersecqwen.errors import LimitError

from .arguments import rest_here
from .commands import COMMANDS_READ
from .known import COMMANDS, nearest
from .search_words import parse_found
from .stages import Called, Other, Search, Stage
from .tokens import Reader, line_starts
from .tree import Pipeline
from .values import macro_of

_MOST_STAGES = 2_000


def parse(text: str) -> Pipeline:
    """The pipeline of a search.

    Raises QuerySyntaxError, with line and column, for what is no search, and LimitError for what is too long
    or nests too deep.
    """
    reader = Reader(text)
    if reader.peek().kind == "end":
        raise reader.error("The search is empty.", 0, "Write what is looked for: index=main error")
    pipeline = parse_pipeline(reader)
    token = reader.peek()
    if token.kind != "end":
        raise reader.error(f"`{token.text[:40]}` closes nothing that was opened.", token.at)
    return Pipeline(pipeline.stages, line_starts(text))


def parse_pipeline(reader: Reader) -> Pipeline:
    """The stages up to the end of the text or of the brackets."""
    stages: list[Stage] = []
    if reader.is_mark("|"):
        reader.take()
        stages.append(_command(reader))
    else:
        stages.append(_first(reader))
    while reader.is_mark("|"):
        bar = reader.take()
        if reader.peek().kind == "end" or reader.is_mark("|") or reader.is_mark("]"):
            raise reader.error("`|` has nothing behind it.", bar.at, "Take it away, or name a command.")
        stages.append(_command(reader))
        if len(stages) > _MOST_STAGES:
            raise LimitError(f"The search has more than {_MOST_STAGES:,} commands.")
    return Pipeline(tuple(stages))


def _first(reader: Reader) -> Stage:
    """The stage at the beginning, whose word `search` may be left out."""
    token = reader.peek()
    place = reader.at
    if token.kind == "word" and token.text.lower() in COMMANDS:
        reader.take()
        names = _compared(reader)
        reader.back(place)
        if not names and (token.text.lower() == "search" or reader.depth):
            return _command(reader)
    return Search(where=parse_found(reader, parse_pipeline), implicit=True, at=token.at)


def _compared(reader: Reader) -> bool:
    """Whether what stands before is the name of a field: a comparison follows, or IN and a list."""
    token = reader.peek()
    if token.kind == "mark":
        return token.text in ("=", "!=", "<", ">", "<=", ">=", "==")
    return token.text.lower() == "in" and reader.text[token.end : token.end + 9].lstrip()[:1] == "("


def _command(reader: Reader) -> Stage:
    token = reader.take()
    if token.kind == "macro":
        return Called(macro=macro_of(reader, token), rest=rest_here(reader, parse_pipeline))
    name = token.text.lower()
    if token.kind != "word":
        if token.kind == "end":
            raise reader.error("`|` has nothing behind it.", max(token.at - 1, 0))
        raise reader.error(f"{token.text[:40]!r} stands where a command was expected.", token.at)
    read = COMMANDS_READ.get(name)
    if read is not None:
        stage = read(reader, name, token.at, parse_pipeline)
        following = reader.peek()
        if not reader.at_end():
            raise reader.error(f"{following.text[:40]!r} has no meaning in `{name}` here.", following.at)
        return stage
    if name not in COMMANDS:
        near = nearest(name)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See Splunk's list of search commands."
        raise reader.error(f"There is no command {token.text[:40]!r}.", token.at, hint)
    return Other(name=name, parts=rest_here(reader, parse_pipeline), at=token.at)
